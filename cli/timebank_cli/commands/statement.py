"""`statement`: how what somebody holds came about; a month or year of it as the journal has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from timebank.services import monthly, readings, statements
from timebank.services.membership import Person
from timebank.services.monthly import Line, Statement
from timebank.services.periods import Period, read_period
from timebank.services.statement_sheet import Words, statement_sheet
from timebank.services.statements import Movement
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import create_private
from timebank_cli.output import emit, facts, moment, named, table, tell, wants_json
from timebank_cli.wording import TITLES

_EVERYTHING = 1_000_000
_WORDS = Words(
    day="date",
    time="time",
    who="with",
    job="for",
    kind="type",
    minutes="%(currency)s in minutes",
    balance="balance %(currency)s",
    reference="reference",
    entry="entry",
    opening="opening balance",
    closing="closing balance",
)
VAT = {
    monthly.Vat.BARTER: "barter: for a business the value of what is given in return counts"
    " (Wet OB 1968 art. 8); ask your bookkeeper",
    monthly.Vat.VOUCHER: "multi-purpose voucher: VAT belongs to the moment somebody pays with it"
    " (Directive (EU) 2016/1065); ask your bookkeeper",
}


@click.command("statement", cls=Command)
@click.argument("member")
@click.option("--month", metavar="YYYY-MM", help="All of a month, with what there was before it.")
@click.option("--year", metavar="YYYY", help="All of a year.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--currency", metavar="CODE", help="Only this currency.")
@click.option(
    "--last", type=click.IntRange(1), default=_EVERYTHING, help="Only so many, the newest."
)
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the month or year to a new FILE, for a Dutch spreadsheet; - prints it.",
)
@pass_desk
def statement(
    desk: Desk,
    *,
    member: str,
    month: str | None,
    year: str | None,
    since: datetime | None,
    until: datetime | None,
    currency: str | None,
    last: int,
    file: Path | None,
) -> None:
    """Show what came in and went out for MEMBER, the newest first.

    NR is the entry's number in the journal, REF the four characters both sides saw. With --month
    or --year it is a whole statement, the oldest first: the balance before it, every entry, and
    the balance after it.
    """
    person = desk.member(member)
    readings.note(desk.bank, readings.OPERATOR, [person.id], "statement")
    period = _period(month, year)
    if period is not None:
        if str(file) == "-" and wants_json():
            raise click.UsageError("choose --csv - or --json")
        if since or until or currency:
            raise click.UsageError("a month or year is whole: no --from, --to or --currency")
        _whole(desk, person, period, file)
        return
    if file is not None:
        raise click.UsageError("--csv goes with --month or --year")
    found = statements.history(
        desk.bank,
        person.id,
        limit=last,
        since=statements.day_bounds(since.date())[0] if since else None,
        until=statements.day_bounds(until.date())[1] if until else None,
        currency=currency,
    )
    rows = [
        (
            moment(item.time),
            _others(item),
            item.memo,
            desk.show(item.amount, item.currency),
            desk.show(item.balance, item.currency),
            item.reference,
            str(item.seq),
        )
        for item in found
    ]
    head = ("WHEN", "WITH", "FOR", "AMOUNT", "BALANCE", "REF", "NR")
    emit([_movement(item) for item in found], table(head, rows, right="AMOUNT BALANCE NR"))


def _period(month: str | None, year: str | None) -> Period | None:
    if month and year:
        raise click.UsageError("choose --month or --year")
    text = month or year
    if text is None:
        return None
    try:
        period = read_period(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if bool(period.month) != bool(month):
        raise click.BadParameter(f"{text!r} is not a {'month' if month else 'year'}")
    return period


def _others(item: Movement | Line) -> str:
    """Who was on the other side; for the ledger's own accounts, what it was."""
    names = [
        named(name) if other else TITLES[item.type]
        for other, name in zip(item.others, item.names, strict=True)
    ]
    return ", ".join(dict.fromkeys(names))


def _movement(item: Movement) -> dict[str, object]:
    return {
        "seq": item.seq,
        "time": item.time,
        "identity": item.identity,
        "reference": item.reference,
        "type": item.type,
        "currency": item.currency,
        "amount": item.amount,
        "balance": item.balance,
        "others": list(item.others),
        "names": list(item.names),
        "memo": item.memo,
    }


# ---- a whole month or year


def _whole(desk: Desk, person: Person, period: Period, file: Path | None) -> None:
    found = monthly.statement(desk.bank, person.id, period)
    if file is not None:
        labels = {column.currency: column.currency for column in found.columns}
        kinds = {line.type: TITLES[line.type] for line in found.lines}
        text = statement_sheet(found, _WORDS, labels, _others, lambda line: kinds[line.type])
        _write(file, text)
        if str(file) == "-":
            return
    takings = [
        monthly.takings(found, column.currency)
        for column in found.columns
        if person.kind != "person"
    ]
    emit(_document(person, found, takings), _text(desk, person, found, takings))


def _write(file: Path, text: str) -> None:
    """Write what is somebody's own for its owner alone, never over another file."""
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    create_private(file, text.encode())
    tell(f"Written to {file}.")


def _document(
    person: Person, found: Statement, takings: Sequence[monthly.Takings]
) -> dict[str, Any]:
    return {
        "member": person.id,
        "name": person.name,
        "period": str(found.period),
        "balances": [
            {
                "currency": column.currency,
                "opening": column.opening,
                "closing": column.closing,
                "vat": column.vat,
            }
            for column in found.columns
        ],
        "lines": [
            {
                "seq": line.seq,
                "time": line.time,
                "identity": line.identity,
                "reference": line.reference,
                "type": line.type,
                "amounts": dict(line.amounts),
                "balances": dict(line.balances),
                "fee": line.fee,
                "others": list(line.others),
                "names": list(line.names),
                "memo": line.memo,
            }
            for line in found.lines
        ],
        "takings": [
            {
                "currency": item.currency,
                "received": item.received,
                "returned": item.returned,
                "redeemed": item.redeemed,
                "fee": item.fee,
                "paid_out": item.paid_out,
            }
            for item in takings
        ],
    }


def _text(desk: Desk, person: Person, found: Statement, takings: Sequence[monthly.Takings]) -> str:
    rows = [
        (
            moment(line.time),
            _others(line),
            line.memo,
            _amounts(desk, line.amounts),
            _amounts(desk, line.balances),
            line.reference,
            str(line.seq),
        )
        for line in found.lines
    ]
    head = ("WHEN", "WITH", "FOR", "AMOUNT", "BALANCE", "REF", "NR")
    pairs = []
    for column in found.columns:
        pairs += [
            (f"{column.currency} before", desk.show(column.opening, column.currency)),
            (f"{column.currency} after", desk.show(column.closing, column.currency)),
            (f"{column.currency} VAT", VAT[column.vat]),
        ]
    for item in takings:
        for label, amount in (
            ("received", item.received),
            ("given back", item.returned),
            ("handed in", item.redeemed),
            ("fee", item.fee),
            ("paid out", item.paid_out),
        ):
            if amount:
                pairs.append((f"{item.currency} {label}", desk.show(amount, item.currency)))
    title = f"{named(person.name)}, {found.period}"
    return f"{title}\n\n{table(head, rows, right='NR')}\n\n{facts(pairs)}"


def _amounts(desk: Desk, amounts: Mapping[str, int]) -> str:
    return ", ".join(desk.show(minor, code) for code, minor in amounts.items())


COMMANDS = (statement,)
