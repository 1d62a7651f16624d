"""Movements as people tell them: who, what for, when, how much, in or out."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Protocol

from flask import url_for

from timebank.ledger.orders import Order
from timebank.services import proofs, receipts, statements
from timebank.services.statements import Movement
from timebank_web.current import me, the_bank
from timebank_web.texts import _
from timebank_web.words import together, when


def order_of(identity: str) -> Order:
    """Return a posted order; Refusal UNKNOWN_ENTRY."""
    bank = the_bank()
    return proofs.check_receipt(receipts.receipt(bank, identity), bank.ledger).order


def own_part(identity: str) -> list[Movement]:
    """Return how a posted order touched the accounts of who is looking; Refusal UNKNOWN_ENTRY."""
    whole = statements.entry_of(the_bank(), identity)
    if not whole:
        return []
    seq = whole[0].seq
    latest = statements.history(the_bank(), me().id, before_seq=seq + 1, limit=len(whole))
    return [move for move in latest if move.seq == seq]


def tell(found: Iterable[Movement], endpoint: str = "history.receipt") -> list[dict[str, Any]]:
    """Return movements for the macro `movement`: those of one payment are one line.

    Each line leads to `endpoint`, which takes an identity.
    """
    lines = groupby(found, key=lambda move: (move.identity, move.amount > 0))
    return [_line(list(group), endpoint) for _key, group in lines]


def _line(group: Sequence[Movement], endpoint: str) -> dict[str, Any]:
    first = group[0]
    return {
        "href": url_for(endpoint, identity=first.identity),
        "who": who(first),
        "what": first.memo or what(first.type),
        "when": when(first.time),
        "amount": total(group),
        "incoming": first.amount > 0,
    }


def total(group: Iterable[Movement]) -> str:
    """Return the amounts of one payment in one line, without their sign."""
    return together([(abs(move.amount), move.currency) for move in group])


class Sided(Protocol):
    """Something with somebody on the other side."""

    @property
    def others(self) -> tuple[str, ...]:
        """Owners of the accounts there, "" for the ledger's own."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, "" for one that was erased."""


def who(move: Sided) -> str:
    """Return who was on the other side. The ledger's own accounts are the wijk's."""
    named = [
        name or (_("iemand die niet meer meedoet") if owner else _("de wijk"))
        for owner, name in zip(move.others, move.names, strict=True)
    ]
    return _(" en ").join(dict.fromkeys(named))


def what(order_type: str) -> str:
    """Return what an order is called where nobody wrote what it was for."""
    words: dict[str, str] = {
        "refund": _("teruggegeven"),
        "issue": _("nieuwe credits"),
        "redeem": _("ingewisseld voor euro"),
        "retire": _("uit omloop"),
        "correct": _("verbetering"),
    }
    return words.get(order_type, "")
