"""The books of a period are the journal's postings, on accounts with names."""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from tests.services.conftest import ON_SQLITE, Village, hold_market
from tests.services.formats.programs import check_programs
from tests.services.test_machine import OnSqlite, OnSqliteMachine
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.services import auditing
from timebank.services.bookkeeping import BookAccount, Books, keep_books
from timebank.services.drafts import Draft, commit
from timebank.services.periods import Period, Span
from timebank.services.reporting import making
from timebank.services.reporting.values import Money, Word
from timebank.storage import fold, statements
from timebank.storage.engine import reading

ALWAYS = Span(date(2020, 1, 1), date(2059, 12, 31))


def stored(village: Village) -> dict[str, int]:
    with reading(village.bank.engine) as conn:
        return {account.id: account.balance for account in fold.every(conn, Account)}


def sums(books: Books) -> dict[str, int]:
    """The lines of the books added up by account."""
    found: dict[str, int] = {}
    for entry in books.entries:
        for line in entry.lines:
            found[line.account.id] = found.get(line.account.id, 0) + line.amount
    return found


def check_balanced(books: Books) -> None:
    for entry in books.entries:
        for currency in books.currencies:
            assert not sum(line.amount for line in entry.lines if line.account.currency == currency)
    for currency in books.currencies:
        assert not sum(item.opening for item in books.accounts if item.currency == currency)


def test_the_lines_are_the_postings_and_the_closing_balances_those_of_the_ledger(village):
    hold_market(village)
    books = keep_books(village.bank, ALWAYS)
    check_balanced(books)
    with reading(village.bank.engine) as conn:
        assert sums(books) == statements.posting_sums(conn)
    assert books.closing() == stored(village)


def test_the_second_of_two_periods_opens_with_what_the_first_closed_with(village):
    hold_market(village)
    village.wait(200 * 86_400)
    village.post(village.world.pay("joop", "amina", 7))
    before = keep_books(village.bank, Period(2026).span)
    after = keep_books(village.bank, Period(2027).span)
    assert {item.id: item.opening for item in after.accounts} == before.closing()
    assert len(after.entries) == 1
    check_balanced(after)
    assert after.closing() == keep_books(village.bank, ALWAYS).closing() == stored(village)


def test_a_day_is_one_of_amsterdam(village):
    """23:30 UTC on New Year's Eve is the new year already."""
    village.wait(int(Period(2030).bounds[0]) - 1 - village.clock.now())
    village.post(village.world.pay("joop", "amina", 1))
    village.wait(1)
    village.post(village.world.pay("joop", "amina", 2))
    (old,) = keep_books(village.bank, Period(2029).span).entries
    (new,) = keep_books(village.bank, Period(2030).span).entries
    assert (old.day, new.day) == (date(2029, 12, 31), date(2030, 1, 1))
    assert [line.amount for line in new.lines] == [-2, 2]


def test_names_and_texts_are_there_only_where_they_were_asked_for(village):
    memo = commit("fiets maken")
    body = orders.Pay((village.world.leg("joop", "amina", 90),), memo.commitment)
    village.send(Draft(village.world.order(body, "joop"), (memo,)), "joop")
    (asked,) = keep_books(village.bank, ALWAYS, names=True).entries
    (bare,) = keep_books(village.bank, ALWAYS).entries
    assert (asked.text, bare.text) == ("fiets maken", "")


def test_a_correction_says_which_entry_it_is_about(village):
    paid = village.post(village.world.pay("joop", "amina", 30))
    back = village.world.leg("amina", "joop", 30)
    village.do(orders.Refund(paid.identity, (back,)), "amina")
    refund = keep_books(village.bank, ALWAYS).entries[-1]
    assert (refund.type, refund.about) == ("refund", paid.identity)


def test_hours_never_stand_for_euro(village):
    hold_market(village)
    euro = keep_books(village.bank, ALWAYS).in_euro()
    assert {currency.code for currency in euro.currencies} == {"EUR", "WIJK"}
    assert {line.account.currency.code for entry in euro.entries for line in entry.lines} == {
        "EUR", "WIJK",
    }  # fmt: skip
    assert all(entry.lines for entry in euro.entries)
    check_balanced(euro)


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="on or after"):
        Span(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2100, 1, 1), date.max])
def test_a_period_lies_where_days_have_seconds(day):
    with pytest.raises(ValueError, match="century"):
        Span(day, day)


@ON_SQLITE
@pytest.mark.parametrize("year", [2026, 2027])
def test_the_year_report_has_the_same_balances_though_it_never_saw_the_tables(village, year):
    """One adds up postings from the database, the other replays the bundle."""
    hold_market(village)
    village.wait(200 * 86_400)
    village.post(village.world.pay("joop", "amina", 7))
    village.post(village.world.pay("joop", "bart", 40, "WIJK"))
    books = keep_books(village.bank, Period(year).span)
    report = making.from_bundle(auditing.export(village.bank), village.bank.ledger, year)
    opening = {account.id: account.opening for account in books.accounts}
    compared = 0
    for table in report.section("trial").tables:
        for key, _, *told in table.rows:
            for money, balances in zip(told, (opening, books.closing()), strict=True):
                assert isinstance(key, Word)
                assert isinstance(money, Money)
                alike = [
                    balances[account.id]
                    for account in books.accounts
                    if account.currency.code == money.currency
                    and _is(key.key, account, balances[account.id])
                ]
                assert sum(alike) == money.minor
                compared += 1
    assert compared > 10


def _is(row: str, account: BookAccount, balance: int) -> bool:
    if row in ("members_above", "members_below"):
        return account.kind == "member" and (balance >= 0) == (row == "members_above")
    return row in ("sum", account.kind)


class KeptMachine(OnSqliteMachine):
    """After every step of a random history the books add up to its journal."""

    @invariant()
    def the_books_are_the_journal(self) -> None:
        assert isinstance(self.driver, OnSqlite)
        books = keep_books(self.driver.village.bank, ALWAYS)
        check_balanced(books)
        assert books.closing() == stored(self.driver.village)

    def teardown(self) -> None:
        """At its end every program says the same."""
        assert isinstance(self.driver, OnSqlite)
        books = keep_books(self.driver.village.bank, ALWAYS)
        with tempfile.TemporaryDirectory() as folder:
            check_programs(books, Path(folder))
        self.driver.village.bank.close()
        self.driver.folder.cleanup()


TestBooksOfRandomHistories = KeptMachine.TestCase
TestBooksOfRandomHistories.settings = settings(max_examples=4, stateful_step_count=20)
