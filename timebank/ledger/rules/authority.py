"""Who signed, and whether that is enough: owners, m-of-n approvals, caps of a key."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from timebank.errors import Code, Refusal
from timebank.ledger.facts import KeyDay, Member, MemberKey
from timebank.ledger.orders import Leg, Order, Origin, Role
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder
from timebank.signing.authorizations import Verified

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Signer:
    """A member and the key of theirs that signed."""

    member: Member
    key: MemberKey


@dataclass(frozen=True, slots=True)
class Case:
    """One order before the rules: a scratch state to write on, the time, and the signatures."""

    state: State
    time: int
    verified: VerifiedOrder

    @property
    def order(self) -> Order:
        return self.verified.order

    @property
    def author(self) -> str:
        return self.verified.order.header.author


def check_origin(verified: Verified, origins: Collection[Origin]) -> None:
    """Refuse a passkey signature made on another web origin or for another relying party."""
    if verified.scheme != "webauthn-es256":
        return
    for origin in origins:
        party = sha256(origin.rp_id.encode("ascii")).digest()
        if (origin.origin, party) == (verified.origin, verified.rp_id_hash):
            return
    raise Refusal(Code.BAD_ORIGIN)


def active_key(state: State, verified: Verified, time: int) -> Signer:
    """Return who this signature is by, if their key works now."""
    key = state.key(verified.key_id)
    if key.revoked:
        raise Refusal(Code.KEY_REVOKED, key=key.id)
    if time < key.active_from:
        raise Refusal(Code.KEY_NOT_ACTIVE, key=key.id, active_from=key.active_from)
    check_origin(verified, state.governance.origins)
    member = state.member(key.member)
    check_active(member)
    return Signer(member, key)


def check_active(member: Member) -> None:
    """Refuse where the member is suspended or has left."""
    if member.status == "suspended":
        raise Refusal(Code.MEMBER_SUSPENDED, member=member.id)
    if member.status == "left":
        raise Refusal(Code.MEMBER_LEFT, member=member.id)


def signers(case: Case) -> dict[str, Signer]:
    """Return the signers by member id. The author is one of them, and nobody is there twice."""
    found: dict[str, Signer] = {}
    for verified in case.verified.signed:
        signer = active_key(case.state, verified, case.time)
        if signer.member.id in found:
            raise Refusal(Code.DOUBLE_APPROVAL, member=signer.member.id)
        found[signer.member.id] = signer
    if case.author not in found:
        raise Refusal(Code.NOT_AUTHORIZED)
    return found


def authorized_by(case: Case, members: Collection[str], scope: str) -> dict[str, Signer]:
    """Return the signers, who must be exactly these members, with keys of this scope."""
    found = signers(case)
    if set(found) != set(members):
        raise Refusal(Code.NOT_AUTHORIZED)
    for signer in found.values():
        check_scope(signer.key, scope)
    return found


def check_scope(key: MemberKey, scope: str) -> None:
    """Refuse a key that was not given this scope."""
    if scope not in key.scopes:
        raise Refusal(Code.KEY_SCOPE, key=key.id, scope=scope)


def check_approvals(
    case: Case, beneficiaries: Collection[str], *, not_holding: Role | None = None
) -> dict[str, Signer]:
    """Return the signers if enough distinct holders of the threshold's role are among them.

    Beneficiaries never count, nor do holders of `not_holding`.
    """
    found = signers(case)
    threshold = next(
        item for item in case.state.governance.thresholds if item.type == case.order.header.type
    )
    counted = [
        signer
        for signer in found.values()
        if threshold.role in signer.member.roles
        and "approve" in signer.key.scopes
        and signer.member.id not in beneficiaries
        and not_holding not in signer.member.roles
    ]
    if len(counted) < threshold.count:
        raise Refusal(Code.TOO_FEW_APPROVALS, counted=len(counted), needed=threshold.count)
    return found


def check_enough_holders(state: State, role: Role) -> None:
    """Refuse a change that leaves fewer active holders of the role than some threshold needs."""
    needed = max(
        (item.count for item in state.governance.thresholds if item.role == role), default=0
    )
    active = [m for m in state.holders(role) if state.member(m).status == "active"]
    if len(active) < needed:
        raise Refusal(Code.TOO_FEW_HOLDERS, role=role, active=len(active), needed=needed)


def spend_caps(case: Case, found: dict[str, Signer], legs: Collection[Leg]) -> None:
    """Count what capped keys pay today, and refuse what goes over a cap."""
    day = case.time // DAY
    for signer in found.values():
        for cap in signer.key.caps:
            paid = sum(
                leg.amount
                for leg in legs
                if leg.currency == cap.currency
                and case.state.account(leg.payer).owner == signer.member.id
            )
            if not paid:
                continue
            before = case.state.find(KeyDay, f"{signer.key.id}:{cap.currency}:{day}")
            spent = (before.spent if before else 0) + paid
            if spent > cap.amount:
                raise Refusal(Code.DAILY_CAP, currency=cap.currency, cap=cap.amount, spent=spent)
            case.state.put(KeyDay(signer.key.id, cap.currency, day, spent))
