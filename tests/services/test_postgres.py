"""A ledger on a PostgreSQL server: founded there, and posted to over connections that break."""

import shutil
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.postgres import server
from tests.services.conftest import ON_POSTGRESQL, Village, submission
from tests.world import LOG_KEY_SEED, NOW, World
from timebank.clock import SetClock
from timebank.errors import Down, Unavailable
from timebank.services import auditing, receipts
from timebank.services.backups import backup, restore
from timebank.services.bank import open_bank
from timebank.services.founding import found
from timebank.settings import STATE, Settings

pytestmark = ON_POSTGRESQL
SOCKET = ".s.PGSQL.5432"


class Proxy:
    """Stands between a client and the server, and cuts the line around a COMMIT when told to."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="timebank-proxy-")
        self.cut = ""
        self.cuts = 0
        self.closed = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{self.folder}/{SOCKET}")
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(f"{server().folder}/{SOCKET}")
            threading.Thread(target=self._carry, args=(client, upstream), daemon=True).start()

    def _carry(self, client: socket.socket, upstream: socket.socket) -> None:
        back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
        back.start()
        with client, upstream:
            while data := client.recv(1 << 16):
                if self.closed:
                    break
                if self.cut and b"COMMIT\x00" in data:
                    how, self.cut = self.cut, ""
                    self.cuts += 1
                    self.closed = "for good" in how
                    client.shutdown(socket.SHUT_RDWR)
                    if how.startswith("after"):
                        upstream.sendall(data)
                        # Its answer goes nowhere; when the server has hung up, it was done.
                        upstream.sendall(b"X\x00\x00\x00\x04")
                        back.join()
                    break
                upstream.sendall(data)
            for side in (client, upstream):
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            with suppress(OSError):  # the client may be gone; the server is heard to its end
                target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture(name="proxy")
def _proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture(name="far")
def _far(village: Village, proxy: Proxy) -> Iterator[Village]:
    """The village, with the proxy between it and its database."""
    settings = village.bank.settings
    through = settings.database.replace(str(server().folder), proxy.folder)
    bank = open_bank(replace(settings, database=through), village.clock)
    yield Village(village.world, bank, village.clock)
    bank.close()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_an_order_whose_commit_was_cut_off_is_posted_once_and_acknowledged(
    village, far, proxy, cut
):
    payment = village.world.pay("joop", "amina", 5)
    proxy.cut = cut
    posted = far.post(payment)
    assert proxy.cuts == 1
    assert (posted.seq, posted.identity) == (1, payment.order.identity)
    assert len(list(receipts.entries(village.bank))) == 2
    assert village.balance("amina") == 5
    assert village.bank.guard.read().size == 2
    assert auditing.check(village.bank) == []


@pytest.mark.parametrize(("cut", "size"), [("before, for good", 1), ("after, for good", 2)])
def test_where_the_database_stays_away_nothing_is_guessed(village, far, proxy, cut, size):
    payment = village.world.pay("joop", "amina", 5)
    proxy.cut = cut
    with pytest.raises(Unavailable) as caught:
        far.post(payment)
    assert caught.value.code is Down.LOST_CONNECTION
    assert len(list(receipts.entries(village.bank))) == size
    assert village.bank.guard.read().size == 1, "nothing was acknowledged"
    proxy.closed = False
    posted = far.post(payment)
    assert posted.seq == 1
    assert len(list(receipts.entries(village.bank))) == 2
    assert village.bank.guard.read().size == 2


# ---- founding


def start(settings: Settings) -> None:
    found(settings, submission(World().genesis), LOG_KEY_SEED, SetClock(NOW)).close()


@pytest.fixture(name="empty")
def _empty(tmp_path: Path) -> Iterator[Settings]:
    name = server().empty()
    yield Settings.of(server().url(name), tmp_path)
    server().drop(name)


def test_a_ledger_is_founded_in_an_empty_database(empty, settings):
    start(empty)
    bank = open_bank(empty, SetClock(NOW))
    assert (bank.ledger, bank.guard.read().size) == (World().ledger, 1)
    assert auditing.check(bank) == []
    bank.close()
    for path in (empty.guard, empty.log_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_database_with_a_ledger_or_of_another_program_is_left_alone(empty, village, tmp_path):
    server().sql("CREATE TABLE recipes (name text)", empty.name)
    elsewhere = tmp_path / "elsewhere"
    for taken in (empty, replace(village.bank.settings, folder=elsewhere)):
        with pytest.raises(Unavailable) as caught:
            start(taken)
        assert caught.value.code is Down.NOT_A_LEDGER
        assert not taken.log_key.exists()
    assert len(list(receipts.entries(village.bank))) == 1


def test_a_guard_in_its_place_is_left_as_it_is(settings):
    settings.guard.write_bytes(b"something of somebody")
    with pytest.raises(Unavailable, match="away") as caught:
        start(settings)
    assert caught.value.code is Down.NOT_A_LEDGER
    assert settings.guard.read_bytes() == b"something of somebody"


def test_where_there_is_no_ledger_init_is_named(empty, settings):
    for nothing in (empty, settings):
        with pytest.raises(Unavailable, match="timebank init") as caught:
            open_bank(nothing)
        assert caught.value.code is Down.NOT_A_LEDGER


# ---- settings


def test_guard_and_log_key_stand_in_the_folder_of_the_state(monkeypatch, tmp_path, settings):
    url = "postgresql+psycopg://u:secret@db.example:5433/wijk%20oost?sslmode=verify-full"
    monkeypatch.chdir(tmp_path)
    assert Settings.of(url).guard == tmp_path / "wijk%20oost.guard"
    monkeypatch.setenv(STATE, "/srv/state")
    assert Settings.of(url).log_key == Path("/srv/state/wijk%20oost.log-key")
    assert Settings.of(url, Path("/srv/other")).guard == Path("/srv/other/wijk%20oost.guard")
    assert Settings.of("postgres://h/../../etc/x", tmp_path).guard.parent == tmp_path
    assert "secret" not in repr(Settings.of(url))


def test_a_copy_of_a_file_is_not_put_back_on_a_server(settings, tmp_path):
    file = Settings.of(str(tmp_path / "wijk.db"))
    bank = found(file, submission(World().genesis), LOG_KEY_SEED, SetClock(NOW))
    backup(bank, tmp_path / "copy.db")
    bank.close()
    with pytest.raises(Unavailable, match="its own tools"):
        restore(settings, tmp_path / "copy.db", NOW)
