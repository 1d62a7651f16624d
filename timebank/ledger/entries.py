"""An entry of the journal: `{authorizations, order, postings, seq, time}`, canonical JSON.

The order and its authorizations stand in it as they were received, so that every signature can be
checked from the entry alone; the postings as they were decided, so that sums can be checked
without knowing any rule.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from timebank.ledger.codec import Hex, Range, bad_field, read
from timebank.ledger.orders import Time, read_order
from timebank.ledger.rules import Decision, Posting
from timebank.ledger.verified import VerifiedOrder, verify_signatures
from timebank.signing.canonical import decode, encode, reencode
from timebank.units import MAX_AMOUNT

MAX_ENTRY_BYTES = 1 << 20
"""An order is at most 64 KiB; 32 authorizations that list a batch of 256 make the rest."""

_ACCOUNT = Hex(16)
_AMOUNT = Range(-MAX_AMOUNT, MAX_AMOUNT)


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed entry. Neither its signatures nor the rules are checked yet."""

    seq: Annotated[int, Range(0, MAX_AMOUNT)]
    time: Time
    order: dict[str, Any]
    authorizations: tuple[dict[str, Any], ...]
    postings: tuple[list[Any], ...]

    def moved(self) -> tuple[Posting, ...]:
        """Return the postings as (account, amount) pairs."""
        return tuple((account, amount) for account, amount in self.postings)


def entry_bytes(seq: int, time: int, decision: Decision) -> bytes:
    """Return the entry's canonical bytes, made of the canonical bytes it contains."""
    return b'{"authorizations":%b,"order":%b,"postings":%b,"seq":%d,"time":%d}' % (
        decision.verified.authorizations,
        decision.verified.order.data,
        encode([list(posting) for posting in decision.postings]),
        seq,
        time,
    )


def parse_entry(data: bytes) -> Entry:
    """Return the entry; Refusal TOO_LARGE, NOT_CANONICAL or BAD_FIELD for other bytes."""
    entry = read(Entry, decode(data, MAX_ENTRY_BYTES))
    for posting in entry.postings:
        if len(posting) != 2 or not (_ACCOUNT.check(posting[0]) and _AMOUNT.check(posting[1])):
            raise bad_field("postings")
    return entry


def verify_entry(entry: Entry) -> VerifiedOrder:
    """Check every signature an entry carries; raises Refusal as `verify_bytes` does."""
    order = read_order(entry.order, reencode(entry.order))
    return verify_signatures(order, entry.authorizations)
