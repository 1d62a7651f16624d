"""Reading what the bank says: to the cent, in every version, and never half a file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.banking import OWN
from timebank.errors import Flaw, Unfit
from timebank.services import camt
from timebank.services.camt import read
from timebank_cli.demo.banking import Booking, Part, statement

DAY = "2026-09-21"
IN = Booking("REF-1", DAY, 50_000, [Part("", 50_000, "Woonstad & co", OWN, "storting")])
OUT = Booking("REF-2", DAY, -25_000, batch="TBMSG")
BACK = Booking("REF-3", "2026-09-23", 1_000, [Part("RF1", 1_000, "Werk", returned="AC04")])
SPLIT = Booking("REF-4", DAY, -300, [Part("RF1", 100, "Bart"), Part("RF2", 200, "Noor")])
ALL = (IN, OUT, BACK, SPLIT)
VERSIONS = ["02", "03", "04", "08"]


def refused(data: bytes) -> Unfit:
    with pytest.raises(Unfit) as caught:
        read(data)
    return caught.value


def changed(old: str, new: str, count: int = -1, *, bookings=ALL) -> bytes:
    data = statement(OWN, bookings, opening=7).decode()
    assert old in data
    return data.replace(old, new, count).encode()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_says_the_same(version):
    found = read(statement(OWN, ALL, opening=-12_345, version=version))
    assert (found.version, found.iban) == (f"camt.053.001.{version}", OWN)
    assert [(line.reference, line.day, line.amount) for line in found.lines] == [
        ("REF-1", DAY, 50_000),
        ("REF-2", DAY, -25_000),
        ("REF-3", "2026-09-23", 1_000),
        ("REF-4", DAY, -300),
    ]
    deposit, paid, back, split = found.lines
    (one,) = deposit.details
    assert (one.name, one.iban, one.text, one.amount) == ("Woonstad & co", OWN, "storting", 50_000)
    assert paid.batch == ("TBMSG",)
    assert [(part.end_to_end, part.returned) for part in back.details] == [("RF1", "AC04")]
    assert [(part.end_to_end, part.amount) for part in split.details] == [
        ("RF1", 100),
        ("RF2", 200),
    ]


def test_a_line_is_the_same_line_in_every_file():
    one = {line.id for line in read(statement(OWN, ALL)).lines}
    overlapping = {line.id for line in read(statement(OWN, ALL[1:], version="02")).lines}
    assert len(one) == 4
    assert overlapping < one


def test_lines_that_the_bank_gives_no_reference_are_known_by_all_they_say():
    bookings = [
        Booking("", DAY, 500, [Part("", 500, "Joop", text="een")]),
        Booking("", DAY, 500, [Part("", 500, "Joop", text="twee")]),
        Booking("", DAY, 500, [Part("", 500, "Joop", text="twee")]),
    ]
    found = read(statement(OWN, bookings)).lines
    assert len({line.id for line in found}) == 3
    again = read(statement(OWN, bookings[1:])).lines
    assert {line.id for line in again} < {line.id for line in found}


def test_the_same_line_in_two_statements_of_one_file_is_one_line():
    data = statement(OWN, [IN]).decode()
    start, end = data.index("<Stmt>"), data.index("</Stmt>") + len("</Stmt>")
    assert len(read((data[:end] + data[start:end] + data[end:]).encode()).lines) == 1


def test_equal_deposits_without_reference_in_statements_that_follow_each_other_are_two():
    def stmt(opening: int) -> str:
        data = statement(OWN, [Booking("", DAY, 500, [Part("", 500, "Joop")])], opening=opening)
        text = data.decode()
        return text[text.index("<Stmt>") : text.index("</Stmt>") + len("</Stmt>")]

    whole = statement(OWN, [IN]).decode()
    start, end = whole.index("<Stmt>"), whole.index("</Stmt>") + len("</Stmt>")

    def lines(*statements: str) -> list[str]:
        data = whole[:start] + "".join(statements) + whole[end:]
        return [line.id for line in read(data.encode()).lines]

    first, second = lines(stmt(0), stmt(500))
    assert first != second
    assert lines(stmt(0)) == lines(stmt(0), stmt(0)) == [first]


def test_what_the_bank_only_announces_is_no_line():
    announced = "<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>PDNG</Cd></Sts>"
    data = changed(*announced, 1, bookings=[Booking("A", DAY, 1), Booking("B", DAY, 2)])
    data = data.replace(b">0.10<", b">0.09<")  # what is only announced is in no balance
    assert [line.reference for line in read(data).lines] == ["B"]


def test_a_returned_payment_is_seen_by_the_banks_code_alone():
    data = changed("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "", bookings=[BACK])
    assert read(data).lines[0].details[0].returned == ""
    assert read(data.replace(b">ESCT<", b">RRTN<")).lines[0].details[0].returned == "?"


def test_an_amount_in_another_currency_within_a_line_is_not_taken_for_euro():
    data = changed('<Amt Ccy="EUR">500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>',
                   '<Amt Ccy="USD">550.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties>')  # fmt: skip
    assert read(data).lines[0].details[0].amount is None


# ---- what is refused, whole

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Document>&c;</Document>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><Document/>"""


OPENING = 'OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.07<'


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"", Flaw.FILE_BROKEN),
        (b"IBAN;Bedrag\r\n", Flaw.FILE_BROKEN),
        (b"\xff\xfe\x00", Flaw.FILE_BROKEN),
        (b'<?xml version="1.0" encoding="none"?><a/>', Flaw.FILE_BROKEN),
        (b"<a/>", Flaw.NOT_A_STATEMENT),
        (changed("camt.053.001.08", "camt.052.001.08"), Flaw.NOT_A_STATEMENT),
        (changed("camt.053.001.08", "pain.001.001.09"), Flaw.NOT_A_STATEMENT),
        (changed(OWN, "NL44RABO0123456780"), Flaw.NOT_A_STATEMENT),
        (BOMB, Flaw.FILE_WITH_ENTITIES),
        (OUTSIDE, Flaw.FILE_WITH_ENTITIES),
        (changed("<Ccy>EUR</Ccy>", "<Ccy>GBP</Ccy>"), Flaw.NOT_IN_EURO),
        (changed('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="USD">', 1), Flaw.NOT_IN_EURO),
        (changed(">250.00<", ">-250.00<"), Flaw.BAD_AMOUNT),
        (changed(">250.00<", ">250.001<"), Flaw.BAD_AMOUNT),
        (changed(">250.00<", ">250,00<"), Flaw.BAD_AMOUNT),
        (changed(">250.00<", ">NaN<"), Flaw.BAD_AMOUNT),
        (changed(">250.00<", ">1e99<"), Flaw.BAD_AMOUNT),
        (changed(">250.00<", ">1E999999<"), Flaw.BAD_AMOUNT),
        (changed(OPENING, OPENING.replace("0.07", "1E999999")), Flaw.BAD_AMOUNT),
        (changed("NtryDtls>", "Odd>"), Flaw.FILE_BROKEN),
        (changed("</Amt><CdtDbtInd>DBIT<", "</Amt><CdtDbtInd>MAYBE<"), Flaw.BAD_AMOUNT),
        (changed("</Amt><CdtDbtInd>DBIT<", "</Amt><CdtDbtInd>CRDT<"), Flaw.BALANCES_DIFFER),
        (changed(">250.00<", ">250.01<"), Flaw.BALANCES_DIFFER),
        (changed("<BookgDt><Dt>2026-09-21", "<BookgDt><Dt>gisteren", 1), Flaw.FILE_BROKEN),
    ],
)
def test_a_file_that_is_not_right_is_refused(data, flaw):
    assert refused(data).code is flaw


def test_a_file_of_two_accounts_is_refused():
    data = statement(OWN, [IN]).decode()
    start, end = data.index("<Stmt>"), data.index("</Stmt>") + len("</Stmt>")
    other = data[start:end].replace(OWN, "NL91ABNA0417164300")
    assert refused((data[:end] + other + data[end:]).encode()).code is Flaw.OTHER_ACCOUNT


def test_a_file_that_is_too_large_is_not_even_opened():
    assert refused(b" " * (camt.MAX_FILE + 1)).code is Flaw.FILE_TOO_LARGE


WHOLE = statement(OWN, ALL)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE.rstrip()) - 1))
def test_a_file_that_was_cut_off_anywhere_is_refused(length):
    assert refused(WHOLE[:length]).code is Flaw.FILE_BROKEN


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_one_wrong_byte_is_refused_or_read(position, byte):
    data = WHOLE[:position] + bytes([byte]) + WHOLE[position + 1 :]
    try:
        read(data)
    except Unfit:
        return
