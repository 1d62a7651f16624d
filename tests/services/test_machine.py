"""The posting service on a real database against the same model as the ledger in memory."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import settings

from tests.properties.machine import LedgerMachine
from tests.services.conftest import new_village, submission
from tests.town import Snapshot
from timebank.errors import Code, Refusal
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import OrderId, Posted
from timebank.ledger.orders import parse_order
from timebank.ledger.state import Ref
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing
from timebank.services.posting import Refused, post
from timebank.settings import Settings
from timebank.signing.canonical import encode
from timebank.storage import fold, journal
from timebank.storage.engine import reading

MEMORY = Path("/dev/shm")
"""Where files are as real as anywhere, and syncing them takes no time."""


class OnSqlite:
    """Everything goes through `post`, and is read back from the tables."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None)
        self.refs: list[Ref] = []
        self.village = new_village(Settings.of(f"{self.folder.name}/wijk.db"))

    def post(self, time: int, batch: Sequence[VerifiedOrder]) -> Refusal | None:
        village = self.village
        village.clock.advance(time - village.clock.now())
        before = village.bank.guard.read().size
        outcomes = post(village.bank, [submission(item) for item in batch])
        refused = [outcome.refusal for outcome in outcomes if isinstance(outcome, Refused)]
        assert len(refused) in (0, len(batch)), "all or none"
        after = village.bank.guard.read().size
        assert after - before in (0, len(batch))
        if refused:
            return refused[0]
        # Sent again, an order is what it was; the ledger itself would say ALREADY_POSTED.
        return Refusal(Code.ALREADY_POSTED) if after == before else None

    def facts(self) -> Snapshot:
        with reading(self.village.bank.engine) as conn:
            for data in journal.entries(conn, len(self.refs) // 2):
                order = parse_order(encode(parse_entry(data).order))
                self.refs.append((OrderId, f"{order.header.author}:{order.header.id}"))
                self.refs.append((Posted, order.identity))
            facts = [*fold.all_facts(conn), *fold.load_facts(conn, self.refs)]
        return {(type(fact), fact.key): fact for fact in facts}

    def entries(self, start: int) -> list[bytes]:
        with reading(self.village.bank.engine) as conn:
            return list(journal.entries(conn, start))


class OnSqliteMachine(LedgerMachine):
    driver_class = OnSqlite

    def settles(self) -> bool:
        """Not while euro left that stood behind credits, or went to shops unsettled."""
        covered = self.model.circulating <= self.model.reserve
        return covered and self.model.balances["@transit", "EUR"] <= 0

    def teardown(self) -> None:
        assert isinstance(self.driver, OnSqlite)
        assert auditing.check(self.driver.village.bank) == []
        self.driver.village.bank.close()
        self.driver.folder.cleanup()


TestLedgerOnSqlite = OnSqliteMachine.TestCase
TestLedgerOnSqlite.settings = settings(max_examples=8, stateful_step_count=25)
