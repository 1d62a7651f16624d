"""What SQLite and PostgreSQL have in common and standard SQL has not: upserts, and a limit."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

AT_ONCE = 1_000
"""Values in one list of a statement, or rows in memory; SQLite takes up to 32 766 values."""

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
