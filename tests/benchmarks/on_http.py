"""Payments over HTTP beside a route that does nothing, on the same server."""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks import slowsync
from tests.benchmarks.measuring import Pair, Row, interleave
from tests.benchmarks.pages import COOKIE, form_headers, raw, serving, serving_nothing, tokens
from tests.benchmarks.people import SCHEMES, Neighbours, settle

CONNECTIONS = 16
PAYMENTS = 320
AIM = 0.25


class Load:
    """Who asks, over 16 connections."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.each: list[float] = []

    def send(self, requests: list[bytes]) -> float:
        """Send them all; return how many went in a second."""
        assert self._process.stdin
        assert self._process.stdout
        pickle.dump(requests, self._process.stdin)
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a payment was refused: see above")
        told = json.loads(line)
        self.each += told["each"]
        return len(requests) / float(told["seconds"])


@contextmanager
def loading(address: str) -> Iterator[Load]:
    """Connect to a server."""
    command = [sys.executable, "-m", "tests.benchmarks.load", *address.split(":")]
    process = subprocess.Popen(
        [*command, str(CONNECTIONS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Load(process)
    finally:
        process.terminate()
        process.wait()


def measure(folder: Path, rounds: int, count: int) -> list[Row]:
    """Measure payments by keys and by passkeys. The notes say how long one takes."""
    with ExitStack() as stack:
        nothing = stack.enter_context(loading(stack.enter_context(serving_nothing())))
        pairs, loads = [], []
        for scheme in SCHEMES:
            place = folder / scheme
            place.mkdir()
            neighbours = Neighbours(scheme=scheme, count=count)
            settings = settle(neighbours, str(place / "wijk.db"), place)
            seen = tokens(settings, neighbours)
            address = stack.enter_context(serving(settings))
            form = form_headers(address)

            requests = partial(_requests, neighbours, seen, address, form)
            for delay in slowsync.delays() if scheme == "ed25519" else (0,):
                load = stack.enter_context(loading(address))
                pairs.append(
                    Pair(
                        f"{CONNECTIONS} connections, {scheme}",
                        partial(_send, load, requests),
                        partial(_send, nothing, requests),
                        AIM,
                        delay,
                    )
                )
                loads.append(load)
        rows = interleave(pairs, rounds)
        for row, load in zip(rows, loads, strict=True):
            row.note = _latency(load)
        return rows


def _send(load: Load, requests: Callable[[], list[bytes]]) -> float:
    return load.send(requests())


def _requests(
    neighbours: Neighbours, seen: dict[str, str], address: str, form: dict[str, str]
) -> list[bytes]:
    return [_request(neighbours, seen, address, form) for _ in range(PAYMENTS)]


def _request(
    neighbours: Neighbours, seen: dict[str, str], address: str, form: dict[str, str]
) -> bytes:
    (payment,) = neighbours.payments(1)
    payer = neighbours.residents[neighbours.last_payer]
    body = {
        "order": payment.order.decode(),
        "authorizations": payment.authorizations,
        "openings": [],
    }
    cookie = f"{form['Cookie']}; {COOKIE}={seen[payer]}"
    return raw(address, "/orders", {**form, "Cookie": cookie}, json.dumps(body).encode())


def _latency(load: Load) -> str:
    p99 = quantiles(load.each, n=100)[98]
    return f"a payment takes {median(load.each) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
