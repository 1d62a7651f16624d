"""Seals: what kascommissie members signed about a checkpoint they checked."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from timebank.storage.tables import kept_seals

_ALL = select(
    kept_seals.c.member,
    kept_seals.c.size,
    kept_seals.c.root,
    kept_seals.c.key_id,
    kept_seals.c.time,
    kept_seals.c.authorization,
).order_by(kept_seals.c.size.desc(), kept_seals.c.time.desc(), kept_seals.c.member)


@dataclass(frozen=True, slots=True)
class Kept:
    """A seal as it was signed: `authorization` is canonical, over the other fields and the ledger.

    `root` is in hex, `time` in UTC seconds.
    """

    member: str
    size: int
    root: str
    key_id: str
    time: int
    authorization: bytes


def keep(conn: Connection, seal: Kept) -> None:
    """Keep a seal; the first that a member gave to a checkpoint stands."""
    same = _ALL.where(
        kept_seals.c.member == seal.member,
        kept_seals.c.size == seal.size,
        kept_seals.c.root == seal.root,
    )
    if conn.execute(same).first() is None:
        conn.execute(insert(kept_seals), asdict(seal))


def all_kept(conn: Connection) -> list[Kept]:
    """Return every seal, of the largest journal first."""
    return [Kept(*row) for row in conn.execute(_ALL)]
