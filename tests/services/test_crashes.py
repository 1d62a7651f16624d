"""Killed in the middle, or out of room: what was acknowledged is there once, and work goes on.

`TIMEBANK_KILLS=500` makes it a longer run.
"""

import os
import random
import resource
import signal
from collections.abc import Callable

import pytest

from tests.services.conftest import ON_SQLITE, Village, copy_of, reopened, submission
from timebank.ledger.entries import parse_entry
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing, receipts
from timebank.services.bank import open_bank
from timebank.services.posting import Posted, post
from timebank.signing.canonical import encode
from timebank.signing.messages import identity

KILLS = int(os.environ.get("TIMEBANK_KILLS", "15"))
PAYMENTS = 30
BATCHES = (1, 1, 2, 5, 20)


def in_a_child(work: Callable[[int], None]) -> tuple[int, int]:
    """Start `work` in a process of its own; return its pid, and where to read what it wrote."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        work(writing)
    finally:
        os._exit(0)
    raise AssertionError("not reached")


def post_and_tell(village: Village, payments: list[VerifiedOrder], size: int, told: int) -> None:
    """Post so many at a time, and write down each identity once it is acknowledged."""
    bank = open_bank(village.bank.settings, village.clock)
    for start in range(0, len(payments), size):
        for outcome in post(bank, [submission(one) for one in payments[start : start + size]]):
            assert isinstance(outcome, Posted)
            os.write(told, outcome.identity.encode() + b"\n")


def posted(village: Village) -> list[str]:
    return [identity(encode(parse_entry(data).order)) for data in receipts.entries(village.bank)]


def test_a_process_killed_under_load_loses_nothing_it_acknowledged(village):
    dice, acknowledged = random.Random(7), list[str]()
    for round_number in range(KILLS):
        size = BATCHES[round_number % len(BATCHES)]
        names = ("joop", "amina") if round_number % 2 else ("amina", "joop")
        payments = [village.world.pay(*names, 1) for _ in range(PAYMENTS)]
        village.bank.close()

        def work(told: int, payments=payments, size=size) -> None:
            post_and_tell(village, payments, size, told)
            signal.pause()  # it is to be killed, also when it was quick

        child, reading = in_a_child(work)
        told, enough = b"", 65 * dice.randrange(1, 12)
        while len(told) < enough and (chunk := os.read(reading, 65)):
            told += chunk
        os.kill(child, signal.SIGKILL)
        while chunk := os.read(reading, 1 << 16):
            told += chunk
        os.close(reading)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        acknowledged += told.decode().split()

        village.bank = open_bank(village.bank.settings, village.clock)
        journal = posted(village)
        assert len(set(journal)) == len(journal)
        assert set(acknowledged) <= set(journal)
        assert auditing.check(village.bank) == []
        # Whoever heard nothing sends the same again: it posts, or it turns out to have been posted.
        outcomes = post(village.bank, [submission(one) for one in payments])
        assert all(isinstance(outcome, Posted) for outcome in outcomes)
    assert auditing.check(village.bank) == []
    assert len(posted(village)) == 1 + PAYMENTS * KILLS


@ON_SQLITE
def test_a_disk_that_fills_up_loses_nothing_that_was_acknowledged(village):
    payments = [village.world.pay("joop", "amina", 1) for _ in range(300)]
    village.bank.close()
    settings = village.bank.settings
    room = (settings.folder / settings.name).stat().st_size + 200_000

    def work(told: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        post_and_tell(village, payments, 5, told)

    child, reading = in_a_child(work)
    with os.fdopen(reading) as file:
        acknowledged = file.read().split()
    os.waitpid(child, 0)
    assert 0 < len(acknowledged) < len(payments)

    village.bank = open_bank(settings, village.clock)
    assert set(acknowledged) <= set(posted(village))
    assert auditing.check(village.bank) == []
    outcomes = post(village.bank, [submission(one) for one in payments])
    assert {type(outcome) for outcome in outcomes} == {Posted}
    assert village.balance("amina") == len(payments)


@ON_SQLITE
@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_files_copied_from_under_a_running_server_do_not_pass_for_the_newest(
    village, tmp_path, suffix
):
    """A copy made by hand of the file without its log is behind what was acknowledged."""
    village.post(village.world.pay("joop", "amina", 5))
    folder = tmp_path / "copied"
    folder.mkdir()
    copied = copy_of(village.bank.settings, folder)
    if suffix:
        name = village.bank.settings.name + suffix
        (folder / name).write_bytes((village.bank.settings.folder / name).read_bytes())
    other = reopened(copied)
    found = [finding.check for finding in auditing.check(other.bank)]
    assert found == ([] if suffix else ["guard"])
    other.bank.close()
