"""Bundles whose entries are right, and what is around them at the edges of the protocol."""

import base64
from collections.abc import Callable, Iterator

from tests.verifier.edges import Edge
from tests.verifier.judging import Case
from tests.verifier.mutations import Book
from tests.verifier.retelling import to_b64
from tests.verifier.sealing import (
    assemble,
    canonical,
    checkpoint,
    leaf,
    manifest,
    root,
    signature_line,
)
from tests.world import LOG_KEY_SEED, seed


def lines_of(book: Book) -> list[bytes]:
    return [canonical(entry) for entry in book.entries]


def checkpoints(book: Book) -> Iterator[Edge]:
    entries = lines_of(book)
    leaves = [leaf(entry) for entry in entries]
    origin = f"timebank/ledger/{book.ledger}"
    size, top = len(leaves), base64.b64encode(root(leaves)).decode()
    text = f"{origin}\n{size}\n{top}\n"
    ours = signature_line(origin, text, LOG_KEY_SEED)
    witness = signature_line("witness.example/een", text, seed("witness"))
    wrong_key = signature_line(origin, text, seed("witness"))
    short = base64.b64encode(b"1234").decode()

    def of(text: str, *lines: str) -> str:
        return f"{text}\n{''.join(lines) or signature_line(origin, text, LOG_KEY_SEED)}"

    bit = base64.b64encode(base64.b64decode(ours.split()[2])[:-1] + b"\x77").decode()
    variants = {
        "as it is": (of(text), True),
        "a witness before it": (of(text, witness, ours), True),
        "a witness after it": (of(text, ours, witness), True),
        "the log's name with another key": (of(text, ours, wrong_key), True),
        "only another key": (of(text, wrong_key), False),
        "only a witness": (of(text, witness), False),
        "twice by the log": (of(text, ours, ours), False),
        "another signature": (of(text, f"— {origin} {bit}\n"), False),
        "no signatures": (f"{text}\n", False),
        "no empty line": (text + ours, False),
        "two empty lines": (f"{text}\n\n{ours}", False),
        "a witness without a signature": (of(text, ours, f"— witness {short}\n"), False),
        "a witness of five bytes": (of(text, ours, "— witness MTIzNDU=\n"), True),
        "a witness without a name": (of(text, ours, "—  MTIzNDU=\n"), False),
        "a witness with a plus": (of(text, ours, "— wit+ness MTIzNDU=\n"), False),
        "a witness with a hyphen": (of(text, ours, "- witness MTIzNDU=\n"), False),
        "a witness who is not padded": (of(text, ours, "— witness MTIzNDU\n"), False),
        "a witness and a space": (of(text, ours, "— witness MTIzNDU= \n"), False),
        "a witness with a control character": (of(text, ours, "— wit\x01ness MTIzNDU=\n"), False),
        "a witness in Unicode": (of(text, ours, "— getuigé MTIzNDU=\n"), True),
        "a fourth line": (of(text + "more\n"), False),
        "two lines": (of(f"{origin}\n{size}\n"), False),
        "another ledger": (of(text.replace(book.ledger, "00" * 32)), False),
        "a zero before the size": (of(f"{origin}\n0{size}\n{top}\n"), False),
        "a plus before the size": (of(f"{origin}\n+{size}\n{top}\n"), False),
        "another size": (of(f"{origin}\n{size - 1}\n{top}\n"), False),
        "another root": (checkpoint(book.ledger, [*leaves[:-1], bytes(32)], LOG_KEY_SEED), False),
        "an earlier one": (checkpoint(book.ledger, leaves[:-1], LOG_KEY_SEED), False),
        "a root in base64url": (of(f"{origin}\n{size}\n{to_b64(root(leaves))}\n"), False),
        "a root that is too long": (of(f"{origin}\n{size}\n{top[:-4]}AAAA{top[-4:]}\n"), False),
        "carriage returns": (of(text).replace("\n", "\r\n"), False),
        "no newline at the end": (of(text)[:-1], False),
        "an empty line at the end": (of(text) + "\n", False),
        "nothing": ("", False),
    }
    for label, (note, holds) in variants.items():
        bundle = assemble(entries, manifest(book.ledger, entries, note), note)
        yield Case(f"checkpoint: {label}", book.ledger, bundle), holds


def manifests(book: Book) -> Iterator[Edge]:
    entries = lines_of(book)
    note = checkpoint(book.ledger, [leaf(entry) for entry in entries], LOG_KEY_SEED)
    right = manifest(book.ledger, entries, note)
    for name, value in right.items():
        for label, changed in {
            "wrong": value + 1 if isinstance(value, int) else value[:-1] + "x",
            "another": value - 1 if isinstance(value, int) else "0" * len(value),
            "of another type": str(value) if isinstance(value, int) else 5,
        }.items():
            bundle = assemble(entries, right | {name: changed}, note)
            yield Case(f"manifest: {name} {label}", book.ledger, bundle), False
        fewer = {key: of for key, of in right.items() if key != name}
        yield Case(f"manifest: no {name}", book.ledger, assemble(entries, fewer, note)), False
    more = assemble(entries, right | {"more": 1}, note)
    yield Case("manifest: an unknown field", book.ledger, more), False
    yield (
        Case("manifest: not canonical", book.ledger, book.bundle.replace(b',"root', b', "root')),
        False,
    )
    yield Case("another ledger asked for", "00" * 32, book.bundle), False
    empty = checkpoint(book.ledger, [], LOG_KEY_SEED)
    nothing = assemble([], manifest(book.ledger, [], empty), empty)
    yield Case("no entries", book.ledger, nothing), False
    yield Case("no entries, and no line", book.ledger, nothing[1:]), False
    yield Case("an empty file", book.ledger, b""), False
    yield Case("a newline", book.ledger, b"\n"), False


def earlier(book: Book) -> Iterator[Edge]:
    """Checkpoints that a bundle must extend, and some that it does not."""
    leaves = [leaf(entry) for entry in lines_of(book)]
    for size in range(len(leaves) + 1):
        note = checkpoint(book.ledger, leaves[:size], LOG_KEY_SEED)
        yield Case(f"extends {size}", book.ledger, book.bundle, extends=note), True
        if size:
            other = checkpoint(book.ledger, [*leaves[: size - 1], bytes(32)], LOG_KEY_SEED)
            yield Case(f"extends another {size}", book.ledger, book.bundle, extends=other), False
    origin = f"timebank/ledger/{book.ledger}"
    text = f"{origin}\n0\n{base64.b64encode(bytes(32)).decode()}\n"
    wrong = f"{text}\n{signature_line(origin, text, LOG_KEY_SEED)}"
    stranger = checkpoint(book.ledger, leaves, seed("stranger"))
    longer = checkpoint(book.ledger, [*leaves, bytes(32)], LOG_KEY_SEED)
    for label, note in {"0, wrongly": wrong, "a stranger's": stranger, "more": longer}.items():
        yield Case(f"extends {label}", book.ledger, book.bundle, extends=note), False
    yield Case("extends nonsense", book.ledger, book.bundle, extends="nonsense"), False


FRAMES: tuple[Callable[[Book], Iterator[Edge]], ...] = (checkpoints, manifests, earlier)
