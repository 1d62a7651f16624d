"""Amounts that others have set: what a figure is held against, with its source and its year.

They say nothing about what anybody owes or may keep: a page shows the figure, the amount, where it
was read and of which year it is, and a person decides. A new year is a new line in the table; until
then the newest known amount is given, and `Found.dated` says that it is of another time.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal


class Name(StrEnum):
    """What is limited or watched."""

    VOLUNTEER_HOUR = "volunteer_hour"
    """A volunteer's allowance per hour, from the age of 21."""
    VOLUNTEER_HOUR_YOUNG = "volunteer_hour_young"
    """The same under the age of 21."""
    VOLUNTEER_MONTH = "volunteer_month"
    """A volunteer's allowances together in a month."""
    VOLUNTEER_YEAR = "volunteer_year"
    """A volunteer's allowances together in a calendar year."""
    GIFTS_YEAR = "gifts_year"
    """Gifts to somebody on social assistance, in a calendar year."""
    LIMITED_NETWORK = "limited_network"
    """Payments in twelve months above which a limited network is notified to DNB."""


Span = Literal["hour", "month", "year", "twelve months"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An amount in euro cents for a span of time, from a day up to and including another."""

    name: Name
    cents: int
    span: Span
    valid_from: date
    valid_to: date | None
    source: str

    @property
    def year(self) -> int:
        """The year it was set for; the one that is shown beside it."""
        return self.valid_from.year


@dataclass(frozen=True, slots=True)
class Found:
    """A parameter for a day; `dated` where none is known for that day and this is the newest."""

    parameter: Parameter
    dated: bool

    @property
    def cents(self) -> int:
        """The amount in euro cents."""
        return self.parameter.cents


def _volunteers(
    year: int, month: int, whole: int, hour: int, young: int, source: str
) -> tuple[Parameter, ...]:
    amounts: tuple[tuple[Name, int, Span], ...] = (
        (Name.VOLUNTEER_HOUR, hour, "hour"),
        (Name.VOLUNTEER_HOUR_YOUNG, young, "hour"),
        (Name.VOLUNTEER_MONTH, month, "month"),
        (Name.VOLUNTEER_YEAR, whole, "year"),
    )
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(Parameter(name, cents, span, first, last, source) for name, cents, span in amounts)


PARAMETERS: tuple[Parameter, ...] = (
    *_volunteers(2023, 19_000, 190_000, 500, 275, "vrijwilligersregeling, belastingdienst.nl"),
    *_volunteers(2024, 21_000, 210_000, 550, 325, "vrijwilligersregeling, belastingdienst.nl"),
    *_volunteers(2025, 21_000, 210_000, 560, 330, "vrijwilligersregeling, dewve.nl"),
    Parameter(
        Name.GIFTS_YEAR,
        120_000,
        "year",
        date(2026, 1, 1),
        None,
        "giften in de bijstand, besluit bgr-2025-3092",
    ),
    Parameter(
        Name.LIMITED_NETWORK,
        100_000_000,
        "twelve months",
        date(2018, 1, 13),
        None,
        "Wft art. 1:5a lid 2 onder k, dnb.nl",
    ),
)
"""Every amount that was seen, oldest first for each name."""


def find(name: Name, day: date) -> Found:
    """Return the parameter that holds on a day, or the newest known before it.

    Raises LookupError for a day before the first that is known.
    """
    known = [item for item in PARAMETERS if item.name is name and item.valid_from <= day]
    if not known:
        raise LookupError(f"no {name} is known for {day}")
    newest = max(known, key=lambda item: item.valid_from)
    return Found(newest, newest.valid_to is not None and newest.valid_to < day)
