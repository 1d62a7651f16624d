"""The ledger in memory against the model: sums, limits, refusals and replay in every prefix."""

from collections.abc import Sequence

from hypothesis import settings

from tests.properties.machine import LedgerMachine
from tests.town import Snapshot, Town, snapshot
from timebank.errors import Refusal
from timebank.ledger.verified import VerifiedOrder


class InMemory:
    """`decide` on every fact, and on the facts it declares to read."""

    def __init__(self) -> None:
        self.town = Town()

    def post(self, time: int, batch: Sequence[VerifiedOrder]) -> Refusal | None:
        self.town.now = time
        try:
            self.town.post(*batch)
        except Refusal as refusal:
            return refusal
        return None

    def facts(self) -> Snapshot:
        return snapshot(self.town.state)

    def entries(self, start: int) -> list[bytes]:
        return self.town.entries[start:]


class InMemoryMachine(LedgerMachine):
    driver_class = InMemory


TestLedgerInMemory = InMemoryMachine.TestCase
TestLedgerInMemory.settings = settings(max_examples=80, stateful_step_count=50)
