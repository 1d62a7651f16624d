"""Signatures on orders: forged, borrowed, turned to another purpose, and right."""

import json
from typing import Any

import pytest

from tests.passkeys import PRESENT, Passkey
from tests.town import Town
from tests.world import World
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.verified import verify_bytes
from timebank.signing.authorizations import authorize, authorize_batch
from timebank.signing.canonical import Value, encode, from_base64url, to_base64url
from timebank.signing.keys import ED25519_SPKI_PREFIX
from timebank.signing.messages import Tag

WORLD = World()
ORDER = WORLD.order(orders.Pay((WORLD.leg("joop", "amina", 90),)), "joop")
GOOD: dict[str, Any] = authorize(WORLD.key("joop"), Tag.ORDER, ORDER.data)


def refused(code: Code, *authorizations: Value, data: bytes = ORDER.data) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verify_bytes(data, authorizations)
    assert caught.value.code is code, caught.value
    return caught.value


def test_a_signed_order_is_verified_and_says_who_signed():
    verified = verify_bytes(ORDER.data, [GOOD])
    assert verified.order == ORDER
    assert [signed.key_id for signed in verified.signed] == [WORLD.key("joop").id]
    assert verified.authorizations == encode([GOOD])
    assert verified.batch == (ORDER.identity,)


def test_a_signature_on_other_bytes_is_forged():
    other = WORLD.order(orders.Pay((WORLD.leg("joop", "amina", 91),)), "joop")
    refused(Code.BAD_SIGNATURE, GOOD, data=other.data)


def test_a_signature_by_another_key_is_forged():
    stolen = GOOD | {"spki": to_base64url(WORLD.key("amina").spki)}
    refused(Code.BAD_SIGNATURE, stolen)


@pytest.mark.parametrize("tag", sorted(set(Tag) - {Tag.ORDER}))
def test_a_signature_under_another_tag_is_no_order(tag: Tag):
    refused(Code.BAD_SIGNATURE, authorize(WORLD.key("joop"), tag, ORDER.data))


def test_one_good_signature_does_not_cover_for_a_bad_one():
    refused(Code.BAD_SIGNATURE, GOOD, GOOD | {"spki": to_base64url(WORLD.key("amina").spki)})


def test_an_order_needs_one_to_thirty_two_authorizations():
    refused(Code.BAD_FIELD)
    refused(Code.BAD_FIELD, *[GOOD] * 33)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": GOOD["signature"] + "="}, Code.BAD_FIELD),
        ({"signature": GOOD["signature"][:-2]}, Code.BAD_FIELD),
        ({"scheme": "rsa"}, Code.BAD_FIELD),
        ({"scheme": True}, Code.BAD_FIELD),
        ({"note": "x"}, Code.BAD_FIELD),
        ({"batch": []}, Code.BAD_FIELD),
        ({"batch": [ORDER.identity] * 2}, Code.BAD_FIELD),
        ({"batch": [1]}, Code.BAD_FIELD),
        ({"spki": to_base64url(ED25519_SPKI_PREFIX + bytes(32))}, Code.BAD_KEY),
        ({"spki": to_base64url(ED25519_SPKI_PREFIX + b"\x01" + bytes(31))}, Code.BAD_KEY),
        ({"spki": to_base64url(bytes(44))}, Code.BAD_KEY),
    ],
)
def test_a_malformed_authorization_or_weak_key_is_refused(changes: dict[str, Any], code: Code):
    refused(code, GOOD | changes)


def test_an_authorization_is_an_object():
    for value in (1, "x", True, [], [GOOD]):
        refused(Code.BAD_FIELD, value)


# ---- batches


def test_a_batch_signature_stands_beside_each_of_its_orders_and_no_other():
    second = WORLD.order(orders.Pay((WORLD.leg("joop", "els", 30),)), "joop")
    identities = (ORDER.identity, second.identity)
    value = authorize_batch(WORLD.key("joop"), WORLD.ledger, identities)
    assert verify_bytes(ORDER.data, [value]).batch == identities
    assert verify_bytes(second.data, [value]).batch == identities
    third = WORLD.order(orders.Pay((WORLD.leg("joop", "els", 31),)), "joop")
    refused(Code.BAD_SIGNATURE, value, data=third.data)


def test_a_batch_signed_for_another_ledger_is_forged():
    refused(Code.BAD_SIGNATURE, authorize_batch(WORLD.key("joop"), "00" * 32, [ORDER.identity]))


def test_a_batch_list_that_was_extended_is_forged():
    value = authorize_batch(WORLD.key("joop"), WORLD.ledger, [ORDER.identity])
    refused(Code.BAD_SIGNATURE, value | {"batch": [ORDER.identity, "00" * 32]})


def test_signers_who_list_different_batches_have_agreed_on_nothing():
    lists = [[ORDER.identity], [ORDER.identity, "00" * 32]]
    values = [authorize_batch(WORLD.key("joop"), WORLD.ledger, item) for item in lists]
    with pytest.raises(Refusal) as caught:
        _ = verify_bytes(ORDER.data, values).batch
    assert caught.value.code is Code.BATCH_INCOMPLETE


# ---- passkeys


def test_a_passkey_signs_an_order_alone_and_in_a_batch():
    passkey = Passkey("joop")
    (signed,) = verify_bytes(ORDER.data, [passkey.authorize(ORDER.data)]).signed
    assert (signed.key_id, signed.origin) == (passkey.id, "https://wijk.test")
    verify_bytes(ORDER.data, [passkey.authorize_batch(WORLD.ledger, [ORDER.identity])])


def test_a_passkey_that_was_shown_another_challenge_has_not_signed_this():
    refused(Code.BAD_CHALLENGE, Passkey("joop").authorize(b"{}"))
    for tag in set(Tag) - {Tag.ORDER}:
        refused(Code.BAD_CHALLENGE, Passkey("joop").authorize(ORDER.data, tag))


def test_a_registration_is_no_signature():
    refused(Code.BAD_CHALLENGE, Passkey("joop").authorize(ORDER.data, type="webauthn.create"))


def test_a_passkey_asked_from_within_another_page_is_refused():
    refused(Code.BAD_ORIGIN, Passkey("joop").authorize(ORDER.data, crossOrigin=True))


@pytest.mark.parametrize("flags", [0, PRESENT, 0x04])
def test_a_passkey_must_have_verified_that_its_owner_is_there(flags: int):
    refused(Code.NOT_VERIFIED_USER, Passkey("joop", flags=flags).authorize(ORDER.data))


def test_client_data_changed_after_signing_is_forged():
    value = Passkey("joop", origin="https://evil.test").authorize(ORDER.data)
    client = json.loads(from_base64url(value["client_data"])) | {"origin": "https://wijk.test"}
    refused(Code.BAD_SIGNATURE, value | {"client_data": to_base64url(json.dumps(client).encode())})


# ---- the voucher inside


def test_a_voucher_changed_after_signing_is_forged(town: Town):
    admit = town.admit("fatima").order
    fields = json.loads(admit.data)
    fields["invitation"]["voucher"]["limits"][0]["floor"] -= 1
    data = encode(fields)
    refused(Code.BAD_SIGNATURE, authorize(town.key("fatima"), Tag.ORDER, data), data=data)


def test_a_voucher_signed_as_an_order_or_as_a_batch_is_forged(town: Town):
    invitation = town.voucher("fatima")
    data = encode(json.loads(town.admit("fatima", invitation).order.data)["invitation"]["voucher"])
    registrar = town.key("els")
    for value in (
        authorize(registrar, Tag.ORDER, data),
        authorize(registrar, Tag.INVITATION, data, batch=["00" * 32]),
    ):
        with pytest.raises(Refusal) as caught:
            town.admit("fatima", orders.Invitation(invitation.voucher, value))
        assert caught.value.code is Code.BAD_SIGNATURE


def test_an_invitation_says_who_signed_its_voucher(town: Town):
    verified = town.admit("fatima")
    assert verified.invitation is not None
    assert verified.invitation.key_id == town.key("els").id
