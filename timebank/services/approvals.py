"""Who must sign a proposal and whose signature counts; and signing it, of which the last one posts.

What counts is what `ledger.rules` counts: distinct members who hold the threshold's role, with a
key that may approve, and who gain nothing by it. Signatures come from web and key files alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from timebank.errors import Code, Refusal, TimebankError, Unavailable
from timebank.ledger import orders
from timebank.ledger.facts import Account, Holders, Member, MemberKey
from timebank.ledger.orders import APPROVED_TYPES, Order, Origin, Role
from timebank.services import proposals, settlement
from timebank.services.bank import Bank
from timebank.services.drafts import Draft
from timebank.services.posting import Posted, Submission, post_one
from timebank.services.proposals import Proposal
from timebank.signing.authorizations import parse_authorization, verify_order
from timebank.signing.canonical import Value, decode
from timebank.storage import fold
from timebank.storage import proposals as kept
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Approvals:
    """Where an order stands between being proposed and being posted. Members are ids.

    `counted` signed and count; `others` signed and do not. `may` have not signed and would count.
    `must` have to sign whoever else does: the author, and who owns what a retirement takes.
    """

    role: Role
    needed: int
    counted: tuple[str, ...]
    others: tuple[str, ...]
    may: tuple[str, ...]
    must: tuple[str, ...]
    beneficiaries: frozenset[str]

    @property
    def missing(self) -> int:
        """How many more have to sign whose signature counts."""
        return max(0, self.needed - len(self.counted))

    @property
    def complete(self) -> bool:
        """Whether nobody has to sign any more."""
        return not self.missing and not self.must

    def waits_for(self, member: str) -> bool:
        """Whether it goes on by something this member can do: sign it, or post it."""
        if member in self.must:
            return True
        if self.complete:
            return member in self.counted or member in self.may
        return bool(self.missing) and member in self.may


def approvals(bank: Bank, order: Order, authorizations: Sequence[Value] = ()) -> Approvals:
    """Return who signed an order of an approved type, and who still has to."""
    with reading(bank.engine) as conn:
        return _approvals(bank, conn, order, authorizations)


def waiting(bank: Bank, member: str) -> list[tuple[Proposal, Approvals]]:
    """Return the open proposals that wait for this member, the oldest first."""
    with reading(bank.engine) as conn:
        rows = kept.unexpired(conn, bank.clock.now())
        found = [proposals.told(bank, conn, row) for row in rows]
        standing = [
            (one, _approvals(bank, conn, one.order, one.authorizations))
            for one in found
            if one.state == "open"
        ]
    return [(one, stands) for one, stands in reversed(standing) if stands.waits_for(member)]


# ---- signing


class NotPosted(TimebankError):
    """A signature is kept and enough have signed, but the order cannot be posted; `why` says it."""

    def __init__(self, why: Refusal | Unavailable) -> None:
        super().__init__(why)
        self.why = why


def sign(bank: Bank, submission: Submission) -> Posted | None:
    """Keep one member's signature under a proposal, which may be new; post it once that is enough.

    Returns None while others have to sign. The same signature again is no second one.

    Raises Refusal: DOUBLE_APPROVAL for another signature by the same member, KEY_SCOPE for a key
    that may not approve, NOT_AUTHORIZED for who is not asked and for a new one by who does not hold
    its role, WITHDRAWN or EXPIRED, and what `proposals.propose` raises. Raises NotPosted where the
    signature is kept, but the rules or the ledger's own checks say no.
    """
    order = orders.parse_order(submission.order)
    if order.header.type not in APPROVED_TYPES or len(submission.authorizations) != 1:
        raise Refusal(Code.BAD_FIELD, field="order.type")
    before = _kept(bank, order)
    (authorization,) = submission.authorizations
    if authorization not in before:
        draft = Draft(order, tuple(submission.openings))
        if _check_signer(bank, order, before, authorization):
            settlement.check_payments(bank, draft)
        proposals.propose(bank, draft, [authorization])
    try:
        return post(bank, order.identity)
    except (Refusal, Unavailable) as why:
        raise NotPosted(why) from why


def post(bank: Bank, identity: str) -> Posted | None:
    """Post a proposal that enough people signed, wherever they did; None while others have to.

    Raises the Refusal of the rules, or UNKNOWN_ENTRY; Unavailable FINDINGS for a settlement while
    the books do not add up.
    """
    found = proposals.proposal(bank, identity)
    with reading(bank.engine) as conn:
        living = _living(bank, conn, found.order, found.authorizations)
        stands = _approvals(bank, conn, found.order, found.authorizations)
    if found.state != "posted" and not stands.complete:
        return None
    settlement.check_payments(bank, found.draft)
    submission = found.draft.submission([value for _, _, value in living])
    return post_one(bank, submission)


def _kept(bank: Bank, order: Order) -> tuple[Value, ...]:
    try:
        found = proposals.proposal(bank, order.identity)
    except Refusal:
        return ()
    if found.state == "withdrawn":
        raise Refusal(Code.WITHDRAWN)
    if found.state == "expired":
        raise Refusal(Code.EXPIRED, expires=order.header.expires)
    return found.authorizations


def _check_signer(bank: Bank, order: Order, before: Sequence[Value], authorization: Value) -> bool:
    """Refuse whose signature is not asked for; return whether they hold the role to look with."""
    verified = verify_order(parse_authorization(authorization), order.data, order.ledger)
    key_id = verified.key_id
    with reading(bank.engine) as conn:
        proposals.check_alone(order, verified, proposals.governance(conn).origins)
        signers = _living(bank, conn, order, [authorization])
        if not signers:
            known = fold.load_facts(conn, [(MemberKey, key_id)])
            raise Refusal(Code.KEY_REVOKED if known else Code.UNKNOWN_KEY, key=key_id)
        stands = _approvals(bank, conn, order, before)
    ((member, key, _),) = signers
    if member.id in stands.counted or member.id in stands.others:
        raise Refusal(Code.DOUBLE_APPROVAL, member=member.id)
    if member.id not in stands.may and member.id not in stands.must:
        raise Refusal(Code.NOT_AUTHORIZED)
    if member.id in stands.may and "approve" not in key.scopes:
        raise Refusal(Code.KEY_SCOPE, key=key.id, scope="approve")
    return stands.role in member.roles


# ---- whose signature counts


def _approvals(
    bank: Bank, conn: Connection, order: Order, authorizations: Sequence[Value]
) -> Approvals:
    header, body = order.header, order.body
    threshold = proposals.threshold_of(proposals.governance(conn), header.type)
    living = _living(bank, conn, order, authorizations)
    signed = {member.id: (member, key) for member, key, _ in living}
    owner = _owners(conn, [body.payer]) if isinstance(body, orders.Retire) else frozenset()
    gaining = _beneficiaries(conn, body)
    barred = "treasurer" if isinstance(body, orders.SetRole) and body.role == "auditor" else ""

    def counts(member: Member) -> bool:
        held = threshold.role in member.roles and barred not in member.roles
        return held and member.id not in gaining

    counted = [
        who for who, (member, key) in signed.items() if counts(member) and "approve" in key.scopes
    ]
    return Approvals(
        threshold.role,
        threshold.count,
        tuple(counted),
        tuple(who for who in signed if who not in counted),
        tuple(
            member.id
            for member in _holders(conn, threshold.role)
            if member.id not in signed and counts(member)
        ),
        tuple(who for who in dict.fromkeys((header.author, *owner)) if who not in signed),
        gaining,
    )


def _living(
    bank: Bank, conn: Connection, order: Order, authorizations: Iterable[Value]
) -> list[tuple[Member, MemberKey, Value]]:
    """Who signed with a key that works today. Others would only keep the order from posting."""
    origins = proposals.governance(conn).origins
    values = {
        parse_authorization(value).key_id: value
        for value in authorizations
        if _holds(order, value, origins)
    }
    keys = _facts(conn, MemberKey, values)
    members = {one.id: one for one in _facts(conn, Member, {key.member for key in keys})}
    now = bank.clock.now()
    by_key = {key.id: key for key in keys if not key.revoked and key.active_from <= now}
    return [
        (members[by_key[name].member], by_key[name], value)
        for name, value in values.items()
        if name in by_key and members[by_key[name].member].status == "active"
    ]


def _holds(order: Order, authorization: Value, origins: Sequence[Origin]) -> bool:
    try:
        verified = verify_order(parse_authorization(authorization), order.data, order.ledger)
        proposals.check_alone(order, verified, origins)
    except Refusal:
        return False
    return True


def _beneficiaries(conn: Connection, body: orders.Body) -> frozenset[str]:
    """Who gains by an order: their signatures never count (docs/protocol.md, section 6)."""
    match body:
        case orders.Issue(payee=payee):
            return _owners(conn, [payee])
        case orders.Settle(payouts=payouts):
            return _owners(conn, [payout.payee for payout in payouts])
        case orders.Correct(legs=legs):
            return _owners(conn, [leg.payee for leg in legs])
        case orders.SetLimit(member=member) | orders.SetRole(member=member):
            return frozenset({member})
        case orders.Suspend(member=member, suspended=False):
            return frozenset({member})
        case orders.SetPolicy(policy=orders.Policy(redeeming=orders.Redeeming(fund=str(fund)))):
            return _owners(conn, [fund])
    return frozenset()


def _owners(conn: Connection, accounts: Iterable[str]) -> frozenset[str]:
    return frozenset(account.owner for account in _facts(conn, Account, accounts)) - {""}


def _holders(conn: Connection, role: Role) -> list[Member]:
    holders = _facts(conn, Holders, [role])
    found = _facts(conn, Member, holders[0].members if holders else ())
    return [member for member in found if member.status == "active"]


def _facts(conn: Connection, kind: type[Any], keys: Iterable[str]) -> list[Any]:
    return [*fold.load_facts(conn, [(kind, key) for key in dict.fromkeys(keys)])]


# ---- taking back


def draft_withdraw(bank: Bank, member: str, proposal: Proposal) -> Draft:
    """Return the order after which a proposal can never post, whoever has a copy of it.

    Its author can sign it, and everybody who holds the role of its threshold.
    """
    value = decode(proposal.order.data)
    assert isinstance(value, dict)
    return Draft(bank.draft(orders.Withdraw(value), author=member))
