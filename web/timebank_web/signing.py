"""What a page needs to let somebody sign: the draft, their keys, and every value of the order."""

from collections.abc import Collection
from typing import Any

from flask import url_for

from timebank.ledger.orders import Scope
from timebank.services import membership
from timebank.services.drafts import Draft
from timebank.services.membership import Device
from timebank.signing.canonical import Value, decode, encode, to_base64url
from timebank.signing.messages import Tag
from timebank_web.current import me, rp_id, the_bank


def sign_context(
    draft: Draft, shown: Collection[str] = (), scope: Scope | None = None
) -> dict[str, Any]:
    """Return `draft` for _sign.html: an order that the member who is looking may sign.

    `shown` names the fields of the order that the page itself shows as [data-field] or, for
    "legs", as [data-leg]; all others travel hidden. The page rebuilds the order from both and
    refuses to sign anything else than it shows. With `scope` only keys that have it are offered.
    """
    wire = draft.wire()
    return {
        "order": wire["order"],
        "openings": wire["openings"],
        "keys": my_keys(scope),
        "rp_id": rp_id(),
        "type": draft.order.header.type,
        "tag": Tag.ORDER.value,
        "post": url_for("orders.post"),
        "outcome": url_for("orders.outcome", identity=""),
        "hidden": hidden_values(draft.order.data, {"type", *shown}),
    }


def hidden_values(data: bytes, shown: Collection[str]) -> list[dict[str, Any]]:
    """Return the top-level values of canonical bytes, but for those the page shows."""
    order = decode(data)
    assert isinstance(order, dict)
    return [_hidden(name, value) for name, value in order.items() if name not in shown]


def _hidden(name: str, value: Value) -> dict[str, Any]:
    if isinstance(value, str):
        return {"field": name, "text": value}
    if type(value) is int:
        return {"field": name, "int": value}
    return {"field": name, "json": encode(value).decode("ascii")}


def my_keys(scope: Scope | None = None) -> list[dict[str, str]]:
    """Return the keys with which the member who is looking may sign, as keys.js takes them."""
    devices = membership.devices(the_bank(), me().id)
    return [
        _key(device)
        for device in devices
        if not device.key.revoked
        and _usable(device)
        and (scope is None or scope in device.key.scopes)
    ]


def _usable(device: Device) -> bool:
    return device.key.scheme == "ed25519" or bool(device.credential)


def _key(device: Device) -> dict[str, str]:
    if device.key.scheme == "ed25519":
        return {"kind": "device", "spki": device.key.spki}
    return {
        "kind": "passkey",
        "spki": device.key.spki,
        "credential_id": to_base64url(device.credential),
    }
