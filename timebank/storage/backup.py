"""A copy of a whole SQLite database in one file, taken while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from timebank.errors import Down, Unavailable
from timebank.storage.engine import check_schema, check_triggers, reading
from timebank.storage.journal import latest_checkpoint, read_head, root_at
from timebank.storage.sqlite import look


def copy_database(engine: Engine, path: Path) -> None:
    """Copy one moment of the database to a new file that only its owner may read.

    The file appears under its name when it is complete and on the disk, not before. Raises
    FileExistsError rather than overwrite an earlier copy, OSError where the disk is full, and
    Unavailable for a ledger on PostgreSQL, which has its own tools for this.
    """
    if engine.dialect.name != "sqlite":
        raise Unavailable(Down.NOT_A_LEDGER, "only a SQLite file is copied so; use pg_dump")
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    partial = path.with_name(f"{path.name}.part")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _copy(engine, partial)
        _to_disk(partial)
        partial.rename(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _to_disk(path.parent)


def check_copy(path: Path) -> tuple[int, bytes]:
    """Return size and root of the journal in a copy, having checked that it is all there.

    Looks at the file's structure, its schema and triggers, and computes the root from the stored
    leaf hashes. Whether the entries are valid is for the audit. Raises Unavailable NOT_A_LEDGER
    for a copy that cannot be trusted, or what opening it would raise.
    """
    with reading(look(path)) as conn:
        problems = list(conn.exec_driver_sql("PRAGMA integrity_check(5)").scalars())
        if problems != ["ok"]:
            raise Unavailable(Down.NOT_A_LEDGER, f"{path} is damaged: {'; '.join(problems)}")
        check_schema(conn)
        check_triggers(conn)
        head, checkpoint = read_head(conn), latest_checkpoint(conn)
        roots = {head.frontier.root(), root_at(conn, head.size), checkpoint[1]}
        if checkpoint[0] != head.size or len(roots) != 1:
            raise Unavailable(Down.NOT_A_LEDGER, f"{path} has a journal that contradicts itself")
        return checkpoint


def _copy(engine: Engine, target: Path) -> None:
    with reading(engine) as conn, closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source = conn.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
        # The copy says WAL, as its source does; alone in its file it can be kept on any medium.
        copy.execute("PRAGMA journal_mode = DELETE")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
