"""What came to accounts over a span of time, added up from the journal.

Amounts are minor units; a span is from `since` up to but not including `until`, in seconds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, cast, func, select

from timebank.ledger.entries import parse_entry
from timebank.storage.dialects import parts
from timebank.storage.tables import (
    Whole,
    fold_accounts,
    fold_members,
    journal_entries,
    journal_postings,
)

_entries, _mine = journal_entries.c, journal_postings.alias("mine")
_other = journal_postings.alias("other")
_SUM = cast(func.coalesce(func.sum(_mine.c.amount), 0), Whole)
_IN_TIME = (_entries.time >= bindparam("since")) & (_entries.time < bindparam("until"))
_ACCOUNTS = _mine.c.account.in_(bindparam("accounts", expanding=True))

_BEFORE = (
    select(_mine.c.account, _SUM.label("total"))
    .join(journal_entries, _entries.seq == _mine.c.seq)
    .where(_ACCOUNTS, _entries.time < bindparam("until"))
    .group_by(_mine.c.account)
)
_ORGANISATIONS = (
    select(fold_accounts.c.id)
    .join(fold_members, fold_members.c.id == fold_accounts.c.owner)
    .where(fold_members.c.kind == "organisation")
    .union(select(fold_accounts.c.id).where(fold_accounts.c.kind == "contra"))
)
# The other side of posting n is n with its last bit turned.
_REWARDED = (
    select(_mine.c.account, _SUM.label("total"))
    .join(journal_entries, _entries.seq == _mine.c.seq)
    .join(
        _other,
        (_other.c.seq == _mine.c.seq) & (_other.c.n == _mine.c.n + 1 - 2 * (_mine.c.n % 2)),
    )
    .where(
        _ACCOUNTS,
        _IN_TIME,
        _entries.type.in_(("pay", "issue", "refund", "correct")),
        _other.c.account.in_(_ORGANISATIONS),
    )
    .group_by(_mine.c.account)
)
_RECEIVED = (
    select(_SUM)
    .join(journal_entries, _entries.seq == _mine.c.seq)
    .where(_ACCOUNTS, _IN_TIME, _entries.type == bindparam("type"), _mine.c.amount > 0)
)
_SHOPS = (
    select(fold_accounts.c.id)
    .join(fold_members, fold_members.c.id == fold_accounts.c.owner)
    .where(fold_accounts.c.currency == bindparam("currency"), fold_members.c.kind == "shop")
)
_SETTLES = (
    select(_entries.seq, _entries.time, _entries.entry)
    .where(_entries.type == "settle", _IN_TIME)
    .order_by(_entries.seq)
)


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What one settlement paid for what an account had handed in."""

    seq: int
    time: int
    account: str
    currency: str
    amount: int


def before(conn: Connection, accounts: Iterable[str], time: int) -> dict[str, int]:
    """Return what each account held just before a time, as the sum of its postings."""
    found = dict.fromkeys(accounts, 0)
    for part in parts(found):
        for row in conn.execute(_BEFORE, {"accounts": part, "until": time}):
            found[row.account] = row.total
    return found


def rewarded(conn: Connection, accounts: Iterable[str], since: int, until: int) -> dict[str, int]:
    """Return what came from organisations and from issues, less what went back to them."""
    found = dict.fromkeys(accounts, 0)
    for part in parts(found):
        span = {"accounts": part, "since": since, "until": until}
        for row in conn.execute(_REWARDED, span):
            found[row.account] = row.total
    return found


def received(conn: Connection, accounts: Iterable[str], type: str, since: int, until: int) -> int:
    """Return the sum of what came in on these accounts by entries of one type."""
    span = {"type": type, "since": since, "until": until}
    return sum(conn.scalar(_RECEIVED, {"accounts": part, **span}) or 0 for part in parts(accounts))


def shop_accounts(conn: Connection, currency: str) -> Sequence[str]:
    """Return the accounts of all shops in a currency."""
    return conn.scalars(_SHOPS, {"currency": currency}).all()


def paid_out(conn: Connection, accounts: Iterable[str], since: int, until: int) -> list[PaidOut]:
    """Return what settlements paid to these accounts' owners, in the order of the journal."""
    wanted, found = set(accounts), []
    for row in conn.execute(_SETTLES, {"since": since, "until": until}):
        order = parse_entry(row.entry).order
        amounts = Counter[str]()
        for payout in order["payouts"]:
            if payout["payee"] in wanted:
                amounts[payout["payee"]] += payout["amount"]
        found += [
            PaidOut(row.seq, row.time, account, order["currency"], amount)
            for account, amount in amounts.items()
        ]
    return found
