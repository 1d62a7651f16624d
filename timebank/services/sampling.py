"""Drawing members for the kascommissie to phone, so that nobody can choose who.

The draw follows from the root of a checkpoint: whoever has that root, which is on paper, and the
same list of members draws the same ones. Each member has one ticket, or one for every entry they
took part in: the SHA-256 of root, member and number. The lowest tickets are drawn. No floats and
no generator of a language, so that it can be done again anywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from timebank.journal import ProofError
from timebank.ledger.facts import Member
from timebank.services import readings, statements
from timebank.services.bank import Bank
from timebank.services.statements import Balance, Movement
from timebank.storage import fold, journal, people
from timebank.storage import statements as rows
from timebank.storage.engine import reading

MOST_TICKETS = 500
LAST = 3
"""How many entries of each are shown."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A member to phone, with what to ask about. `name` is "" once it was erased."""

    member: str
    name: str
    kind: str
    tickets: int
    balances: tuple[Balance, ...]
    last: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Who was drawn, by which root (hex), of how many members there are."""

    size: int
    root: str
    of: int
    drawn: tuple[Drawn, ...]


def draw(root: bytes, tickets: Mapping[str, int], count: int) -> list[str]:
    """Return `count` members, or all where there are fewer, in the order they are drawn.

    Somebody with twice the tickets is twice as likely to have the lowest.
    """
    lowest = {
        member: min(_ticket(root, member, number) for number in range(many))
        for member, many in tickets.items()
        if many > 0
    }
    return sorted(lowest, key=lambda member: (lowest[member], member))[:count]


def _ticket(root: bytes, member: str, number: int) -> bytes:
    return sha256(b"timebank:sample:v1\x00%b%b%d" % (root, member.encode("ascii"), number)).digest()


def sample(
    bank: Bank, reader: str, count: int, *, by_activity: bool = False, size: int | None = None
) -> Sample:
    """Draw active members and note that `reader` sees them (`readings`).

    By the newest checkpoint, or that of `size` entries; ProofError where there is none such.
    """
    with reading(bank.engine) as conn:
        newest, root = journal.latest_checkpoint(conn)
        if size is not None:
            if not 0 < size <= newest:
                raise ProofError(f"the journal has {newest} entries, not {size}")
            newest, root = size, journal.root_at(conn, size)
        members = {each.id: each for each in fold.every(conn, Member) if each.status == "active"}
        names = people.names(conn, [each.name for each in members.values()])
        tickets = {
            each.id: _tickets(rows.entry_count(conn, [account for _, account in each.accounts]))
            if by_activity
            else 1
            for each in members.values()
        }
    chosen = draw(root, tickets, count)
    readings.note(bank, reader, chosen, "sample")
    return Sample(
        newest,
        root.hex(),
        len(members),
        tuple(
            Drawn(
                each,
                names.get(members[each].name, ""),
                members[each].kind,
                tickets[each],
                tuple(statements.balances(bank, each)),
                tuple(statements.history(bank, each, limit=LAST)),
            )
            for each in chosen
        ),
    )


def _tickets(entries: int) -> int:
    """One, and one for each entry; so that nobody is never drawn."""
    return min(1 + entries, MOST_TICKETS)
