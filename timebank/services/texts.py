"""Whose a text is: an order names one that is kept here only if it brings it along.

The journal holds commitments, and whoever an order concerns reads the texts behind those it names.
A commitment is no secret: an auditor sees all of them. So whoever could name another's in an order
of their own would read what was written to somebody else, or the IBAN that a shop is paid on.
"""

from collections.abc import Container

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Currency
from timebank.storage import fold, people


def named(body: orders.Body) -> tuple[str, ...]:
    """Return the commitments in an order to the texts that are its own."""
    match body:
        case orders.Pay(memo=text) | orders.Refund(memo=text):
            return (text,) if text else ()
        case orders.Issue(memo=text) | orders.Retire(memo=text):
            return (text,) if text else ()
        case orders.Suspend(reason=text) | orders.Correct(reason=text):
            return (text,)
        case orders.RecordBank(line=text) | orders.Settle(file=text):
            return (text,)
        case orders.Admit(name=text) | orders.Redeem(payout=text):
            return (text,)
        case orders.SetPolicy(policy=policy):
            return _of_policy(policy)
        case orders.DefineCurrency(currency=currency):
            return _of_policy(currency.policy)
    return ()


def check_brought(conn: Connection, body: orders.Body, brought: Container[str]) -> None:
    """Refuse an order that names a text that is kept, and did not come with the order.

    Who sends a text along has it already. A policy goes on naming those of the one before it.
    Raises Refusal BAD_FIELD for `openings`.
    """
    missing = [text for text in named(body) if text not in brought]
    if missing and isinstance(body, orders.SetPolicy):
        now = fold.find(conn, Currency, body.currency)
        before = _of_policy(now.policy) if now else ()
        missing = [text for text in missing if text not in before]
    if missing and people.openings_of(conn, missing):
        raise Refusal(Code.BAD_FIELD, field="openings")


def _of_policy(policy: orders.Policy) -> tuple[str, ...]:
    texts = (
        policy.basis,
        policy.budget.purpose if policy.budget else None,
        policy.redeeming.agreement if policy.redeeming else None,
    )
    return tuple(text for text in texts if text)
