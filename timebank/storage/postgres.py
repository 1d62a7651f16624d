"""A ledger in a PostgreSQL database, 15 or newer, through psycopg 3.

One row, the head, is what every writer locks first: whoever holds it is the only writer, of however
many processes, so writers never wait for one another in a circle. Readers see one moment and hold
nobody up. Everything a transaction needs to be safe is said when it begins, not when a connection
is made, so that nothing hangs on how connections are pooled.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from timebank.errors import Down, Unavailable
from timebank.storage.dialects import MODE, Conflict, Mode
from timebank.storage.tables import APPEND_ONLY

TRIGGERS = frozenset(
    f"{table}_{what}" for table in APPEND_ONLY for what in ("no_update", "no_delete", "no_truncate")
)

_OLDEST = 15
_CONNECTIONS = 8
_UNLESS_SAID = {
    "connect_timeout": "5",
    # A server that is gone, and not just slow, is noticed in a quarter of a minute.
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "15000",
}

# In one message each, so that beginning takes one round trip. Another writer is waited for as long
# as on SQLite; a transaction that was abandoned halfway lets go of the head by itself.
_LIMITS = (
    "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '60s';"
    "SET LOCAL idle_in_transaction_session_timeout = '60s'"
)
_BEGIN = {
    Mode.READ: f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_LIMITS}",
    # Whatever the server's default is: a commit is on the disk, the standby's too where there is a
    # synchronous one, before anything is acknowledged.
    Mode.WRITE: (
        f"BEGIN ISOLATION LEVEL READ COMMITTED; {_LIMITS};"
        "SET LOCAL synchronous_commit = on; SELECT FROM journal_head FOR UPDATE"
    ),
    # A table of a large ledger may take long to change. The number is that of our mark on SQLite:
    # two programs that migrate one database do so after one another.
    Mode.MIGRATE: (
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '10s';"
        "SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = on;"
        f"SELECT pg_advisory_xact_lock({int.from_bytes(b'TmBk')})"
    ),
}

_STATE = text(
    """
    SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS reads,
           current_setting('server_version_num')::int / 10000 AS version,
           current_setting('server_encoding') AS encoding,
           to_regclass('journal_head') IS NOT NULL
             AND to_regclass('alembic_version') IS NOT NULL AS ours,
           EXISTS (SELECT FROM pg_class
                   WHERE relnamespace = to_regnamespace(current_schema())
                     AND NOT EXISTS (SELECT FROM pg_depend
                                     WHERE objid = pg_class.oid AND deptype = 'e')) AS used
    """
)
# Enabled ALWAYS, which neither a session nor a restored dump can quietly turn off.
_TRIGGERS = text(
    """
    SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE tgenabled = 'A' AND pg_class.oid = to_regclass(relname)
      AND tgname IN (relname || '_no_update', relname || '_no_delete', relname || '_no_truncate')
    """
)


def connect(url: URL) -> Engine:
    """Return an engine on a database that is there. Nothing is asked of the server yet."""
    return _engine(url)


def holds_tables(engine: Engine) -> bool:
    """Say whether this is a ledger, and not an empty database. Raises NOT_A_LEDGER, READ_ONLY."""
    with engine.connect() as conn, conn.begin():
        return _is_ours(conn)


@contextmanager
def creating(engine: Engine) -> Iterator[Connection]:
    """Hold an empty database, for tables to be created in; refuse one with a content."""
    with _migrating(engine.url) as conn:
        if _is_ours(conn):
            raise Unavailable(
                Down.NOT_A_LEDGER,
                f"{engine.url.database} holds a ledger already; nothing was created in it",
            )
        yield conn


@contextmanager
def upgrading(url: URL) -> Iterator[Connection]:
    """Hold the database to change its tables; refuse one that is not ours."""
    with _migrating(url) as conn:
        if not _is_ours(conn):
            raise Unavailable(Down.NOT_A_LEDGER, f"the database {url.database} is empty")
        yield conn


def triggers(conn: Connection) -> Collection[str]:
    """Return the names of the triggers that are in force on the table they are named after."""
    return conn.scalars(_TRIGGERS).all()


def explain(error: DBAPIError) -> Unavailable | None:
    """Return what an error of the database means to a volunteer, or None for a mistake of ours."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _CONFLICTS:
        return Conflict(f"the database let another transaction go first ({state})")
    if state in _MEANING:
        return Unavailable(*_MEANING[state])
    # Only a connection that was never made, or broke, has no state to report.
    lost = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    if lost or state.startswith(("08", "57P")):
        return Unavailable(
            Down.LOST_CONNECTION,
            f"no connection with the database: {str(error.orig).strip()}. What was being posted"
            " may or may not have been: sending the same orders again posts each once",
        )
    return None


# doc: PostgreSQL, appendix A, "PostgreSQL Error Codes"
_CONFLICTS = {"40001", "40P01"}
_MEANING = {
    "25006": (Down.READ_ONLY, "this server is a standby, or this transaction is read-only"),
    "42501": (Down.READ_ONLY, "this database user may not do that: give it rights on the ledger"),
    "53100": (Down.READ_ONLY, "the server's disk is full; nothing was changed: make room"),
    "55P03": (Down.LOCKED, "another process has kept the ledger locked"),
    "57014": (Down.LOCKED, "the database took too long; nothing was changed"),
    "42P01": (Down.NOT_A_LEDGER, "this database holds no ledger: timebank init"),
}


def _engine(url: URL, **pool: type[NullPool]) -> Engine:
    unless_said = {name: value for name, value in _UNLESS_SAID.items() if name not in url.query}
    target = url.set(drivername="postgresql+psycopg").update_query_dict(unless_said)
    sizes = {} if pool else {"pool_size": _CONNECTIONS}
    try:
        # Autocommit: the driver then leaves transactions to `_begin`.
        engine = create_engine(
            target, isolation_level="AUTOCOMMIT", use_native_hstore=False, **pool, **sizes
        )
    except ModuleNotFoundError as error:
        raise Unavailable(
            Down.LOST_CONNECTION, "a ledger on PostgreSQL needs psycopg: install timebank[postgres]"
        ) from error
    event.listen(engine, "begin", _begin)
    return engine


def _begin(conn: Connection) -> None:
    mode = conn.get_execution_options().get(MODE, Mode.READ)
    # Without parameters, not even none: only then does the protocol allow several statements.
    conn.exec_driver_sql(_BEGIN[mode], execution_options={"no_parameters": True})


@contextmanager
def _migrating(url: URL) -> Iterator[Connection]:
    engine = _engine(url, poolclass=NullPool)
    with engine.connect().execution_options(**{MODE: Mode.MIGRATE}) as conn, conn.begin():
        yield conn


def _is_ours(conn: Connection) -> bool:
    state = conn.execute(_STATE).one()
    if state.reads:
        raise Unavailable(
            Down.READ_ONLY, "this server is a standby, or set to read only: connect to the primary"
        )
    if state.version < _OLDEST or state.encoding != "UTF8":
        raise Unavailable(
            Down.NOT_A_LEDGER,
            f"a ledger needs PostgreSQL {_OLDEST} or newer with UTF8, not"
            f" {state.version} with {state.encoding}",
        )
    if state.used and not state.ours:
        raise Unavailable(Down.NOT_A_LEDGER, "this database holds another program's tables")
    return bool(state.ours)
