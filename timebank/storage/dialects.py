"""What SQLite and PostgreSQL have in common and standard SQL has not.

What a module for one of them offers, transactions of three kinds, upserts, how long a list in a
statement may be, and how the statements that every payment takes are run.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

from timebank.errors import Down, Unavailable

T = TypeVar("T")

AT_ONCE = 1_000
"""Values in one list of a statement, or rows in memory; SQLite takes up to 32 766 values."""

MODE = "timebank_mode"
"""The execution option of a connection that says which `Mode` its transaction is in."""


class Mode(StrEnum):
    """What a transaction is for; decides how it begins."""

    READ = "read"
    WRITE = "write"
    MIGRATE = "migrate"


class Conflict(Unavailable):
    """The database ended this transaction for the sake of another. Nothing has changed."""

    def __init__(self, why: str) -> None:
        super().__init__(Down.LOCKED, f"{why}; nothing was changed: try again")


class Database(Protocol):
    """What the modules `sqlite` and `postgres` offer to `engine`. Each raises Unavailable."""

    @property
    def TRIGGERS(self) -> frozenset[str]:  # noqa: N802 (a constant of a module)
        """What makes the journal's tables append-only."""

    def connect(self, url: URL) -> Engine:
        """Return an engine whose transactions begin as their `MODE` says."""

    def holds_tables(self, engine: Engine) -> bool:
        """Say whether there is a ledger, and not nothing."""

    def creating(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Hold what is empty, for tables to be created in."""

    def upgrading(self, url: URL) -> AbstractContextManager[Connection]:
        """Hold a ledger, for its tables to be changed."""

    def triggers(self, conn: Connection) -> Collection[str]:
        """Return the names of the triggers that are in force."""

    def explain(self, error: DBAPIError) -> Unavailable | None:
        """Return what an error means to a volunteer, or None for a mistake of ours."""


_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def upsert(conn: Connection, table: Table) -> UpdateBase:
    """Return the statement that inserts rows, or replaces those with the same primary key."""
    return _upsert(conn.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> UpdateBase:
    statement = _INSERT[dialect](table)
    key = list(table.primary_key)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    inserted: UpdateBase = (
        statement.on_conflict_do_update(index_elements=key, set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=key)
    )
    return inserted


# What a payment takes is run by its text, which is worked out once, by the driver itself:
# SQLAlchemy would spend longer on each of these statements than the database.


def write(conn: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement for rows of values as the driver takes them; return how many it hit."""
    if not rows:
        return 0
    text, names = _written(conn.dialect, statement)
    many = [tuple([row[name] for name in names]) for row in rows] if names else rows
    with _driver(conn) as driver:
        cursor = driver.cursor()
        if len(many) > 1:
            cursor.executemany(text, many)
        else:
            cursor.execute(text, many[0])
        return int(cursor.rowcount)


def look_up(
    conn: Connection, statement: Select[Any], values: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of a query whose one parameter, if it has any, is a list."""
    text, names = _looked_up(conn.dialect, statement, len(values))
    with _driver(conn) as driver:
        cursor = driver.cursor()
        cursor.execute(text, dict(zip(names, values, strict=True)) if names else values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """Do not wait for each of the writes inside: on PostgreSQL they go out as one, a pipeline.

    What is wrong with one of them may be raised at the end; how many rows they hit is not known.
    """
    if conn.dialect.name != "postgresql":
        yield
        return
    with _driver(conn) as driver, driver.pipeline():
        yield


@contextmanager
def _driver(conn: Connection) -> Iterator[Any]:
    """The driver's connection; what it raises is raised as SQLAlchemy does."""
    driver_error = conn.dialect.loaded_dbapi.Error
    try:
        yield conn.connection.driver_connection
    except driver_error as error:
        raise DBAPIError.instance("", None, error, driver_error, dialect=conn.dialect) from error


@lru_cache(maxsize=1024)
def _written(dialect: Dialect, statement: UpdateBase) -> tuple[str, tuple[str, ...]]:
    """The text of a statement; and its parameters in order, where they are not given by name."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(getattr(compiled, "positiontup", None) or ())


@lru_cache(maxsize=1024)
def _looked_up(dialect: Dialect, statement: Select[Any], many: int) -> tuple[str, tuple[str, ...]]:
    """The text for so many values; and their names, where they are not given in order."""
    compiled = statement.compile(dialect=dialect)
    expanded = compiled.construct_expanded_state({name: [""] * many for name in compiled.params})
    names = () if expanded.positiontup else tuple(expanded.parameters)
    return expanded.statement, names


def parts(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the different values in lists that fit a statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), AT_ONCE):
        yield distinct[start : start + AT_ONCE]
