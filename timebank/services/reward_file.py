"""Reading a reward file: a table of person, amount, date and job, as a volunteer saved it.

Nothing here knows the ledger. A file is read as a whole or refused as a whole (`BadFile`); in one
that can be read, every line has its values or what is wrong with it.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from unicodedata import normalize

from timebank.services.drafts import MAX_TEXT, tidy
from timebank.services.sheets import FORMULA
from timebank.units import MAX_AMOUNT, Unit, parse_amount

MAX_BYTES = 256 * 1024
MAX_LINES = 1024
MAX_JOB = MAX_TEXT - len(", 31-12-2026")
"""Characters of a job; the day stands behind it in what the person reads."""

COLUMNS = {
    "person": ("person", "name", "member", "persoon", "naam", "wie", "lid"),
    "amount": ("amount", "bedrag", "beloning"),
    "date": ("date", "datum", "dag"),
    "job": ("job", "memo", "klus", "waarvoor", "omschrijving"),
}
"""Each column, and what its head may be called, in English and Dutch."""
_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")
_DELIMITERS = ";\t,"
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+,\d{1,2}")
_ONE_DIGIT = re.compile(r"\d+[.,]\d")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Problem(StrEnum):
    """What is wrong with one line."""

    CELLS = "cells"
    """It has more or fewer cells than the head."""
    FORMULA = "formula"
    NO_PERSON = "no_person"
    UNKNOWN_PERSON = "unknown_person"
    AMBIGUOUS_PERSON = "ambiguous_person"
    """Two members have this name."""
    LEFT = "left"
    SUSPENDED = "suspended"
    NOT_A_PERSON = "not_a_person"
    """It is a shop or an organisation."""
    NO_ACCOUNT = "no_account"
    """The payer or the person has no account for this."""
    NO_AMOUNT = "no_amount"
    NOT_AN_AMOUNT = "not_an_amount"
    ZERO = "zero"
    NEGATIVE = "negative"
    DECIMALS = "decimals"
    """More than two digits behind the mark."""
    TOO_MUCH = "too_much"
    """The person's account cannot hold this."""
    NO_DATE = "no_date"
    NOT_A_DATE = "not_a_date"
    FUTURE = "future"
    LONG_AGO = "long_ago"
    """More than a year before today."""
    NO_JOB = "no_job"
    LONG_JOB = "long_job"
    REPEATED = "repeated"
    """An earlier line says exactly the same."""


class FileProblem(StrEnum):
    """What is wrong with a file as a whole."""

    TOO_LARGE = "too_large"
    NOT_A_TABLE = "not_a_table"
    """A spreadsheet's own format, or no text at all."""
    BROKEN = "broken"
    """A quotation mark that is never closed, or a cell without end."""
    EMPTY = "empty"
    """No line beside the head."""
    TOO_MANY = "too_many"
    NO_COLUMN = "no_column"
    TWO_COLUMNS = "two_columns"
    """Two columns with the same meaning."""


class BadFile(Exception):
    """The file is no table of rewards; `detail` is a column, where it is about one."""

    def __init__(self, problem: FileProblem, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what was typed, its values as far as they could be read, and what is wrong.

    `number` counts the lines of the file from 1. `amount` is in minor units of `unit`.
    """

    number: int
    person: str
    typed_amount: str
    amount: int
    unit: Unit
    day: date
    job: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All lines of a file, and the heads of columns that were not read."""

    rows: tuple[Row, ...]
    ignored: tuple[str, ...]


def read_table(content: bytes, today: date) -> Table:
    """Return what a file says. Raises BadFile."""
    text = _decode(content)
    try:
        lines = list(_lines(text))
    except csv.Error:
        raise BadFile(FileProblem.BROKEN) from None
    if not lines:
        raise BadFile(FileProblem.EMPTY)
    (_, head), *rest = lines
    places, ignored = _columns(head)
    if not rest:
        raise BadFile(FileProblem.EMPTY)
    if len(rest) > MAX_LINES:
        raise BadFile(FileProblem.TOO_MANY)
    width = len(head)
    rows = tuple(_row(number, cells, width, places, today) for number, cells in rest)
    return Table(rows, ignored)


# ---- from bytes to cells


def _decode(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one; else what Windows calls Latin-1."""
    if len(content) > MAX_BYTES:
        raise BadFile(FileProblem.TOO_LARGE)
    if content.startswith((_ZIP, _OLD_EXCEL)):
        raise BadFile(FileProblem.NOT_A_TABLE)
    codecs = ("utf-8-sig", "cp1252")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs = ("utf-16", "utf-16")
    for codec in codecs:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return normalize("NFC", text)
    raise BadFile(FileProblem.NOT_A_TABLE)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with something in them, with their numbers in the file."""
    source = io.StringIO(text, newline="")
    delimiter, skipped = _delimiter(text), 0
    if text.lower().startswith("sep="):  # Excel's own hint
        source.readline()
        skipped = 1
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    start = 1
    for cells in reader:
        number, start = start + skipped, reader.line_num + 1
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield number, cells


def _delimiter(text: str) -> str:
    """What stands most between the words of the head."""
    first, _, _rest = text.lstrip("\r\n \t;,").partition("\n")
    if first.lower().startswith("sep="):
        return first.strip()[4:5] or ";"
    return max(_DELIMITERS, key=first.count)


def _columns(head: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column is, and what the others are called."""
    places: dict[str, int] = {}
    ignored = []
    for place, word in enumerate(head):
        name = next((name for name, words in COLUMNS.items() if word.casefold() in words), None)
        if name is None:
            if word:
                ignored.append(word)
        elif name in places:
            raise BadFile(FileProblem.TWO_COLUMNS, name)
        else:
            places[name] = place
    for name in COLUMNS:
        if name not in places:
            raise BadFile(FileProblem.NO_COLUMN, name)
    return places, tuple(ignored)


# ---- from cells to values


def _row(number: int, cells: Sequence[str], width: int, places: dict[str, int], today: date) -> Row:
    problems = []
    # Programs leave out empty cells at the end, or add some.
    if any(cells[width:]) or len(cells) <= max(places.values()):
        problems.append(Problem.CELLS)
    cell = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    if cell["person"][:1] in FORMULA or cell["job"][:1] in FORMULA or cell["date"][:1] in FORMULA:
        problems.append(Problem.FORMULA)
    if not cell["person"]:
        problems.append(Problem.NO_PERSON)
    amount, unit, wrong = _amount(cell["amount"])
    problems += wrong
    day, wrong = _day(cell["date"], today)
    problems += wrong
    job = tidy(cell["job"])
    if not job:
        problems.append(Problem.NO_JOB)
    elif len(job) > MAX_JOB:
        problems.append(Problem.LONG_JOB)
    unique = tuple(dict.fromkeys(problems))
    return Row(number, cell["person"], cell["amount"], amount, unit, day, job, unique)


def _amount(text: str) -> tuple[int, Unit, list[Problem]]:
    """Hours where there is a colon, credits where there is none."""
    unit = Unit.MINUTE if ":" in text else Unit.CENT
    if not text:
        return 0, unit, [Problem.NO_AMOUNT]
    if text[0] in "=+@":
        return 0, unit, [Problem.FORMULA]
    negative, size = text[0] in "-\u2212", text.lstrip("-\u2212 ")
    try:
        minor = parse_amount(_as_typed(size), unit)
    except ValueError:
        behind = size.replace(".", ",").rpartition(",")[2]
        long = size.count(",") + size.count(".") == 1 and behind.isdecimal() and len(behind) > 2
        return 0, unit, [Problem.DECIMALS if long else Problem.NOT_AN_AMOUNT]
    if negative:
        return 0, unit, [Problem.NEGATIVE]
    if not minor:
        return 0, unit, [Problem.ZERO]
    return min(minor, MAX_AMOUNT), unit, []


def _as_typed(size: str) -> str:
    """An amount as it was typed, where a spreadsheet shows it otherwise.

    Excel makes 12,5 of 12,50, "€ 1.250,00" of 1250 in a cell for money, and 1:30:00 of 1:30.
    """
    size = size.removeprefix("€").strip()
    if _THOUSANDS.fullmatch(size):
        size = size.replace(".", "")
    if _ONE_DIGIT.fullmatch(size):
        return size + "0"
    return size.removesuffix(":00") if size.count(":") == 2 else size


def _day(text: str, today: date) -> tuple[date, list[Problem]]:
    if not text:
        return today, [Problem.NO_DATE]
    for form in _DATES:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if day > today:
            return day, [Problem.FUTURE]
        return day, [Problem.LONG_AGO] if (today - day).days > 366 else []
    return today, [Problem.NOT_A_DATE]
