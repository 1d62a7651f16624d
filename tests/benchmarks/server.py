"""A PostgreSQL server to measure on: that of the tests, but with its promises kept."""

import atexit
import re
from pathlib import Path

from tests.postgres import Server

# Durable as Debian's default is; the rest is sized for a small server.
_CONFIG = """
fsync = on
full_page_writes = on
synchronous_commit = on
autovacuum = on
shared_buffers = 256MB
max_wal_size = 4GB
"""
CLIENTS = 8


def start() -> Server:
    """Start a server that is thrown away at the end of the run."""
    server = Server.start()
    atexit.register(server.remove)
    server.stop()
    with (server.folder / "data" / "postgresql.conf").open("a") as config:
        config.write(_CONFIG)
    server.up()
    return server


def pgbench(server: Server, database: str, transactions: int, *arguments: str) -> float:
    """Run so many transactions over all clients, prepared; return how many went in a second."""
    each = str(transactions // CLIENTS)
    options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", each, *arguments]
    said = server.run("pgbench", "-h", str(server.folder), "-U", "timebank", *options, database)
    found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", said)
    assert found, said
    return float(found[1])


def fill(server: Server, scale: int) -> str:
    """Make the tables of TPC-B at this scale; return their database."""
    database = server.empty()
    options = ["-i", "-q", "-s", str(scale), "-h", str(server.folder), "-U", "timebank"]
    server.run("pgbench", *options, database)
    return database


def script(server: Server, path: Path) -> Path:
    """Put a file where the server's own programs may read it."""
    copy = server.folder / path.name
    copy.write_bytes(path.read_bytes())
    copy.chmod(0o644)
    return copy
