"""The self-check beside `serve`: when it looks, what it says, and that it ends with the pages."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest

from tests.cli.conftest import Wijk
from tests.cli.test_serve import WAIT, served
from timebank.clock import SystemClock
from timebank.services import selfcheck
from timebank.services.bank import Bank, open_bank
from timebank.services.statements import ZONE
from timebank.settings import Settings
from timebank_cli.watch import HOUR, Watch, last_night


@pytest.fixture(name="bank")
def _bank(wijk: Wijk) -> Iterator[Bank]:
    with closing(open_bank(Settings.of(str(wijk.database)), wijk.clock)) as bank:
        yield bank


def edit(wijk: Wijk, change: str) -> None:
    """Change the ledger with another program, which asks nobody."""
    script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute"
    subprocess.run(
        [sys.executable, "-c", f"{script}(sys.argv[2])", str(wijk.database), change], check=True
    )


SPOIL = "UPDATE fold_accounts SET balance = balance + 1 WHERE kind = 'member'"
MEND = "UPDATE fold_accounts SET balance = balance - 1 WHERE kind = 'member'"


def test_everything_is_checked_at_the_start_and_the_accounts_every_hour(
    wijk: Wijk, bank: Bank, capfd: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(bank.settings, wijk.clock)
    watch.look(bank, at_start=True)
    assert capfd.readouterr().err.splitlines() == [
        "self-check: quick, no findings",
        "self-check: full, no findings",
    ]
    edit(wijk, SPOIL)
    wijk.clock.advance(HOUR - 1)
    watch.look(bank)
    assert capfd.readouterr().err == ""
    wijk.clock.advance(2)
    watch.look(bank)
    lines = capfd.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("self-check: finding sums: ") for line in lines)
    edit(wijk, MEND)
    wijk.clock.advance(HOUR + 1)
    watch.look(bank)
    assert "self-check: quick, no findings" in capfd.readouterr().err


def test_a_second_process_leaves_it_to_the_first(
    wijk: Wijk, bank: Bank, capfd: pytest.CaptureFixture[str]
) -> None:
    Watch(bank.settings, wijk.clock).look(bank, at_start=True)
    capfd.readouterr()
    with closing(open_bank(bank.settings, wijk.clock)) as other:
        Watch(bank.settings, wijk.clock).look(other, at_start=True)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-27T03:29", "2026-11-26T03:30"),
        ("2026-11-27T03:30", "2026-11-27T03:30"),
        ("2026-10-25T23:00", "2026-10-25T03:30"),
    ],
)
def test_the_night_is_that_of_the_neighbourhood(now: str, night: str) -> None:
    def seconds(text: str) -> int:
        return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())

    assert last_night(seconds(now)) == seconds(night)


def test_serving_tells_of_an_edited_ledger_and_ends_its_checks_when_told(wijk: Wijk) -> None:
    edit(wijk, SPOIL)
    with served(wijk) as (process, _):
        assert process.stderr is not None
        assert process.stderr.readline().startswith("self-check: finding sums: ")
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT) == 0
        assert "Traceback" not in process.stderr.read()
    with closing(open_bank(Settings.of(str(wijk.database)), SystemClock())) as bank:
        assert {finding.check for finding in selfcheck.findings(bank)} >= {"sums"}


def test_a_full_check_that_cannot_finish_is_told(
    wijk: Wijk,
    bank: Bank,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The audit is a program of its own, and says itself what stands in its way."""
    with closing(open_bank(bank.settings, wijk.clock)) as opened:
        edit(wijk, "DROP TRIGGER journal_entries_no_update")
        monkeypatch.setitem(os.environ, "TIMEBANK_DATABASE", "elsewhere.db")
        Watch(bank.settings, wijk.clock).look(opened, at_start=True)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "self-check: finding append_only: journal_entries_no_update"
    assert lines[1].startswith("self-check: could not finish: Not done: ")
