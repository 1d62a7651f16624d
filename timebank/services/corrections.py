"""Booking an entry back, all of it or a part: what is left of it, and the proposal that does so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Posted, Redemption
from timebank.ledger.rules.payments import CORRECTABLE
from timebank.ledger.rules.redeeming import fee_back
from timebank.services import payments, receipts
from timebank.services.bank import Bank
from timebank.services.drafts import Draft
from timebank.storage import fold
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Correctable:
    """An entry that can be booked back: `left` holds its legs with what was not given back yet.

    `whole`: only as a whole, because bank lines back it. `fees` follow from the other legs.
    """

    identity: str
    seq: int
    type: str
    left: tuple[orders.Leg, ...]
    fees: tuple[orders.Leg, ...]
    whole: bool


def find(bank: Bank, number: str, reference: str) -> Correctable:
    """Return the entry with this number, for who also knows its four characters, from a receipt.

    So nobody leafs through their neighbours' payments. Raises Refusal UNKNOWN_ENTRY for any other,
    ALREADY_SETTLED for credits that were paid out in euro.
    """
    identity = receipts.identity_of(bank, number)
    if ids.reference(identity) != reference.strip().upper():
        raise Refusal(Code.UNKNOWN_ENTRY, entry=number)
    with reading(bank.engine) as conn:
        posted = fold.find(conn, Posted, identity)
        if posted is None or posted.type not in CORRECTABLE:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=number)
        redemption = fold.find(conn, Redemption, identity)
        if redemption and redemption.settled_by:
            raise Refusal(Code.ALREADY_SETTLED, entry=number)
        legs = tuple(payments.left_of(conn, identity, leg) for leg in posted.legs)
    own = 1 if posted.type == "redeem" else len(legs)
    return Correctable(
        identity,
        posted.seq,
        posted.type,
        tuple(leg for leg in legs[:own] if leg),
        posted.legs[own:],
        bool(posted.backing),
    )


def draft(
    bank: Bank, author: str, found: Correctable, amounts: Sequence[int], reason: str
) -> Draft:
    """Return the proposal that books back so much of each leg in `found.left`, and its fee with it.

    Raises Refusal RETURNS_TOO_MUCH, or BAD_FIELD where nothing is to be booked back.
    """
    back = []
    for leg, amount in zip(found.left, amounts, strict=True):
        if amount > leg.amount:
            raise Refusal(Code.RETURNS_TOO_MUCH, currency=leg.currency, left=leg.amount)
        if amount:
            back.append(orders.Leg(leg.payer, leg.payee, leg.currency, amount))
    if not back:
        raise Refusal(Code.BAD_FIELD, field="legs")
    if found.fees:
        back += _fees_back(bank, found.identity, back[0].amount)
    return payments.draft_correct(bank, author, found.identity, back, reason)


def part_of(bank: Bank, identity: str, amounts: Mapping[str, int]) -> tuple[orders.Leg, ...]:
    """Return the legs of an entry, less than whole: so much per currency, from the first leg on.

    Of a redemption the amount is what is no longer to be paid out; its fee follows in proportion.
    Raises Refusal UNKNOWN_ENTRY, or RETURNS_TOO_MUCH with what is left.
    """
    left = payments.correctable(bank, identity)
    with reading(bank.engine) as conn:
        redeemed = fold.find(conn, Redemption, identity) is not None
        posted = fold.find(conn, Posted, identity)
    if not redeemed:
        return tuple(payments.take(left, amounts))
    assert posted
    handed_in = [leg for leg in left if leg.payee == posted.legs[0].payee]
    back = list(payments.take(handed_in, amounts))
    return (*back, *_fees_back(bank, identity, sum(leg.amount for leg in back)))


def _fees_back(bank: Bank, identity: str, amount: int) -> list[orders.Leg]:
    """A redemption's fee goes back in the same proportion as what it was paid for."""
    with reading(bank.engine) as conn:
        posted = fold.find(conn, Posted, identity)
        redemption = fold.find(conn, Redemption, identity)
    assert posted
    assert redemption
    return [
        replace(fee, amount=part)
        for fee in posted.legs[1:]
        if (part := fee_back(posted.legs[0], fee, redemption.open, amount))
    ]
