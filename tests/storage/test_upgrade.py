"""A ledger of every schema there ever was opens after an upgrade, with everything in it.

`golden/` holds a ledger of each revision, as its own tools write it out (`.dump`, `pg_dump`).
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import server
from timebank.storage import people, requests
from timebank.storage.engine import check_triggers, open_engine, reading, upgrade_schema
from timebank.storage.journal import entries, find_seq, latest_checkpoint, read_head, root_at, rows
from timebank.storage.tables import SCHEMA

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(params=sorted(GOLDEN.iterdir()), ids=lambda path: path.stem)
def old(request, path):
    """A ledger as it was; of each revision on each database."""
    script = request.param.read_text()
    if ".sqlite." in request.param.name:
        with closing(sqlite3.connect(path)) as raw:
            raw.executescript(script)
        yield str(path)
    else:
        name = server().empty()
        server().sql(script, name)
        yield server().url(name)
        server().drop(name)


def content(url):
    """Every row of every table, each as its columns by name."""
    address = (
        url.replace("postgresql", "postgresql+psycopg") if "://" in url else f"sqlite:///{url}"
    )
    engine = create_engine(address)
    with engine.connect() as conn:
        found = {
            table: [row._asdict() for row in conn.execute(text(f'SELECT * FROM "{table}"'))]
            for table in inspect(conn).get_table_names()
            if table != "alembic_version"
        }
    engine.dispose()
    return found


def test_there_is_a_ledger_of_the_newest_revision_too():
    for database in ("sqlite", "postgresql"):
        assert (GOLDEN / f"{SCHEMA}.{database}.sql").exists()


def test_an_upgrade_keeps_every_row(old):
    before = content(old)
    assert sum(len(table) for table in before.values()) > 10
    upgrade_schema(old)
    after = content(old)
    for table, kept in before.items():
        assert len(after[table]) == len(kept)
        for row in kept:
            assert any(row.items() <= now.items() for now in after[table]), (table, row)


def test_an_upgraded_ledger_reads_as_it_did(old):
    upgrade_schema(old)
    engine = open_engine(old)
    with reading(engine) as conn:
        check_triggers(conn)
        assert read_head(conn).size == len(list(entries(conn))) == 2
        assert latest_checkpoint(conn) == (2, root_at(conn, 2))
        for row in rows(conn):
            assert find_seq(conn, row.identity) == row.seq
        assert [opening.text for opening in people.openings(conn)] == ["Amina’s ☺"]
        assert people.setting(conn, "name") == "Wijk"
        found = requests.find(conn, "CODE")
        assert found is not None
        assert (found.request, found.cancelled) == ('{"a":"é"}'.encode(), True)
    engine.dispose()
