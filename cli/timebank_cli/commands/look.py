"""`balance`: what somebody holds."""

import click

from timebank.services import membership, readings, statements
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.output import emit, named, table


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


COMMANDS = (balance,)
