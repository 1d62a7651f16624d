"""Two verifiers, one of them written from docs/protocol.md alone, say the same of every bundle."""

import json
from pathlib import Path

import pytest

from tests.vectors.bundles.generate import STORIES, told
from tests.vectors.bundles.refused import FILE as REFUSED
from tests.vectors.bundles.refused import refused_at
from tests.verifier.corrections import corrections
from tests.verifier.edges import SIGNATURES, Edge
from tests.verifier.framing import FRAMES
from tests.verifier.judging import Case, agree, by_engine, by_javascript, compare
from tests.verifier.mutations import Book, books_of, mutation
from tests.verifier.receipts import flipped, receipts
from tests.verifier.terms import terms
from timebank.errors import Code
from timebank.ledger.orders import TYPES

NOT_IN_VECTORS = {
    "batch_incomplete", "key_not_active", "key_scope", "not_the_payee", "too_few_holders",
    "too_large", "unknown_member",
}  # fmt: skip
"""Codes that no change at random led to; tests of the rules have them."""
FOLDER = Path(__file__).parents[1] / "vectors" / "bundles"
MUTATIONS = 400  # `make agree` makes thousands


@pytest.fixture(name="books", scope="module")
def _books() -> list[Book]:
    return books_of(FOLDER, *STORIES)


def judged(edges: list[Edge], *options: str) -> None:
    cases = [case for case, _ in edges]
    for (case, holds), javascript in zip(edges, by_javascript(cases, *options), strict=True):
        engine = by_engine(case)
        assert engine.get("holds") == holds, (case.name, engine)
        assert agree(engine, javascript), (case.name, engine, javascript)


@pytest.mark.parametrize("name", STORIES)
def test_the_golden_bundles_are_what_their_generator_writes(name: str):
    assert (FOLDER / f"{name}.bundle").read_bytes() == told(name)[1]


def test_the_golden_bundles_hold_every_type_of_order(books: list[Book]):
    assert {entry["order"]["type"] for book in books for entry in book.entries} == set(TYPES)


@pytest.mark.parametrize("options", [(), ("--portable",)], ids=["", "portable"])
def test_both_verifiers_accept_the_golden_bundles_and_see_the_same(
    books: list[Book], options: tuple[str, ...]
):
    judged([(Case(book.name, book.ledger, book.bundle), True) for book in books], *options)


def test_the_bundles_that_break_a_rule_are_refused_for_it(books: list[Book]):
    vectors = json.loads(REFUSED.read_text())
    assert {item["code"] for item in vectors} >= {code.value for code in Code} - NOT_IN_VECTORS
    golden = {book.name: book for book in books}
    cases = []
    for item in vectors:
        lines = golden[item["bundle"]].bundle.split(b"\n")[: item["keep"]]
        bundle = b"\n".join([*lines, item["then"].encode()])
        cases.append(Case(item["name"], golden[item["bundle"]].ledger, bundle))
    said = [refused_at(case) for case in cases]
    assert said == [(item["entry"], item["code"]) for item in vectors]
    assert not any(answer["holds"] for answer in by_javascript(cases))


def test_both_verifiers_know_the_edges_of_signatures(books: list[Book]):
    judged([edge for edges in SIGNATURES for edge in edges(books[0])])


def test_both_verifiers_know_the_edges_of_redeeming(books: list[Book]):
    (book,) = (book for book in books if book.name == "redeeming")
    judged(list(terms(book)))


def test_both_verifiers_know_the_edges_of_what_is_put_right(books: list[Book]):
    (book,) = (book for book in books if book.name == "corrections")
    judged(list(corrections(book)))


def test_both_verifiers_know_the_edges_of_checkpoints_and_manifests(books: list[Book]):
    judged([edge for edges in FRAMES for edge in edges(books[0])])


def test_both_verifiers_know_the_edges_of_receipts(books: list[Book]):
    judged([edge for book in books for edge in receipts(book)])


def test_whatever_is_changed_in_a_bundle_both_verifiers_say_the_same(books: list[Book]):
    cases = [mutation(number, books) for number in range(MUTATIONS)]
    held, differences = compare(cases)
    assert not differences, "\n".join(map(str, differences))
    assert MUTATIONS / 10 < held < MUTATIONS / 2, (
        "too few mutations hold, or too many, to tell much"
    )


def test_whatever_is_changed_in_a_receipt_both_verifiers_say_the_same(books: list[Book]):
    held, differences = compare([flipped(number, books[0]) for number in range(MUTATIONS // 4)])
    assert not differences, "\n".join(map(str, differences))
    assert held == 0
