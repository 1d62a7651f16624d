"""The neighbourhood of `tests.world` with its ledger in memory: what is posted stays posted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from tests.world import World
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.entries import entry_bytes
from timebank.ledger.facts import Account, Currency, Fact, Governance, Holders, Key, Member
from timebank.ledger.orders import Body
from timebank.ledger.reads import reads
from timebank.ledger.rules import Decision, decide_batch
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder

Snapshot = dict[tuple[type[Fact], Key], Fact]


def snapshot(state: State) -> Snapshot:
    """Return every fact of a state, to compare with those of another."""
    return {(kind, fact.key): fact for kind in get_args(Fact) for fact in state.all(kind)}


@dataclass
class Town(World):
    """A world whose genesis has been posted; keeps its state and the bytes of its journal."""

    state: State = field(default_factory=State)
    entries: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.post(self.genesis)

    def decide(self, *batch: VerifiedOrder) -> list[Decision]:
        """Decide as an auditor does, on every fact, and as a server does, on what it fetched.

        They must agree: what `reads` declares is all that a rule looks at.
        """
        fetched = self.outcome(self.fetch(batch), batch)
        complete = self.outcome(self.state, batch)
        if isinstance(complete, Refusal):
            assert isinstance(fetched, Refusal), (complete, fetched)
            assert (fetched.code, fetched.details) == (complete.code, complete.details)
            raise complete
        assert fetched == complete
        return complete

    def outcome(self, state: State, batch: Sequence[VerifiedOrder]) -> list[Decision] | Refusal:
        try:
            return decide_batch(state, self.now, len(self.entries), batch)
        except Refusal as refusal:
            return refusal

    def fetch(self, batch: Sequence[VerifiedOrder]) -> State:
        """Return a state that holds only what these orders declare to read."""
        if self.state.find(Governance, "") is None:
            return self.state  # before its genesis a ledger has no facts, and that is known
        always = [fact for kind in (Governance, Currency, Holders) for fact in self.state.all(kind)]
        state = State(always, complete=False)
        for verified in batch:
            while refs := reads(state, self.now, verified):
                found = (self.state.find(kind, key) for kind, key in refs)
                state.load(refs, [fact for fact in found if fact is not None])
        return state

    def post(self, *batch: VerifiedOrder) -> Decision:
        """Post orders together, now; return the decision on the last of them."""
        decisions = self.decide(*batch)
        for decision in decisions:
            self.state.put(*decision.facts)
            self.entries.append(entry_bytes(len(self.entries), self.now, decision))
        return decisions[-1]

    def do(self, body: Body, *signers: str, **header: Any) -> Decision:
        """Post an order that these people sign, of whom the first is its author."""
        return self.post(self.by(body, *signers, **header))

    def by(self, body: Body, *signers: str, **header: Any) -> VerifiedOrder:
        """Return an order that these people sign, of whom the first is its author."""
        return self.signed(self.order(body, signers[0], **header), *signers)

    def refuses(self, code: Code, *batch: VerifiedOrder) -> Refusal:
        """Check that the orders are refused with this code, and that nothing changes."""
        before = snapshot(self.state)
        with pytest.raises(Refusal) as caught:
            self.post(*batch)
        assert caught.value.code is code, caught.value
        assert snapshot(self.state) == before
        return caught.value

    def fact(self, kind: type[Fact], key: Key) -> Any:
        """Return a fact that must be there."""
        found = self.state.find(kind, key)
        assert found is not None
        return found

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def balance(self, name: str, currency: str = "UUR") -> int:
        return self.state.account(self.account(name, currency)).balance

    def balance_of(self, kind: str) -> int:
        """Return the balance of a system account."""
        return self.state.account(self.system(kind)).balance

    def who(self, name: str) -> Member:
        return self.state.member(self.member(name))

    def money(self, code: str) -> Currency:
        return self.state.currency(code)

    def sums(self) -> dict[str, int]:
        """Return the sum of all balances, per currency."""
        sums: dict[str, int] = {}
        for account in self.state.all(Account):
            sums[account.currency] = sums.get(account.currency, 0) + account.balance
        return sums

    def deposit_and_issue(self, amount: int = 50_000, to: str = "werk") -> tuple[str, str]:
        """Record a deposit and issue all of it; return the identities of line and issue."""
        line = self.record_bank(amount)
        issue = self.issue(to, amount, line.order.identity)
        self.post(line)
        self.post(issue)
        return line.order.identity, issue.order.identity

    def settlement(self, *redemptions: VerifiedOrder, **changes: Any) -> orders.Settle:
        """Return the settlement of these redemptions, in full."""
        bodies: list[tuple[str, Any]] = [
            (item.order.identity, item.order.body) for item in redemptions
        ]
        payouts = [orders.Payout(redeem, body.payer, body.amount) for redeem, body in bodies]
        fields: dict[str, Any] = {
            "currency": "WIJK",
            "transit": self.system("transit"),
            "outside": self.system("outside"),
            "payouts": tuple(sorted(payouts, key=lambda payout: payout.redemption)),
            "file": "ab" * 32,
        }
        return orders.Settle(**(fields | changes))
