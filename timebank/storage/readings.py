"""Who looked at whose account, when: shown to whom it is about."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, insert, select

from timebank.storage.tables import kept_readings

_OF_MEMBER = (
    select(
        kept_readings.c.id,
        kept_readings.c.reader,
        kept_readings.c.member,
        kept_readings.c.what,
        kept_readings.c.time,
    )
    .where(kept_readings.c.member == bindparam("member"))
    .order_by(kept_readings.c.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`reader` looked at what is about `member`; "" is whoever works on the server."""

    id: str
    reader: str
    member: str
    what: str
    time: int


def add(conn: Connection, readings: Iterable[Reading]) -> None:
    """Note that somebody has looked."""
    if rows := [asdict(each) for each in readings]:
        conn.execute(insert(kept_readings), rows)


def of_member(conn: Connection, member: str, limit: int) -> list[Reading]:
    """Return who looked at this member, the newest first."""
    return [Reading(*row) for row in conn.execute(_OF_MEMBER, {"member": member, "most": limit})]
