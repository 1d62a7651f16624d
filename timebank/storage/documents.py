"""Documents too long for an opening, by the digest that an opening names: agreements with shops."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_documents

_FIND = select(kept_documents).where(kept_documents.c.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its title, and the SHA-256 of it in UTF-8, in hex."""

    digest: str
    title: str
    text: str
    created: int


def keep(conn: Connection, document: Document) -> None:
    """Keep a document. The caller has checked that its digest is that of its text."""
    conn.execute(upsert(conn, kept_documents), asdict(document))


def find(conn: Connection, digest: str) -> Document | None:
    """Return the document with this digest, or None."""
    row = conn.execute(_FIND, {"digest": digest}).one_or_none()
    return Document(*row) if row else None
