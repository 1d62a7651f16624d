"""The pages as they are served, and neighbours who are signed in to them."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile

from tests.benchmarks.people import Neighbours, key_of
from timebank.services import sessions
from timebank.services.bank import Bank, open_bank
from timebank.settings import Settings

_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
COOKIE = "timebank"


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Run `timebank serve`; give host and port."""
    timebank = str(Path(sys.executable).with_name("timebank"))
    with _running([timebank, "--database", settings.database, "serve", "--port", "0"]) as address:
        yield address


@contextmanager
def serving_nothing() -> Iterator[str]:
    """Run a route that does nothing on the same server; give host and port."""
    with _running([sys.executable, "-m", "tests.benchmarks.empty_route"]) as address:
        yield address


@contextmanager
def _running(command: list[str]) -> Iterator[str]:
    with ExitStack() as stack:
        log = stack.enter_context(TemporaryFile("w+"))  # busy servers say that they are busy
        process = stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        )
        stack.callback(process.terminate)
        assert process.stdout
        found = next(filter(None, map(_ADDRESS.search, process.stdout)), None)
        if found is None:
            log.seek(0)
            raise RuntimeError(f"the server did not start: {log.read()}")
        yield found[0]


def tokens(settings: Settings, neighbours: Neighbours) -> dict[str, str]:
    """Return the session of every resident."""
    bank: Bank = open_bank(settings)
    made = {
        name: sessions.start(bank, neighbours.member(name), key_of(neighbours, name))
        for name in neighbours.residents
    }
    bank.close()
    return made


def form_headers(address: str) -> dict[str, str]:
    """Return what a page of ours sends along with everything: a token and its cookie."""
    connection = HTTPConnection(address)
    connection.request("GET", "/hulp")
    answer = connection.getresponse()
    token = _TOKEN.search(answer.read().decode())
    assert token, answer.status
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    return {"X-CSRFToken": token[1], "Cookie": cookie, "Origin": f"http://{address}"}


def raw(address: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a whole request as it goes over the line."""
    fields = {"Host": address, "Content-Type": "application/json", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
