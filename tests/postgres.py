"""A PostgreSQL server of our own for the tests: made, started on a socket and thrown away.

The system's programs are used, newest first; nothing of a server that already runs is touched.
"""

import atexit
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from timebank.storage.engine import create_schema, open_engine

ABSENT = "The tests need a PostgreSQL server, 15 or newer (on Debian: apt-get install postgresql)."
_ANYWHERE = Path("/usr/lib/postgresql")

# A small database is quicker to copy as files than through the write-ahead log.
_COPIED = "STRATEGY FILE_COPY"

# Nobody's data: what it costs to keep it on the disk is not spent, except where a test says so.
_CONFIG = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 60
shared_buffers = 32MB
fsync = off
full_page_writes = off
autovacuum = off
log_min_messages = fatal
"""


def programs() -> Path:
    """Return the folder of the newest server's programs. Raises RuntimeError where there is none.

    Never a reason to skip a test: half of what we promise would go untested unseen.
    """
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(
        (path.parent for path in _ANYWHERE.glob("*/bin/initdb")),
        key=lambda path: float(path.parent.name),
        reverse=True,
    )
    if not places:
        raise RuntimeError(ABSENT)
    return places[0]


@dataclass
class Server:
    """A running server; each database in it is another ledger's."""

    folder: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    def start(cls, copy_of: "Server | None" = None) -> "Server":
        """Make and start one; as a standby where it is to be a copy of another that runs."""
        server = cls(Path(tempfile.mkdtemp(prefix="timebank-postgres-")))
        if os.geteuid() == 0:
            shutil.chown(server.folder, "nobody")
        if copy_of is None:
            server.run("initdb", "-D", "data", "-U", "timebank", "-E", "UTF8", "--no-sync")
            with (server.folder / "data" / "postgresql.conf").open("a") as config:
                config.write(_CONFIG)
        else:
            host = str(copy_of.folder)
            options = ["-h", host, "-U", "timebank", "--write-recovery-conf", "--checkpoint=fast"]
            server.run("pg_basebackup", "-D", "data", *options)
        server.up()
        return server

    def up(self) -> None:
        """Start, and wait until it answers."""
        self.run(
            "pg_ctl", "start", "-w", "-s", "-D", "data", "-l", "log", "-o", f"-k {self.folder}"
        )

    def stop(self) -> None:
        """Stop, cutting off every connection."""
        self.run("pg_ctl", "stop", "-w", "-s", "-D", "data", "-m", "immediate")

    def kill(self) -> None:
        """Stop as a power cut would."""
        os.kill(
            int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL
        )

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs as whoever the server runs as: never as root."""
        command = [str(programs() / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{program}: {ran.stderr or (self.folder / 'log').read_text()}")
        return ran.stdout

    def sql(self, statement: LiteralString, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the owner of everything; return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as conn:
            ran = conn.execute(statement)
            return ran.fetchall() if ran.description else []

    def url(self, database: str) -> str:
        """Return the URL of a database in this server."""
        return f"postgresql://timebank@/{database}?host={self.folder}"

    def empty(self) -> str:
        """Make an empty database and return its name."""
        name = f"wijk_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def ledger(self) -> str:
        """Make a database with the tables of a ledger and nothing in them; return its name."""
        name = f"wijk_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {_template(self)} {_COPIED}")
        return name

    def copy(self, database: str) -> str:
        """Make a copy of a database as it is now, cutting off who is connected to it."""
        name = f"wijk_{next(self._numbers)}"
        self.sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            f" WHERE datname = '{database}'"
        )
        self.sql(f"CREATE DATABASE {name} TEMPLATE {database} {_COPIED}")
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def __hash__(self) -> int:
        return hash(self.folder)


@cache
def server() -> Server:
    """Return the server that this run of the tests shares, started when it is first asked for."""
    started = Server.start()
    atexit.register(started.remove)
    return started


@cache
def _template(shared: Server) -> str:
    name = shared.empty()
    engine = open_engine(shared.url(name))
    create_schema(engine)
    engine.dispose()
    return name
