"""A founded ledger in a real database, with the people of `tests.world` in it."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select

from tests.postgres import server
from tests.world import LOG_KEY_SEED, NOW, World, a_commitment, an_id
from timebank.clock import SetClock
from timebank.ledger import orders
from timebank.ledger.verified import VerifiedOrder
from timebank.services import statements
from timebank.services.bank import Bank, open_bank
from timebank.services.drafts import Draft, Opening, commit
from timebank.services.founding import found
from timebank.services.posting import Posted, Submission, post_one
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import Value, decode
from timebank.signing.messages import Tag
from timebank.storage.engine import reading
from timebank.storage.tables import metadata


def authorizations(verified: VerifiedOrder) -> list[Value]:
    values = decode(verified.authorizations, 1 << 20)
    assert isinstance(values, list)
    return values


def submission(verified: VerifiedOrder) -> Submission:
    return Submission(verified.order.data, authorizations(verified))


@dataclass
class Village:
    """A world and the bank its orders are posted to."""

    world: World
    bank: Bank
    clock: SetClock

    def post(self, verified: VerifiedOrder) -> Posted:
        return post_one(self.bank, submission(verified))

    def send(self, draft: Draft, *signers: str) -> Posted:
        """Sign a draft as these people, and post it."""
        return post_one(self.bank, draft.submission(self.signatures(draft, *signers)))

    def do(self, body: orders.Body, *signers: str, openings: tuple[Opening, ...] = ()) -> Posted:
        """Post an order that these people sign, of whom the first is its author."""
        return self.send(Draft(self.world.order(body, signers[0]), openings), *signers)

    def signatures(self, draft: Draft, *signers: str) -> list[Value]:
        return [authorize(self.world.key(name), Tag.ORDER, draft.order.data) for name in signers]

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.world.now += seconds

    def balance(self, name: str, currency: str = "UUR") -> int:
        found = statements.balances(self.bank, self.world.member(name))
        return next(item.balance for item in found if item.currency == currency)

    def issue(self, amount: int = 50_000, to: str = "werk") -> Posted:
        """Record a deposit and issue all of it."""
        line = self.post(self.world.record_bank(amount))
        return self.post(self.world.issue(to, amount, line.identity))

    def tables(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        with reading(self.bank.engine) as conn:
            return {name: [*conn.execute(select(t))] for name, t in metadata.tables.items()}

    def raw(self) -> "closing[Any]":
        """The database as somebody with a shell has it."""
        settings = self.bank.settings
        if settings.file is None:
            return closing(psycopg.connect(settings.database, autocommit=True))
        return closing(sqlite3.connect(settings.file, isolation_level=None))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """On what a test runs: on each."""
    return str(request.param)


ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Marks a test, or as `pytestmark` a module, about what only a file can meet with."""
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
"""Marks one about what only a server can meet with."""


@pytest.fixture(name="settings")
def _settings(database: str, tmp_path: Path) -> Iterator[Settings]:
    """Where a ledger can be founded."""
    settings = place(database, tmp_path)
    yield settings
    forget(settings)


@pytest.fixture(name="village")
def _village(
    database: str, founded: Callable[[str], Settings], tmp_path: Path
) -> Iterator[Village]:
    village = reopened(copy_of(founded(database), tmp_path))
    village.world.counter = 1  # nobody has ordered anything since the genesis
    yield village
    village.bank.close()
    forget(village.bank.settings)


@pytest.fixture(scope="session", name="founded")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Settings]:
    """A ledger on each database that was just founded: a copy is made quicker than another."""
    return made_once(tmp_path_factory, lambda settings: new_village(settings).bank.close())


def made_once(
    folders: pytest.TempPathFactory, make: Callable[[Settings], None]
) -> Callable[[str], Settings]:
    """Return a function that makes a ledger on a database, the first time, to be copied."""

    @cache
    def on(database: str) -> Settings:
        settings = place(database, folders.mktemp("made"))
        make(settings)
        return settings

    return on


def place(database: str, folder: Path) -> Settings:
    """Return where a ledger can be founded."""
    if database == "sqlite":
        return Settings.of(str(folder / "wijk.db"))
    return Settings.of(server().url(server().ledger()), state=folder)


def forget(settings: Settings) -> None:
    """Remove what was made on the server; files go with their folder."""
    if settings.file is None:
        server().drop(str(make_url(settings.database).database))


def new_village(settings: Settings) -> Village:
    world, clock = World(), SetClock(NOW)
    return Village(world, found(settings, submission(world.genesis), LOG_KEY_SEED, clock), clock)


@pytest.fixture(scope="session", name="market")
def _market(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The files of a ledger in which every kind of fact is there; to be copied, not opened."""
    settings = Settings.of(str(tmp_path_factory.mktemp("market") / "wijk.db"))
    village = new_village(settings)
    hold_market(village)
    village.bank.close()
    return settings


def hold_market(village: Village) -> None:
    """Post something of everything, so that every table of the fold has rows."""
    world = village.world
    village.issue(50_000)
    village.post(world.pay("werk", "joop", 4_000, "WIJK"))
    memo = commit("fiets maken")
    paid = village.send(
        Draft(
            world.order(orders.Pay((world.leg("joop", "amina", 90),), memo.commitment), "joop"),
            (memo,),
        ),
        "joop",
    )
    village.do(orders.Refund(paid.identity, (world.leg("amina", "joop", 30),)), "amina")
    village.post(world.pay("joop", "bart", 1_200, "WIJK"))
    village.post(world.pay("joop", "noor", 700, "WIJK"))
    redeemed = village.post(world.redeem("bart", 1_000))
    village.do(
        orders.Settle(
            "WIJK",
            world.system("transit"),
            world.system("outside"),
            (orders.Payout(redeemed.identity, world.account("bart", "WIJK"), 1_000),),
            a_commitment("bestand"),
        ),
        "truus",
        "kees",
    )
    village.post(world.redeem("noor", 600))
    village.post(world.admit("sara"))
    village.post(
        world.add_key("joop", "joop phone", scopes=("pay",), caps=(orders.Cap("UUR", 60),))
    )
    order = world.order(orders.Pay((world.leg("joop", "amina", 10),)), "joop")
    village.post(world.signed(order, "joop phone"))
    asked = orders.Request(
        an_id("verzoek"),
        world.member("amina"),
        (orders.Credit(world.account("amina"), "UUR", 15),),
        world.now + 300,
    )
    village.do(orders.Pay((world.leg("els", "amina", 15),), request=asked), "els")
    doubt = world.pay("els", "joop", 5)
    village.do(orders.Withdraw(json.loads(doubt.order.data)), "els")
    village.do(orders.Suspend(world.member("sara"), True, a_commitment("telefoon kwijt")), "els")
    village.post(world.set_terms(minimum=100, agreement="afspraken"))
    village.post(world.agree("noor", "afspraken"))


def copy_of(settings: Settings, folder: Path) -> Settings:
    """Copy a ledger that is not open, guard and log key included."""
    for path in (settings.file, settings.guard, settings.log_key):
        if path:
            shutil.copy(path, folder / path.name)
    database = str(folder / settings.name) if settings.file else server_copy_of(settings)
    return replace(settings, database=database, folder=folder)


def server_copy_of(settings: Settings) -> str:
    return server().url(server().copy(str(make_url(settings.database).database)))


def reopened(settings: Settings, now: int = NOW) -> Village:
    """Open a ledger that was copied or closed, on a clock that stands at `now`."""
    world, clock = World(), SetClock(now)
    world.now, world.counter = now, 10_000
    return Village(world, open_bank(settings, clock), clock)
