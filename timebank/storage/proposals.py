"""Orders that wait for more signatures. What became of one the journal knows."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_proposals

_FIND = select(kept_proposals).where(kept_proposals.c.identity == bindparam("identity"))
_ALL = select(kept_proposals).order_by(kept_proposals.c.created.desc(), kept_proposals.c.identity)
_UNEXPIRED = _ALL.where(kept_proposals.c.expires >= bindparam("now"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A proposed order and the authorizations it has so far (a canonical list)."""

    identity: str
    type: str
    order: bytes
    authorizations: bytes
    created: int
    expires: int


def keep(conn: Connection, proposal: Kept) -> None:
    """Keep a proposal, with these authorizations in place of those it had."""
    conn.execute(upsert(conn, kept_proposals), asdict(proposal))


def find(conn: Connection, identity: str) -> Kept | None:
    """Return the proposal with this identity, or None."""
    row = conn.execute(_FIND, {"identity": identity}).one_or_none()
    return Kept(*row) if row else None


def all_kept(conn: Connection) -> list[Kept]:
    """Return every proposal, newest first."""
    return [Kept(*row) for row in conn.execute(_ALL)]


def unexpired(conn: Connection, now: int) -> list[Kept]:
    """Return every proposal that may still be posted by its time, newest first."""
    return [Kept(*row) for row in conn.execute(_UNEXPIRED, {"now": now})]
