"""Authorizations, right and wrong, and what each must come to."""

import hashlib
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from tests.vectors.signing.edwards25519 import L
from tests.vectors.signing.signers import (
    BATCH,
    ED25519_PREFIX,
    LEDGER,
    LOGIN,
    ORDER,
    ORIGIN,
    P256_N,
    Passkey,
    b64u,
    digest,
    ed25519_key,
    from_b64u,
    message,
)

PAYMENT = rfc8785.dumps({"type": "pay", "amount": 90, "ledger": LEDGER})
OTHER = rfc8785.dumps({"type": "pay", "amount": 91, "ledger": LEDGER})
BOTH = [digest(ORDER, OTHER).hex(), digest(ORDER, PAYMENT).hex()]
CHALLENGE = digest(ORDER, PAYMENT)

Value = dict[str, Any]


def authorizations() -> list[dict[str, Any]]:
    """Each is parsed and verified as an authorization of `data` under `tag`; as an order in
    `ledger` where there is one. `outcome` is what it proves or the code of the refusal."""
    return [*_ed25519(), *_batches(), *_passkeys(), *_client_data()]


def _order(name: str, value: object, outcome: object, data: bytes = PAYMENT) -> dict[str, Any]:
    return {
        "name": name,
        "tag": ORDER,
        "ledger": LEDGER,
        "data": data.hex(),
        "authorization": value,
        "outcome": outcome,
    }


def _login(name: str, value: Value, outcome: object) -> dict[str, Any]:
    return {
        "name": name,
        "tag": LOGIN,
        "data": PAYMENT.hex(),
        "authorization": value,
        "outcome": outcome,
    }


def _proves(value: Value) -> dict[str, Any]:
    passkey = value["scheme"] != "ed25519"
    return {
        "key_id": hashlib.sha256(from_b64u(value["spki"])).hexdigest(),
        "scheme": value["scheme"],
        "batch": value.get("batch"),
        "origin": ORIGIN if passkey else None,
        "rp_id_hash": hashlib.sha256(b"wijk.example").hexdigest() if passkey else None,
    }


def _signed(tag: str, data: bytes, **fields: object) -> Value:
    key = ed25519_key(b"Joop")
    return {
        "scheme": "ed25519",
        "spki": b64u(ED25519_PREFIX + key.public_key().public_bytes_raw()),
        "signature": b64u(key.sign(message(tag, data))),
        **fields,
    }


def _without(value: Value, name: str) -> Value:
    return {field: member for field, member in value.items() if field != name}


def _ed25519() -> list[dict[str, Any]]:
    good = _signed(ORDER, PAYMENT)
    signature = from_b64u(good["signature"])
    s_plus_l = (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")
    neutral = bytes([1]) + bytes(31)
    anybody = {
        **good,
        "spki": b64u(ED25519_PREFIX + neutral),
        "signature": b64u(neutral + bytes(32)),
    }
    login = _signed(LOGIN, PAYMENT)
    return [
        _order("an order", good, _proves(good)),
        _login("a login", login, _proves(login)),
        _order("a login as an order", login, "bad_signature"),
        _login("an order as a login", good, "bad_signature"),
        _order("another order", good, "bad_signature", data=OTHER),
        _order("no tag at all", _untagged(), "bad_signature"),
        _order("S + L", {**good, "signature": b64u(signature[:32] + s_plus_l)}, "bad_signature"),
        _order("zeros", {**good, "signature": b64u(bytes(64))}, "bad_signature"),
        _order("a key that fits every message", anybody, "bad_key"),
        _order("a passkey's key", {**good, "spki": b64u(Passkey(b"Joop").spki)}, "bad_key"),
        _order("no key", {**good, "spki": ""}, "bad_key"),
        _order("63 bytes", {**good, "signature": b64u(signature[:63])}, "bad_field"),
        _order("65 bytes", {**good, "signature": b64u(signature + b"\0")}, "bad_field"),
        _order("padding", {**good, "signature": good["signature"] + "=="}, "bad_field"),
        _order("stray bits", {**good, "signature": good["signature"][:-1] + "x"}, "bad_field"),
        _order("a number", {**good, "signature": 7}, "bad_field"),
        _order("a field too many", {**good, "key": "00"}, "bad_field"),
        _order("client data too", {**good, "client_data": ""}, "bad_field"),
        _order("no signature", _without(good, "signature"), "bad_field"),
        _order("no scheme", _without(good, "scheme"), "bad_field"),
        _order("unknown scheme", {**good, "scheme": "rsa"}, "bad_field"),
        _order("scheme in a list", {**good, "scheme": ["ed25519"]}, "bad_field"),
        _order("another scheme", {**good, "scheme": "webauthn-es256"}, "bad_field"),
        _order("a list", [good], "bad_field"),
        _order("a string", "ed25519", "bad_field"),
        _order("true", True, "bad_field"),
    ]


def _untagged() -> Value:
    return {**_signed(ORDER, b""), "signature": b64u(ed25519_key(b"Joop").sign(PAYMENT))}


def _batch(identities: list[str], ledger: str = LEDGER, listed: object = None) -> Value:
    data = rfc8785.dumps({"ledger": ledger, "orders": identities})
    return _signed(BATCH, data, batch=identities if listed is None else listed)


def _batches() -> list[dict[str, Any]]:
    good = _batch(BOTH)
    full = _batch([*BOTH, *(f"{n:064x}" for n in range(254))])
    passkey = Passkey(b"Joop").authorize(
        digest(BATCH, rfc8785.dumps({"ledger": LEDGER, "orders": BOTH}))
    )
    passkey["batch"] = BOTH
    return [
        _order("a batch", good, _proves(good)),
        _order("a batch, its other order", good, _proves(good), data=OTHER),
        _order("a batch of 256", full, _proves(full)),
        _order("a batch by a passkey", passkey, _proves(passkey)),
        _order("a batch in another ledger", _batch(BOTH, ledger="2e" * 32), "bad_signature"),
        _order("a batch without this order", _batch(BOTH[:1]), "bad_signature"),
        _order("another batch", _batch(BOTH[:1], listed=BOTH), "bad_signature"),
        _order("a batch in another order", _batch(BOTH, listed=BOTH[::-1]), "bad_signature"),
        _order("a batch signed, none listed", _without(good, "batch"), "bad_signature"),
        _order(
            "an order signed, a batch listed", _signed(ORDER, PAYMENT, batch=BOTH), "bad_signature"
        ),
        _login("a batch as a login", good, "bad_signature"),
        _login("a login with a batch", _signed(LOGIN, PAYMENT, batch=BOTH), "bad_signature"),
        _order("an empty batch", _batch([]), "bad_field"),
        _order("an order twice", _batch([*BOTH, BOTH[0]]), "bad_field"),
        _order("257 orders", _batch([*full["batch"], "ff" * 32]), "bad_field"),
        _order("upper case", _batch([item.upper() for item in BOTH]), "bad_field"),
        _order("short", _batch([BOTH[1][:-2]]), "bad_field"),
        _order("a string of orders", _batch(BOTH, listed=BOTH[1]), "bad_field"),
        _order("lists of orders", _batch(BOTH, listed=[[BOTH[1]]]), "bad_field"),
        _order("batch false", _batch(BOTH, listed=False), "bad_field"),
    ]


def _passkeys() -> list[dict[str, Any]]:
    passkey = Passkey(b"Joop")
    good = passkey.authorize(CHALLENGE)
    extended = passkey.authorize(CHALLENGE, flags=0x9D, rest=b"\xa0")
    login = passkey.authorize(digest(LOGIN, PAYMENT))
    signature = from_b64u(good["signature"])
    r, s = decode_dss_signature(signature)
    malleated = {**good, "signature": b64u(encode_dss_signature(r, P256_N - s))}
    raw = b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    zeros = b64u(encode_dss_signature(0, 0))
    data = from_b64u(good["authenticator_data"])
    counted = b64u(data[:-1] + b"\1")
    flipped = b64u(data[:32] + b"\x1d" + data[33:])
    edwards = _signed(ORDER, PAYMENT)["spki"]
    return [
        _order("a passkey", good, _proves(good)),
        _order("a synced passkey with extensions", extended, _proves(extended)),
        _order("(r, n - s) is as valid as (r, s)", malleated, _proves(good)),
        _login("a passkey's login", login, _proves(login)),
        _order("a passkey's login as an order", login, "bad_challenge"),
        _login("a passkey's order as a login", good, "bad_challenge"),
        _order("a passkey for another order", good, "bad_challenge", data=OTHER),
        _order(
            "no finger, only touch", passkey.authorize(CHALLENGE, flags=0x01), "not_verified_user"
        ),
        _order(
            "verified but not present",
            passkey.authorize(CHALLENGE, flags=0x04),
            "not_verified_user",
        ),
        _order("no flags", passkey.authorize(CHALLENGE, flags=0x00), "not_verified_user"),
        _order("other flags", {**good, "authenticator_data": flipped}, "bad_signature"),
        _order("other counter", {**good, "authenticator_data": counted}, "bad_signature"),
        _order("36 bytes", {**good, "authenticator_data": b64u(data[:36])}, "bad_field"),
        _order("long data", passkey.authorize(CHALLENGE, rest=bytes(1000)), "bad_field"),
        _order("r and s side by side", {**good, "signature": raw}, "bad_signature"),
        _order("r = s = 0", {**good, "signature": zeros}, "bad_signature"),
        _order("empty signature", {**good, "signature": ""}, "bad_signature"),
        _order("a byte more", {**good, "signature": b64u(signature + b"\0")}, "bad_signature"),
        _order("73 bytes", {**good, "signature": b64u(bytes(73))}, "bad_field"),
        _order("another passkey", {**good, "spki": b64u(Passkey(b"Bart").spki)}, "bad_signature"),
        _order("an Ed25519 key", {**good, "spki": edwards}, "bad_key"),
        _order("a compressed key", {**good, "spki": b64u(passkey.compressed_spki)}, "bad_key"),
        _order("no client data", _without(good, "client_data"), "bad_field"),
        _order("client data in a list", {**good, "client_data": []}, "bad_field"),
    ]


def _client_data() -> list[dict[str, Any]]:
    passkey = Passkey(b"Joop")
    good = passkey.authorize(CHALLENGE)
    raw = from_b64u(good["client_data"])
    reordered = b'{ "crossOrigin":false,\n' + b'"origin"' + raw.partition(b'"origin"')[2][:-1]
    reordered += b', "challenge":"%s","type":"webauthn.get"}' % b64u(CHALLENGE).encode()
    odd: dict[str, dict[str, Any]] = {
        "an unknown member": {"other_keys_can_be_added_here": "do not compare with a template"},
        "not cross-origin": {"crossOrigin": False},
        "members of members": {"tokenBinding": {"status": "supported", "list": [1.5, None]}},
        "a lone surrogate in an unknown member": {"other": "\ud800"},
    }
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "a registration": ({"type": "webauthn.create"}, "bad_challenge"),
        "a padded challenge": ({"challenge": b64u(CHALLENGE) + "="}, "bad_challenge"),
        "a challenge in hex": ({"challenge": CHALLENGE.hex()}, "bad_challenge"),
        "an empty challenge": ({"challenge": ""}, "bad_challenge"),
        "within another site": ({"crossOrigin": True}, "bad_origin"),
        "cross-origin in words": ({"crossOrigin": "false"}, "bad_field"),
        "cross-origin one": ({"crossOrigin": 1}, "bad_field"),
        "no type": ({"type": None}, "bad_field"),
        "no challenge": ({"challenge": None}, "bad_field"),
        "no origin": ({"origin": None}, "bad_field"),
        "a list of origins": ({"origin": [ORIGIN]}, "bad_field"),
        "a lone surrogate": ({"origin": "\ud800"}, "bad_field"),
        "a line end": ({"origin": ORIGIN + "\n"}, "bad_field"),
        "a homoglyph": ({"origin": "https://w\u0456jk.example"}, "bad_field"),
        "client data too large": ({"other": "x" * 4096}, "bad_field"),
    }
    not_json = {
        "nothing": b" ",
        "a list of client data": b"[" + raw + b"]",
        "a number of client data": b"1",
        "challenge twice": raw[:-1] + b',"challenge":"AA"}',
        "a key twice, deeper": raw[:-1] + b',"other":{"a":1,"a":1}}',
        "NaN": raw[:-1] + b',"other":NaN}',
        "infinity": raw[:-1] + b',"other":-Infinity}',
        "byte order mark": b"\xef\xbb\xbf" + raw,
        "UTF-16": raw.decode().encode("utf-16"),
        "not UTF-8": raw[:-1] + b',"other":"\xff"}',
        "two objects": raw + raw,
        "NUL behind it": raw + b"\0",
        "a control character": raw[:-1] + b',"other":"\n"}',
        "deep": raw[:-1] + b',"other":' + b"[" * 32 + b"]" * 32 + b"}",
        "deeper than a parser": b"[" * 4096,
    }
    return [
        *(
            _order(name, passkey.authorize(CHALLENGE, **members), _proves(good))
            for name, members in odd.items()
        ),
        _order("written otherwise", passkey.authorize(CHALLENGE, raw=reordered), _proves(good)),
        _order("a space was added", {**good, "client_data": b64u(raw + b" ")}, "bad_signature"),
        *(
            _order(name, passkey.authorize(CHALLENGE, **members), code)
            for name, (members, code) in wrong.items()
        ),
        *(
            _order(name, passkey.authorize(CHALLENGE, raw=client_data), "bad_field")
            for name, client_data in not_json.items()
        ),
    ]
