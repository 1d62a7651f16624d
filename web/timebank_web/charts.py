"""Figures as drawings: where each bar, line and label goes, for the template to draw.

Drawn into the page itself, as SVG with classes: so it takes the page's letter, its colours in the
light and in the dark, and the reader's language, under a policy that allows no styles or scripts
inside it. Bars differ by hatching and lines by dashes, so that colour carries nothing.

Measures are those of the drawing, 340 by 220, which is as wide as the page has room for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from flask_babel import format_date, format_decimal

from timebank.services.statistics import Span

LEFT, RIGHT, TOP, BOTTOM = 56, 334, 12, 176
GAP = 0.12
"""The part of a month that stays free on either side of a bar."""
MOST_LABELS = 5
FEWEST_MONTHS = 6
"""A ledger that is younger shows how much of half a year is still to come."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, and where it stands; `sub` is a second line."""

    at: float
    text: str
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the zero line; `kind` is `full` or `hatched`."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (x, y); `kind` is `solid` or `dashed`."""

    points: tuple[tuple[float, float], ...]
    kind: str

    @property
    def path(self) -> str:
        """The line as SVG's `d`."""
        return "M" + " L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: `zero` is the height of its base line."""

    zero: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()


def bars(spans: Sequence[Span], above: Sequence[float], below: Sequence[float] = ()) -> Chart:
    """Draw whole units per month: a bar above the line for each span, and one below it.

    A bar of several months is as wide as they are, and as high as their average.
    """
    months = [_months(span) for span in spans]
    up = [value / count for value, count in zip(above, months, strict=True)]
    down = [value / count for value, count in zip(below or [0.0] * len(up), months, strict=True)]
    # What was given back in a month may be more than what was paid in it.
    scale = _Scale(max(up + [-value for value in down]), min(up + [-value for value in down]))
    calendar = _Calendar(spans)
    drawn = [
        Bar(
            round(calendar.at(span.first) + calendar.gap, 1),
            round(min(scale.at(0), scale.at(value)), 1),
            round(calendar.at(span.end) - calendar.at(span.first) - 2 * calendar.gap, 1),
            round(abs(scale.at(value) - scale.at(0)), 1),
            kind,
        )
        for kind, values in (("full", up), ("hatched", [-value for value in down]))
        for span, value in zip(spans, values, strict=True)
        if value
    ]
    return Chart(round(scale.at(0), 1), calendar.ticks(), scale.ticks(), bars=tuple(drawn))


def lines(
    spans: Sequence[Span],
    solid: Sequence[float],
    dashed: Sequence[float],
    before: tuple[float, float] = (0, 0),
) -> Chart:
    """Draw what there was at the end of each span, in whole units, and `before` the first."""
    every = [*solid, *dashed, *before]
    scale, calendar = _Scale(max(every), min(every)), _Calendar(spans)
    start = calendar.at(spans[0].first)
    drawn = tuple(
        Line(
            (
                (start, round(scale.at(first), 1)),
                *(
                    (round(calendar.at(span.end), 1), round(scale.at(value), 1))
                    for span, value in zip(spans, values, strict=True)
                ),
            ),
            kind,
        )
        for kind, values, first in (("solid", solid, before[0]), ("dashed", dashed, before[1]))
    )
    return Chart(round(scale.at(0), 1), calendar.ticks(), scale.ticks(), lines=drawn)


def months_of(span: Span) -> str:
    """Return "oktober 2026", or "september – november 2026"."""
    last = last_month(span)
    if last == span.first:
        return str(format_date(last, "MMMM yyyy"))
    beginning = "MMMM" if last.year == span.first.year else "MMMM yyyy"
    return f"{format_date(span.first, beginning)} – {format_date(last, 'MMMM yyyy')}"


class _Scale:
    """Heights: at most four steps of 1, 2 or 5 times a power of ten, zero among them."""

    def __init__(self, highest: float, lowest: float) -> None:
        highest, lowest = max(highest, 0), min(lowest, 0)
        self.step = _step((highest - lowest) / 3)
        self.bottom = floor(lowest / self.step)
        self.top = max(ceil(highest / self.step), self.bottom + 1)

    def at(self, value: float) -> float:
        part = (value / self.step - self.bottom) / (self.top - self.bottom)
        return BOTTOM - part * (BOTTOM - TOP)

    def ticks(self) -> tuple[Tick, ...]:
        values = [number * self.step for number in range(self.bottom, self.top + 1)]
        return tuple(
            Tick(round(self.at(value), 1), str(format_decimal(abs(value)))) for value in values
        )


class _Calendar:
    """Where a day is: months are equally wide."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._first = spans[0].first
        self._count = max(FEWEST_MONTHS, _months(Span(self._first, spans[-1].end)))

    @property
    def gap(self) -> float:
        return GAP * (RIGHT - LEFT) / self._count

    def at(self, day: date) -> float:
        return LEFT + _months(Span(self._first, day)) / self._count * (RIGHT - LEFT)

    def ticks(self) -> tuple[Tick, ...]:
        return tuple(self._ticks())

    def _ticks(self) -> Iterable[Tick]:
        width = (RIGHT - LEFT) / self._count
        year = 0
        for number in range(0, self._count, ceil(self._count / MOST_LABELS)):
            month = self._first.month - 1 + number
            day = date(self._first.year + month // 12, month % 12 + 1, 1)
            sub = "" if day.year == year else str(day.year)
            year = day.year
            name = str(format_date(day, "MMM")).removesuffix(".")
            yield Tick(round(LEFT + (number + 0.5) * width, 1), name, sub)


def _step(rough: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 … that is at least this."""
    power = 10 ** max(0, floor(log10(rough))) if rough > 1 else 1
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def _months(span: Span) -> int:
    return (span.end.year - span.first.year) * 12 + span.end.month - span.first.month


def last_month(span: Span) -> date:
    """Return the first day of the last month of a span."""
    return _month_before(span.end)


def _month_before(day: date) -> date:
    month = day.year * 12 + day.month - 2
    return date(month // 12, month % 12 + 1, 1)
