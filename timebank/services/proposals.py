"""Orders that wait for a second pair of eyes: kept where the treasurers' screen can show them.

A proposal travels as a file; what is kept here is only so that it can be seen. Losing it loses
nothing that was posted.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger.entries import MAX_ENTRY_BYTES
from timebank.ledger.facts import Account, Governance, Posted, Used
from timebank.ledger.orders import (
    Issue,
    Order,
    RecordBank,
    Retire,
    Settle,
    Threshold,
    parse_order,
)
from timebank.ledger.verified import verify_bytes
from timebank.services.bank import Bank
from timebank.services.drafts import Draft
from timebank.services.holdings import owners_of
from timebank.signing.authorizations import parse_authorization
from timebank.signing.canonical import Value, decode, encode
from timebank.storage import fold, people
from timebank.storage import proposals as kept
from timebank.storage.engine import reading, writing


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order with the authorizations it has so far. `state`: open, posted, withdrawn, expired."""

    order: Order
    authorizations: tuple[Value, ...]
    openings: tuple[people.Opening, ...]
    state: str

    @property
    def draft(self) -> Draft:
        """The order and its texts, to sign or submit."""
        return Draft(self.order, self.openings)


def propose(bank: Bank, draft: Draft, authorizations: list[Value]) -> None:
    """Keep a proposal so that others see it; again, to add signatures to those it has.

    Raises Refusal where a signature does not hold, or its key is no key of a member: once it was
    among the others, the order could not be posted.
    """
    if authorizations:
        verify_bytes(draft.order.data, authorizations)
    if draft.order.ledger != bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    with writing(bank.engine) as conn:
        before = kept.find(conn, draft.order.identity)
        gathered = _by_member(conn, [*_authorizations(before), *authorizations])
        kept.keep(
            conn,
            kept.Kept(
                draft.order.identity,
                draft.order.header.type,
                draft.order.data,
                encode(list(gathered.values())),
                draft.order.header.created,
                draft.order.header.expires,
            ),
        )
        for opening in draft.openings:
            people.keep_opening(conn, opening)


def proposals(bank: Bank) -> list[Proposal]:
    """Return what was proposed, newest first, with what has become of each."""
    with reading(bank.engine) as conn:
        return [told(bank, conn, row) for row in kept.all_kept(conn)]


def proposal(bank: Bank, identity: str) -> Proposal:
    """Return one proposal; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        row = kept.find(conn, identity)
        if row is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        return told(bank, conn, row)


def find(bank: Bank, conn: Connection, identity: str) -> Proposal | None:
    """Return one proposal as this transaction sees it, or None."""
    row = kept.find(conn, identity)
    return told(bank, conn, row) if row else None


def keep_unsigned(conn: Connection, draft: Draft) -> None:
    """Keep a draft for others to see and sign, in the transaction that decides there is one."""
    header = draft.order.header
    row = kept.Kept(
        draft.order.identity,
        header.type,
        draft.order.data,
        encode([]),
        header.created,
        header.expires,
    )
    kept.keep(conn, row)
    people.keep_openings(conn, draft.openings)


def told(bank: Bank, conn: Connection, row: kept.Kept) -> Proposal:
    """Return a kept proposal with what the journal knows of it."""
    order = parse_order(row.order)
    state = "open"
    if fold.load_facts(conn, [(Posted, row.identity)]):
        state = "posted"
    elif fold.load_facts(conn, [(Used, f"withdrawn:{row.identity}")]):
        state = "withdrawn"
    elif bank.clock.now() > row.expires:
        state = "expired"
    openings = people.openings_in(conn, row.order)
    return Proposal(order, tuple(_authorizations(row)), openings, state)


def _authorizations(row: kept.Kept | None) -> list[Value]:
    values = decode(row.authorizations, MAX_ENTRY_BYTES) if row else []
    assert isinstance(values, list)
    return values


def _by_member(conn: Connection, authorizations: list[Value]) -> dict[str, Value]:
    """One authorization for each member, the last: nobody signs twice."""
    keys = [parse_authorization(value).key_id for value in authorizations]
    owners = owners_of(conn, keys)
    if unknown := [key for key in keys if key not in owners]:
        raise Refusal(Code.UNKNOWN_KEY, key=unknown[0])
    return {owners[key]: value for key, value in zip(keys, authorizations, strict=True)}


# ---- what a signer looks at


@dataclass(frozen=True, slots=True)
class Effect:
    """What an order would change of the cover, in minor units; 0 where it leaves it alone.

    `currency` is that of the credits; the reserve is in euro cents.
    """

    currency: str
    in_circulation: int
    reserve: int


def effect(bank: Bank, order: Order) -> Effect:
    """Return what an order would do to credits in circulation and the euro behind them."""
    match order.body:
        case Issue(currency=currency, amount=amount):
            return Effect(currency, amount, 0)
        case Retire(currency=currency, amount=amount):
            return Effect(currency, -amount, 0)
        case Settle(currency=currency, payouts=payouts):
            paid = sum(payout.amount for payout in payouts)
            return Effect(currency, -paid, -paid)
        case RecordBank(counter=counter, amount=amount):
            with reading(bank.engine) as conn:
                found = fold.load_facts(conn, [(Account, counter)])
            # A payout on its way is still reserve: it stands on the transit account.
            on_its_way = any(isinstance(item, Account) and item.kind == "transit" for item in found)
            return Effect("", 0, 0 if on_its_way else amount)
    return Effect("", 0, 0)


def threshold(bank: Bank, order_type: str) -> Threshold | None:
    """Return how many holders of which role authorize this type; None for other types."""
    with reading(bank.engine) as conn:
        facts = fold.load_facts(conn, [(Governance, "")])
    governance = next(fact for fact in facts if isinstance(fact, Governance))
    return next((item for item in governance.thresholds if item.type == order_type), None)


def signed_by(bank: Bank, proposal: Proposal) -> list[str]:
    """Return the members who signed so far, in the order of their signatures."""
    keys = [parse_authorization(value).key_id for value in proposal.authorizations]
    with reading(bank.engine) as conn:
        owners = owners_of(conn, keys)
    return list(dict.fromkeys(owners[key] for key in keys if key in owners))
