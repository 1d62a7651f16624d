"""Files that are not ours, or not writable; what is particular to a ledger in SQLite."""

import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.storage.unavailable import unavailable
from timebank.errors import Down
from timebank.storage import sqlite
from timebank.storage.engine import check_triggers, create_schema, open_engine, reading, writing

NOBODY = 65534


@pytest.fixture
def database_url(ledger_file):
    return ledger_file


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(statement)


def test_a_new_ledger_is_its_owners_alone_and_says_what_it_is(path):
    engine = open_engine(str(path))
    create_schema(engine)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with reading(engine) as conn:
        assert conn.scalar(text("PRAGMA journal_mode")) == "wal"
        assert conn.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert conn.scalar(text("PRAGMA recursive_triggers")) == 1
        assert conn.scalar(text("PRAGMA application_id")) == sqlite.APPLICATION_ID
    engine.dispose()


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_path_and_a_url_open_the_same_ledger(engine, path, prefix):
    again = open_engine(f"{prefix}{path}")
    with reading(again) as conn:
        check_triggers(conn)
    again.dispose()


def test_what_is_not_there_is_not_created_by_reading_it(path):
    engine = open_engine(str(path))
    with unavailable(Down.NOT_A_LEDGER), reading(engine):
        pass
    assert not path.exists()


def test_an_empty_file_is_no_ledger_until_its_schema_is_created(path):
    path.touch()
    engine = open_engine(str(path))
    with unavailable(Down.NOT_A_LEDGER), reading(engine):
        pass
    create_schema(engine)
    with reading(engine) as conn:
        check_triggers(conn)
    engine.dispose()


def test_another_programs_database_is_refused_and_left_alone(path):
    change(path, "CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(str(path))
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_text("Dear neighbours, " * 100)
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(str(path))
    assert path.read_text().startswith("Dear neighbours")


def test_a_schema_is_not_created_in_what_came_to_be_there_meanwhile(path):
    engine = open_engine(str(path))
    change(path, "CREATE TABLE recipes (name TEXT)")
    with unavailable(Down.NOT_A_LEDGER):
        create_schema(engine)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


@contextmanager
def as_somebody_else():
    """Permissions mean nothing to root, whom containers run their tests as."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("what", ["file", "directory"])
def test_a_ledger_that_cannot_be_written_is_refused(template, what):
    with tempfile.TemporaryDirectory() as directory:  # tmp_path is closed to somebody else
        path = Path(shutil.copy(template, directory))
        path.chmod(0o444 if what == "file" else 0o666)
        path.parent.chmod(0o777 if what == "file" else 0o555)
        with as_somebody_else(), unavailable(Down.READ_ONLY):
            open_engine(str(path))
        path.parent.chmod(0o755)


def test_a_writer_that_waits_too_long_is_told_so(engine, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0)
    impatient = open_engine(str(engine.url.database))
    with writing(engine), unavailable(Down.LOCKED), writing(impatient):
        pass
    with writing(impatient):
        pass
    impatient.dispose()


def test_a_column_holds_its_own_type_only(conn):
    with pytest.raises(Exception, match="cannot store TEXT value in INTEGER column"):
        conn.execute(text("UPDATE journal_head SET size = 'many'"))
