"""One-off payment requests, as their code finds them. Whether one was paid the journal knows."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, insert, select, true, update

from timebank.storage.tables import kept_requests

_FIND = select(kept_requests).where(kept_requests.c.code == bindparam("code"))
_ADD = insert(kept_requests)
_CANCEL = (
    update(kept_requests)
    .where(kept_requests.c.code == bindparam("its"), kept_requests.c.payee == bindparam("by"))
    .values(cancelled=true())
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A request: its canonical bytes, what it is for in plain text, and its code."""

    id: str
    code: str
    payee: str
    request: bytes
    memo: str
    created: int
    expires: int
    cancelled: bool


def add(conn: Connection, request: Kept) -> None:
    """Keep a request until somebody scans its code."""
    conn.execute(_ADD, asdict(request))


def find(conn: Connection, code: str) -> Kept | None:
    """Return the request with this code, or None."""
    row = conn.execute(_FIND, {"code": code}).one_or_none()
    if row is None:
        return None
    return Kept(**{**row._asdict(), "cancelled": bool(row.cancelled)})


def cancel(conn: Connection, payee: str, code: str) -> None:
    """Note that a payee no longer asks for this."""
    conn.execute(_CANCEL, {"its": code, "by": payee})
