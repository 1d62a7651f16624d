"""Terms of redeeming at their edges, each with what docs/protocol.md says of it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from tests.verifier.judging import Case
from tests.verifier.mutations import Book
from tests.verifier.retelling import Entry, retell
from tests.world import World

Edge = tuple[Case, bool]
WORLD = World()


def numbers_of(book: Book, type: str) -> list[int]:
    """Return the numbers of the entries of a type."""
    return [n for n, entry in enumerate(book.entries) if entry["order"]["type"] == type]


def without(name: str) -> Callable[[Entry], Any]:
    return lambda part: part.pop(name)


def having(**fields: Any) -> Callable[[Entry], Any]:
    return lambda part: part.update(fields)


def edge(
    book: Book, label: str, holds: bool, number: int, change: Callable[[Any], Any], *path: Any
) -> Edge:
    """Return the story in which one part of one order is other than it was."""
    told = deepcopy(book.entries)
    part = told[number]["order"]
    for step in path:
        part = part[step]
    change(part)
    return Case(f"terms: {label}", *retell(book.entries, told)), holds


def terms(book: Book) -> Iterator[Edge]:
    """Of the story `redeeming`: what the first terms, their agreement and redemption may be."""
    policy, later, wider = numbers_of(book, "set_policy")
    agree = numbers_of(book, "agree")[0]
    redeem = numbers_of(book, "redeem")[1]
    step = numbers_of(book, "correct")[0]
    amount, fee = (book.entries[redeem]["order"][name] for name in ("amount", "fee"))

    def of_policy(label: str, holds: bool, change: Callable[[Entry], Any]) -> Edge:
        return edge(book, label, holds, policy, change, "policy", "redeeming")

    yield of_policy("a minimum that is just reached", True, having(minimum=amount + fee))
    yield of_policy("a minimum that is just missed", False, having(minimum=amount + fee + 1))
    yield of_policy("no minimum, which is a field", False, without("minimum"))
    yield of_policy("a fee of a hundredth less", False, having(fee=249))
    yield of_policy("a fee without a fund", False, without("fund"))
    yield of_policy("a fund without a fee", False, having(fee=0))
    yield of_policy("nothing to agree to", False, without("agreement"))
    yield of_policy("a fund of who approves it", False, having(fund=WORLD.account("els", "WIJK")))
    yield of_policy("a fund in another currency", False, having(fund=WORLD.account("werk")))
    yield of_policy("a fund of the ledger's own", False, having(fund=WORLD.system("contra")))
    yield of_policy("a field nobody knows", False, having(note="00" * 32))
    more = having(fee=5_001)
    yield edge(book, "more than half", False, later, more, "policy", "redeeming")
    yield edge(book, "another agreement", False, agree, having(agreement="00" * 32))
    yield edge(book, "a cent more fee", False, redeem, having(fee=fee + 1))
    shifted = having(amount=amount - 1, fee=fee + 1)
    yield edge(book, "a cent of the amount as fee", False, redeem, shifted)
    yield edge(book, "a fee of nothing", False, redeem, having(fee=0))
    yield edge(book, "no fee", False, redeem, without("fee"))
    yield edge(book, "a cent more fee back", False, step, having(amount=27), "legs", 1)
    yield edge(book, "a cent less fee back", False, step, having(amount=25), "legs", 1)
    yield edge(book, "no fee back", False, step, lambda legs: legs.pop(), "legs")
    yield edge(book, "only the fee back", False, step, lambda legs: legs.pop(0), "legs")
    yield edge(book, "everyone, without a basis", False, wider, without("basis"), "policy")
    yield edge(
        book,
        "terms where nobody redeems",
        False,
        policy,
        having(kind="euro", holders=[], payments="nobody", redeemers=[]),
        "policy",
    )
    for place, definition in enumerate(book.entries[0]["order"]["currencies"]):
        code, minutes = definition["code"], definition["unit"] == "minute"
        change = having(unit="minute")
        yield edge(book, f"minutes of {code}", minutes, 0, change, "currencies", place)
