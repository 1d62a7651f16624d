"""Canonical JSON: the exact bytes that are signed, hashed and stored.

RFC 8785 (JCS) over a restricted profile, small enough that every JSON library agrees on it:

- keys and strings are printable ASCII, 0x20 to 0x7e;
- numbers are integers of at most 53 bits (I-JSON, RFC 7493 §2.2); no floats, no `-0`;
- booleans, arrays and objects; no null; no key twice in an object;
- at most `MAX_DEPTH` arrays and objects inside one another, the outermost counting as one.

Binary data is base64url without padding (RFC 4648 §5); hashes and ids are lower-case hex.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeGuard

from timebank.errors import Code, Refusal

Value: TypeAlias = "bool | int | str | Sequence[Value] | Mapping[str, Value]"
"""What canonical bytes can say. `decode` returns lists and dicts; `encode` takes tuples too."""

MAX_BYTES = 65_536
MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1

# Every token of the profile and nothing between them. What is left to `json.loads` is grammar, and
# to the comparison with a second encoding the order of keys (RFC 8785 §3.2.3), keys that occur
# twice, and escapes. In strings, `"` and `\` are the only characters that JCS would escape (RFC
# 8785 §3.2.2.2). All repeats are possessive: hostile bytes cannot make this backtrack.
_STRING = rb'"[ !#-\[\]-~]*+(?:\\["\\][ !#-\[\]-~]*+)*+"'
_NUMBER = rb"0|-?[1-9][0-9]*+"
_TOKENS = re.compile(rb"(?:" + _STRING + rb"|[][{},:]|" + _NUMBER + rb"|true|false)*+")
_STRINGS = re.compile(_STRING)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*+")


def encode(value: Value) -> bytes:
    """The one encoding of `value`.

    Raises ValueError for a value outside the profile: that is our own mistake, not a caller's.
    """
    _check(value, MAX_DEPTH)
    return _to_bytes(value)


def reencode(value: Value) -> bytes:
    """The one encoding of what `decode` returned, or of a part of it; that it has one is known."""
    return _to_bytes(value)


def decode(data: bytes, max_bytes: int = MAX_BYTES) -> Value:
    """The value whose encoding is exactly `data`, which may be hostile.

    Raises Refusal: TOO_LARGE when longer than `max_bytes`, NOT_CANONICAL for everything else.
    """
    if len(data) > max_bytes:
        raise Refusal(Code.TOO_LARGE, bytes=len(data), max_bytes=max_bytes)
    if not _TOKENS.fullmatch(data):
        raise Refusal(Code.NOT_CANONICAL, detail="a token outside the profile")
    # Before parsing, so that the parser cannot be made to recurse.
    if _nests_deeper(data, MAX_DEPTH):
        raise Refusal(Code.NOT_CANONICAL, detail="brackets do not match or nest too deeply")
    try:
        value: Value = _decoder.decode(data.decode("ascii"))
    except ValueError:
        raise Refusal(Code.NOT_CANONICAL, detail="not JSON") from None
    if _to_bytes(value) != data:
        raise Refusal(Code.NOT_CANONICAL, detail="keys out of order or twice")
    return value


def to_base64url(data: bytes) -> str:
    """`data` in base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes whose `to_base64url` is exactly `text`.

    Raises Refusal NOT_CANONICAL, also for padding, line ends and stray bits in the last character.
    """
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refusal(Code.NOT_CANONICAL, detail="not base64url") from None
    if to_base64url(data) != text:
        raise Refusal(Code.NOT_CANONICAL, detail="not base64url without padding")
    return data


def is_hex(value: object, bytes_count: int) -> TypeGuard[str]:
    """Whether `value` is a string of `bytes_count` bytes in lower-case hex."""
    return (
        isinstance(value, str)
        and len(value) == 2 * bytes_count
        and _HEX.fullmatch(value) is not None
    )


# The C encoder. Within the profile it emits what RFC 8785 asks: sorting by code point equals
# sorting by UTF-16 unit (§3.2.3) while keys are ASCII.
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False)


def _to_bytes(value: Value) -> bytes:
    return _encoder.encode(value).encode("ascii")


def _check(value: object, depth: int) -> None:
    if isinstance(value, str):
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"not printable ASCII: {value!a}")
    elif isinstance(value, int):  # bool is an int too, and always small enough
        _check_integer(value)
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            raise ValueError(f"nested more than {MAX_DEPTH} deep")
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise ValueError(f"a key that is not a string: {key!a}")
                _check(key, depth)
            value = value.values()
        for member in value:
            _check(member, depth - 1)
    else:
        raise ValueError(f"{type(value).__name__} has no encoding")


def _check_integer(number: int) -> None:
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise ValueError("an integer of more than 53 bits")


def _integer(digits: str) -> int:
    number = int(digits)  # Python itself raises ValueError for thousands of digits
    _check_integer(number)
    return number


_decoder = json.JSONDecoder(parse_int=_integer)


def _nests_deeper(tokens: bytes, depth: int) -> bool:
    if tokens.count(b"[") + tokens.count(b"{") <= depth:
        return False  # most orders; whether the brackets match is then for the parser to say
    brackets = _STRINGS.sub(b"", tokens).translate(_BRACKETS, _NOT_BRACKETS)
    for _ in range(depth):
        brackets = brackets.replace(b"[]", b"")  # takes away the innermost level, everywhere
    return brackets != b""
