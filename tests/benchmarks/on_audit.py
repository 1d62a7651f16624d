"""Auditing a bundle beside the bare verification of its signatures, on the same cores."""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice, takewhile
from pathlib import Path

from tests.benchmarks.bare import verification, verify_all
from tests.benchmarks.history import bundle, kept
from tests.benchmarks.measuring import Pair, Row, interleave, stopwatch
from tests.benchmarks.people import SCHEMES, Neighbours
from timebank.services.bank import open_bank
from timebank.services.proofs import verify_bundle
from timebank.signing.canonical import encode

AIM = 0.75
AT_ONCE = 500


def measure(
    cache: Path, folder: Path, rounds: int, count: int, payments: int, books: int
) -> list[Row]:
    """Measure a bundle of so many payments, by keys and by passkeys.

    Those by keys are the first of the books of `on_books`.
    """
    pairs = []
    for scheme, total in zip(SCHEMES, (books, payments), strict=True):
        neighbours = Neighbours(scheme=scheme, count=count)
        bank = open_bank(kept(cache, neighbours, total))
        path = folder / f"{scheme}.bundle"
        bundle(bank, payments, path)
        ledger = bank.ledger
        bank.close()
        pairs.append(
            Pair(
                f"audit verify, {payments:,} payments, {scheme}",
                partial(ours, path, ledger),
                partial(bare, path),
                AIM,
                unit="entries/s",
            )
        )
    return interleave(pairs, rounds, warm=True)


def ours(path: Path, ledger: str) -> float:
    """Verify the whole bundle: signatures, rules, sums, limits, approvals, root."""
    with path.open("rb") as lines, stopwatch() as passed:
        verdict = verify_bundle(lines, ledger)
    return verdict.checkpoint.size / passed()


def bare(path: Path) -> float:
    """Verify every signature in it and nothing else, in a process for each core."""
    cores = os.cpu_count() or 1
    with path.open("rb") as lines, ProcessPoolExecutor(cores) as pool:
        done = list(pool.map(_verify, _some(lines)))
    # Reading the bundle is no part of it: each process tells how long its verifications took.
    return sum(many for many, _ in done) / (sum(seconds for _, seconds in done) / cores)


def _some(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    entries = takewhile(lambda line: line != b"\n", lines)
    while some := list(islice(entries, AT_ONCE)):
        yield some


def _verify(entries: list[bytes]) -> tuple[int, float]:
    parsed = [json.loads(entry) for entry in entries]
    calls = [
        verification(encode(entry["order"]), authorization)
        for entry in parsed
        for authorization in entry["authorizations"]
    ]
    with stopwatch() as passed:
        verify_all(calls)
    return len(entries), passed()
