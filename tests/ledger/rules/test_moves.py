"""Moving amounts: limits at both ends, whatever legs there are, against plain arithmetic."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account
from timebank.ledger.orders import Leg
from timebank.ledger.rules.moves import move
from timebank.ledger.state import State
from timebank.units import MAX_AMOUNT

IDS = tuple(f"{number:032x}" for number in range(4))

accounts = st.tuples(
    *(
        st.builds(
            Account,
            id=st.just(name),
            kind=st.just("member"),
            currency=st.just("UUR"),
            owner=st.just(name),
            floor=st.integers(-20, 0) | st.none(),
            ceiling=st.integers(0, 20) | st.none(),
            balance=st.integers(-30, 30),
        )
        for name in IDS
    )
)
legs = st.lists(
    st.builds(
        lambda pair, amount: Leg(pair[0], pair[1], "UUR", amount),
        st.permutations(IDS),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=6,
).map(tuple)


def expected(before: tuple[Account, ...], moved: tuple[Leg, ...], floors: bool, ceilings: bool):
    """Return the balances afterwards, or the codes of which one must refuse."""
    after = {account.id: account.balance for account in before}
    for leg in moved:
        after[leg.payer] -= leg.amount
        after[leg.payee] += leg.amount
    codes = set()
    for account in before:
        balance = after[account.id]
        if floors and account.floor is not None and balance < min(account.floor, account.balance):
            codes.add(Code.BELOW_FLOOR)
        if (
            ceilings
            and account.ceiling is not None
            and balance > max(account.ceiling, account.balance)
        ):
            codes.add(Code.ABOVE_CEILING)
    return after, codes


@given(accounts, legs, st.booleans(), st.booleans())
def test_limits_hold_for_what_an_order_does_as_a_whole(before, moved, floors, ceilings):
    """An account beyond its limit may come back towards it, and stay where it is."""
    state = State(before)
    after, codes = expected(before, moved, floors, ceilings)
    if codes:
        with pytest.raises(Refusal) as caught:
            move(state.fork(), moved, floors=floors, ceilings=ceilings)
        assert caught.value.code in codes
        return
    scratch = state.fork()
    assert move(scratch, moved, floors=floors, ceilings=ceilings) == moved
    assert {item.id: item.balance for item in scratch.all(Account)} == after
    assert {item.id: replace(item, balance=0) for item in scratch.all(Account)} == {
        item.id: replace(item, balance=0) for item in before
    }


def test_a_balance_never_leaves_the_integers_that_every_language_holds():
    full = Account(IDS[0], "member", "UUR", IDS[0], balance=MAX_AMOUNT)
    empty = Account(IDS[1], "member", "UUR", IDS[1], balance=-MAX_AMOUNT)
    other = Account(IDS[2], "member", "UUR", IDS[2])
    for leg in (Leg(IDS[2], IDS[0], "UUR", 1), Leg(IDS[1], IDS[2], "UUR", 1)):
        with pytest.raises(Refusal) as caught:
            move(State((full, empty, other)), (leg,), floors=False, ceilings=False)
        assert caught.value.code is Code.ABOVE_CEILING
