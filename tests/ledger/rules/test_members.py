"""Joining, leaving, blocking, and keys."""

from dataclasses import replace
from typing import Any

import pytest

from tests.passkeys import Passkey
from tests.town import Town
from tests.world import a_commitment, an_id, grant, seed
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.facts import Account, Holders, Member, MemberKey, Used
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import encode, to_base64url
from timebank.signing.keys import ED25519_SPKI_PREFIX
from timebank.signing.messages import Tag, secret_hash

REASON = a_commitment("reden")

# ---- admit


def test_a_newcomer_joins_with_an_account_per_currency_of_the_invitation(town: Town):
    verified = town.admit("fatima")
    decision = town.post(verified)
    assert decision.postings == ()
    fatima = town.who("fatima")
    hours, credits = town.account("fatima"), town.account("fatima", "WIJK")
    accounts = (("UUR", hours), ("WIJK", credits))
    name = a_commitment("fatima")
    assert fatima == Member(town.member("fatima"), "person", "active", (), accounts, name)
    assert town.state.account(hours) == Account(hours, "member", "UUR", fatima.id, -300, 600)
    key = town.state.key(town.key("fatima").id)
    assert (key.member, key.active_from, key.revoked) == (fatima.id, town.now, False)
    assert [used.by for used in town.state.all(Used)] == [verified.order.identity]
    town.post(town.pay("fatima", "joop", 300))


def test_a_newcomer_adds_to_the_credit_that_is_given(town: Town):
    before = town.money("UUR").credit_given
    town.post(town.admit("fatima"))
    assert town.money("UUR").credit_given == before + 300


def test_a_newcomer_may_join_with_a_passkey_but_not_from_elsewhere(town: Town):
    for passkey in (Passkey("fatima", origin="https://evil.test"), Passkey("fatima")):
        body: Any = town.admit("fatima").order.body
        order = town.order(replace(body, key=passkey.grant()), "fatima")
        verified = verify_bytes(order.data, [passkey.authorize(order.data)])
        if passkey.origin == "https://evil.test":
            town.refuses(Code.BAD_ORIGIN, verified)
        else:
            town.post(verified)


def test_an_invitation_works_once(town: Town):
    invitation = town.voucher("fatima")
    secret = to_base64url(seed("secret fatima"))
    town.post(town.admit("fatima", invitation))
    town.refuses(Code.INVITATION_USED, town.admit("moos", invitation, secret=secret))


def test_an_invitation_signed_again_is_the_same_invitation(town: Town):
    """Passkey signatures differ each time: what is used up is the voucher."""
    passkey = Passkey("els")
    town.post(enrol(town, "els", passkey))
    voucher = town.voucher("fatima").voucher
    data = encode(write(voucher))
    first = orders.Invitation(voucher, passkey.authorize(data, Tag.INVITATION))
    again = orders.Invitation(voucher, authorize(town.key("els"), Tag.INVITATION, data))
    town.post(town.admit("fatima", first))
    secret = to_base64url(seed("secret fatima"))
    town.refuses(Code.INVITATION_USED, town.admit("moos", again, secret=secret))


def enrol(town: Town, name: str, passkey: Passkey) -> VerifiedOrder:
    invitation = town.voucher("passkey", by=name, purpose="add_key", kind=None, limits=None)
    secret = to_base64url(seed("secret passkey"))
    body = orders.AddKey(invitation, secret, town.member(name), passkey.grant())
    order = town.order(body, name)
    return verify_bytes(order.data, [passkey.authorize(order.data)])


def test_an_invitation_is_used_up_only_by_who_joins(town: Town):
    invitation = town.voucher("fatima")
    town.refuses(
        Code.BAD_INVITATION, town.admit("fatima", invitation, secret=to_base64url(bytes(32)))
    )
    town.post(town.admit("fatima", invitation))


def test_an_invitation_works_until_it_expires(town: Town):
    invitation = town.voucher("fatima", expires=town.now + 60)
    town.wait(61)
    town.refuses(Code.INVITATION_EXPIRED, town.admit("fatima", invitation))
    town.now -= 1
    town.post(town.admit("fatima", invitation))


def test_an_invitation_from_the_future_does_not_work_yet(town: Town):
    invitation = town.voucher("fatima", created=town.now + 301)
    town.refuses(Code.INVITATION_EXPIRED, town.admit("fatima", invitation))
    town.wait(1)
    town.post(town.admit("fatima", invitation))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"by": "joop"}, id="by someone who is no registrar"),
        pytest.param({"by": "truus"}, id="by a treasurer"),
        pytest.param({"issuer": an_id("member farid")}, id="in the name of another registrar"),
        pytest.param({"purpose": "add_key"}, id="for another purpose"),
        pytest.param({"secret": secret_hash(b"x" * 32)}, id="with another secret"),
        pytest.param({"kind": None}, id="without a kind"),
        pytest.param({"limits": None}, id="without limits"),
    ],
)
def test_an_invitation_that_does_not_admit_is_refused(town: Town, changes: dict[str, Any]):
    town.refuses(Code.BAD_INVITATION, town.admit("fatima", town.voucher("fatima", **changes)))


def test_an_invitation_to_another_ledger_is_refused(town: Town):
    invitation = town.voucher("fatima", ledger="00" * 32)
    town.refuses(Code.OTHER_LEDGER, town.admit("fatima", invitation))


def test_an_invitation_by_a_key_that_may_not_approve_is_refused(town: Town):
    town.post(town.add_key("els", "tablet", scopes=("manage", "pay")))
    invitation = invitation_by(town, "els", "tablet")
    town.refuses(Code.BAD_INVITATION, town.admit("fatima", invitation))


def invitation_by(town: Town, name: str, device: str) -> orders.Invitation:
    voucher = town.voucher("fatima", by=name).voucher
    return orders.Invitation(
        voucher, authorize(town.key(device), Tag.INVITATION, encode(write(voucher)))
    )


def test_an_invitation_by_a_key_revoked_since_is_refused(town: Town):
    town.post(town.add_key("els", "tablet"))
    invitation = invitation_by(town, "els", "tablet")
    town.do(orders.RevokeKey(town.member("els"), town.key("tablet").id), "els")
    town.refuses(Code.KEY_REVOKED, town.admit("fatima", invitation))


def test_an_invitation_by_an_unknown_key_is_refused(town: Town):
    town.refuses(Code.UNKNOWN_KEY, town.admit("fatima", invitation_by(town, "els", "stranger")))


def test_an_invitation_by_a_registrar_suspended_since_is_refused(town: Town):
    invitation = town.voucher("fatima")
    town.do(orders.Suspend(town.member("els"), True, REASON), "farid")
    town.refuses(Code.MEMBER_SUSPENDED, town.admit("fatima", invitation))


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param((("UUR", -301, 600),), id="a lower floor"),
        pytest.param((("UUR", -300, 601),), id="a higher ceiling"),
        pytest.param((("UUR", -299, 600),), id="a higher floor"),
        pytest.param((), id="no account"),
        pytest.param((("UUR", -300, 600), ("WIJK", 0, 1)), id="an account more"),
        pytest.param((("WIJK", -300, 600),), id="another currency"),
    ],
)
def test_a_newcomer_takes_the_limits_of_the_invitation(town: Town, limits: tuple[Any, ...]):
    invitation = town.voucher("fatima", limits=(orders.Limits("UUR", -300, 600),))
    accounts = tuple(
        orders.OpenedAccount(town.account("fatima", code), code, floor, ceiling)
        for code, floor, ceiling in limits
    )
    town.refuses(Code.LIMIT_NOT_ALLOWED, town.admit("fatima", invitation, accounts=accounts))


@pytest.mark.parametrize("limits", [(-601, 600), (-600, 1_201)])
def test_a_registrar_offers_no_more_than_the_policy_allows(town: Town, limits: tuple[Any, ...]):
    invitation = town.voucher("fatima", limits=(orders.Limits("UUR", *limits),))
    town.refuses(Code.LIMIT_NOT_ALLOWED, town.admit("fatima", invitation))


def test_a_newcomer_gets_no_account_in_an_unknown_currency(town: Town):
    invitation = town.voucher("fatima", limits=(orders.Limits("GOUD", 0, 1),))
    town.refuses(Code.UNKNOWN_CURRENCY, town.admit("fatima", invitation))


def test_a_newcomer_gets_no_account_in_a_currency_not_for_their_kind(town: Town):
    limits = (orders.Limits("UUR", 0, 60),)
    invitation = town.voucher("slager", kind="shop", limits=limits)
    town.refuses(Code.POLICY_FORBIDS, town.admit("slager", invitation))


def test_a_newcomer_is_nobody_else(town: Town):
    """Neither a member, nor an account, nor a key that is there already."""
    town.refuses(Code.NOT_AUTHORIZED, town.admit("fatima", key=grant(town.key("moos"))))
    joop = town.admit("fatima", member=town.member("joop")).order.body
    town.refuses(Code.BAD_INVITATION, town.signed(town.order(joop, "fatima"), "fatima"))
    town.refuses(Code.ID_TAKEN, town.signed(town.order(joop, "joop"), "fatima"))
    key = town.admit("fatima", key=grant(town.key("joop"))).order.body
    town.refuses(Code.ID_TAKEN, town.signed(town.order(key, "fatima"), "joop"))
    taken = (
        orders.OpenedAccount(town.account("joop"), "UUR", -300, 600),
        orders.OpenedAccount(town.account("fatima", "WIJK"), "WIJK", 0, 10_000),
    )
    town.refuses(Code.ID_TAKEN, town.admit("fatima", accounts=taken))


def test_a_newcomers_own_key_alone_signs(town: Town):
    body = town.admit("fatima").order.body
    order = town.order(body, "fatima")
    town.refuses(Code.NOT_AUTHORIZED, town.signed(order, "fatima", "els"))
    town.refuses(Code.NOT_AUTHORIZED, town.signed(order, "els"))


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ({"scopes": ("pay",)}, {}),
        ({"caps": (orders.Cap("UUR", 60),)}, {}),
        ({"caps": (orders.Cap("UUR", 60),)}, {"caps": (orders.Cap("UUR", 61),)}),
        ({"caps": (orders.Cap("UUR", 60),)}, {"caps": (orders.Cap("WIJK", 60),)}),
    ],
)
def test_a_newcomers_key_may_no_more_than_was_offered(
    town: Town, offered: dict[str, Any], taken: dict[str, Any]
):
    invitation = town.voucher("fatima", **offered)
    key = grant(town.key("fatima"), **taken)
    town.refuses(Code.KEY_SCOPE, town.admit("fatima", invitation, key=key))


def test_a_newcomers_key_may_do_less_than_was_offered(town: Town):
    key = grant(town.key("fatima"), scopes=("pay",), caps=(orders.Cap("UUR", 60),))
    town.post(town.admit("fatima", key=key))
    assert town.state.key(town.key("fatima").id).caps == (orders.Cap("UUR", 60),)


# ---- add_key


def test_a_second_key_is_the_same_member(town: Town):
    town.post(town.add_key("joop", "tablet", scopes=("pay",), caps=(orders.Cap("UUR", 60),)))
    spki = to_base64url(town.key("tablet").spki)
    assert town.state.key(town.key("tablet").id) == MemberKey(
        town.key("tablet").id,
        town.member("joop"),
        "ed25519",
        spki,
        ("pay",),
        (orders.Cap("UUR", 60),),
        town.now,
    )


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        ({"scopes": ("pay",)}, {"scopes": ("pay",)}),
        ({"scopes": ("manage", "pay")}, {"scopes": ("approve",)}),
        ({"caps": (orders.Cap("UUR", 60),)}, {}),
        ({"caps": (orders.Cap("UUR", 60),)}, {"caps": (orders.Cap("UUR", 61),)}),
    ],
)
def test_no_key_grants_more_than_it_has(town: Town, own: dict[str, Any], asked: dict[str, Any]):
    town.post(town.add_key("joop", "tablet", **own))
    verified = add_key_by(town, "tablet", **asked)
    town.refuses(Code.KEY_SCOPE, verified)


def add_key_by(town: Town, device: str, **asked: Any) -> VerifiedOrder:
    """Return the order that adds Joop's watch, on an invitation by one of his devices."""
    fields: dict[str, Any] = {"purpose": "add_key", "kind": None, "limits": None}
    voucher = town.voucher("watch", by="joop", **(fields | asked)).voucher
    value = authorize(town.key(device), Tag.INVITATION, encode(write(voucher)))
    body = orders.AddKey(
        orders.Invitation(voucher, value),
        to_base64url(seed("secret watch")),
        town.member("joop"),
        grant(town.key("watch"), scopes=voucher.scopes, caps=voucher.caps),
    )
    return town.signed(town.order(body, "joop"), "watch")


def test_a_key_passes_on_what_it_has(town: Town):
    caps = (orders.Cap("UUR", 60),)
    town.post(town.add_key("joop", "tablet", caps=caps))
    town.post(add_key_by(town, "tablet", caps=caps))


def test_a_key_for_someone_else_is_refused(town: Town):
    """Amina invites a key, and asks that it become Joop's."""
    invitation = town.voucher("tablet", by="amina", purpose="add_key", kind=None, limits=None)
    body = orders.AddKey(
        invitation,
        to_base64url(seed("secret tablet")),
        town.member("joop"),
        grant(town.key("tablet")),
    )
    for author in ("joop", "amina"):
        town.refuses(Code.BAD_INVITATION, town.signed(town.order(body, author), "tablet"))
    own = town.add_key("joop", "tablet").order.body
    town.refuses(Code.BAD_INVITATION, town.signed(town.order(own, "amina"), "tablet"))


def test_an_invitation_to_join_adds_no_key(town: Town):
    town.refuses(Code.BAD_INVITATION, town.add_key("els", "tablet", purpose="admit"))


def test_a_key_invitation_works_once(town: Town):
    first = town.add_key("joop", "tablet")
    town.post(first)
    body: Any = first.order.body
    again = orders.AddKey(body.invitation, body.secret, body.member, grant(town.key("watch")))
    town.refuses(Code.INVITATION_USED, town.signed(town.order(again, "joop"), "watch"))


def test_a_key_that_is_there_is_not_added_again_not_even_when_revoked(town: Town):
    town.post(town.add_key("joop", "tablet"))
    town.refuses(Code.ID_TAKEN, town.add_key("joop", "tablet"))
    town.refuses(Code.ID_TAKEN, town.add_key("amina", "tablet"))
    town.do(orders.RevokeKey(town.member("joop"), town.key("tablet").id), "joop")
    town.refuses(Code.ID_TAKEN, town.add_key("joop", "tablet"))


def test_a_weak_key_is_refused(town: Town):
    weak = to_base64url(ED25519_SPKI_PREFIX + bytes(32))
    key = orders.KeyGrant("ed25519", weak, ("pay",), ())
    town.refuses(Code.BAD_KEY, town.admit("fatima", key=key))


def test_a_new_key_works_after_the_delay_that_the_ledger_chose(town: Town):
    patient = Town(key_delay=3_600)
    patient.post(patient.add_key("joop", "tablet"))
    patient.wait(3_599)
    order = patient.order(orders.Pay((patient.leg("joop", "amina", 1),)), "joop")
    patient.refuses(Code.KEY_NOT_ACTIVE, patient.signed(order, "tablet"))
    patient.wait(1)
    patient.post(patient.signed(order, "tablet"))


# ---- leave


def test_who_leaves_has_nothing_and_owes_nothing(town: Town):
    town.post(town.pay("joop", "amina", 1))
    town.refuses(Code.BALANCE_NOT_ZERO, town.by(orders.Leave(town.member("joop")), "joop"))
    town.refuses(Code.BALANCE_NOT_ZERO, town.by(orders.Leave(town.member("amina")), "amina"))
    town.post(town.pay("amina", "joop", 1))
    before = town.money("UUR").credit_given
    town.do(orders.Leave(town.member("joop")), "joop")
    assert town.who("joop").status == "left"
    assert town.money("UUR").credit_given == before - 600
    account = town.state.account(town.account("joop"))
    assert (account.floor, account.ceiling) == (0, 0)


def test_nobody_sends_another_away(town: Town):
    town.refuses(Code.NOT_AUTHORIZED, town.by(orders.Leave(town.member("joop")), "els"))


def test_who_leaves_takes_no_role_along(town: Town):
    town.do(orders.SetRole(town.member("joop"), "treasurer", True), "els", "farid")
    town.do(orders.Leave(town.member("joop")), "joop")
    assert town.who("joop").roles == ()
    assert town.member("joop") not in town.state.holders("treasurer")


def test_too_few_holders_may_not_remain(town: Town):
    town.refuses(Code.TOO_FEW_HOLDERS, town.by(orders.Leave(town.member("truus")), "truus"))
    town.refuses(Code.TOO_FEW_HOLDERS, town.by(orders.Leave(town.member("els")), "els"))


# ---- suspend and revoke_key


def test_one_coordinator_blocks_a_member_at_once(town: Town):
    town.do(orders.Suspend(town.member("joop"), True, REASON), "els")
    assert town.who("joop").status == "suspended"
    town.do(orders.Suspend(town.member("joop"), True, REASON), "farid")
    town.do(orders.Suspend(town.member("joop"), False, REASON), "farid")
    assert town.who("joop").status == "active"


def test_a_treasurer_is_blocked_even_if_too_few_remain(town: Town):
    town.do(orders.Suspend(town.member("truus"), True, REASON), "els")
    assert town.fact(Holders, "treasurer").members == tuple(
        sorted((town.member("truus"), town.member("kees")))
    )


def test_only_coordinators_block(town: Town):
    block = orders.Suspend(town.member("joop"), True, REASON)
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(block, "truus"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(block, "joop"))
    town.refuses(Code.UNKNOWN_MEMBER, town.by(orders.Suspend("00" * 16, True, REASON), "els"))


def test_a_block_is_not_lifted_by_who_is_blocked(town: Town):
    town.do(orders.Suspend(town.member("els"), True, REASON), "farid")
    lift = orders.Suspend(town.member("els"), False, REASON)
    town.refuses(Code.MEMBER_SUSPENDED, town.by(lift, "els"))
    town.do(lift, "farid")
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(lift, "els"))


def test_who_left_is_not_blocked_nor_let_in_again(town: Town):
    town.do(orders.Leave(town.member("joop")), "joop")
    for blocked in (True, False):
        block = orders.Suspend(town.member("joop"), blocked, REASON)
        town.refuses(Code.MEMBER_LEFT, town.by(block, "els"))


def test_a_member_revokes_a_lost_key_with_another(town: Town):
    town.post(town.add_key("joop", "tablet"))
    town.do(orders.RevokeKey(town.member("joop"), town.key("tablet").id), "joop")
    assert town.state.key(town.key("tablet").id).revoked
    again = orders.RevokeKey(town.member("joop"), town.key("tablet").id)
    town.refuses(Code.KEY_REVOKED, town.by(again, "joop"))


def test_a_key_that_may_only_pay_revokes_itself_and_no_other(town: Town):
    town.post(town.add_key("joop", "tablet", scopes=("pay",)))
    for device, code in (("joop", Code.KEY_SCOPE), ("tablet", None)):
        body = orders.RevokeKey(town.member("joop"), town.key(device).id)
        verified = town.signed(town.order(body, "joop"), "tablet")
        if code is None:
            town.post(verified)
        else:
            town.refuses(code, verified)


def test_a_coordinator_revokes_anyones_key_and_others_do_not(town: Town):
    body = orders.RevokeKey(town.member("joop"), town.key("joop").id)
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(body, "amina"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(body, "truus"))
    town.do(body, "els")
    town.refuses(Code.KEY_REVOKED, town.pay("joop", "amina", 1))


def test_a_key_that_is_not_the_members_is_not_revoked(town: Town):
    for key in (town.key("amina").id, town.key("stranger").id):
        body = orders.RevokeKey(town.member("joop"), key)
        town.refuses(Code.UNKNOWN_KEY, town.by(body, "joop"))
        town.refuses(Code.UNKNOWN_KEY, town.by(body, "els"))
