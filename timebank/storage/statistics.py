"""What moved between accounts over a stretch of the journal, added up by who paid whom."""

from bisect import bisect_left
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, cast, func, select

from timebank.storage.tables import Whole, fold_redemptions, journal_entries, journal_postings


@dataclass(frozen=True, slots=True)
class Flow:
    """What one account paid another by orders of one type, in all."""

    type: str
    payer: str
    payee: str
    amount: int


_entries = journal_entries.c
_paid, _received = journal_postings.alias("paid"), journal_postings.alias("received")
_TIME = select(_entries.time).where(_entries.seq == bindparam("seq"))
_SPAN = _entries.seq.between(bindparam("first"), bindparam("last"))
# A leg is two postings, its payer's first and with an even number.
_FLOWS = (
    select(
        _entries.type,
        _paid.c.account.label("payer"),
        _received.c.account.label("payee"),
        cast(func.sum(_received.c.amount), Whole).label("amount"),
    )
    .join_from(journal_entries, _paid, _paid.c.seq == _entries.seq)
    .join(_received, (_received.c.seq == _paid.c.seq) & (_received.c.n == _paid.c.n + 1))
    .where(_SPAN, _paid.c.n % 2 == 0)
    .group_by(_entries.type, _paid.c.account, _received.c.account)
)
_SETTLED = (
    select(fold_redemptions.c.account)
    .distinct()
    .join(journal_entries, _entries.identity == fold_redemptions.c.settled_by)
    .where(_SPAN)
)
_LAST_SETTLED = select(func.max(_entries.time)).join(
    fold_redemptions, _entries.identity == fold_redemptions.c.settled_by
)


def first_from(conn: Connection, time: int, size: int) -> int:
    """Return the number of the first of `size` entries that is at or after this time.

    Entries are in the order of their times, so a few are looked at. Returns `size` for none.
    """
    return bisect_left(range(size), time, key=lambda seq: time_of(conn, seq))


def time_of(conn: Connection, seq: int) -> int:
    """Return when the entry at this position was posted."""
    return int(conn.execute(_TIME, {"seq": seq}).scalar_one())


def flows(conn: Connection, start: int, stop: int) -> list[Flow]:
    """Return what the entries from `start` up to but not including `stop` moved."""
    return [Flow(*row) for row in conn.execute(_FLOWS, {"first": start, "last": stop - 1})]


def settled_accounts(conn: Connection, start: int, stop: int) -> set[str]:
    """Return the accounts that settlements among these entries paid for."""
    return set(conn.scalars(_SETTLED, {"first": start, "last": stop - 1}))


def last_settled(conn: Connection) -> int | None:
    """Return when shops were last paid, or None."""
    found: int | None = conn.scalar(_LAST_SETTLED)
    return found
