import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from timebank.errors import Code, Refusal
from timebank.signing.canonical import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_INTEGER,
    Value,
    decode,
    encode,
    from_base64url,
    is_hex,
    to_base64url,
)

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "signing" / "canonical.json").read_text()
)

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
SCALARS: st.SearchStrategy[Value] = (
    st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | PRINTABLE
)


def one_level_up(members: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(members, max_size=3) | st.dictionaries(PRINTABLE, members, max_size=4)


VALUES = SCALARS
for _ in range(3):
    VALUES = SCALARS | one_level_up(VALUES)


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda case: case["name"])
def test_a_value_has_exactly_these_bytes(case):
    data = bytes.fromhex(case["bytes"])
    assert encode(case["value"]) == data
    assert decode(data) == case["value"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_other_bytes_are_refused(case):
    with pytest.raises(Refusal) as refused:
        decode(bytes.fromhex(case["bytes"]))
    assert refused.value.code == case["code"]


@given(VALUES)
def test_decoding_gives_back_what_was_encoded(value):
    data = encode(value)
    assert decode(data) == value
    assert encode(decode(data)) == data


@given(VALUES)
def test_the_bytes_are_those_of_an_independent_implementation(value):
    assert encode(value) == rfc8785.dumps(value)


def value_or_code(action, argument):
    try:
        return action(argument)
    except Refusal as refusal:
        return refusal.code


def only_canonical_or_refused(data: bytes) -> None:
    outcome = value_or_code(decode, data)
    assert outcome is Code.NOT_CANONICAL or encode(outcome) == data


@given(st.binary(max_size=64))
@example(b"")
def test_arbitrary_bytes_are_canonical_or_refused(data):
    only_canonical_or_refused(data)


@given(st.text('{}[]",:\\-0123456789.eEtruefalsn u/ \n', max_size=40))
def test_arbitrary_json_is_canonical_or_refused(text):
    only_canonical_or_refused(text.encode())


@given(VALUES.map(encode), st.data())
def test_mutated_bytes_are_canonical_or_refused(data, draw):
    position = draw.draw(st.integers(0, len(data)))
    cut = draw.draw(st.integers(0, 2))
    only_canonical_or_refused(
        data[:position] + draw.draw(st.binary(max_size=2)) + data[position + cut :]
    )


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


def test_nesting_is_counted_from_one():
    assert encode(decode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(Refusal):
        decode(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "data",
    [
        nested(30_000),
        b"[" * 60_000,
        b'{"":' * 15_000 + b"0" + b"}" * 500,
        b"[" * (MAX_DEPTH + 1) + b'"' + b"]" * 60,
    ],
    ids=["arrays", "never closed", "objects", "closed inside a string"],
)
def test_deep_nesting_is_refused_and_not_recursed_into(data):
    with pytest.raises(Refusal) as refused:
        decode(data)
    assert refused.value.code is Code.NOT_CANONICAL


def test_brackets_in_a_string_are_not_nesting():
    data = encode({"a": "[" * 100, "b": [["]]]{{{"], '\\["[']})
    assert encode(decode(data)) == data


def test_many_brackets_side_by_side_are_not_nesting():
    data = encode([{"a": [n]} for n in range(100)])
    assert encode(decode(data)) == data


def test_bytes_beyond_the_limit_are_too_large_whatever_they_say():
    assert decode(encode("x" * (MAX_BYTES - 2))) == "x" * (MAX_BYTES - 2)
    for data in (encode("x" * (MAX_BYTES - 1)), b"\xff" * (MAX_BYTES + 1)):
        with pytest.raises(Refusal) as refused:
            decode(data)
        assert refused.value.code is Code.TOO_LARGE
    with pytest.raises(Refusal):
        decode(b'"abc"', max_bytes=4)


def test_a_boolean_is_not_a_number():
    assert decode(b"[true,1]") == [True, 1]
    assert [type(member) for member in decode(b"[true,1]")] == [bool, int]
    assert encode([True, 1]) == b"[true,1]"


def test_tuples_are_encoded_as_arrays():
    assert encode({"postings": (("a", 1), ("b", -1))}) == b'{"postings":[["a",1],["b",-1]]}'


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.0,
        float("nan"),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        "\n",
        "\x7f",
        "Renée",
        "\ud800",
        b"bytes",
        {1: "one"},
        {"é": 1},
        {True: 1},
        {"a"},
        json.loads(nested(MAX_DEPTH + 1)),
    ],
    ids=ascii,
)
def test_a_value_outside_the_profile_is_our_own_mistake(value):
    with pytest.raises(ValueError):  # noqa: PT011 (the sentence is for people only)
        encode({"field": value} if not isinstance(value, list) else value)


@given(st.binary(max_size=40))
def test_base64url_gives_back_the_bytes(data):
    assert from_base64url(to_base64url(data)) == data


@given(st.text(max_size=8) | st.text("ABab01-_+/=", max_size=8))
def test_base64url_has_one_spelling(text):
    outcome = value_or_code(from_base64url, text)
    assert outcome is Code.NOT_CANONICAL or to_base64url(outcome) == text


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "AA=", "AA\n", " AA", "+/+/", "AAA A", "é"])
def test_other_spellings_of_base64url_are_refused(text):
    with pytest.raises(Refusal):
        from_base64url(text)


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("00ff", True),
        ("00FF", False),
        ("00f", False),
        ("00ff00", False),
        ("00f\n", False),
        ("0x0f", False),
        ("\u0660" * 4, False),
        (b"00ff", False),
        (None, False),
    ],
)
def test_hex_is_lower_case_and_of_an_exact_length(value, holds):
    assert is_hex(value, 2) is holds
