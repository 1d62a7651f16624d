"""Copies of a ledger, and putting one back.

A copy holds the database and nothing else. The guard and the log key stay where they are: the
guard is what tells an older copy from the newest.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from timebank.errors import Down, Unavailable
from timebank.services.bank import Bank, open_bank
from timebank.services.guard import sync_folder
from timebank.services.posting import RESTORED_AT
from timebank.settings import Settings
from timebank.storage import journal, people
from timebank.storage.backup import check_copy, copy_database
from timebank.storage.engine import open_engine, reading, upgrade_schema, writing

_BESIDE = ("", "-wal", "-shm")
"""A SQLite database is its file and, while in use or after a crash, these two."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: its number of entries, and where the database before it went.

    `trouble` says why nothing can be posted to it: the guard remembers entries that the copy does
    not have, or there is no guard to vouch for it.
    """

    size: int
    aside: Path | None
    trouble: Unavailable | None


def backup(bank: Bank, path: Path) -> int:
    """Copy the ledger to a new file while it is in use; return how many entries the copy has.

    The copy is read back before it counts. Raises FileExistsError rather than overwrite one.
    """
    copy_database(bank.engine, path)
    return _check(path)


def restore(settings: Settings, copy: Path, now: int, *, replace: bool = False) -> Restored:
    """Put a copy in the place of the ledger; posting then waits one maximum expiry from `now`.

    With `replace` a database that is there is set aside under another name, never removed; without
    it FileExistsError is raised. Raises Unavailable for a copy that cannot be trusted. A process
    that still has the old database open must be stopped first.
    """
    size = _check(copy)
    place = _place(settings)
    if place.exists() and not replace:
        raise FileExistsError(f"there is a ledger at {place} already")
    fresh = place.with_name(f"{place.name}.restoring")
    _copy(copy, fresh)
    _mark(fresh, now)
    aside = _set_aside(place, now)
    fresh.rename(place)
    sync_folder(place.parent)
    return Restored(size, aside, _trouble(settings))


def upgrade(settings: Settings) -> None:
    """Bring a ledger that an older program made to the tables of this one. Back it up first."""
    upgrade_schema(settings.database)


def _check(copy: Path) -> int:
    """Return the size of the journal in a copy. Rows that cannot be one raise ValueError below."""
    try:
        size, _ = check_copy(copy)
    except ValueError as error:
        raise Unavailable(Down.NOT_A_LEDGER, f"{copy} contradicts itself: {error}") from error
    return size


def _place(settings: Settings) -> Path:
    if settings.file is None:
        raise Unavailable(
            Down.NOT_A_LEDGER, "a ledger on PostgreSQL is copied and put back with its own tools"
        )
    return settings.file


def _copy(source: Path, target: Path) -> None:
    for suffix in _BESIDE:
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as data, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(data, file)
        file.flush()
        os.fsync(file.fileno())


def _mark(path: Path, now: int) -> None:
    """Write down in the database itself that it was restored, before anyone can post to it."""
    engine = open_engine(str(path))
    try:
        with writing(engine) as conn:
            people.keep_setting(conn, RESTORED_AT, str(now))
    finally:
        engine.dispose()


def _set_aside(place: Path, now: int) -> Path | None:
    """Give the database that is there another name; the file itself goes last.

    A log left behind would be replayed into the copy; a database left without its log is behind
    what was acknowledged, and the guard notices.
    """
    there = place.exists()
    aside = place.with_name(f"{place.name}.before-restore-{now}")
    for suffix in reversed(_BESIDE):
        part, name = place.with_name(place.name + suffix), aside.with_name(aside.name + suffix)
        if name.exists():
            raise FileExistsError(f"{name} is there already")
        if part.exists():
            part.rename(name)
    return aside if there else None


def _trouble(settings: Settings) -> Unavailable | None:
    bank = open_bank(settings)
    try:
        with reading(bank.engine) as conn:
            size = journal.read_head(conn).size
            bank.guard.check(bank.ledger, size, lambda earlier: journal.root_at(conn, earlier))
    except Unavailable as error:
        return error
    finally:
        bank.close()
    return None
