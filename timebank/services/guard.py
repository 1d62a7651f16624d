"""The guard: one small file outside the database that remembers the last checkpoint released.

A database may be ahead of it (a crash between commit and guard), never behind it or beside it: an
older backup that was put back, or a fail-over that lost entries, is found here and refuses to
post. The file is not part of any backup. (Sunlight, a log for certificates, keeps such a lock too.)

It has two slots of a disk sector each, with a checksum. What is released is written over the older
of the two, with one sync: a write that is cut short spoils a slot that nobody needs any more.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from sqlalchemy import Engine

from timebank.errors import Down, TimebankError, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.journal.merkle import MAX_SIZE
from timebank.ledger.codec import Hex, Range, read, write
from timebank.signing.canonical import decode, encode
from timebank.storage import journal
from timebank.storage.engine import reading

RootAt = Callable[[int], bytes]
"""Gives the root that a database computes for an earlier size of its journal."""


SLOT = 512
"""Bytes of a slot. A sector is written whole or not at all; where it is not, the sum tells."""

_SUM = 64


@dataclass(frozen=True, slots=True)
class _Saved:
    """What a slot says, in canonical JSON."""

    ledger: Annotated[str, Hex(32)]
    root: Annotated[str, Hex(32)]
    size: Annotated[int, Range(0, MAX_SIZE)]


@dataclass(frozen=True, slots=True)
class Guard:
    """The guard file of one ledger."""

    path: Path

    def read(self) -> Checkpoint:
        """Return the last checkpoint released; Unavailable GUARD_MISSING or GUARD_UNREADABLE."""
        try:
            return max(_slots(self.path.read_bytes()).values(), key=lambda last: last.size)
        except FileNotFoundError:
            raise Unavailable(
                Down.GUARD_MISSING,
                f"the guard file {self.path} is gone; put it back, or read the runbook about"
                " restoring before you go on",
            ) from None
        except (TimebankError, ValueError, OSError) as error:
            raise Unavailable(
                Down.GUARD_UNREADABLE,
                f"the guard file {self.path} cannot be read ({type(error).__name__}); put the file"
                " back from before, or read the runbook about restoring",
            ) from error

    def check(self, ledger: str, size: int, root_at: RootAt) -> Checkpoint:
        """Prove that a journal of this size extends what was released, and return that.

        Raises Unavailable GUARD_MISMATCH where it does not: then nothing may be posted or signed.
        """
        return self.prove(self.read(), ledger, size, root_at)

    def prove(self, last: Checkpoint, ledger: str, size: int, root_at: RootAt) -> Checkpoint:
        """Do what `check` does, with a checkpoint read from the guard before the database was."""
        if last.ledger != ledger:
            raise Unavailable(
                Down.GUARD_MISMATCH, f"the guard file {self.path} is of another ledger"
            )
        if last.size > size:
            raise Unavailable(
                Down.GUARD_MISMATCH,
                f"the database holds {size} entries, but {last.size} were acknowledged: this looks"
                " like an older copy. Put the newest database back; nothing is posted until then",
            )
        if root_at(last.size) != last.root:
            raise Unavailable(
                Down.GUARD_MISMATCH,
                f"the first {last.size} entries are not the ones that were acknowledged",
            )
        return last

    def release(
        self, engine: Engine, checkpoint: Checkpoint, before: Checkpoint | None = None
    ) -> None:
        """Remember a committed checkpoint, durably, before anything of it is acknowledged.

        The database is read again under the lock, and must contain both this checkpoint and the
        one that was released last: that may be a later one, of another process, which then stays.
        `before` is an earlier one, if known, that this one was computed from.
        """
        with self.locked():
            last = self.read()
            with reading(engine) as conn:
                head = journal.read_head(conn)

                def root_at(size: int) -> bytes:
                    if size == head.size:
                        return head.frontier.root()
                    if before and size == before.size:
                        return before.root
                    return journal.root_at(conn, size)

                self.prove(checkpoint, checkpoint.ledger, head.size, root_at)
                self.prove(last, checkpoint.ledger, head.size, root_at)
            if last.size < checkpoint.size:
                self.advance(checkpoint)

    def advance(self, checkpoint: Checkpoint) -> None:
        """Write a later checkpoint, over the older slot; the other one stays as it is."""
        try:
            if self.path.stat().st_size != 2 * SLOT:
                return self.write(checkpoint)  # of a program that knew no slots
            descriptor = os.open(self.path, os.O_RDWR)
            try:
                slots = _slots(os.pread(descriptor, 2 * SLOT, 0))
                older = min((0, 1), key=lambda slot: slots[slot].size if slot in slots else -1)
                if os.pwrite(descriptor, _slot(checkpoint), older * SLOT) < SLOT:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, checkpoint: Checkpoint) -> None:
        """Begin anew, in one step: write a file beside it, fsync, rename, fsync the folder."""
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_slot(checkpoint) * 2)
                file.flush()
                os.fsync(descriptor)
            fresh.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the guard against other threads and processes; Unavailable GUARD_UNWRITABLE."""
        try:
            descriptor = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(
            Down.GUARD_UNWRITABLE,
            f"the guard file {self.path} cannot be written: {error.strerror}. The payment is"
            " booked, but not acknowledged; make room and try again",
        )


def _slot(checkpoint: Checkpoint) -> bytes:
    saved = encode(write(_Saved(checkpoint.ledger, checkpoint.root.hex(), checkpoint.size)))
    return (_sum(saved) + saved).ljust(SLOT - 1) + b"\n"


def _slots(data: bytes) -> dict[int, Checkpoint]:
    """What the slots say, by their number, without one that is spoilt; ValueError if both are.

    Until 2026-11-27 the file was one checkpoint and nothing else: it reads as one slot.
    """
    if data.startswith(b"{"):
        return {0: _checkpoint(data)}
    if len(data) != 2 * SLOT:
        raise ValueError("not two slots")
    slots = {}
    for number in (0, 1):
        text = data[number * SLOT : (number + 1) * SLOT].rstrip()
        if text[:_SUM] == _sum(text[_SUM:]):
            slots[number] = _checkpoint(text[_SUM:])
    if not slots:
        raise ValueError("both slots are spoilt")
    return slots


@lru_cache(maxsize=16)
def _checkpoint(data: bytes) -> Checkpoint:
    saved = read(_Saved, decode(data))
    return Checkpoint(saved.ledger, saved.size, bytes.fromhex(saved.root))


def _sum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode("ascii")


def sync_folder(folder: Path) -> None:
    """See to it that what was renamed in this folder is still so after a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
