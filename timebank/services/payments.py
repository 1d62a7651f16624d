"""Drafting payments and refunds, and saying beforehand what they would do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account, Currency, Posted, Returned
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit, draft_proposal
from timebank.services.holdings import account_of, member_of
from timebank.services.requests import Request
from timebank.storage import fold, people, statements
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of a payment as its payer sees it: what they hold now and what is left after.

    `shortfall` is what is missing, 0 where there is enough.
    """

    currency: str
    amount: int
    balance: int
    after: int
    shortfall: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What the check screen shows beside the payee: amounts, and whether it is the first time."""

    lines: tuple[Line, ...]
    first_time: bool


def draft_pay(
    bank: Bank, payer: str, payee: str, amounts: Mapping[str, int], memo: str = ""
) -> Draft:
    """Return the order by which one member pays another, one leg for each currency.

    Raises Refusal UNKNOWN_MEMBER, or UNKNOWN_ACCOUNT where one of them has no such account.
    """
    with reading(bank.engine) as conn:
        legs = tuple(
            orders.Leg(
                account_of(conn, payer, currency),
                account_of(conn, payee, currency),
                currency,
                amount,
            )
            for currency, amount in sorted(amounts.items())
        )
    opening = commit(memo) if memo.strip() else None
    body = orders.Pay(legs, opening.commitment if opening else None)
    return Draft(bank.draft(body, author=payer), (opening,) if opening else ())


def draft_answer(bank: Bank, payer: str, request: Request) -> Draft:
    """Return the order by which a member pays exactly what a request asks, with its text."""
    asked = request.asked
    with reading(bank.engine) as conn:
        legs = tuple(
            orders.Leg(
                account_of(conn, payer, credit.currency),
                credit.payee,
                credit.currency,
                credit.amount,
            )
            for credit in asked.credits
        )
        openings = people.openings_of(conn, [asked.memo] if asked.memo else [])
    return Draft(bank.draft(orders.Pay(legs, asked.memo, asked), author=payer), openings)


def preview(bank: Bank, order: orders.Order) -> Preview:
    """Return what a drafted payment would do to its payer's balances."""
    assert isinstance(order.body, orders.Pay)
    with reading(bank.engine) as conn:
        lines = tuple(_line(conn, leg) for leg in order.body.legs)
        pairs = [(leg.payer, leg.payee) for leg in order.body.legs]
        first = not statements.ever_paid(conn, pairs)
    return Preview(lines, first)


def _line(conn: Connection, leg: orders.Leg) -> Line:
    account = fold.find(conn, Account, leg.payer)
    assert account
    after = account.balance - leg.amount
    return Line(
        leg.currency, leg.amount, account.balance, after, max(0, (account.floor or 0) - after)
    )


# ---- giving back


@dataclass(frozen=True, slots=True)
class Refundable:
    """A payment that a payee can give back, and how much of each leg is left to give."""

    identity: str
    seq: int
    payer: str
    legs: tuple[orders.Leg, ...]


def refundable(bank: Bank, payee: str, identity: str) -> Refundable:
    """Return what `payee` can still give back of a payment; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        posted = fold.find(conn, Posted, identity)
        if posted is None or posted.type != "pay":
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        mine = set(member_of(conn, payee).accounts)
        legs = [leg for leg in posted.legs if (leg.currency, leg.payee) in mine]
        if not legs:
            raise Refusal(Code.NOT_THE_PAYEE)
        left = tuple(rest for leg in legs if (rest := left_of(conn, identity, leg)))
    return Refundable(identity, posted.seq, posted.author, left)


def left_of(conn: Connection, identity: str, leg: orders.Leg) -> orders.Leg | None:
    """Return a leg of an entry with what was not given or booked back yet; None for nothing."""
    returned = fold.find(conn, Returned, f"{identity}:{leg.payer}:{leg.payee}")
    rest = leg.amount - (returned.amount if returned else 0)
    return replace(leg, amount=rest) if rest else None


def draft_refund(
    bank: Bank, payee: str, identity: str, amounts: Mapping[str, int], memo: str = ""
) -> Draft:
    """Return the order by which who was paid gives back so much per currency, in all.

    Raises Refusal RETURNS_TOO_MUCH with what is left, or NOT_THE_PAYEE.
    """
    legs = take(refundable(bank, payee, identity).legs, amounts)
    opening = commit(memo) if memo.strip() else None
    body = orders.Refund(
        identity, tuple(leg.reversed for leg in legs), opening.commitment if opening else None
    )
    return Draft(bank.draft(body, author=payee), (opening,) if opening else ())


def correctable(bank: Bank, identity: str) -> tuple[orders.Leg, ...]:
    """Return the legs of any entry with what is left to book back; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        posted = fold.find(conn, Posted, identity)
        if posted is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        return tuple(rest for leg in posted.legs if (rest := left_of(conn, identity, leg)))


def take(legs: Sequence[orders.Leg], amounts: Mapping[str, int]) -> Iterator[orders.Leg]:
    """Yield so much of these legs per currency, from the first on; Refusal RETURNS_TOO_MUCH."""
    left = dict(amounts)
    for leg in legs:
        if taken := min(leg.amount, left.get(leg.currency, 0)):
            left[leg.currency] -= taken
            yield replace(leg, amount=taken)
    for currency, missing in left.items():
        if missing:
            raise Refusal(
                Code.RETURNS_TOO_MUCH, currency=currency, left=amounts[currency] - missing
            )


def draft_correct(
    bank: Bank, author: str, identity: str, legs: Sequence[orders.Leg], reason: str
) -> Draft:
    """Return the proposal that books these legs of an entry back; others must approve it."""
    opening = commit(reason)
    reversed_legs = tuple(leg.reversed for leg in legs)
    body = orders.Correct(identity, reversed_legs, opening.commitment)
    return draft_proposal(bank, author, body, opening)


def draft_redeem(bank: Bank, shop: str, currency: str, total: int, payout: str) -> Draft:
    """Return the order by which a shop hands in `total`; `payout` is its name and IBAN.

    The fee that the policy asks for is part of the total; the rest is paid out.
    """
    with reading(bank.engine) as conn:
        account = account_of(conn, shop, currency)
        definition = fold.find(conn, Currency, currency)
    assert definition
    terms = definition.policy.redeeming
    fee = terms.fee_of(total, account) if terms else 0
    opening = commit(payout)
    body = orders.Redeem(account, currency, total - fee, opening.commitment, fee or None)
    return Draft(bank.draft(body, author=shop), (opening,))


def payable(bank: Bank, payer: str, payee: str) -> Sequence[Currency]:
    """Return the currencies in which one member may pay the other, as the policies say."""
    with reading(bank.engine) as conn:
        giver, taker = member_of(conn, payer), member_of(conn, payee)
        held = dict(giver.accounts).keys() & dict(taker.accounts).keys()
        found = fold.every(conn, Currency)
    shops_only = giver.kind != "organisation" and taker.kind == "person"
    return [
        currency
        for currency in found
        if currency.code in held
        and currency.policy.payments != "nobody"
        and not (currency.policy.payments == "members-to-shops" and shops_only)
    ]
