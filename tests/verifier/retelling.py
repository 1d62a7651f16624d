"""A journal told differently: entries are changed, and all that follows from it is put right.

Orders that changed get new identities; orders that name those change too; whoever signed signs
again; postings follow the legs. What is left to refuse is then what the rules refuse.
"""

import base64
import hashlib
import json
from contextlib import suppress
from copy import deepcopy
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.passkeys import Passkey
from tests.verifier.sealing import canonical, identity, ledger_of, seal
from tests.world import FOUNDERS, LOG_KEY_SEED, seed

Entry = dict[str, Any]
Key = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def to_b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@cache
def _keys() -> dict[str, Key]:
    """Return every private key of the stories by its SPKI, and a stranger's."""
    names = (*FOUNDERS, "tablet", "stranger", "sara", "fatima")
    ours: list[Key] = [
        Ed25519PrivateKey.from_private_bytes(seed("key of " + name)) for name in names
    ]
    passkeys = [Passkey(name).private for name in ("amina", "els", "fatima", "els laptop")]
    return {
        to_b64(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)): key
        for key in (*ours, *passkeys)
    }


def spkis() -> list[str]:
    return list(_keys())


def sign_client_data(authorization: Entry, client_data: bytes) -> Entry:
    """Return the passkey's authorization with other client data, signed again."""
    key = _keys()[authorization["spki"]]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    data = from_b64(authorization["authenticator_data"]) + hashlib.sha256(client_data).digest()
    signature = key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
    return authorization | {"client_data": to_b64(client_data), "signature": to_b64(signature)}


def sign(authorization: Entry, message: bytes) -> Entry:
    """Return the authorization by the same key, of this message."""
    key = _keys()[authorization["spki"]]
    if isinstance(key, Ed25519PrivateKey):
        return authorization | {"signature": to_b64(key.sign(message))}
    client = json.loads(from_b64(authorization["client_data"]))
    client["challenge"] = to_b64(hashlib.sha256(message).digest())
    return sign_client_data(authorization, json.dumps(client).encode())


def by_key(spki: str, message: bytes) -> Entry:
    """Return an authorization by this key, with a page of its own if it is a passkey."""
    values: Entry = {"spki": spki, "scheme": "ed25519"}
    if not isinstance(_keys()[spki], Ed25519PrivateKey):
        page = json.dumps({"type": "webauthn.get", "origin": "https://wijk.test"}).encode()
        device = hashlib.sha256(b"wijk.test").digest() + bytes([5, 0, 0, 0, 0])
        values["scheme"] = "webauthn-es256"
        values |= {"client_data": to_b64(page), "authenticator_data": to_b64(device)}
    return sign(values, message)


def order_message(order: Entry) -> bytes:
    return b"timebank:order:v1\0" + canonical(order)


def _message(order: Entry, authorization: Entry, ledger: str) -> bytes:
    if "batch" not in authorization:
        return order_message(order)
    batch = {"ledger": ledger, "orders": authorization["batch"]}
    return b"timebank:batch:v1\0" + canonical(batch)


def _vouched(order: Entry) -> None:
    with suppress(KeyError, TypeError, ValueError):  # no invitation, or none one can sign
        invitation = order["invitation"]
        message = b"timebank:invitation:v1\0" + canonical(invitation["voucher"])
        invitation["authorization"] = sign(invitation["authorization"], message)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return the value with identities replaced, in lists that are in order of them."""
    text = canonical(value).decode()
    for old, new in names.items():
        text = text.replace(old, new)
    renamed = json.loads(text)
    if renamed != value:
        for name, field in (("backing", "line"), ("payouts", "redemption")):
            if isinstance(renamed, dict) and name in renamed:
                with suppress(KeyError, TypeError, AttributeError):
                    renamed[name].sort(key=lambda item: item[field])
    return renamed


def postings_of(order: Entry, before: list[Any], fund: str | None = None) -> list[Any]:
    """Return the postings of the order, whose kind of legs those before it show.

    `fund` is where a fee for redeeming goes, as far as that is known.
    """
    amount = order.get("amount", 0)
    match order["type"]:
        case "pay" | "refund" | "correct":
            legs = [(leg["payer"], leg["payee"], leg["amount"]) for leg in order["legs"]]
        case "record_bank":
            sides = (order["counter"], order["bank"])
            legs = [(*(sides if amount > 0 else sides[::-1]), abs(amount))]
        case "issue":
            legs = [(before[0][0], order["payee"], amount)]
        case "retire":
            legs = [(order["payer"], before[1][0], amount)]
        case "redeem":
            legs = [(order["payer"], before[1][0], amount)]
            if "fee" in order:
                legs.append((order["payer"], fund or order["payer"], order["fee"]))
        case "settle":
            total = sum(payout["amount"] for payout in order["payouts"])
            legs = [
                (before[0][0], before[1][0], total),
                (order["transit"], order["outside"], total),
            ]
        case _:
            legs = []
    return [part for one, other, sum_ in legs for part in ([one, -sum_], [other, sum_])]


def retell(story: list[Entry], told: list[Entry]) -> tuple[str, bytes]:
    """Return the ledger and the bundle of a journal that was told as `story` before.

    An entry may say `was`: what it was before; the one in its place otherwise.
    """
    told = deepcopy(told)
    names: dict[str, str] = {}
    funds: dict[str, str | None] = {}
    ledger = ledger_of(told[0]["order"])
    if told[0]["order"].get("type") == "genesis":
        names[ledger_of(story[0]["order"])] = ledger
    for place, entry in enumerate(told):
        old = entry.setdefault("was", story[min(place, len(story) - 1)])
        if place:
            entry["order"] = _renamed(entry["order"], names)
        entry["seq"] = place
        with suppress(KeyError, TypeError, AttributeError):  # no policy, or none to read
            funds[entry["order"]["currency"]] = entry["order"]["policy"]["redeeming"].get("fund")
        if entry["order"] == old["order"]:
            continue
        _vouched(entry["order"])
        new = identity(entry["order"])
        names.setdefault(identity(old["order"]), new)
        with suppress(KeyError, TypeError, IndexError):  # an order without legs one can tell
            fund = funds.get(entry["order"].get("currency"))
            entry["postings"] = postings_of(entry["order"], old["postings"], fund)
    for entry in told:
        old = entry.pop("was")
        entry["authorizations"] = [
            _again(_renamed(value, names), value, entry["order"], old["order"], ledger)
            for value in entry["authorizations"]
        ]
    return ledger, seal(ledger, [canonical(entry) for entry in told], LOG_KEY_SEED)


def _again(value: Entry, before: Entry, order: Entry, old: Entry, ledger: str) -> Entry:
    if value == before and order == old:
        return value
    return sign(value, _message(order, value, ledger)) if value["spki"] in _keys() else value
