"""Measures everything and writes it down: see `make bench`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import (
    machine,
    on_audit,
    on_books,
    on_growth,
    on_http,
    on_postgres,
    on_screen,
    on_sqlite,
    profiling,
    report,
    slowsync,
)
from tests.benchmarks.measuring import say

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "var" / "benchmarks"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


@dataclass(frozen=True)
class Size:
    """How much is measured. No number of residents may be a multiple of three (see `people`)."""

    rounds: int
    some_rounds: int
    few_rounds: int
    residents: int
    batches: Mapping[int, int]
    scale: int
    audited: int
    books: int
    entries: int
    screens: int
    profiled: int


FULL = Size(5, 3, 2, 1000, {1: 60, 10: 200, 100: 600}, 20, 50_000, 100_000, 500_000, 12, 2000)
QUICK = Size(1, 1, 1, 200, {1: 4, 10: 20, 100: 100}, 1, 1000, 1000, 5000, 3, 200)


def sqlite(size: Size, folder: Path) -> str:
    rows = on_sqlite.measure(folder, size.rounds, size.residents, size.batches)
    return report.section(
        "SQLite",
        "One caller, so many orders at a time, `synchronous=FULL`. Bare: Python's `sqlite3` writes"
        " the same rows to a copy of the same file in as many transactions, and verifies each"
        " signature once.",
        report.table(rows, "timebank", "bare sqlite3"),
    )


def postgres(size: Size, folder: Path) -> str:
    rows = on_postgres.measure(folder, size.rounds, size.residents, size.scale)
    return report.section(
        "PostgreSQL",
        f"8 callers, threads of one server process unless it says two. Beside `pgbench`, TPC-B at"
        f" scale {size.scale}, prepared, 8 clients, on the same server; it verifies nothing.",
        report.table(rows, "timebank", "pgbench tps"),
    )


def ledgers(size: Size, folder: Path) -> str:
    rows = on_postgres.measure_peers(folder, size.some_rounds, size.residents, PEER_PYTHON)
    return report.section(
        "Other ledgers on the same PostgreSQL",
        "8 callers, one transfer at a time: payer, payee, two entries. These two check no"
        " signature and no limit, and keep no journal that shows a change afterwards. The SQL is"
        " called by `pgbench`, so no Python is in it; django-hordak by 8 threads of one process.",
        report.table(rows, "timebank", "the other"),
    )


def http(size: Size, folder: Path) -> str:
    rows = on_http.measure(folder, size.rounds, size.residents)
    return report.section(
        "Over HTTP",
        "16 connections post payments to `timebank serve` on SQLite, signed in, with all its walls."
        " Beside it the same requests to a Flask route that does nothing, on the same server.",
        report.table(rows, "timebank", "empty route"),
    )


def audit(size: Size, folder: Path) -> str:
    rows = on_audit.measure(
        CACHE, folder, size.some_rounds, size.residents, size.audited, size.books
    )
    return report.section(
        "Auditing",
        "`audit verify` of a bundle: signatures, rules, sums, limits, approvals, root. Bare: only"
        " the signatures, one process for each core, reading not counted.",
        report.table(rows, "timebank", "bare verifications/s"),
    )


def growth(size: Size, folder: Path) -> str:
    rows = on_growth.measure(CACHE, folder, size.rounds, size.residents, size.entries)
    return report.section(
        f"After {size.entries:,} payments",
        "The same work on a large ledger and on a new one (20 payments for everybody), SQLite.",
        report.table(rows, "large", "new"),
    )


def books(size: Size, folder: Path) -> str:
    rows = on_books.measure(CACHE, folder, size.few_rounds, size.residents, size.books, PEER_PYTHON)
    return report.section(
        "Open the books and report all balances",
        f"The same {size.books:,} payments. The others parse a text file and add up; we verify"
        " every signature and rule of a bundle first, or read the balances that the tables keep."
        " All balances are compared and equal.",
        report.table(rows, "timebank", "the other"),
    )


def screen(size: Size, folder: Path) -> str:
    taken = on_screen.measure(folder, size.screens)
    met = "met" if max(taken) < on_screen.AIM_SECONDS else "missed"
    return report.section(
        "The payee's screen",
        "From sending a payment to *Betaald* on the payee's page, in Chromium:"
        f" {on_screen.told(taken)}. Aim: under {on_screen.AIM_SECONDS:.0f} s, {met}.",
    )


def profile(size: Size, folder: Path) -> str:
    return report.section(
        "Where the time goes",
        "A profile (cProfile, SQLite, keys). It makes small Python functions look dearer than they"
        " are, and what is done in one call of a library cheaper.",
        report.shares(profiling.measure(folder, size.residents, size.profiled)),
    )


SECTIONS: tuple[Callable[[Size, Path], str], ...] = (
    sqlite,
    postgres,
    ledgers,
    http,
    audit,
    growth,
    books,
    screen,
    profile,
)


def main() -> None:
    names = [section.__name__ for section in SECTIONS]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little of everything")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="these sections")
    parser.add_argument("--out", type=Path, help="write here instead")
    asked = parser.parse_args()
    size = QUICK if asked.quick else FULL
    everything = not asked.quick and asked.only == names
    out = asked.out or (DOCUMENT if everything else CACHE / "last.md")

    slowsync.preload()
    start, busy = time.monotonic(), machine.load()
    parts = ["\n".join(f"- {line}" for line in machine.lines()) + "\n"]
    for section in SECTIONS:
        if section.__name__ in asked.only:
            say(f"{section.__name__}, after {(time.monotonic() - start) / 60:.1f} minutes")
            with tempfile.TemporaryDirectory(prefix="timebank-bench-") as folder:
                parts.append(section(size, Path(folder)))
            say(parts[-1])
    minutes = (time.monotonic() - start) / 60
    parts[0] += f"- the run took {minutes:.0f} minutes; the load before it was {busy}\n"
    report.put(out, "\n".join(parts))
    print(f"Written to {out}.", file=sys.stderr)


if __name__ == "__main__":
    main()
