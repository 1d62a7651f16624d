"""Signed notes: text signed by one or more keys (c2sp.org/signed-note), here with Ed25519.

    <text, one or more lines>
    <empty line>
    — <key name> <base64 of key id (4 bytes) and signature>     one line or more

Stricter than the specification in two ways: base64 has one spelling, and the key asked about must
have signed exactly once. Signatures by unknown keys are ignored, as it requires, but well-formed.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from timebank.errors import Refusal
from timebank.journal import ProofError
from timebank.signing.keys import ED25519_SPKI_PREFIX, Scheme, SigningKey, load_public_key

MAX_BYTES = 131_072
"""Room for the 16 signatures that a verifier must accept, were all of them post-quantum."""

_ED25519 = b"\x01"
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, the first bytes of a key's hash, the rest."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was written, nothing in it verified; `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]


def key_id(name: str, spki: bytes) -> bytes:
    """The key id of an Ed25519 key, given as SPKI DER, under this name."""
    raw = spki.removeprefix(ED25519_SPKI_PREFIX)
    return sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]


def sign(text: str, name: str, key: SigningKey) -> str:
    """The whole note: `text`, which ends in a newline, signed by one key."""
    signature = key_id(name, key.spki) + key.sign(text.encode())
    return f"{text}\n— {name} {to_base64(signature)}\n"


def parse(note: str) -> Note:
    """The note's parts. Raises `ProofError` if it is not a signed note."""
    try:
        size = len(note.encode())
    except UnicodeEncodeError:
        raise ProofError("a note is UTF-8") from None
    if size > MAX_BYTES:
        raise ProofError(f"a note is at most {MAX_BYTES} bytes")
    if _CONTROL.search(note):
        raise ProofError("a note has no control characters")
    text, _, lines = note.rpartition("\n\n")
    if not text or not lines.endswith("\n"):
        raise ProofError("a note is a text, an empty line and signature lines")
    return Note(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def verify(note: Note, name: str, spki: bytes) -> None:
    """That this Ed25519 key, under this name, signed the note. Raises `ProofError`."""
    known = (name, key_id(name, spki))
    found = [each.value for each in note.signatures if (each.name, each.key_id) == known]
    if len(found) != 1:
        raise ProofError(f"{len(found)} signatures by the key of {name} where one belongs")
    try:
        load_public_key(spki, Scheme.ED25519).verify(found[0], note.text.encode())
    except Refusal as refusal:
        raise ProofError(f"the signature of {name} does not hold: {refusal}") from refusal


def to_base64(data: bytes) -> str:
    """Standard base64 (RFC 4648 §4), as C2SP formats have it."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes whose `to_base64` is exactly `text`; raises `ProofError` for anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofError("not base64") from None
    if to_base64(data) != text:
        raise ProofError("base64 with another spelling")
    return data


def _signature(line: str) -> Signature:
    parts = _SIGNATURE_LINE.fullmatch(line)
    if parts is None:
        raise ProofError("a signature line is a dash, a key name and base64")
    blob = from_base64(parts[2])
    if len(blob) <= 4:
        raise ProofError("a signature follows its key id")
    return Signature(parts[1], blob[:4], blob[4:])
