"""Opening a database and holding a transaction in it, the same on SQLite and on PostgreSQL.

Readers see one moment of the database and cannot write. Writers have the lock before they read, so
that what they decided on still holds when they write. What is particular to one database is in
`sqlite` and `postgres`, each a `Database`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from timebank.errors import Down, Unavailable
from timebank.storage import postgres, sqlite
from timebank.storage.dialects import MODE, Conflict, Database, Mode
from timebank.storage.tables import SCHEMA

T = TypeVar("T")

_DATABASES: dict[str, Database] = {"sqlite": sqlite, "postgresql": postgres, "postgres": postgres}
_PAUSES = (0.05, 0.25, 1.0)


def open_engine(url: str) -> Engine:
    """Return the engine for a ledger: a path, or the URL of a SQLite or PostgreSQL database.

    A file that is not there yet, or a database that is empty, may be opened too, for
    `create_schema`. Raises Unavailable: NOT_A_LEDGER, READ_ONLY, LOCKED, LOST_CONNECTION,
    OLDER_SCHEMA, NEWER_SCHEMA. Whether the append-only triggers are there is for `check_triggers`:
    an audit must open what lost them.
    """
    parsed = _parse(url)
    database = _database(parsed)
    engine = database.connect(parsed)
    try:
        with _translated(database):
            there = database.holds_tables(engine)
        if there:
            with reading(engine) as conn:
                check_schema(conn)
    except BaseException:
        engine.dispose()
        raise
    return engine


def create_schema(engine: Engine) -> None:
    """Create the tables in a database that holds nothing; a new file will be its owner's alone.

    Raises Unavailable NOT_A_LEDGER, having changed nothing, where there is something already.
    """
    database = _database(engine.url)
    with _translated(database), database.creating(engine) as conn:
        _upgrade(conn)


def upgrade_schema(url: str) -> None:
    """Bring a ledger of an older schema to this one, in one transaction. Back it up first.

    Raises Unavailable: NOT_A_LEDGER, NEWER_SCHEMA, TRIGGERS_MISSING.
    """
    parsed = _parse(url)
    database = _database(parsed)
    with _translated(database), database.upgrading(parsed) as conn:
        if _revision(conn) > SCHEMA:
            check_schema(conn)
        _upgrade(conn)
        check_triggers(conn)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database, and cannot write."""
    with _transaction(engine, Mode.READ) as conn:
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the write lock; commits on normal exit, else changes nothing.

    Raises Unavailable: READ_ONLY, LOCKED when another writer kept the lock for too long, or
    LOST_CONNECTION: when that came while committing, only the database can say what it did.
    """
    with _transaction(engine, Mode.WRITE) as conn:
        yield conn


def persistently(work: Callable[[], T]) -> T:
    """Run a transaction; again, a few times, where the database gave it up or went away.

    Only for work that looks first whether it was done already: a connection that is lost while
    committing does not say whether it was. Raises the last Unavailable.
    """
    for pause in _PAUSES:
        try:
            return work()
        except Unavailable as error:
            if not (isinstance(error, Conflict) or error.code is Down.LOST_CONNECTION):
                raise
        time.sleep(pause)
    return work()


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
    database = _database(conn.engine.url)
    if missing := database.TRIGGERS.difference(database.triggers(conn)):
        raise Unavailable(Down.TRIGGERS_MISSING, ", ".join(sorted(missing)))


def _parse(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = URL.create("unreadable")
    if parsed.get_backend_name() not in _DATABASES or not parsed.database:
        raise Unavailable(
            Down.NOT_A_LEDGER,
            "a ledger is a SQLite file (PATH, or sqlite:///PATH) or a PostgreSQL database"
            " (postgresql://USER@HOST/NAME)",
        )
    return parsed


def _database(url: URL) -> Database:
    return _DATABASES[url.get_backend_name()]


@contextmanager
def _transaction(engine: Engine, mode: Mode) -> Iterator[Connection]:
    with _translated(_database(engine.url)):
        transaction = _begun(engine, mode)
        with transaction.connection as conn, transaction:
            yield conn


def _begun(engine: Engine, mode: Mode, again: bool = True) -> RootTransaction:
    """A transaction that has begun. A connection that died while nobody used it is replaced."""
    options: dict[str, Any] = {MODE: mode}
    conn = engine.connect().execution_options(**options)
    try:
        return conn.begin()
    except BaseException as error:
        conn.close()
        if again and isinstance(error, DBAPIError) and error.connection_invalidated:
            return _begun(engine, mode, again=False)
        raise


def _upgrade(conn: Connection) -> None:
    # Here, not above: it takes longer to load than the rest of a command to run.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "timebank.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, SCHEMA)


def _revision(conn: Connection) -> str:
    return str(conn.scalar(text("SELECT version_num FROM alembic_version")))


@contextmanager
def _translated(database: Database) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        explained = database.explain(error)
        if explained is None:
            raise
        raise explained from error
