"""What a proposed order names, looked up for who reads it: its accounts, bank lines and members.

A proposal may name anything. What there is not, is told as such and never guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from timebank.ledger import orders
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Account
from timebank.services.bank import Bank
from timebank.services.proposals import Proposal, signed_by
from timebank.storage import fold, journal, people
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Cited:
    """A recorded bank line that backs an issue, and for how many cents; `text` "" where unknown."""

    text: str
    amount: int


def cited(bank: Bank, body: orders.Issue) -> list[Cited]:
    """Return the bank lines that an issue cites, in its order."""
    with reading(bank.engine) as conn:
        entries = journal.entries_of(conn, [item.line for item in body.backing])
        named = {line: parse_entry(entry).order for line, entry in entries.items()}
        # Only what a bank line says: another entry's text is not for who reads this.
        lines = {
            line: str(order["line"])
            for line, order in named.items()
            if order["type"] == "record_bank"
        }
        texts = people.texts(conn, lines.values())
    return [Cited(texts.get(lines.get(item.line, ""), ""), item.amount) for item in body.backing]


def account(bank: Bank, identity: str) -> Account | None:
    """Return an account, or None where there is none with this id."""
    with reading(bank.engine) as conn:
        return fold.find(conn, Account, identity)


def members_in(bank: Bank, proposal: Proposal) -> set[str]:
    """Return whom a proposal tells something about: in it, its author, and who signed it."""
    body = proposal.order.body
    with reading(bank.engine) as conn:
        accounts = fold.find_all(conn, Account, set(_accounts(body)))
    owners = {one.owner for one in accounts.values()} - {""}
    named = {str(body.member)} if hasattr(body, "member") else set[str]()
    return {proposal.order.header.author, *signed_by(bank, proposal), *owners, *named}


def _accounts(body: orders.Body) -> Iterator[str]:
    match body:
        case orders.Issue(payee=one) | orders.Retire(payer=one) | orders.SetLimit(account=one):
            yield one
        case orders.Settle(payouts=payouts):
            yield from (payout.payee for payout in payouts)
        case orders.Correct(legs=legs):
            yield from (side for leg in legs for side in (leg.payer, leg.payee))
        case orders.SetPolicy(policy=orders.Policy(redeeming=orders.Redeeming(fund=str(fund)))):
            yield fund
