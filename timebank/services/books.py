"""The journal as an auditor leafs through it: line by line, and one entry whole.

Lines say what happened and how much, about nobody; who was in it stands on the entry's own page,
and that somebody looked there is noted for them (`readings`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger.entries import Entry, parse_entry
from timebank.ledger.facts import Account
from timebank.ledger.orders import parse_order
from timebank.services import readings
from timebank.services.bank import Bank
from timebank.services.holdings import names_of, owners_of
from timebank.services.texts import named
from timebank.signing.authorizations import parse_authorization
from timebank.signing.canonical import encode
from timebank.storage import fold, journal, people
from timebank.storage import statements as rows
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a list: `moved` is what went from payers to payees, by currency."""

    seq: int
    time: int
    type: str
    identity: str
    moved: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Side:
    """What an entry did to one account. `name` is "" for the ledger's own, and where erased."""

    account: str
    owner: str
    name: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry: who made and signed it (names), every side, the texts that are kept, its bytes."""

    seq: int
    time: int
    type: str
    identity: str
    author: str
    signers: tuple[str, ...]
    sides: tuple[Side, ...]
    texts: tuple[str, ...]
    data: bytes


def lines(bank: Bank, before: int | None = None, limit: int = 50) -> list[Line]:
    """Return entries, newest first, from before the entry `before`."""
    with reading(bank.engine) as conn:
        found = journal.headlines(conn, before, limit)
        moved = rows.moved(conn, [each.seq for each in found])
    return [
        Line(each.seq, each.time, each.type, each.identity, moved.get(each.seq, {}))
        for each in found
    ]


def entry(bank: Bank, reader: str, identity: str) -> Whole:
    """Return one entry, and note that `reader` sees who was in it; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        seq = journal.find_seq(conn, identity)
        data = None if seq is None else journal.entry_bytes(conn, seq)
        if data is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        parsed = parse_entry(data)
        author = str(parsed.order["author"])
        signers = _signers(conn, parsed)
        accounts = fold.find_all(conn, Account, {account for account, _ in parsed.moved()})
        owners = {account.owner for account in accounts.values()} - {""}
        members = {author, *signers, *owners}
        names = names_of(conn, members)
        body = parse_order(encode(parsed.order)).body
        texts = people.openings_of(conn, named(body))
    readings.note(bank, reader, sorted(members), "entry")
    amounts: dict[str, int] = {}
    for account, amount in parsed.moved():
        amounts[account] = amounts.get(account, 0) + amount
    return Whole(
        parsed.seq,
        parsed.time,
        str(parsed.order["type"]),
        identity,
        names.get(author, ""),
        tuple(names.get(each, "") for each in signers),
        tuple(
            Side(
                account,
                accounts[account].owner,
                names.get(accounts[account].owner, ""),
                accounts[account].currency,
                amount,
            )
            for account, amount in amounts.items()
        ),
        tuple(each.text for each in texts),
        data,
    )


def _signers(conn: Connection, parsed: Entry) -> list[str]:
    """The members whose keys signed, each once, as they stand there."""
    keys = [parse_authorization(each).key_id for each in parsed.authorizations]
    owners = owners_of(conn, keys)
    return list(dict.fromkeys(owners[key] for key in keys if key in owners))
