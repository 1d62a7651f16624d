"""The guard: one small file outside the database that remembers the last checkpoint released.

A database may be ahead of it (a crash between commit and guard), never behind it or beside it: an
older backup that was put back, or a fail-over that lost entries, is found here and refuses to
post. The file is not part of any backup (DESIGN: after Sunlight's lock backend).
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from timebank.errors import Down, Refusal, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.signing.canonical import decode, encode

RootAt = Callable[[int], bytes]
"""Gives the root that a database computes for an earlier size of its journal."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The guard file of one ledger."""

    path: Path

    def read(self) -> Checkpoint:
        """Return the last checkpoint released; Unavailable GUARD_MISSING or GUARD_UNREADABLE."""
        try:
            value = decode(self.path.read_bytes())
            assert isinstance(value, dict)
            return Checkpoint(
                str(value["ledger"]), int(str(value["size"])), bytes.fromhex(str(value["root"]))
            )
        except FileNotFoundError:
            raise Unavailable(
                Down.GUARD_MISSING,
                f"the guard file {self.path} is gone; put it back, or read the runbook about"
                " restoring before you go on",
            ) from None
        except (Refusal, AssertionError, KeyError, ValueError, OSError) as error:
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

    def release(self, checkpoint: Checkpoint, root_at: RootAt) -> None:
        """Remember a committed checkpoint, durably, before anything of it is acknowledged.

        Another process may have released a later one meanwhile: then it is left as it is.
        """
        with self.locked():
            last = self.check_contained(checkpoint, root_at)
            if last.size < checkpoint.size:
                self.write(checkpoint)

    def check_contained(self, checkpoint: Checkpoint, root_at: RootAt) -> Checkpoint:
        """Return what was released last, proven to lie on one line with this checkpoint."""
        last = self.read()
        if last.size <= checkpoint.size:
            return self.check(checkpoint.ledger, checkpoint.size, root_at)
        return last

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file in one step: write beside it, fsync, rename, fsync the folder."""
        data = encode(
            {
                "ledger": checkpoint.ledger,
                "root": checkpoint.root.hex(),
                "size": checkpoint.size,
            }
        )
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            fresh.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise Unavailable(
                Down.GUARD_UNWRITABLE,
                f"the guard file {self.path} cannot be written: {error.strerror}. The payment is"
                " booked, but not acknowledged; make room and try again",
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the guard against other threads and processes."""
        descriptor = os.open(self.path.with_name(self.path.name + ".lock"), os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
