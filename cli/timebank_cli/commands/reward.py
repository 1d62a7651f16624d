"""`reward`: pay many people from one file, and say why somebody may get more than usual."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from timebank import ids
from timebank.ledger.orders import Order
from timebank.services import allowances, membership, rewards
from timebank.services.allowances import Waiting
from timebank.services.membership import Person
from timebank.services.parameters import Found
from timebank.services.periods import read_period
from timebank.services.reward_file import (
    COLUMNS,
    MAX_BYTES,
    MAX_LINES,
    BadFile,
    FileProblem,
    Problem,
)
from timebank.services.reward_lines import Above, Line, Preview, Total, look
from timebank.services.rewards import NotReady
from timebank.signing.authorizations import authorize_batch
from timebank.signing.canonical import Value
from timebank.units import Unit, show_amount
from timebank_cli.command import REFUSED, Group
from timebank_cli.desk import Desk, pass_desk, read_amount
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, key_option
from timebank_cli.output import emit, named, printable, progress, table, wants_json
from timebank_cli.refusals import Stop

FILE_PROBLEMS = {
    FileProblem.TOO_LARGE: f"the file is larger than {MAX_BYTES // 1024} kB: split it",
    FileProblem.NOT_A_TABLE: "this is not text: save it as CSV in your spreadsheet program first",
    FileProblem.BROKEN: "a quotation mark in it is never closed, or a cell is far too long",
    FileProblem.EMPTY: "there are no lines in it below the head",
    FileProblem.TOO_MANY: f"it has more than {MAX_LINES} lines: split it",
    FileProblem.NO_COLUMN: "a column is missing",
    FileProblem.TWO_COLUMNS: "two columns mean the same",
}
PROBLEMS = {
    Problem.CELLS: "more or fewer cells than the head",
    Problem.FORMULA: "a formula in a cell",
    Problem.NO_PERSON: "no person",
    Problem.UNKNOWN_PERSON: "nobody here is called that",
    Problem.AMBIGUOUS_PERSON: "two people have this name: write their member id",
    Problem.LEFT: "this person has left",
    Problem.SUSPENDED: "this person is suspended",
    Problem.NOT_A_PERSON: "this is a shop or organisation",
    Problem.NO_ACCOUNT: "the payer or the person has no account for this",
    Problem.NO_AMOUNT: "no amount",
    Problem.NOT_AN_AMOUNT: "not an amount: write hours as 1:30, credits as 12,50",
    Problem.ZERO: "the amount is zero",
    Problem.NEGATIVE: "the amount is negative",
    Problem.DECIMALS: "more than two digits behind the comma",
    Problem.TOO_MUCH: "more than this person's account may hold",
    Problem.NO_DATE: "no date",
    Problem.NOT_A_DATE: "not a date: write 21-11-2026",
    Problem.FUTURE: "the date is in the future",
    Problem.LONG_AGO: "the date is more than a year ago",
    Problem.NO_JOB: "no job",
    Problem.LONG_JOB: "the job is too long",
    Problem.REPEATED: "an earlier line says exactly the same",
}
_FILE = click.argument("file", type=EXISTING_FILE)


@click.group("reward", cls=Group)
def reward() -> None:
    """Pay many people from a file: look at it first, sign once.

    The file is a table (CSV) with the columns person, amount, date and job.
    """


@reward.command("preview")
@_FILE
@click.option("--payer", metavar="MEMBER", help="Who pays, where there are several organisations.")
@pass_desk
def preview(desk: Desk, *, file: Path, payer: str | None) -> None:
    """Show what FILE would do, line by line; nothing is paid."""
    giver = desk.member(payer) if payer else _only_organisation(desk)
    found = _look(desk, giver.id, _read(file))
    emit(_document(found), _text(desk, found))
    if found.of("wrong"):
        click.get_current_context().exit(REFUSED)


@reward.command("run")
@_FILE
@key_option
@pass_desk
def run(desk: Desk, *, file: Path, key: KeyFile) -> None:
    """Pay every line of FILE that can be paid, with the key of the organisation that pays.

    With something wrong in it nobody is paid. Run again it pays nobody twice: it goes on where it
    was cut short, and says what was paid before. Lines that wait for a treasurer are kept.
    """
    content = _read(file)
    signing, giver = key.signer(desk.bank)
    before = _look(desk, giver.id, content)
    ledger = desk.bank.ledger

    def sign(batch: Sequence[Order]) -> list[Value]:
        return [authorize_batch(signing, ledger, [order.identity for order in batch])]

    try:
        if before.of("waits"):
            rewards.keep(desk.bank, giver.id, file.name, content)
        with progress("Paying", len(before.lines)) as done:
            after = rewards.run(desk.bank, giver.id, content, sign, done)
    except NotReady as stop:
        if not wants_json():
            click.echo(_text(desk, stop.preview))
        raise Stop("file_not_ready", _why(stop.preview)) from None
    earlier = len(before.of("paid"))
    now = len(after.of("paid")) - earlier
    text = f"{now} paid now, {earlier} paid before, {len(after.of('waits'))} waiting."
    emit(_document(after), f"{_text(desk, after)}\n\n{text}")


@reward.command("waiting")
@pass_desk
def waiting(desk: Desk) -> None:
    """Show what waits for a treasurer, and against which parameter."""
    found = allowances.waiting(desk.bank)
    rows = [
        (
            named(item.name),
            str(item.period),
            _euro(item.total),
            _parameter(item.parameter),
            ", ".join(line.row.job for line in item.lines),
        )
        for item in found
    ]
    head = ("NAME", "PERIOD", "TOTAL", "PARAMETER", "FOR")
    text = table(head, rows, right="TOTAL") if found else "Nothing waits."
    emit([_waiting(item) for item in found], text)


@reward.command("allow")
@click.argument("member")
@click.argument("period")
@click.argument("amount")
@click.option("--reason", required=True, help="Why; kept, and shown to treasurers.")
@key_option
@pass_desk
def allow(desk: Desk, *, member: str, period: str, amount: str, reason: str, key: KeyFile) -> None:
    """Let MEMBER's rewards of PERIOD (2026-11, or 2026) come to AMOUNT in all, as a treasurer."""
    person = desk.member(member)
    try:
        when = read_period(period)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    up_to = read_amount(amount, Unit.CENT)
    _, treasurer = key.signer(desk.bank)
    made = allowances.allow(desk.bank, treasurer.id, person.id, when, up_to, reason)
    emit(
        {"member": made.member, "period": made.period, "up_to": made.up_to, "by": made.by},
        f"{named(person.name)} may have up to {_euro(up_to)} in {period}. Run the file again.",
    )


# ---- reading


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _look(desk: Desk, payer: str, content: bytes) -> Preview:
    try:
        return look(desk.bank, payer, content)
    except BadFile as bad:
        words = FILE_PROBLEMS[bad.problem]
        if bad.detail:
            words += f": {bad.detail} ({', '.join(COLUMNS[bad.detail])})"
        raise Stop("bad_file", words) from None


def _only_organisation(desk: Desk) -> Person:
    found = [
        person
        for person in membership.people_of(desk.bank)
        if person.kind == "organisation" and person.status == "active"
    ]
    if len(found) != 1:
        raise click.UsageError("who pays? Say it with --payer MEMBER")
    return found[0]


def _why(found: Preview) -> str:
    wrong = len(found.of("wrong"))
    if wrong:
        return f"{wrong} of the lines cannot be paid as they stand; nobody was paid"
    return "there is not enough to pay all of it; nobody was paid"


# ---- showing


def _text(desk: Desk, found: Preview) -> str:
    rows = [
        (
            str(line.row.number),
            line.name or line.row.person,
            desk.show(line.row.amount, line.currency) if line.row.amount else line.row.typed_amount,
            f"{line.row.day:%Y-%m-%d}",
            line.row.job,
            _what(line),
        )
        for line in found.lines
    ]
    parts = [table(("LINE", "PERSON", "AMOUNT", "DATE", "FOR", ""), rows, right="LINE AMOUNT")]
    limited = [
        (
            named(total.name),
            _amount(total.month_after, total.unit),
            _amount(total.year_after, total.unit),
        )
        for total in found.totals
    ]
    parts.append(table(("NAME", "THIS-MONTH", "THIS-YEAR"), limited, right="THIS-MONTH THIS-YEAR"))
    if limits := next((total for total in found.totals if total.month_limit), None):
        parts.append("\n".join(_limits(limits)))
    for item in found.sums:
        if item.short:
            missing = desk.show(item.short, item.currency)
            parts.append(f"Not enough: {missing} is missing.")
    if found.ignored:
        parts.append(f"Not read: {printable(', '.join(found.ignored))}.")
    return "\n\n".join(parts)


def _limits(total: Total) -> list[str]:
    found = [limit for limit in (total.month_limit, total.year_limit) if limit]
    return [f"Per {limit.parameter.span}: {_parameter(limit)}" for limit in found]


def _what(line: Line) -> str:
    if line.entry:
        return f"paid, entry {line.entry.seq}, {ids.reference(line.entry.identity)}"
    if line.problems:
        return "; ".join(PROBLEMS[problem] for problem in line.problems)
    if line.above:
        return "; ".join(_above(above) for above in line.above)
    return "ready"


def _above(above: Above) -> str:
    return f"waits: {_euro(above.total)} in {above.period} is above {_parameter(above.parameter)}"


def _parameter(found: Found) -> str:
    old = " (newest known)" if found.dated else ""
    parameter = found.parameter
    return f"{_euro(found.cents)}, {parameter.source} ({parameter.year}){old}"


def _amount(minor: int, unit: Unit) -> str:
    return _euro(minor) if unit is Unit.CENT else show_amount(minor, unit)


def _euro(cents: int) -> str:
    return f"{show_amount(cents, Unit.CENT)} euro"


def _document(found: Preview) -> dict[str, Any]:
    return {
        "payer": found.payer,
        "lines": [
            {
                "number": line.row.number,
                "person": line.row.person,
                "member": line.member,
                "currency": line.currency,
                "amount": line.row.amount,
                "date": line.row.day.isoformat(),
                "job": line.row.job,
                "state": line.state,
                "problems": list(line.problems),
                "waits_for": [str(above.period) for above in line.above],
                "seq": line.entry.seq if line.entry else None,
                "identity": line.entry.identity if line.entry else None,
            }
            for line in found.lines
        ],
        "totals": [
            {
                "member": total.member,
                "unit": total.unit,
                "month": total.month,
                "month_after": total.month_after,
                "year": total.year,
                "year_after": total.year_after,
            }
            for total in found.totals
        ],
        "short": {item.currency: item.short for item in found.sums if item.short},
        "not_read": list(found.ignored),
    }


def _waiting(item: Waiting) -> dict[str, Any]:
    return {
        "payer": item.payer,
        "member": item.member,
        "name": item.name,
        "period": str(item.period),
        "total": item.total,
        "allowed": item.allowed,
        "parameter": item.parameter.cents,
        "source": item.parameter.parameter.source,
        "year": item.parameter.parameter.year,
        "lines": [line.row.number for line in item.lines],
    }


COMMANDS = (reward,)
