"""The journal in tables: entries, postings, Merkle nodes and checkpoints, added and read.

Whoever appends holds the write lock and passes the head it read under that lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from timebank.journal import merkle
from timebank.journal.merkle import EMPTY_ROOT, Frontier
from timebank.storage.dialects import AT_ONCE, look_up, parts, together, write
from timebank.storage.tables import (
    journal_checkpoints,
    journal_entries,
    journal_head,
    journal_nodes,
    journal_postings,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the next entry goes: how many there are, the time of the last, the tree's right edge.

    Raises ValueError when the frontier is of another size.
    """

    size: int
    time: int
    frontier: Frontier

    def __post_init__(self) -> None:
        if self.frontier.size != self.size:
            raise ValueError(f"a frontier of {self.frontier.size} for a journal of {self.size}")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is stored. `postings` are (account, amount), each payer before its payee."""

    seq: int
    time: int
    type: str
    author: str
    order_id: str
    identity: str
    entry: bytes
    leaf: bytes
    postings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """An entry in a list: where it is, when it was posted, and what kind of order it is."""

    seq: int
    time: int
    type: str
    identity: str


# ---- adding

_HEAD = select(journal_head.c.size, journal_head.c.time, journal_head.c.frontier)
_LOCKED_HEAD = _HEAD.with_for_update()
_ADD_ENTRY = insert(journal_entries)
_ADD_POSTING = insert(journal_postings)
_ADD_NODE = insert(journal_nodes)
_ADD_CHECKPOINT = insert(journal_checkpoints)
_MOVE_HEAD = (
    update(journal_head)
    .where(journal_head.c.size == bindparam("expected"))
    .values(size=bindparam("to"), time=bindparam("at"), frontier=bindparam("edge"))
)


def read_head(conn: Connection, lock: bool = False) -> Head:
    """Return the head; with `lock`, keep other writers out until the transaction ends.

    (On SQLite `writing` has done so already.) Raises ProofError for a damaged frontier.
    """
    ((size, time, frontier),) = look_up(conn, _LOCKED_HEAD if lock else _HEAD)
    return Head(size, time, Frontier.from_bytes(frontier))


def append(conn: Connection, head: Head, rows: Sequence[Row], time: int) -> Head:
    """Add a batch of entries with everything that belongs to it, and return the new head.

    Raises ValueError when the rows do not follow on the head one by one, the time goes back, or
    the head is no longer where the database is.
    """
    if not rows or [row.seq for row in rows] != list(range(head.size, head.size + len(rows))):
        raise ValueError(f"these rows do not follow on a journal of {head.size}")
    if not all(head.time <= time == row.time for row in rows):
        raise ValueError("a batch has one time, not before that of the last")
    frontier, completed = head.frontier.extend(row.leaf for row in rows)
    nodes = [{"level": node.level, "idx": node.index, "hash": node.hash} for node in completed]
    checkpoint = {"size": frontier.size, "root": frontier.root(), "time": time}
    with together(conn):
        write(conn, _ADD_ENTRY, [_entry(row) for row in rows])
        write(conn, _ADD_POSTING, [posting for row in rows for posting in _postings(row)])
        write(conn, _ADD_NODE, nodes)
        write(conn, _ADD_CHECKPOINT, [checkpoint])
    moved = {"to": frontier.size, "at": time, "edge": frontier.to_bytes()}
    if write(conn, _MOVE_HEAD, [{"expected": head.size, **moved}]) != 1:
        raise ValueError(f"the journal is no longer at {head.size}")
    return Head(frontier.size, time, frontier)


def _entry(row: Row) -> dict[str, object]:
    return {
        "seq": row.seq,
        "time": row.time,
        "type": row.type,
        "author": row.author,
        "order_id": row.order_id,
        "identity": row.identity,
        "leaf": row.leaf,
        "entry": row.entry,
    }


def _postings(row: Row) -> Iterator[dict[str, object]]:
    for n, (account, amount) in enumerate(row.postings):
        yield {"seq": row.seq, "n": n, "account": account, "amount": amount}


# ---- reading

_ENTRY = select(journal_entries.c.entry).where(journal_entries.c.seq == bindparam("seq"))
_FIND = select(journal_entries.c.identity, journal_entries.c.seq, journal_entries.c.time).where(
    journal_entries.c.identity.in_(bindparam("identities", expanding=True))
)
_OF = select(journal_entries.c.identity, journal_entries.c.entry).where(
    journal_entries.c.identity.in_(bindparam("identities", expanding=True))
)
_ENTRIES = (
    select(journal_entries.c.entry)
    .where(journal_entries.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(journal_entries.c.seq)
)
_HEADLINES = (
    select(
        journal_entries.c.seq,
        journal_entries.c.time,
        journal_entries.c.type,
        journal_entries.c.identity,
    )
    .where(journal_entries.c.seq < bindparam("before"))
    .order_by(journal_entries.c.seq.desc())
    .limit(bindparam("most"))
)
_LEAVES = (
    select(journal_entries.c.leaf)
    .where(journal_entries.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(journal_entries.c.seq)
)
_NODES = (
    select(journal_nodes.c.hash)
    .where(
        journal_nodes.c.level == bindparam("level"),
        journal_nodes.c.idx.between(bindparam("first"), bindparam("last")),
    )
    .order_by(journal_nodes.c.idx)
)
_ALL_NODES = select(journal_nodes).order_by(journal_nodes.c.level, journal_nodes.c.idx)
_CHECKPOINTS = select(journal_checkpoints.c.size, journal_checkpoints.c.root)
_ALL_CHECKPOINTS = _CHECKPOINTS.order_by(journal_checkpoints.c.size)
_COVERING = _ALL_CHECKPOINTS.where(journal_checkpoints.c.size > bindparam("seq")).limit(1)
_LATEST = _CHECKPOINTS.order_by(journal_checkpoints.c.size.desc()).limit(1)
_WHOLE_ENTRIES = (
    select(journal_entries)
    .where(journal_entries.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(journal_entries.c.seq)
)
_SIZE_BEFORE = select(func.coalesce(func.max(journal_checkpoints.c.size), 0)).where(
    journal_checkpoints.c.time < bindparam("time")
)
_STRAY = (
    select(journal_postings.c.seq)
    .outerjoin(journal_entries, journal_entries.c.seq == journal_postings.c.seq)
    .group_by(journal_postings.c.seq)
    .having(
        or_(
            func.count(journal_entries.c.seq) == 0,
            func.min(journal_postings.c.n) != 0,
            func.max(journal_postings.c.n) != func.count() - 1,
        )
    )
    .order_by(journal_postings.c.seq)
)
_MISDATED = (
    select(journal_checkpoints.c.size)
    .outerjoin(journal_entries, journal_entries.c.seq == journal_checkpoints.c.size - 1)
    .where(
        or_(
            journal_entries.c.time.is_(None),
            journal_entries.c.time != journal_checkpoints.c.time,
        )
    )
    .order_by(journal_checkpoints.c.size)
)
_WHOLE_POSTINGS = (
    select(journal_postings)
    .where(journal_postings.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(journal_postings.c.seq, journal_postings.c.n)
)


def headlines(conn: Connection, before: int | None, limit: int) -> list[Headline]:
    """Return what entries are, newest first, from before the entry `before` (all, for None)."""
    page = {"before": merkle.MAX_SIZE if before is None else before, "most": limit}
    return [Headline(*row) for row in conn.execute(_HEADLINES, page)]


def entry_bytes(conn: Connection, seq: int) -> bytes | None:
    """Return the entry at this position, or None beyond the last."""
    return conn.scalar(_ENTRY, {"seq": seq})


def find_seq(conn: Connection, identity: str) -> int | None:
    """Return where the order with this identity was posted, or None if it was not."""
    found = find_entries(conn, [identity]).get(identity)
    return found[0] if found else None


def find_entries(conn: Connection, identities: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return where and when those of these orders were posted that were, by identity."""
    return {
        identity: (seq, time)
        for part in parts(identities)
        for identity, seq, time in look_up(conn, _FIND, part)
    }


def entries_of(conn: Connection, identities: Iterable[str]) -> dict[str, bytes]:
    """Return the entries of those of these orders that were posted, by identity."""
    return {
        row.identity: row.entry
        for part in parts(identities)
        for row in conn.execute(_OF, {"identities": part})
    }


def entries(conn: Connection, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Yield the entries from `start` up to but not including `stop`, a few at a time in memory."""
    last = merkle.MAX_SIZE if stop is None else stop - 1
    yield from conn.scalars(
        _ENTRIES, {"first": start, "last": last}, execution_options={"yield_per": AT_ONCE}
    )


def reader(conn: Connection) -> merkle.Reader:
    """Return how `merkle` reads the stored hashes, for as long as the connection is open."""

    def read(level: int, start: int, count: int) -> Sequence[bytes]:
        span = {"first": start, "last": start + count - 1}
        if level == 0:
            return conn.scalars(_LEAVES, span).all()
        return conn.scalars(_NODES, {"level": level, **span}).all()

    return read


def checkpoint_covering(conn: Connection, seq: int) -> tuple[int, bytes]:
    """Return size and root of the first checkpoint that the entry at `seq` is in.

    Raises LookupError if there is no such entry.
    """
    found = conn.execute(_COVERING, {"seq": seq}).one_or_none()
    if found is None:
        raise LookupError(f"there is no entry {seq}")
    return found.size, found.root


def latest_checkpoint(conn: Connection) -> tuple[int, bytes]:
    """Return size and root of the last checkpoint; those of an empty tree if there is none."""
    found = conn.execute(_LATEST).one_or_none()
    return (found.size, found.root) if found else (0, EMPTY_ROOT)


def root_at(conn: Connection, size: int) -> bytes:
    """Return the root over the first `size` entries, from the stored hashes.

    Raises ProofError if they are not all there.
    """
    return merkle.root_at(size, reader(conn))


# ---- reading everything, for whoever compares it with the entries


def size_before(conn: Connection, time: int) -> int:
    """Return how many entries there were before this time (seconds): every batch has one time."""
    return int(conn.execute(_SIZE_BEFORE, {"time": time}).scalar_one())


def rows(conn: Connection, start: int = 0, stop: int | None = None) -> Iterator[Row]:
    """Yield entries with their postings, by position, a few at a time in memory.

    All of them, or from `start` up to but not including `stop`.
    """
    few = {"yield_per": AT_ONCE}
    span = {"first": start, "last": merkle.MAX_SIZE if stop is None else stop - 1}
    postings = conn.execute(_WHOLE_POSTINGS, span, execution_options=few)
    posting = next(postings, None)
    for entry in conn.execute(_WHOLE_ENTRIES, span, execution_options=few):
        moved = []
        while posting and posting.seq <= entry.seq:
            if posting.seq == entry.seq:
                moved.append((posting.account, posting.amount))
            posting = next(postings, None)
        yield Row(**entry._asdict(), postings=tuple(moved))


def stray_postings(conn: Connection) -> list[int]:
    """Return where there are postings without an entry, or not numbered 0, 1, 2, …"""
    return list(conn.scalars(_STRAY))


def nodes(conn: Connection) -> Iterator[merkle.Node]:
    """Yield every stored node of the tree above the leaves."""
    for row in conn.execute(_ALL_NODES):
        yield merkle.Node(*row)


def checkpoints(conn: Connection) -> Iterator[tuple[int, bytes]]:
    """Yield size and root of every checkpoint, by size."""
    for row in conn.execute(_ALL_CHECKPOINTS):
        yield row.size, row.root


def misdated_checkpoints(conn: Connection) -> list[int]:
    """Return the sizes of checkpoints that do not have the time of the last entry they cover."""
    return list(conn.scalars(_MISDATED))
