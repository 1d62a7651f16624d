"""Receipts: one entry, with all that proves its place in the journal (c2sp.org/tlog-proof).

    c2sp.org/tlog-proof@v1
    extra <base64 of the entry's bytes, a newline, the genesis order's bytes>
    index <the entry's place, decimal, from 0>
    <base64 of a hash>                one line each, from the leaf's sibling up; may be none
    <empty line>
    <checkpoint: a note signed by the log key, see `checkpoints`>

Every line ends in one newline. Both parts of the extra data are canonical JSON, which never
contains a newline. A receipt needs nothing but the ledger id to be believed:

    ledger id = hash of the genesis order → its `log_key` → the signature under the checkpoint
    → the root → the inclusion of the entry at its index, which is also its `seq`

It does not show that the orders' authorizations hold, nor that the rules were kept: the first is
for the caller (the entry has them all), the second for an audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from timebank.errors import Refusal
from timebank.journal import ProofError
from timebank.journal.checkpoints import Checkpoint, open_note, read_note
from timebank.journal.merkle import HASH_BYTES, MAX_SIZE, leaf_hash, verify_inclusion
from timebank.journal.notes import from_base64, to_base64
from timebank.signing import canonical, messages

MAX_BYTES = 1 << 21

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt holds; `note` is the checkpoint as it was signed. Nothing is verified.

    Raises `ProofError` for an index or a hash that cannot be one.
    """

    entry_bytes: bytes
    genesis_bytes: bytes
    index: int
    proof: tuple[bytes, ...]
    note: str

    def __post_init__(self) -> None:
        if not 0 <= self.index < MAX_SIZE or any(len(each) != HASH_BYTES for each in self.proof):
            raise ProofError("a receipt has an index and hashes of 32 bytes")

    def text(self) -> str:
        """The file to hand out, `<name>.tlog-proof`."""
        extra = to_base64(self.entry_bytes + b"\n" + self.genesis_bytes)
        hashes = "".join(f"{to_base64(each)}\n" for each in self.proof)
        return f"{_HEADER}\nextra {extra}\nindex {self.index}\n{hashes}\n{self.note}"

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note claims. Raises `ProofError` if it claims nothing."""
        return read_note(self.note)


def parse_receipt(text: str) -> Receipt:
    """The receipt whose `text()` is exactly `text`, unverified. Raises `ProofError`."""
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        raise ProofError(f"a receipt is at most {MAX_BYTES} bytes")
    head, _, note = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != _HEADER or len(lines) < 2:
        raise ProofError(f"a receipt starts with {_HEADER}, extra data and an index")
    extra, index, *hashes = lines
    entry, newline, genesis = from_base64(extra.removeprefix("extra ")).partition(b"\n")
    if not newline or b"\n" in genesis:
        raise ProofError("the extra data is an entry and the genesis order")
    digits = index.removeprefix("index ")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 16):
        raise ProofError("the index is a decimal number")
    proof = tuple(from_base64(each) for each in hashes)
    receipt = Receipt(entry, genesis, int(digits), proof, note)
    # Whatever was read too leniently prints differently: prefixes, leading zeroes.
    if receipt.text() != text:
        raise ProofError("a receipt with another spelling")
    read_note(note)
    return receipt


def verify_receipt(text: str, ledger: str) -> Receipt:
    """The receipt, if its entry is in the journal of the ledger with this id.

    Raises `ProofError`. The authorizations inside the entry are for the caller to check.
    """
    receipt = parse_receipt(text)
    if messages.ledger_id(receipt.genesis_bytes) != ledger:
        raise ProofError("a receipt of another ledger")
    checkpoint = open_note(receipt.note, ledger, log_key(receipt.genesis_bytes))
    leaf = leaf_hash(receipt.entry_bytes)
    verify_inclusion(leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root)
    seq = _object(receipt.entry_bytes, "entry").get("seq")
    if isinstance(seq, bool) or seq != receipt.index:
        raise ProofError("the entry was made for another place in the journal")
    return receipt


def log_key(genesis_bytes: bytes) -> bytes:
    """The log key, SPKI DER, that this genesis order names. Raises `ProofError`."""
    key = _object(genesis_bytes, "genesis order").get("log_key")
    if not isinstance(key, str):
        raise ProofError("the genesis order names no log key")
    try:
        return canonical.from_base64url(key)
    except Refusal as refusal:
        raise ProofError(f"the log key in the genesis order: {refusal}") from refusal


def _object(data: bytes, what: str) -> Mapping[str, canonical.Value]:
    try:
        value = canonical.decode(data, MAX_BYTES)
    except Refusal as refusal:
        raise ProofError(f"the {what} is not canonical: {refusal}") from refusal
    if not isinstance(value, Mapping):
        raise ProofError(f"the {what} is not an object")
    return value
