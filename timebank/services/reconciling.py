"""The bank's lines beside what the settlements owe: read together, joined by `matching`."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Redemption
from timebank.ledger.orders import Order, Settle, parse_order
from timebank.services.accounts import payment_reference
from timebank.services.matching import Kind, Match, Owed, match
from timebank.services.pain import message_id
from timebank.signing.canonical import encode
from timebank.storage import bank_lines, fold, journal
from timebank.storage.bank_lines import Kept, Reissue


@dataclass(frozen=True, slots=True)
class Matched:
    """An imported line and what it is. `recorded` says whether its order is in the journal."""

    kept: Kept
    match: Match
    recorded: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """A payout that came back on a recorded line; `reissued` once its credits were issued again."""

    owed: Owed
    line: Kept
    reissue: Reissue | None
    reissued: bool


def settled(conn: Connection) -> dict[str, Order]:
    """Return every settlement in the journal, by identity."""
    identities = {fact.settled_by for fact in fold.every(conn, Redemption) if fact.settled_by}
    entries = journal.entries_of(conn, identities)
    return {
        identity: parse_order(encode(parse_entry(entries[identity]).order))
        for identity in sorted(entries)
    }


def owed(settlements: Mapping[str, Order]) -> list[Owed]:
    """Return all payouts of these settlements."""
    return [payout for order in settlements.values() for payout in _owed(order)]


def _owed(order: Order) -> list[Owed]:
    assert isinstance(order.body, Settle)
    message = message_id([payout.redemption for payout in order.body.payouts])
    return [
        Owed(
            payout.redemption,
            payment_reference(payout.redemption),
            payout.amount,
            order.identity,
            message,
        )
        for payout in order.body.payouts
    ]


def matched(conn: Connection) -> list[Matched]:
    """Return every imported line with what it is, by day.

    What was recorded is first to be matched, then what is about to be, so that a line that comes
    in later never changes what an earlier one was taken for.
    """
    lines = bank_lines.all_kept(conn)
    if not lines:
        return []
    posted = journal.find_entries(conn, [item.identity for item in lines if item.identity])
    first = sorted(lines, key=lambda item: (item.identity not in posted, item.identity is None))
    found = match([item.line for item in first], owed(settled(conn)))
    return [Matched(item, found[item.line.id], item.identity in posted) for item in lines]


def returned(conn: Connection, lines: list[Matched]) -> list[Returned]:
    """Return the payouts that came back on recorded lines, by day."""
    reissues = bank_lines.reissues(conn)
    posted = journal.find_entries(conn, [item.identity for item in reissues.values()])
    return [
        Returned(
            payout,
            item.kept,
            reissues.get(payout.redemption),
            payout.redemption in reissues and reissues[payout.redemption].identity in posted,
        )
        for item in lines
        if item.recorded and item.match.kind is Kind.RETURNED
        for payout in item.match.payouts
    ]


def held(conn: Connection) -> set[str]:
    """Return the recorded lines that are kept for the shops whose payouts came back on them."""
    lines = matched(conn)
    return {
        item.line.identity
        for item in returned(conn, lines)
        if not item.reissued and item.line.identity
    }
