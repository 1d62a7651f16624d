"""Corrections at their edges, each with what docs/protocol.md says of it."""

from collections.abc import Iterator

from tests.verifier.mutations import Book
from tests.verifier.terms import Edge, edge, having, numbers_of


def corrections(book: Book) -> Iterator[Edge]:
    """Of the story `corrections`: a cent or a minute more than what was put right makes free."""
    first, again = numbers_of(book, "refund")
    undone, rest, taken, given = numbers_of(book, "correct")
    issued, more, last = numbers_of(book, "issue")
    for label, number, most in (
        ("a refund corrected for what it gave back", undone, 30),
        ("what a corrected refund kept, given back", rest, 15),
        ("a retirement corrected for what it took", given, 1_200),
    ):
        yield edge(book, label, True, number, having(amount=most), "legs", 0)
        changed = having(amount=most + 1)
        yield edge(book, f"{label} and more", False, number, changed, "legs", 0)
    yield edge(book, "refunded again", True, again, having(amount=10), "legs", 0)
    yield edge(book, "refunded again, no rest left", False, again, having(amount=11), "legs", 0)
    less = having(amount=24)
    yield edge(book, "less corrected of a refund", False, undone, less, "legs", 0)
    yield edge(book, "less refunded at first", False, first, having(amount=24), "legs", 0)
    yield edge(book, "a cent more than the grant", False, issued, having(amount=5_001))
    yield edge(
        book, "a cent less taken from the grant", False, taken, having(amount=1_999), "legs", 0
    )
    yield edge(book, "a cent more issued again", False, more, having(amount=1_501))
    yield edge(book, "all that was left of the grant", True, last, having(amount=500))
    yield edge(book, "a cent more than was left", False, last, having(amount=501))
