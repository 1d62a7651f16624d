"""Refusals for a passing reason, remembered until the order has expired."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from timebank.signing.canonical import decode, encode
from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_refusals

_FIND = select(kept_refusals.c.code, kept_refusals.c.details).where(
    kept_refusals.c.identity == bindparam("identity")
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
    """Remember that the order with this identity was refused, until this time."""
    row = {
        "identity": identity,
        "code": str(code),
        "details": encode(dict(details)).decode("ascii"),
        "until": until,
    }
    conn.execute(upsert(conn, kept_refusals), row)


def find(conn: Connection, identity: str) -> Kept | None:
    """Return why this order was refused before, or None."""
    row = conn.execute(_FIND, {"identity": identity}).one_or_none()
    if row is None:
        return None
    details = decode(row.details.encode("ascii"))
    assert isinstance(details, dict)
    return Kept(row.code, details)


def forget(conn: Connection, before: int) -> None:
    """Remove refusals of orders that had expired before this time."""
    conn.execute(_FORGET, {"before": before})
