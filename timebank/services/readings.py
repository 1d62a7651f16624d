"""Who looked at whose account: noted before it is shown, and shown to whom it is about.

An auditor reads everything and moves nothing; that they read is no secret from the one they read
about. Looking at oneself is not noted.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from timebank import ids
from timebank.services.bank import Bank
from timebank.services.holdings import names_of
from timebank.storage import readings as kept
from timebank.storage.engine import reading, writing

OPERATOR = ""
"""Reader who works on the server's command line, without a key that says who."""

What = Literal["balance", "entry", "export", "member", "proposal", "sample", "statement"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody looked: `name` is "" for who works on the server, and for an erased name."""

    reader: str
    name: str
    what: str
    time: int


def note(bank: Bank, reader: str, members: Iterable[str], what: What) -> None:
    """Note that `reader` is about to see something about these members; raises nothing else.

    Call it before showing: what could not be noted is not shown.
    """
    now = bank.clock.now()
    rows = [
        kept.Reading(
            ids.order_id(now * 1000, secrets.token_bytes(ids.ID_BYTES)), reader, member, what, now
        )
        for member in dict.fromkeys(members)
        if member != reader
    ]
    if rows:
        with writing(bank.engine) as conn:
            kept.add(conn, rows)


def readings_of(bank: Bank, member: str, limit: int = 50) -> list[Seen]:
    """Return who looked at this member's account, the newest first."""
    with reading(bank.engine) as conn:
        found = kept.of_member(conn, member, limit)
        readers = {each.reader for each in found} - {OPERATOR}
        names = names_of(conn, readers)
    return [Seen(each.reader, names.get(each.reader, ""), each.what, each.time) for each in found]
