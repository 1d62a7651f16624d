"""The migrated database is what `tables.py` says, and the journal in it is append-only."""

import re
import sqlite3
from contextlib import closing

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.postgres import server
from tests.storage.unavailable import unavailable
from timebank.errors import Down, Unavailable
from timebank.storage import postgres, sqlite
from timebank.storage.engine import check_triggers, open_engine, reading, upgrade_schema
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


def test_migrating_gives_exactly_the_declared_tables_on_sqlite(ledger_file, path, tmp_path):
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)
    declared.dispose()
    with (
        closing(sqlite3.connect(path)) as migrated,
        closing(sqlite3.connect(tmp_path / "declared.db")) as expected,
    ):
        assert schema_of(migrated) == schema_of(expected)
        assert set(metadata.tables) <= set(schema_of(migrated))


def dump_of(database):
    """Each line of a schema, sorted; less what `tables.py` does not speak of."""
    undeclared = r"(?ms)^(CREATE (TRIGGER|FUNCTION) .*?;$|ALTER TABLE [^;]*(TRIGGER|OWNER)[^;]*;$)"
    dump = server().run(
        "pg_dump", "-h", str(server().folder), "-U", "timebank", "--schema-only", "--no-owner",
        "--exclude-table=alembic_version", database,
    )  # fmt: skip
    lines = re.sub(undeclared, "", re.sub(r"(?s)\$\$.*?\$\$", "", dump)).splitlines()
    return sorted(line.strip(" ,") for line in lines if line and not line.startswith(("--", "\\")))


def test_migrating_gives_exactly_the_declared_tables_on_postgresql(ledger_server):
    migrated, declared = ledger_server.partition("@/")[2].partition("?")[0], server().empty()
    bare = create_engine(server().url(declared))
    metadata.create_all(bare)
    bare.dispose()
    expected = dump_of(declared)
    assert dump_of(migrated) == expected
    assert sum(line.startswith("CREATE TABLE") for line in expected) == len(metadata.tables)
    server().drop(declared)


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


# ---- append-only on SQLite


@pytest.fixture(params=[True, False], ids=["recursive", "careless"])
def raw(request, ledger_file, path):
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


@pytest.mark.parametrize("trigger", sorted(sqlite.TRIGGERS))
def test_a_missing_trigger_is_noticed(ledger_file, trigger):
    check(ledger_file)
    with closing(sqlite3.connect(ledger_file)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
    with pytest.raises(Unavailable, match=trigger) as caught:
        check(ledger_file)
    assert caught.value.code is Down.TRIGGERS_MISSING
    with pytest.raises(Unavailable, match=trigger):
        upgrade_schema(ledger_file)


def check(url):
    engine = open_engine(url)
    try:
        with reading(engine) as conn:
            check_triggers(conn)
    finally:
        engine.dispose()


# ---- append-only on PostgreSQL


@pytest.fixture(scope="module", params=["origin", "replica"])
def shell(request):
    """The owner at a prompt, also in a session that passes over ordinary triggers.

    Once for all attacks: none may change anything.
    """
    name = server().ledger()
    with psycopg.connect(server().url(name), autocommit=True) as shell:
        shell.execute(f"SET session_replication_role = {request.param}")
        for table, row in ROWS.items():
            shell.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)
        yield shell
    server().drop(name)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET {column} = {column}",
        "UPDATE {table} SET {column} = {column} WHERE false",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "TRUNCATE journal_head, {table} CASCADE",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE"
        " SET {column} = {table}.{column}",
        "MERGE INTO {table} USING {table} AS same ON same.{column} = {table}.{column}"
        " WHEN MATCHED THEN DELETE",
    ],
)
def test_the_journal_cannot_be_changed_on_a_server(shell, table, change):
    column = metadata.tables[table].columns.keys()[0]
    key = ", ".join(metadata.tables[table].primary_key.columns.keys())
    before = shell.execute(f"SELECT * FROM {table}").fetchall()
    with pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is append-only"):
        shell.execute(change.format(table=table, column=column, key=key))
    assert shell.execute(f"SELECT * FROM {table}").fetchall() == before == [ROWS[table]]


@pytest.mark.parametrize(
    "undo",
    [
        "DROP TRIGGER {trigger} ON {table}",
        "ALTER TABLE {table} DISABLE TRIGGER {trigger}",
        "ALTER TABLE {table} ENABLE TRIGGER {trigger}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "ALTER TRIGGER {trigger} ON {table} RENAME TO another",
        "ALTER TABLE {table} RENAME TO old; CREATE TABLE {table} (LIKE old)",
    ],
)
@pytest.mark.parametrize("trigger", ["journal_entries_no_update", "journal_nodes_no_truncate"])
def test_a_trigger_that_is_not_in_force_is_noticed(ledger_server, undo, trigger):
    check(ledger_server)
    with psycopg.connect(ledger_server) as raw:
        raw.execute(undo.format(trigger=trigger, table=trigger.partition("_no_")[0]))
    with pytest.raises(Unavailable, match=trigger) as caught:
        check(ledger_server)
    assert caught.value.code is Down.TRIGGERS_MISSING
    with unavailable(Down.TRIGGERS_MISSING):
        upgrade_schema(ledger_server)


def test_every_table_of_the_journal_has_its_triggers_on_a_server():
    assert {name.partition("_no_")[0] for name in postgres.TRIGGERS} == set(APPEND_ONLY)
    assert len(postgres.TRIGGERS) == 3 * len(APPEND_ONLY)
