"""The self-check beside `serve`: a thread that looks every minute whether something is due.

The quick check runs in the thread. The full one replays the journal, which would keep the pages
waiting for Python: it is a program of its own, `audit check`, and gives way to everything else.
"""

import os
import subprocess
import sys
import threading
import traceback
from contextlib import closing
from datetime import datetime, time, timedelta
from types import TracebackType

import click

from timebank.clock import Clock
from timebank.errors import TimebankError
from timebank.services import selfcheck
from timebank.services.bank import Bank, open_bank
from timebank.services.statements import ZONE, local
from timebank.settings import Settings

LOOK = 60
"""Seconds between looking whether a check is due."""
HOUR = 3_600
AT_START = 300
"""Seconds: a process that starts this soon after another leaves the checking to it."""
NIGHT = time(3, 30)
PATIENCE = 10
"""Seconds that a full check gets to end when it is told to."""

_AUDIT = "from timebank_cli.main import main; main()"


class Watch:
    """Checks the books for as long as it is entered; of several processes on a ledger, one does."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="self-check")
        self._audit: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        since = AT_START
        while True:
            try:
                with closing(open_bank(self._settings, self._clock)) as bank:
                    self.look(bank, at_start=bool(since))
                since = 0
            except TimebankError as error:
                _say(f"could not run: {error}")
            except Exception:  # the edge of this thread: it lives as long as the pages do
                _say(f"failed\n{traceback.format_exc()}")
            if self._over.wait(LOOK):
                return

    def look(self, bank: Bank, *, at_start: bool = False) -> None:
        """Run what is due; at the start everything is, unless another process just began it."""
        now = bank.clock.now()
        if selfcheck.claim(bank, "quick", now - (AT_START if at_start else HOUR)):
            selfcheck.quick(bank)
            _tell(bank, "quick")
        if selfcheck.claim(bank, "full", now - AT_START if at_start else last_night(now)):
            self._run_full(bank)

    def _run_full(self, bank: Bank) -> None:
        self._audit = subprocess.Popen(
            [sys.executable, "-c", _AUDIT, "audit", "check", "--json"],
            # Not in the command, which anybody on the machine can read: it may hold a password.
            env={**os.environ, "TIMEBANK_DATABASE": self._settings.database},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        os.setpriority(os.PRIO_PROCESS, self._audit.pid, 19)
        errors = self._ended(self._audit)
        if self._over.is_set():
            return
        run = selfcheck.last_run(bank, "full")
        if run.finished < run.started:
            _say(f"could not finish: {errors.strip() or 'no reason given'}")
        else:
            _tell(bank, "full")

    def _ended(self, audit: "subprocess.Popen[bytes]") -> str:
        """Wait for the audit, or end it where the pages end; return what it complained of."""
        while True:
            try:
                return audit.communicate(timeout=1)[1].decode(errors="replace")
            except subprocess.TimeoutExpired:
                if self._over.is_set():
                    audit.terminate()
                    try:
                        audit.communicate(timeout=PATIENCE)
                    except subprocess.TimeoutExpired:
                        audit.kill()
                        audit.communicate()
                    return ""


def last_night(now: int) -> int:
    """Return when the night before this moment was, by the neighbourhood's clock."""
    today = local(now).date()
    night = int(datetime.combine(today, NIGHT, ZONE).timestamp())
    if night <= now:
        return night
    return int(datetime.combine(today - timedelta(days=1), NIGHT, ZONE).timestamp())


def _tell(bank: Bank, depth: str) -> None:
    """One line for each finding, or one that says there is none."""
    found = selfcheck.findings(bank)
    for finding in found:
        _say(f"finding {finding.check}: {finding.detail}")
    if not found:
        _say(f"{depth}, no findings")


def _say(line: str) -> None:
    click.echo(f"self-check: {line}", err=True)
