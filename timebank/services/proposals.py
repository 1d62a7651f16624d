"""Orders that wait for a second pair of eyes: kept where the treasurers' screen can show them.

A proposal travels as a file; what is kept here is only so that it can be seen. Losing it loses
nothing that was posted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger.entries import MAX_ENTRY_BYTES
from timebank.ledger.facts import (
    Account,
    Governance,
    Member,
    MemberKey,
    Posted,
    Used,
)
from timebank.ledger.orders import (
    Issue,
    Order,
    Origin,
    RecordBank,
    Retire,
    Settle,
    Threshold,
    parse_order,
)
from timebank.ledger.rules.authority import check_origin, check_scope
from timebank.ledger.verified import verify_bytes
from timebank.services.bank import MAX_DRIFT, Bank
from timebank.services.drafts import Draft
from timebank.services.holdings import owners_of
from timebank.services.texts import check_brought, named
from timebank.signing.authorizations import Verified, parse_authorization
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

    Of its texts those are kept that the order commits to. Raises Refusal where a signature does not
    hold, its key is no key of a member, or it would keep the order from posting (`check_alone`).
    And for a new one NOT_YET or EXPIRED, NOT_AUTHORIZED or KEY_SCOPE where nobody who signed may
    approve such an order, and BAD_FIELD where it names a text of another order that did not come
    with it.
    """
    order = draft.order
    signed = verify_bytes(order.data, authorizations).signed if authorizations else ()
    if order.ledger != bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    with writing(bank.engine) as conn:
        before = kept.find(conn, order.identity)
        gathered = _authorizations(before)
        rules = governance(conn)
        for value, verified in zip(authorizations, signed, strict=True):
            if value not in gathered:
                check_alone(order, verified, rules.origins)
        held = _by_member(conn, [*gathered, *authorizations])
        if before is None:
            _check_time(order, bank.clock.now())
            if signed:
                _check_proposer(conn, order, signed, rules)
            check_brought(conn, order.body, {opening.commitment for opening in draft.openings})
        kept.keep(conn, _row(order, [*held.values()]))
        people.keep_openings(conn, _committed(draft))


def check_alone(order: Order, verified: Verified, origins: Sequence[Origin]) -> None:
    """Refuse a signature that holds, and beside which the order could still never post.

    Raises Refusal BATCH_INCOMPLETE where it was given for other orders as well: a proposal posts
    alone. BAD_ORIGIN where a passkey gave it on an address that is not (any longer) the ledger's.
    """
    if verified.batch not in (None, (order.identity,)):
        raise Refusal(Code.BATCH_INCOMPLETE)
    check_origin(verified, origins)


def _check_time(order: Order, now: int) -> None:
    """Refuse a new proposal that nobody could post now: it would stay in the lists for ages."""
    if order.header.created > now + MAX_DRIFT:
        raise Refusal(Code.NOT_YET, created=order.header.created)
    if order.header.expires < now:
        raise Refusal(Code.EXPIRED, expires=order.header.expires)


def _check_proposer(
    conn: Connection, order: Order, signed: Sequence[Verified], rules: Governance
) -> None:
    """Refuse a new proposal that nobody signed who holds the role for it.

    Its author need not be one of them; but an author alone puts nothing before the others.
    """
    role = threshold_of(rules, order.header.type).role
    keys = fold.find_all(conn, MemberKey, [one.key_id for one in signed]).values()
    members = fold.find_all(conn, Member, {key.member for key in keys})
    able = [key for key in keys if role in members[key.member].roles]
    if not able:
        raise Refusal(Code.NOT_AUTHORIZED)
    if not any("approve" in key.scopes for key in able):
        check_scope(able[0], "approve")


def _committed(draft: Draft) -> tuple[people.Opening, ...]:
    own = named(draft.order.body)
    return tuple(opening for opening in draft.openings if opening.commitment in own)


def _row(order: Order, authorizations: list[Value]) -> kept.Kept:
    header = order.header
    return kept.Kept(
        order.identity,
        header.type,
        order.data,
        encode(authorizations),
        header.created,
        header.expires,
    )


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
    kept.keep(conn, _row(draft.order, []))
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
    openings = people.openings_of(conn, named(order.body))
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
        rules = governance(conn)
    return next((item for item in rules.thresholds if item.type == order_type), None)


def governance(conn: Connection) -> Governance:
    """Return what holds for the ledger as a whole."""
    found = fold.find(conn, Governance, "")
    assert found is not None, "a ledger was founded"
    return found


def threshold_of(rules: Governance, order_type: str) -> Threshold:
    """Return the threshold of a type; Refusal BAD_FIELD for one that is no proposal."""
    for item in rules.thresholds:
        if item.type == order_type:
            return item
    raise Refusal(Code.BAD_FIELD, field="order.type")


def signed_by(bank: Bank, proposal: Proposal) -> list[str]:
    """Return the members who signed so far, in the order of their signatures."""
    keys = [parse_authorization(value).key_id for value in proposal.authorizations]
    with reading(bank.engine) as conn:
        owners = owners_of(conn, keys)
    return list(dict.fromkeys(owners[key] for key in keys if key in owners))
