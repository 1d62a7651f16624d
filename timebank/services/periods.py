"""Months, years and other spans of days as the calendar in the neighbourhood has them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from timebank.services.statements import day_bounds

FIRST_YEAR, LAST_YEAR = 2000, 2099
_WRITTEN = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A month, or a year where `month` is 0. Written as "2026-11" or "2026"."""

    year: int
    month: int = 0

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR or not 0 <= self.month <= 12:
            raise ValueError("a period is a month or year of this century")

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}" if self.month else f"{self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month or 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return _after(self) - timedelta(days=1)

    @property
    def bounds(self) -> tuple[int, int]:
        """Its first second, and that of the next period."""
        return day_bounds(self.first)[0], day_bounds(self.last)[1]

    @property
    def span(self) -> "Span":
        """Its days."""
        return Span(self.first, self.last)

    @property
    def before(self) -> "Period":
        """The month before a month, the year before a year."""
        if not self.month:
            return Period(self.year - 1)
        return month_of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Period":
        """The next month, or year."""
        return month_of(_after(self)) if self.month else Period(self.year + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day up to and including the last; ValueError when reversed."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on or after the day it begins")
        if self.first.year < FIRST_YEAR or self.last.year > LAST_YEAR:
            raise ValueError("a span lies in this century")

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    @property
    def bounds(self) -> tuple[int, int]:
        """Its first second, and the first after it."""
        return day_bounds(self.first)[0], day_bounds(self.last)[1]


def _after(period: Period) -> date:
    if not period.month or period.month == 12:
        return date(period.year + 1, 1, 1)
    return date(period.year, period.month + 1, 1)


def month_of(day: date) -> Period:
    """Return the month that a day is in."""
    return Period(day.year, day.month)


def year_of(day: date) -> Period:
    """Return the year that a day is in."""
    return Period(day.year)


def read_period(text: str) -> Period:
    """Return "2026-11" as a month and "2026" as a year; ValueError for all else."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a month such as 2026-11, or a year")
    return Period(int(match[1]), int(match[2] or 0))
