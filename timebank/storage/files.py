"""Files from and for the bank, byte for byte, by the digest that the journal commits to."""

from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_files

_FIND = select(kept_files).where(kept_files.c.digest == bindparam("digest"))
_ABOUT = select(
    kept_files.c.digest, kept_files.c.kind, kept_files.c.name, kept_files.c.created
).order_by(kept_files.c.created, kept_files.c.digest)


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a kept file without reading it. `created`: when it was made or came in."""

    digest: str
    kind: Literal["pain", "camt"]
    name: str
    created: int


@dataclass(frozen=True, slots=True)
class File(About):
    """A kept file. `digest` is the SHA-256 of `data`, in hex."""

    data: bytes


def keep(conn: Connection, file: File) -> None:
    """Keep a file; the same bytes again are the same file, under the name they have now."""
    conn.execute(upsert(conn, kept_files), asdict(file))


def find(conn: Connection, digest: str) -> File | None:
    """Return the file with this digest, or None."""
    row = conn.execute(_FIND, {"digest": digest}).one_or_none()
    return File(*row) if row else None


def all_kept(conn: Connection) -> list[About]:
    """Return what is kept, oldest first, without the bytes."""
    return [About(*row) for row in conn.execute(_ABOUT)]
