"""Receipts made by hand, at the edges of the protocol, each with what it says of them."""

import base64
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.verifier.edges import Edge, place_of
from tests.verifier.framing import lines_of
from tests.verifier.judging import Case
from tests.verifier.mutations import Book
from tests.verifier.retelling import by_key, order_message
from tests.verifier.sealing import canonical, checkpoint, identity, leaf, root
from tests.world import LOG_KEY_SEED, seed


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The inclusion proof of RFC 6962 section 2.1.1, as it is defined there."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*proof(leaves[:split], index), root(leaves[split:])]
    return [*proof(leaves[split:], index - split), root(leaves[:split])]


def text_of(extra: bytes, index: object, hashes: Sequence[bytes], note: str) -> str:
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"extra {base64.b64encode(extra).decode()}",
        f"index {index}",
        *(base64.b64encode(of).decode() for of in hashes),
        "",
    ]
    return "\n".join(lines) + "\n" + note


def receipt(ledger: str, entries: Sequence[bytes], index: int, genesis: bytes) -> str:
    leaves = [leaf(entry) for entry in entries]
    note = checkpoint(ledger, leaves, LOG_KEY_SEED)
    return text_of(entries[index] + b"\n" + genesis, index, proof(leaves, index), note)


def receipts(book: Book) -> Iterator[Edge]:
    ledger, entries = book.ledger, lines_of(book)
    genesis = canonical(book.entries[0]["order"])
    for index in range(len(entries)):
        text = receipt(ledger, entries, index, genesis)
        yield Case(f"receipt: entry {index}", ledger, receipt=text), True
    for size in range(1, len(entries) + 1):
        text = receipt(ledger, entries[:size], size - 1, genesis)
        yield Case(f"receipt: the last of {size}", ledger, receipt=text), True
    yield from _framed(book, entries, genesis)
    yield from _changed(book, genesis)


def _framed(book: Book, entries: list[bytes], genesis: bytes) -> Iterator[Edge]:
    ledger, number = book.ledger, place_of(book, "ed25519")
    leaves = [leaf(entry) for entry in entries]
    hashes, note = proof(leaves, number), checkpoint(ledger, leaves, LOG_KEY_SEED)
    both = entries[number] + b"\n" + genesis
    stranger = checkpoint(ledger, leaves, seed("stranger"))
    right = text_of(both, number, hashes, note)
    variants = {
        "no hash": text_of(both, number, [], note),
        "a hash too few": text_of(both, number, hashes[:-1], note),
        "a hash too many": text_of(both, number, [*hashes, bytes(32)], note),
        "hashes the other way": text_of(both, number, hashes[::-1], note),
        "a hash of 31 bytes": text_of(both, number, [*hashes[:-1], hashes[-1][:-1]], note),
        "another index": text_of(both, number + 1, hashes, note),
        "an index with a zero": text_of(both, f"0{number}", hashes, note),
        "an index beyond the checkpoint": text_of(both, len(entries), hashes, note),
        "a negative index": text_of(both, -1, hashes, note),
        "a huge index": text_of(both, 10**30, hashes, note),
        "no genesis": text_of(entries[number], number, hashes, note),
        "an empty genesis": text_of(entries[number] + b"\n", number, hashes, note),
        "a genesis and a newline": text_of(both + b"\n", number, hashes, note),
        "a newline before the entry": text_of(b"\n" + both, number, hashes, note),
        "a stranger's checkpoint": text_of(both, number, hashes, stranger),
        "no checkpoint": text_of(both, number, hashes, ""),
        "another header": right.replace("@v1", "@v2"),
        "no extra": right.replace(right.split("\n")[1] + "\n", ""),
        "extra twice": right.replace("index", right.split("\n")[1] + "\nindex", 1),
        "extra that is not padded": right.replace("=\nindex", "\nindex")
        if "=\nindex" in right
        else right.replace("\nindex", "=\nindex"),
        "an empty line more": right.replace("\n\ntimebank", "\n\n\ntimebank"),
        "an empty line fewer": right.replace("\n\ntimebank", "\ntimebank"),
        "carriage returns": right.replace("\n", "\r\n"),
        "no newline at the end": right[:-1],
        "something after it": right + "x",
        "a line after it": right + "x\n",
        "a byte order mark": "\ufeff" + right,
        "nothing": "",
        "too much": right.replace("\n\ntimebank", f"\n{'A' * 2_097_152}\n\ntimebank"),
    }
    for label, text in variants.items():
        yield Case(f"receipt: {label}", ledger, receipt=text), False
    yield Case("receipt: of another ledger", "00" * 32, receipt=right), False


def _changed(book: Book, genesis: bytes) -> Iterator[Edge]:
    """Receipts of entries that are not as they must be, in a tree that the log signed."""
    number = place_of(book, "ed25519")
    entry = book.entries[number]
    spki = entry["authorizations"][0]["spki"]

    def order(**changes: Any) -> dict[str, Any]:
        other = entry["order"] | changes
        return {"order": other, "authorizations": [by_key(spki, order_message(other))]}

    broken = {"signature": "A" * 86}

    def batch(*others: str) -> dict[str, Any]:
        names = [identity(entry["order"]), *others]
        signed = canonical({"ledger": book.ledger, "orders": names})
        return by_key(spki, b"timebank:batch:v1\0" + signed) | {"batch": names}

    variants: dict[str, dict[str, Any]] = {
        "another number": {"seq": number + 1},
        "an unknown field": {"more": 1},
        "a signature that does not hold": {"authorizations": [entry["authorizations"][0] | broken]},
        "no authorizations": {"authorizations": []},
        "an order of another ledger": order(ledger="00" * 32),
        "an order of an unknown type": order(type="gift"),
        "an order with an unknown field": order(more=1),
        "postings that are none": {"postings": 5},
        "a posting of half a cent": {"postings": [[entry["postings"][0][0], 0.5]]},
        "a time before all times": {"time": -1},
    }
    for label, changes in variants.items():
        yield (
            Case(f"receipt: {label}", book.ledger, receipt=_of(book, number, changes, genesis)),
            False,
        )
    for place, admitted in enumerate(book.entries):
        if "invitation" in admitted["order"]:
            other = deepcopy(admitted["order"])
            other["invitation"]["authorization"]["signature"] = to_break(other)
            key = admitted["authorizations"][0]["spki"]
            changes = {"order": other, "authorizations": [by_key(key, order_message(other))]}
            text = _of(book, place, changes, genesis)
            yield Case("receipt: a voucher that nobody signed", book.ledger, receipt=text), False
    unseen: dict[str, dict[str, Any]] = {
        "postings that the rules do not give": {"postings": []},
        "a batch of which it does not show the others": {"authorizations": [batch("00" * 32)]},
        "two batches": {"authorizations": [batch(), batch("00" * 32)]},
    }
    for label, changes in unseen.items():
        text = _of(book, number, changes, genesis)
        yield Case(f"receipt: {label}", book.ledger, receipt=text), True


def to_break(order: dict[str, Any]) -> str:
    """Return the signature of the voucher with one of its letters changed."""
    signature: str = order["invitation"]["authorization"]["signature"]
    return signature[:20] + ("A" if signature[20] != "A" else "B") + signature[21:]


def _of(book: Book, place: int, changes: dict[str, Any], genesis: bytes) -> str:
    entries = deepcopy(book.entries)
    entries[place] |= changes
    return receipt(book.ledger, [canonical(of) for of in entries], place, genesis)


def flipped(number: int, book: Book) -> Case:
    """A receipt of which one bit differs."""
    rng = Random(number)
    genesis = canonical(book.entries[0]["order"])
    text = bytearray(
        receipt(book.ledger, lines_of(book), rng.randrange(len(book.entries)), genesis).encode()
    )
    text[rng.randrange(len(text))] ^= 1 << rng.randrange(7)
    return Case(f"receipt, flipped {number}", book.ledger, receipt=text.decode(errors="replace"))
