"""Files for other programs, read by those programs."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
import pyxaf
from lxml import etree

from tests.services.conftest import ON_SQLITE, hold_market
from tests.services.formats.programs import (
    COMPANY,
    CREATED,
    check_programs,
    from_auditfile,
    from_beancount,
    from_plain_text,
)
from tests.world import CREDITS, a_commitment, seed
from timebank.ledger import orders
from timebank.services.bookkeeping import Books, keep_books
from timebank.services.drafts import Draft, commit
from timebank.services.formats import plaintext
from timebank.services.formats.auditfile import auditfile, months
from timebank.services.formats.sheets import sheets
from timebank.services.periods import Period, Span
from timebank.storage import people
from timebank.storage.engine import writing
from timebank.storage.people import Opening

pytestmark = ON_SQLITE  # what a file says does not depend on the database

HOSTILE = [
    "fiets maken; date:1999-01-01",
    "[1999-01-01] amt:5",
    'een "citaat" en een \\ erbij',
    '=HYPERLINK("http://kwaad")',
    "@SUM(A1)",
    "(99) | * ! haakjes",
    "]]></desc><amnt>9999</amnt>",
    "twee\nregels\x00\x1b[31m\u2028",
    "brood & <kaas>",
    "    Assets:Bank:EUR  99.00 EUR",
]


@pytest.fixture(name="busy")
def _busy(village):
    """A market, texts and names that would like to be something else, and a second year."""
    hold_market(village)
    for number, text in enumerate(HOSTILE, start=1):
        memo = commit(text)
        legs = (
            village.world.leg("joop", "amina", number),
            village.world.leg("joop", "noor", number, "WIJK"),
        )
        body = orders.Pay(legs, memo.commitment)
        village.send(Draft(village.world.order(body, "joop"), (memo,)), "joop")
    with writing(village.bank.engine) as conn:
        for name, hostile in zip(
            ("joop", "amina", "bart", "noor", "werk"), HOSTILE[3:], strict=False
        ):
            people.keep_opening(conn, Opening(a_commitment(name), seed("salt " + name), hostile))
    village.wait(120 * 86_400)
    village.post(village.world.pay("joop", "bart", 17, "WIJK"))
    village.post(village.world.record_bank(-3_00))
    return village


@pytest.mark.parametrize("names", [False, True])
@pytest.mark.parametrize("year", [2026, 2027])
def test_every_program_finds_the_balances_of_the_ledger(busy, tmp_path, year, names):
    check_programs(keep_books(busy.bank, Period(year).span, names=names), tmp_path)


def test_a_period_of_some_days_over_new_year_is_as_good(busy, tmp_path):
    books = keep_books(busy.bank, Span(date(2026, 12, 15), date(2027, 2, 3)), names=True)
    check_programs(books, tmp_path)
    assert months(books.span) == [
        (date(2026, 12, 15), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 2, 1), date(2027, 2, 3)),
    ]


def test_a_period_before_the_ledger_was_founded_is_empty_and_valid(busy, tmp_path):
    check_programs(keep_books(busy.bank, Period(2020).span), tmp_path)


def tampered(books: Books) -> Books:
    """The same books, whose first posting is a cent more."""
    first, *others = books.entries
    line, *rest = first.lines
    wrong = replace(first, lines=(replace(line, amount=line.amount + 1), *rest))
    return replace(books, entries=(wrong, *others))


@pytest.mark.parametrize("program", ["hledger", "ledger"])
def test_a_changed_balance_is_seen_by_the_program_itself(busy, tmp_path, program):
    books = keep_books(busy.bank, Period(2026).span)
    ((_, data),) = plaintext.hledger(books).items()
    path = tmp_path / "books.journal"
    path.write_bytes(
        data.replace(b"    Assets:Bank:EUR  500.00 EUR", b"    Assets:Bank:EUR  501.00 EUR")
    )
    with pytest.raises(AssertionError, match=r"(?i)balance"):
        from_plain_text(program, path, books)


def test_beancount_sees_a_changed_balance_too(busy, tmp_path):
    books = keep_books(busy.bank, Period(2026).span)
    ((_, data),) = plaintext.beancount(books).items()
    path = tmp_path / "books.beancount"
    assert b"  500.00 EUR" in data
    path.write_bytes(data.replace(b"500.00 EUR", b"501.00 EUR", 2))
    with pytest.raises(AssertionError, match="Balance failed"):
        from_beancount(path, books)


def test_an_auditfile_that_does_not_balance_is_refused_by_its_reader(busy):
    books = tampered(keep_books(busy.bank, Period(2026).span))
    with pytest.raises(AssertionError, match=r"5010|balance"):
        from_auditfile(auditfile(books, COMPANY, CREATED), books)


def test_an_auditfile_names_nobody_unless_asked(busy):
    books = keep_books(busy.bank, Period(2026).span)
    ((_, data),) = auditfile(books, COMPANY, CREATED).items()
    assert b"fiets maken" not in data
    assert b"custSupName" not in data
    assert b"brood &amp; &lt;kaas&gt;" in auditfile_of(busy, names=True)


def auditfile_of(village, names: bool) -> bytes:
    books = keep_books(village.bank, Period(2026).span, names=names)
    ((_, data),) = auditfile(books, COMPANY, CREATED).items()
    return data


def test_an_auditfile_has_journals_months_and_relations_that_close(busy):
    data = auditfile_of(busy, names=True)
    with pyxaf.open(io.BytesIO(data)) as file:
        assert file.company.name == "Stichting De Linde"
        assert [item.id for item in file.journals.values()] == [
            "BANK", "BETALEN", "UITGEVEN", "INLEVEREN",
        ]  # fmt: skip
        assert len(file.periods) == 12
        moved: dict[str, int] = {}
        for line in file.lines():
            if line.relation_id:
                cents = int(line.signed_amount * 100)
                moved[line.relation_id] = moved.get(line.relation_id, 0) + cents
    tree = etree.fromstring(data)
    for relation in tree.iter("{*}customerSupplier"):
        said = {child.tag.partition("}")[2]: child.text for child in relation}
        sign = {"D": 1, "C": -1}
        opened = sign[said["opBalTp"]] * round(float(said["opBalDesc"]) * 100)
        closed = sign[said["clBalTp"]] * round(float(said["clBalDesc"]) * 100)
        assert opened + moved.get(said["custSupID"], 0) == closed


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_sheets_hold_everything_once(busy):
    books = keep_books(busy.bank, Period(2026).span, names=True)
    found = {name: read(data) for name, data in sheets(books).items()}
    assert len(found["entries.csv"]) == len(books.entries)
    sums: dict[str, int] = {}
    for row in found["postings.csv"]:
        sums[row["account"]] = sums.get(row["account"], 0) + int(row["minor"])
    assert {row["account"]: int(row["closing_minor"]) for row in found["accounts.csv"]} == {
        account.id: account.opening + sums.get(account.id, 0) for account in books.accounts
    }
    assert [row["amount"] for row in found["bank_lines.csv"]] == ["500,00"]
    assert [row["cited_minor"] for row in found["bank_lines.csv"]] == ["50000"]
    settled, waiting = found["redemptions.csv"]
    assert (settled["minor"], settled["open_minor"]) == ("1000", "0")
    assert (waiting["minor"], waiting["open_minor"]) == ("600", "600")
    assert (bool(settled["settled_by"]), bool(waiting["settled_by"])) == (True, False)
    assert {row["type"] for row in found["corrections.csv"]} == {"refund"}


def test_no_cell_of_a_sheet_is_a_formula_and_no_row_is_two(busy):
    books = keep_books(busy.bank, Period(2026).span, names=True)
    rows = read(sheets(books)["entries.csv"])
    texts = [row["text"] for row in rows if row["text"]]
    assert len(texts) == len(HOSTILE) + 1
    assert not [text for text in texts if text[:1] in "=+-@"]
    assert not [text for text in texts if "\n" in text or "\r" in text]
    names = [row["name"] for row in read(sheets(books)["members.csv"]) if row["name"]]
    assert len(names) == 5
    assert not [name for name in names if name[:1] in "=+-@"]


def test_a_fee_for_redeeming_has_a_column_of_its_own(village):
    village.issue()
    village.post(village.world.pay("werk", "bart", 10_000, "WIJK"))
    terms = orders.Redeeming(0, 200, village.world.account("werk", "WIJK"))
    village.do(orders.SetPolicy("WIJK", replace(CREDITS.policy, redeeming=terms)), "els", "farid")
    account = village.world.account("bart", "WIJK")
    village.do(orders.Redeem(account, "WIJK", 9_800, a_commitment("iban"), 200), "bart")
    (row,) = read(sheets(keep_books(village.bank, Period(2026).span))["redemptions.csv"])
    assert (row["amount"], row["minor"], row["fee_minor"]) == ("98,00", "9800", "200")


def test_an_auditfile_has_no_more_months_than_it_can_number(village):
    books = keep_books(village.bank, Span(date(2000, 1, 1), date(2099, 12, 31)))
    with pytest.raises(ValueError, match="999"):
        auditfile(books, COMPANY, CREATED)
