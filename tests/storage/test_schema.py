"""The migrated database is what `tables.py` says, and the journal in it is append-only."""

import re
import sqlite3
from contextlib import closing

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from timebank.errors import Down, Unavailable
from timebank.storage.engine import check_triggers, reading, upgrade_schema
from timebank.storage.sqlite import TRIGGERS
from timebank.storage.tables import APPEND_ONLY, SCHEMA, metadata

ROWS = {
    "journal_entries": (0, 5, "pay", "a", "o", "i", bytes(32), b"{}"),
    "journal_postings": (0, 0, "acc", 5),
    "journal_nodes": (8, 0, bytes(32)),
    "journal_checkpoints": (1, bytes(32), 5),
}
# The same key with other content, and for entries each of the other two keys.
REPLACEMENTS = [
    ("journal_entries", (0, 6, "pay", "b", "p", "j", bytes(32), b"[]")),
    ("journal_entries", (1, 6, "pay", "b", "p", "i", bytes(32), b"[]")),
    ("journal_entries", (1, 6, "pay", "a", "o", "j", bytes(32), b"[]")),
    ("journal_postings", (0, 0, "acc", 6)),
    ("journal_nodes", (8, 0, bytes(31) + b"x")),
    ("journal_checkpoints", (1, bytes(32), 6)),
]


def schema_of(raw: sqlite3.Connection) -> dict[str, set[str]]:
    """Each table and index as the set of its lines: their order says nothing."""
    rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE type <> 'trigger'")
    return {
        name: {line.strip(" ,") for line in re.split(r"\n|, (?=CONSTRAINT)", sql or "")}
        for name, sql in rows
        if name != "alembic_version" and "alembic" not in name
    }


def test_migrating_gives_exactly_the_declared_tables(engine, path, tmp_path):
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)
    declared.dispose()
    with (
        closing(sqlite3.connect(path)) as migrated,
        closing(sqlite3.connect(tmp_path / "declared.db")) as expected,
    ):
        assert schema_of(migrated) == schema_of(expected)
        assert set(metadata.tables) <= set(schema_of(migrated))


def test_the_declared_revision_is_the_last_migration():
    config = Config()
    config.set_main_option("script_location", "timebank.storage:migrations")
    config.set_main_option("path_separator", "os")
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert revisions[0] == SCHEMA
    assert revisions == sorted(revisions, reverse=True), "open_engine compares them as text"


def test_every_constraint_has_a_name():
    unnamed = [
        f"{table}: {constraint}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []


def test_every_table_can_be_said_in_postgresql():
    dialect = postgresql.dialect()
    for table in metadata.tables.values():
        ddl = str(CreateTable(table).compile(dialect=dialect))
        assert "STRICT" not in ddl
        assert "SERIAL" not in ddl
        for index in table.indexes:
            CreateIndex(index).compile(dialect=dialect)


def test_no_table_refers_to_another():
    assert [t.name for t in metadata.tables.values() if t.foreign_keys] == []


@pytest.fixture(params=[True, False], ids=["recursive", "careless"])
def raw(request, engine, path):
    """A plain connection, also one that has not asked for triggers on replaced rows."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA recursive_triggers = {request.param}")
        for table, row in ROWS.items():
            raw.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        raw.commit()
        yield raw


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_journal_cannot_be_changed(raw, table):
    column = raw.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        raw.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nothing_can_be_deleted_from_the_journal(raw, table):
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        raw.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT"])
@pytest.mark.parametrize(("table", "row"), REPLACEMENTS)
def test_nothing_in_the_journal_can_be_replaced(raw, verb, table, row):
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        raw.execute(f"{verb} INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    assert raw.execute(f"SELECT * FROM {table}").fetchall() == [ROWS[table]]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_an_upsert_cannot_change_the_journal(raw, table):
    row = ROWS[table]
    columns = [name for (name,) in raw.execute(f"SELECT name FROM pragma_table_info('{table}')")]
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        raw.execute(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})"
            f" ON CONFLICT DO UPDATE SET {columns[-1]} = {columns[-1]}",
            row,
        )


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_a_missing_trigger_is_noticed(engine, path, trigger):
    with reading(engine) as conn:
        check_triggers(conn)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
    with pytest.raises(Unavailable, match=trigger) as caught, reading(engine) as conn:
        check_triggers(conn)
    assert caught.value.code is Down.TRIGGERS_MISSING
    with pytest.raises(Unavailable, match=trigger):
        upgrade_schema(str(path))
