"""Refusals for a passing reason, remembered until the order has expired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from timebank.signing.canonical import MAX_INTEGER, decode, encode
from timebank.storage.dialects import look_up, parts, upsert
from timebank.storage.tables import kept_refusals

_FIND = select(kept_refusals.c.identity, kept_refusals.c.code, kept_refusals.c.details).where(
    kept_refusals.c.identity.in_(bindparam("identities", expanding=True))
)
_FORGET = delete(kept_refusals).where(kept_refusals.c.until < bindparam("before"))


@dataclass(frozen=True, slots=True)
class Kept:
    """The code of a refusal, and its details."""

    code: str
    details: dict[str, str | int]


def keep(
    conn: Connection, identity: str, code: str, details: Mapping[str, str | int], until: int
) -> None:
    """Remember that the order with this identity was refused, until this time.

    A number beyond what canonical bytes hold, such as what 16 legs are short, is cut to that.
    """
    told = {
        name: min(value, MAX_INTEGER) if isinstance(value, int) else value
        for name, value in details.items()
    }
    row = {
        "identity": identity,
        "code": str(code),
        "details": encode(told).decode("ascii"),
        "until": until,
    }
    conn.execute(upsert(conn, kept_refusals), row)


def find_all(conn: Connection, identities: Sequence[str]) -> dict[str, Kept]:
    """Return why any of these orders were refused before, by identity."""
    return {
        identity: Kept(code, _details(details))
        for part in parts(identities)
        for identity, code, details in look_up(conn, _FIND, part)
    }


def _details(stored: str) -> dict[str, str | int]:
    details = decode(stored.encode("ascii"))
    assert isinstance(details, dict)
    return details


def forget(conn: Connection, before: int) -> None:
    """Remove refusals of orders that had expired before this time."""
    conn.execute(_FORGET, {"before": before})
