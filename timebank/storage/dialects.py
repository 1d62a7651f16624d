"""The one statement that SQLite and PostgreSQL write alike and SQL does not have."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

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
