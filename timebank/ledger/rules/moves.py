"""Moving amounts between accounts, within their limits."""

from collections.abc import Sequence
from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account
from timebank.ledger.orders import Leg
from timebank.ledger.rules.authority import check_active
from timebank.ledger.state import State
from timebank.units import MAX_AMOUNT

Legs = tuple[Leg, ...]


def check_distinct(legs: Sequence[Leg]) -> None:
    """Refuse two legs between the same two accounts: they would look like one payment twice."""
    pairs = {(leg.payer, leg.payee) for leg in legs}
    if len(pairs) < len(legs):
        raise Refusal(Code.DUPLICATE_LEG)


def member_account(state: State, account_id: str, currency: str) -> Account:
    """Return a member's account in this currency, whose owner is active."""
    account = state.account(account_id)
    if account.kind != "member":
        raise Refusal(Code.NOT_BETWEEN_THESE, account=account_id)
    check_currency(state, account, currency)
    check_active(state.member(account.owner))
    return account


def check_currency(state: State, account: Account, currency: str) -> None:
    """Refuse a currency nobody defined, and one that is not the account's."""
    state.currency(currency)
    if account.currency != currency:
        raise Refusal(Code.WRONG_CURRENCY, currency=currency, account=account.id)


def move(
    state: State,
    legs: Legs,
    *,
    floors: bool = True,
    ceilings: bool = True,
    undoing: bool = False,
) -> Legs:
    """Book the legs on the scratch state and return them.

    A limit restricts what an entry does: an account that goes down may not end below its floor,
    one that goes up not above its ceiling. `floors=False` and `ceilings=False` are the exemptions
    that an order type states. `undoing` books back what was issued or retired.
    """
    change: dict[str, int] = {}
    for leg in legs:
        change[leg.payer] = change.get(leg.payer, 0) - leg.amount
        change[leg.payee] = change.get(leg.payee, 0) + leg.amount
    for account_id, amount in change.items():
        account = state.account(account_id)
        balance = account.balance + amount
        if floors and amount < 0 and account.floor is not None and balance < account.floor:
            raise Refusal(
                Code.BELOW_FLOOR,
                account=account_id,
                currency=account.currency,
                shortfall=account.floor - balance,
            )
        if ceilings and amount > 0 and account.ceiling is not None and balance > account.ceiling:
            raise Refusal(
                Code.ABOVE_CEILING,
                account=account_id,
                currency=account.currency,
                excess=balance - account.ceiling,
            )
        if abs(balance) > MAX_AMOUNT:
            raise Refusal(Code.ABOVE_CEILING, account=account_id, currency=account.currency)
        state.put(account.holding(balance))
    _count_totals(state, legs, undoing)
    return legs


def _count_totals(state: State, legs: Legs, undoing: bool) -> None:
    """Keep what a currency has issued, retired and holds in reserve beside its accounts.

    What is undone no longer counts: a mistaken issue takes nothing of a grant, and a mistaken
    retirement, put right, is no new issue of it.
    """
    for leg in legs:
        for account_id, amount in ((leg.payer, -leg.amount), (leg.payee, leg.amount)):
            account = state.account(account_id)
            if account.kind == "member":
                continue
            currency = state.currency(account.currency)
            if account.kind == "contra" and (amount < 0) != undoing:
                state.put(replace(currency, issued=currency.issued - amount))
            elif account.kind == "contra":
                state.put(replace(currency, retired=currency.retired + amount))
            elif account.kind in ("bank", "transit"):
                state.put(replace(currency, reserve=currency.reserve + amount))
