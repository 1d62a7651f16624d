"""The demo in words and figures: each week as it passes, and where everybody stands at the end."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from timebank.ledger.facts import Account, Member
from timebank.ledger.state import State
from timebank.services.treasury import Cover
from timebank_cli.demo.days import Week
from timebank_cli.demo.neighbourhood import CREDITS, EURO, HOURS, UNITS, shown
from timebank_cli.demo.wijk import Wijk
from timebank_cli.output import table

KINDS = {
    "joined": "joined",
    "klussen": "klussen",
    "rewards": "rewards",
    "purchases": "purchases",
    "repairs": "repairs",
    "business": "paid between businesses",
}
"""What is counted in a week, in the order and the words of its line."""

GROUPS = {
    "person": "residents",
    "shop": "shops",
    "organisation": "organisations",
    "redemption": "handed in by shops",
    "contra": "issued",
    "bank": "on the bank",
    "transit": "on its way to shops",
    "outside": "outside the wijk",
}
_INDENT = " " * 8


def week_lines(week: Week) -> list[str]:
    """Return what happened in a week: a line of counts, and a line for each thing worth telling."""
    last = week.first + timedelta(days=6)
    counts = " · ".join(
        _counted(KINDS[what], *week.sums[what]) for what in KINDS if what in week.sums
    )
    head = f"Week {week.number}  {week.first:%d %b} – {last:%d %b}"
    return [head, *(_INDENT + line for line in (counts, *week.notes))]


def _counted(words: str, number: int, sums: Mapping[str, int]) -> str:
    amounts = " + ".join(shown(sums[code], code) for code in UNITS if code in sums)
    return f"{number} {words} {amounts}".rstrip()


def week_document(week: Week) -> dict[str, object]:
    """Return a week for programs: counts with their sums in minor units, and the notes."""
    counts = {what: {"number": number, **sums} for what, (number, sums) in week.sums.items()}
    return {
        "number": week.number,
        "first": week.first.isoformat(),
        "counts": counts,
        "notes": week.notes,
    }


def balances(wijk: Wijk) -> dict[str, dict[str, int]]:
    """Return what everybody holds: by name, then by currency, in minor units."""
    return {
        neighbour.resident.name: {
            code: wijk.balance(handle, code)
            for code in (HOURS, CREDITS)
            if not (code == HOURS and neighbour.resident.kind == "shop")
        }
        for handle, neighbour in wijk.who.items()
    }


def balance_table(held: Mapping[str, Mapping[str, int]]) -> str:
    """Return the balances as a table: hours as 1:30, credits as 12,50."""
    rows = [
        (
            name,
            *(shown(amounts[code], code) if code in amounts else "" for code in (HOURS, CREDITS)),
        )
        for name, amounts in held.items()
    ]
    return table(("BALANCES", "HOURS", "CREDITS"), rows, right="HOURS CREDITS")


def trial_balance(state: State) -> dict[str, dict[str, int]]:
    """Return the sums of all accounts: by group of accounts, then by currency."""
    kinds = {member.id: member.kind for member in state.all(Member)}
    sums: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    for account in state.all(Account):
        group = sums[kinds[account.owner] if account.owner else account.kind]
        group[account.currency] = group.get(account.currency, 0) + account.balance
    return sums


def trial_table(sums: Mapping[str, Mapping[str, int]]) -> str:
    """Return the trial balance as a table whose last line is zero in every currency."""
    codes = (HOURS, CREDITS, EURO)
    rows = [
        (GROUPS[group], *(shown(held[code], code) if code in held else "" for code in codes))
        for group, held in sums.items()
    ]
    totals = [shown(sum(held.get(code, 0) for held in sums.values()), code) for code in codes]
    head = ("TRIAL BALANCE", *codes)
    return table(head, [*rows, ("sum", *totals)], right=" ".join(codes))


def cover_line(found: Iterable[Cover]) -> str:
    """Return what stands against the credits."""
    return "\n".join(
        f"Cover: {shown(item.in_circulation, item.currency)} credits in circulation"
        f" (issued {shown(item.issued, item.currency)},"
        f" retired {shown(item.retired, item.currency)})"
        f" against {shown(item.reserve, EURO)} euro in reserve."
        for item in found
    )
