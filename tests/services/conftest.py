"""A founded ledger in a real SQLite file, with the people of `tests.world` in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.world import LOG_KEY_SEED, NOW, World
from timebank.clock import SetClock
from timebank.ledger.verified import VerifiedOrder
from timebank.services.bank import Bank
from timebank.services.founding import found
from timebank.services.posting import Posted, Submission, post_one
from timebank.settings import Settings
from timebank.signing.canonical import decode


def submission(verified: VerifiedOrder) -> Submission:
    authorizations = decode(verified.authorizations, 1 << 20)
    assert isinstance(authorizations, list)
    return Submission(verified.order.data, authorizations)


@dataclass
class Village:
    """A world and the bank its orders are posted to."""

    world: World
    bank: Bank
    clock: SetClock

    def post(self, verified: VerifiedOrder) -> Posted:
        return post_one(self.bank, submission(verified))


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings.of(str(tmp_path / "wijk.db"))


@pytest.fixture(name="village")
def _village(settings: Settings) -> Iterator[Village]:
    world, clock = World(), SetClock(NOW)
    bank = found(settings, submission(world.genesis), LOG_KEY_SEED, clock)
    yield Village(world, bank, clock)
    bank.close()
