"""Documents too long for an opening, by the digest that an opening names: agreements with shops."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_documents

_ALL = select(kept_documents).order_by(kept_documents.c.digest)
_FIND = select(kept_documents).where(kept_documents.c.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its title, and the SHA-256 of it in UTF-8, in hex."""

    digest: str
    title: str
    text: str
    created: int

    @property
    def whole(self) -> bool:
        """Whether the text still has the digest by which it is known."""
        return digest_of(self.text) == self.digest


def digest_of(text: str) -> str:
    """Return the digest by which a text is known."""
    return sha256(text.encode()).hexdigest()


def keep(conn: Connection, document: Document) -> None:
    """Keep a document. The caller has checked that its digest is that of its text."""
    conn.execute(upsert(conn, kept_documents), asdict(document))


def find(conn: Connection, digest: str) -> Document | None:
    """Return the document with this digest, or None."""
    row = conn.execute(_FIND, {"digest": digest}).one_or_none()
    return Document(*row) if row else None


def every(conn: Connection) -> Iterator[Document]:
    """Yield every document, by digest."""
    for row in conn.execute(_ALL):
        yield Document(*row)
