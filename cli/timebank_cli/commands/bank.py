"""`bank`: euro on the bank account, and what they stand for."""

from pathlib import Path

import click

from timebank.services import treasury
from timebank.units import Unit, show_amount
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk, read_amount
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.output import emit, table
from timebank_cli.proposing import out_option, propose


@click.group("bank", cls=Group)
def bank() -> None:
    """Record what happened on the bank account, and see what covers the credits."""


@bank.command("record")
@click.argument("direction", type=click.Choice(["in", "out"]))
@click.argument("amount")
@click.option("--line", required=True, help="The line of the bank statement; not in the journal.")
@click.option("--payout", is_flag=True, help="Out: the payment of a settlement's payout list.")
@out_option
@key_option
@pass_desk
def record(
    desk: Desk,
    *,
    direction: str,
    amount: str,
    line: str,
    payout: bool,
    out: Path | None,
    key: KeyFile,
) -> None:
    """Record AMOUNT euro that came `in` or went `out`, with a treasurer's key."""
    if payout and direction == "in":
        raise click.UsageError("--payout is for what went out")
    cents = read_amount(amount, Unit.CENT)
    signing, treasurer = key.signer(desk.bank)
    signed = cents if direction == "in" else -cents
    draft = treasury.draft_record_bank(desk.bank, treasurer.id, signed, line, payout=payout)
    propose(desk, draft, signing, out)


@bank.command("cover")
@pass_desk
def cover(desk: Desk) -> None:
    """Show what is in circulation, and the euro that stand against it."""
    found = treasury.cover(desk.bank)
    document = [
        {
            "currency": item.currency,
            "kind": item.kind,
            "issued": item.issued,
            "retired": item.retired,
            "in_circulation": item.in_circulation,
            "reserve": item.reserve,
        }
        for item in found
    ]
    head = ("CURRENCY", "KIND", "ISSUED", "RETIRED", "IN-CIRCULATION", "EURO-IN-RESERVE")
    rows = [
        (
            item.currency,
            item.kind,
            desk.show(item.issued, item.currency),
            desk.show(item.retired, item.currency),
            desk.show(item.in_circulation, item.currency),
            show_amount(item.reserve, Unit.CENT) if item.kind == "backed" else "",
        )
        for item in found
    ]
    emit(document, table(head, rows, right="ISSUED RETIRED IN-CIRCULATION EURO-IN-RESERVE"))


COMMANDS = (bank,)
