"""A file of rewards, line by line, as the ledger sees it now: who is meant, and what will be done.

A line's order id is made of what the line says, and an author's order id posts once: however often
a file is sent in, saved anew by another program or cut short half-way, no line of it is paid twice.
"""

import hmac
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account, Currency, Member, OrderId
from timebank.services import parameters
from timebank.services.bank import Bank
from timebank.services.parameters import Found, Name
from timebank.services.periods import Period, month_of, year_of
from timebank.services.posting import Posted
from timebank.services.reward_file import Problem, Row, read_table
from timebank.services.statements import day_bounds, local
from timebank.storage import codes, fold, journal, people, rewards, sums
from timebank.storage.engine import reading, writing
from timebank.storage.rewards import Allowance
from timebank.units import Unit

SECRET = "reward_secret"
"""Setting: what order ids of rewards are made with, so that nobody can guess a line from its id."""

State = Literal["paid", "ready", "waits", "wrong"]


@dataclass(frozen=True, slots=True)
class Above:
    """A total that would go above a parameter: for which period, how far, and what was allowed."""

    period: Period
    parameter: Found
    total: int
    allowed: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, and what is or will be done about it. `member` is "" where unknown."""

    row: Row
    member: str
    name: str
    currency: str
    payer_account: str
    account: str
    order_id: str
    state: State
    problems: tuple[Problem, ...] = ()
    above: tuple[Above, ...] = ()
    entry: Posted | None = None

    @property
    def memo(self) -> str:
        """What the person reads: the job and its day."""
        return f"{self.row.job}, {self.row.day:%d-%m-%Y}"


@dataclass(frozen=True, slots=True)
class Total:
    """What a person had in rewards this month and year, and with all that this file still asks.

    In euro cents for credits together, in minutes for hours. `month_limit` and `year_limit` are
    None for hours: no parameter is known for them.
    """

    member: str
    name: str
    unit: Unit
    month: int
    year: int
    month_after: int
    year_after: int
    month_limit: Found | None
    year_limit: Found | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What the lines that are ready come to in a currency, and what the payer can spend of it."""

    currency: str
    amount: int
    available: int

    @property
    def short(self) -> int:
        """What is missing, 0 where there is enough."""
        return max(0, self.amount - self.available)


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as the ledger sees it now."""

    payer: str
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    sums: tuple[Sum, ...]
    ignored: tuple[str, ...]

    def of(self, state: State) -> list[Line]:
        """Return the lines in this state, in the order of the file."""
        return [line for line in self.lines if line.state == state]

    @property
    def can_pay(self) -> bool:
        """Whether there is something to pay, enough to pay it with, and nothing wrong."""
        short = any(item.short for item in self.sums)
        return bool(self.of("ready")) and not self.of("wrong") and not short


# ---- looking


def look(bank: Bank, payer: str, content: bytes) -> Preview:
    """Return what a file would do, line by line, and what of it was already done.

    Raises BadFile, and Refusal POLICY_FORBIDS where the payer is no organisation.
    """
    now = bank.clock.now()
    today = local(now).date()
    table = read_table(content, today)
    secret = _secret(bank)
    with reading(bank.engine) as conn:
        town = _Town.load(conn, payer)
        lines = [town.line(conn, row, secret) for row in table.rows]
        lines = _once(lines)
        lines = _with_paid(conn, payer, lines)
        accounts = _accounts(conn, lines, town)
        counted = _Counted.load(conn, town, lines, today)
    # What waits is not paid now, so it takes no room on an account.
    lines = _within_ceilings([counted.count(line) for line in lines], accounts)
    ready = Counter[str]()
    for line in lines:
        if line.state == "ready":
            ready[line.currency] += line.row.amount
    spendable = {
        code: accounts[account].balance - (accounts[account].floor or 0)
        for code, account in town.mine.items()
    }
    amounts = tuple(Sum(code, ready[code], spendable[code]) for code in sorted(ready))
    return Preview(payer, tuple(lines), counted.totals(lines), amounts, table.ignored)


@dataclass
class _Town:
    """Who can be named in a file, and with which accounts they are paid."""

    payer: Member
    members: Mapping[str, Member]
    names: Mapping[str, str]
    by_name: Mapping[str, Sequence[Member]]
    currencies: Mapping[Unit, Currency]
    credits: frozenset[str]

    @classmethod
    def load(cls, conn: Connection, payer: str) -> "_Town":
        members = {member.id: member for member in fold.every(conn, Member)}
        texts = people.names(conn)
        names = {member.id: texts.get(member.name, "") for member in members.values()}
        by_name: dict[str, list[Member]] = {}
        for member in members.values():
            if names[member.id]:
                by_name.setdefault(_plain(names[member.id]), []).append(member)
        giver = members.get(payer)
        if giver is None:
            raise Refusal(Code.UNKNOWN_MEMBER, member=payer)
        if giver.kind != "organisation":
            raise Refusal(Code.POLICY_FORBIDS)
        held = dict(giver.accounts)
        money = [
            item
            for item in sorted(fold.every(conn, Currency), key=lambda item: item.code)
            if item.policy.kind != "euro"
        ]
        currencies: dict[Unit, Currency] = {}
        for item in money:
            if item.code in held:
                currencies.setdefault(Unit(item.unit), item)
        credits = frozenset(item.code for item in money if item.unit == "cent")
        return cls(giver, members, names, by_name, currencies, credits)

    @property
    def mine(self) -> dict[str, str]:
        """The payer's accounts by currency."""
        return dict(self.payer.accounts)

    def line(self, conn: Connection, row: Row, secret: bytes) -> Line:
        """A line with its person and accounts looked up, and its order id."""
        found = self.find(conn, row.person)
        problems = [*row.problems]
        if row.person and not found:
            problems.append(Problem.UNKNOWN_PERSON)
        elif len(found) > 1:
            problems.append(Problem.AMBIGUOUS_PERSON)
        member = found[0] if len(found) == 1 else None
        currency = self.currencies.get(row.unit)
        if member is not None:
            problems += _may_receive(member)
        code = currency.code if currency else ""
        theirs = dict(member.accounts) if member else {}
        if currency is None or (member is not None and code not in theirs):
            problems.append(Problem.NO_ACCOUNT)
        return Line(
            row,
            member.id if member else "",
            self.names[member.id] if member else "",
            code,
            self.mine.get(code, ""),
            theirs.get(code, ""),
            _order_id(secret, self.payer.id, member, row),
            "wrong" if problems else "ready",
            tuple(dict.fromkeys(problems)),
        )

    def find(self, conn: Connection, text: str) -> Sequence[Member]:
        """Whoever may be meant: by member id, or by name and by the code on their poster.

        Somebody can be called as another's code is written; then it is not certain who is meant.
        """
        if text in self.members:
            return [self.members[text]]
        named = self.by_name.get(_plain(text), [])
        # Who has left does not stand in the way of a namesake.
        found = {item.id: item for item in named if item.status != "left"} or {
            item.id: item for item in named
        }
        owner = codes.find(conn, ids.read_code(text.rpartition("/")[2]))
        if owner and owner in self.members:
            found[owner] = self.members[owner]
        return [*found.values()]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _may_receive(member: Member) -> list[Problem]:
    if member.kind != "person":
        return [Problem.NOT_A_PERSON]
    if member.status == "left":
        return [Problem.LEFT]
    return [Problem.SUSPENDED] if member.status == "suspended" else []


def _order_id(secret: bytes, payer: str, member: Member | None, row: Row) -> str:
    """What makes a line the same line again; "" for one that cannot be paid as it stands."""
    if member is None or row.problems:
        return ""
    said = (payer, member.id, row.unit, str(row.amount), row.day.isoformat(), row.job)
    made = hmac.digest(secret, "\0".join(said).encode(), "sha256")
    return ids.order_id(day_bounds(row.day)[0] * 1000, made[: ids.ID_BYTES])


def _secret(bank: Bank) -> bytes:
    with reading(bank.engine) as conn:
        kept = people.setting(conn, SECRET)
    if kept is None:
        with writing(bank.engine) as conn:
            kept = people.setting(conn, SECRET) or secrets.token_hex(32)
            people.keep_setting(conn, SECRET, kept)
    return bytes.fromhex(kept)


def _once(lines: Sequence[Line]) -> list[Line]:
    """What stands in the file twice is wrong, not paid twice; nor quietly paid once."""
    seen = set()
    made = []
    for line in lines:
        if line.state == "ready" and line.order_id in seen:
            line = replace(line, state="wrong", problems=(Problem.REPEATED,))
        seen.add(line.order_id)
        made.append(line)
    return made


def _with_paid(conn: Connection, payer: str, lines: Sequence[Line]) -> list[Line]:
    """Mark what was paid before, whatever became of the person since."""
    refs = [(OrderId, f"{payer}:{line.order_id}") for line in lines if line.order_id]
    found = {fact.id: fact for fact in fold.load_facts(conn, refs) if isinstance(fact, OrderId)}
    entries = journal.find_entries(conn, [fact.identity for fact in found.values()])
    made = []
    for line in lines:
        if line.order_id in found and line.problems != (Problem.REPEATED,):
            identity = found[line.order_id].identity
            entry = Posted(identity, *entries[identity])
            line = replace(line, state="paid", problems=(), entry=entry)
        made.append(line)
    return made


def _accounts(conn: Connection, lines: Sequence[Line], town: _Town) -> dict[str, Account]:
    wanted = {*town.mine.values(), *(line.account for line in lines)} - {""}
    facts = fold.load_facts(conn, [(Account, account) for account in wanted])
    return {fact.id: fact for fact in facts if isinstance(fact, Account)}


def _within_ceilings(lines: Sequence[Line], accounts: Mapping[str, Account]) -> list[Line]:
    """What an account can never hold is said now, not when the whole batch is refused for it.

    Never, whatever is on it: measured against the balance, a file of a few lines would tell it.
    """
    coming = Counter[str]()
    made = []
    for line in lines:
        if line.state == "ready":
            account = accounts[line.account]
            after = (account.floor or 0) + coming[account.id] + line.row.amount
            if account.ceiling is not None and after > account.ceiling:
                line = replace(line, state="wrong", problems=(Problem.TOO_MUCH,))
            else:
                coming[account.id] += line.row.amount
        made.append(line)
    return made


# ---- counting


@dataclass
class _Counted:
    """What people had in rewards this month and year, and what of the file comes on top."""

    credits: frozenset[str]
    month: Period
    year: Period
    limits: Mapping[Period, Found]
    had: Mapping[Period, Counter[tuple[str, Unit]]]
    coming: Counter[str]
    allowed: Mapping[tuple[str, str], int]

    @classmethod
    def load(cls, conn: Connection, town: _Town, lines: Sequence[Line], today: date) -> "_Counted":
        month, year = month_of(today), year_of(today)
        members = {line.member for line in lines if line.member}
        units = {item.code: Unit(item.unit) for item in fold.every(conn, Currency)}
        owned = {
            account: (member, units[code])
            for member in members
            for code, account in town.members[member].accounts
        }
        had = {}
        for period in (month, year):
            counter = had[period] = Counter[tuple[str, Unit]]()
            for account, total in sums.rewarded(conn, owned, *period.bounds).items():
                counter[owned[account]] += total
        return cls(
            town.credits,
            month,
            year,
            {
                month: parameters.find(Name.VOLUNTEER_MONTH, today),
                year: parameters.find(Name.VOLUNTEER_YEAR, today),
            },
            had,
            Counter(),
            _highest(rewards.allowances(conn, members)),
        )

    def count(self, line: Line) -> Line:
        """A line that is ready, and now waits where a total would go above a parameter."""
        if line.state != "ready" or line.currency not in self.credits:
            return line
        after = self.coming[line.member] + line.row.amount
        above = []
        for period, limit in self.limits.items():
            total = self.had[period][line.member, Unit.CENT] + after
            allowed = self.allowed.get((line.member, str(period)), 0)
            if total > max(limit.cents, allowed):
                above.append(Above(period, limit, total, allowed))
        if above:
            return replace(line, state="waits", above=tuple(above))
        self.coming[line.member] = after
        return line

    def totals(self, lines: Sequence[Line]) -> tuple[Total, ...]:
        """Each person's totals, with all that is ready or waits."""
        asked = Counter[tuple[str, Unit]]()
        named: dict[tuple[str, Unit], str] = {}
        for line in lines:
            if line.state != "wrong":
                key = line.member, line.row.unit
                named[key] = line.name
                asked[key] += 0 if line.state == "paid" else line.row.amount
        made = []
        for (member, unit), name in sorted(named.items(), key=lambda item: _plain(item[1])):
            month, year = (self.had[period][member, unit] for period in (self.month, self.year))
            more, limited = asked[member, unit], unit is Unit.CENT
            made.append(
                Total(
                    member, name, unit, month, year, month + more, year + more,
                    self.limits[self.month] if limited else None,
                    self.limits[self.year] if limited else None,
                )
            )  # fmt: skip
        return tuple(made)


def _highest(allowances: Sequence[Allowance]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for item in allowances:
        key = item.member, item.period
        found[key] = max(found.get(key, 0), item.up_to)
    return found
