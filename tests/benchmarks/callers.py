"""Callers that post at the same time: threads of one server process, or of several."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from tests.benchmarks.measuring import stopwatch
from tests.benchmarks.people import Neighbours, parts, post_parts
from timebank.services.bank import Bank, open_bank
from timebank.services.posting import Submission
from timebank.settings import Settings
from timebank_cli.commands.serve import SWITCH_SECONDS

CALLERS = 8


class Servers:
    """So many processes on one ledger, the callers divided over them."""

    def __init__(self, settings: Settings, neighbours: Neighbours, processes: int) -> None:
        self._neighbours, self._processes = neighbours, processes
        self._ends = []
        # Fresh processes, as servers are; they end with this one.
        context = get_context("spawn")
        for _ in range(processes):
            here, there = context.Pipe()
            process = context.Process(
                target=_serve, args=(there, settings, CALLERS // processes), daemon=True
            )
            process.start()
            self._ends.append(here)
        for end in self._ends:
            end.recv()

    def post(self, count: int, batch: int) -> float:
        """Let all callers post so many payments in all, so many at a time; return the rate."""
        batches = parts(self._neighbours.payments(count), batch)
        for number, end in enumerate(self._ends):
            end.send(batches[number :: self._processes])
        for end in self._ends:
            end.recv()
        with stopwatch() as passed:
            for end in self._ends:
                end.send("go")
            for end in self._ends:
                end.recv()
        return count / passed()


def _serve(end: Connection, settings: Settings, callers: int) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    bank = open_bank(settings)
    # The other end is closed when the run is over.
    with ThreadPoolExecutor(callers) as pool, suppress(EOFError):
        end.send("ready")
        while True:
            batches = end.recv()
            end.send("ready")
            end.recv()
            _post(pool, bank, batches, callers)
            end.send("done")


def _post(
    pool: ThreadPoolExecutor, bank: Bank, batches: list[list[Submission]], callers: int
) -> None:
    together = threading.Barrier(callers)

    def call(number: int) -> None:
        together.wait()
        post_parts(bank, batches[number::callers])

    list(pool.map(call, range(callers)))
