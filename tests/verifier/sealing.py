"""Bundles made by hand: any entries at all, sealed by the log key as if they were a journal.

Shares no code with the engine, whose own bundles only ever hold entries that it accepted.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of what is in the profile, and like bytes of what is not."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def ledger_of(genesis: dict[str, Any]) -> str:
    return hashlib.sha256(b"timebank:ledger:v1\0" + canonical(genesis)).hexdigest()


def identity(order: dict[str, Any]) -> str:
    return hashlib.sha256(b"timebank:order:v1\0" + canonical(order)).hexdigest()


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of RFC 6962 section 2.1, as it is defined there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def signature_line(name: str, text: str, seed: bytes) -> str:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    signed = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"— {name} {signed}\n"


def checkpoint(ledger: str, leaves: Sequence[bytes], seed: bytes) -> str:
    name = f"timebank/ledger/{ledger}"
    text = f"{name}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n"
    return f"{text}\n{signature_line(name, text, seed)}"


def manifest(ledger: str, entries: Sequence[bytes], note: str) -> dict[str, Any]:
    lines = b"".join(entry + b"\n" for entry in entries)
    return {
        "bytes": len(lines),
        "entries_sha256": hashlib.sha256(lines).hexdigest(),
        "format": "timebank-bundle-v1",
        "ledger": ledger,
        "note_sha256": hashlib.sha256(note.encode()).hexdigest(),
        "root": root([leaf(entry) for entry in entries]).hex(),
        "size": len(entries),
    }


def assemble(entries: Sequence[bytes], claims: dict[str, Any], note: str) -> bytes:
    lines = b"".join(entry + b"\n" for entry in entries)
    return lines + b"\n" + canonical(claims) + b"\n" + note.encode()


def seal(ledger: str, entries: Sequence[bytes], seed: bytes) -> bytes:
    """Return the bundle of these entries, in which everything around them is right."""
    note = checkpoint(ledger, [leaf(entry) for entry in entries], seed)
    return assemble(entries, manifest(ledger, entries, note), note)


def opened(bundle: bytes) -> list[dict[str, Any]]:
    """Return the entries of a bundle."""
    return [json.loads(line) for line in bundle.split(b"\n\n", 1)[0].split(b"\n")]
