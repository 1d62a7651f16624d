"""What a member sees of the journal, in names and words."""

from collections import Counter
from datetime import date

import pytest

from tests.services.conftest import Village, copy_of, reopened
from tests.world import FOUNDERS, a_commitment, seed
from timebank.errors import Code, Refusal
from timebank.services import payments, receipts, statements
from timebank.storage import people
from timebank.storage.engine import writing
from timebank.storage.journal import rows


@pytest.fixture(name="held")
def _held(market, tmp_path):
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


def names(village: Village) -> None:
    """Keep display names, as when the members had joined on an invitation."""
    with writing(village.bank.engine) as conn:
        for name in FOUNDERS:
            opening = people.Opening(a_commitment(name), seed("salt " + name), name.title())
            people.keep_opening(conn, opening)


def pages(village: Village, name: str, limit: int, **options) -> list[statements.Movement]:
    found, before = [], None
    while page := statements.history(
        village.bank, village.world.member(name), limit=limit, before_seq=before, **options
    ):
        assert len({movement.seq for movement in page}) <= limit
        found += page
        before = page[-1].seq
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("name", ["joop", "amina", "bart", "werk", "els"])
def test_the_pages_of_a_member_are_all_their_postings_in_the_journal_and_add_up(held, name, limit):
    found = pages(held, name, limit)
    accounts = {
        item.account: item for item in statements.balances(held.bank, held.world.member(name))
    }
    with held.bank.engine.connect() as conn:
        expected = Counter(
            (row.seq, accounts[account].currency, amount)
            for row in rows(conn)
            for account, amount in row.postings
            if account in accounts
        )
    assert Counter((item.seq, item.currency, item.amount) for item in found) == expected
    assert [item.seq for item in found] == sorted((item.seq for item in found), reverse=True)
    for item in accounts.values():
        mine = [movement for movement in found if movement.currency == item.currency]
        assert sum(movement.amount for movement in mine) == item.balance
        running = item.balance
        for movement in mine:
            assert movement.balance == running
            running -= movement.amount


def test_a_statement_of_one_currency_leaves_out_the_other(held):
    found = pages(held, "joop", 2, currency="UUR")
    assert {movement.currency for movement in found} == {"UUR"}
    assert len(found) < len(pages(held, "joop", 2))


def test_both_sides_see_one_another_the_memo_and_the_same_four_characters(village):
    names(village)
    who = village.world.member
    village.send(
        payments.draft_pay(village.bank, who("joop"), who("amina"), {"UUR": 5}, "fiets"), "joop"
    )
    (his,) = statements.history(village.bank, who("joop"))
    (hers,) = statements.history(village.bank, who("amina"))
    assert (his.names, hers.names) == (("Amina",), ("Joop",))
    assert (his.others, hers.others) == ((who("amina"),), (who("joop"),))
    assert his.memo == hers.memo == "fiets"
    assert his.reference == hers.reference
    assert len(his.reference) == 4
    assert (his.amount, hers.amount) == (-5, 5)


def test_a_memo_and_a_name_that_were_erased_are_empty(village):
    names(village)
    who = village.world.member
    draft = payments.draft_pay(village.bank, who("joop"), who("amina"), {"UUR": 5}, "fiets")
    village.send(draft, "joop")
    with writing(village.bank.engine) as conn:
        people.erase(conn, [item.commitment for item in people.openings(conn)])
    (movement,) = statements.history(village.bank, who("joop"))
    assert (movement.memo, movement.names) == ("", ("",))


def test_a_payment_with_several_payees_names_each_once(village):
    names(village)
    world = village.world
    village.do(world.pay_body(world.leg("joop", "amina", 5), world.leg("joop", "els", 6)), "joop")
    (movement,) = statements.history(village.bank, world.member("joop"))
    assert (movement.amount, movement.names) == (-11, ("Amina", "Els"))
    (hers,) = statements.history(village.bank, world.member("els"))
    assert (hers.amount, hers.names) == (6, ("Joop",))


def test_credits_that_are_issued_come_from_nobody(village):
    village.issue(500)
    (movement,) = statements.history(village.bank, village.world.member("werk"))
    assert (movement.amount, movement.others, movement.names) == (500, ("",), ("",))


def test_one_entry_shows_every_account_it_touched(held):
    settled = next(
        identity
        for identity in (receipts.identity_of(held.bank, str(seq)) for seq in range(12))
        if statements.entry_of(held.bank, identity)
        and statements.entry_of(held.bank, identity)[0].type == "settle"
    )
    found = statements.entry_of(held.bank, settled)
    sums = Counter()
    for movement in found:
        sums[movement.currency] += movement.amount
    assert dict(sums) == {"WIJK": 0, "EUR": 0}
    with pytest.raises(Refusal) as caught:
        statements.entry_of(held.bank, "0" * 64)
    assert caught.value.code is Code.UNKNOWN_ENTRY


def test_the_balances_begin_with_hours_and_say_what_can_be_paid(held):
    found = statements.balances(held.bank, held.world.member("joop"))
    assert [item.currency for item in found] == ["UUR", "WIJK"]
    assert found[0].available == found[0].balance + 600
    with pytest.raises(Refusal) as caught:
        statements.balances(held.bank, "0" * 32)
    assert caught.value.code is Code.UNKNOWN_MEMBER


def test_an_account_is_its_owner_s_and_the_ledger_s_own_are_nobody_s(held):
    assert statements.owner_of(held.bank, held.world.account("joop")) == held.world.member("joop")
    assert statements.owner_of(held.bank, held.world.system("bank")) == ""
    assert statements.owner_of(held.bank, "0" * 32) == ""


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_from_midnight_to_midnight_also_when_the_clock_is_set(day, hours):
    start, end = statements.day_bounds(day)
    assert end - start == hours * 3600
    assert statements.local(start).date() == day
    assert statements.local(end - 1).date() == day
    assert (statements.local(start).hour, statements.local(end).hour) == (0, 0)


def test_a_shop_s_day_holds_the_first_second_and_not_that_of_the_next(village):
    village.issue(500)
    who = village.world.member
    start, end = statements.day_bounds(statements.local(village.clock.now()).date())
    for at in (end - 1, end):
        village.wait(at - village.clock.now())
        village.post(village.world.pay("werk", "bart", 5, "WIJK"))
    today = statements.history(village.bank, who("bart"), since=start, until=end)
    tomorrow = statements.history(village.bank, who("bart"), since=end)
    assert [item.time for item in today] == [end - 1]
    assert [item.time for item in tomorrow] == [end]
