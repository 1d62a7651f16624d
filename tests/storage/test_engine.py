"""Schemas that are not ours or not now; transactions that exclude one another. On each database."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.storage.rows import row
from tests.storage.unavailable import unavailable
from timebank.errors import Down, Unavailable
from timebank.storage import engine as engine_module
from timebank.storage.dialects import Conflict
from timebank.storage.engine import (
    check_triggers,
    create_schema,
    open_engine,
    persistently,
    reading,
    upgrade_schema,
    writing,
)
from timebank.storage.journal import append, entries, read_head

SETTINGS = text("SELECT count(*) FROM kept_settings")
ADD_SETTING = text("INSERT INTO kept_settings VALUES ('name', 'Wijk')")


@pytest.mark.parametrize(
    "url",
    ["mysql://localhost/wijk", "sqlite://", "postgresql://localhost", "://", "postgresql://:x"],
)
def test_another_kind_of_database_is_refused(url):
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(url)


def test_a_ledger_is_not_created_twice(engine):
    with unavailable(Down.NOT_A_LEDGER):
        create_schema(engine)


def set_revision(engine, revision):
    with writing(engine) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


@pytest.mark.parametrize(
    ("revision", "code"), [("0000", Down.OLDER_SCHEMA), ("9999", Down.NEWER_SCHEMA)]
)
def test_a_schema_of_another_version_is_refused(engine, database_url, revision, code):
    set_revision(engine, revision)
    with unavailable(code):
        open_engine(database_url)


def test_a_newer_schema_is_not_upgraded(engine, database_url):
    set_revision(engine, "9999")
    with unavailable(Down.NEWER_SCHEMA):
        upgrade_schema(database_url)


def test_upgrading_what_is_up_to_date_changes_nothing(engine, database_url):
    with writing(engine) as conn:
        append(conn, read_head(conn), [row(0)], row(0).time)
    upgrade_schema(database_url)
    with reading(engine) as conn:
        check_triggers(conn)
        assert list(entries(conn)) == [row(0).entry]


def test_a_reader_sees_one_moment_while_another_writes(engine):
    with reading(engine) as conn:
        assert conn.scalar(SETTINGS) == 0
        with writing(engine) as other:
            other.execute(ADD_SETTING)
        assert conn.scalar(SETTINGS) == 0
    with reading(engine) as conn:
        assert conn.scalar(SETTINGS) == 1


def test_a_reader_cannot_write(engine):
    with unavailable(Down.READ_ONLY), reading(engine) as conn:
        conn.execute(ADD_SETTING)


def test_what_fails_halfway_changes_nothing(engine):
    def fail_halfway():
        with writing(engine) as conn:
            conn.execute(ADD_SETTING)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with reading(engine) as conn:
        assert conn.scalar(SETTINGS) == 0


def test_a_mistake_in_a_statement_is_not_taken_for_trouble_with_the_database(engine):
    def add_twice():
        with writing(engine) as conn:
            conn.execute(ADD_SETTING)
            conn.execute(ADD_SETTING)

    with pytest.raises(IntegrityError):
        add_twice()


def test_writers_come_after_one_another_and_see_what_the_other_wrote(database_url):
    """Eight connections that read, then write what they read plus one: none is lost."""
    engine = open_engine(database_url)
    with writing(engine) as conn:
        conn.execute(text("INSERT INTO kept_settings VALUES ('count', '0')"))

    def count():
        for _ in range(5):
            with writing(engine) as conn:
                seen = int(conn.scalar(text("SELECT value FROM kept_settings")) or 0)
                new = {"value": str(seen + 1)}
                conn.execute(text("UPDATE kept_settings SET value = :value"), new)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as conn:
        assert conn.scalar(text("SELECT value FROM kept_settings")) == "40"
    engine.dispose()


@pytest.mark.parametrize("trouble", [Conflict("deadlock"), Unavailable(Down.LOST_CONNECTION, "")])
def test_what_the_database_gave_up_is_tried_again_a_few_times(trouble, monkeypatch):
    monkeypatch.setattr(engine_module, "_PAUSES", (0, 0, 0))
    tried = []

    def work(failures):
        tried.append(failures)
        if len(tried) <= failures:
            raise trouble
        return "done"

    assert persistently(lambda: work(3)) == "done"
    tried.clear()
    with pytest.raises(Unavailable) as caught:
        persistently(lambda: work(99))
    assert caught.value is trouble
    assert len(tried) == 4


def test_what_will_not_pass_is_not_tried_again():
    tried = []

    def work():
        tried.append(1)
        raise Unavailable(Down.READ_ONLY, "")

    with unavailable(Down.READ_ONLY):
        persistently(work)
    assert tried == [1]
