"""Who is looking. A session can move nothing; of its token only the hash is kept."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from timebank.storage.tables import kept_sessions

_LIVES = kept_sessions.c.revoked.is_(None)
_FIND = select(
    kept_sessions.c.token_hash,
    kept_sessions.c.member,
    kept_sessions.c.key_id,
    kept_sessions.c.created,
).where(kept_sessions.c.token_hash == bindparam("token_hash"), _LIVES)
_ADD = insert(kept_sessions)
_REVOKE = update(kept_sessions).where(kept_sessions.c.token_hash == bindparam("its"), _LIVES)


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is signed in: whose it is, the key they showed, and since when."""

    token_hash: str
    member: str
    key_id: str
    created: int


def add(conn: Connection, token_hash: str, member: str, key_id: str, created: int) -> None:
    """Begin a session."""
    conn.execute(
        _ADD, {"token_hash": token_hash, "member": member, "key_id": key_id, "created": created}
    )


def find(conn: Connection, token_hash: str) -> Session | None:
    """Return the session, or None where it has ended or never was."""
    row = conn.execute(_FIND, {"token_hash": token_hash}).one_or_none()
    return Session(*row) if row else None


def revoke(conn: Connection, token_hash: str, time: int) -> None:
    """End a session."""
    conn.execute(_REVOKE, {"its": token_hash, "revoked": time})
