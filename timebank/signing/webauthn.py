"""What a passkey says when it signs (WebAuthn Level 2, §5.2.2 and §7.2).

Only what an assertion must prove is read. Signature counters are not: synced passkeys have none.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256

from timebank.errors import Code, Refusal
from timebank.signing.canonical import to_base64url

MAX_CLIENT_DATA_BYTES = 4096
MAX_AUTHENTICATOR_DATA_BYTES = 1024
_MIN_AUTHENTICATOR_DATA_BYTES = 37  # rpIdHash 32, flags 1, signCount 4 (§6.1)
_MAX_BRACKETS = 32

_USER_PRESENT = 0x01
_USER_VERIFIED = 0x04


@dataclass(frozen=True, slots=True)
class Assertion:
    """Authenticator data and client data as the browser gave them, and what the latter says.

    Client data is at most 4096 bytes of UTF-8 and a JSON object (RFC 8259). Members that are not
    known here may be there: browsers add them. No object has a key twice, and there are at most
    32 opening brackets, those in strings included. `type`, `challenge` and `origin` are strings of
    printable ASCII; `crossOrigin` is a boolean or absent.

    Raises Refusal BAD_FIELD when it cannot be read as that.
    """

    authenticator_data: bytes
    client_data: bytes
    type: str = field(init=False)
    challenge: str = field(init=False)
    origin: str = field(init=False)
    cross_origin: bool = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.authenticator_data)
        if not _MIN_AUTHENTICATOR_DATA_BYTES <= size <= MAX_AUTHENTICATOR_DATA_BYTES:
            raise Refusal(Code.BAD_FIELD, field="authenticator_data")
        members = _parse(self.client_data)
        for name in ("type", "challenge", "origin"):
            object.__setattr__(self, name, _text(members.get(name), name))
        cross_origin = members.get("crossOrigin", False)
        if not isinstance(cross_origin, bool):
            raise Refusal(Code.BAD_FIELD, field="client_data", detail="crossOrigin")
        object.__setattr__(self, "cross_origin", cross_origin)

    @property
    def rp_id_hash(self) -> bytes:
        """SHA-256 of the relying party's id; the ledger compares it with those in its journal."""
        return self.authenticator_data[:32]

    @property
    def signed(self) -> bytes:
        """What the passkey's signature is over (§6.3.3)."""
        return self.authenticator_data + sha256(self.client_data).digest()

    def verify(self, digest: bytes) -> None:
        """That a person, present and verified by the device, was asked to sign this digest.

        Raises Refusal: BAD_CHALLENGE when something else was asked, BAD_ORIGIN when a page inside
        another site's page asked, NOT_VERIFIED_USER when a touch without finger, face or PIN was
        enough. Origin and rpIdHash are for the caller to compare; the signature is not looked at.
        """
        if self.type != "webauthn.get" or self.challenge != to_base64url(digest):
            raise Refusal(Code.BAD_CHALLENGE)
        if self.cross_origin:
            raise Refusal(Code.BAD_ORIGIN, detail="cross-origin")
        flags = self.authenticator_data[32]
        if not (flags & _USER_PRESENT and flags & _USER_VERIFIED):
            raise Refusal(Code.NOT_VERIFIED_USER)


def _parse(client_data: bytes) -> dict[str, object]:
    if len(client_data) > MAX_CLIENT_DATA_BYTES:
        raise Refusal(Code.BAD_FIELD, field="client_data", detail="too large")
    # Before parsing, so that the parser cannot be made to recurse.
    if client_data.count(b"[") + client_data.count(b"{") > _MAX_BRACKETS:
        raise Refusal(Code.BAD_FIELD, field="client_data", detail="too many brackets")
    try:
        members = json.loads(
            client_data.decode("utf-8"),
            object_pairs_hook=_no_key_twice,
            parse_constant=_no_constant,
        )
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field="client_data", detail="not JSON") from None
    if not isinstance(members, dict):
        raise Refusal(Code.BAD_FIELD, field="client_data", detail="not an object")
    return members


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key twice")
    return members


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")  # NaN and Infinity, which Python would accept


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise Refusal(Code.BAD_FIELD, field="client_data", detail=name)
    return value
