"""What a signature is over, and the hashes that name things.

A message is `tag ‖ 0x00 ‖ data`. No tag holds a zero byte, so messages under different tags are
never equal: what was signed as a login is never a payment.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

from timebank.errors import Code, Refusal
from timebank.signing.canonical import encode

SALT_BYTES = 32


class Tag(StrEnum):
    """What the data is. A tag's meaning never changes; another meaning takes another version."""

    LEDGER = "timebank:ledger:v1"
    ORDER = "timebank:order:v1"
    BATCH = "timebank:batch:v1"
    INVITATION = "timebank:invitation:v1"
    SECRET = "timebank:secret:v1"
    LOGIN = "timebank:login:v1"
    COMMITMENT = "timebank:commitment:v1"
    SEAL = "timebank:seal:v1"


def message(tag: Tag, data: bytes) -> bytes:
    """The bytes that an Ed25519 key signs: `tag ‖ 0x00 ‖ data`."""
    return tag.encode("ascii") + b"\x00" + data


def digest(tag: Tag, data: bytes) -> bytes:
    """SHA-256 of the message; 32 bytes. It is also the challenge that a passkey signs."""
    return hashlib.sha256(message(tag, data)).digest()


def identity(order_bytes: bytes) -> str:
    """What an order is known by, in hex. Its authorizations are no part of it."""
    return digest(Tag.ORDER, order_bytes).hex()


def ledger_id(genesis_bytes: bytes) -> str:
    """What a ledger is known by, in hex: the digest of the genesis order that began it."""
    return digest(Tag.LEDGER, genesis_bytes).hex()


def batch_data(ledger: str, identities: Sequence[str]) -> bytes:
    """What is signed under `Tag.BATCH`: these orders, in this ledger, all or none."""
    return encode({"ledger": ledger, "orders": list(identities)})


def seal_data(ledger: str, root: str, size: int, time: int) -> bytes:
    """What is signed under `Tag.SEAL`: "I checked the first `size` entries; this is their root".

    `root` is in hex, `time` in UTC seconds.
    """
    return encode({"ledger": ledger, "root": root, "size": size, "time": time})


def commitment(salt: bytes, text: str) -> str:
    """The hash, in hex, that stands in the journal for `text`: SHA-256 over salt and UTF-8.

    Whoever has the salt and the text can show that they belong to it. Without the salt (32 random
    bytes, kept outside the journal and erasable) nobody can find the text by guessing.

    Raises Refusal BAD_FIELD for a salt of another length, or a text with a lone surrogate.
    """
    if len(salt) != SALT_BYTES:
        raise Refusal(Code.BAD_FIELD, field="salt")
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError:
        raise Refusal(Code.BAD_FIELD, field="text") from None
    return digest(Tag.COMMITMENT, salt + encoded).hex()


def secret_hash(secret: bytes) -> str:
    """The hash, in hex, by which an invitation names the secret in its link."""
    return digest(Tag.SECRET, secret).hex()
