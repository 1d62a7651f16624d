"""What a member sees of the journal: balances, movements in their own words, a shop's day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Account, Currency, Member
from timebank.services.bank import Bank
from timebank.services.holdings import accounts_of
from timebank.storage import fold, journal, people
from timebank.storage import statements as rows
from timebank.storage.engine import reading

ZONE = ZoneInfo("Europe/Amsterdam")
_LATEST = int(datetime(9998, 12, 31, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member holds of a currency, in minor units, and its limits."""

    currency: str
    unit: str
    account: str
    balance: int
    floor: int
    ceiling: int

    @property
    def available(self) -> int:
        """How much can be paid from it now."""
        return self.balance - self.floor


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as it touched one account. `amount` is what came in, or went out (negative)."""

    seq: int
    time: int
    identity: str
    type: str
    currency: str
    amount: int
    balance: int
    others: tuple[str, ...]
    names: tuple[str, ...]
    memo: str

    @property
    def reference(self) -> str:
        """The four characters that both sides see."""
        return ids.reference(self.identity)


def balances(bank: Bank, member: str) -> list[Balance]:
    """Return a member's balances, one for each currency they hold, hours first."""
    with reading(bank.engine) as conn:
        found = list(accounts_of(conn, member).values())
        units = {currency.code: currency.unit for currency in fold.every(conn, Currency)}
    made = [
        Balance(
            account.currency,
            units[account.currency],
            account.id,
            account.balance,
            account.floor or 0,
            account.ceiling or 0,
        )
        for account in found
    ]
    return sorted(made, key=lambda item: (item.unit != "minute", item.currency))


def history(
    bank: Bank,
    member: str,
    *,
    limit: int = 20,
    before_seq: int | None = None,
    since: int | None = None,
    until: int | None = None,
    currency: str | None = None,
) -> list[Movement]:
    """Return a member's movements, newest first, from `since` up to before `until` (seconds)."""
    with reading(bank.engine) as conn:
        accounts = accounts_of(conn, member)
        wanted = [
            account.id for account in accounts.values() if currency in (None, account.currency)
        ]
        found = rows.movements(
            conn, wanted, before_seq=before_seq, limit=limit, since=since, until=until
        )
        return tell(conn, found)


def entry_of(bank: Bank, identity: str) -> list[Movement]:
    """Return every movement of one entry, all accounts; Refusal UNKNOWN_ENTRY.

    Whoever shows this checks first that the viewer is a party to it.
    """
    with reading(bank.engine) as conn:
        seq = journal.find_seq(conn, identity)
        if seq is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        return tell(conn, rows.of_entry(conn, seq))


def owner_of(bank: Bank, account: str) -> str:
    """Return the member who owns an account, or "" for one of the ledger's own."""
    with reading(bank.engine) as conn:
        found = fold.find(conn, Account, account)
    return found.owner if found else ""


def day_bounds(day: date) -> tuple[int, int]:
    """Return the first second of a day in Amsterdam and that of the next."""
    start = datetime.combine(day, time(), ZONE)
    end = datetime.combine(day + timedelta(days=1), time(), ZONE)
    return int(start.timestamp()), int(end.timestamp())


def local(seconds: int) -> datetime:
    """Return a time as the neighbourhood's clock shows it; at most the end of the year 9998.

    Orders may name a time tens of thousands of years from now, calendars may not.
    """
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC).astimezone(ZONE)


def tell(conn: Connection, found: Iterable[rows.Movement]) -> list[Movement]:
    """Put names and texts to rows: who was on the other side, and what it was for."""
    found = list(found)
    orders = {row.seq: _order(conn, row.seq) for row in found}
    texts = people.texts(
        conn, {hidden for order in orders.values() if (hidden := commitment_in(order))}
    )
    involved = {account for row in found for account in (row.account, *row.counterparts)}
    accounts = fold.find_all(conn, Account, involved)
    members = fold.find_all(conn, Member, {account.owner for account in accounts.values()} - {""})
    names = people.names(conn, [member.name for member in members.values()])

    def named(account: str) -> str:
        owner = accounts[account].owner
        return names.get(members[owner].name, "") if owner else ""

    return [
        Movement(
            row.seq,
            row.time,
            row.identity,
            row.type,
            accounts[row.account].currency,
            row.amount,
            row.balance,
            tuple(accounts[other].owner for other in row.counterparts),
            tuple(named(other) for other in row.counterparts),
            texts.get(commitment_in(orders[row.seq]), ""),
        )
        for row in found
    ]


def _order(conn: Connection, seq: int) -> Mapping[str, Any]:
    data = journal.entry_bytes(conn, seq)
    assert data is not None
    return parse_entry(data).order


def commitment_in(order: Mapping[str, Any]) -> str:
    """Return the commitment to what an order is for, under the name its type gives it, or ""."""
    return str(order.get("memo") or order.get("reason") or order.get("line") or "")
