"""Which files left the house: who took the books out, when, of what period, and which bytes."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, insert, select

from timebank.storage.tables import kept_exports

Format = Literal["beancount", "csv", "hledger", "xaf"]


@dataclass(frozen=True, slots=True)
class Export:
    """One export: `by` a member, or "" for who had the database in their hands.

    `names` says whether it holds names and texts; `sha256` is of the file as it was handed over.
    """

    id: str
    time: int
    by: str
    format: Format
    first: date
    last: date
    names: bool
    encrypted: bool
    sha256: str


_ALL = select(kept_exports).order_by(kept_exports.c.time.desc(), kept_exports.c.id)


def keep(conn: Connection, export: Export) -> None:
    """Log an export. There is no way to change or remove one."""
    days = {"first": export.first.isoformat(), "last": export.last.isoformat()}
    conn.execute(insert(kept_exports), asdict(export) | days)


def every(conn: Connection) -> list[Export]:
    """Return every export, the newest first."""
    return [
        Export(
            row.id,
            row.time,
            row.by,
            row.format,
            date.fromisoformat(row.first),
            date.fromisoformat(row.last),
            bool(row.names),
            bool(row.encrypted),
            row.sha256,
        )
        for row in conn.execute(_ALL)
    ]
