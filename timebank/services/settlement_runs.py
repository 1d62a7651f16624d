"""What became of each settlement: from plan to bank, and what came back."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from timebank.ledger import orders
from timebank.services.bank import Bank
from timebank.services.matching import Kind
from timebank.services.proposals import Proposal, proposals, signed_by, threshold
from timebank.services.reconciling import matched, owed, returned, settled
from timebank.services.settlement import Payout, payouts_of
from timebank.storage import journal
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Progress:
    """A payout of a run: the days on which the bank paid it and sent it back, "" while it has not.

    Only lines that are recorded in the journal count. `reissued` says that its shop has the
    credits again; `reason` is the bank's for sending it back (ISO 20022 code).
    """

    payout: Payout
    paid_on: str = ""
    returned_on: str = ""
    reason: str = ""
    reissued: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A settlement from plan to bank, amounts in euro cents, times in UTC seconds (0: not yet).

    `state` is planned, signed (by enough, not posted yet), posted (the bank can be told), paid (it
    has paid all of it), returned (something came back), withdrawn, or expired (also where another
    settlement paid what this one planned).
    """

    identity: str
    currency: str
    state: str
    planned: int
    posted: int
    signed: int
    needed: int
    payouts: tuple[Progress, ...]

    @property
    def total(self) -> int:
        """All of it, in euro cents."""
        return sum(item.payout.amount for item in self.payouts)

    @property
    def paid(self) -> int:
        """What the bank has paid."""
        return sum(item.payout.amount for item in self.payouts if item.paid_on)

    @property
    def returned(self) -> int:
        """What came back of that."""
        return sum(item.payout.amount for item in self.payouts if item.returned_on)


def runs(bank: Bank) -> list[Run]:
    """Return every settlement that was planned or posted, newest first."""
    needed = threshold(bank, "settle")
    with reading(bank.engine) as conn:
        posted = settled(conn)
        times = journal.find_entries(conn, posted)
        progress = _progress(conn)
    proposed = [item for item in proposals(bank) if isinstance(item.order.body, orders.Settle)]
    known = {item.order.identity for item in proposed}
    signed = {item.order.identity: len(signed_by(bank, item)) for item in proposed}
    taken = {payout.redemption for payout in owed(posted)}
    found = [(item.order, _state(item, taken)) for item in proposed]
    found += [(order, "posted") for identity, order in posted.items() if identity not in known]
    return sorted(
        (
            _run(
                bank,
                order,
                state,
                posted=times.get(order.identity, (0, 0))[1],
                signed=signed.get(order.identity, 0),
                needed=needed.count if needed else 0,
                progress=progress,
            )
            for order, state in found
        ),
        key=lambda run: (-run.planned, run.identity),
    )


def _state(proposed: Proposal, taken: set[str]) -> str:
    body = proposed.order.body
    assert isinstance(body, orders.Settle)
    overtaken = any(payout.redemption in taken for payout in body.payouts)
    return "expired" if proposed.state == "open" and overtaken else proposed.state


def _run(
    bank: Bank,
    order: orders.Order,
    state: str,
    *,
    posted: int,
    signed: int,
    needed: int,
    progress: dict[str, dict[str, Any]],
) -> Run:
    assert isinstance(order.body, orders.Settle)
    payouts = tuple(
        # What another order settled is not this one's, though both planned it.
        Progress(item, **(progress.get(item.redemption, {}) if posted else {}))
        for item in payouts_of(bank, order.body)
    )
    if state == "open":
        state = "signed" if signed >= needed else "planned"
    elif any(item.returned_on for item in payouts):
        state = "returned"
    elif posted and all(item.paid_on for item in payouts):
        state = "paid"
    created = order.header.created
    return Run(order.identity, order.body.currency, state, created, posted, signed, needed, payouts)


def _progress(conn: Connection) -> dict[str, dict[str, Any]]:
    """What the recorded bank lines say of each payout, by redemption."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    lines = matched(conn)
    for item in lines:
        if item.recorded and item.match.kind is Kind.PAID:
            for payout in item.match.payouts:
                found[payout.redemption]["paid_on"] = item.kept.line.day
    for back in returned(conn, lines):
        line = back.line.line
        reasons = [
            detail.returned for detail in line.details if detail.end_to_end == back.owed.reference
        ]
        found[back.owed.redemption] |= {
            "returned_on": line.day,
            "reason": "".join(reasons[:1]),
            "reissued": back.reissued,
        }
    return found
