"""A statement as a table for a spreadsheet: one row an entry, a column for each currency.

Hours stand there twice: as 1:30 to read, and in minutes to add up, because a spreadsheet takes
1:30 for a time of day and knows none before midnight.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from timebank.services.monthly import Column, Line, Statement
from timebank.services.sheets import Cell, amount_cell, sheet, word_cell
from timebank.services.statements import local
from timebank.units import Unit


@dataclass(frozen=True, slots=True)
class Words:
    """What the columns and the two rows around the entries are called, in the reader's language.

    `balance` and `minutes` hold `%(currency)s`.
    """

    day: str
    time: str
    who: str
    job: str
    kind: str
    minutes: str
    balance: str
    reference: str
    entry: str
    opening: str
    closing: str


def statement_sheet(
    found: Statement,
    words: Words,
    labels: Mapping[str, str],
    who: Callable[[Line], str],
    kind: Callable[[Line], str],
    decimal: str = ",",
) -> str:
    """Return the whole table; `labels` are what currencies are called."""
    return sheet(_rows(found, words, labels, who, kind, decimal), decimal)


def _rows(
    found: Statement,
    words: Words,
    labels: Mapping[str, str],
    who: Callable[[Line], str],
    kind: Callable[[Line], str],
    decimal: str,
) -> Iterator[list[Cell]]:
    columns = found.columns

    def balances(of: Mapping[str, int]) -> list[Cell]:
        return [
            amount_cell(of[column.currency], column.unit, decimal) if column.currency in of else ""
            for column in columns
        ]

    amounts = [cell for column in columns for cell in _heads(column, words, labels)]
    totals = [words.balance % {"currency": labels[column.currency]} for column in columns]
    yield [
        words.day, words.time, words.who, words.job, words.kind, *amounts, *totals,
        words.reference, words.entry,
    ]  # fmt: skip
    empty: list[Cell] = [""] * len(amounts)
    opening = balances({column.currency: column.opening for column in columns})
    yield [found.period.first.isoformat(), "", "", "", words.opening, *empty, *opening, "", ""]
    for line in found.lines:
        moved = [cell for column in columns for cell in _amounts(line, column, decimal)]
        yield [
            line.day.isoformat(), f"{local(line.time):%H:%M}", word_cell(who(line)),
            word_cell(line.memo), kind(line), *moved, *balances(line.balances),
            word_cell(line.reference), line.seq,
        ]  # fmt: skip
    closing = balances({column.currency: column.closing for column in columns})
    yield [found.period.last.isoformat(), "", "", "", words.closing, *empty, *closing, "", ""]


def _heads(column: Column, words: Words, labels: Mapping[str, str]) -> list[str]:
    label = labels[column.currency]
    if column.unit is Unit.MINUTE:
        return [label, words.minutes % {"currency": label}]
    return [label]


def _amounts(line: Line, column: Column, decimal: str) -> list[Cell]:
    minor = line.amounts.get(column.currency)
    shown = "" if minor is None else amount_cell(minor, column.unit, decimal)
    if column.unit is Unit.MINUTE:
        return [shown, "" if minor is None else minor]
    return [shown]
