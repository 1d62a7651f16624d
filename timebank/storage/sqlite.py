"""A ledger in a SQLite file: one writer at a time, readers beside it, no server.

Writers take the lock before they read (`BEGIN IMMEDIATE`). The file bears our mark, so that
another program's database is never taken for a ledger.
"""

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from timebank.errors import Down, Unavailable
from timebank.storage.dialects import MODE, Mode
from timebank.storage.tables import APPEND_ONLY

APPLICATION_ID = int.from_bytes(b"TmBk")
"""SQLite's mark of whose file it is (`file` and `PRAGMA application_id` show it)."""

BUSY_SECONDS = 10
"""How long to wait for another writer before giving up. A batch takes milliseconds."""

TRIGGERS = frozenset(
    f"{table}_{what}" for table in APPEND_ONLY for what in ("no_update", "no_delete", "no_replace")
)

_CONNECTIONS = 8
_CACHE_KIB = 16_384


def connect(url: URL) -> Engine:
    """Return an engine on a file that need not be there yet."""
    return _engine(_path(url), pool_size=_CONNECTIONS)


def look(path: Path) -> Engine:
    """Return an engine that leaves the file, and its directory, as they are."""
    return _engine(path, writable=False, poolclass=NullPool)


def holds_tables(engine: Engine) -> bool:
    """Say whether there is more than an empty file. Raises Unavailable READ_ONLY."""
    path = _path(engine.url)
    if not path.exists() or not path.stat().st_size:
        return False
    # The directory too: SQLite writes its log beside the file.
    for place in (path, path.parent):
        if not os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise Unavailable(Down.READ_ONLY, f"{place} cannot be written by this user")
    return True


@contextmanager
def creating(engine: Engine) -> Iterator[Connection]:
    """Make the file, its owner's alone, for tables to be created in; refuse one with a content."""
    path = _path(engine.url)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with _migrating(path, marked=False) as conn:
        if conn.scalar(text("SELECT count(*) FROM sqlite_master")):
            raise Unavailable(Down.NOT_A_LEDGER, f"{path} is not empty; nothing was created in it")
        yield conn
        conn.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))


@contextmanager
def upgrading(url: URL) -> Iterator[Connection]:
    """Hold the file to change its tables; refuse one that is not ours."""
    path = _path(url)
    with _migrating(path, marked=True) as conn:
        yield conn


def triggers(conn: Connection) -> Collection[str]:
    """Return the names of the triggers there are."""
    return conn.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()


def explain(error: DBAPIError) -> Unavailable | None:
    """Return what an error of the database means to a volunteer, or None for a mistake of ours."""
    # The lowest byte is the primary result code (sqlite.org/rescode.html).
    found = _MEANING.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    return Unavailable(*found) if found else None


def _path(url: URL) -> Path:
    assert url.database
    return Path(url.database)


def _engine(path: Path, *, writable: bool = True, marked: bool = True, **pool: Any) -> Engine:
    """An engine on this file, which must be there. `marked`: only if it bears our mark."""
    mode = "rw" if writable else "ro"
    target = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connection() -> sqlite3.Connection:
        # No isolation level: Python's driver then leaves transactions to `_begin`.
        raw = sqlite3.connect(
            target, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(raw, path if marked else None, writable)
        except BaseException:
            raw.close()
            raise
        return raw

    engine = create_engine(URL.create("sqlite", database=str(path)), creator=connection, **pool)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: sqlite3.Connection, marked: Path | None, writable: bool) -> None:
    if marked:
        _check_application(raw.execute("PRAGMA application_id").fetchone()[0], marked)
    if writable:
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA foreign_keys = ON")
    # An erased name is overwritten, not only unlinked.
    raw.execute("PRAGMA secure_delete = ON")
    # Or INSERT OR REPLACE would delete rows without asking the triggers on DELETE.
    raw.execute("PRAGMA recursive_triggers = ON")
    raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _begin(conn: Connection) -> None:
    writes = conn.get_execution_options().get(MODE, Mode.READ) != Mode.READ
    if conn.info.get("writes") != writes:
        conn.exec_driver_sql("PRAGMA query_only = OFF" if writes else "PRAGMA query_only = ON")
        conn.info["writes"] = writes
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _migrating(path: Path, *, marked: bool) -> Iterator[Connection]:
    engine = _engine(path, marked=marked, poolclass=NullPool)
    options: dict[str, Any] = {MODE: Mode.MIGRATE}
    with engine.connect().execution_options(**options) as conn, conn.begin():
        yield conn


def _check_application(found: object, path: Path) -> None:
    if found != APPLICATION_ID:
        raise Unavailable(Down.NOT_A_LEDGER, f"{path} is another program's file, or is empty")


_MEANING = {
    sqlite3.SQLITE_BUSY: (Down.LOCKED, "another process has kept the database locked"),
    sqlite3.SQLITE_LOCKED: (Down.LOCKED, "another connection has kept a table locked"),
    sqlite3.SQLITE_READONLY: (Down.READ_ONLY, "the file or this transaction is read-only"),
    sqlite3.SQLITE_FULL: (Down.READ_ONLY, "the disk is full; nothing was changed: make room"),
    sqlite3.SQLITE_CANTOPEN: (Down.NOT_A_LEDGER, "there is no such file, or it cannot be opened"),
    sqlite3.SQLITE_CORRUPT: (Down.NOT_A_LEDGER, "the file is damaged: restore a copy"),
    sqlite3.SQLITE_NOTADB: (Down.NOT_A_LEDGER, "the file is not a database"),
}
