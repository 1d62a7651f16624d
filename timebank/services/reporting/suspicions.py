"""The section with signals: credit given to new members, and signs of one person behind several."""

from timebank.services.reporting import signals
from timebank.services.reporting.chronicle import Chronicle
from timebank.services.reporting.ledger import Row, closing, currencies, money
from timebank.services.reporting.values import Moment, Section, Table, Who


def section(found: Chronicle) -> Section:
    """Return what should make the kascommissie pick up the telephone. Pure."""
    return Section(
        "signals",
        "journal",
        (_invited(found), _never_earned(found), _closed_groups(found), _rounds(found)),
    )


def _invited(found: Chronicle) -> Table:
    """Who invited how many in the year, the credit given with it, and how much of it was used."""
    state = closing(found)
    totals: dict[tuple[str, str], tuple[int, int, int]] = {}
    for admission in found.admissions:
        for code, credit in admission.credit:
            account = dict(state.member(admission.member).accounts).get(code)
            balance = state.account(account).balance if account else 0
            before = totals.get((admission.by, code), (0, 0, 0))
            totals[admission.by, code] = (
                before[0] + 1,
                before[1] + credit,
                before[2] + max(0, -balance),
            )
    rows: list[Row] = []
    for (by, code), (count, credit, used) in sorted(totals.items()):
        currency = state.currency(code)
        rows.append((Who(by), count, money(currency, credit), money(currency, used)))
    return Table("invited", ("registrar", "invited", "credit", "credit_used"), tuple(rows))


def _never_earned(found: Chronicle) -> Table:
    rows: list[Row] = []
    for currency in currencies(found, "mutual"):
        for member, life in signals.never_earned(found, currency.code)[: signals.MOST]:
            assert life.reached_floor is not None
            joined, floor = Moment(life.joined), Moment(life.reached_floor)
            rows.append((Who(member), joined, floor, money(currency, life.paid), len(life.others)))
    heads = ("member", "joined", "reached_floor", "paid", "to_how_many")
    return Table("never_earned", heads, tuple(rows))


def _closed_groups(found: Chronicle) -> Table:
    rows: list[Row] = [
        (currency.code, number, Who(member))
        for currency in currencies(found, "mutual")
        for number, group in enumerate(
            signals.closed_groups(found, currency.code)[: signals.MOST], start=1
        )
        for member in group
    ]
    return Table("closed_groups", ("currency", "group", "member"), tuple(rows))


def _rounds(found: Chronicle) -> Table:
    rows: list[Row] = [
        (number, Who(member), money(currency, amount), count)
        for currency in currencies(found)
        for number, (circle, amount, count) in enumerate(
            signals.rounds(found, currency.code)[: signals.MOST], start=1
        )
        for member in circle
    ]
    return Table("rounds", ("group", "member", "amount", "times"), tuple(rows))
