"""Opening a database and holding a transaction in it; what is particular to SQLite is here.

Readers get a snapshot and cannot write. Writers take the lock before they read (`BEGIN
IMMEDIATE`), so that what they decided on still holds when they write.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from timebank.errors import Down, Unavailable
from timebank.storage.tables import SCHEMA, TRIGGERS

APPLICATION_ID = int.from_bytes(b"TmBk")
"""SQLite's mark of whose file it is (`file` and `PRAGMA application_id` show it)."""

BUSY_SECONDS = 10
"""How long to wait for another writer before giving up. A batch takes milliseconds."""

_WRITES = "timebank_writes"
_CONNECTIONS = 8
_CACHE_KIB = 16_384


def open_engine(url: str) -> Engine:
    """Return the engine for a ledger: a path, or a SQLAlchemy URL of SQLite.

    A file that is not there yet, or is empty, may be opened too, for `create_schema`. Raises
    Unavailable: NOT_A_LEDGER, READ_ONLY, LOCKED, OLDER_SCHEMA, NEWER_SCHEMA. Whether the
    append-only triggers are there is for `check_triggers`: an audit must open what lost them.
    """
    path = _path(url)
    engine = _engine(path, pool_size=_CONNECTIONS)
    if path.exists() and path.stat().st_size:
        _check_writable(path)
        try:
            with reading(engine) as conn:
                check_schema(conn)
        except BaseException:
            engine.dispose()
            raise
    return engine


def create_schema(engine: Engine) -> None:
    """Create the tables in a database that holds nothing; the file will be its owner's alone.

    Raises Unavailable NOT_A_LEDGER, having changed nothing, where there is something already.
    """
    path = _path(str(engine.url))
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    with _migrating(path) as conn:
        if conn.scalar(text("SELECT count(*) FROM sqlite_master")):
            raise Unavailable(Down.NOT_A_LEDGER, f"{path} is not empty; nothing was created in it")
        _upgrade(conn)
        conn.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))


def upgrade_schema(url: str) -> None:
    """Bring a ledger of an older schema to this one, in one transaction. Back it up first.

    Raises Unavailable: NOT_A_LEDGER, NEWER_SCHEMA, TRIGGERS_MISSING.
    """
    path = _path(url)
    with _migrating(path) as conn:
        _check_application(conn.scalar(text("PRAGMA application_id")), path)
        if _revision(conn) > SCHEMA:
            check_schema(conn)
        _upgrade(conn)
        check_triggers(conn)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database, and cannot write."""
    with _translated(), engine.connect() as conn, conn.begin():
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the write lock; commits on normal exit, else changes nothing.

    Raises Unavailable: READ_ONLY, or LOCKED when another writer kept the lock for too long.
    """
    with _translated(), engine.connect().execution_options(**{_WRITES: True}) as conn, conn.begin():
        yield conn


@contextmanager
def looking_at(path: Path) -> Iterator[Connection]:
    """A connection to a ledger's file that leaves the file, and its directory, as they are."""
    engine = _engine(path, writable=False, poolclass=NullPool)
    with reading(engine) as conn:
        yield conn


def check_schema(conn: Connection) -> None:
    """Raise Unavailable OLDER_SCHEMA or NEWER_SCHEMA unless the tables are those we know."""
    found = _revision(conn)
    if found < SCHEMA:
        raise Unavailable(Down.OLDER_SCHEMA, f"schema {found}, not {SCHEMA}: run timebank upgrade")
    if found > SCHEMA:
        raise Unavailable(
            Down.NEWER_SCHEMA, f"schema {found}, not {SCHEMA}: install a newer timebank"
        )


def check_triggers(conn: Connection) -> None:
    """Raise Unavailable TRIGGERS_MISSING unless the journal's tables are append-only."""
    found = conn.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    if missing := TRIGGERS.difference(found):
        raise Unavailable(Down.TRIGGERS_MISSING, ", ".join(sorted(missing)))


# ---- opening


def _path(url: str) -> Path:
    if "://" not in url:
        return Path(url)
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Unavailable(Down.NOT_A_LEDGER, "a ledger is a SQLite file: sqlite:///PATH, or PATH")
    return Path(parsed.database)


def _engine(path: Path, *, writable: bool = True, marked: bool = True, **pool: Any) -> Engine:
    """An engine on this file, which must be there. `marked`: only if it bears our mark."""
    mode = "rw" if writable else "ro"
    target = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
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

    engine = create_engine(URL.create("sqlite", database=str(path)), creator=connect, **pool)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: sqlite3.Connection, marked: Path | None, writable: bool) -> None:
    if marked:
        _check_application(raw.execute("PRAGMA application_id").fetchone()[0], marked)
    if writable:
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA foreign_keys = ON")
    # Or INSERT OR REPLACE would delete rows without asking the triggers on DELETE.
    raw.execute("PRAGMA recursive_triggers = ON")
    raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _begin(conn: Connection) -> None:
    writes = conn.get_execution_options().get(_WRITES, False)
    conn.exec_driver_sql("PRAGMA query_only = OFF" if writes else "PRAGMA query_only = ON")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _migrating(path: Path) -> Iterator[Connection]:
    engine = _engine(path, marked=False, poolclass=NullPool)
    with writing(engine) as conn:
        yield conn


def _upgrade(conn: Connection) -> None:
    # Here, not above: it takes longer to load than the rest of a command to run.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "timebank.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, SCHEMA)


# ---- refusing


def _check_writable(path: Path) -> None:
    # The directory too: SQLite writes its log beside the file.
    for place in (path, path.parent):
        if not os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise Unavailable(Down.READ_ONLY, f"{place} cannot be written by this user")


def _check_application(found: object, path: Path) -> None:
    if found != APPLICATION_ID:
        raise Unavailable(Down.NOT_A_LEDGER, f"{path} is another program's file, or is empty")


def _revision(conn: Connection) -> str:
    return str(conn.scalar(text("SELECT version_num FROM alembic_version")))


_MEANING = {
    sqlite3.SQLITE_BUSY: (Down.LOCKED, "another process has kept the database locked"),
    sqlite3.SQLITE_LOCKED: (Down.LOCKED, "another connection has kept a table locked"),
    sqlite3.SQLITE_READONLY: (Down.READ_ONLY, "the file or this transaction is read-only"),
    sqlite3.SQLITE_CANTOPEN: (Down.NOT_A_LEDGER, "there is no such file, or it cannot be opened"),
    sqlite3.SQLITE_CORRUPT: (Down.NOT_A_LEDGER, "the file is damaged: restore a copy"),
    sqlite3.SQLITE_NOTADB: (Down.NOT_A_LEDGER, "the file is not a database"),
}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        # The lowest byte is the primary result code (sqlite.org/rescode.html).
        found = _MEANING.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
        if found is None:
            raise
        raise Unavailable(*found) from error
