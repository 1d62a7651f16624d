"""An opened ledger: engine, clock, guard and log key, wired once, passed to every service."""

import os
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Engine

from timebank import ids
from timebank.clock import Clock, SystemClock
from timebank.errors import Down, Unavailable
from timebank.ledger.facts import Governance
from timebank.ledger.orders import ONLINE_SECONDS, Body, Order, build_order
from timebank.ledger.rules import VERSION
from timebank.services.grouping import Grouping
from timebank.services.guard import Guard
from timebank.services.memory import Memory
from timebank.settings import Settings
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import SigningKey
from timebank.storage import fold
from timebank.storage.engine import check_schema, check_triggers, open_engine, reading

MAX_DRIFT = 300
"""Seconds that the wall clock may differ from the journal and from the steady clock."""


@dataclass
class Bank:
    """One ledger, opened. Made by `open_bank`; safe to share between threads."""

    settings: Settings
    engine: Engine
    clock: Clock
    log_key: SigningKey | None
    posting: Grouping[Any, Any] = field(default_factory=Grouping)
    memory: Memory = field(default_factory=Memory)
    _started: tuple[int, float] = field(init=False)

    def __post_init__(self) -> None:
        self._started = (self.clock.now(), self.clock.monotonic())

    @property
    def guard(self) -> Guard:
        """The file that remembers the last checkpoint released."""
        return Guard(self.settings.guard)

    @cached_property
    def ledger(self) -> str:
        """The ledger's id.

        Raises Unavailable: NOT_A_LEDGER before the genesis, RULES_UNKNOWN, or NO_LOG_KEY where
        the log key is not the one that this ledger's checkpoints are signed with.
        """
        with reading(self.engine) as conn:
            found = [fact for fact in fold.load_governance(conn) if isinstance(fact, Governance)]
        if not found:
            raise Unavailable(Down.NOT_A_LEDGER, "this database has no genesis yet: timebank init")
        if found[0].rules != VERSION:
            raise Unavailable(
                Down.RULES_UNKNOWN,
                f"the ledger follows rules {found[0].rules}, this program knows {VERSION}: upgrade",
            )
        if self.log_key and to_base64url(self.log_key.spki) != found[0].log_key:
            raise Unavailable(
                Down.NO_LOG_KEY, f"{self.settings.log_key} is the log key of another ledger"
            )
        return found[0].ledger

    def now(self) -> int:
        """Return the time to post at; Unavailable CLOCK where wall and steady clock disagree."""
        wall, steady = self.clock.now(), self.clock.monotonic()
        wall_passed, steady_passed = wall - self._started[0], steady - self._started[1]
        if abs(wall_passed - steady_passed) > MAX_DRIFT:
            raise Unavailable(
                Down.CLOCK,
                f"the clock jumped by {int(wall_passed - steady_passed)} seconds while running:"
                " set it right and start again",
            )
        return wall

    def require_log_key(self) -> SigningKey:
        """Return the key that signs checkpoints; Unavailable NO_LOG_KEY without one."""
        if self.log_key is None:
            raise Unavailable(Down.NO_LOG_KEY, f"there is no log key at {self.settings.log_key}")
        return self.log_key

    def draft(
        self,
        body: Body,
        *,
        author: str,
        lasts: int = ONLINE_SECONDS,
        created: int | None = None,
        id: str | None = None,
    ) -> Order:
        """Return an unsigned order that says this, with an id and times of its own.

        With `id` it can post once, however often it is drafted: an author's order ids are unique.
        """
        created = self.clock.now() if created is None else created
        return build_order(
            body,
            ledger=self.ledger,
            id=id or ids.order_id(created * 1000, secrets.token_bytes(ids.ID_BYTES)),
            author=author,
            created=created,
            expires=created + lasts,
        )

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_bank(settings: Settings, clock: Clock | None = None) -> Bank:
    """Open a ledger that exists.

    Raises Unavailable with what is wrong: not a ledger, another schema, triggers gone, read-only,
    or a log key that is not this ledger's.
    """
    if settings.file and not settings.file.exists():
        raise Unavailable(
            Down.NOT_A_LEDGER, f"there is no ledger at {settings.database}: timebank init"
        )
    log_key = _read_log_key(settings)
    bank = Bank(settings, open_engine(settings.database), clock or SystemClock(), log_key)
    try:
        with reading(bank.engine) as conn:
            check_schema(conn)
            check_triggers(conn)
        _ = bank.ledger
    except BaseException:
        bank.close()
        raise
    return bank


def write_log_key(settings: Settings, seed: bytes) -> SigningKey:
    """Keep the log key in its file (0600), never overwriting one."""
    descriptor = os.open(settings.log_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(seed.hex() + "\n")
        file.flush()
        os.fsync(descriptor)
    return SigningKey.from_seed(seed)


def _read_log_key(settings: Settings) -> SigningKey | None:
    try:
        return SigningKey.from_seed(bytes.fromhex(settings.log_key.read_text().strip()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(
            Down.NO_LOG_KEY, f"{settings.log_key} cannot be read: {error.strerror}"
        ) from error
    except ValueError as error:
        raise Unavailable(Down.NO_LOG_KEY, f"{settings.log_key} is not a log key") from error
