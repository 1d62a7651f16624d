"""Receive-only links of a shop. Of the secret in a link only the hash is kept."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from timebank.storage.tables import kept_tills

_WORKS = kept_tills.c.revoked.is_(None)
_FIND = select(kept_tills.c.member).where(
    kept_tills.c.token_hash == bindparam("token_hash"), _WORKS
)
_OF_MEMBER = (
    select(kept_tills.c.token_hash, kept_tills.c.member, kept_tills.c.label, kept_tills.c.created)
    .where(kept_tills.c.member == bindparam("member"), _WORKS)
    .order_by(kept_tills.c.created, kept_tills.c.token_hash)
)
_ADD = insert(kept_tills)
_REVOKE = update(kept_tills).where(
    kept_tills.c.token_hash == bindparam("link"), kept_tills.c.member == bindparam("of"), _WORKS
)


@dataclass(frozen=True, slots=True)
class Till:
    """A link that receives for a member."""

    token_hash: str
    member: str
    label: str
    created: int


def add(conn: Connection, token_hash: str, member: str, label: str, created: int) -> None:
    """Let a link receive for a member."""
    conn.execute(
        _ADD, {"token_hash": token_hash, "member": member, "label": label, "created": created}
    )


def find(conn: Connection, token_hash: str) -> str | None:
    """Return the member a link receives for, or None where it was revoked or never was."""
    return conn.scalar(_FIND, {"token_hash": token_hash})


def of_member(conn: Connection, member: str) -> list[Till]:
    """Return a member's links that still work, oldest first."""
    return [Till(*row) for row in conn.execute(_OF_MEMBER, {"member": member})]


def revoke(conn: Connection, member: str, token_hash: str, time: int) -> None:
    """Make a link of this member worthless."""
    conn.execute(_REVOKE, {"link": token_hash, "of": member, "revoked": time})
