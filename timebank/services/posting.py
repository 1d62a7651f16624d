"""The one way into the journal: bytes → verified order → decision → entry → acknowledged.

`post` takes any number of orders and answers each, in order. Orders that share a signed batch
post together or not at all; all others stand alone, and a refused one never takes its neighbours
with it.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection

from timebank.errors import PASSING, Code, Down, Refusal, TimebankError, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.journal.merkle import leaf_hash
from timebank.ledger import facts
from timebank.ledger.entries import entry_bytes
from timebank.ledger.facts import Fact
from timebank.ledger.orders import APPROVED_TYPES, ONLINE_SECONDS, Genesis, Role
from timebank.ledger.reads import reads
from timebank.ledger.rules import Decision, decide_batch
from timebank.ledger.state import Ref, State, UndeclaredRead
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.services import selfcheck
from timebank.services.bank import MAX_DRIFT, Bank
from timebank.services.texts import check_brought
from timebank.signing.canonical import Value
from timebank.signing.messages import Tag, batch_data, digest
from timebank.storage import fold, journal, people, refusals
from timebank.storage.engine import persistently, writing

RESTORED_AT = "restored_at"
"""Setting: when this database was restored. Posting waits one maximum expiry after it."""

_ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Submission:
    """An order's bytes as received, the authorizations beside it, and the texts it commits to.

    An opening is kept when the order posts and names its commitment; others are dropped. An order
    that names a kept text without bringing it is refused (`texts`).
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
Group = Sequence[VerifiedOrder]
"""Orders that post together or not at all; most are alone."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What one caller of `post` asks: verified orders, and the texts they commit to."""

    groups: Sequence[Group]
    openings: Mapping[str, people.Opening]


_Answer = dict[str, Outcome]


def post(bank: Bank, submissions: Sequence[Submission]) -> list[Outcome]:
    """Post these orders as far as the rules allow, durably, and say what became of each.

    Raises Unavailable where nothing can be acknowledged, or FINDINGS where a settlement is among
    them and the ledger's own checks found something. Nothing has been posted then, unless the
    guard could not be moved after the commit (GUARD_...), or the disk or the connection failed in
    the middle: send the same orders again, each posts once.
    """
    # Here, in the caller's own thread: it takes most of the time, and needs no database.
    checked = [_verify(submission) for submission in submissions]
    good = [item for item in checked if isinstance(item, VerifiedOrder)]
    decided: _Answer = {}
    if good:
        call = _Call(list(_groups(good)), _openings(submissions))
        with selfcheck.around(bank, good):
            decided = bank.posting.share(call, lambda calls: _decide_all(bank, calls))
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


def _decide_all(bank: Bank, calls: Sequence[_Call]) -> list[_Answer | BaseException]:
    """Decide all orders in one transaction; where that goes wrong, each group in its own.

    What then still fails takes none of the others with it; its error is for its caller alone.
    """
    try:
        return [*_decide(bank, calls)]
    except TimebankError:
        raise  # nobody can be answered now
    except Exception as error:  # the database's or ours: whoever caused it is found below
        if sum(len(call.groups) for call in calls) == 1:
            return [error]
    return [_one_by_one(bank, call) for call in calls]


def _one_by_one(bank: Bank, call: _Call) -> _Answer | BaseException:
    outcomes, failure = _Answer(), None
    for group in call.groups:
        try:
            outcomes |= _decide(bank, [_Call([group], call.openings)])[0]
        except TimebankError:
            raise
        except Exception as error:
            failure = error
    return failure or outcomes


def _decide(bank: Bank, calls: Sequence[_Call]) -> list[_Answer]:
    """Decide in one transaction; in another where that was given up, or its connection lost.

    Then what it did is not guessed: an order is first looked for by its identity.
    """
    return persistently(lambda: _transact(bank, calls))


def _transact(bank: Bank, calls: Sequence[_Call]) -> list[_Answer]:
    with writing(bank.engine) as conn:
        head = journal.read_head(conn, lock=True)
        ledger = _ledger_of(bank, calls[0].groups[0][0], head)
        bank.guard.check(ledger, head.size, lambda size: _root_at(conn, head, size))
        time = _time(bank, conn, head)
        batch = _Batch(conn, head, time, bank.memory.take(head))
        batch.prepare([group for call in calls for group in call.groups])
        answers = [batch.answer(call) for call in calls]
        after = batch.append()
        openings = {name: text for call in calls for name, text in call.openings.items()}
        people.keep_openings(conn, _committed(batch.rows, openings))
    if head.size:
        bank.memory.keep(after, batch.lasting, batch.facts())
    if any(isinstance(outcome, Posted) for answer in answers for outcome in answer.values()):
        _release(bank, ledger, head, after)
    return answers


def _ledger_of(bank: Bank, first: VerifiedOrder, head: journal.Head) -> str:
    """The ledger's id; an empty journal is founded by the genesis it is about to hold."""
    if head.size == 0 and isinstance(first.order.body, Genesis):
        return first.order.ledger
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


def _groups(orders: Sequence[VerifiedOrder]) -> Iterator[Group]:
    """Split into batches that post together. What only claims to be one is refused later on.

    The same order may be here with better authorizations too; only equals are passed over.
    """
    waiting = list({(item.order.identity, item.authorizations): item for item in orders}.values())
    while waiting:
        try:
            wanted = waiting[0].batch
        except Refusal:
            wanted = (waiting[0].order.identity,)
        size = len(wanted)
        if _identities(waiting[:size]) != wanted:
            size = 1
        yield waiting[:size]
        del waiting[:size]


def _identities(group: Group) -> tuple[str, ...]:
    return tuple(item.order.identity for item in group)


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
    bank.guard.release(bank.engine, _checkpoint(ledger, after), _checkpoint(ledger, before))


def _checkpoint(ledger: str, head: journal.Head) -> Checkpoint:
    return Checkpoint(ledger, head.size, head.frontier.root())


class _Batch:
    """The orders of one transaction: decided one after another, written together."""

    def __init__(
        self, conn: Connection, head: journal.Head, time: int, remembered: State | None
    ) -> None:
        self._conn, self._head, self._time = conn, head, time
        self.lasting = remembered or _governed(conn, head)
        self._loaded = self.lasting.fork()
        self._scratch = self._loaded.fork()
        self._posted: dict[str, Posted] = {}
        self._refused: dict[str, refusals.Kept] = {}
        self.rows: list[journal.Row] = []

    def facts(self) -> tuple[Fact, ...]:
        """Return what was looked up, and then what has changed."""
        return (*self._loaded.changed(), *self._scratch.changed())

    def prepare(self, groups: Sequence[Group]) -> None:
        """Look up in few statements what these orders need, whoever they are from."""
        orders = [item for group in groups for item in group]
        identities = [item.order.identity for item in orders]
        asking = orders
        while asking:
            wanted = [(item, reads(self._scratch, self._time, item)) for item in asking]
            self._look_up({ref for _, refs in wanted for ref in refs})
            # Only what was found leads to more: an account to its owner, a key to its member.
            asking = [item for item, refs in wanted if any(map(self._loaded.peek, refs))]
        self._refused = refusals.find_all(self._conn, [*identities, *map(_name, groups)])
        if before := [name for name in identities if self._loaded.find(facts.Posted, name)]:
            for identity, found in journal.find_entries(self._conn, before).items():
                self._posted[identity] = Posted(identity, *found)

    def _look_up(self, refs: set[Ref]) -> None:
        self._loaded.load(refs, fold.load_facts(self._conn, refs))

    def answer(self, call: _Call) -> _Answer:
        """Decide what one caller sent, group after group, and answer each of its orders."""
        answers = _Answer()
        for group in call.groups:
            answers |= self._take(group, call.openings)
        return answers

    def _take(self, group: Group, openings: Container[str]) -> _Answer:
        identities = _identities(group)
        # The same identity again is the same entry; the first authorizations stand.
        posted = {name: self._posted[name] for name in identities if name in self._posted}
        if len(posted) == len(group):
            return dict(posted)
        try:
            self._recall(group)
            decisions = self._decide(group)
            for item in group:
                check_brought(self._conn, item.order.body, openings)
        except Refusal as refusal:
            self._remember(group, refusal)
            return {name: Refused(name, refusal) for name in identities} | posted
        return {decision.verified.order.identity: self._keep(decision) for decision in decisions}

    def _decide(self, group: Group) -> list[Decision]:
        """Decide, looking up what only the orders before these have led to."""
        while True:
            try:
                return decide_batch(
                    self._scratch, self._time, self._head.size + len(self.rows), group
                )
            except UndeclaredRead:
                refs = {ref for item in group for ref in reads(self._scratch, self._time, item)}
                if not refs:
                    raise
                self._look_up(refs)

    def append(self) -> journal.Head:
        """Write what was decided; return the head after it (the same one if there is nothing)."""
        if not self.rows:
            return self._head
        fold.save_facts(self._conn, self._scratch.changed())
        return journal.append(self._conn, self._head, self.rows, self._time)

    def _recall(self, group: Group) -> None:
        """What was once refused for a passing reason stays refused until it has expired."""
        for name in (_name(group), *_identities(group)):
            if kept := self._refused.get(name):
                raise Refusal(Code(kept.code), **kept.details)

    def _remember(self, group: Group, refusal: Refusal) -> None:
        """Keep a refusal for a passing reason, so that a late retry surprises nobody.

        A batch is remembered as such, not its orders: whoever puts a neighbour's order into a
        batch that cannot post has not got that order refused.
        """
        headers = [item.order.header for item in group]
        if refusal.code in PASSING and not any(head.type in APPROVED_TYPES for head in headers):
            name, until = _name(group), min(head.expires for head in headers)
            refusals.forget(self._conn, self._time - MAX_DRIFT)
            refusals.keep(self._conn, name, refusal.code, refusal.details, until)
            self._refused[name] = refusals.Kept(refusal.code, refusal.details)

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
        posted = self._posted[order.identity] = Posted(order.identity, seq, self._time)
        return posted


def _governed(conn: Connection, head: journal.Head) -> State:
    """What nearly every order asks for; before the genesis that is nothing, and it is all."""
    state = State(complete=head.size == 0)
    if head.size:
        state.load(
            [(facts.Governance, ""), *((facts.Holders, role) for role in _ROLES)],
            fold.load_governance(conn),
        )
    return state


def _name(group: Group) -> str:
    """What a refusal is kept under: the order's identity, or what the signers of a batch signed."""
    first, *others = group
    if not others:
        return first.order.identity
    return digest(Tag.BATCH, batch_data(first.order.ledger, _identities(group))).hex()
