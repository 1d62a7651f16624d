"""Checking the books: a list of small checks over the database, and a bundle made of it.

A check yields findings and repairs nothing. No finding means: the journal is whole, every
signature in it holds, the rules were kept, and the tables say what the journal says.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import tee

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from timebank.errors import TimebankError, Unavailable
from timebank.journal import merkle
from timebank.journal.bundles import write_bundle
from timebank.journal.checkpoints import read_note
from timebank.journal.merkle import Frontier, leaf_hash
from timebank.ledger.entries import Entry
from timebank.ledger.facts import Account, Fact
from timebank.ledger.orders import Order
from timebank.ledger.replay import BrokenJournal, Replay
from timebank.services import seals
from timebank.services.bank import Bank
from timebank.services.proofs import STORED, Progress
from timebank.services.receipts import latest_note
from timebank.services.verifying import checked
from timebank.signing.messages import commitment
from timebank.storage import documents, fold, journal, people, statements
from timebank.storage.engine import check_triggers, reading

UNREADABLE = (TimebankError, SQLAlchemyError, ValueError, TypeError, LookupError, AssertionError)
"""What reading rows that somebody else has written may end in."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: which check found it, and what it is."""

    check: str
    detail: str


@dataclass(slots=True)
class Audit:
    """What the checks look at: one moment of the database, and the journal replayed from it.

    `replay` is there once the whole journal has been found to hold.
    """

    bank: Bank
    conn: Connection
    progress: Progress = lambda seq: None
    replay: Replay | None = field(default=None)


Check = Callable[[Audit], Iterator[str]]


# ---- the checks over a database


def check_append_only(audit: Audit) -> Iterator[str]:
    """The triggers that make the journal append-only are there."""
    try:
        check_triggers(audit.conn)
    except Unavailable as error:
        yield error.hint


def check_journal(audit: Audit) -> Iterator[str]:
    """Every entry is whole, signed, allowed by the rules, and in its place; leaves `replay`."""
    replay = Replay.empty()
    rows, again = tee(journal.rows(audit.conn))
    try:
        for row, (entry, verified) in zip(rows, checked(row.entry for row in again), strict=True):
            replay.add(entry, verified)
            if row_of(entry, verified.order, row.entry) != row:
                yield f"entry {entry.seq}: its row or postings do not say what its bytes say"
            audit.progress(entry.seq)
    except BrokenJournal as error:
        yield str(error)
        return
    for seq in journal.stray_postings(audit.conn):
        yield f"entry {seq}: there are postings that do not belong to it"
    try:
        replay.finish()
        audit.replay = replay
    except BrokenJournal as error:
        yield str(error)


def check_tree(audit: Audit) -> Iterator[str]:
    """The hashes, checkpoints and head are those of the entries."""
    recorded = dict(journal.checkpoints(audit.conn))
    frontier = Frontier()
    nodes: list[merkle.Node] = []
    for data in journal.entries(audit.conn):
        frontier, completed = frontier.extend([leaf_hash(data)])
        nodes += completed
        if frontier.size in recorded and recorded.pop(frontier.size) != frontier.root():
            yield f"checkpoint {frontier.size} has another root than the entries"
    for size in recorded:
        yield f"checkpoint {size} is beyond the journal"
    for size in journal.misdated_checkpoints(audit.conn):
        yield f"checkpoint {size} has another time than the last entry in it"
    head = journal.read_head(audit.conn)
    if head.frontier != frontier or (audit.replay and head.time != audit.replay.time):
        yield "the head is not the end of the journal"
    if journal.latest_checkpoint(audit.conn) != (frontier.size, frontier.root()):
        yield "there is no checkpoint at the end of the journal"
    if set(journal.nodes(audit.conn)) != set(nodes):
        yield "the stored tree nodes are not those of the entries"


def check_fold(audit: Audit) -> Iterator[str]:
    """The rebuilt fold equals the tables, row by row and also when asked for by key."""
    if audit.replay is None:
        return
    for kind in STORED:
        try:
            yield from _compare(audit.conn, kind, list(audit.replay.state.all(kind)))
        except UNREADABLE as error:
            yield f"{kind.__name__}: the table cannot be read: {error}"


def _compare(conn: Connection, kind: type[Fact], rebuilt: list[Fact]) -> Iterator[str]:
    stored = Counter(fold.every(conn, kind))
    by_key = set(fold.load_facts(conn, [(kind, fact.key) for fact in rebuilt]))
    for fact in sorted(stored - Counter(rebuilt), key=repr):
        yield f"{kind.__name__} {fact.key}: the tables have it, the journal has not"
    for fact in rebuilt:
        if not (stored[fact] and fact in by_key):
            yield f"{kind.__name__} {fact.key}: the journal has it, the tables have not"


def check_sums(audit: Audit) -> Iterator[str]:
    """Balances are the sums of the postings, and every currency sums to zero."""
    sums = statements.posting_sums(audit.conn)
    totals: dict[str, int] = {}
    for account in fold.every(audit.conn, Account):
        totals[account.currency] = totals.get(account.currency, 0) + account.balance
        if sums.pop(account.id, 0) != account.balance:
            yield f"the balance of account {account.id} is not the sum of its postings"
    yield from (f"postings to account {account}, which is unknown" for account in sums)
    yield from (f"{code} sums to {total}" for code, total in totals.items() if total)


def check_openings(audit: Audit) -> Iterator[str]:
    """Every text kept outside the journal is the one that was committed to."""
    for opening in people.openings(audit.conn):
        if commitment(opening.salt, opening.text) != opening.commitment:
            yield f"the text of commitment {opening.commitment} was changed"
    for document in documents.every(audit.conn):
        if not document.whole:
            yield f"the text of document {document.digest} was changed"


def check_guard(audit: Audit) -> Iterator[str]:
    """The database contains what was acknowledged."""
    conn, head = audit.conn, journal.read_head(audit.conn)
    try:
        audit.bank.guard.check(
            audit.bank.ledger, head.size, lambda size: journal.root_at(conn, size)
        )
    except Unavailable as error:
        yield error.hint


def check_seals(audit: Audit) -> Iterator[str]:
    """What auditors sealed is this journal and no other."""
    yield from seals.faults(audit.conn, audit.bank.ledger)


CHECKS: tuple[Check, ...] = (
    check_append_only,
    check_journal,
    check_tree,
    check_fold,
    check_sums,
    check_openings,
    check_guard,
    check_seals,
)


def entry_count(bank: Bank) -> int:
    """Return how many entries the journal has."""
    with reading(bank.engine) as conn:
        return journal.read_head(conn).size


def check(
    bank: Bank, progress: Progress = lambda seq: None, checks: Sequence[Check] | None = None
) -> list[Finding]:
    """Run these checks, or every one here, over one moment of the database; nothing means clean."""
    with reading(bank.engine) as conn:
        audit = Audit(bank, conn, progress)
        return [
            Finding(name_of(function), detail)
            for function in checks or CHECKS
            for detail in details(function, audit)
        ]


def name_of(function: Check) -> str:
    """Return what a check is called in its findings."""
    return function.__name__.removeprefix("check_")


def details(function: Check, audit: Audit) -> Iterator[str]:
    """Yield what a check does; that it could not read what is stored is a finding too."""
    try:
        yield from function(audit)
    except UNREADABLE as error:
        yield f"what is stored cannot be read: {error}"


# ---- bundles


def export(bank: Bank) -> Iterator[bytes]:
    """Yield the audit bundle, line by line: every entry, a manifest, the newest checkpoint."""
    note = latest_note(bank)
    size = read_note(note).size
    with reading(bank.engine) as conn:
        yield from write_bundle(journal.entries(conn, 0, size), note)


def row_of(entry: Entry, order: Order, data: bytes) -> journal.Row:
    """Return the row that an entry must be stored as."""
    return journal.Row(
        entry.seq,
        entry.time,
        order.header.type,
        order.header.author,
        order.header.id,
        order.identity,
        data,
        leaf_hash(data),
        entry.moved(),
    )
