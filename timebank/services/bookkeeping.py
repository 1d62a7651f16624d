"""The books of a period: every entry as balanced lines on named accounts, for all file formats.

The figures are the journal's postings, one line each: nothing is netted, rounded or converted. What
a file format makes of them (debit and credit, hours apart) is the business of its writer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from timebank import ids
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Account, AccountKind, BankLine, Currency, Member, Redemption
from timebank.services.bank import Bank
from timebank.services.periods import Span
from timebank.services.statements import commitment_in, local
from timebank.storage import fold, journal, people, statements
from timebank.storage.engine import reading

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BookCurrency:
    """A currency in the books."""

    code: str
    unit: str
    kind: str

    @property
    def in_euro(self) -> bool:
        """Whether one of it stands for a euro. Hours, and other mutual money, never do."""
        return self.unit == "cent" and self.kind != "mutual"


@dataclass(frozen=True, slots=True)
class Holder:
    """The member behind an account; `name` is "" where no names were asked for, or it is erased."""

    id: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account, and what was on it before the period. `holder` is None for the ledger's own."""

    id: str
    kind: AccountKind
    currency: BookCurrency
    holder: Holder | None
    opening: int = 0

    @property
    def group(self) -> str:
        """What accounts like this one are kept together under: its kind, or who holds it."""
        return self.holder.kind if self.holder else self.kind


@dataclass(frozen=True, slots=True)
class Line:
    """So much (minor units) onto an account, or off it where negative."""

    account: BookAccount
    amount: int


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An entry of the journal: per currency its lines sum to zero.

    `about` is the identity of the entry that this one gives back or corrects, or "". `text` is what
    it was for, where texts were asked for and are still kept.
    """

    seq: int
    time: int
    type: str
    identity: str
    lines: tuple[Line, ...]
    about: str = ""
    text: str = ""

    @property
    def day(self) -> date:
        """The day it was posted on, in Amsterdam."""
        return local(self.time).date()

    @property
    def reference(self) -> str:
        """The four characters that both sides saw."""
        return ids.reference(self.identity)


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that the exports are made of: a period of one ledger, in memory.

    `entries` are those that moved something. `cited` (how much of a bank line backs issues) and
    `redemptions`, by identity, are as they are now. `named` says whether names and texts are in it.
    """

    ledger: str
    span: Span
    currencies: tuple[BookCurrency, ...]
    accounts: tuple[BookAccount, ...]
    entries: tuple[BookEntry, ...]
    cited: Mapping[str, int]
    redemptions: Mapping[str, Redemption]
    named: bool

    def closing(self) -> dict[str, int]:
        """Return what is on each account at the end of the period, by account."""
        balances = {account.id: account.opening for account in self.accounts}
        for entry in self.entries:
            for line in entry.lines:
                balances[line.account.id] += line.amount
        return balances

    def in_euro(self) -> "Books":
        """Return these books with only what stands for euro in them."""
        entries = (
            replace(
                entry, lines=tuple(line for line in entry.lines if line.account.currency.in_euro)
            )
            for entry in self.entries
        )
        return replace(
            self,
            currencies=tuple(currency for currency in self.currencies if currency.in_euro),
            accounts=tuple(account for account in self.accounts if account.currency.in_euro),
            entries=tuple(entry for entry in entries if entry.lines),
        )


@dataclass(frozen=True, slots=True)
class Chart:
    """Every account by id, to make entries with; texts by commitment, as far as they are wanted."""

    accounts: Mapping[str, BookAccount]
    texts: Mapping[str, str] = field(default_factory=dict)

    def entry(self, row: journal.Row) -> BookEntry:
        """Return an entry of the journal as lines. KeyError for an account that nobody opened."""
        order = parse_entry(row.entry).order
        return BookEntry(
            row.seq,
            row.time,
            row.type,
            row.identity,
            tuple(Line(self.accounts[account], amount) for account, amount in row.postings),
            _about(order),
            self.texts.get(commitment_in(order), ""),
        )


def _about(order: Mapping[str, Any]) -> str:
    return str(order.get("entry") or order.get("payment") or "")


def keep_books(
    bank: Bank, span: Span, *, names: bool = False, progress: Progress = lambda seq: None
) -> Books:
    """Return the books of a period, as the journal is now. Without `names`, members are ids only.

    `progress` is told how many entries were read.
    """
    since, until = span.bounds
    with reading(bank.engine) as conn:
        start, stop = journal.size_before(conn, since), journal.size_before(conn, until)
        accounts = _accounts(conn, start, names)
        texts = _texts(conn) if names else {}
        chart = Chart(accounts, texts)
        entries = []
        for count, row in enumerate(journal.rows(conn, start, stop), start=1):
            if row.postings:
                entries.append(chart.entry(row))
            progress(count)
        cited = {line.line: line.cited for line in fold.every(conn, BankLine)}
        redemptions = {item.redemption: item for item in fold.every(conn, Redemption)}
    currencies = {account.currency.code: account.currency for account in accounts.values()}
    return Books(
        bank.ledger,
        span,
        tuple(currencies[code] for code in sorted(currencies)),
        tuple(accounts.values()),
        tuple(entries),
        cited,
        redemptions,
        names,
    )


def _accounts(conn: Connection, start: int, names: bool) -> dict[str, BookAccount]:
    """Every account with what was on it before entry `start`: the ledger's own first."""
    currencies = {
        item.code: BookCurrency(item.code, item.unit, item.policy.kind)
        for item in fold.every(conn, Currency)
    }
    known = people.names(conn) if names else {}
    holders = {
        member.id: Holder(member.id, member.kind, known.get(member.name, ""))
        for member in fold.every(conn, Member)
    }
    opening = statements.posting_sums(conn, start)
    made: Iterable[BookAccount] = (
        BookAccount(
            account.id,
            account.kind,
            currencies[account.currency],
            holders.get(account.owner),
            opening.get(account.id, 0),
        )
        for account in fold.every(conn, Account)
    )
    ordered = sorted(made, key=lambda item: (item.holder is not None, item.currency.code, item.id))
    return {account.id: account for account in ordered}


def _texts(conn: Connection) -> dict[str, str]:
    return {opening.commitment: opening.text for opening in people.openings(conn)}
