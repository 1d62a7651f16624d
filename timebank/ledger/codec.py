"""Orders are declared as dataclasses; this module reads and writes them as JSON values.

A field's annotation is its whole rule: `Annotated[str, Hex(16)]`, `Annotated[int, Range(1, 9)]`,
`tuple[Leg, ...]`, `Literal["person", "shop"]`, or another dataclass. Exactly the declared fields
are accepted; an optional one (`X | None = None`) is absent when it is None, never null.
"""

import re
import types
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from timebank.errors import Code, Refusal
from timebank.signing.canonical import Value, from_base64url

T = TypeVar("T")
Read = Callable[[Value], Any]
"""Returns a value as what it was declared to be, or raises `_Misfit`."""


@dataclass(frozen=True, slots=True)
class Hex:
    """Lower-case hexadecimal of so many bytes."""

    size: int

    def check(self, value: Any) -> bool:
        return (
            type(value) is str
            and len(value) == 2 * self.size
            and not value.strip("0123456789abcdef")
        )


@dataclass(frozen=True, slots=True)
class Range:
    """An integer from `low` to `high`, both allowed; booleans are no integers."""

    low: int
    high: int

    def check(self, value: Any) -> bool:
        return type(value) is int and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Match:
    """Text that matches a regular expression as a whole."""

    pattern: str

    def check(self, value: Any) -> bool:
        return type(value) is str and re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True, slots=True)
class Binary:
    """Unpadded base64url of `low` to `high` bytes."""

    low: int
    high: int

    def check(self, value: Any) -> bool:
        if type(value) is not str:
            return False
        return self.low <= len(from_base64url(value)) <= self.high


@dataclass(frozen=True, slots=True)
class Length:
    """So many items."""

    low: int
    high: int

    def check(self, value: Any) -> bool:
        return self.low <= len(value) <= self.high


@dataclass(frozen=True, slots=True)
class Ascending:
    """Items in strictly ascending order of `by` (or of themselves), so that none is there twice."""

    by: str = ""

    def check(self, value: Any) -> bool:
        keys = [getattr(item, self.by) if self.by else item for item in value]
        return all(left < right for left, right in pairwise(keys))


def read(cls: type[T], value: Value, where: str = "") -> T:
    """Return the value as an instance of the declared class; Refusal(BAD_FIELD) names the field."""
    hint: Any = cls
    try:
        result: T = _reader(hint)(value)
    except _Misfit as misfit:
        raise bad_field(_joined(where, misfit.path) or "order") from None
    return result


def write(item: Any) -> Value:
    """Return the JSON value of a declared instance, None fields left out."""
    if is_dataclass(item):
        pairs = ((field.name, getattr(item, field.name)) for field in fields(item))
        return {name: write(inner) for name, inner in pairs if inner is not None}
    if isinstance(item, tuple | list):
        return [write(inner) for inner in item]
    if isinstance(item, dict):
        return {name: write(inner) for name, inner in item.items()}
    plain: Value = item
    return plain


def bad_field(where: str) -> Refusal:
    """Return the refusal that names a field by its path."""
    return Refusal(Code.BAD_FIELD, field=where)


class _Misfit(Exception):
    """A value that is not as declared. On the way out its path grows from the inside."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def within(self, where: str) -> "_Misfit":
        return _Misfit(_joined(where, self.path))


def _joined(where: str, path: str) -> str:
    return f"{where}.{path}" if where and path and not path.startswith("[") else where + path


@cache
def _reader(hint: Any) -> Read:
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *rules = get_args(hint)
        return _checked(_reader(inner), rules)
    if origin is Literal:
        return _literal(get_args(hint))
    if origin is tuple:
        return _sequence(_reader(get_args(hint)[0]))
    if origin in (dict, list):
        return _plain(origin)
    if origin in (Union, types.UnionType):
        return _reader(next(arm for arm in get_args(hint) if arm is not type(None)))
    if is_dataclass(hint):
        return _record(hint)
    return _plain(hint)


def _checked(inner: Read, rules: list[Any]) -> Read:
    checks = [rule.check for rule in rules]
    if len(rules) == 1 and isinstance(rules[0], Hex | Range | Match | Binary):
        return _ruled(checks[0])  # which looks at the type too

    def reader(value: Value) -> Any:
        result = inner(value)
        for check in checks:
            if not check(result):
                raise _Misfit
        return result

    return reader


def _ruled(check: Callable[[Any], bool]) -> Read:
    def reader(value: Value) -> Any:
        if not check(value):
            raise _Misfit
        return value

    return reader


def _literal(choices: tuple[Any, ...]) -> Read:
    # By type too: True equals 1, and is none.
    known = {(type(choice), choice): choice for choice in choices}
    kinds = {kind for kind, _ in known}

    def reader(value: Value) -> Any:
        kind = type(value)
        if kind in kinds and (kind, value) in known:
            return value
        raise _Misfit

    return reader


def _sequence(inner: Read) -> Read:
    def reader(value: Value) -> tuple[Any, ...]:
        if type(value) is not list:
            raise _Misfit
        found: list[Any] = []
        try:
            for item in value:
                found.append(inner(item))
        except _Misfit as misfit:
            raise misfit.within(f"[{len(found)}]") from None
        return tuple(found)

    return reader


def _plain(kind: Any) -> Read:
    def reader(value: Value) -> Any:
        if type(value) is not kind:
            raise _Misfit
        return value

    return reader


def _record(cls: Any) -> Read:
    hints = get_type_hints(cls, include_extras=True)
    known = {field.name: _reader(hints[field.name]) for field in fields(cls)}
    required = [field.name for field in fields(cls) if field.default is MISSING]

    def reader(value: Value) -> Any:
        if type(value) is not dict:
            raise _Misfit
        if value.keys() != known.keys():
            for name in value:
                if name not in known:
                    raise _Misfit(name)
            for name in required:
                if name not in value:
                    raise _Misfit(name)
        found: dict[str, Any] = {}
        for name, inner in value.items():
            try:
                found[name] = known[name](inner)
            except _Misfit as misfit:
                raise misfit.within(name) from None
        return cls(**found)

    return reader
