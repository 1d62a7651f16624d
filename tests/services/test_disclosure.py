"""Nobody can work out a figure about fewer than ten people or three shops: an attack, by algebra.

What is published are sums over whole periods, so whoever has them all can work out exactly the
linear combinations of them. The attacker tries every set of months of every flow.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.services.disclosure import PERSONS, SHOPS, Contributors, at_least, periods

Vector = tuple[int, ...]
History = list[tuple[Contributors, ...]]
FLOWS = 3

contributors = st.builds(
    Contributors,
    st.frozensets(st.sampled_from([f"p{n}" for n in range(14)]), max_size=12),
    st.frozensets(st.sampled_from([f"s{n}" for n in range(5)]), max_size=4),
)
few = st.builds(
    Contributors,
    st.just(frozenset[str]()),
    st.frozensets(st.sampled_from(["s0", "s1", "s2", "s3"]), max_size=2),
)
histories = st.lists(
    st.tuples(contributors, few, contributors | st.just(Contributors())), max_size=7
)


def figures(history: History, months: int) -> Iterator[Vector]:
    """Every figure there is when so many months have closed, as weights of (flow, month).

    The sum of each flow in each period, and balances at its end: of two flows, and of one.
    """
    size = len(history)
    for found in periods(history[:months]):
        for flow in range(FLOWS):
            yield vector(size, {(flow, month): 1 for month in found})
        yield vector(
            size,
            {(0, month): 1 for month in range(found.stop)}
            | {(1, month): -1 for month in range(found.stop)},
        )
        yield vector(size, {(2, month): 1 for month in range(found.stop)})


def vector(months: int, weights: dict[tuple[int, int], int]) -> Vector:
    return tuple(weights.get((flow, m), 0) for flow in range(FLOWS) for m in range(months))


def reduced(vectors: Sequence[Vector]) -> list[list[Fraction]]:
    """Gauss: rows with a one where all others have a zero."""
    rows = [[Fraction(value) for value in row] for row in dict.fromkeys(vectors)]
    basis: list[list[Fraction]] = []
    while rows:
        row = rows.pop()
        for known in basis:
            pivot = next(n for n, value in enumerate(known) if value)
            row = [a - row[pivot] * b for a, b in zip(row, known, strict=True)]
        if any(row):
            pivot = next(n for n, value in enumerate(row) if value)
            row = [value / row[pivot] for value in row]
            basis = [
                [a - known[pivot] * b for a, b in zip(known, row, strict=True)] for known in basis
            ]
            basis.append(row)
    return basis


def derivable(basis: list[list[Fraction]], wanted: Vector) -> bool:
    left = [Fraction(value) for value in wanted]
    for row in basis:
        pivot = next(n for n, value in enumerate(row) if value)
        left = [a - left[pivot] * b for a, b in zip(left, row, strict=True)]
    return not any(left)


def exposed(history: History, published: Sequence[Vector]) -> list[tuple[int, tuple[int, ...]]]:
    """The flows and months whose sum can be worked out although too few stand in it."""
    basis = reduced(published)
    size = len(history)
    found = []
    for flow in range(FLOWS):
        for count in range(1, size + 1):
            for months in combinations(range(size), count):
                who = Contributors()
                for month in months:
                    who |= history[month][flow]
                wanted = vector(size, {(flow, month): 1 for month in months})
                if not who.enough and derivable(basis, wanted):
                    found.append((flow, months))
    return found


@given(histories, st.data())
def test_from_two_publications_nothing_about_a_few_can_be_derived(
    history: History, data: st.DataObject
):
    earlier = data.draw(st.integers(0, len(history)))
    published = [*figures(history, earlier), *figures(history, len(history))]
    assert exposed(history, published) == []


def test_the_attack_finds_what_a_single_month_and_a_total_give_away():
    crowd = Contributors(frozenset(f"p{n}" for n in range(20)))
    nobody = Contributors()
    one = Contributors(frozenset({"p1"}))
    history: History = [(crowd, nobody, nobody), (one, nobody, nobody)]
    total = vector(2, {(0, 0): 1, (0, 1): 1})
    assert exposed(history, [total]) == []
    assert exposed(history, [total, vector(2, {(0, 0): 1})]) == [(0, (1,))]


@given(histories)
def test_what_was_published_stays_as_it_was(history: History):
    for months in range(len(history) + 1):
        shorter = periods(history[:months])
        assert periods(history)[: len(shorter)] == shorter


@given(histories)
def test_periods_follow_one_another_and_end_as_soon_as_they_may(history: History):
    found = periods(history)
    assert [one.start for one in found] == [0, *(one.stop for one in found)][: len(found)]
    for one in found:
        for stop in range(one.start + 1, one.stop):
            flows = [history[month] for month in range(one.start, stop)]
            together = [Contributors() for _ in range(FLOWS)]
            for month in flows:
                together = [a | b for a, b in zip(together, month, strict=True)]
            assert not all(who.enough for who in together)


@pytest.mark.parametrize(
    ("persons", "shops", "enough"),
    [
        (0, 0, True),
        (1, 0, False),
        (9, 0, False),
        (10, 0, True),
        (0, 1, False),
        (0, 2, False),
        (0, 3, True),
        (9, 3, False),
        (10, 2, False),
        (10, 3, True),
    ],
)
def test_ten_people_and_three_shops_are_enough_and_so_is_nobody(persons, shops, enough):
    who = Contributors(
        frozenset(f"p{n}" for n in range(persons)), frozenset(f"s{n}" for n in range(shops))
    )
    assert who.enough is enough


@given(st.integers(0, 100), st.sampled_from([PERSONS, SHOPS]))
def test_a_count_is_told_in_whole_steps(count: int, step: int):
    told = at_least(count, step)
    assert told % step == 0
    assert told <= count < told + step


def test_no_months_are_no_periods():
    assert periods([]) == []
