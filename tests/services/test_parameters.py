"""Amounts that others set: each with its source and its year, and the newest known one after it."""

from datetime import date
from itertools import pairwise

import pytest

from timebank.services.parameters import PARAMETERS, Name, find


@pytest.mark.parametrize(
    ("name", "day", "cents", "year", "dated"),
    [
        (Name.VOLUNTEER_HOUR, date(2024, 6, 1), 550, 2024, False),
        (Name.VOLUNTEER_HOUR, date(2025, 12, 31), 560, 2025, False),
        (Name.VOLUNTEER_HOUR_YOUNG, date(2025, 1, 1), 330, 2025, False),
        (Name.VOLUNTEER_MONTH, date(2025, 1, 1), 21_000, 2025, False),
        (Name.VOLUNTEER_MONTH, date(2026, 1, 1), 21_000, 2025, True),
        (Name.VOLUNTEER_YEAR, date(2023, 5, 5), 190_000, 2023, False),
        (Name.VOLUNTEER_YEAR, date(2030, 5, 5), 210_000, 2025, True),
        (Name.GIFTS_YEAR, date(2026, 11, 27), 120_000, 2026, False),
        (Name.LIMITED_NETWORK, date(2026, 11, 27), 100_000_000, 2018, False),
    ],
)
def test_a_parameter_is_of_its_day_or_the_newest_known(name, day, cents, year, dated):
    found = find(name, day)
    assert (found.cents, found.parameter.year, found.dated) == (cents, year, dated)


def test_before_the_first_that_is_known_there_is_none():
    with pytest.raises(LookupError):
        find(Name.GIFTS_YEAR, date(2025, 12, 31))


def test_every_parameter_says_where_it_was_read_and_none_holds_twice():
    for item in PARAMETERS:
        assert item.source
        assert item.cents > 0
        assert item.valid_to is None or item.valid_from <= item.valid_to
    for name in Name:
        spans = sorted(
            (item.valid_from, item.valid_to or date.max) for item in PARAMETERS if item.name is name
        )
        assert spans
        assert all(one[1] < other[0] for one, other in pairwise(spans))
