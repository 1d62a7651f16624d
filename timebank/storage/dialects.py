"""What SQLite and PostgreSQL have in common and standard SQL has not.

What a module for one of them offers, transactions of three kinds, upserts, and how long a list in a
statement may be.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

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


def upsert(conn: Connection, table: Table) -> Executable:
    """Return the statement that inserts rows, or replaces those with the same primary key."""
    return _upsert(conn.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Executable:
    statement = _INSERT[dialect](table)
    key = list(table.primary_key)
    changed = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    inserted: Executable = (
        statement.on_conflict_do_update(index_elements=key, set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=key)
    )
    return inserted


def parts(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the different values in lists that fit a statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), AT_ONCE):
        yield distinct[start : start + AT_ONCE]
