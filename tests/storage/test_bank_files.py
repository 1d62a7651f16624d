"""Files from and for the bank, and the lines in them, as they were."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from timebank.storage import bank_lines, files
from timebank.storage.bank_lines import Detail, Kept, Line, Reissue
from timebank.storage.files import About, File

PAIN = File("1" * 64, "pain", "uitbetaling.xml", 1_790_000_000, b"\x00<xml/>\r\n\xff")
CAMT = File("2" * 64, "camt", "september.xml", 1_780_000_000, b"<xml/>")
PART = Detail("RF1", 100, "Café Noor", "NL91ABNA0417164300", "dank u ☺", "AC04")
LINE = Line("a", 0, "2026-09-21", -100, "REF", ("MSG", "PMT"), (PART, replace(PART, amount=None)))


def test_a_file_comes_back_byte_for_byte(conn):
    files.keep(conn, PAIN)
    files.keep(conn, CAMT)
    files.keep(conn, replace(PAIN, name="andere naam.xml"))
    assert files.find(conn, PAIN.digest) == replace(PAIN, name="andere naam.xml")
    assert files.find(conn, "3" * 64) is None
    assert [item.digest for item in files.all_kept(conn)] == [CAMT.digest, PAIN.digest]
    assert files.all_kept(conn)[0] == About(CAMT.digest, "camt", CAMT.name, CAMT.created)


@pytest.mark.parametrize("wrong", [{"digest": "1"}, {"kind": "mt940"}])
def test_a_file_of_another_kind_is_not_kept(conn, wrong):
    with pytest.raises(IntegrityError):
        files.keep(conn, replace(PAIN, **wrong))


def test_a_line_is_kept_once_and_comes_back_whole(conn):
    assert bank_lines.keep(conn, CAMT.digest, [LINE]) == [LINE]
    other = replace(LINE, id="b", day="2026-09-20", batch=(), details=())
    assert bank_lines.keep(conn, PAIN.digest, [LINE, other]) == [other]
    assert bank_lines.keep(conn, PAIN.digest, []) == []
    assert bank_lines.find(conn, "a") == Kept(LINE, CAMT.digest, None)
    assert bank_lines.find(conn, "c") is None
    assert [item.line for item in bank_lines.all_kept(conn)] == [other, LINE]


def test_a_line_remembers_the_order_that_records_it(conn):
    bank_lines.keep(conn, CAMT.digest, [LINE])
    bank_lines.reserve(conn, "a", "9" * 64)
    assert bank_lines.find(conn, "a") == Kept(LINE, CAMT.digest, "9" * 64)


def test_a_redemption_has_one_order_that_issues_it_again(conn):
    bank_lines.keep_reissue(conn, Reissue("r", "a", "8" * 64))
    bank_lines.keep_reissue(conn, Reissue("r", "a", "9" * 64))
    assert bank_lines.reissues(conn) == {"r": Reissue("r", "a", "9" * 64)}
