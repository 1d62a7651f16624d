"""Static payee codes, as on a poster: one in use per member, earlier ones revoked."""

from sqlalchemy import Connection, bindparam, insert, select, update

from timebank.storage.tables import kept_codes

_IN_USE = kept_codes.c.revoked.is_(None)
_FIND = select(kept_codes.c.member).where(kept_codes.c.code == bindparam("code"), _IN_USE)
_OF_MEMBER = (
    select(kept_codes.c.code)
    .where(kept_codes.c.member == bindparam("member"), _IN_USE)
    .order_by(kept_codes.c.created.desc(), kept_codes.c.code)
    .limit(1)
)
_ADD = insert(kept_codes)
_REVOKE = update(kept_codes).where(kept_codes.c.member == bindparam("of"), _IN_USE)


def add(conn: Connection, code: str, member: str, created: int) -> None:
    """Let a code stand for a member."""
    conn.execute(_ADD, {"code": code, "member": member, "created": created})


def find(conn: Connection, code: str) -> str | None:
    """Return the member a code stands for, or None where it was revoked or never was."""
    return conn.scalar(_FIND, {"code": code})


def of_member(conn: Connection, member: str) -> str | None:
    """Return the code in use for a member, or None."""
    return conn.scalar(_OF_MEMBER, {"member": member})


def revoke(conn: Connection, member: str, time: int) -> None:
    """Take every code of a member out of use. A code is never used for another."""
    conn.execute(_REVOKE, {"of": member, "revoked": time})
