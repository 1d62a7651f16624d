"""Posting on PostgreSQL beside pgbench, and beside other ledgers on the same server."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import slowsync
from tests.benchmarks.callers import CALLERS, Servers
from tests.benchmarks.measuring import Pair, Row, interleave
from tests.benchmarks.people import SCHEMES, Neighbours, settle
from tests.benchmarks.server import fill, pgbench, script, start
from tests.postgres import Server
from timebank.settings import Settings

PEERS = Path(__file__).parent / "peers"
AIMS = {1: 0.35, 20: 0.9}
"""Of pgbench's transactions, by how many orders a caller posts at a time."""

PAYMENTS = {1: 320, 20: 960}
TRANSACTIONS = {0: 1600, 1: 800, 5: 320}
"""Of pgbench, by delay: so that a round takes some seconds."""

TRANSFERS = 320


def measure(folder: Path, rounds: int, count: int, scale: int) -> list[Row]:
    """Measure 8 callers, one order at a time and 20, in one server process and in two."""
    server = start()
    bank = fill(server, scale)
    pairs = []
    for scheme in SCHEMES:
        for processes in (1, 2) if scheme == "ed25519" else (1,):
            place = folder / f"{scheme}-{processes}"
            place.mkdir()
            neighbours = Neighbours(scheme=scheme, count=count)
            settings = settle(neighbours, server.url(server.empty()), place)
            servers = Servers(settings, neighbours, processes)
            plain = scheme == "ed25519" and processes == 1
            for delay in slowsync.delays() if plain else (0,):
                pairs += [
                    _pair(server, bank, servers, scheme, processes, batch, delay)
                    for batch in PAYMENTS
                ]
    return interleave(pairs, rounds)


def _pair(
    server: Server, bank: str, servers: Servers, scheme: str, processes: int, batch: int, delay: int
) -> Pair:
    where = f" in {processes} processes" if processes > 1 else ""
    return Pair(
        f"{CALLERS} callers{where}, {batch} at a time, {scheme}",
        lambda: servers.post(PAYMENTS[batch], batch),
        lambda: pgbench(server, bank, TRANSACTIONS[delay]),
        AIMS[batch],
        delay,
    )


def measure_peers(folder: Path, rounds: int, count: int, peer_python: Path) -> list[Row]:
    """Measure other ledgers' transfers, one at a time by 8 callers, as ours are."""
    server = start()
    neighbours = Neighbours(count=count)
    settings: Settings = settle(neighbours, server.url(server.empty()), folder)
    servers = Servers(settings, neighbours, 1)
    ours: Callable[[], float] = lambda: servers.post(PAYMENTS[1], 1)  # noqa: E731
    in_sql = server.empty()
    server.run("psql", "-qh", str(server.folder), "-U", "timebank", "-v", "ON_ERROR_STOP=1",
               "-f", str(script(server, PEERS / "pgledger.sql")), in_sql)  # fmt: skip
    calls = str(script(server, PEERS / "pgledger.pgbench"))
    pairs = [
        Pair(
            "SQL after pgledger",
            ours,
            lambda: pgbench(server, in_sql, TRANSACTIONS[0], "-f", calls),
        )
    ]
    if peer_python.exists():
        hordak = Hordak(server, peer_python)
        pairs.append(Pair("django-hordak transfer_to", ours, hordak.transfer))
    return interleave(pairs, rounds)


class Hordak:
    """django-hordak in a process of its own."""

    def __init__(self, server: Server, python: Path) -> None:
        command = [str(python), str(PEERS / "hordak_transfers.py"), str(server.folder)]
        self._process = subprocess.Popen(
            [*command, server.empty(), "timebank", str(CALLERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def transfer(self) -> float:
        """Make a round's transfers; return how many went in a second."""
        assert self._process.stdin
        self._process.stdin.write(f"{TRANSFERS}\n")
        self._process.stdin.flush()
        return TRANSFERS / float(self._read())

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("django-hordak stopped: see above")
        return line
