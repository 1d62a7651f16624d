"""A member's month or year: what they had, every entry that touched it, and what they had then.

All of it is added up from the postings in the journal; no balance that stands anywhere is copied.
So a statement is the journal, or the journal is not what it was.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection

from timebank import ids
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Currency
from timebank.services.bank import Bank
from timebank.services.holdings import accounts_of
from timebank.services.periods import Period
from timebank.services.statements import Movement, local, tell
from timebank.storage import fold, journal, sums
from timebank.storage import statements as rows
from timebank.storage.engine import reading
from timebank.storage.sums import PaidOut
from timebank.units import Unit

_EVERYTHING = 2**53


class Vat(StrEnum):
    """What a currency is where turnover tax is concerned; which sum is due is for a bookkeeper."""

    BARTER = "barter"
    """Hours: one service for another (Wet OB 1968 art. 8: the value of what is given in return)."""
    VOUCHER = "voucher"
    """Credits: a multi-purpose voucher, where tax belongs to the moment somebody pays with it
    (Directive (EU) 2016/1065; Staatscourant 2018-68657)."""


def vat(currency: Currency) -> Vat:
    """Return what a currency is by its policy."""
    return Vat.BARTER if currency.policy.kind == "mutual" else Vat.VOUCHER


@dataclass(frozen=True, slots=True)
class Column:
    """One currency of a statement, in minor units: before the first entry and after the last."""

    currency: str
    unit: Unit
    vat: Vat
    opening: int
    closing: int


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what came in or went out (negative), and what there was after it, by currency.

    `names` are those on the other side, "" for one that was erased or for the ledger's own
    accounts, which have no owner in `others`. `fee` is the part of a redemption that is its fee.
    """

    seq: int
    time: int
    identity: str
    type: str
    amounts: Mapping[str, int]
    balances: Mapping[str, int]
    others: tuple[str, ...]
    names: tuple[str, ...]
    memo: str
    fee: int

    @property
    def reference(self) -> str:
        """The four characters that both sides see."""
        return ids.reference(self.identity)

    @property
    def day(self) -> date:
        """The day in the neighbourhood."""
        return local(self.time).date()


@dataclass(frozen=True, slots=True)
class Statement:
    """A member's month or year, oldest entry first. `paid_out` are settlements that paid them."""

    member: str
    period: Period
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    paid_out: tuple[PaidOut, ...]


def statement(bank: Bank, member: str, period: Period) -> Statement:
    """Return what the journal has of a member in a period; Refusal UNKNOWN_MEMBER."""
    since, until = period.bounds
    with reading(bank.engine) as conn:
        accounts = accounts_of(conn, member)
        currencies = {item.code: item for item in fold.every(conn, Currency)}
        opening = sums.before(conn, accounts, since)
        found = rows.movements(conn, list(accounts), limit=_EVERYTHING, since=since, until=until)
        lines = tuple(_lines(conn, tell(conn, sorted(found, key=lambda item: item.seq))))
        paid_out = tuple(sums.paid_out(conn, accounts, since, until))
    change = Counter[str]()
    for line in lines:
        change.update(line.amounts)
    columns = [
        Column(
            account.currency,
            Unit(currencies[account.currency].unit),
            vat(currencies[account.currency]),
            opening[account.id],
            opening[account.id] + change[account.currency],
        )
        for account in accounts.values()
    ]
    # Hours first, as everywhere.
    columns.sort(key=lambda column: (column.unit is not Unit.MINUTE, column.currency))
    return Statement(member, period, tuple(columns), lines, paid_out)


def _lines(conn: Connection, moves: Sequence[Movement]) -> Iterator[Line]:
    """One line for each entry, whatever currencies it moved."""
    for seq, group in groupby(moves, key=lambda move: move.seq):
        parts = list(group)
        first = parts[0]
        sides = {
            (other, name): None
            for part in parts
            for other, name in zip(part.others, part.names, strict=True)
        }
        yield Line(
            seq,
            first.time,
            first.identity,
            first.type,
            {part.currency: part.amount for part in parts},
            {part.currency: part.balance for part in parts},
            tuple(other for other, _ in sides),
            tuple(name for _, name in sides),
            first.memo,
            _fee(conn, first) if first.type == "redeem" else 0,
        )


def _fee(conn: Connection, move: Movement) -> int:
    """What of a redemption is its fee, for whoever handed in; 0 for whoever receives it."""
    data = journal.entry_bytes(conn, move.seq)
    if data is None or move.amount > 0:
        return 0
    return int(parse_entry(data).order.get("fee", 0))


# ---- a shop's month


@dataclass(frozen=True, slots=True)
class Day:
    """What a shop received, gave back and had otherwise (in or out) on one day, in minor units."""

    day: date
    count: int
    received: int
    returned: int
    other: int


@dataclass(frozen=True, slots=True)
class Takings:
    """A shop's period in one currency, by day; what it handed in, the fee, and what was paid out.

    `redeemed` is what was handed in for euro, without the fee.
    """

    currency: str
    days: tuple[Day, ...]
    received: int
    returned: int
    redeemed: int
    fee: int
    paid_out: int


def takings(found: Statement, currency: str) -> Takings:
    """Return the totals of one currency of a statement."""
    mine = [line for line in found.lines if currency in line.amounts]
    days = tuple(
        _day(day, currency, list(group)) for day, group in groupby(mine, key=lambda line: line.day)
    )
    handed_in = [line for line in mine if line.type == "redeem" and line.amounts[currency] < 0]
    fee = sum(line.fee for line in handed_in)
    return Takings(
        currency,
        days,
        sum(day.received for day in days),
        sum(day.returned for day in days),
        -sum(line.amounts[currency] for line in handed_in) - fee,
        fee,
        sum(item.amount for item in found.paid_out if item.currency == currency),
    )


def _day(day: date, currency: str, lines: Sequence[Line]) -> Day:
    received = [line.amounts[currency] for line in lines if _received(line, currency)]
    returned = [
        line.amounts[currency]
        for line in lines
        if line.type == "refund" and line.amounts[currency] < 0
    ]
    whole = sum(line.amounts[currency] for line in lines)
    return Day(
        day, len(lines), sum(received), -sum(returned), whole - sum(received) - sum(returned)
    )


def _received(line: Line, currency: str) -> bool:
    return line.type == "pay" and line.amounts[currency] > 0
