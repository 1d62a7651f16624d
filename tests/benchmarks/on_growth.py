"""The same work on a ledger that is nearly empty and on one that has been used for years."""

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.history import Growing, kept
from tests.benchmarks.measuring import Pair, Row, interleave, stopwatch
from tests.benchmarks.people import Neighbours, parts, post_parts, settle
from timebank.services import statements
from timebank.services.bank import Bank, open_bank

AIM = 0.9
PAYMENTS = 300
PAGE = 20
LOOKS = 100


def measure(cache: Path, folder: Path, rounds: int, count: int, entries: int) -> list[Row]:
    """Measure posting, the first page of a statement, and a balance, at both sizes."""
    large, small = Neighbours(count=count), Neighbours(count=count)
    years = open_bank(kept(cache, large, entries))
    new = open_bank(settle(small, str(folder / "new.db"), folder))
    # A page full for everybody, so that both sides have as much to show.
    Growing.of(small, new).grow(count * PAGE)

    def pair(name: str, aim: float | None, work: Callable[[Neighbours, Bank], float]) -> Pair:
        return Pair(
            name,
            lambda: work(large, years),
            lambda: work(small, new),
            aim,
            unit="pages/s" if "at a time" not in name else "payments/s",
        )

    return interleave(
        [
            pair("posting 1 at a time", AIM, lambda who, bank: _post(who, bank, 1)),
            pair("posting 100 at a time", AIM, lambda who, bank: _post(who, bank, 100)),
            pair("a statement's first page", AIM, _pages),
            pair("a balance", AIM, _balances),
        ],
        rounds,
    )


def _post(neighbours: Neighbours, bank: Bank, batch: int) -> float:
    many = PAYMENTS if batch > 1 else PAYMENTS // 5
    batches = parts(neighbours.payments(many), batch)
    with stopwatch() as passed:
        post_parts(bank, batches)
    return many / passed()


def _pages(neighbours: Neighbours, bank: Bank) -> float:
    members = [neighbours.member(name) for name in neighbours.residents[:LOOKS]]
    with stopwatch() as passed:
        for member in members:
            assert len(statements.history(bank, member, limit=PAGE)) == PAGE
    return len(members) / passed()


def _balances(neighbours: Neighbours, bank: Bank) -> float:
    members = [neighbours.member(name) for name in neighbours.residents[:LOOKS]]
    with stopwatch() as passed:
        for member in members:
            assert statements.balances(bank, member)
    return len(members) / passed()
