"""The one way into the journal: bytes → verified order → decision → entry → acknowledged.

`post` takes any number of orders and answers each, in order. Orders that share a signed batch
post together or not at all; all others stand alone, and a refused one never takes its neighbours
with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import PASSING, Code, Down, Refusal, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.journal.merkle import leaf_hash
from timebank.ledger.entries import entry_bytes
from timebank.ledger.facts import Governance, Holders
from timebank.ledger.orders import APPROVED_TYPES, ONLINE_SECONDS, Genesis
from timebank.ledger.reads import reads
from timebank.ledger.rules import Decision, decide_batch
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.services.bank import MAX_DRIFT, Bank
from timebank.signing.canonical import Value
from timebank.storage import fold, journal, people, refusals
from timebank.storage.engine import reading, writing

RESTORED_AT = "restored_at"
"""Setting: when this database was restored. Posting waits one maximum expiry after it."""

_ROLES = ("auditor", "coordinator", "issuer", "registrar", "treasurer")


@dataclass(frozen=True, slots=True)
class Submission:
    """An order's bytes as received, the authorizations beside it, and the texts it commits to.

    An opening is kept when the order posts and names its commitment; others are dropped.
    """

    order: bytes
    authorizations: Sequence[Value]
    openings: tuple[people.Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """The order is entry `seq`, now or since before; it will never be lost."""

    identity: str
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The order is not posted and nothing has changed. `identity` is empty for malformed bytes."""

    identity: str
    refusal: Refusal


Outcome = Posted | Refused


def post(bank: Bank, submissions: Sequence[Submission]) -> list[Outcome]:
    """Post these orders as far as the rules allow, durably, and say what became of each.

    Raises Unavailable where nothing can be posted at all; then nothing has been, unless it says
    GUARD_UNWRITABLE: send the same orders again.
    """
    checked = [_verify(submission) for submission in submissions]
    good = [item for item in checked if isinstance(item, VerifiedOrder)]
    with bank.posting:
        decided = _decide(bank, good, _openings(submissions)) if good else {}
    return [item if isinstance(item, Refused) else decided[item.order.identity] for item in checked]


def post_one(bank: Bank, submission: Submission) -> Posted:
    """Post one order; raises its Refusal, or Unavailable."""
    (outcome,) = post(bank, [submission])
    if isinstance(outcome, Refused):
        raise outcome.refusal
    return outcome


def _verify(submission: Submission) -> VerifiedOrder | Refused:
    try:
        return verify_bytes(submission.order, submission.authorizations)
    except Refusal as refusal:
        return Refused("", refusal)


def _openings(submissions: Sequence[Submission]) -> dict[str, people.Opening]:
    return {item.commitment: item for submission in submissions for item in submission.openings}


def _decide(
    bank: Bank, orders: Sequence[VerifiedOrder], openings: Mapping[str, people.Opening]
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with writing(bank.engine) as conn:
        head = journal.read_head(conn, lock=True)
        ledger = _ledger_of(bank, orders, head)
        bank.guard.check(ledger, head.size, lambda size: _root_at(conn, head, size))
        time = _time(bank, conn, head)
        batch = _Batch(conn, head, time)
        for group in _groups(orders):
            outcomes.update(batch.take(group))
        after = batch.append()
        people.keep_openings(conn, _committed(batch.rows, openings))
    if after is not head or any(isinstance(outcome, Posted) for outcome in outcomes.values()):
        _release(bank, ledger, head, after)
    return outcomes


def _ledger_of(bank: Bank, orders: Sequence[VerifiedOrder], head: journal.Head) -> str:
    """The ledger's id; an empty journal is founded by the genesis it is about to hold."""
    if head.size == 0 and isinstance(orders[0].order.body, Genesis):
        return orders[0].order.ledger
    return bank.ledger


def _root_at(conn: Connection, head: journal.Head, size: int) -> bytes:
    return head.frontier.root() if size == head.size else journal.root_at(conn, size)


def _time(bank: Bank, conn: Connection, head: journal.Head) -> int:
    """The one time of this batch: never before the last entry's, never by a clock gone wrong."""
    now = bank.now()
    if now < head.time - MAX_DRIFT:
        raise Unavailable(
            Down.CLOCK,
            f"the clock stands {head.time - now} seconds before the last entry: set it right",
        )
    restored = int(people.setting(conn, RESTORED_AT) or 0)
    if now < restored + ONLINE_SECONDS:
        raise Unavailable(
            Down.JUST_RESTORED,
            f"this database was just restored; posting starts {restored + ONLINE_SECONDS - now}"
            " seconds from now, when every order from before has expired",
        )
    return max(now, head.time)


def _groups(orders: Sequence[VerifiedOrder]) -> Iterator[list[VerifiedOrder]]:
    """Split into batches that post together. What only claims to be one is refused later on."""
    once: dict[str, VerifiedOrder] = {}
    for item in orders:
        once.setdefault(item.order.identity, item)
    waiting = list(once.values())
    while waiting:
        try:
            wanted = waiting[0].batch
        except Refusal:
            wanted = (waiting[0].order.identity,)
        size = len(wanted)
        if tuple(item.order.identity for item in waiting[:size]) != wanted:
            size = 1
        yield waiting[:size]
        del waiting[:size]


def _committed(
    rows: Sequence[journal.Row], openings: Mapping[str, people.Opening]
) -> list[people.Opening]:
    """The openings of commitments that the new entries hold."""
    return [
        opening
        for hidden, opening in openings.items()
        if any(hidden.encode("ascii") in row.entry for row in rows)
    ]


def _release(bank: Bank, ledger: str, before: journal.Head, after: journal.Head) -> None:
    """Move the guard to what was committed; only after this may anything be acknowledged."""
    with reading(bank.engine) as conn:

        def root_at(size: int) -> bytes:
            known = {before.size: before, after.size: after}.get(size)
            return known.frontier.root() if known else journal.root_at(conn, size)

        bank.guard.release(Checkpoint(ledger, after.size, after.frontier.root()), root_at)


class _Batch:
    """The orders of one transaction: decided one after another, written together."""

    def __init__(self, conn: Connection, head: journal.Head, time: int) -> None:
        self._conn, self._head, self._time = conn, head, time
        self._loaded = State(complete=head.size == 0)
        if head.size:
            self._loaded.load(
                [(Governance, ""), *((Holders, role) for role in _ROLES)],
                fold.load_governance(conn),
            )
        self._scratch = self._loaded.fork()
        self.rows: list[journal.Row] = []

    def take(self, group: Sequence[VerifiedOrder]) -> dict[str, Outcome]:
        """Decide a group, and answer each of its orders."""
        if all(seqs := [self._posted(item) for item in group]):
            return {outcome.identity: outcome for outcome in seqs if outcome}
        try:
            for item in group:
                self._recall(item)
                self._load(item)
            decisions = decide_batch(
                self._scratch, self._time, self._head.size + len(self.rows), group
            )
        except Refusal as refusal:
            return {item.order.identity: self._refuse(item, refusal) for item in group}
        return {decision.verified.order.identity: self._keep(decision) for decision in decisions}

    def append(self) -> journal.Head:
        """Write what was decided; return the head after it (the same one if there is nothing)."""
        if not self.rows:
            return self._head
        fold.save_facts(self._conn, self._scratch.changed())
        return journal.append(self._conn, self._head, self.rows, self._time)

    def _posted(self, item: VerifiedOrder) -> Posted | None:
        """The same identity again is the same entry; the first authorizations stand."""
        found = journal.find_entry(self._conn, item.order.identity)
        return Posted(item.order.identity, *found) if found else None

    def _recall(self, item: VerifiedOrder) -> None:
        """An order once refused for a passing reason stays refused until it has expired."""
        kept = refusals.find(self._conn, item.order.identity)
        if kept is not None:
            raise Refusal(Code(kept.code), **kept.details)

    def _load(self, item: VerifiedOrder) -> None:
        while refs := reads(self._scratch, self._time, item):
            self._loaded.load(refs, fold.load_facts(self._conn, refs))

    def _keep(self, decision: Decision) -> Posted:
        order, seq = decision.verified.order, self._head.size + len(self.rows)
        entry = entry_bytes(seq, self._time, decision)
        self._scratch.put(*decision.facts)
        self.rows.append(
            journal.Row(
                seq,
                self._time,
                order.header.type,
                order.header.author,
                order.header.id,
                order.identity,
                entry,
                leaf_hash(entry),
                decision.postings,
            )
        )
        return Posted(order.identity, seq, self._time)

    def _refuse(self, item: VerifiedOrder, refusal: Refusal) -> Refused:
        order = item.order
        if refusal.code in PASSING and order.header.type not in APPROVED_TYPES:
            refusals.keep(
                self._conn, order.identity, refusal.code, refusal.details, order.header.expires
            )
        return Refused(order.identity, refusal)
