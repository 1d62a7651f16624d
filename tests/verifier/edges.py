"""Authorizations at the edges of the protocol, each with what docs/protocol.md says of it."""

import hashlib
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from tests.verifier.judging import Case
from tests.verifier.mutations import Book
from tests.verifier.retelling import (
    Entry,
    by_key,
    from_b64,
    order_message,
    retell,
    sign_client_data,
    spkis,
    to_b64,
)
from tests.verifier.sealing import (
    canonical,
    identity,
    seal,
)
from tests.world import LOG_KEY_SEED, seed

Edge = tuple[Case, bool]

L = 2**252 + 27742317777372353535851937790883648493
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def place_of(book: Book, scheme: str) -> int:
    """Return the number of a plain payment that is authorized by this scheme alone."""
    return next(
        number
        for number, entry in enumerate(book.entries)
        if entry["order"]["type"] == "pay"
        and [value["scheme"] for value in entry["authorizations"]] == [scheme]
        and "batch" not in entry["authorizations"][0]
    )


def resealed(book: Book, number: int, **changes: Any) -> bytes:
    entries = deepcopy(book.entries)
    entries[number] |= changes
    return seal(book.ledger, [canonical(entry) for entry in entries], LOG_KEY_SEED)


# ---- signatures


def ed25519(book: Book) -> Iterator[Edge]:
    number = place_of(book, "ed25519")
    entry = book.entries[number]
    (value,) = entry["authorizations"]
    signature = from_b64(value["signature"])
    s = int.from_bytes(signature[32:], "little")
    message, key = order_message(entry["order"]), from_b64(value["spki"])[-32:]
    name = next(name for name in ("joop", "kees") if by_key(value["spki"], message) == value)
    digest = hashlib.sha512(seed("key of " + name)).digest()
    secret = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)

    def from_point(r: bytes) -> bytes:
        """Sign with a nonce of zero, whose R is the neutral point, spelled like this."""
        k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little")
        return r + (k * secret % L).to_bytes(32, "little")

    neutral = (1).to_bytes(32, "little")
    variants = {
        "as signed": (signature, True),
        "S + L": (signature[:32] + (s + L).to_bytes(32, "little"), False),
        "S = 0": (signature[:32] + bytes(32), False),
        "R of small order": (from_point(neutral), True),
        "R of small order, not canonical": (
            from_point((2**255 - 18).to_bytes(32, "little")),
            False,
        ),
        "R of small order, with a sign": (from_point(neutral[:31] + b"\x80"), False),
        "a byte short": (signature[:-1], False),
        "a byte long": (signature + b"\0", False),
        "nothing": (b"", False),
    }
    for label, (changed, holds) in variants.items():
        values = [value | {"signature": to_b64(changed)}]
        bundle = resealed(book, number, authorizations=values)
        yield Case(f"Ed25519: {label}", book.ledger, bundle), holds


def der(book: Book) -> Iterator[Edge]:
    number = place_of(book, "webauthn-es256")
    (value,) = book.entries[number]["authorizations"]
    signature = from_b64(value["signature"])
    r, s = decode_dss_signature(signature)

    def whole(data: bytes) -> bytes:
        return b"\x02" + bytes([len(data)]) + data

    def pair(one: bytes, other: bytes) -> bytes:
        return b"\x30" + bytes([len(one) + len(other)]) + one + other

    def shortest(number: int) -> bytes:
        return number.to_bytes(number.bit_length() // 8 + 1, "big")

    one, other = whole(shortest(r)), whole(shortest(s))
    body = pair(one, other)[2:]
    variants = {
        "as signed": (signature, True),
        "n - S": (encode_dss_signature(r, P256_N - s), True),
        "a zero before r": (pair(whole(b"\0" + shortest(r)), other), False),
        "a zero before S": (pair(one, whole(b"\0" + shortest(s))), False),
        "S + n": (pair(one, whole(shortest(s + P256_N))), False),
        "r = 0": (pair(whole(b"\0"), other), False),
        "S = 0": (pair(one, whole(b"\0")), False),
        "an empty number": (pair(one, whole(b"")), False),
        "a negative number": (pair(one, whole(bytes([0x80]) + bytes(31))), False),
        "a long form of length": (b"\x30\x81" + bytes([len(body)]) + body, False),
        "an endless form": (b"\x30\x80" + body + b"\0\0", False),
        "a byte after it": (signature + b"\0", False),
        "a byte after it, counted": (b"\x30" + bytes([len(body) + 1]) + body + b"\0", False),
        "a third number": (pair(one, other + whole(b"\1")), False),
        "one number": (pair(one, b""), False),
        "r and S, not in DER": (r.to_bytes(32, "big") + s.to_bytes(32, "big"), False),
        "nothing": (b"", False),
    }
    for label, (changed, holds) in variants.items():
        values = [value | {"signature": to_b64(changed)}]
        bundle = resealed(book, number, authorizations=values)
        yield Case(f"DER: {label}", book.ledger, bundle), holds


def client_data(book: Book) -> Iterator[Edge]:
    number = place_of(book, "webauthn-es256")
    (value,) = book.entries[number]["authorizations"]
    right = json.loads(from_b64(value["client_data"]))
    text = json.dumps(right)

    def more(members: str) -> str:
        return text[:-1] + ", " + members + "}"

    variants: dict[str, tuple[str | bytes, bool]] = {
        "as a browser has it": (text, True),
        "crossOrigin false": (more('"crossOrigin": false'), True),
        "crossOrigin true": (more('"crossOrigin": true'), False),
        "crossOrigin null": (more('"crossOrigin": null'), False),
        "crossOrigin 0": (more('"crossOrigin": 0'), False),
        "unknown members": (more('"new": [1.5e3, null, "\\u00e9", {"a": {"a": -0}}]'), True),
        "a member in Unicode": (more('"naam": "Renée 🚲"'), True),
        "half a surrogate": (more('"half": "\\ud83d"'), True),
        "white space": (f"\n\t {text} \r\n", True),
        "a key twice": (more('"type": "webauthn.get"'), False),
        "a key twice, spelled otherwise": (more('"\\u0074ype": "webauthn.get"'), False),
        "a key twice, deeper": (more('"new": [{"a": 1, "b": 2, "a": 3}]'), False),
        "a key twice, and text that looks like keys": (
            more('"x": "{\\"type\\":1,\\"type\\":2}"'),
            True,
        ),
        "one key in two objects": (more('"x": {"type": 1}, "y": {"type": 1}'), True),
        "NaN": (more('"x": NaN'), False),
        "Infinity": (more('"x": -Infinity'), False),
        "a number beyond all": (more('"x": 1e999'), True),
        "a number of many digits": (more(f'"x": {"9" * 2000}'), True),
        "a zero in front": (more('"x": 01'), False),
        "no digit after the point": (more('"x": 1.'), False),
        "a comma too many": (text[:-1] + ",}", False),
        "a byte order mark": (b"\xef\xbb\xbf" + text.encode(), False),
        "UTF-16": (text.encode("utf-16"), False),
        "not UTF-8": (more('"x": "é"').encode("latin-1"), False),
        "a surrogate in UTF-8": (
            more('"x": "§"').encode().replace(b"\xc2\xa7", b"\xed\xa0\x80"),
            False,
        ),
        "a line break in a string": (more('"x": "a\nb"'), False),
        "a delete in a string": (more('"x": "a\x7fb"'), True),
        "32 brackets": (more(f'"x": {"[" * 31}{"]" * 31}'), True),
        "33 brackets": (more(f'"x": {"[" * 32}{"]" * 32}'), False),
        "33 brackets, in a string": (more(f'"x": "{"[" * 32}"'), False),
        "a list": (f"[{text}]", False),
        "nothing": ("", False),
        "null": ("null", False),
        "two objects": (text + text, False),
        "__proto__": (more('"__proto__": {"crossOrigin": true}'), True),
        "another type": (text.replace("webauthn.get", "webauthn.create"), False),
        "another type beside it": (text.replace("webauthn.get", "webauthn.get "), False),
        "a padded challenge": (text.replace(right["challenge"], right["challenge"] + "="), False),
        "another challenge": (text.replace(right["challenge"], to_b64(bytes(32))), False),
        "another origin": (text.replace("https://wijk.test", "https://wijk.test.evil"), False),
        "an origin with a slash": (text.replace("https://wijk.test", "https://wijk.test/"), False),
        "no origin": (json.dumps({k: v for k, v in right.items() if k != "origin"}), False),
        "an origin that is a list": (json.dumps(right | {"origin": [right["origin"]]}), False),
        "4096 bytes": (text.ljust(4096), True),
        "4097 bytes": (text.ljust(4097), False),
    }
    for label, (changed, holds) in variants.items():
        data = changed.encode() if isinstance(changed, str) else changed
        bundle = resealed(book, number, authorizations=[sign_client_data(value, data)])
        yield Case(f"client data: {label}", book.ledger, bundle), holds


def authenticator_data(book: Book) -> Iterator[Edge]:
    number = place_of(book, "webauthn-es256")
    (value,) = book.entries[number]["authorizations"]
    rp, rest = from_b64(value["authenticator_data"])[:32], bytes(4)
    variants = {
        "all flags": (rp + b"\xff" + rest, True),
        "a counter": (rp + b"\x05" + b"\xff" * 4, True),
        "present, not verified": (rp + b"\x01" + rest, False),
        "verified, not present": (rp + b"\x04" + rest, False),
        "another relying party": (bytes(32) + b"\x05" + rest, False),
        "extensions": (rp + b"\x85" + rest + bytes(1024 - 37), True),
        "more than 1024 bytes": (rp + b"\x85" + rest + bytes(1025 - 37), False),
        "36 bytes": (rp + b"\x05" + rest[:3], False),
    }
    for label, (data, holds) in variants.items():
        changed = value | {"authenticator_data": to_b64(data)}
        signed = sign_client_data(changed, from_b64(value["client_data"]))
        bundle = resealed(book, number, authorizations=[signed])
        yield Case(f"authenticator data: {label}", book.ledger, bundle), holds


def fields(book: Book) -> Iterator[Edge]:
    """Authorizations that are written otherwise."""
    number = place_of(book, "webauthn-es256")
    (value,) = book.entries[number]["authorizations"]
    message = order_message(book.entries[number]["order"])
    plain = by_key(spkis()[0], message)
    variants: dict[str, Any] = {
        "none": [],
        "twice the same": [value, value],
        "an unknown field": [value | {"counter": 1}],
        "padded": [value | {"signature": value["signature"] + "=="}],
        "a scheme of another key": [value | {"scheme": "ed25519"}],
        "a field of another scheme": [plain | {"client_data": ""}],
        "an empty batch": [value | {"batch": []}],
        "no batch": [value | {"batch": False}],
        "a batch without a signature": [value | {"batch": [identity(book.entries[1]["order"])]}],
        "33 of them": [value] * 33,
        "not a list": value,
        "a number": [1],
    }
    for label, values in variants.items():
        bundle = resealed(book, number, authorizations=values)
        yield Case(f"authorizations: {label}", book.ledger, bundle), False


def batches(book: Book) -> Iterator[Edge]:
    """One payment that is signed as a batch of its own, in several ways."""
    number = place_of(book, "ed25519")
    entry = book.entries[number]
    spki = entry["authorizations"][0]["spki"]
    name = identity(entry["order"])

    def signed(*orders: str, ledger: str = book.ledger) -> Entry:
        batch = canonical({"ledger": ledger, "orders": list(orders)})
        return by_key(spki, b"timebank:batch:v1\0" + batch) | {"batch": list(orders)}

    absent = [hashlib.sha256(bytes([n])).hexdigest() for n in range(256)]
    variants = {
        "of one": (signed(name), True),
        "of another ledger": (signed(name, ledger="00" * 32), False),
        "without this order": (signed(absent[0]), False),
        "with an order that never came": (signed(name, absent[0]), False),
        "after an order that never came": (signed(absent[0], name), False),
        "with an order twice": (signed(name, name), False),
        "of 257": (signed(name, *absent), False),
    }
    two = resealed(book, number, authorizations=[signed(name), signed(name, absent[0])])
    yield Case("batch: two of them", book.ledger, two), False
    for label, (value, holds) in variants.items():
        bundle = resealed(book, number, authorizations=[value])
        yield Case(f"batch: {label}", book.ledger, bundle), holds


def entries(book: Book) -> Iterator[Edge]:
    """Entries that are signed as they must be, and wrong in another way."""
    last = len(book.entries) - 1
    for label, changes in {
        "a number too far": {"seq": last + 1},
        "the number of another": {"seq": 0},
        "a time before that of the last": {"time": book.entries[last - 1]["time"] - 1},
    }.items():
        yield Case(f"entry: {label}", book.ledger, resealed(book, last, **changes)), False
    told = deepcopy(book.entries)
    told[0]["order"]["rules"] = 2
    yield Case("rules of a version to come", *retell(book.entries, told)), False
    for number, entry in enumerate(book.entries):
        if entry["order"]["type"] == "admit":
            told = deepcopy(book.entries)
            told[number]["order"]["author"] = entry["order"]["invitation"]["voucher"]["issuer"]
            yield Case("admitted by another", *retell(book.entries, told)), False
        if entry["order"]["type"] == "pay" and len(entry["authorizations"]) == 2:
            yield Case("two payers", book.ledger, resealed(book, number)), True
            batches = [[identity(entry["order"])], [identity(entry["order"]), "00" * 32]]
            values = [
                by_key(
                    value["spki"],
                    b"timebank:batch:v1\0" + canonical({"ledger": book.ledger, "orders": batch}),
                )
                | {"batch": batch}
                for value, batch in zip(entry["authorizations"], batches, strict=True)
            ]
            changed = resealed(book, number, authorizations=values)
            yield Case("two payers, of whom one signs a batch", book.ledger, changed), False
            changed = resealed(book, number, authorizations=[values[0], entry["authorizations"][1]])
            yield Case("two payers, who sign a batch and not", book.ledger, changed), True


SIGNATURES: tuple[Callable[[Book], Iterator[Edge]], ...] = (
    ed25519,
    der,
    client_data,
    authenticator_data,
    fields,
    batches,
    entries,
)
