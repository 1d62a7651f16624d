"""The guard: what was acknowledged is in the database, or nothing is posted or signed."""

import errno
import os
import resource
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.conftest import Village, copy_of, reopened, submission
from timebank.errors import Down, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.services import auditing, proofs, receipts
from timebank.services.bank import open_bank
from timebank.services.guard import SLOT, Guard, _slot
from timebank.services.posting import Posted, post
from timebank.signing.canonical import encode


def refuses(village: Village, code: Down) -> str:
    """Check that nothing is posted or signed for this reason; return what the volunteer reads."""
    before = entries(village)
    hints = set()
    for attempt in (
        lambda: village.post(village.world.pay("joop", "amina", 5)),
        lambda: receipts.latest_note(village.bank),
        lambda: receipts.receipt(village.bank, village.world.genesis.order.identity),
    ):
        with pytest.raises(Unavailable) as caught:
            attempt()
        assert caught.value.code is code, caught.value
        hints.add(caught.value.hint)
    assert entries(village) == before
    assert [finding.check for finding in auditing.check(village.bank)] == ["guard"]
    (hint,) = hints
    return hint


def entries(village: Village) -> list[bytes]:
    return list(receipts.entries(village.bank))


def guard_file(village: Village):
    return village.bank.settings.guard


def test_a_missing_guard_stops_posting_and_signing(village):
    guard_file(village).unlink()
    assert str(guard_file(village)) in refuses(village, Down.GUARD_MISSING)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-20],
        lambda data: b"\x00" * len(data),
        lambda data: os.urandom(200),
        lambda data: data + b"\n",
        lambda data: data * 1000,
        lambda data: data.replace(b'"size":', b'"size":-'),
        lambda data: data.replace(b'"root":"', b'"root":"0'),
        lambda data: data.replace(b'"root":"', b'"root":"zz'),
        lambda data: b"[]",
        lambda data: b'{"size":1}',
        lambda data: b'{"ledger":"' + b"0" * 64 + b'","root":"' + b"0" * 64 + b'","size":0}',
    ],
    ids=[
        "empty",
        "truncated",
        "zeroes",
        "noise",
        "a byte more",
        "too large",
        "a negative size",
        "a long root",
        "a root that is no hex",
        "a list",
        "a field missing",
        "no root of nothing",
    ],
)
def test_a_guard_that_cannot_be_read_stops_posting_and_signing(village, damage):
    guard_file(village).write_bytes(damage(guard_file(village).read_bytes()))
    refuses(village, Down.GUARD_UNREADABLE)


def test_a_folder_in_the_place_of_the_guard_stops_posting_and_signing(village):
    guard_file(village).unlink()
    guard_file(village).mkdir()
    refuses(village, Down.GUARD_UNREADABLE)


def test_a_guard_ahead_of_the_database_says_that_this_looks_like_an_older_copy(village):
    village.bank.guard.write(Checkpoint(village.bank.ledger, 7, b"7" * 32))
    assert "older copy" in refuses(village, Down.GUARD_MISMATCH)


def test_a_guard_beside_the_database_stops_posting_and_signing(village):
    village.bank.guard.write(Checkpoint(village.bank.ledger, 1, b"1" * 32))
    refuses(village, Down.GUARD_MISMATCH)


def test_a_guard_of_another_ledger_stops_posting_and_signing(village):
    village.bank.guard.write(Checkpoint("0" * 64, 1, b"1" * 32))
    assert "another ledger" in refuses(village, Down.GUARD_MISMATCH)


def test_an_older_copy_of_the_database_stops_posting_and_signing(village, market, tmp_path):
    old = copy_of(village.bank.settings, _folder(tmp_path, "old"))
    village.post(village.world.pay("joop", "amina", 5))
    old.guard.write_bytes(guard_file(village).read_bytes())
    put_back = reopened(old)
    assert "older copy" in refuses(put_back, Down.GUARD_MISMATCH)
    put_back.bank.close()


def test_two_histories_from_one_copy_do_not_pass_each_other_s_guard(village, tmp_path):
    other = reopened(copy_of(village.bank.settings, _folder(tmp_path, "other")))
    village.post(village.world.pay("joop", "amina", 5))
    for amount in (6, 7):
        other.post(other.world.pay("joop", "amina", amount))
    guard_file(other).write_bytes(guard_file(village).read_bytes())
    refuses(other, Down.GUARD_MISMATCH)
    other.bank.close()


@pytest.mark.parametrize("written", [None, 0, 100])
def test_a_full_disk_for_the_guard_keeps_what_it_said_and_the_order_is_acknowledged_later(
    village, monkeypatch, written
):
    said = guard_file(village).read_bytes()

    def full(descriptor, data, offset):
        if written is None:
            raise OSError(errno.ENOSPC, "no space left")
        return written

    monkeypatch.setattr(os, "pwrite", full)
    payment = village.world.pay("joop", "amina", 5)
    with pytest.raises(Unavailable) as caught:
        village.post(payment)
    assert caught.value.code is Down.GUARD_UNWRITABLE
    assert guard_file(village).read_bytes() == said
    with pytest.raises(Unavailable):
        receipts.receipt(village.bank, payment.order.identity)
    monkeypatch.undo()
    assert village.post(payment).seq == 1
    assert village.bank.guard.read().size == 2
    assert village.balance("amina") == 5
    assert auditing.check(village.bank) == []


@pytest.mark.parametrize("written", [0, 1, 63, 64, 200])
def test_a_write_over_the_older_slot_that_is_cut_short_takes_nothing_back(village, written):
    for _ in range(3):  # so that either slot is once the older
        village.post(village.world.pay("joop", "amina", 5))
        released, data = village.bank.guard.read(), guard_file(village).read_bytes()
        cut_short = _advanced(data, released, written)
        guard_file(village).write_bytes(cut_short)
        assert village.bank.guard.read() == released
    assert village.post(village.world.pay("joop", "amina", 5)).seq == 4
    assert village.bank.guard.read().size == 5


def _advanced(data, released, written):
    """The file as a crash leaves it while a later checkpoint is written over the older slot."""
    later = Checkpoint(released.ledger, released.size + 1, b"9" * 32)
    slots = [data[:SLOT], data[SLOT:]]
    older = min((0, 1), key=lambda number: b'"size":%d' % released.size in slots[number])
    slots[older] = _slot(later)[:written] + slots[older][written:]
    return b"".join(slots)


def test_what_is_released_never_overwrites_what_was_released_last(village):
    for size in range(2, 9):
        last = guard_file(village).read_bytes()
        village.bank.guard.advance(Checkpoint(village.bank.ledger, size, bytes([size]) * 32))
        now = guard_file(village).read_bytes()
        kept = [number for number in (0, 1) if _part(now, number) == _part(last, number)]
        assert len(kept) == 1
        assert village.bank.guard.read().size == size
        guard_file(village).write_bytes(
            b"".join(_part(now, number) if number in kept else bytes(SLOT) for number in (0, 1))
        )
        assert village.bank.guard.read().size == size - 1
        guard_file(village).write_bytes(now)


def _part(data, number):
    return data[number * SLOT : (number + 1) * SLOT]


def test_a_write_that_is_cut_short_never_becomes_the_guard(village):
    said = guard_file(village).read_bytes()
    child = os.fork()
    if not child:  # a limit on the size of files cannot be taken back, so it is for a child
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
        try:
            village.bank.guard.write(Checkpoint(village.bank.ledger, 9, b"9" * 32))
        except Unavailable as error:
            os._exit(17 if error.code is Down.GUARD_UNWRITABLE else 1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
    assert guard_file(village).read_bytes() == said


def test_a_folder_without_room_for_a_lock_is_an_unwritable_guard(village):
    lock = guard_file(village).with_name(guard_file(village).name + ".lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with pytest.raises(Unavailable) as caught:
        village.post(village.world.pay("joop", "amina", 5))
    assert caught.value.code is Down.GUARD_UNWRITABLE


def test_a_crash_between_commit_and_guard_is_recovered_from_by_proof(village):
    payment = village.world.pay("joop", "amina", 5)
    village.bank.close()
    child = os.fork()
    if not child:
        Guard.advance = lambda *_: os._exit(9)  # the crash
        post(open_bank(village.bank.settings, village.clock), [submission(payment)])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

    after = reopened(village.bank.settings)
    assert (len(entries(after)), after.bank.guard.read().size) == (2, 1)
    assert auditing.check(after.bank) == []
    assert after.post(after.world.pay("joop", "els", 6)).seq == 2
    assert after.post(payment).seq == 1
    assert after.bank.guard.read().size == 3
    after.bank.close()


def test_a_receipt_after_that_crash_moves_the_guard_before_anything_is_signed(village):
    before = village.bank.guard.read()
    posted = village.post(village.world.pay("joop", "amina", 5))
    said = village.bank.guard.read()
    village.bank.guard.write(before)
    text = receipts.receipt(village.bank, posted.identity)
    assert village.bank.guard.read() == said
    assert proofs.check_receipt(text, village.bank.ledger).checkpoint.size == 2


def test_of_two_processes_that_finish_out_of_order_the_later_checkpoint_stays(village, monkeypatch):
    other = reopened(village.bank.settings)
    committed, go_on, release = threading.Event(), threading.Event(), Guard.release

    def held_up(self, engine, checkpoint, before=None):
        if engine is village.bank.engine:
            committed.set()
            assert go_on.wait(10)
        release(self, engine, checkpoint, before)

    monkeypatch.setattr(Guard, "release", held_up)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(village.post, village.world.pay("joop", "amina", 5))
        assert committed.wait(10)
        assert other.post(other.world.pay("els", "amina", 6)).seq == 2
        go_on.set()
        assert first.result() == Posted(first.result().identity, 1, village.clock.now())
    assert village.bank.guard.read().size == 3
    assert auditing.check(village.bank) == []
    other.bank.close()


def test_what_was_committed_to_a_database_that_lost_it_again_is_not_acknowledged(
    village, monkeypatch, tmp_path
):
    """As when PostgreSQL fails over to a server that had not got the last commit."""
    lost = copy_of(village.bank.settings, _folder(tmp_path, "standby"))
    standby = reopened(lost)
    release = Guard.release

    def fail_over(self, engine, checkpoint, before=None):
        monkeypatch.setattr(Guard, "release", release)
        standby.post(standby.world.pay("els", "amina", 6))
        standby.post(standby.world.pay("els", "amina", 7))
        self.write(standby.bank.guard.read())
        release(self, standby.bank.engine, checkpoint, before)

    monkeypatch.setattr(Guard, "release", fail_over)
    with pytest.raises(Unavailable) as caught:
        village.post(village.world.pay("joop", "amina", 5))
    assert caught.value.code is Down.GUARD_MISMATCH
    standby.bank.close()


def _folder(path, name):
    folder = path / name
    folder.mkdir()
    return folder


def test_a_guard_of_a_program_that_knew_no_slots_is_read_and_gets_them(village):
    last = village.bank.guard.read()
    written = {"ledger": last.ledger, "root": last.root.hex(), "size": last.size}
    guard_file(village).write_bytes(encode(written))
    assert village.bank.guard.read() == last
    village.post(village.world.pay("joop", "amina", 5))
    assert guard_file(village).stat().st_size == 2 * SLOT
    assert village.bank.guard.read().size == last.size + 1
