"""Who belongs to the ledger, and with which keys: admit, leave, suspend, add and revoke keys."""

from dataclasses import replace
from typing import Any

from timebank.errors import Code, Refusal
from timebank.ledger.codec import write
from timebank.ledger.facts import Account, Fact, Holders, Member, MemberKey, Used
from timebank.ledger.orders import (
    AddKey,
    Admit,
    Caps,
    Invitation,
    KeyGrant,
    Leave,
    OpenedAccount,
    RevokeKey,
    Suspend,
)
from timebank.ledger.rules.authority import (
    Case,
    Signer,
    active_key,
    authorized_by,
    check_approvals,
    check_enough_holders,
    check_origin,
    signers,
)
from timebank.ledger.rules.moves import Legs
from timebank.ledger.state import State
from timebank.signing.canonical import encode, from_base64url
from timebank.signing.keys import load_public_key
from timebank.signing.messages import Tag, digest, secret_hash

CLOCK_SKEW = 300
GOVERNING = frozenset({"coordinator", "issuer", "registrar", "treasurer"})
"""Roles an auditor may not hold: whoever checks the books does not make them."""


def admit(case: Case, body: Admit) -> Legs:
    """A newcomer joins with their own key, on a registrar's invitation and within its limits."""
    registrar = _accept_invitation(case, body.invitation, body.secret, "admit")
    voucher = body.invitation.voucher
    if "registrar" not in registrar.member.roles or "approve" not in registrar.key.scopes:
        raise Refusal(Code.BAD_INVITATION)
    if voucher.kind is None or voucher.limits is None or case.author != body.member:
        raise Refusal(Code.BAD_INVITATION)
    offered = [(limit.currency, limit.floor, limit.ceiling) for limit in voucher.limits]
    taken = [(item.currency, item.floor, item.ceiling) for item in body.accounts]
    if offered != taken:
        raise Refusal(Code.LIMIT_NOT_ALLOWED)
    _check_new_key_signed(case, body.key)
    put_new(case.state, Member(body.member, voucher.kind, "active", (), (), body.name))
    for opened in body.accounts:
        policy = case.state.currency(opened.currency).policy
        if opened.floor < policy.floor or opened.ceiling > policy.ceiling:
            raise Refusal(Code.LIMIT_NOT_ALLOWED, currency=opened.currency)
        open_account(case.state, body.member, opened)
    grant_key(case.state, body.member, body.key, case.time)
    return ()


def add_key(case: Case, body: AddKey) -> Legs:
    """Another key of the same member, invited by a key that may manage and grants what it has."""
    inviter = _accept_invitation(case, body.invitation, body.secret, "add_key")
    voucher = body.invitation.voucher
    if voucher.issuer != body.member or case.author != body.member:
        raise Refusal(Code.BAD_INVITATION)
    if "manage" not in inviter.key.scopes or not set(voucher.scopes) <= set(inviter.key.scopes):
        raise Refusal(Code.KEY_SCOPE, key=inviter.key.id)
    check_within(inviter.key.caps, voucher.caps)
    _check_new_key_signed(case, body.key)
    grant_key(case.state, body.member, body.key, case.time + case.state.governance.key_delay)
    return ()


def leave(case: Case, body: Leave) -> Legs:
    """A member goes, with every balance at zero; enough holders of their roles must remain.

    Not while fees for redeeming go to them: shops would not be able to redeem.
    """
    state = case.state
    member = authorized_by(case, {body.member}, "manage")[body.member].member
    for _, account_id in member.accounts:
        account = state.account(account_id)
        if account.balance:
            raise Refusal(Code.BALANCE_NOT_ZERO, currency=account.currency)
        redeeming = state.currency(account.currency).policy.redeeming
        if redeeming is not None and redeeming.fund == account_id:
            raise Refusal(Code.POLICY_FORBIDS, currency=account.currency)
        _give_credit(state, account.currency, account.floor or 0)
        state.put(replace(account, floor=0, ceiling=0))
    state.put(replace(member, status="left", roles=()))
    for role in member.roles:
        holders = tuple(holder for holder in state.holders(role) if holder != member.id)
        state.put(Holders(role, holders))
        check_enough_holders(state, role)
    return ()


def suspend(case: Case, body: Suspend) -> Legs:
    """Block a member, or lift the block. A block is never refused for leaving too few holders:
    it must work at once, also when it is a treasurer's telephone that was stolen."""
    member = case.state.member(body.member)
    check_approvals(case, () if body.suspended else (body.member,))
    if member.status == "left":
        raise Refusal(Code.MEMBER_LEFT, member=member.id)
    case.state.put(replace(member, status="suspended" if body.suspended else "active"))
    return ()


def revoke_key(case: Case, body: RevokeKey) -> Legs:
    """Block a key at once: its member does (each key may revoke itself), or m-of-n."""
    key = case.state.find(MemberKey, body.key)
    if key is None or key.member != body.member:
        raise Refusal(Code.UNKNOWN_KEY, key=body.key)
    if key.revoked:
        raise Refusal(Code.KEY_REVOKED, key=key.id)
    if case.author == body.member:
        own = signers(case)[body.member].key
        if "manage" not in own.scopes and own.id != key.id:
            raise Refusal(Code.KEY_SCOPE, key=own.id, scope="manage")
    else:
        check_approvals(case, ())
    case.state.put(replace(key, revoked=True))
    return ()


def _accept_invitation(case: Case, invitation: Invitation, secret: str, purpose: str) -> Signer:
    """Return whose key signed the voucher; from here on it is used."""
    voucher, verified = invitation.voucher, case.verified.invitation
    assert verified is not None
    if voucher.ledger != case.state.governance.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    if voucher.purpose != purpose or secret_hash(from_base64url(secret)) != voucher.secret:
        raise Refusal(Code.BAD_INVITATION)
    if case.time > voucher.expires or case.time < voucher.created - CLOCK_SKEW:
        raise Refusal(Code.INVITATION_EXPIRED, expires=voucher.expires)
    voucher_id = digest(Tag.INVITATION, encode(write(voucher))).hex()
    used = Used("invitation", voucher_id, case.order.identity)
    if case.state.find(Used, used.key):
        raise Refusal(Code.INVITATION_USED)
    case.state.put(used)
    signer = active_key(case.state, verified, case.time)
    if signer.member.id != voucher.issuer:
        raise Refusal(Code.BAD_INVITATION)
    return signer


def _check_new_key_signed(case: Case, grant: KeyGrant) -> None:
    """The new key, and no other, authorized the order, and asks no more than was offered."""
    voucher = case.verified.order.body.invitation.voucher  # type: ignore[union-attr]  # admit, add_key
    if not set(grant.scopes) <= set(voucher.scopes):
        raise Refusal(Code.KEY_SCOPE)
    check_within(voucher.caps, grant.caps)
    if len(case.verified.signed) != 1:
        raise Refusal(Code.NOT_AUTHORIZED)
    (verified,) = case.verified.signed
    if verified.key_id != load_public_key(from_base64url(grant.spki), grant.scheme).id:
        raise Refusal(Code.NOT_AUTHORIZED)
    check_origin(verified, case.state.governance.origins)


def check_within(outer: Caps, inner: Caps) -> None:
    """Refuse caps that allow more than the caps of the key they come from."""
    offered = {cap.currency: cap.amount for cap in inner}
    for cap in outer:
        if offered.get(cap.currency, cap.amount + 1) > cap.amount:
            raise Refusal(Code.KEY_SCOPE, currency=cap.currency)


def grant_key(state: State, member: str, grant: KeyGrant, active_from: int) -> None:
    """Put a new key of a member; the same key is never a key of two members, nor twice."""
    key_id = load_public_key(from_base64url(grant.spki), grant.scheme).id
    put_new(
        state,
        MemberKey(key_id, member, grant.scheme, grant.spki, grant.scopes, grant.caps, active_from),
    )


def open_account(state: State, member_id: str, opened: OpenedAccount) -> None:
    """Put a new account of a member, of a kind the currency allows, within the credit to give."""
    currency, member = state.currency(opened.currency), state.member(member_id)
    if member.kind not in currency.policy.holders:
        raise Refusal(Code.POLICY_FORBIDS, currency=opened.currency)
    if any(code == opened.currency for code, _ in member.accounts):
        raise Refusal(Code.ID_TAKEN, currency=opened.currency)
    put_new(
        state,
        Account(opened.account, "member", opened.currency, member_id, opened.floor, opened.ceiling),
    )
    accounts = tuple(sorted((*member.accounts, (opened.currency, opened.account))))
    state.put(replace(member, accounts=accounts))
    _give_credit(state, opened.currency, -opened.floor)


def change_credit(state: State, account: Account, floor: int) -> None:
    """Count the credit that a new floor gives, or takes back."""
    _give_credit(state, account.currency, (account.floor or 0) - floor)


def _give_credit(state: State, code: str, amount: int) -> None:
    currency = state.currency(code)
    given = currency.credit_given + amount
    if amount > 0 and given > currency.policy.credit_total:
        raise Refusal(Code.LIMIT_NOT_ALLOWED, currency=code, total=currency.policy.credit_total)
    if amount:
        state.put(replace(currency, credit_given=given))


def put_new(state: State, fact: Fact) -> None:
    """Put a fact whose id nobody has yet."""
    kind: Any = type(fact)
    if state.find(kind, fact.key):
        raise Refusal(Code.ID_TAKEN, id=fact.key)
    state.put(fact)
