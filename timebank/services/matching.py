"""Which bank line pays which payouts, or brings one back. Values in, values out; never a guess.

A line matches by the reference its payment was sent with (`accounts.payment_reference`), or by the
id of the whole file where the bank books that as one amount. Every amount must be the very same.
What is not certain stays unmatched, with why.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from timebank.storage.bank_lines import Line


class Kind(StrEnum):
    """What a line is to the settlements."""

    PAID = "paid"
    RETURNED = "returned"
    UNMATCHED = "unmatched"


class Why(StrEnum):
    """Why a line is not matched."""

    NO_REFERENCE = "no_reference"
    """Nothing in it refers to a payout: a deposit, bank charges, something else."""
    PARTLY = "partly"
    """Some payments in it are payouts and others are not."""
    TWO_PAYOUTS = "two_payouts"
    """Its reference could be either of two payouts."""
    OTHER_AMOUNT = "other_amount"
    """It refers to a payout of another amount."""
    PAID_BEFORE = "paid_before"
    """An earlier line paid this already: was it paid twice?"""
    RETURNED_BEFORE = "returned_before"
    """An earlier line brought this back already."""
    NOT_A_RETURN = "not_a_return"
    """Money that came in under a payout's reference, which the bank does not call a return."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A payout of a settlement that was posted: what the bank was told to pay, in euro cents."""

    redemption: str
    reference: str
    amount: int
    settlement: str
    message: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a line is, and the payouts it is about; `why` where it is unmatched."""

    kind: Kind
    payouts: tuple[Owed, ...] = ()
    why: Why | None = None


class _Unsure(Exception):
    def __init__(self, why: Why) -> None:
        self.why = why


@dataclass
class _Books:
    by_reference: Mapping[str, Sequence[Owed]]
    by_message: Mapping[str, Sequence[Owed]]
    paid: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)


def match(lines: Iterable[Line], owed: Sequence[Owed]) -> dict[str, Match]:
    """Return what each line is, by its id. Earlier lines in the list come first to a payout."""
    references, messages = defaultdict[str, list[Owed]](list), defaultdict[str, list[Owed]](list)
    for payout in owed:
        references[payout.reference].append(payout)
        messages[payout.message].append(payout)
    books = _Books(references, messages)
    return {line.id: _match(books, line) for line in lines}


def _match(books: _Books, line: Line) -> Match:
    try:
        payouts = _pays(books, line) if line.amount < 0 else _brings_back(books, line)
    except _Unsure as unsure:
        return Match(Kind.UNMATCHED, why=unsure.why)
    settled, kind = (books.paid, Kind.PAID) if line.amount < 0 else (books.returned, Kind.RETURNED)
    settled.update(payout.redemption for payout in payouts)
    return Match(kind, payouts)


def _pays(books: _Books, line: Line) -> tuple[Owed, ...]:
    try:
        payouts = _cited(books, line)
    except _Unsure as unsure:
        if unsure.why is not Why.NO_REFERENCE:
            raise
        payouts = _batch(books, line)
    if any(payout.redemption in books.paid for payout in payouts):
        raise _Unsure(Why.PAID_BEFORE)
    return payouts


def _brings_back(books: _Books, line: Line) -> tuple[Owed, ...]:
    payouts = _cited(books, line)
    if not all(detail.returned for detail in line.details):
        raise _Unsure(Why.NOT_A_RETURN)
    if any(payout.redemption in books.returned for payout in payouts):
        raise _Unsure(Why.RETURNED_BEFORE)
    return payouts


def _cited(books: _Books, line: Line) -> tuple[Owed, ...]:
    """The payouts whose references the payments in a line have, one for one, to the cent."""
    found = [(detail, books.by_reference.get(detail.end_to_end, ())) for detail in line.details]
    if not any(payouts for _, payouts in found):
        raise _Unsure(Why.NO_REFERENCE)
    if not all(payouts for _, payouts in found):
        raise _Unsure(Why.PARTLY)
    times = Counter(detail.end_to_end for detail, _ in found)
    if any(len(payouts) > 1 for _, payouts in found) or max(times.values()) > 1:
        raise _Unsure(Why.TWO_PAYOUTS)
    cited = tuple(payouts[0] for _, payouts in found)
    amounts = [detail.amount for detail, _ in found]
    same = all(
        amount in (None, payout.amount) for amount, payout in zip(amounts, cited, strict=True)
    )
    if not same or sum(payout.amount for payout in cited) != abs(line.amount):
        raise _Unsure(Why.OTHER_AMOUNT)
    return cited


def _batch(books: _Books, line: Line) -> tuple[Owed, ...]:
    """All payouts of a file that the bank booked as one amount."""
    files = {message: books.by_message.get(message, ()) for message in line.batch}
    known = [payouts for payouts in files.values() if payouts]
    if not known:
        raise _Unsure(Why.NO_REFERENCE)
    if len(known) > 1:
        raise _Unsure(Why.TWO_PAYOUTS)
    if sum(payout.amount for payout in known[0]) != -line.amount:
        raise _Unsure(Why.OTHER_AMOUNT)
    return tuple(known[0])
