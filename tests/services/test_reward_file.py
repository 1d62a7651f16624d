"""A table that a volunteer's own program saved: read line by line, or refused as a whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.services.reward_file import (
    MAX_BYTES,
    MAX_JOB,
    MAX_LINES,
    BadFile,
    FileProblem,
    Problem,
    Row,
    read_table,
)
from timebank.units import Unit

TODAY = date(2026, 9, 21)
HEAD = "persoon;bedrag;datum;klus\n"


def rows(text: str | bytes, head: str = HEAD) -> tuple[Row, ...]:
    content = text if isinstance(text, bytes) else (head + text).encode()
    return read_table(content, TODAY).rows


def problems(line: str) -> tuple[Problem, ...]:
    (row,) = rows(line)
    return row.problems


def refused(content: bytes) -> BadFile:
    with pytest.raises(BadFile) as caught:
        read_table(content, TODAY)
    return caught.value


def test_a_line_says_who_how_much_when_and_what_for():
    (row,) = rows("Amina;12,50;12-9-2026;plein vegen\n")
    assert (row.number, row.person, row.amount, row.unit) == (2, "Amina", 1250, Unit.CENT)
    assert (row.day, row.job, row.problems) == (date(2026, 9, 12), "plein vegen", ())


@pytest.mark.parametrize(
    "content",
    [
        "persoon;bedrag;datum;klus\nZoë;1:30;2026-09-12;hek\n".encode(),
        "\ufeffpersoon;bedrag;datum;klus\r\nZoë;1:30;2026-09-12;hek\r\n".encode(),
        "persoon;bedrag;datum;klus\r\nZoë;1:30;2026-09-12;hek\r\n".encode("latin-1"),
        "persoon\tbedrag\tdatum\tklus\nZoë\t1:30\t12-9-2026\thek".encode("utf-16"),
        "Persoon,Bedrag,Datum,Klus\nZoë,1:30,12/09/2026,hek".encode(),
        "person,amount,date,job\rZoë,1:30,12.09.2026,hek\r".encode(),
        'KLUS;DATUM;NAAM;BEDRAG\n"hek";"2026-09-12";"Zoë";"1:30"\n'.encode(),
        "sep=;\r\npersoon;bedrag;datum;klus\r\nZoë;1:30;2026-09-12;hek\r\n".encode(),
        "persoon;bedrag;datum;klus\nZoe\u0308;1:30;2026-09-12;hek\n".encode(),
        " persoon ; bedrag ; datum ; klus ;;\n Zoë ; 1:30 ; 2026-09-12 ; hek ;;\n".encode(),
    ],
    ids=[
        "utf-8", "mark and windows line ends", "latin-1", "utf-16 and tabs", "commas",
        "english and old mac", "another order and quotes", "excel's hint", "composed otherwise",
        "spaces and empty columns",
    ],
)  # fmt: skip
def test_however_it_was_saved_it_is_the_same_table(content):
    (row,) = rows(content)
    assert (row.person, row.amount, row.day, row.job) == ("Zoë", 90, date(2026, 9, 12), "hek")
    assert row.problems == ()


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12,50", 1250), ("12.50", 1250), ("12", 1200), ("1:30", 90), ("0:05", 5), ("1:00", 60),
        ("12,5", 1250), ("12.5", 1250), ("€ 12,50", 1250), ("€\u00a01.250,00", 125_000),
        ("1.250,5", 125_050), ("01:30", 90), ("1:30:00", 90), ("100:00:00", 6_000),
    ],
)  # fmt: skip
def test_amounts_have_a_comma_a_point_or_a_colon(typed, minor):
    (row,) = rows(f"Amina;{typed};2026-09-12;hek\n")
    assert (row.amount, row.problems) == (minor, ())


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.NO_AMOUNT),
        ("0", Problem.ZERO),
        ("0,00", Problem.ZERO),
        ("0:00", Problem.ZERO),
        ("-5,00", Problem.NEGATIVE),
        ("\u22121:30", Problem.NEGATIVE),
        ("12,505", Problem.DECIMALS),
        ("12.5050", Problem.DECIMALS),
        ("1.250", Problem.DECIMALS),
        ("12,50,00", Problem.NOT_AN_AMOUNT),
        ("1.25,00", Problem.NOT_AN_AMOUNT),
        ("1,250.00", Problem.NOT_AN_AMOUNT),
        ("1:75", Problem.NOT_AN_AMOUNT),
        ("1:30:30", Problem.NOT_AN_AMOUNT),
        ("5 €", Problem.NOT_AN_AMOUNT),
        ("vijf", Problem.NOT_AN_AMOUNT),
        ("1e5", Problem.NOT_AN_AMOUNT),
        ("99999999999999999999", Problem.NOT_AN_AMOUNT),
        ("=1+1", Problem.FORMULA),
    ],
)
def test_an_amount_that_is_none_says_why(typed, problem):
    assert problems(f"Amina;{typed};2026-09-12;hek\n") == (problem,)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.NO_DATE),
        ("gisteren", Problem.NOT_A_DATE),
        ("31-2-2026", Problem.NOT_A_DATE),
        ("12-9-26", Problem.NOT_A_DATE),
        ("22-09-2026", Problem.FUTURE),
        ("9999-12-31", Problem.FUTURE),
        ("2025-09-01", Problem.LONG_AGO),
        ("0001-01-01", Problem.LONG_AGO),
        ("=NOW()", Problem.FORMULA),
    ],
)
def test_a_day_that_is_none_says_why(typed, problem):
    assert problem in problems(f"Amina;5;{typed};hek\n")


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "-1+1", "\uff1d1"])
def test_a_formula_in_a_cell_is_refused(cell):
    assert Problem.FORMULA in problems(f"{cell};5;2026-09-12;hek\n")
    assert Problem.FORMULA in problems(f"Amina;5;2026-09-12;{cell}\n")


def test_a_line_with_cells_too_many_or_too_few_says_so():
    assert problems("Amina;5;2026-09-12;hek;en nog iets\n") == (Problem.CELLS,)
    assert Problem.CELLS in problems("Amina;5;2026-09-12\n")
    assert problems(";5;2026-09-12;hek\n") == (Problem.NO_PERSON,)
    assert problems("Amina;5;2026-09-12;\n") == (Problem.NO_JOB,)
    assert problems(f"Amina;5;2026-09-12;{'x' * (MAX_JOB + 1)}\n") == (Problem.LONG_JOB,)


def test_all_that_is_wrong_with_a_line_is_said_at_once():
    assert problems(";0;;\n") == (
        Problem.NO_PERSON, Problem.ZERO, Problem.NO_DATE, Problem.NO_JOB,
    )  # fmt: skip


def test_empty_lines_are_passed_over_and_still_count():
    found = rows("\n;;;\nAmina;5;2026-09-12;hek\n\n   \nJoop;5;2026-09-12;hek\n\n\n")
    assert [row.number for row in found] == [4, 7]


def test_a_line_in_quotes_may_be_two_lines_long():
    found = rows('Amina;5;2026-09-12;"hek\nen poort"\nJoop;5;2026-09-12;hek\n')
    assert [(row.number, row.job) for row in found] == [(2, "hek en poort"), (4, "hek")]


def test_columns_that_are_not_read_are_named():
    table = read_table(b"persoon;bedrag;datum;klus;opmerking\nA;5;2026-09-12;hek;ja\n", TODAY)
    assert table.ignored == ("opmerking",)
    assert table.rows[0].problems == ()


@pytest.mark.parametrize(
    ("content", "problem", "detail"),
    [
        (b"", FileProblem.EMPTY, ""),
        (b"\n\r\n;;;\n", FileProblem.EMPTY, ""),
        (b"persoon;bedrag;datum;klus\n", FileProblem.EMPTY, ""),
        (b"persoon;datum;klus\nA;2026-09-12;hek\n", FileProblem.NO_COLUMN, "amount"),
        (b"Amina;5;2026-09-12;hek\n", FileProblem.NO_COLUMN, "person"),
        (b"naam;wie;bedrag;datum;klus\nA;B;5;2026-09-12;hek\n", FileProblem.TWO_COLUMNS, "person"),
        (b"PK\x03\x04 and so on", FileProblem.NOT_A_TABLE, ""),
        (b"\xd0\xcf\x11\xe0 and so on", FileProblem.NOT_A_TABLE, ""),
        (b"persoon;bedrag\0;datum;klus\nA;5;2026-09-12;hek\n", FileProblem.NOT_A_TABLE, ""),
        (b"persoon;bedrag;datum;klus\n\x81\x8d;5;2026-09-12;hek\n", FileProblem.NOT_A_TABLE, ""),
        (b"\xff\xfep", FileProblem.NOT_A_TABLE, ""),
        (HEAD.encode() + b'Amina;5;2026-09-12;"hek\n', FileProblem.BROKEN, ""),
        (HEAD.encode() + b"Amina;5;2026-09-12;" + b"x" * 200_000, FileProblem.BROKEN, ""),
        (HEAD.encode() + b"A;5;2026-09-12;hek\n" * (MAX_LINES + 1), FileProblem.TOO_MANY, ""),
        (b"x" * 10_000_000, FileProblem.TOO_LARGE, ""),
        (b"x" * (MAX_BYTES + 1), FileProblem.TOO_LARGE, ""),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(content, problem, detail):
    bad = refused(content)
    assert (bad.problem, bad.detail) == (problem, detail)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: (HEAD + t).encode())))
def test_anything_at_all_is_a_table_or_a_bad_file(content):
    try:
        table = read_table(content, TODAY)
    except BadFile:
        return
    assert all(row.problems or (row.amount > 0 and row.job and row.person) for row in table.rows)
