"""Issuing and settling: bank lines, credits against them, and the payouts of redeemed credits."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account, BankLine, Currency, Member, Posted, Redemption
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit
from timebank.services.sheets import safe_cell
from timebank.storage import fold, people
from timebank.storage.engine import reading
from timebank.units import Unit, show_amount

MAX_CITED = 16
"""Bank lines that one issue may cite (`orders.Issue.backing`)."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands against a currency: circulating credits, and the euro cents in reserve."""

    currency: str
    kind: str
    issued: int
    retired: int
    in_circulation: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Payout:
    """One redemption to be paid: the shop, the amount in cents, and where it wants it."""

    redemption: str
    account: str
    member: str
    name: str
    amount: int
    destination: str


def cover(bank: Bank) -> list[Cover]:
    """Return what is issued, in circulation and in reserve, per currency that is issued."""
    with reading(bank.engine) as conn:
        found = fold.every(conn, Currency)
    reserve = sum(currency.reserve for currency in found)
    return [
        Cover(
            currency.code,
            currency.policy.kind,
            currency.issued,
            currency.retired,
            currency.in_circulation,
            reserve if currency.policy.kind == "backed" else 0,
        )
        for currency in found
        if currency.policy.kind in ("backed", "budget")
    ]


# ---- orders for two pairs of eyes


def draft_record_bank(
    bank: Bank, author: str, amount: int, line: str, *, payout: bool = False, **when: Any
) -> Draft:
    """Return the order that books a bank line: euro cents in (positive) or out (negative).

    `payout` is for the line by which a settlement's payouts left the bank.
    """
    with reading(bank.engine) as conn:
        system = _system(conn)
    opening = commit(line)
    counter = system["transit" if payout else "outside"]
    body = orders.RecordBank(system["bank"], counter, amount, opening.commitment)
    return _proposal(bank, author, body, (opening,), when)


def draft_issue(
    bank: Bank, author: str, payee: str, currency: str, amount: int, memo: str, **when: Any
) -> Draft:
    """Return the order that issues credits, citing the oldest bank lines with something left.

    Raises Refusal BACKING_TOO_SMALL with what is left on as many lines as one order may cite.
    """
    with reading(bank.engine) as conn:
        account = _account_of(conn, payee, currency)
        definition = next(c for c in fold.every(conn, Currency) if c.code == currency)
        backed = definition.policy.kind == "backed"
        backing = _cite(_oldest_lines(conn), amount) if backed else ()
    opening = commit(memo)
    body = orders.Issue(account, currency, amount, backing, opening.commitment)
    return _proposal(bank, author, body, (opening,), when)


def _oldest_lines(conn: Connection) -> list[BankLine]:
    """The bank lines with something left, in the order in which they were recorded."""
    lines = {line.line: line for line in fold.every(conn, BankLine) if line.amount > line.cited}
    facts = fold.load_facts(conn, [(Posted, line) for line in lines])
    seqs = {fact.identity: fact.seq for fact in facts if isinstance(fact, Posted)}
    return [lines[line] for line in sorted(lines, key=seqs.__getitem__)]


def _cite(lines: Sequence[BankLine], amount: int) -> tuple[orders.CitedLine, ...]:
    cited, left = [], amount
    for line in lines[:MAX_CITED]:
        free = min(left, line.amount - line.cited)
        if free:
            cited.append(orders.CitedLine(line.line, free))
            left -= free
    if left:
        raise Refusal(Code.BACKING_TOO_SMALL, left=amount - left)
    return tuple(sorted(cited, key=lambda item: item.line))


def draft_retire(
    bank: Bank, author: str, payer: str, currency: str, amount: int, memo: str, **when: Any
) -> Draft:
    """Return the order that takes credits out of circulation; their owner signs too."""
    with reading(bank.engine) as conn:
        account = _account_of(conn, payer, currency)
    opening = commit(memo)
    body = orders.Retire(account, currency, amount, opening.commitment)
    return _proposal(bank, author, body, (opening,), when)


# ---- settlement


def plan_settlement(bank: Bank, currency: str) -> list[Payout]:
    """Return every redemption that waits to be paid, by shop."""
    with reading(bank.engine) as conn:
        return _payouts(
            conn,
            [
                (item.redemption, item.account, item.open)
                for item in fold.every(conn, Redemption)
                if item.currency == currency and item.open and not item.settled_by
            ],
        )


def payouts_of(bank: Bank, settle: orders.Settle) -> list[Payout]:
    """Return the list a settlement pays, before and after it was posted: it is the same list."""
    with reading(bank.engine) as conn:
        return _payouts(
            conn, [(item.redemption, item.payee, item.amount) for item in settle.payouts]
        )


def _payouts(conn: Connection, items: Sequence[tuple[str, str, int]]) -> list[Payout]:
    """Put names and destinations to redemptions (redemption, account, amount), by shop."""
    accounts = {account.id: account.owner for account in fold.every(conn, Account)}
    members = {member.id: member for member in fold.every(conn, Member)}
    names = people.names(conn)
    destinations = people.payouts(conn, [redemption for redemption, _, _ in items])
    payouts = [
        Payout(
            redemption,
            account,
            accounts[account],
            names.get(members[accounts[account]].name, ""),
            amount,
            destinations.get(redemption, ""),
        )
        for redemption, account, amount in items
    ]
    return sorted(payouts, key=lambda payout: (payout.name, payout.redemption))


def draft_settle(
    bank: Bank, author: str, currency: str, payouts: Sequence[Payout], **when: Any
) -> Draft:
    """Return the order that retires these redemptions and books their euro as paid out.

    It commits to the payout list, so that the list that went to the bank can be told from another.
    """
    with reading(bank.engine) as conn:
        system = _system(conn)
    opening = commit(f"sha256 {payout_digest(payouts)}")
    body = orders.Settle(
        currency,
        system["transit"],
        system["outside"],
        tuple(
            sorted(
                (orders.Payout(item.redemption, item.account, item.amount) for item in payouts),
                key=lambda payout: payout.redemption,
            )
        ),
        opening.commitment,
    )
    return _proposal(bank, author, body, (opening,), when)


def payout_csv(payouts: Sequence[Payout]) -> str:
    """Return the payout list a treasurer takes to the bank: one row per redemption."""
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\n")
    rows.writerow(["redemption", "name", "destination", "euro"])
    for item in payouts:
        euro = show_amount(item.amount, Unit.CENT)
        rows.writerow([item.redemption, safe_cell(item.name), safe_cell(item.destination), euro])
    return sheet.getvalue()


def payout_digest(payouts: Sequence[Payout]) -> str:
    """Return the SHA-256 of the payout list, in hex."""
    return sha256(payout_csv(payouts).encode()).hexdigest()


# ---- governance, by the same road


def draft_governance(bank: Bank, author: str, body: orders.Body, **when: Any) -> Draft:
    """Return a proposal for any other m-of-n order that commits to no text."""
    return _proposal(bank, author, body, (), when)


def _proposal(
    bank: Bank,
    author: str,
    body: orders.Body,
    openings: tuple[people.Opening, ...],
    when: Mapping[str, Any],
) -> Draft:
    """A proposal waits up to a month for its signatures."""
    lasts = when.get("lasts", orders.PROPOSAL_SECONDS)
    order = bank.draft(body, author=author, lasts=lasts, created=when.get("created"))
    return Draft(order, openings)


def _system(conn: Connection) -> dict[str, str]:
    """The ledger's own euro accounts by kind (genesis has exactly one of each)."""
    return {
        account.kind: account.id
        for account in fold.every(conn, Account)
        if account.kind in ("bank", "outside", "transit")
    }


def _account_of(conn: Connection, member: str, currency: str) -> str:
    found = next(iter(fold.load_facts(conn, [(Member, member)])), None)
    if not isinstance(found, Member):
        raise Refusal(Code.UNKNOWN_MEMBER, member=member)
    accounts = dict(found.accounts)
    if currency not in accounts:
        raise Refusal(Code.UNKNOWN_ACCOUNT, currency=currency)
    return accounts[currency]
