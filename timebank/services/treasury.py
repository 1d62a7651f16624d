"""Issuing: bank lines, credits against them, and credits out of circulation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account, BankLine, Currency, Posted
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit, draft_proposal
from timebank.services.holdings import account_of
from timebank.services.reconciling import held
from timebank.storage import fold
from timebank.storage.engine import reading

MAX_CITED = 16
"""Bank lines that one issue may cite (`orders.Issue.backing`)."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands against a currency: circulating credits, and the euro cents in reserve.

    `issued` and `retired` are since the beginning, less what of each was corrected.
    """

    currency: str
    kind: str
    issued: int
    retired: int
    in_circulation: int
    reserve: int


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
    bank: Bank, author: str, amount: int, line: str, *, payout: bool = False
) -> Draft:
    """Return the order that books a bank line: euro cents in (positive) or out (negative).

    `payout` is for the line by which a settlement's payouts left the bank.
    """
    with reading(bank.engine) as conn:
        system = system_accounts(conn)
    opening = commit(line)
    counter = system["transit" if payout else "outside"]
    body = orders.RecordBank(system["bank"], counter, amount, opening.commitment)
    return draft_proposal(bank, author, body, opening)


def draft_issue(
    bank: Bank,
    author: str,
    payee: str,
    currency: str,
    amount: int,
    memo: str,
    *,
    line: str | None = None,
) -> Draft:
    """Return the order that issues credits, citing the oldest bank lines with something left.

    Or this one `line`, by the identity of the order that recorded it. Lines on which a payout came
    back are left for the shop that it was meant for. Raises Refusal BACKING_TOO_SMALL with what is
    left on as many lines as one order may cite.
    """
    with reading(bank.engine) as conn:
        account = account_of(conn, payee, currency)
        definition = next(c for c in fold.every(conn, Currency) if c.code == currency)
        backed = definition.policy.kind == "backed"
        backing = _cite(_lines(conn, line), amount) if backed else ()
    opening = commit(memo)
    body = orders.Issue(account, currency, amount, backing, opening.commitment)
    return draft_proposal(bank, author, body, opening)


def _lines(conn: Connection, only: str | None) -> list[BankLine]:
    """The one line asked for, or all with something left, in the order they were recorded."""
    if only is not None:
        found = fold.load_facts(conn, [(BankLine, only)])
        return [line for line in found if isinstance(line, BankLine)]
    return _oldest_lines(conn, but=held(conn))


def _oldest_lines(conn: Connection, but: set[str]) -> list[BankLine]:
    lines = {line.line: line for line in fold.every(conn, BankLine) if line.amount > line.cited}
    for line in but:
        lines.pop(line, None)
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
    bank: Bank, author: str, payer: str, currency: str, amount: int, memo: str
) -> Draft:
    """Return the order that takes credits out of circulation; their owner signs too."""
    with reading(bank.engine) as conn:
        account = account_of(conn, payer, currency)
    opening = commit(memo)
    body = orders.Retire(account, currency, amount, opening.commitment)
    return draft_proposal(bank, author, body, opening)


def system_accounts(conn: Connection) -> dict[str, str]:
    """The ledger's own euro accounts by kind (genesis has exactly one of each)."""
    return {
        account.kind: account.id
        for account in fold.every(conn, Account)
        if account.kind in ("bank", "outside", "transit")
    }
