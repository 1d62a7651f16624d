"""What is particular to a ledger on PostgreSQL: other databases, standbys, lost connections."""

import threading
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.postgres import Server, server
from tests.storage.rows import row
from tests.storage.unavailable import unavailable
from timebank.errors import Down
from timebank.ledger.facts import Holders
from timebank.storage import postgres
from timebank.storage.dialects import Conflict, Mode, together
from timebank.storage.engine import (
    check_triggers,
    create_schema,
    open_engine,
    persistently,
    reading,
    writing,
)
from timebank.storage.fold import every, save_facts
from timebank.storage.journal import append, entries, read_head


@pytest.fixture
def database_url(ledger_server):
    return ledger_server


@pytest.fixture
def database():
    name = server().empty()
    yield name
    server().drop(name)


def shell(engine):
    """Somebody else's connection to the same database."""
    return psycopg.connect(server().url(engine.url.database), autocommit=True)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_ledger_opens_by_every_name_its_url_goes_by(database_url, scheme):
    engine = open_engine(database_url.replace("postgresql", scheme, 1))
    with reading(engine) as conn:
        check_triggers(conn)
    engine.dispose()


def test_an_empty_database_is_no_ledger_until_its_schema_is_created(database):
    engine = open_engine(server().url(database))
    with unavailable(Down.NOT_A_LEDGER), reading(engine) as conn:
        read_head(conn)
    create_schema(engine)
    with reading(engine) as conn:
        check_triggers(conn)
    engine.dispose()


def test_two_programs_that_create_one_ledger_make_one(database):
    engines = [open_engine(server().url(database)) for _ in range(2)]
    refused = []
    threads = [threading.Thread(target=try_create, args=(e, refused)) for e in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with reading(engines[0]) as conn:
        assert read_head(conn).size == 0
    for engine in engines:
        engine.dispose()


def try_create(engine, refused):
    try:
        create_schema(engine)
    except Exception as error:
        refused.append(error)


def test_another_programs_database_is_refused_and_left_alone(database):
    server().sql("CREATE TABLE recipes (name text)", database)
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(server().url(database))
    assert server().sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database) == [
        (1,)
    ]


def test_another_program_that_also_uses_alembic_is_refused(database):
    server().sql("CREATE TABLE alembic_version (version_num text)", database)
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(server().url(database))


def test_a_schema_is_not_created_in_what_came_to_be_there_meanwhile(database):
    engine = open_engine(server().url(database))
    server().sql("CREATE TABLE recipes (name text)", database)
    with unavailable(Down.NOT_A_LEDGER):
        create_schema(engine)
    engine.dispose()


def test_an_extension_does_not_make_a_database_anothers(database):
    server().sql("CREATE VIEW mine AS SELECT 1", database)
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(server().url(database))
    server().sql("DROP VIEW mine", database)
    server().sql("CREATE EXTENSION pg_stat_statements", database)
    open_engine(server().url(database)).dispose()


def test_a_database_that_is_not_there_cannot_be_reached():
    with unavailable(Down.LOST_CONNECTION):
        open_engine(server().url("nowhere"))


def test_a_database_in_another_encoding_is_refused():
    server().sql("CREATE DATABASE latin TEMPLATE template0 ENCODING latin1 LOCALE 'C'")
    with unavailable(Down.NOT_A_LEDGER):
        open_engine(server().url("latin"))
    server().drop("latin")


def test_order_does_not_depend_on_the_language_of_the_database():
    server().sql(
        "CREATE DATABASE dutch TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'nl-NL' LOCALE 'C'"
    )
    engine = open_engine(server().url("dutch"))
    create_schema(engine)
    with writing(engine) as conn:
        save_facts(conn, [Holders(role, ()) for role in ("b", "a-c", "ab", "B", "ij", "z")])
        assert [found.role for found in every(conn, Holders)] == ["B", "a-c", "ab", "b", "ij", "z"]
    engine.dispose()
    server().drop("dutch")


def test_a_database_set_to_read_only_is_refused(database_url, engine):
    name = engine.url.database
    server().sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with unavailable(Down.READ_ONLY):
        open_engine(database_url)


def test_a_standby_is_refused_also_by_who_does_not_ask_first(engine):
    standby = Server.start(copy_of=server())
    unasked = postgres.connect(engine.url.update_query_dict({"host": str(standby.folder)}))
    try:
        with unavailable(Down.READ_ONLY):
            open_engine(standby.url(engine.url.database))
        with unavailable(Down.READ_ONLY), writing(unasked):
            pass
    finally:
        unasked.dispose()
        standby.remove()


def test_a_user_without_rights_is_told_so(database_url):
    server().sql("CREATE ROLE visitor LOGIN")
    with unavailable(Down.READ_ONLY):
        open_engine(database_url.replace("timebank@", "visitor@"))
    server().sql("DROP ROLE visitor")


def test_a_writer_that_waits_too_long_is_told_so(engine, monkeypatch):
    hasty = postgres._BEGIN[Mode.WRITE].replace("'10s'", "'20ms'")
    monkeypatch.setitem(postgres._BEGIN, Mode.WRITE, hasty)
    with writing(engine), unavailable(Down.LOCKED), writing(engine):
        pass
    with writing(engine):
        pass


def test_a_commit_is_on_the_disk_whatever_the_server_was_set_to(engine):
    server().sql(f"ALTER DATABASE {engine.url.database} SET synchronous_commit = off")
    engine.dispose()
    with writing(engine) as conn:
        assert conn.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_column_holds_its_own_type_only(conn):
    with pytest.raises(Exception, match="invalid input syntax for type bigint"):
        conn.execute(text("UPDATE journal_head SET size = 'many'"))


# ---- connections that break, transactions that are given up


def cut_off(engine):
    """End every connection to the engine's database, as a restart of the server would."""
    with shell(engine) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_broke_while_nobody_used_it_is_replaced(engine):
    with reading(engine), reading(engine):
        pass
    cut_off(engine)
    with reading(engine) as conn:
        assert read_head(conn).size == 0
    with writing(engine) as conn:
        assert read_head(conn).size == 0


def test_a_connection_that_breaks_halfway_changes_nothing_and_says_so(engine):
    with unavailable(Down.LOST_CONNECTION), writing(engine) as conn:
        append(conn, read_head(conn), [row(0)], row(0).time)
        cut_off(engine)
    with reading(engine) as conn:
        assert list(entries(conn)) == []


def test_a_server_that_is_gone_cannot_be_reached():
    alone = Server.start()
    engine = open_engine(alone.url(alone.ledger()))
    alone.stop()
    for transaction in (reading, writing):
        with unavailable(Down.LOST_CONNECTION), transaction(engine):
            pass
    alone.up()
    with writing(engine) as conn:
        assert read_head(conn).size == 0
    engine.dispose()
    alone.remove()


def test_a_deadlock_is_a_conflict_that_passes_when_tried_again(engine):
    """Somebody at a shell locks our tables in the other order; the server ends one of us."""
    with shell(engine) as other, other.transaction():
        other.execute("SET LOCAL deadlock_timeout = '10s'")  # so that it is ours that is ended
        other.execute("LOCK TABLE kept_settings")
        blocked = threading.Thread(target=other.execute, args=("LOCK TABLE journal_head",))
        seen = []

        def work():
            with writing(engine) as conn:
                if not seen:
                    seen.append("first")
                    blocked.start()
                    conn.execute(text("SELECT pg_sleep(0.1)"))
                    conn.execute(text("SELECT FROM kept_settings"))
                seen.append("done")

        with pytest.raises(Conflict):
            work()
        blocked.join()
    persistently(work)
    assert seen == ["first", "done"]


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_was_given_up_is_a_conflict(engine, state):
    with pytest.raises(Conflict), writing(engine) as conn:
        conn.execute(text(f"DO $$ BEGIN RAISE USING ERRCODE = '{state}'; END $$"))


def test_an_abandoned_writer_lets_go_of_the_head(engine, monkeypatch):
    hasty = postgres._BEGIN[Mode.WRITE].replace(
        "session_timeout = '60s'", "session_timeout = '20ms'"
    )
    monkeypatch.setitem(postgres._BEGIN, Mode.WRITE, hasty)
    with unavailable(Down.LOST_CONNECTION), writing(engine) as conn:
        threading.Event().wait(0.2)
        read_head(conn)


def test_a_connection_that_breaks_between_writes_sent_together_loses_all_of_them(engine):
    with unavailable(Down.LOST_CONNECTION), writing(engine) as conn, together(conn):
        save_facts(conn, [Holders("issuer", ("a",))])
        cut_off(engine)
        save_facts(conn, [Holders("auditor", ("b",))])
    with unavailable(Down.LOST_CONNECTION), writing(engine) as conn, together(conn):
        cut_off(engine)
    with writing(engine) as conn:
        assert every(conn, Holders) == []


def test_what_is_wrong_with_a_write_sent_together_with_others_is_told_and_none_is_kept(engine):
    with pytest.raises(IntegrityError) as caught, writing(engine) as conn:
        append(
            conn, read_head(conn), [row(0), replace(row(1), identity=row(0).identity)], row(0).time
        )
    assert caught.value.orig.sqlstate == "23505"  # unique_violation
    with writing(engine) as conn:
        assert (read_head(conn).size, list(entries(conn))) == (0, [])
        append(conn, read_head(conn), [row(0)], row(0).time)
