"""Cells as people read them: the same text on a page and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from timebank.services.reporting.values import Cell, Hidden, Moment, Money, Table, Who, Word
from timebank.services.reporting.words import LANGUAGES
from timebank.services.statements import local
from timebank.units import Unit, show_amount

MINUS = "\u2212"
_NAMES = {"entry", "of_entry", "group"}
_SHORT = 12
_HEX = 64


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    code: str
    table: Mapping[str, str]

    @classmethod
    def of(cls, language: str) -> "Words":
        """Return the words of "nl" or "en"; KeyError for another."""
        return cls(language, LANGUAGES[language])

    def say(self, key: str, **values: object) -> str:
        """Return a sentence or word, with these values in it."""
        return self.table[key].format(**values)

    def title(self, table: Table) -> str:
        """Return what stands above a table."""
        return self.say(f"table.{table.key}", currency=_currency(table))

    def cell(self, cell: Cell) -> str:
        """Return what stands in a cell."""
        match cell:
            case Money():
                return f"{self._amount(cell)} {cell.currency}".replace("-", MINUS)
            case Moment():
                day, dutch = local(cell.seconds), self.code == "nl"
                return f"{day.day}-{day.month}-{day.year}" if dutch else f"{day:%Y-%m-%d}"
            case Who():
                return f"{cell.name} ({cell.member[:8]})" if cell.name else cell.member
            case Hidden():
                return cell.text or f"{cell.commitment[:_SHORT]}… ({self.table['not_kept']})"
            case Word():
                return self.table[cell.key]
        return str(cell)

    def _amount(self, money: Money) -> str:
        """The amount, with its thousands apart."""
        shown = show_amount(money.minor, Unit(money.unit))
        whole, mark, rest = shown.partition("," if money.unit == "cent" else ":")
        point, comma = (".", ",") if self.code == "nl" else (",", ".")
        apart = f"{int(whole):,}".replace(",", point) if int(whole) else whole
        return f"{apart}{comma if mark == ',' else mark}{rest}"


def is_figure(head: str, cell: Cell) -> bool:
    """Say whether a cell under this head lines up at the right; numbers that are names do not."""
    return isinstance(cell, Money | int) and head not in _NAMES


def is_day(cell: Cell) -> bool:
    """Say whether a cell is a day, which does not break over lines."""
    return isinstance(cell, Moment)


def is_code(cell: Cell) -> bool:
    """Say whether a cell is for comparing digit by digit."""
    if isinstance(cell, Who):
        return not cell.name
    return isinstance(cell, str) and len(cell) == _HEX


def _currency(table: Table) -> str:
    """The one currency of a table; "" where it has several or none."""
    found = {cell.currency for row in table.rows for cell in row if isinstance(cell, Money)}
    return found.pop() if len(found) == 1 else ""
