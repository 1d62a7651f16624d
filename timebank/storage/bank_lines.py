"""Lines of the bank's statements as they were imported, and the one order that records each.

What became of that order the journal knows. Amounts are euro cents, negative for what went out.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass

from sqlalchemy import Connection, bindparam, select, update

from timebank.storage.dialects import parts, upsert
from timebank.storage.tables import kept_bank_lines, kept_reissues

_LINES = select(kept_bank_lines)
_ALL = _LINES.order_by(
    kept_bank_lines.c.day, kept_bank_lines.c.file, kept_bank_lines.c.position, kept_bank_lines.c.id
)
_FIND = _LINES.where(kept_bank_lines.c.id == bindparam("id"))
_KNOWN = select(kept_bank_lines.c.id).where(
    kept_bank_lines.c.id.in_(bindparam("ids", expanding=True))
)
_RESERVE = (
    update(kept_bank_lines)
    .where(kept_bank_lines.c.id == bindparam("line"))
    .values(identity=bindparam("order"))
)
_REISSUES = select(kept_reissues).order_by(kept_reissues.c.redemption)


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment within a line. `amount` is in euro cents, None where the bank leaves it out.

    `returned` is the bank's reason for sending it back (ISO 20022 external code), "" for none.
    """

    end_to_end: str
    amount: int | None
    name: str
    iban: str
    text: str
    returned: str


@dataclass(frozen=True, slots=True)
class Line:
    """A booked line. `id` is the same in every file that the line is in, `day` is ISO 8601.

    `reference` is the bank's own, or "". `batch` are the ids of the payment file it settles.
    """

    id: str
    position: int
    day: str
    amount: int
    reference: str
    batch: tuple[str, ...]
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An imported line, the digest of the file it came in, and the order that records it."""

    line: Line
    file: str
    identity: str | None


@dataclass(frozen=True, slots=True)
class Reissue:
    """A payout that came back on `line`, and the order that gives the shop its credits again."""

    redemption: str
    line: str
    identity: str


def keep(conn: Connection, file: str, lines: Iterable[Line]) -> list[Line]:
    """Keep the lines of a file that are not there yet; return those."""
    offered = {line.id: line for line in lines}
    known = {found for part in parts(offered) for found in conn.scalars(_KNOWN, {"ids": part})}
    fresh = [line for line in offered.values() if line.id not in known]
    if fresh:
        conn.execute(kept_bank_lines.insert(), [_row(file, line) for line in fresh])
    return fresh


def find(conn: Connection, line: str) -> Kept | None:
    """Return the line with this id, or None."""
    row = conn.execute(_FIND, {"id": line}).one_or_none()
    return _kept(row._asdict()) if row else None


def all_kept(conn: Connection) -> list[Kept]:
    """Return every line, by day and then as the bank listed them."""
    return [_kept(row._asdict()) for row in conn.execute(_ALL)]


def reserve(conn: Connection, line: str, identity: str) -> None:
    """Say which order records a line, in place of one that can never post any more."""
    conn.execute(_RESERVE, {"line": line, "order": identity})


def keep_reissue(conn: Connection, reissue: Reissue) -> None:
    """Say which order issues a returned payout's credits again."""
    conn.execute(upsert(conn, kept_reissues), asdict(reissue))


def reissues(conn: Connection) -> dict[str, Reissue]:
    """Return which orders issue credits again, by redemption."""
    return {row.redemption: Reissue(*row) for row in conn.execute(_REISSUES)}


def _row(file: str, line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "file": file,
        "position": line.position,
        "day": line.day,
        "amount": line.amount,
        "reference": line.reference,
        "batch": json.dumps(line.batch),
        "details": json.dumps([astuple(detail) for detail in line.details]),
        "identity": None,
    }


def _kept(row: dict[str, object]) -> Kept:
    file, identity = row.pop("file"), row.pop("identity")
    batch, details = json.loads(str(row["batch"])), json.loads(str(row["details"]))
    values = row | {"batch": tuple(batch), "details": tuple(Detail(*item) for item in details)}
    # The columns are those of a line, by name and type (tables.py).
    return Kept(Line(**values), str(file), identity and str(identity))  # type: ignore[arg-type]
