import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Code, Refusal
from timebank.signing.keys import (
    ED25519_SPKI_PREFIX,
    P256_SPKI_PREFIX,
    Scheme,
    SigningKey,
    WrongPassphrase,
    key_id,
    load_public_key,
    seal,
    unseal,
)

FOLDER = Path(__file__).parents[1] / "vectors" / "signing"
VECTORS = json.loads((FOLDER / "keys.json").read_text())
# RFC 8032 §7.1, and the ten cases of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs"
# (ePrint 2020/1244), on which verifiers differ. The outcomes are ours.
EDGE_CASES = json.loads((FOLDER / "edge_cases.json").read_text())
# Written by `openssl pkcs8 -topk8`, from the seed of the first edge case.
KEY_FILE = (FOLDER / "key_file.pem").read_bytes()
PASSPHRASE = "vijf fietsen in de regen"


def code_of(action, *arguments):
    with pytest.raises(Refusal) as refused:
        action(*arguments)
    return refused.value.code


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: case["id"])
def test_a_key_is_known_by_the_hash_of_its_spki(case):
    key = load_public_key(bytes.fromhex(case["spki"]), case["scheme"])
    assert (key.id, key.scheme, key.spki.hex()) == (case["id"], case["scheme"], case["spki"])
    assert key_id(key.spki) == key.id


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_other_encodings_and_weak_keys_are_refused(case):
    code = code_of(load_public_key, bytes.fromhex(case["spki"]), case["scheme"])
    assert code is Code.BAD_KEY


def test_all_fourteen_spellings_of_small_order_points_are_among_the_vectors():
    spellings = {case["spki"] for case in VECTORS["refused"] if "small order" in case["name"]}
    assert len(spellings) == 14


def test_without_the_check_one_signature_would_fit_every_message():
    neutral = bytes([1]) + bytes(31)
    unchecked = Ed25519PublicKey.from_public_bytes(neutral)
    for number in range(64):
        unchecked.verify(neutral + bytes(32), b"pay %d" % number)


@pytest.mark.parametrize("case", EDGE_CASES, ids=lambda case: case["name"])
def test_verifiers_differ_on_these_and_ours_is_pinned(case):
    spki = ED25519_SPKI_PREFIX + bytes.fromhex(case["public_key"])
    signature, message = bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])
    if case["outcome"] == "bad_key":
        assert code_of(load_public_key, spki, "ed25519") is Code.BAD_KEY
        return
    key = load_public_key(spki, "ed25519")
    if case["outcome"] == "verified":
        key.verify(signature, message)
    else:
        assert code_of(key.verify, signature, message) == case["outcome"]


@pytest.mark.parametrize(
    "case", [case for case in EDGE_CASES if "seed" in case], ids=lambda case: case["name"]
)
def test_signing_follows_the_rfc(case):
    key = SigningKey.from_seed(bytes.fromhex(case["seed"]))
    assert key.spki == ED25519_SPKI_PREFIX + bytes.fromhex(case["public_key"])
    assert key.sign(bytes.fromhex(case["message"])).hex() == case["signature"]


def test_a_key_off_the_curve_verifies_nothing():
    # y = 2 belongs to no point: 3 / (4d + 1) is not a square.
    key = load_public_key(ED25519_SPKI_PREFIX + bytes([2]) + bytes(31), "ed25519")
    assert code_of(key.verify, bytes(64), b"") is Code.BAD_SIGNATURE


@given(st.binary(max_size=100), st.sampled_from([*Scheme, "", "rsa"]))
def test_arbitrary_bytes_as_a_key_are_refused(spki, scheme):
    assert code_of(load_public_key, spki, scheme) is Code.BAD_KEY


@given(st.binary(min_size=64, max_size=64))
def test_arbitrary_coordinates_are_not_on_p256(coordinates):
    assert code_of(load_public_key, P256_SPKI_PREFIX + coordinates, "webauthn-es256") is (
        Code.BAD_KEY
    )


@given(st.binary(max_size=80), st.sampled_from(VECTORS["accepted"]))
def test_arbitrary_bytes_as_a_signature_are_refused(signature, case):
    key = load_public_key(bytes.fromhex(case["spki"]), case["scheme"])
    assert code_of(key.verify, signature, b"message") is Code.BAD_SIGNATURE


def test_the_spki_is_what_the_library_itself_writes():
    key = SigningKey.from_seed(bytes(32))
    loaded = serialization.load_der_public_key(key.spki)
    assert isinstance(loaded, Ed25519PublicKey)
    loaded.verify(key.sign(b"message"), b"message")
    with pytest.raises(InvalidSignature):
        loaded.verify(key.sign(b"message"), b"another")


def test_a_secret_key_is_not_shown():
    seed = hashlib.sha256(b"secret").digest()
    key = SigningKey.from_seed(seed)
    assert seed.hex() not in repr(key)
    assert repr(key) == f"SigningKey(spki={key.spki!r}, id={key.id!r})"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_seed_is_32_bytes(size):
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey.from_seed(bytes(size))


def test_a_sealed_key_opens_with_its_passphrase_only():
    key = SigningKey.from_seed(bytes(range(32)))
    sealed = seal(key, PASSPHRASE)
    assert unseal(sealed, PASSPHRASE) == key
    assert unseal(sealed, PASSPHRASE).sign(b"message") == key.sign(b"message")
    for wrong in ("", "vijf fietsen", PASSPHRASE + " "):
        with pytest.raises(WrongPassphrase):
            unseal(sealed, wrong)


def test_a_key_file_of_another_program_opens():
    seed = bytes.fromhex(EDGE_CASES[0]["seed"])
    assert unseal(KEY_FILE, PASSPHRASE) == SigningKey.from_seed(seed)


def test_a_key_is_not_sealed_without_a_passphrase():
    with pytest.raises(ValueError, match="1 or more bytes"):
        seal(SigningKey.from_seed(bytes(32)), "")


def plain_key_file():
    key = serialization.load_pem_private_key(KEY_FILE, PASSPHRASE.encode())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def other_key_file():
    return ec.derive_private_key(7, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE.encode()),
    )


@pytest.mark.parametrize("file", [b"", b"hello", plain_key_file(), other_key_file()])
def test_what_is_no_sealed_ed25519_key_is_not_blamed_on_the_passphrase(file):
    with pytest.raises(ValueError, match="not an") as raised:
        unseal(file, PASSPHRASE)
    assert not isinstance(raised.value, WrongPassphrase)
