"""`balance` and `statement`: what somebody holds, and how it came about."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import click

from timebank.services import membership, readings, statements
from timebank.services.sheets import safe_cell
from timebank.services.statements import Movement
from timebank.units import show_amount
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.output import emit, moment, named, table, wants_json
from timebank_cli.wording import TITLES

_EVERYTHING = 1_000_000


@click.command("balance", cls=Command)
@click.argument("member", required=False)
@pass_desk
def balance(desk: Desk, member: str | None) -> None:
    """Show the balances of MEMBER, or of everybody."""
    bank = desk.bank
    people = [desk.member(member)] if member else membership.people_of(bank)
    if member:
        readings.note(bank, readings.OPERATOR, [people[0].id], "balance")
    found = [(person, item) for person in people for item in statements.balances(bank, person.id)]
    document = [
        {
            "member": person.id,
            "name": person.name,
            "currency": item.currency,
            "balance": item.balance,
            "available": item.available,
        }
        for person, item in found
    ]
    rows = [
        (
            named(person.name),
            desk.show(item.balance, item.currency),
            desk.show(item.available, item.currency),
        )
        for person, item in found
    ]
    emit(document, table(("NAME", "BALANCE", "CAN-SPEND"), rows, right="BALANCE CAN-SPEND"))


@click.command("statement", cls=Command)
@click.argument("member")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--currency", metavar="CODE", help="Only this currency.")
@click.option(
    "--last", type=click.IntRange(1), default=_EVERYTHING, help="Only so many, the newest."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@pass_desk
def statement(
    desk: Desk,
    *,
    member: str,
    since: datetime | None,
    until: datetime | None,
    currency: str | None,
    last: int,
    as_csv: bool,
) -> None:
    """Show what came in and went out for MEMBER, the newest first.

    NR is the entry's number in the journal, REF the four characters both sides saw.
    """
    if as_csv and wants_json():
        raise click.UsageError("choose --csv or --json")
    person = desk.member(member)
    readings.note(desk.bank, readings.OPERATOR, [person.id], "statement")
    found = statements.history(
        desk.bank,
        person.id,
        limit=last,
        since=statements.day_bounds(since.date())[0] if since else None,
        until=statements.day_bounds(until.date())[1] if until else None,
        currency=currency,
    )
    if as_csv:
        click.echo(_csv(desk, found), nl=False)
        return
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
    emit([_document(item) for item in found], table(head, rows, right="AMOUNT BALANCE NR"))


def _others(item: Movement) -> str:
    """Who was on the other side; for the ledger's own accounts, what it was."""
    names = [
        named(name) if other else TITLES[item.type]
        for other, name in zip(item.others, item.names, strict=True)
    ]
    return ", ".join(dict.fromkeys(names))


def _document(item: Movement) -> dict[str, object]:
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


def _csv(desk: Desk, found: Sequence[Movement]) -> str:
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\n")
    rows.writerow(
        ["time", "with", "for", "currency", "amount", "balance", "reference", "entry", "identity"]
    )
    for item in found:
        unit = desk.units()[item.currency]
        rows.writerow(
            [
                moment(item.time),
                safe_cell(_others(item)),
                safe_cell(item.memo),
                item.currency,
                show_amount(item.amount, unit),
                show_amount(item.balance, unit),
                item.reference,
                item.seq,
                item.identity,
            ]
        )
    return sheet.getvalue()


COMMANDS = (balance, statement)
