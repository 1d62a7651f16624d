"""A wijk in real files, founded by `init` and worked with by the commands themselves."""

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests.postgres import server
from tests.world import NOW
from timebank.clock import SetClock
from timebank.settings import STATE
from timebank_cli.keyfiles import PASSPHRASE_VARIABLE
from timebank_cli.main import main

PHRASE = "vier woorden op een rij"
FOUNDERS = {
    "Els": "coordinator,registrar",
    "Farid": "coordinator,registrar",
    "Truus": "issuer,treasurer",
    "Kees": "issuer,treasurer",
    "Joop": "",
    "Amina": "",
}
SHOPS = {"Bart": "shop", "Werk": "organisation"}


def heed_ctrl_c() -> None:
    """Undo, in a process about to start, what a shell does to those it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Wijk:
    """A folder with a ledger and key files, the time there, and somebody at the keyboard."""

    folder: Path
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    server: str = ""
    """The URL of a database on a PostgreSQL server; "" for the file in the folder."""

    @property
    def database(self) -> Path:
        return self.folder / "timebank.db"

    @property
    def place(self) -> str:
        """Where the ledger is, as the command takes it."""
        return self.server or str(self.database)

    def key(self, name: str) -> Path:
        return self.folder / f"{name.lower()}.key"

    def run(self, *args: object, typed: str = "", phrase: str | None = PHRASE) -> Result:
        """Run a command to its end; anything but a clean exit is a failure of the program."""
        result = CliRunner().invoke(
            main,
            ["--database", self.place, *map(str, args)],
            obj=self.clock,
            input=typed,
            env={PASSPHRASE_VARIABLE: phrase, STATE: str(self.folder)},
        )
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    def do(self, *args: object) -> str:
        """Run a command that must succeed; return what it printed."""
        result = self.run(*args)
        assert result.exit_code == 0, result.output
        return result.stdout

    def ask(self, *args: object) -> Any:
        """Run a command that must succeed with --json; return its document."""
        return json.loads(self.do(*args, "--json"))

    def refuses(self, code: str, *args: object) -> Any:
        """Run a command that must be refused with this code; return its document."""
        result = self.run(*args, "--json")
        document = json.loads(result.stdout)
        assert (result.exit_code, document["error"]) == (1, code), result.output
        assert result.stderr.rstrip().endswith(f"[{code}]")
        return document

    def as_(self, name: str) -> tuple[str, Path]:
        """Return the option by which this person signs."""
        return "--key", self.key(name)

    def edit(self, statement: LiteralString) -> None:
        """Change the database as somebody with a shell does."""
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as shell:
                shell.execute(statement)
        else:
            with closing(sqlite3.connect(self.database)) as file, file:
                file.execute(statement)

    def balance(self, name: str, currency: str = "UUR") -> int:
        found = self.ask("balance", name)
        return int(next(item["balance"] for item in found if item["currency"] == currency))

    # ---- what happens in most stories

    def pay(self, payer: str, payee: str, *amounts: str) -> Any:
        return self.ask("pay", payee, *amounts, *self.as_(payer))

    def proposal(self, *args: object) -> Path:
        """Run a command that must write a proposal file in the folder; return the file."""
        file = self.folder / f"proposal-{len(list(self.folder.iterdir()))}.json"
        self.do(*args, "--out", file)
        return file

    def approve(self, file: Path, *names: str) -> Any:
        for name in names:
            self.do("sign", file, *self.as_(name))
        return self.ask("submit", file)

    def give_credits(self, payee: str, amount: str) -> None:
        """A deposit, and as much in credits."""
        self.do("bank", "record", "in", amount, "--line", "storting", *self.as_("Truus"))
        file = self.proposal("issue", payee, amount, "--for", "onderhoud", *self.as_("Truus"))
        self.approve(file, "Kees")


def _new_keys(folder: Path) -> None:
    wijk = Wijk(folder)
    for name in (*FOUNDERS, *SHOPS):
        wijk.do("key", "new", wijk.key(name))


def init_options(folder: Path, **without: str) -> list[str]:
    """Return the options with which the founders of this folder start their ledger."""
    options = {
        "--wijk": "De Linde",
        "--help-name": "Buurthuis De Linde",
        "--help-phone": "010-1234567",
        "--help-hours": "ma-vr 9-17",
        "--origin": "https://wijk.test",
    }
    founders = [
        f"{name}:{folder / (name.lower() + '.key')}:{roles}" for name, roles in FOUNDERS.items()
    ]
    return [
        *(part for pair in options.items() for part in pair),
        *(part for founder in founders for part in ("--founder", founder)),
    ]


@pytest.fixture(scope="session", name="founded")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded wijk that a shop and an organisation have joined, to be copied and never used."""
    folder = tmp_path_factory.mktemp("founded")
    _new_keys(folder)
    found(Wijk(folder))
    return folder


def found(wijk: Wijk) -> None:
    wijk.do("init", *init_options(wijk.folder))
    for name, kind in SHOPS.items():
        link = wijk.ask("invite", name, "--kind", kind, *wijk.as_("Els"))["link"]
        wijk.do("join", link, "--name", name, *wijk.as_(name))


@cache
def founded_on_server(keys: Path, folder: Path) -> str:
    """Found the same wijk in a database on a server, and return its name."""
    for file in keys.glob("*.key"):
        shutil.copy2(file, folder)
    name = server().empty()
    found(Wijk(folder, server=server().url(name)))
    return name


@pytest.fixture(name="wijk")
def _wijk(
    request: pytest.FixtureRequest,
    founded: Path,
    tmp_path: Path,
) -> Wijk:
    folder = tmp_path / "wijk"
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copytree(founded, folder)
        return Wijk(folder)
    place = founded.parent / "on-server"
    place.mkdir(exist_ok=True)
    name = founded_on_server(founded, place)
    copy = server().copy(name)
    shutil.copytree(place, folder)
    for file in folder.glob(f"{name}.*"):  # its guard and log key are named after it
        file.rename(folder / file.name.replace(name, copy, 1))
    return Wijk(folder, server=server().url(copy))


ON_BOTH = pytest.mark.parametrize("wijk", ["sqlite", "postgresql"], indirect=True)
"""Marks a test, or as `pytestmark` a module, that is run on a file and on a server."""


@pytest.fixture(name="keys")
def _keys(founded: Path, tmp_path: Path) -> Callable[[], Wijk]:
    """Key files, and no ledger yet."""

    def made() -> Wijk:
        folder = tmp_path / "new"
        folder.mkdir()
        for file in founded.glob("*.key"):
            shutil.copy2(file, folder)
        return Wijk(folder)

    return made
