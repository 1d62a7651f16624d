"""Replay: what an auditor does with a journal, entry by entry, with the rules and nothing else."""

from dataclasses import dataclass

from timebank.errors import Refusal, TimebankError
from timebank.ledger.entries import Entry
from timebank.ledger.rules import decide_batch
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder


class BrokenJournal(TimebankError):
    """The journal breaks a rule at entry `seq`; `reason` says which, with the refusal's code."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(seq, reason)
        self.seq = seq
        self.reason = reason

    def __str__(self) -> str:
        return f"entry {self.seq}: {self.reason}"


@dataclass(slots=True)
class Replay:
    """The fold of the entries so far. `add` raises BrokenJournal at the first that does not fit."""

    state: State
    size: int = 0
    time: int = 0
    _waiting: tuple[tuple[Entry, VerifiedOrder], ...] = ()

    @classmethod
    def empty(cls) -> "Replay":
        """Return a replay before its genesis."""
        return cls(State())

    def add(self, entry: Entry, verified: VerifiedOrder) -> None:
        """Take the next entry, whose signatures were verified."""
        seq = self.size + len(self._waiting)
        if entry.seq != seq:
            raise BrokenJournal(seq, f"has number {entry.seq}")
        if entry.time < self.time or any(entry.time != item.time for item, _ in self._waiting):
            raise BrokenJournal(seq, "goes back in time, or splits a batch")
        self._waiting += ((entry, verified),)
        try:
            complete = len(self._waiting) >= len(verified.batch)
        except Refusal as refusal:
            raise BrokenJournal(seq, str(refusal)) from refusal
        if complete:
            self._post()

    def finish(self) -> State:
        """Return the fold, when no batch is left half."""
        if self._waiting:
            raise BrokenJournal(self.size, "a batch is incomplete at the end")
        return self.state

    def _post(self) -> None:
        batch, self._waiting = self._waiting, ()
        try:
            decisions = decide_batch(
                self.state, batch[0][0].time, self.size, [verified for _, verified in batch]
            )
        except Refusal as refusal:
            raise BrokenJournal(self.size, str(refusal)) from refusal
        for (entry, _), decision in zip(batch, decisions, strict=True):
            if entry.moved() != decision.postings:
                raise BrokenJournal(entry.seq, "its postings are not what its order says")
            self.state.put(*decision.facts)
            self._check_sums(entry)
        self.size += len(batch)
        self.time = batch[0][0].time

    def _check_sums(self, entry: Entry) -> None:
        """Every currency sums to zero in every entry, whatever the rules decided."""
        sums: dict[str, int] = {}
        for account_id, amount in entry.moved():
            currency = self.state.account(account_id).currency
            sums[currency] = sums.get(currency, 0) + amount
        if any(sums.values()):
            raise BrokenJournal(entry.seq, "does not sum to zero")
