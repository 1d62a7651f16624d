"""Write the vectors beside this file: `python -m tests.vectors.signing.generate`.

Every outcome is stated here and none is asked of the code under test, which is not imported: the
canonical bytes come from the `rfc8785` package. Seeds are fixed and ECDSA is deterministic
(RFC 6979), so a second run writes the same files. `edge_cases.json` and `key_file.pem` are not
written here; their tests say where they come from.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from tests.vectors.signing.authorizations import authorizations
from tests.vectors.signing.edwards25519 import P, encodings, small_order_points
from tests.vectors.signing.signers import (
    ED25519_PREFIX,
    LEDGER,
    ORDER,
    P256_X_IS_P,
    Passkey,
    digest,
    ed25519_key,
    message,
)

HERE = Path(__file__).parent


def canonical() -> dict[str, Any]:
    accepted = {
        "empty object": ({}, "{}"),
        "empty array": ([], "[]"),
        "keys in order of their characters": (
            {"b": 1, "a": 2, "B": 3, "": 4, "aa": 5, "10": 6, "9": 7, " ": 8, "~": 9},
            '{"":4," ":8,"10":6,"9":7,"B":3,"a":2,"aa":5,"b":1,"~":9}',
        ),
        "only two characters are escaped": ("\"\\/<&'", '"\\"\\\\/<&\'"'),
        "largest integers": ([2**53 - 1, 1 - 2**53], "[9007199254740991,-9007199254740991]"),
        "zero and booleans": ([0, True, False], "[0,true,false]"),
        "eight deep": ([[[[{"a": [[[]]]}]]]], '[[[[{"a":[[[]]]}]]]]'),
        "a payment": (
            {
                "type": "pay",
                "created": 1795312980,
                "legs": [{"amount": 90, "currency": "HRS", "payee": "0b" * 16}],
            },
            '{"created":1795312980,"legs":[{"amount":90,"currency":"HRS","payee":"'
            + "0b" * 16
            + '"}],"type":"pay"}',
        ),
    }
    refused: dict[str, bytes | str] = {
        "nothing": "",
        "null": '{"a":null}',
        "keys out of order": '{"b":1,"a":2}',
        "key twice": '{"a":1,"a":1}',
        "key twice, deeper": '{"a":[{"b":1,"b":2}]}',
        "space after colon": '{"a": 1}',
        "space before": " {}",
        "line end after": "{}\n",
        "carriage return": "{\r}",
        "two values": "{}{}",
        "trailing comma": "[1,]",
        "single quotes": "{'a':1}",
        "not closed": '{"a":1',
        "brackets of two kinds": "[}",
        "float": "1.0",
        "float with exponent": "1e2",
        "capital exponent": "1E2",
        "minus zero": "-0",
        "leading zero": "01",
        "plus sign": "+1",
        "2^53": "9007199254740992",
        "-2^53": "-9007199254740992",
        "seventeen digits": "10000000000000000",
        "five thousand digits": "1" * 5000,
        "NaN": "NaN",
        "infinity": "-Infinity",
        "capital boolean": "True",
        "escaped letter": '"\\u0041"',
        "escaped slash": '"\\/"',
        "escaped line end": '"\\n"',
        "escaped e acute": '"\\u00e9"',
        "lone surrogate": '"\\ud800"',
        "backslash at the end": '"\\"',
        "tab in a string": '"\t"',
        "delete in a string": '"\x7f"',
        "NUL": '"\x00"',
        "e acute": '"\u00e9"',
        "emoji": '"\U0001f600"',
        "e acute in a key": '{"\u00e9":1}',
        "byte order mark": "\ufeff{}",
        "UTF-16": "{}".encode("utf-16"),
        "UTF-32": "{}".encode("utf-32-le"),
        "not UTF-8": b'"\xff"',
        "surrogate in UTF-8": b'"\xed\xa0\x80"',
        "overlong slash": b'"\xc0\xaf"',
        "nine deep": "[" * 9 + "]" * 9,
    }
    return {
        "accepted": [
            {"name": name, "value": value, "bytes": text.encode().hex()}
            for name, (value, text) in accepted.items()
        ],
        "refused": [
            {
                "name": name,
                "bytes": (data if isinstance(data, bytes) else data.encode()).hex(),
                "code": "not_canonical",
            }
            for name, data in refused.items()
        ],
    }


def messages() -> dict[str, Any]:
    data = b'{"type":"pay"}'
    tags = ["ledger", "order", "batch", "invitation", "secret", "login", "commitment", "seal"]
    texts = ["", "fiets maken", "Ren\u00e9e, \u00bd uur", "Rene\u0301e, \u00bd uur"]
    orders = [digest(ORDER, data).hex(), "00" * 32]
    seal: dict[str, Any] = {"time": 1795312980, "size": 41, "root": "5a" * 32, "ledger": LEDGER}
    return {
        "tags": [
            {
                "tag": f"timebank:{tag}:v1",
                "data": data.hex(),
                "message": message(f"timebank:{tag}:v1", data).hex(),
                "digest": digest(f"timebank:{tag}:v1", data).hex(),
            }
            for tag in tags
        ],
        "commitments": [
            {
                "salt": bytes(range(32)).hex(),
                "text": text,
                "commitment": digest(
                    "timebank:commitment:v1", bytes(range(32)) + text.encode()
                ).hex(),
            }
            for text in texts
        ],
        "batch": {
            "ledger": LEDGER,
            "orders": orders,
            "data": rfc8785.dumps({"orders": orders, "ledger": LEDGER}).hex(),
        },
        "seal": {
            **seal,
            "data": rfc8785.dumps(seal).hex(),
            "message": message("timebank:seal:v1", rfc8785.dumps(seal)).hex(),
        },
    }


def keys() -> dict[str, Any]:
    ed25519 = ed25519_key(b"keys").public_key().public_bytes_raw()
    p256 = Passkey(b"keys").spki
    odd = ed25519_key(b"x is odd.").public_key().public_bytes_raw()
    assert odd[31] & 0x80
    accepted = [
        ("ed25519", ED25519_PREFIX + ed25519),
        ("ed25519", ED25519_PREFIX + odd),
        ("webauthn-es256", p256),
    ]
    refused: list[tuple[str, str, bytes]] = [
        ("nothing", "ed25519", b""),
        ("unknown scheme", "rsa", ED25519_PREFIX + ed25519),
        ("a passkey's key as Ed25519", "ed25519", p256),
        ("Ed25519 as a passkey's key", "webauthn-es256", ED25519_PREFIX + ed25519),
        ("without its SPKI", "ed25519", ed25519),
        ("one byte short", "ed25519", ED25519_PREFIX + ed25519[:-1]),
        ("one byte long", "ed25519", ED25519_PREFIX + ed25519 + b"\0"),
        ("X25519", "ed25519", bytes.fromhex("302a300506032b656e032100") + ed25519),
        ("long form of length", "ed25519", b"\x30\x81" + ED25519_PREFIX[1:] + ed25519),
        ("y = p + 3", "ed25519", ED25519_PREFIX + (P + 3).to_bytes(32, "little")),
        ("y = 2^255 - 1, signed", "ed25519", ED25519_PREFIX + b"\xff" * 32),
        ("P-256 without its SPKI", "webauthn-es256", p256[27:]),
        ("compressed", "webauthn-es256", Passkey(b"keys").compressed_spki),
        ("P-256, a byte short", "webauthn-es256", p256[:-1]),
        ("P-256, a byte long", "webauthn-es256", p256 + b"\0"),
        ("not on the curve", "webauthn-es256", p256[:-1] + bytes([p256[-1] ^ 1])),
        ("at infinity", "webauthn-es256", p256[:26] + b"\0" * 65),
        ("zero point", "webauthn-es256", p256[:27] + b"\0" * 64),
        ("x = p", "webauthn-es256", p256[:27] + P256_X_IS_P),
    ]
    for point in sorted(small_order_points()):
        for form, encoded in encodings(point):
            refused.append(
                (f"small order, {form}, {encoded.hex()}", "ed25519", ED25519_PREFIX + encoded)
            )
    return {
        "accepted": [
            {"scheme": scheme, "spki": spki.hex(), "id": hashlib.sha256(spki).hexdigest()}
            for scheme, spki in accepted
        ],
        "refused": [
            {"name": name, "scheme": scheme, "spki": spki.hex()} for name, scheme, spki in refused
        ],
    }


def main() -> None:
    for subject in (canonical, messages, keys, authorizations):
        text = json.dumps(subject(), indent=1)
        (HERE / f"{subject.__name__}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
