"""Every euro of the journal beside the bank's files: what fits, and each way it may not."""

from hashlib import sha256
from typing import Any

import pytest

from tests.banking import OWN
from tests.services.conftest import ON_SQLITE, Village
from tests.services.test_bankfiles import imports, record, whole
from tests.services.test_settlement import BART, NOOR, plan, redeem
from timebank.services import auditing, house
from timebank.services.reporting import making
from timebank.services.reporting.banking import BankFile
from timebank.services.reporting.values import Money, Word
from timebank.storage import files
from timebank.storage.engine import reading, writing
from timebank.storage.tables import kept_files
from timebank_cli.demo.banking import Booking, statement

pytestmark = ON_SQLITE


@pytest.fixture(name="paid_out")
def _paid_out(village: Village) -> Village:
    """A deposit, and a settlement of 3,00 to Bart and 1,50 to Noor, all of it on the statement."""
    house.keep_setting(village.bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(village.bank, "bank_iban", OWN)
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    redeem(village, "noor", 150, NOOR)
    village.send(plan(village).draft, "truus", "kees")
    imports(village, Booking("IN", "2026-09-21", 1_000), whole(village))
    record(village, "BATCH")
    return village


def table(village: Village, key: str, report: Any = None) -> Any:
    report = report or making.from_bank(village.bank, 2026)
    return next(each.rows for each in report.section("bank_files").tables if each.key == key)


def kept(village: Village) -> list[BankFile]:
    with reading(village.bank.engine) as conn:
        found = [files.find(conn, each.digest) for each in files.all_kept(conn)]
    return [BankFile(each.name, each.data) for each in found if each]


def test_a_settlement_belongs_to_the_very_file_the_bank_got(paid_out: Village) -> None:
    ((_, _, count, euro, in_file, level),) = table(paid_out, "paid_by_file")
    assert (count, euro, in_file) == (2, Money(450, "EUR", "cent"), Money(450, "EUR", "cent"))
    assert level == Word("same")


def test_every_line_of_the_statement_is_in_the_journal(paid_out: Village) -> None:
    ours, theirs = table(paid_out, "compared")
    assert ours[1:] == theirs[1:] == (2, Money(1_000, "EUR", "cent"), Money(450, "EUR", "cent"))
    assert table(paid_out, "unmatched") == ()


def test_bundle_and_bank_files_give_the_same_without_the_database(paid_out: Village) -> None:
    bundle = list(auditing.export(paid_out.bank))
    alone = making.from_bundle(bundle, paid_out.bank.ledger, 2026, bank_files=kept(paid_out))
    served = making.from_bank(paid_out.bank, 2026)
    assert alone.section("bank_files") == served.section("bank_files")


def test_without_its_file_a_settlement_says_so(paid_out: Village) -> None:
    bundle = list(auditing.export(paid_out.bank))
    alone = making.from_bundle(bundle, paid_out.bank.ledger, 2026)
    assert table(paid_out, "paid_by_file", alone)[0][4:] == ("–", Word("no_file"))
    assert len(table(paid_out, "unmatched", alone)) == 2


def test_a_file_that_pays_another_sum_differs(paid_out: Village) -> None:
    changed = [BankFile(each.name, each.data.replace(b"4.50", b"9.50")) for each in kept(paid_out)]
    bundle = list(auditing.export(paid_out.bank))
    alone = making.from_bundle(bundle, paid_out.bank.ledger, 2026, bank_files=changed)
    assert table(paid_out, "paid_by_file", alone)[0][5] == Word("differs")


def test_a_file_of_the_same_payments_that_is_not_the_one_signed_for_differs(
    paid_out: Village,
) -> None:
    """To another account, and so with the same id, count and sum."""
    (old,) = [each for each in files_kept(paid_out) if each.kind == "pain"]
    data = old.data.replace(b"NL91ABNA0417164300", b"NL20INGB0001234567")
    assert data != old.data
    with writing(paid_out.bank.engine) as conn:
        conn.execute(kept_files.delete().where(kept_files.c.digest == old.digest))
        files.keep(conn, files.File(sha256(data).hexdigest(), "pain", old.name, old.created, data))
    assert table(paid_out, "paid_by_file")[0][4:] == (Money(450, "EUR", "cent"), Word("differs"))


def files_kept(village: Village) -> list[files.File]:
    with reading(village.bank.engine) as conn:
        found = [files.find(conn, each.digest) for each in files.all_kept(conn)]
    return [each for each in found if each]


def test_a_file_planned_later_does_not_take_the_place_of_the_one_that_was_signed_for(
    paid_out: Village,
) -> None:
    (old,) = [each for each in files_kept(paid_out) if each.kind == "pain"]
    data = old.data.replace(b"4.50", b"9.50")
    with writing(paid_out.bank.engine) as conn:
        later = old.created + 1
        files.keep(conn, files.File(sha256(data).hexdigest(), "pain", old.name, later, data))
    assert table(paid_out, "paid_by_file")[0][5] == Word("same")


def test_a_line_that_was_not_recorded_is_listed(paid_out: Village) -> None:
    imports(paid_out, Booking("RENTE", "2026-09-23", 37), name="later.xml")
    ((where, entry, day, euro),) = table(paid_out, "unmatched")
    assert (where, entry, day) == (Word("only_at_bank"), "–", "2026-09-23")
    assert euro == Money(37, "EUR", "cent")


def test_an_entry_that_is_on_no_statement_is_listed(paid_out: Village) -> None:
    paid_out.post(paid_out.world.record_bank(77_700))
    ((where, _, _, euro),) = table(paid_out, "unmatched")
    assert (where, euro) == (Word("only_in_ledger"), Money(77_700, "EUR", "cent"))


def test_a_line_in_two_files_counts_once_and_one_of_another_year_not(paid_out: Village) -> None:
    again = [Booking("IN", "2026-09-21", 1_000), whole(paid_out)]
    imports(paid_out, *again, Booking("OUD", "2025-12-31", 5), name="again.xml")
    assert table(paid_out, "compared")[1][1] == 2
    assert table(paid_out, "unmatched") == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x/>",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b"<Document><GrpHdr><MsgId>x</MsgId><CtrlSum>NaN</CtrlSum></GrpHdr></Document>",
        statement(OWN, [Booking("IN", "2026-09-21", 1_000)])[:-40],
    ],
)
def test_what_is_no_bank_file_is_listed_as_such(paid_out: Village, data: bytes) -> None:
    bundle = list(auditing.export(paid_out.bank))
    given = [BankFile("x.xml", data)]
    alone = making.from_bundle(bundle, paid_out.bank.ledger, 2026, bank_files=given)
    ((name, _, kind, lines, _),) = table(paid_out, "files", alone)
    assert (name, kind, lines) == ("x.xml", Word("unreadable"), 0)
