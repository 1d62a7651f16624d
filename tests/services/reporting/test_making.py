"""The year report: the same figures from a bundle, equal to the tables, and to the cent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import Village, copy_of, reopened
from tests.world import a_commitment
from timebank.journal import ProofError
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.ledger.replay import BrokenJournal
from timebank.ledger.seals import Seal
from timebank.services import auditing, seals
from timebank.services.drafts import Draft, commit
from timebank.services.reporting import making
from timebank.services.reporting.page import page
from timebank.services.reporting.paper import paper
from timebank.services.reporting.showing import Words
from timebank.services.reporting.values import (
    Cell,
    Hidden,
    Money,
    Report,
    Section,
    Who,
    Word,
)
from timebank.services.reporting.words import DUTCH, ENGLISH
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank.storage import fold
from timebank.storage.engine import reading

YEAR = 2026


@pytest.fixture(name="held")
def _held(market: Settings, tmp_path: Path) -> Iterator[Village]:
    """The village after its market day."""
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


def table(report: Report, section: str, key: str) -> Any:
    return next(each for each in report.section(section).tables if each.key == key)


def of_journal(report: Report) -> list[Section]:
    """The sections that the journal gives, without the texts that only the database has."""

    def forget(cell: Cell) -> Cell:
        return Hidden(cell.commitment) if isinstance(cell, Hidden) else cell

    return [each for each in report.told(forget).sections if each.source == "journal"]


def test_a_bundle_gives_the_same_figures_as_the_database(held: Village) -> None:
    bundle = list(auditing.export(held.bank))
    alone = making.from_bundle(bundle, held.bank.ledger, YEAR)
    served = making.from_bank(held.bank, YEAR)
    assert of_journal(alone) == of_journal(served)
    assert (alone.size, alone.root) == (served.size, served.root)
    assert {section.source for section in alone.sections} == {"journal", "bank"}


def test_the_trial_balance_is_what_the_tables_say_and_sums_to_zero(held: Village) -> None:
    report = making.from_bank(held.bank, YEAR)
    with reading(held.bank.engine) as conn:
        accounts = list(fold.every(conn, Account))
    trial: Any = report.section("trial").tables
    for each in trial:
        rows = {row[0]: row for row in each.rows}
        code = rows[Word("sum")][3].currency
        assert rows.pop(Word("sum"))[2:] == (Money(0, code, _unit(code)),) * 2
        for kind in ("contra", "redemption", "bank", "transit", "outside"):
            if row := rows.get(Word(kind)):
                balances = [a.balance for a in accounts if (a.kind, a.currency) == (kind, code)]
                assert row[3].minor == sum(balances)
        assert sum(row[3].minor for row in rows.values()) == 0


def _unit(code: str) -> str:
    return "minute" if code == "UUR" else "cent"


def test_every_issue_stands_beside_the_bank_lines_it_rests_on(held: Village) -> None:
    report = making.from_bank(held.bank, YEAR)
    ((seq, _, amount, backing),) = table(report, "issuance", "issues").rows
    ((line, _, euro, cited, left),) = table(report, "issuance", "bank_lines").rows
    assert amount.minor == euro.minor == cited.minor == 50_000
    assert (backing, left.minor) == (str(line), 0)
    assert seq == line + 1


def test_a_settlement_names_its_file_and_what_still_waits(held: Village) -> None:
    report = making.from_bank(held.bank, YEAR)
    ((_, _, count, amount, file),) = table(report, "settlement", "settlements").rows
    assert (count, amount.minor) == (1, 1_000)
    assert file == Hidden(a_commitment("bestand"))
    ((_, shop, waiting),) = table(report, "settlement", "waiting").rows
    assert (shop, waiting.minor) == (Who(held.world.member("noor")), 600)
    ((_, start, came, went, end),) = table(report, "settlement", "bank").rows
    assert [each.minor for each in (start, came, went, end)] == [0, 50_000, 0, 50_000]


def test_a_correction_is_told_with_its_reason_where_that_is_kept(held: Village) -> None:
    world = held.world
    paid = held.post(world.pay("joop", "amina", 45))
    why = commit("dubbel getikt")
    body = orders.Correct(paid.identity, (world.leg("amina", "joop", 45),), why.commitment)
    held.send(Draft(world.order(body, "truus"), (why,)), "truus", "kees")
    served = table(making.from_bank(held.bank, YEAR), "corrections", "corrections")
    alone = table(
        making.from_bundle(list(auditing.export(held.bank)), held.bank.ledger, YEAR),
        "corrections",
        "corrections",
    )
    assert served.rows[0][3:5] == (Word("pay"), Money(45, "UUR", "minute"))
    assert served.rows[0][5] == Hidden(why.commitment, "dubbel getikt")
    assert alone.rows[0][5] == Hidden(why.commitment)


def test_a_year_starts_where_the_last_one_ended(held: Village) -> None:
    before = making.from_bank(held.bank, YEAR)
    held.wait(365 * 86_400)
    held.post(held.world.pay("els", "joop", 20))
    old, new = (making.from_bank(held.bank, year) for year in (YEAR, YEAR + 1))
    assert [t.rows for t in old.section("trial").tables] == [
        t.rows for t in before.section("trial").tables
    ]
    ends = [row[3] for each in old.section("trial").tables for row in each.rows]
    starts = [row[2] for each in new.section("trial").tables for row in each.rows]
    assert starts == ends
    assert table(new, "issuance", "issues").rows == ()


@pytest.mark.parametrize("year", [2025, 2027])
def test_there_is_no_report_of_a_year_without_this_ledger(held: Village, year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        making.from_bank(held.bank, year)


def test_a_bundle_that_does_not_hold_gives_no_report(held: Village) -> None:
    bundle = list(auditing.export(held.bank))
    with pytest.raises(ProofError):
        making.from_bundle(bundle, "0" * 64, YEAR)
    bundle[3] = bundle[3].replace(b'"amount":4000', b'"amount":4001', 1)
    with pytest.raises(BrokenJournal):
        making.from_bundle(bundle, held.bank.ledger, YEAR)


def test_findings_and_seals_are_told(held: Village) -> None:
    world = held.world
    held.do(orders.SetRole(world.member("amina"), "auditor", True), "els", "farid")
    statement = seals.draft(held.bank)
    seals.keep(held.bank, Seal(statement, authorize(world.key("amina"), Tag.SEAL, statement.data)))
    report = making.from_bank(held.bank, YEAR)
    assert table(report, "findings", "findings").rows == ()
    ((who, _, size, root),) = table(report, "seals", "seals").rows
    assert (who.member, size, root) == (world.member("amina"), statement.size, statement.root)
    with held.raw() as conn:
        conn.execute("UPDATE fold_accounts SET balance = balance + 1 WHERE kind = 'bank'")
    assert table(making.from_bank(held.bank, YEAR), "findings", "findings").rows


def test_names_are_only_there_when_asked_for(held: Village) -> None:
    report = making.from_bank(held.bank, YEAR)
    assert not any(who.name for who in _who(report))
    assert set(making.members_in(report)) == {who.member for who in _who(report)}
    assert {who.member for who in _who(making.with_names(held.bank, report))} == set(
        making.members_in(report)
    )


def _who(report: Report) -> list[Who]:
    return [
        cell
        for section in report.sections
        for each in section.tables
        for row in each.rows
        for cell in row
        if isinstance(cell, Who)
    ]


def test_page_and_paper_say_the_same_in_both_languages(held: Village) -> None:
    report = making.from_bank(held.bank, YEAR)
    for language, word in (("nl", "Saldibalans"), ("en", "Trial balance")):
        text = page(report, language)
        assert f'<html lang="{language}">' in text
        assert word in text
        assert report.root in text
        assert "http" not in text, "nothing from elsewhere"
        assert paper(report, language).startswith(b"%PDF")
    assert paper(report) == paper(report)


def test_a_hostile_text_stays_a_text(held: Village) -> None:
    world = held.world
    paid = held.post(world.pay("joop", "amina", 45))
    why = commit("<script>alert(1)</script> ☺ Şule")
    body = orders.Correct(paid.identity, (world.leg("amina", "joop", 45),), why.commitment)
    held.send(Draft(world.order(body, "truus"), (why,)), "truus", "kees")
    report = making.from_bank(held.bank, YEAR)
    assert "<script>" not in page(report)
    assert paper(report).startswith(b"%PDF")


def test_every_word_of_the_report_is_there_in_both_languages() -> None:
    assert DUTCH.keys() == ENGLISH.keys()


@pytest.mark.parametrize(
    ("minor", "unit", "dutch", "english"),
    [
        (100_000_000, "cent", "1.000.000,00 EUR", "1,000,000.00 EUR"),
        (-123_456, "cent", "\N{MINUS SIGN}1.234,56 EUR", "\N{MINUS SIGN}1,234.56 EUR"),
        (-5, "cent", "\N{MINUS SIGN}0,05 EUR", "\N{MINUS SIGN}0.05 EUR"),
        (0, "cent", "0,00 EUR", "0.00 EUR"),
        (90, "minute", "1:30 EUR", "1:30 EUR"),
        (-90_000, "minute", "\N{MINUS SIGN}1.500:00 EUR", "\N{MINUS SIGN}1,500:00 EUR"),
    ],
)
def test_amounts_are_written_as_the_language_has_them(
    minor: int, unit: str, dutch: str, english: str
) -> None:
    amount = Money(minor, "EUR", unit)
    assert [Words.of(each).cell(amount) for each in ("nl", "en")] == [dutch, english]
