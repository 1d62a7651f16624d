"""The standing self-check: what it finds, how long that stands, and what it stops."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.conftest import (
    ON_SQLITE,
    Village,
    copy_of,
    hold_market,
    reopened,
    submission,
)
from tests.services.test_tampering import unguarded
from tests.world import CREDITS, NOW, a_commitment, an_id
from timebank.errors import Down, Refusal, Unavailable
from timebank.ledger import orders
from timebank.services import selfcheck
from timebank.services.posting import Posted, post
from timebank.services.treasury_checks import TREASURY
from timebank.settings import Settings

HOUR = 3_600
A_MEMBERS = "(SELECT min(id) FROM fold_accounts WHERE kind = 'member' AND currency = 'WIJK')"

EDITS = {
    "append_only": "",
    "sums": f"UPDATE fold_accounts SET balance = balance + 1 WHERE id = {A_MEMBERS}",
    "cover": "UPDATE fold_currencies SET issued = issued + 100 WHERE code = 'WIJK'",
    "circulation": "UPDATE fold_currencies SET retired = retired + 100 WHERE code = 'WIJK'",
    "reserve": "UPDATE fold_currencies SET reserve = reserve + 100 WHERE code = 'EUR'",
    "bank": "UPDATE fold_accounts SET balance = -1 WHERE kind = 'bank'",
    "transit": "UPDATE fold_accounts SET balance = 1 WHERE kind = 'transit'",
    "redemptions": "UPDATE fold_redemptions SET open = open + 1 WHERE settled_by = ''",
    "backing": "UPDATE fold_bank_lines SET cited = amount + 1",
}
"""What somebody with a shell does to the fold, by the quick check that must find it."""


@pytest.fixture(name="market_day")
def _market_day(village: Village) -> Village:
    hold_market(village)
    return village


@pytest.fixture(name="file")
def _file(market: Settings, tmp_path: Path) -> Iterator[Village]:
    """The market in a file, where the journal can be edited with no trigger in the way.

    What its settlement checked is forgotten, so that everything in it is new.
    """
    village = reopened(copy_of(market, tmp_path))
    edit(village, "DELETE FROM kept_checks")
    yield village
    village.bank.close()


def edit(village: Village, statement: str) -> None:
    with village.raw() as raw:
        raw.execute(statement)


def checks_in(found: tuple[selfcheck.Finding, ...]) -> set[str]:
    return {finding.check for finding in found}


def test_books_that_nobody_touched_have_no_findings(market_day: Village):
    assert selfcheck.quick(market_day.bank) == ()
    assert selfcheck.full(market_day.bank) == ()
    assert selfcheck.findings(market_day.bank) == ()
    selfcheck.require_clean(market_day.bank)


@pytest.mark.parametrize("check", sorted(EDITS.keys() - {"append_only"}))
def test_an_edited_account_is_found_within_the_hour(market_day: Village, check: str):
    edit(market_day, EDITS[check])
    assert check in checks_in(selfcheck.quick(market_day.bank))
    assert check in checks_in(selfcheck.findings(market_day.bank))


def test_a_grant_that_is_made_smaller_than_what_was_issued_stops_no_settlement(village):
    world = village.world
    policy = replace(
        CREDITS.policy,
        kind="budget",
        budget=orders.Budget(1_000, NOW + 10**7, a_commitment("doel")),
    )
    accounts = sorted(
        (
            orders.SystemAccount(an_id("groen contra"), "GROEN", "contra"),
            orders.SystemAccount(an_id("groen inwisselen"), "GROEN", "redemption"),
        ),
        key=lambda account: account.account,
    )
    definition = orders.CurrencyDefinition("GROEN", "cent", policy)
    village.do(orders.DefineCurrency(definition, tuple(accounts)), "els", "farid")
    account = world.account("werk", "GROEN")
    limit = orders.SetLimit(world.member("werk"), account, "GROEN", 0, 5_000)
    village.do(limit, "els", "farid")
    village.do(orders.Issue(account, "GROEN", 800, ()), "truus", "kees")
    less = replace(policy, budget=replace(policy.budget, amount=500))
    village.do(orders.SetPolicy("GROEN", less), "els", "farid")
    assert selfcheck.quick(village.bank) == ()


def test_every_check_of_the_treasury_is_edited_here_but_one():
    """That of where shops are paid is beside settling."""
    names = {function.__name__.removeprefix("check_") for function in TREASURY}
    assert names - EDITS.keys() == {"destinations"}


@ON_SQLITE
def test_triggers_that_are_gone_are_found(market_day: Village):
    edit(market_day, "DROP TRIGGER journal_entries_no_update")
    (finding,) = selfcheck.quick(market_day.bank)
    assert (finding.check, finding.detail) == ("append_only", "journal_entries_no_update")


def test_a_guard_that_is_gone_is_found(market_day: Village):
    market_day.bank.guard.path.unlink()
    assert "guard" in checks_in(selfcheck.quick(market_day.bank))


# ---- the newest entries


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entries SET leaf = zeroblob(32) WHERE seq = 4",
        "UPDATE journal_entries SET entry = CAST(replace(entry, '4000', '4001') AS BLOB)",
        "UPDATE journal_postings SET account = 'ff' WHERE seq = 3 AND n = 0",
        "DELETE FROM journal_entries WHERE seq = 5",
    ],
)
def test_an_entry_edited_since_the_last_check_is_found(file: Village, statement: str):
    with unguarded(file) as raw:
        raw.execute(statement)
    assert "newest" in checks_in(selfcheck.quick(file.bank))
    assert "newest" in checks_in(selfcheck.quick(file.bank)), "it does not walk on past it"


def test_an_earlier_entry_replaced_with_its_hash_is_found(file: Village):
    """Its hash no longer adds up to what was checked; only the full check reads it again."""
    assert selfcheck.quick(file.bank) == ()
    with unguarded(file) as raw:
        raw.execute("UPDATE journal_entries SET leaf = zeroblob(32) WHERE seq = 4")
    assert "newest" in checks_in(selfcheck.quick(file.bank))


def test_the_newest_entries_are_checked_a_bounded_number_at_a_time(
    file: Village, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(selfcheck, "AT_MOST", 10)
    with unguarded(file) as raw:
        raw.execute("UPDATE journal_entries SET order_id = 'x' WHERE seq = 12")
    assert selfcheck.quick(file.bank) == ()
    assert checks_in(selfcheck.quick(file.bank)) == {"newest"}


# ---- how long it stands, and what it stops


def test_a_finding_is_dated_when_it_was_first_found(market_day: Village):
    edit(market_day, EDITS["bank"])
    first = {item.since for item in selfcheck.quick(market_day.bank)}
    market_day.wait(HOUR)
    assert {item.since for item in selfcheck.quick(market_day.bank)} == first


def test_findings_go_away_when_a_later_check_is_clean(market_day: Village):
    edit(market_day, EDITS["transit"])
    assert selfcheck.quick(market_day.bank)
    was = "(SELECT sum(amount) FROM journal_postings p WHERE p.account = fold_accounts.id)"
    edit(market_day, f"UPDATE fold_accounts SET balance = {was} WHERE kind = 'transit'")
    assert selfcheck.quick(market_day.bank) == ()
    assert selfcheck.findings(market_day.bank) == ()


def test_what_only_the_full_check_finds_stands_until_it_is_clean_again(market_day: Village):
    edit(market_day, "UPDATE fold_members SET name = 'x' || name WHERE kind = 'shop'")
    assert selfcheck.quick(market_day.bank) == ()
    assert checks_in(selfcheck.full(market_day.bank)) == {"fold"}
    assert checks_in(selfcheck.quick(market_day.bank)) == {"fold"}
    edit(market_day, "UPDATE fold_members SET name = substr(name, 2) WHERE kind = 'shop'")
    with pytest.raises(Unavailable):
        selfcheck.require_clean(market_day.bank)
    assert selfcheck.full(market_day.bank) == ()
    selfcheck.require_clean(market_day.bank)


def test_a_finding_stops_settlement_and_no_payment(market_day: Village):
    edit(market_day, "UPDATE fold_bank_lines SET cited = amount + 1")
    with pytest.raises(Unavailable) as stopped:
        selfcheck.require_clean(market_day.bank)
    assert stopped.value.code is Down.FINDINGS
    assert "backing" in stopped.value.hint
    paid = post(market_day.bank, [submission(market_day.world.pay("amina", "joop", 5))])
    assert isinstance(paid[0], Posted)


# ---- one process at a time


def test_of_two_processes_one_checks(market_day: Village):
    other = reopened(market_day.bank.settings, market_day.clock.now())
    now = market_day.clock.now()
    assert selfcheck.claim(market_day.bank, "quick", now - HOUR)
    assert not selfcheck.claim(other.bank, "quick", now - HOUR)
    assert selfcheck.claim(other.bank, "full", now - HOUR), "another depth is another matter"
    other.wait(HOUR)
    market_day.wait(HOUR)
    assert selfcheck.claim(other.bank, "quick", now + 1)
    assert not selfcheck.claim(market_day.bank, "quick", now + 1)
    other.bank.close()


def test_who_may_not_settle_cannot_have_the_books_checked(market_day: Village):
    """A resident who sends settlements all day costs no more than any other refused order."""
    world = market_day.world
    body = orders.Settle(
        "WIJK",
        world.system("transit"),
        world.system("outside"),
        (orders.Payout("ab" * 32, world.account("bart", "WIJK"), 5),),
        "cd" * 32,
    )
    before = selfcheck.last_run(market_day.bank, "quick")
    market_day.wait(60)
    with pytest.raises(Refusal):
        market_day.do(body, "joop")
    assert selfcheck.last_run(market_day.bank, "quick") == before
    with pytest.raises(Refusal):
        market_day.do(body, "joop", "truus", "kees")
    assert selfcheck.last_run(market_day.bank, "quick").finished == market_day.clock.now()
