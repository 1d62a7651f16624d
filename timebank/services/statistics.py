"""The figures of the wijk that anybody may see: by whole months, and never about a few people.

Only months that have closed are told, put together as `disclosure` says, so that a figure never
changes and no difference between two of them, or between two days, is about a few people. What
each figure counts, and who stands in it:

    issued      credits issued to members other than shops,      persons who got them
                less what of it was corrected
    retired     credits that came back: paid out to shops,       the shops that were paid or took
                or handed in to be retired; less what of it        credits back, persons who
                was corrected, and less what was issued to         handed in
                a shop, which is a payout undone
    reserve     euro on the bank and on the way, at the end      the shops that were paid, and those
                                                                   whose payout came back
    hours       hours paid, less what was given back,            everybody who paid or was paid
                but for those with a shop on either side

Credits are those of all currencies that are issued, together: a single one may have few shops.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import Connection

from timebank.ledger.facts import Account, Currency, Member, Redemption
from timebank.services import disclosure
from timebank.services.bank import Bank
from timebank.services.disclosure import Contributors
from timebank.services.reconciling import matched, returned
from timebank.services.statements import ZONE, local
from timebank.storage import fold, journal, statistics
from timebank.storage.engine import reading
from timebank.storage.statistics import Flow

MARGIN = 3_600
"""Seconds after its end that a month is closed: what was posted in it has long been committed."""
_BACK = ("refund", "correct")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months of the neighbourhood's calendar: from `first`, up to but not including `end`."""

    first: date
    end: date


@dataclass(frozen=True, slots=True)
class Credits:
    """Credits issued and retired in a span, in cents; circulating and euro reserve at its end."""

    span: Span
    issued: int
    retired: int
    in_circulation: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes that neighbours paid one another in a span."""

    span: Span
    minutes: int


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Who paid or was paid in a month: at least so many people and shops, in tens and threes."""

    span: Span
    persons: int
    shops: int


@dataclass(frozen=True, slots=True)
class Published:
    """All figures there are, oldest first. `until` is the first day that is not in them yet."""

    until: date
    credits: tuple[Credits, ...] = ()
    hours: tuple[Hours, ...] = ()
    taking_part: tuple[TakingPart, ...] = ()


@dataclass
class Statistics:
    """The figures of one ledger. A month is added up once, when it has closed, and then kept."""

    bank: Bank
    _months: list["_Month"] = field(default_factory=list)
    _published: Published | None = None

    def published(self) -> Published:
        """Return the figures; between one month's end and the next this reads nothing."""
        until = local(self.bank.clock.now() - MARGIN).date().replace(day=1)
        if self._published is None or self._published.until != until:
            months = self._known(until)
            self._published = _publish(months, until)
        return self._published

    def _known(self, until: date) -> list["_Month"]:
        """Every month that has closed. Threads that ask at once may each add up the same."""
        months = [month for month in self._months if month.span.end <= until]
        with reading(self.bank.engine) as conn:
            head = journal.read_head(conn)
            first = _first_month(conn)
            people = _People.of(conn)
            came_back = _came_back(conn)
            month = months[-1].span.end if months else first
            while month < until:
                span = Span(month, _next(month))
                start = statistics.first_from(conn, _midnight(span.first), head.size)
                stop = statistics.first_from(conn, _midnight(span.end), head.size)
                settled = statistics.settled_accounts(conn, start, stop)
                settled |= {account for seq, account in came_back if start <= seq < stop}
                months.append(_month(people, span, statistics.flows(conn, start, stop), settled))
                month = span.end
        self._months = months
        return months


def last_settled(bank: Bank) -> int | None:
    """Return when shops were last paid in euro, or None: a day, no amount."""
    with reading(bank.engine) as conn:
        return statistics.last_settled(conn)


def covered(bank: Bank) -> bool:
    """Say whether there is a euro for every backed credit, now: yes or no, no amount."""
    with reading(bank.engine) as conn:
        found = fold.every(conn, Currency)
    backed = sum(item.in_circulation for item in found if item.policy.kind == "backed")
    return backed <= sum(item.reserve for item in found)


def _came_back(conn: Connection) -> list[tuple[int, str]]:
    """The entries that recorded a payout that came back, and whose account it was paid from.

    The journal does not say what a line on the bank is for; the statements that were imported do.
    """
    back = returned(conn, matched(conn))
    entries = journal.find_entries(
        conn, [item.line.identity for item in back if item.line.identity]
    )
    facts = fold.load_facts(conn, [(Redemption, item.owed.redemption) for item in back])
    accounts = {fact.redemption: fact.account for fact in facts if isinstance(fact, Redemption)}
    return [
        (entries[item.line.identity][0], accounts[item.owed.redemption])
        for item in back
        if item.line.identity
    ]


# ---- adding up


@dataclass(frozen=True, slots=True)
class _Month:
    """What moved in a month, and who stands in each flow that a figure lets through."""

    span: Span
    sums: Counter[str]
    credit_flows: tuple[Contributors, ...]
    hour_flows: tuple[Contributors, ...]
    took_part: Contributors


@dataclass(frozen=True, slots=True)
class _People:
    """Whose accounts are whose, and of what kind: what tells flows apart."""

    accounts: Mapping[str, Account]
    kinds: Mapping[str, str]
    hours: frozenset[str]

    @classmethod
    def of(cls, conn: Connection) -> "_People":
        accounts = {account.id: account for account in fold.every(conn, Account)}
        kinds: dict[str, str] = {member.id: member.kind for member in fold.every(conn, Member)}
        mutual = (item for item in fold.every(conn, Currency) if item.policy.kind == "mutual")
        return cls(accounts, kinds, frozenset(item.code for item in mutual))

    def group(self, account: str) -> str:
        """person, shop or organisation; or the kind of an account of the ledger's own."""
        found = self.accounts[account]
        return self.kinds[found.owner] if found.owner else found.kind

    def contributors(self, accounts: Iterable[str]) -> Contributors:
        owners: dict[str, set[str]] = {"person": set(), "shop": set()}
        for account in accounts:
            if (group := self.group(account)) in owners:
                owners[group].add(self.accounts[account].owner)
        return Contributors(frozenset(owners["person"]), frozenset(owners["shop"]))


def _month(people: _People, span: Span, flows: Iterable[Flow], settled: set[str]) -> _Month:
    sums: Counter[str] = Counter()
    who: defaultdict[str, set[str]] = defaultdict(set)
    for flow in flows:
        payer, payee = people.group(flow.payer), people.group(flow.payee)
        members = not {payer, payee} - {"person", "shop", "organisation"}
        if payer == "contra":
            undone = flow.type == "correct" or payee == "shop"
            sums["retired" if undone else "issued"] += -flow.amount if undone else flow.amount
            who["returned" if undone else "got"].add(flow.payee)
            if flow.type == "issue" and payee == "shop":
                who["reissued"].add(flow.payee)
        elif payee == "contra":
            undone = flow.type == "correct" and payer != "shop"
            sums["issued" if undone else "retired"] += -flow.amount if undone else flow.amount
            who["got" if undone else "returned"].add(flow.payer)
        if payee in ("bank", "transit"):
            sums["reserve"] += flow.amount
        if payer in ("bank", "transit"):
            sums["reserve"] -= flow.amount
        in_hours = people.accounts[flow.payer].currency in people.hours
        if members and in_hours and "shop" not in (payer, payee):
            sums["hours"] += -flow.amount if flow.type in _BACK else flow.amount
            who["hours"] |= {flow.payer, flow.payee}
        if members:
            who["part"] |= {flow.payer, flow.payee}
    # A line that was booked by hand shows whose payout came back when that is issued again.
    paid = people.contributors(settled | who["reissued"])
    handed_in = people.contributors(who["returned"]) | paid
    return _Month(
        span,
        sums,
        (people.contributors(who["got"]), handed_in, paid),
        (people.contributors(who["hours"]),),
        people.contributors(who["part"]),
    )


def _publish(months: list[_Month], until: date) -> Published:
    credits: list[Credits] = []
    circulating = reserve = 0
    for found in disclosure.periods([month.credit_flows for month in months]):
        span, sums = _together(months, found)
        circulating += sums["issued"] - sums["retired"]
        reserve += sums["reserve"]
        credits.append(Credits(span, sums["issued"], sums["retired"], circulating, reserve))
    hours = [
        Hours(span, sums["hours"])
        for found in disclosure.periods([month.hour_flows for month in months])
        for span, sums in [_together(months, found)]
    ]
    taking_part = [
        TakingPart(
            month.span,
            disclosure.at_least(len(month.took_part.persons), disclosure.PERSONS),
            disclosure.at_least(len(month.took_part.shops), disclosure.SHOPS),
        )
        for month in months
    ]
    return Published(until, tuple(credits), tuple(hours), tuple(taking_part))


def _together(months: list[_Month], numbers: range) -> tuple[Span, Counter[str]]:
    some = [months[number] for number in numbers]
    sums: Counter[str] = Counter()
    for month in some:
        sums.update(month.sums)
    return Span(some[0].span.first, some[-1].span.end), sums


# ---- months


def first_day(bank: Bank) -> date:
    """Return the first day of the month in which the ledger was founded."""
    with reading(bank.engine) as conn:
        return _first_month(conn)


def _first_month(conn: Connection) -> date:
    return local(statistics.time_of(conn, 0)).date().replace(day=1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), ZONE).timestamp())
