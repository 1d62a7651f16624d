"""The two libraries for the curves give one answer, to what is signed wrong too."""

import base64
import json
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.signing import edwards25519 as curve
from timebank.signing import edwards, native, portable
from timebank.signing.canonical import encode
from timebank.signing.keys import ED25519_SPKI_PREFIX, P256_SPKI_PREFIX, SigningKey
from timebank.signing.messages import Tag, batch_data, digest, message

FOLDER = Path(__file__).parents[1] / "vectors" / "signing"
EDGE_CASES = json.loads((FOLDER / "edge_cases.json").read_text())
AUTHORIZATIONS = json.loads((FOLDER / "authorizations.json").read_text())
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SHOP = ec.derive_private_key(7, ec.SECP256R1())
SHOP_POINT = SHOP.public_key().public_numbers()
COORDINATES = SHOP_POINT.x.to_bytes(32, "big") + SHOP_POINT.y.to_bytes(32, "big")


def both_say(spki, signature, data):
    """What the two libraries say of a signature; they must say the same."""
    if spki.startswith(ED25519_SPKI_PREFIX):
        answers = [library.ed25519(spki[-32:])(signature, data) for library in (native, portable)]
    else:
        answers = [library.p256(spki[-64:])(signature, data) for library in (native, portable)]
    assert answers[0] is answers[1]
    return answers[0]


@pytest.mark.parametrize("case", EDGE_CASES, ids=lambda case: case["name"])
def test_they_agree_where_verifiers_are_known_to_differ(case):
    spki = ED25519_SPKI_PREFIX + bytes.fromhex(case["public_key"])
    answer = both_say(spki, bytes.fromhex(case["signature"]), bytes.fromhex(case["message"]))
    if case["outcome"] != "bad_key":  # such a key is refused before anybody asks
        assert answer is (case["outcome"] == "verified")


@pytest.mark.parametrize("case", AUTHORIZATIONS, ids=lambda case: case["name"])
def test_they_agree_on_every_authorization_that_is_right_or_wrong(case):
    value = case["authorization"]
    try:
        spki, signature = (
            base64.urlsafe_b64decode(value[name] + "==") for name in ("spki", "signature")
        )
    except (TypeError, KeyError, ValueError):
        return  # malformed: nothing to ask a library
    if not spki.startswith((ED25519_SPKI_PREFIX, P256_SPKI_PREFIX)):
        return
    for data in signed_data(case):
        both_say(spki, signature, data)


def signed_data(case):
    """What could have been signed: the message, the batch, or what a passkey signs."""
    value = case["authorization"]
    yield message(Tag(case["tag"]), bytes.fromhex(case["data"]))
    if isinstance(value.get("batch"), list) and all(isinstance(x, str) for x in value["batch"]):
        yield message(Tag.BATCH, batch_data(case.get("ledger", "0" * 64), value["batch"]))
    if isinstance(value.get("authenticator_data"), str) and isinstance(
        value.get("client_data"), str
    ):
        device, client = (
            base64.urlsafe_b64decode(value[name] + "==")
            for name in ("authenticator_data", "client_data")
        )
        yield device + sha256(client).digest()


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.data())
def test_they_agree_on_ed25519_and_on_any_bit_that_falls_over(seed, data, draw):
    key = SigningKey.from_seed(seed)
    signature = key.sign(data)
    assert both_say(key.spki, signature, data)
    bit = draw.draw(st.integers(0, 511))
    turned = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not both_say(key.spki, turned, data)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.data())
def test_they_agree_on_p256_and_on_any_bit_that_falls_over(data, draw):
    signature = SHOP.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    spki = P256_SPKI_PREFIX + COORDINATES
    assert both_say(spki, signature, data)
    r, s = decode_dss_signature(signature)
    assert both_say(spki, encode_dss_signature(r, ORDER_OF_P256 - s), data)
    bit = draw.draw(st.integers(0, 8 * len(signature) - 1))
    turned = int.from_bytes(signature, "big") ^ 1 << bit
    assert not both_say(spki, turned.to_bytes(len(signature), "big"), data)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80))
def test_they_agree_that_no_bytes_are_a_signature(signature):
    assert not both_say(P256_SPKI_PREFIX + COORDINATES, signature, b"pay")
    assert not both_say(SigningKey.from_seed(bytes(32)).spki, signature, b"pay")


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_they_agree_on_what_is_a_point(point):
    y = int.from_bytes(point, "little") % 2**255
    if y >= edwards.P:
        return
    both_say(ED25519_SPKI_PREFIX + point, bytes(64), b"")


@pytest.mark.parametrize("n", range(8))
def test_they_agree_on_every_small_order_r_that_only_the_key_holder_can_make(n):
    """A is a·B + T with T of order 8; S and R are chosen so that R is each torsion point.

    Among them is (0, -1), which a library that stops at x = 0 takes for infinity.
    """
    secret = 1234567
    torsion = sorted(curve.small_order_points())
    generator = next(point for point in torsion if curve.multiply(4, point) != (0, 1))
    a = curve.add(curve.multiply(secret, base()), generator)
    encoded_a = point_bytes(a)
    r = curve.multiply(n, generator)
    for number in range(200):
        data = b"pay %d" % number
        k = int.from_bytes(sha512(point_bytes(r) + encoded_a + data).digest(), "little")
        k %= curve.L
        if -k % 8 == n:  # then [S]B - [k]A = -[k]T = R
            signature = point_bytes(r) + (k * secret % curve.L).to_bytes(32, "little")
            assert both_say(ED25519_SPKI_PREFIX + encoded_a, signature, data)
            return
    raise AssertionError("one in eight messages fits")


def base():
    y = 4 * pow(5, -1, curve.P) % curve.P
    point = curve.point_with(y)
    assert point is not None
    x, y = point
    return (x if x % 2 == 0 else curve.P - x), y


def point_bytes(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def test_a_p256_sum_at_infinity_is_no_signature():
    data = b"pay"
    z = int.from_bytes(sha256(data).digest(), "big")
    r = -z * pow(7, -1, ORDER_OF_P256) % ORDER_OF_P256
    assert not both_say(P256_SPKI_PREFIX + COORDINATES, encode_dss_signature(r, 1), data)


@pytest.mark.parametrize("r", [0, 1, ORDER_OF_P256 - 1, ORDER_OF_P256, ORDER_OF_P256 + 1])
@pytest.mark.parametrize("s", [0, 1, ORDER_OF_P256])
def test_they_agree_on_numbers_out_of_range(r, s):
    assert not both_say(P256_SPKI_PREFIX + COORDINATES, encode_dss_signature(r, s), b"pay")


@pytest.mark.parametrize("library", [native, portable])
def test_coordinates_off_the_curve_are_no_key(library):
    with pytest.raises(ValueError, match=r"."):
        library.p256(bytes(64))


def test_an_order_signed_here_holds_there():
    key = SigningKey.from_seed(bytes(32))
    data = message(Tag.ORDER, encode({"type": "pay"}))
    assert both_say(key.spki, key.sign(data), data)
    assert digest(Tag.ORDER, encode({"type": "pay"})) == sha256(data).digest()
