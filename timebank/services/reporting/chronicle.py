"""What a year report needs to know, gathered while the journal goes by. Pure.

A chronicle follows a journal that somebody verifies (`proofs.verify_bundle`), and keeps the state
at the beginning and the end of the year and what happened in between. Nothing it says needs more
than the bundle.
"""

from dataclasses import dataclass, field

from timebank.ledger import orders
from timebank.ledger.entries import Entry
from timebank.ledger.facts import Account, Member
from timebank.ledger.orders import Order
from timebank.ledger.state import State

DAY = 86_400
_OF_THE_BOOKS = (
    orders.Issue,
    orders.Retire,
    orders.RecordBank,
    orders.Settle,
    orders.Correct,
    orders.Redeem,
)


@dataclass(frozen=True, slots=True)
class Event:
    """An order of the treasury that was posted in the year."""

    seq: int
    time: int
    order: Order


@dataclass(slots=True)
class Life:
    """What a member did in one currency, over the whole journal up to the end of the year.

    `joined` is when the account was opened, `reached_floor` when it first came close to its floor
    (None if never), amounts are what was paid and received in payments between members.
    """

    joined: int
    paid: int = 0
    received: int = 0
    reached_floor: int | None = None
    others: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A leg of a payment in the year, between members."""

    time: int
    seq: int
    payer: str
    payee: str
    amount: int


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who joined: on whose invitation, and the credit given with it, by currency."""

    time: int
    member: str
    by: str
    credit: tuple[tuple[str, int], ...]


CLOSE = 90
"""Percent of the way down at which an account has come to its floor."""


@dataclass
class Chronicle:
    """Follows a journal; `start` and `end` are the first second of the year and of the next.

    `entries` counts those of the year; `last` is the time of the journal's last entry.
    """

    start: int
    end: int
    entries: int = 0
    last: int = 0
    opening: State | None = None
    closing: State | None = None
    events: list[Event] = field(default_factory=list)
    admissions: list[Admission] = field(default_factory=list)
    transfers: dict[str, list[Transfer]] = field(default_factory=dict)
    lives: dict[tuple[str, str], Life] = field(default_factory=dict)
    seqs: dict[str, tuple[int, str]] = field(default_factory=dict)
    received_by_shops: dict[str, int] = field(default_factory=dict)
    _balances: dict[str, int] = field(default_factory=dict)

    def follow(self, entry: Entry, order: Order, before: State) -> None:
        """Take note of an entry; `before` is the state before its batch."""
        self.last = entry.time
        if self.opening is None and entry.time >= self.start:
            self.opening = _copy(before)
        if entry.time >= self.end:
            if self.closing is None:
                self.closing = _copy(before)
            return
        self.seqs[order.identity] = (entry.seq, order.header.type)
        self._live(entry, order, before)
        if entry.time >= self.start:
            self.entries += 1
            if isinstance(order.body, _OF_THE_BOOKS):
                self.events.append(Event(entry.seq, entry.time, order))

    def finish(self, state: State) -> None:
        """Take note that the journal has ended, in this state."""
        self.closing = self.closing or _copy(state)
        self.opening = self.opening or _copy(state)

    def _live(self, entry: Entry, order: Order, before: State) -> None:
        body = order.body
        if isinstance(body, orders.Admit):
            self._admit(entry, body)
        elif isinstance(body, orders.Genesis):
            for founder in body.founders:
                self._open(entry.time, founder.member, founder.accounts)
        for account, amount in entry.moved():
            self._balances[account] = self._balances.get(account, 0) + amount
        if isinstance(body, orders.Pay):
            for leg in body.legs:
                self._pay(entry, leg, before)

    def _admit(self, entry: Entry, body: orders.Admit) -> None:
        self._open(entry.time, body.member, body.accounts)
        if entry.time >= self.start:
            credit = tuple(
                (opened.currency, -opened.floor) for opened in body.accounts if opened.floor
            )
            issuer = body.invitation.voucher.issuer
            self.admissions.append(Admission(entry.time, body.member, issuer, credit))

    def _open(self, time: int, member: str, accounts: orders.OpenedAccounts) -> None:
        for opened in accounts:
            self.lives[member, opened.currency] = Life(time)

    def _pay(self, entry: Entry, leg: orders.Leg, before: State) -> None:
        payer, payee = (before.find(Account, each) for each in (leg.payer, leg.payee))
        if payer is None or payee is None:
            return  # opened in this very batch; its owner is not known before it
        paying = self.lives.setdefault((payer.owner, leg.currency), Life(entry.time))
        paid = self.lives.setdefault((payee.owner, leg.currency), Life(entry.time))
        paying.paid += leg.amount
        paid.received += leg.amount
        paying.others.add(payee.owner)
        paid.others.add(payer.owner)
        floor = payer.floor or 0
        low = floor < 0 and self._balances[leg.payer] * 100 <= floor * CLOSE
        if low and paying.reached_floor is None:
            paying.reached_floor = entry.time
        if entry.time >= self.start:
            found = Transfer(entry.time, entry.seq, payer.owner, payee.owner, leg.amount)
            self.transfers.setdefault(leg.currency, []).append(found)
            receiver = before.find(Member, payee.owner)
            if receiver is not None and receiver.kind == "shop":
                total = self.received_by_shops.get(leg.currency, 0)
                self.received_by_shops[leg.currency] = total + leg.amount


def _copy(state: State) -> State:
    """The state as it is now: its facts never change, they are replaced."""
    return State(state.changed())
