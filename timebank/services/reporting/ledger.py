"""The sections that the journal alone gives: the same from a database and from a bundle. Pure."""

from collections.abc import Callable, Iterator

from timebank.ledger import orders
from timebank.ledger.facts import Account, BankLine, Currency, Redemption
from timebank.ledger.state import State
from timebank.services.reporting.chronicle import CLOSE, Chronicle, Event
from timebank.services.reporting.values import (
    Cell,
    Hidden,
    Moment,
    Money,
    Section,
    Table,
    Who,
    Word,
)
from timebank.services.volume import level

Row = tuple[Cell, ...]


def sections(found: Chronicle, threshold: int, source: str) -> tuple[Section, ...]:
    """Return the sections that need nothing but the journal, in the order of the report.

    `threshold` is the yearly volume above which a limited network is notified, in euro cents, and
    `source` where that was read.
    """
    return tuple(
        Section(key, "journal", tables)
        for key, tables in (
            ("trial", _trial(found)),
            ("issuance", _issuance(found)),
            ("settlement", _settlement(found)),
            ("corrections", _corrections(found)),
            ("budgets", _budgets(found)),
            ("limits", _limits(found)),
            ("volume", _volume(found, threshold, source)),
        )
    )


def opening(found: Chronicle) -> State:
    """Return the state at the beginning of the year; the chronicle has finished."""
    assert found.opening is not None
    return found.opening


def closing(found: Chronicle) -> State:
    """Return the state at the end of the year, or of the journal; the chronicle has finished."""
    assert found.closing is not None
    return found.closing


def currencies(found: Chronicle, *kinds: str) -> list[Currency]:
    """Return the currencies there are at the end of the year, of these kinds or all."""
    return [each for each in closing(found).all(Currency) if not kinds or each.policy.kind in kinds]


def money(currency: Currency, minor: int) -> Money:
    """Return so much of a currency."""
    return Money(minor, currency.code, currency.unit)


# ---- trial balances


def _trial(found: Chronicle) -> tuple[Table, ...]:
    return tuple(
        Table("trial", ("account", "accounts", "at_start", "at_end"), tuple(_accounts(found, each)))
        for each in currencies(found)
    )


def _accounts(found: Chronicle, currency: Currency) -> Iterator[Row]:
    """Members above and below zero, the ledger's own accounts, and the sum, which is zero."""
    groups: list[tuple[str, Callable[[Account], bool]]] = [
        ("members_above", lambda each: each.kind == "member" and each.balance >= 0),
        ("members_below", lambda each: each.kind == "member" and each.balance < 0),
    ]
    for kind in ("contra", "redemption", "bank", "transit", "outside"):
        # The kind of this turn, not of the last; mypy infers no lambda with a default.
        groups.append((kind, lambda each, kind=kind: each.kind == kind))  # type: ignore[misc]
    groups.append(("sum", lambda each: True))
    for key, belongs in groups:
        before, after = (
            [
                each.balance
                for each in state.all(Account)
                if each.currency == currency.code and belongs(each)
            ]
            for state in (opening(found), closing(found))
        )
        if after or before:
            start, end = (money(currency, sum(balances)) for balances in (before, after))
            yield Word(key), len(after), start, end


# ---- issuing


def _issuance(found: Chronicle) -> tuple[Table, ...]:
    issued = Table("issues", ("entry", "day", "amount", "backing"), tuple(_issues(found)))
    lines = Table("bank_lines", ("entry", "day", "euro", "cited", "left"), tuple(_lines(found)))
    cover = Table("cover", ("what", "at_start", "at_end"), tuple(_cover(found)))
    return cover, issued, lines


def _issues(found: Chronicle) -> Iterator[Row]:
    """What was issued and retired, and the entries that record the bank lines behind it."""
    state = closing(found)
    for event in found.events:
        body = event.order.body
        if isinstance(body, orders.Issue | orders.Retire):
            sign = 1 if isinstance(body, orders.Issue) else -1
            amount = money(state.currency(body.currency), sign * body.amount)
            cited = getattr(body, "backing", ())
            backing = ", ".join(str(found.seqs[line.line][0]) for line in cited)
            yield event.seq, Moment(event.time), amount, backing or "–"


def _lines(found: Chronicle) -> Iterator[Row]:
    """Every bank line that was recorded in the year, and those of before with something left."""
    events = {event.order.identity: event for event in found.events}
    for line in sorted(closing(found).all(BankLine), key=lambda each: found.seqs[each.line]):
        event, left = events.get(line.line), max(0, line.amount - line.cited)
        if event or left:
            day: Cell = Moment(event.time) if event else Word("earlier")
            euro = [Money(each, line.currency, "cent") for each in (line.amount, line.cited, left)]
            yield found.seqs[line.line][0], day, *euro


def _cover(found: Chronicle) -> Iterator[Row]:
    """In circulation per currency, and the euro that are there."""
    for each in currencies(found):
        before = opening(found).find(Currency, each.code)
        if each.contra:
            start, end = (before.in_circulation if before else 0), each.in_circulation
            yield f"{each.code}", money(each, start), money(each, end)
        elif each.policy.kind == "euro":
            start, end = (before.reserve if before else 0), each.reserve
            yield Word("reserve"), money(each, start), money(each, end)


# ---- settling


def _settlement(found: Chronicle) -> tuple[Table, ...]:
    heads = ("entry", "day", "payouts", "amount", "file")
    waiting = ("entry", "shop", "amount")
    bank = ("account", "at_start", "came_in", "went_out", "at_end")
    return (
        Table("settlements", heads, tuple(_settlements(found))),
        Table("waiting", waiting, tuple(_waiting(found))),
        Table("bank", bank, tuple(_bank(found))),
    )


def _settlements(found: Chronicle) -> Iterator[Row]:
    for event in found.events:
        body = event.order.body
        if isinstance(body, orders.Settle):
            total = sum(payout.amount for payout in body.payouts)
            amount = money(closing(found).currency(body.currency), total)
            yield event.seq, Moment(event.time), len(body.payouts), amount, Hidden(body.file)


def _bank(found: Chronicle) -> Iterator[Row]:
    """What the journal says is on each bank account, to lay beside the bank's own statement."""
    for account in closing(found).all(Account):
        if account.kind != "bank":
            continue
        lines = [
            event.order.body.amount
            for event in found.events
            if isinstance(event.order.body, orders.RecordBank)
            and event.order.body.bank == account.id
        ]
        before = opening(found).find(Account, account.id)
        amounts = (
            before.balance if before else 0,
            sum(each for each in lines if each > 0),
            -sum(each for each in lines if each < 0),
            account.balance,
        )
        euro = [Money(each, account.currency, "cent") for each in amounts]
        yield account.id[:8], *euro


def _waiting(found: Chronicle) -> Iterator[Row]:
    """What shops had handed in and were not paid for at the end of the year."""
    state = closing(found)
    for each in sorted(state.all(Redemption), key=lambda one: found.seqs[one.redemption]):
        if each.open and not each.settled_by:
            owner = Who(state.account(each.account).owner)
            amount = money(state.currency(each.currency), each.open)
            yield found.seqs[each.redemption][0], owner, amount


# ---- corrections, budgets, limits, volume


def _corrections(found: Chronicle) -> tuple[Table, ...]:
    heads = ("entry", "day", "of_entry", "type", "amount", "reason")
    rows = [row for event in found.events for row in _correction(found, event)]
    return (Table("corrections", heads, tuple(rows)),)


def _correction(found: Chronicle, event: Event) -> Iterator[Row]:
    body = event.order.body
    if isinstance(body, orders.Correct):
        seq, kind = found.seqs[body.entry]
        for leg in body.legs:
            amount = money(closing(found).currency(leg.currency), leg.amount)
            yield event.seq, Moment(event.time), seq, Word(kind), amount, Hidden(body.reason)


def _budgets(found: Chronicle) -> tuple[Table, ...]:
    heads = ("currency", "purpose", "until", "budget", "issued", "unspent", "in_circulation")
    rows: list[Row] = []
    for each in currencies(found, "budget"):
        budget = each.policy.budget
        assert budget is not None
        unspent = max(0, budget.amount - each.issued)
        amounts = (budget.amount, each.issued, unspent, each.in_circulation)
        until = Moment(budget.until)
        rows.append((each.code, Hidden(budget.purpose), until, *(money(each, x) for x in amounts)))
    return (Table("budgets", heads, tuple(rows)),)


def _limits(found: Chronicle) -> tuple[Table, ...]:
    """How many stand at a limit at the end of the year, and who."""
    counts: list[Row] = []
    members: list[Row] = []
    for currency in currencies(found):
        at: dict[str, int] = {"at_floor": 0, "at_ceiling": 0}
        for each in closing(found).all(Account):
            where = _at_limit(each) if each.currency == currency.code else ""
            if where:
                at[where] += 1
                members.append((Who(each.owner), Word(where), money(currency, each.balance)))
        if currency.policy.holders:
            counts.append((currency.code, at["at_floor"], at["at_ceiling"]))
    return (
        Table("at_limits", ("currency", "at_floor", "at_ceiling"), tuple(counts)),
        Table("members_at_limits", ("member", "where", "balance"), tuple(members)),
    )


def _at_limit(account: Account) -> str:
    if account.floor and account.balance * 100 <= account.floor * CLOSE:
        return "at_floor"
    if account.ceiling and account.balance * 100 >= account.ceiling * CLOSE:
        return "at_ceiling"
    return ""


def _volume(found: Chronicle, threshold: int, source: str) -> tuple[Table, ...]:
    """What shops were paid, or handed in where that is more, against the threshold."""
    heads = ("currency", "paid_to_shops", "handed_in", "threshold", "percent", "level", "source")
    rows: list[Row] = []
    for each in currencies(found, "backed", "budget"):
        if each.unit != "cent":
            continue
        handed_in = sum(
            event.order.body.amount
            for event in found.events
            if isinstance(event.order.body, orders.Redeem)
            and event.order.body.currency == each.code
        )
        paid = found.received_by_shops.get(each.code, 0)
        counts = max(paid, handed_in)
        percent, now = counts * 100 // threshold, Word(level(counts, threshold))
        amounts = [money(each, amount) for amount in (paid, handed_in)]
        limit = Money(threshold, "EUR", "cent")
        rows.append((each.code, *amounts, limit, percent, now, source))
    return (Table("volume", heads, tuple(rows)),)
