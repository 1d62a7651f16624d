"""Two sides measured by turns, and what their ratio is."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from tests.benchmarks import slowsync

Side = Callable[[], float]
"""Does its work once and returns how much of it would go in a second."""


@dataclass
class Pair:
    """Our side and the one it is measured against, under the same conditions.

    `aim` is what ours should reach as a part of the other's. `delay` is in milliseconds per sync.
    """

    name: str
    ours: Side
    other: Side
    aim: float | None = None
    delay: int = 0
    unit: str = "payments/s"


@dataclass
class Row:
    """What a pair came to, round after round. `note` says what the rates do not."""

    pair: Pair
    ours: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        return [ours / other for ours, other in zip(self.ours, self.other, strict=True)]

    @property
    def ratio(self) -> float:
        return median(self.ratios)


def interleave(pairs: Sequence[Pair], rounds: int, *, warm: bool = False) -> list[Row]:
    """Measure all pairs in rounds: whatever else the machine does, it does to both sides.

    Who goes first changes every round. A round before the first is not counted, unless all is
    `warm`. A side that stands in several pairs with the same delay is measured once a round.
    """
    rows = [Row(pair) for pair in pairs]
    for turn in range(0 if warm else -1, rounds):
        known: dict[tuple[Side, int], float] = {}
        for row in rows:
            slowsync.set_delay(row.pair.delay)
            sides = [(row.pair.ours, row.ours), (row.pair.other, row.other)]
            for side, rates in sides if turn % 2 else reversed(sides):
                if (side, row.pair.delay) not in known:
                    known[side, row.pair.delay] = side()
                if turn >= 0:
                    rates.append(known[side, row.pair.delay])
        slowsync.set_delay(0)
        say(".", end="")
    say("")
    return rows


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Give what the seconds inside were, once it has ended."""
    start = time.perf_counter()
    passed: list[float] = []
    yield lambda: passed[0]
    passed.append(time.perf_counter() - start)


def say(text: str, end: str = "\n") -> None:
    """Tell whoever waits how far we are."""
    print(text, end=end, file=sys.stderr, flush=True)
