"""Bundles that break one rule, each with the code that says which: `refused.json`.

    python -m tests.vectors.bundles.refused

Looks through changed bundles (`tests.verifier.mutations`) for the shortest of each code, for two
types of order each. A vector is a golden bundle up to a line, and what follows instead.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.vectors.bundles.generate import STORIES
from tests.verifier.edges import SIGNATURES
from tests.verifier.judging import Case
from tests.verifier.mutations import Book, books_of, mutation
from timebank.errors import Refusal
from timebank.ledger.replay import BrokenJournal
from timebank.services.proofs import verify_bundle

FOLDER = Path(__file__).parent
FILE = FOLDER / "refused.json"
LOOKED_AT = 12_000
LONGEST = 6_000
"""Bytes that follow the golden lines; what changes more is nothing to read."""
EACH = 2


def refused_at(case: Case) -> tuple[int, str] | None:
    """Return the entry that the engine refuses in a bundle, and the code; None for neither."""
    try:
        verify_bundle(BytesIO(case.bundle), case.ledger)
    except BrokenJournal as broken:
        cause = broken.__cause__
        return (broken.seq, str(cause.code)) if isinstance(cause, Refusal) else None
    except Exception:  # not a bundle at all: these are no vectors of a rule
        return None
    return None


def vector(book: Book, case: Case) -> dict[str, Any] | None:
    """Return what a case says otherwise than its golden bundle, where that breaks a rule."""
    found = refused_at(case)
    if found is None or case.ledger != book.ledger:
        return None
    golden, changed = book.bundle.split(b"\n"), case.bundle.split(b"\n")
    kept = next(
        place for place, pair in enumerate(zip(golden, changed, strict=False)) if pair[0] != pair[1]
    )
    entry, code = found
    return {
        "bundle": book.name,
        "code": code,
        "entry": entry,
        "name": case.name,
        "keep": kept,
        "then": b"\n".join(changed[kept:]).decode(),
        "type": json.loads(changed[entry])["order"]["type"],
    }


def cases(books: list[Book]) -> Iterator[tuple[Book, Case]]:
    for edges in SIGNATURES:
        for case, _ in edges(books[0]):
            yield books[0], case
    for number in range(LOOKED_AT):
        case = mutation(number, books)
        name = case.name.partition(",")[0]
        yield next(book for book in books if book.name == name), case


def main() -> None:
    chosen: dict[tuple[str, str], dict[str, Any]] = {}
    for book, case in cases(books_of(FOLDER, *STORIES)):
        try:
            found = vector(book, case)
        except (ValueError, KeyError, IndexError, TypeError):
            continue  # a line that is no entry with a type
        if found is None or len(found["then"]) > LONGEST:
            continue
        key = (found["code"], found["type"])
        if key not in chosen or len(found["then"]) < len(chosen[key]["then"]):
            chosen[key] = found
    by_code: dict[str, list[dict[str, Any]]] = {}
    for item in sorted(chosen.values(), key=lambda item: (len(item["then"]), item["name"])):
        by_code.setdefault(item["code"], []).append(item)
    kept = [item for code in sorted(by_code) for item in by_code[code][:EACH]]
    FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
