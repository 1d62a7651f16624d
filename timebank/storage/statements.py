"""Reading accounts back from the journal: movements, balances and sums.

Everything here reads; nothing decides. Amounts are minor units of the account's currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, cast, func, select

from timebank.ledger.facts import Account, AccountKind, Member
from timebank.storage.dialects import parts
from timebank.storage.fold import every, load_facts
from timebank.storage.tables import Whole, fold_accounts, journal_entries, journal_postings


@dataclass(frozen=True, slots=True)
class Movement:
    """What one entry did to one account: `amount` in all, and the `balance` it left.

    `counterparts` are the accounts on the other side, each once, in the order of the legs.
    """

    seq: int
    time: int
    type: str
    account: str
    amount: int
    identity: str
    balance: int
    counterparts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account in the trial balance; `owner` is "" for the ledger's own."""

    account: str
    kind: AccountKind
    owner: str
    balance: int


_entries, _postings = journal_entries.c, journal_postings.c
_SUM = cast(func.sum(_postings.amount), Whole)

_SEQS = (
    select(_postings.seq)
    .distinct()
    .where(_postings.account == bindparam("account"), _postings.seq < bindparam("before"))
    .order_by(_postings.seq.desc())
    .limit(bindparam("most"))
)
_SEQS_IN_TIME = _SEQS.join(journal_entries, _entries.seq == _postings.seq).where(
    _entries.time >= bindparam("since"), _entries.time < bindparam("until")
)
_SIDES = (
    select(
        _entries.seq,
        _entries.time,
        _entries.type,
        _entries.identity,
        _postings.account,
        _postings.amount,
    )
    .join_from(journal_entries, journal_postings, _entries.seq == _postings.seq)
    .where(_entries.seq.in_(bindparam("seqs", expanding=True)))
    .order_by(_entries.seq.desc(), _postings.n)
)
_BALANCES = select(fold_accounts.c.id, fold_accounts.c.balance).where(
    fold_accounts.c.id.in_(bindparam("accounts", expanding=True))
)
_LATER = (
    select(_postings.account, _SUM.label("total"))
    .where(
        _postings.account.in_(bindparam("accounts", expanding=True)),
        _postings.seq > bindparam("newest"),
    )
    .group_by(_postings.account)
)
_SUMS = (
    select(_postings.account, _SUM.label("total"))
    .where(_postings.seq < bindparam("before"))
    .group_by(_postings.account)
)

_MOVED = (
    select(_postings.seq, fold_accounts.c.currency, _SUM.label("total"))
    .join_from(journal_postings, fold_accounts, fold_accounts.c.id == _postings.account)
    .where(_postings.seq.in_(bindparam("seqs", expanding=True)), _postings.amount > 0)
    .group_by(_postings.seq, fold_accounts.c.currency)
    .order_by(_postings.seq, fold_accounts.c.currency)
)
_ENTRY_COUNT = select(func.count(_postings.seq.distinct())).where(
    _postings.account.in_(bindparam("accounts", expanding=True))
)

_paid, _received = journal_postings.alias(), journal_postings.alias()
_EVER_PAID = (
    select(_paid.c.seq)
    .join(_received, (_received.c.seq == _paid.c.seq) & (_received.c.n == _paid.c.n + 1))
    .where(
        _paid.c.account == bindparam("payer"),
        _received.c.account == bindparam("payee"),
        _paid.c.amount < 0,
    )
    .limit(1)
)
_ALWAYS = 2**53


def movements(
    conn: Connection,
    accounts: Sequence[str],
    *,
    before_seq: int | None = None,
    limit: int,
    since: int | None = None,
    until: int | None = None,
) -> list[Movement]:
    """Return what happened on these accounts, newest first: one per entry and account.

    `limit` counts entries, so that a page never ends in the middle of one; the next page is asked
    for with `before_seq`. From `since` up to but not including `until`, in seconds.
    """
    page: dict[str, Any] = {"before": _ALWAYS if before_seq is None else before_seq, "most": limit}
    statement = _SEQS
    if since is not None or until is not None:
        page |= {"since": since or 0, "until": _ALWAYS if until is None else until}
        statement = _SEQS_IN_TIME
    # One account at a time: its newest entries then stand together in the index.
    found = {
        seq for account in accounts for seq in conn.scalars(statement, {"account": account, **page})
    }
    return _movements(conn, sorted(found, reverse=True)[:limit], set(accounts))


def of_entry(conn: Connection, seq: int) -> list[Movement]:
    """Return what one entry did, for every account it touched, in the order of its legs."""
    return _movements(conn, [seq], None)


def ever_paid(conn: Connection, pairs: Iterable[tuple[str, str]]) -> bool:
    """Say whether any of these (payer, payee) accounts ever stood in one leg, paid that way."""
    return any(
        conn.scalar(_EVER_PAID, {"payer": payer, "payee": payee}) is not None
        for payer, payee in pairs
    )


def balances(conn: Connection, member: str) -> list[Account]:
    """Return a member's accounts, by currency."""
    found = load_facts(conn, [(Member, member)])
    ids = [account for fact in found if isinstance(fact, Member) for _, account in fact.accounts]
    accounts = load_facts(conn, [(Account, account) for account in ids])
    return sorted(
        (account for account in accounts if isinstance(account, Account)),
        key=lambda account: account.currency,
    )


def trial_balance(conn: Connection) -> dict[str, list[TrialLine]]:
    """Return every account's balance by currency; each currency's sum is zero."""
    lines: dict[str, list[TrialLine]] = defaultdict(list)
    for account in every(conn, Account):
        line = TrialLine(account.id, account.kind, account.owner, account.balance)
        lines[account.currency].append(line)
    return dict(sorted(lines.items()))


def entry_count(conn: Connection, accounts: Iterable[str]) -> int:
    """Return how many entries touched any of these accounts."""
    return conn.scalar(_ENTRY_COUNT, {"accounts": list(accounts)}) or 0


def moved(conn: Connection, seqs: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return what each of these entries moved from payers to payees, by currency."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for part in parts(seqs):
        for row in conn.execute(_MOVED, {"seqs": part}):
            found[row.seq][row.currency] = row.total
    return dict(found)


def posting_sums(conn: Connection, before_seq: int | None = None) -> dict[str, int]:
    """Return the sum of the postings on each account that has any; of the first entries only,
    with `before_seq`: what each account held just before that entry.
    """
    before = _ALWAYS if before_seq is None else before_seq
    return {row.account: row.total for row in conn.execute(_SUMS, {"before": before})}


def _movements(conn: Connection, seqs: list[int], wanted: set[str] | None) -> list[Movement]:
    """The movements of these entries, newest first; balances are counted back from today's."""
    if not seqs:
        return []
    sides: dict[int, list[Any]] = defaultdict(list)
    for part in parts(seqs):
        for side in conn.execute(_SIDES, {"seqs": part}):
            sides[side.seq].append(side)
    touched = {side.account for entry in sides.values() for side in entry}
    balance = _balances_after(conn, touched if wanted is None else wanted, seqs[0])
    made = []
    for entry in sides.values():
        for account in dict.fromkeys(side.account for side in entry):
            if account in balance:
                movement = _movement(entry, account, balance)
                balance[account] -= movement.amount
                made.append(movement)
    return made


def _movement(entry: Sequence[Any], account: str, balance: Mapping[str, int]) -> Movement:
    first = entry[0]
    # A leg is two postings, so the other side of posting n is n with its last bit turned.
    mine = [n for n, side in enumerate(entry) if side.account == account]
    others = dict.fromkeys(entry[n ^ 1].account for n in mine)
    return Movement(
        first.seq,
        first.time,
        first.type,
        account,
        sum(entry[n].amount for n in mine),
        first.identity,
        balance[account],
        tuple(others),
    )


def _balances_after(conn: Connection, accounts: Iterable[str], seq: int) -> dict[str, int]:
    """What these accounts held just after the entry at `seq`."""
    after = {}
    for part in parts(accounts):
        now = conn.execute(_BALANCES, {"accounts": part})
        after.update({row.id: row.balance for row in now})
        for row in conn.execute(_LATER, {"accounts": part, "newest": seq}):
            after[row.account] -= row.total
    return after
