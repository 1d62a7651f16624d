"""The pages, served by a process of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Wijk, heed_ctrl_c
from timebank.settings import Settings

START = "import sys; from timebank_cli.main import main; main(sys.argv[1:])"
ECHO = "from timebank_cli.commands import serve; serve.PAGES = 'tests.cli.test_serve:echo'; "
ROOT = Path(__file__).parents[2]
SEEN = ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")
WAIT = 60


def command(wijk: Wijk, first: str, port: str) -> list[str]:
    database = ["--database", str(wijk.database)]
    return [sys.executable, "-c", first + START, *database, "serve", "--port", port]


@contextmanager
def served(wijk: Wijk, first: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves on a free port, and its address; ended in the end."""
    process = subprocess.Popen(
        command(wijk, first, "0"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
        preexec_fn=heed_ctrl_c,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Serving at http://127.0.0.1:"), process.communicate()
        yield process, line.split()[2]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_an_address_serves_there_and_stops_when_told(wijk: Wijk, how: int) -> None:
    with served(wijk) as (process, address):
        with urlopen(address, timeout=WAIT) as answer:
            assert answer.status == 200
            assert "De Linde" in answer.read().decode()
            assert answer.headers["Server"] is None
        process.send_signal(how)
        assert process.wait(WAIT) == 0


def echo(settings: Settings, clock: object) -> Callable[..., list[bytes]]:
    """An application that says who it takes the visitor to be."""

    def application(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [" ".join(environ[name] for name in SEEN).encode()]

    return application


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("127.0.0.1", "192.0.2.7 https wijk.test"),
        ("127.0.0.2", "127.0.0.2 http localhost"),
    ],
)
def test_who_a_visitor_is_said_to_be_is_believed_of_the_proxy_only(
    wijk: Wijk, source: str, seen: str
) -> None:
    forwarded = {
        "X-Forwarded-For": "198.51.100.1, 192.0.2.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "wijk.test",
        "Host": "localhost",
    }
    with served(wijk, ECHO) as (_, address):
        host, port = address.removeprefix("http://").split(":")
        with closing(HTTPConnection(host, int(port), WAIT, source_address=(source, 0))) as conn:
            conn.request("GET", "/", headers=forwarded)
            with conn.getresponse() as answer:
                assert answer.read().decode() == seen


def test_without_a_ledger_nothing_is_served(tmp_path: Path) -> None:
    Wijk(tmp_path).refuses("not_a_ledger", "serve", "--port", "0")


def test_a_port_that_is_taken_is_named(wijk: Wijk) -> None:
    with served(wijk) as (_, address):
        again = command(wijk, "", address.rpartition(":")[2])
        refused = subprocess.run(again, capture_output=True, text=True, check=False, timeout=WAIT)
    assert refused.returncode == 1
    assert "address already in use" in refused.stderr.lower()
