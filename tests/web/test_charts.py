"""Where bars, lines and labels of a drawing go."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from timebank.services.statistics import Span
from timebank_web import language
from timebank_web.charts import BOTTOM, LEFT, RIGHT, TOP, bars, lines, months_of


@pytest.fixture(autouse=True, scope="module")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Labels are in the language of a page."""
    app = Flask(__name__)
    app.config["WHO_COOKIE"] = "who"
    language.install(app)
    with app.test_request_context():
        yield


def day(months: int) -> date:
    return date(2025 + months // 12, months % 12 + 1, 1)


def spans_of(lengths: list[int]) -> list[Span]:
    starts = [sum(lengths[:n]) for n in range(len(lengths) + 1)]
    return [Span(day(start), day(end)) for start, end in pairwise(starts)]


values = st.floats(0, 1e7)
figures = st.lists(st.tuples(st.integers(1, 4), values, values), min_size=1, max_size=30)


@given(figures)
def test_everything_is_inside_the_drawing(told: list[tuple[int, float, float]]) -> None:
    spans = spans_of([length for length, _, _ in told])
    above, below = [one for _, one, _ in told], [one for _, _, one in told]
    for bar in bars(spans, above, below).bars:
        assert bar.width > 0
        assert LEFT <= bar.x <= bar.x + bar.width <= RIGHT + 0.1
        assert TOP - 0.2 <= bar.y <= bar.y + bar.height <= BOTTOM + 0.2
    for line in lines(spans, above, below).lines:
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in line.points)


@given(figures)
def test_an_axis_has_few_labels_and_zero_among_them(told: list[tuple[int, float, float]]) -> None:
    spans = spans_of([length for length, _, _ in told])
    chart = bars(spans, [one for _, one, _ in told])
    assert 2 <= len(chart.up) <= 5
    assert chart.up[0].text == "0"
    assert len(chart.across) <= 6
    assert [tick.at for tick in chart.across] == sorted({tick.at for tick in chart.across})


def test_a_bar_of_three_months_is_three_wide_and_their_average_high() -> None:
    spans = spans_of([1, 3, 1, 1])
    one, three, *_ = bars(spans, [30, 90, 0, 0]).bars
    assert one.height == three.height
    assert three.x + three.width - one.x - one.width == pytest.approx(3 * (RIGHT - LEFT) / 6)


def test_above_and_below_are_told_apart_without_colour() -> None:
    chart = bars(spans_of([1, 1]), [10, 20], [5, 0])
    assert [bar.kind for bar in chart.bars] == ["full", "full", "hatched"]
    assert all((bar.y < chart.zero) is (bar.kind == "full") for bar in chart.bars)
    solid, dashed = lines(spans_of([1, 1]), [10, 20], [5, 0]).lines
    assert (solid.kind, dashed.kind) == ("solid", "dashed")


@pytest.mark.parametrize(
    ("first", "end", "text"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), "oktober 2026"),
        (date(2026, 9, 1), date(2026, 12, 1), "september – november 2026"),
        (date(2026, 11, 1), date(2027, 2, 1), "november 2026 – januari 2027"),
    ],
)
def test_months_are_named_as_people_do(first: date, end: date, text: str) -> None:
    assert months_of(Span(first, end)) == text
