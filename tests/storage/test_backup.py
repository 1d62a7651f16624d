"""A copy is complete, private, and known to be whole before anyone needs it."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing

import pytest
from sqlalchemy import text

from tests.storage.rows import row
from timebank.errors import Down, Unavailable
from timebank.storage.backup import check_copy, copy_database
from timebank.storage.engine import open_engine, reading, writing
from timebank.storage.journal import append, entries, latest_checkpoint, read_head


@pytest.fixture
def database_url(ledger_file):
    """Copies are of a SQLite file; a server has its own."""
    return ledger_file


@pytest.fixture
def copy(engine, tmp_path):
    rows = [row(seq) for seq in range(300)]
    with writing(engine) as conn:
        append(conn, read_head(conn), rows, rows[0].time)
    path = tmp_path / "copies" / "wijk-1.db"
    path.parent.mkdir()
    copy_database(engine, path)
    return path


def damage(path, *statements):
    with closing(sqlite3.connect(path)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def refusal_of(path):
    with pytest.raises(Unavailable) as caught:
        check_copy(path)
    return caught.value.code


def test_a_copy_is_one_private_file_with_everything_in_it(engine, copy):
    assert os.listdir(copy.parent) == [copy.name]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with reading(engine) as conn:
        expected = latest_checkpoint(conn)
    assert check_copy(copy) == expected
    assert os.listdir(copy.parent) == [copy.name]


def test_a_copy_can_be_put_to_use(copy, tmp_path):
    restored = open_engine(str(shutil.copy(copy, tmp_path / "restored.db")))
    with writing(restored) as conn:
        append(conn, read_head(conn), [row(300)], row(300).time)
        assert len(list(entries(conn))) == 301
        assert conn.scalar(text("PRAGMA journal_mode")) == "wal"
    restored.dispose()


def test_a_copy_is_one_moment_of_a_database_in_use(engine, copy):
    later = copy.with_name("wijk-2.db")
    with writing(engine) as conn:
        append(conn, read_head(conn), [row(300)], row(300).time)
        copy_database(engine, later)
    assert check_copy(later)[0] == 300


def test_an_earlier_copy_is_not_overwritten(engine, copy):
    before = copy.read_bytes()
    with pytest.raises(FileExistsError):
        copy_database(engine, copy)
    assert copy.read_bytes() == before


def test_what_an_interrupted_copy_left_is_not_in_the_way(engine, tmp_path):
    path = tmp_path / "copy.db"
    (tmp_path / "copy.db.part").write_text("half")
    copy_database(engine, path)
    assert check_copy(path)[0] == 0
    assert not (tmp_path / "copy.db.part").exists()


def test_a_copy_that_fails_leaves_nothing(engine, path, tmp_path):
    engine.dispose()
    path.unlink()
    with pytest.raises(Unavailable):
        copy_database(engine, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_a_copy_with_a_lost_page_is_refused(copy):
    size = copy.stat().st_size
    os.truncate(copy, size - 4096)
    assert refusal_of(copy) is Down.NOT_A_LEDGER


def test_a_copy_with_a_changed_leaf_is_refused(copy):
    damage(
        copy,
        "DROP TRIGGER journal_entries_no_update",
        "UPDATE journal_entries SET leaf = zeroblob(32) WHERE seq = 299",
        "CREATE TRIGGER journal_entries_no_update BEFORE UPDATE ON journal_entries"
        " BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    )
    assert refusal_of(copy) is Down.NOT_A_LEDGER


def test_a_copy_whose_head_is_behind_is_refused(copy):
    damage(copy, "UPDATE journal_head SET size = 0, frontier = zeroblob(8)")
    assert refusal_of(copy) is Down.NOT_A_LEDGER


def test_a_copy_without_its_triggers_is_refused(copy):
    damage(copy, "DROP TRIGGER journal_nodes_no_delete")
    assert refusal_of(copy) is Down.TRIGGERS_MISSING


def test_a_server_is_not_copied_so(ledger_server, tmp_path):
    engine = open_engine(ledger_server)
    with pytest.raises(Unavailable, match="pg_dump"):
        copy_database(engine, tmp_path / "copy.db")
    engine.dispose()
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_of_something_else_is_refused(tmp_path):
    other = tmp_path / "recipes.db"
    damage(other, "CREATE TABLE recipes (name TEXT)")
    assert refusal_of(other) is Down.NOT_A_LEDGER
