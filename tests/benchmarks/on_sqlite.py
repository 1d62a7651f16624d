"""Posting on SQLite beside the bare driver."""

from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tests.benchmarks import slowsync
from tests.benchmarks.bare import BareSqlite, Verification, Writes, verifications, written
from tests.benchmarks.measuring import Pair, Row, interleave, stopwatch
from tests.benchmarks.people import SCHEMES, Neighbours, parts, post_parts, settle
from timebank.services.bank import open_bank
from timebank.settings import Settings

AIM = 0.75


class Sides:
    """The engine on its file, and the bare driver on a copy, always an equal one."""

    def __init__(
        self, neighbours: Neighbours, settings: Settings, folder: Path, payments: Mapping[int, int]
    ) -> None:
        self._neighbours, self._settings, self._payments = neighbours, settings, payments
        self._bank = open_bank(settings)
        self._bare = BareSqlite(settings, folder)
        # What ours wrote and the other has yet to write: it is a round behind, so that either may
        # go first.
        self._behind: dict[tuple[int, int], deque[list[tuple[list[Verification], Writes]]]] = {}

    def ours(self, batch: int, delay: int) -> float:
        """Post a round's payments, so many at a time."""
        batches = parts(self._neighbours.payments(self._payments[batch]), batch)
        start = self._bank.guard.read().size
        with stopwatch() as passed:
            post_parts(self._bank, batches)
        assert self._settings.file
        todo = []
        for number, some in enumerate(batches):
            first = start + number * batch
            writes = written(self._settings.file, first, first + batch)
            todo.append((verifications(some), writes))
        self._behind.setdefault((batch, delay), deque()).append(todo)
        return self._payments[batch] / passed()

    def bare(self, batch: int, delay: int) -> float:
        """Verify and write the same, as many at a time."""
        todo = self._behind[batch, delay].popleft()
        with stopwatch() as passed:
            for calls, writes in todo:
                self._bare.write(calls, writes)
        return self._payments[batch] / passed()

    def close(self) -> None:
        self._bank.close()


def measure(folder: Path, rounds: int, count: int, payments: Mapping[int, int]) -> list[Row]:
    """Measure every scheme, delay and size of batch; `payments` says how many of each a round."""
    pairs = []
    for scheme in SCHEMES:
        place = folder / scheme
        place.mkdir()
        neighbours = Neighbours(scheme=scheme, count=count)
        settings = settle(neighbours, str(place / "wijk.db"), place)
        sides = Sides(neighbours, settings, place, payments)
        for delay in slowsync.delays():
            for batch in payments:
                sides.ours(batch, delay)
                pairs.append(
                    Pair(
                        f"{batch} at a time, {scheme}",
                        partial(sides.ours, batch, delay),
                        partial(sides.bare, batch, delay),
                        AIM if batch == 100 else None,
                        delay,
                    )
                )
    return interleave(pairs, rounds, warm=True)
