"""A year report as one frozen value: sections with tables, whose cells say what they are.

Titles and column heads are keys into `words`; a page and a sheet of paper are made of the same
value, so they cannot differ.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency; `unit` is "minute" or "cent"."""

    minor: int
    currency: str
    unit: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, in UTC seconds; shown as a day in Amsterdam."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Who:
    """A member, by id; `name` is filled in for who may see it."""

    member: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text that the journal only has a commitment of; `text` is filled in where it is kept."""

    commitment: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the report itself, as a key into `words`."""

    key: str


Cell = str | int | Money | Moment | Who | Hidden | Word


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; every row has a cell for each head."""

    key: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise ValueError(f"{self.key}: a row has a cell for each head")


Source = Literal["journal", "bank", "database"]
"""What a section can be made again from: the bundle alone, with bank files, or not elsewhere."""


@dataclass(frozen=True, slots=True)
class Section:
    """What the report says about one subject. `key` names its title and its explanation."""

    key: str
    source: Source
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A year of a ledger: `root` (hex) and `size` are those of the checkpoint it rests on."""

    ledger: str
    year: int
    size: int
    root: str
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section:
        """Return the section with this key; KeyError without one."""
        for each in self.sections:
            if each.key == key:
                return each
        raise KeyError(key)

    def told(self, tell: Callable[[Cell], Cell]) -> "Report":
        """Return the report with every cell replaced: names and texts filled in."""
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    tables=tuple(
                        replace(
                            table,
                            rows=tuple(tuple(tell(cell) for cell in row) for row in table.rows),
                        )
                        for table in section.tables
                    ),
                )
                for section in self.sections
            ),
        )
