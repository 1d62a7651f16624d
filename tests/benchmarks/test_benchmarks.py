"""That the figures are of what they say; how large they are is not for a test."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.benchmarks import history, report
from tests.benchmarks.bare import JOURNAL
from tests.benchmarks.measuring import Pair, Row
from tests.benchmarks.on_sqlite import Sides
from tests.benchmarks.people import Neighbours, settle
from timebank.services import auditing, proofs
from timebank.services.bank import open_bank

ROOT = Path(__file__).parents[2]


def test_the_quick_form_measures_and_writes_it_down(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n")
    command = ["-m", "tests.benchmarks", "--quick", "--only", "sqlite", "--out", str(document)]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, capture_output=True)
    text = document.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "old" not in text
    assert "| 100 at a time, ed25519 |" in text
    assert "| 100 at a time, webauthn |" in text


def test_the_bare_side_writes_the_same_rows(tmp_path: Path) -> None:
    neighbours = Neighbours(count=10)
    settings = settle(neighbours, str(tmp_path / "wijk.db"), tmp_path)
    sides = Sides(neighbours, settings, tmp_path, {1: 3, 10: 290})
    for batch in (1, 10):
        sides.ours(batch, 0)
        sides.bare(batch, 0)
    sides.close()
    with (
        closing(sqlite3.connect(tmp_path / "wijk.db")) as ours,
        closing(sqlite3.connect(tmp_path / "bare.db")) as bare,
    ):
        for table in (*JOURNAL, "journal_head", "fold_accounts"):
            query = f"SELECT * FROM {table} ORDER BY 1, 2"
            assert ours.execute(query).fetchall() == bare.execute(query).fetchall()


def test_a_ledger_that_was_grown_is_one_that_holds(tmp_path: Path) -> None:
    neighbours = Neighbours(count=10, scheme="webauthn")
    settings = history.kept(tmp_path / "cache", neighbours, 300)
    bank = open_bank(settings)
    assert auditing.check(bank) == []
    history.bundle(bank, 200, tmp_path / "bundle")
    with (tmp_path / "bundle").open("rb") as lines:
        verdict = proofs.verify_bundle(lines, bank.ledger)
    assert verdict.checkpoint.size == auditing.entry_count(bank) - 100
    assert len(list(history.payments_of(tmp_path / "bundle"))) == 200
    bank.close()


def test_a_row_tells_the_median_and_the_spread_of_the_ratios() -> None:
    pair = Pair("posting", lambda: 0, lambda: 0, aim=0.75, delay=5)
    row = Row(pair, ours=[50, 90, 80], other=[100, 100, 100])
    (_, _, line) = report.table([row], "ours", "bare").splitlines()
    assert line == "| posting | +5 ms | 80 payments/s | 100 | 0.80 | 0.50–0.90 | 0.75 met |"
