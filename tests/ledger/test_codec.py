"""Reading and writing declarations: what is accepted is exactly what is declared."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Ascending, Binary, Hex, Length, Match, Range, read, write


@dataclass(frozen=True, slots=True)
class Pair:
    left: int
    right: str


@dataclass(frozen=True, slots=True)
class Sample:
    number: Annotated[int, Range(1, 9)]
    name: Annotated[str, Match("[a-z]+")]
    key: Annotated[str, Hex(2)]
    blob: Annotated[str, Binary(1, 2)]
    one: Literal[1]
    flag: bool
    pairs: Annotated[tuple[Pair, ...], Length(1, 2), Ascending("left")]
    extra: dict[str, Any] | None = None


GOOD: dict[str, Any] = {
    "number": 9,
    "name": "abc",
    "key": "00ff",
    "blob": "AA",
    "one": 1,
    "flag": False,
    "pairs": [{"left": 1, "right": "a"}, {"left": 2, "right": "b"}],
}


def test_a_value_is_read_and_written_as_itself():
    sample = read(Sample, GOOD)
    assert sample.pairs == (Pair(1, "a"), Pair(2, "b"))
    assert write(sample) == GOOD


def test_an_optional_field_is_absent_or_there_and_never_null():
    assert write(read(Sample, GOOD | {"extra": {"a": [1]}})) == GOOD | {"extra": {"a": [1]}}
    with pytest.raises(Refusal):
        read(Sample, GOOD | {"extra": None})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("number", [0, 10, True, "9", 9.0, None]),
        ("name", ["", "A", "a\n", "a b", 1, ["abc"]]),
        ("key", ["00f", "00FF", "00ff0", "0\u0660ff", "00 f", 0, b"00ff"]),
        ("blob", ["", "AAAA", 1]),
        ("one", [True, 2, "1", 1.0]),
        ("flag", [0, 1, "true"]),
        ("pairs", [[], (), {}, GOOD["pairs"][::-1], [GOOD["pairs"][0]] * 2, GOOD["pairs"] * 2]),
        ("extra", [[], 1, "x"]),
    ],
)
def test_every_other_value_is_refused_and_the_field_is_named(name: str, values: list[Any]):
    for value in values:
        with pytest.raises(Refusal) as caught:
            read(Sample, GOOD | {name: value})
        assert caught.value.code is Code.BAD_FIELD
        assert caught.value.details == {"field": name}


def test_the_path_to_a_bad_field_is_named():
    for value, path in [
        (GOOD | {"pairs": [{"left": True, "right": "a"}]}, "pairs[0].left"),
        (GOOD | {"pairs": [{"left": 1}]}, "pairs[0].right"),
        (GOOD | {"pairs": [{"left": 1, "right": "a", "up": 1}]}, "pairs[0].up"),
        (GOOD | {"up": 1}, "up"),
        ({name: GOOD[name] for name in GOOD if name != "flag"}, "flag"),
        ([], "order"),
    ]:
        with pytest.raises(Refusal) as caught:
            read(Sample, value)
        assert caught.value.details == {"field": path}


@given(st.binary(min_size=1, max_size=2).map(bytes.hex), st.integers(1, 9))
def test_hex_and_range_accept_all_that_they_declare(text: str, number: int):
    assert Hex(len(text) // 2).check(text)
    assert Range(1, 9).check(number)


@given(st.text(min_size=4, max_size=4))
def test_hex_is_lower_case_digits_all_the_way_through(text: str):
    assert Hex(2).check(text) == all(char in "0123456789abcdef" for char in text)
