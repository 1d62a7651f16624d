"""Checkpoints: the size and root of one ledger's journal, signed (c2sp.org/tlog-checkpoint).

    timebank/ledger/<ledger id, 64 hex>
    <number of entries, decimal>
    <root, base64>

    — timebank/ledger/<ledger id> <base64 of key id and Ed25519 signature by the log key>

There are no extension lines. Further signature lines, of witnesses or of a log key that replaces
this one, are carried along and ignored.
"""

import re
from dataclasses import dataclass

from timebank.journal import ProofError, notes
from timebank.journal.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from timebank.signing.keys import SigningKey

ORIGIN_PREFIX = "timebank/ledger/"

_BODY = re.compile(ORIGIN_PREFIX + r"([0-9a-f]{64})\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n")
_LEDGER = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: so many entries, with this root. Signed or not, it is a claim.

    Raises `ProofError` for a ledger id, size or root that cannot be one.
    """

    ledger: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not _LEDGER.fullmatch(self.ledger):
            raise ProofError("a ledger id is 64 hexadecimal digits")
        if not 0 <= self.size <= MAX_SIZE:
            raise ProofError(f"{self.size} is not the size of a journal")
        if len(self.root) != HASH_BYTES or (self.size == 0) != (self.root == EMPTY_ROOT):
            raise ProofError("not the root of a tree of this size")

    @property
    def origin(self) -> str:
        """The log's name: first line of the body, and name of its key."""
        return ORIGIN_PREFIX + self.ledger

    def body(self) -> str:
        """The three lines that are signed, the last newline included."""
        return f"{self.origin}\n{self.size}\n{notes.to_base64(self.root)}\n"


def sign_note(checkpoint: Checkpoint, signing_key: SigningKey) -> str:
    """The checkpoint as a note signed by the log key.

    The caller must have proved that it extends every checkpoint this key ever signed.
    """
    return notes.sign(checkpoint.body(), checkpoint.origin, signing_key)


def open_note(text: str, ledger: str, log_key_spki: bytes) -> Checkpoint:
    """The checkpoint of `ledger` that this log key (SPKI DER) signed.

    Raises `ProofError` for any other text: another ledger's, another key's, or one changed
    anywhere but in the signatures of others.
    """
    note = notes.parse(text)
    checkpoint = _checkpoint(note)
    if checkpoint.ledger != ledger:
        raise ProofError(f"a checkpoint of another ledger, {checkpoint.ledger}")
    notes.verify(note, checkpoint.origin, log_key_spki)
    return checkpoint


def read_note(text: str) -> Checkpoint:
    """What the note claims, its signatures unverified; for readers that do not know the key yet.

    Raises `ProofError` if it is not a checkpoint.
    """
    return _checkpoint(notes.parse(text))


def _checkpoint(note: notes.Note) -> Checkpoint:
    fields = _BODY.fullmatch(note.text)
    if fields is None:
        raise ProofError("a checkpoint is an origin, a size and a root")
    return Checkpoint(fields[1], int(fields[2]), notes.from_base64(fields[3]))
