"""Parsing entries and verifying their signatures on every core: what takes longest in an audit.

Reading the entries, and replaying them in their order, stays with the caller.
"""

import copyreg
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from typing import Any

from timebank.errors import TimebankError
from timebank.ledger.entries import Entry, parse_entry, verify_entry
from timebank.ledger.orders import Header, Leg, Order, Pay
from timebank.ledger.replay import BrokenJournal
from timebank.ledger.verified import VerifiedOrder
from timebank.signing.authorizations import Verified

AT_ONCE = 256
"""Entries in one piece of work; a journal that is no longer is checked without other processes."""

Numbered = tuple[int, bytes]
Checked = tuple[Entry, VerifiedOrder]


def _hand_over_by_fields(kind: type[Any]) -> None:
    """Have instances go to other processes as their fields: else it takes twice as long."""
    fields_of = attrgetter(*(item.name for item in fields(kind)))
    copyreg.pickle(kind, lambda instance: (kind, fields_of(instance)))


for _kind in (Entry, VerifiedOrder, Verified, Order, Header, Pay, Leg):  # what a payment is made of
    _hand_over_by_fields(_kind)


def checked(entries: Iterable[bytes]) -> Iterator[Checked]:
    """Yield each entry, parsed and with its signatures verified, in order.

    Raises BrokenJournal in place of the first that is malformed or not signed. A long journal is
    read somewhat ahead; what is wrong with reading it is still raised after what came before.
    """
    numbered = enumerate(entries)
    for seq, data in islice(numbered, AT_ONCE):
        yield _check(seq, data)
    piece, failure = _read(numbered)
    if piece:
        yield from _check_in_processes(piece, failure, numbered)
    elif failure:
        raise failure


def _check_in_processes(
    piece: list[Numbered], failure: TimebankError | None, numbered: Iterator[Numbered]
) -> Iterator[Checked]:
    workers = min(os.cpu_count() or 1, 61)  # Windows waits for no more at once
    # Ctrl-C is for this process, which then ends the others.
    with ProcessPoolExecutor(workers, None, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        ahead: deque[tuple[list[Numbered], Future[list[Checked]]]] = deque()
        while piece or ahead:
            if piece and len(ahead) <= 2 * workers:
                ahead.append((piece, pool.submit(_check_piece, piece)))
                piece, failure = ([], failure) if failure else _read(numbered)
            else:
                yield from _results(*ahead.popleft())
    if failure:
        raise failure


def _read(numbered: Iterator[Numbered]) -> tuple[list[Numbered], TimebankError | None]:
    """Read the next piece; where that fails, what came before, and why it failed."""
    piece: list[Numbered] = []
    try:
        for item in islice(numbered, AT_ONCE):
            piece.append(item)
    except TimebankError as failure:
        return piece, failure
    return piece, None


def _check_piece(piece: list[Numbered]) -> list[Checked]:
    """Check entries up to the first that does not hold: that one is for the caller to refuse."""
    found = []
    for seq, data in piece:
        try:
            found.append(_check(seq, data))
        except BrokenJournal:
            break
    return found


def _results(piece: list[Numbered], future: Future[list[Checked]]) -> Iterator[Checked]:
    found = future.result()
    yield from found
    if len(found) < len(piece):
        yield _check(*piece[len(found)])


def _check(seq: int, data: bytes) -> Checked:
    try:
        entry = parse_entry(data)
        return entry, verify_entry(entry)
    except TimebankError as error:
        raise BrokenJournal(seq, str(error)) from error
