"""`bank`: euro on the bank account, and what they stand for."""

from pathlib import Path

import click

from timebank.errors import Flaw, Unfit
from timebank.services import bankfiles, receipts, treasury
from timebank.units import Unit, show_amount
from timebank_cli.bank_words import SHOWN_ID, line_document, line_rows
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk, read_amount
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.output import emit, table
from timebank_cli.proposing import (
    default_name,
    out_option,
    propose,
    tell_posted,
    tell_waiting,
)
from timebank_cli.recording import post_kept, write_kept


@click.group("bank", cls=Group)
def bank() -> None:
    """Record what happened on the bank account, and see what covers the credits."""


@bank.command("record")
@click.argument("direction", type=click.Choice(["in", "out"]))
@click.argument("amount")
@click.option("--line", metavar="TEXT", help="The line of the statement; not in the journal.")
@click.option(
    "--from", "imported", metavar="LINE", help="The imported line, as `bank lines` has it."
)
@click.option(
    "--entry", metavar="ENTRY", help="With --from: it was recorded before, as this entry."
)
@click.option(
    "--apart",
    is_flag=True,
    help="It is not the line of that amount that was recorded by hand, or imported.",
)
@click.option(
    "--payout", is_flag=True, help="By this line a settlement paid shops; in: takes that back."
)
@out_option
@key_option
@pass_desk
def record(
    desk: Desk,
    *,
    direction: str,
    amount: str,
    line: str | None,
    imported: str | None,
    entry: str | None,
    apart: bool,
    payout: bool,
    out: Path | None,
    key: KeyFile,
) -> None:
    """Record AMOUNT euro that came `in` or went `out`, with a treasurer's key.

    Of a statement that was imported, name the line with --from: the journal then commits to its
    file too. Else say in words which line it is, with --line.
    """
    if (line is None) == (imported is None):
        raise click.UsageError("say which line it is: --line TEXT, or --from an imported LINE")
    if entry and not imported:
        raise click.UsageError("--entry goes with --from")
    cents = read_amount(amount, Unit.CENT)
    signed = cents if direction == "in" else -cents
    signing, treasurer = key.signer(desk.bank)
    if line is not None:
        draft = bankfiles.draft_by_hand(
            desk.bank, treasurer.id, signed, line, payout=payout, apart=apart
        )
        propose(desk, draft, signing, out)
        return
    found = bankfiles.find_line(desk.bank, imported or "")
    if found.kept.line.amount != signed:
        raise Unfit(Flaw.LINE_DIFFERS, line=found.kept.line.id)
    if entry:
        _link(desk, found.kept.line.id, entry)
        return
    draft = bankfiles.draft_record(
        desk.bank, treasurer.id, found.kept.line.id, payout=payout, apart=apart
    )
    step = post_kept(desk, draft, signing)
    if step.posted:
        tell_posted(desk, draft, step.posted)
    else:
        file = out or default_name(draft)
        tell_waiting(desk, file, write_kept(desk, draft, signing, file))


def _link(desk: Desk, line: str, entry: str) -> None:
    identity = receipts.identity_of(desk.bank, entry)
    bankfiles.link(desk.bank, line, identity)
    document = {"state": "linked", "line": line, "identity": identity}
    emit(document, f"Line {line[:SHOWN_ID]} is entry {entry}. Nothing was posted.")


@bank.command("lines")
@click.option("--all", "everything", is_flag=True, help="Those that are recorded, too.")
@pass_desk
def lines(desk: Desk, *, everything: bool) -> None:
    """List the imported bank lines that are not recorded yet, and what each is."""
    found = bankfiles.lines(desk.bank) if everything else bankfiles.unrecorded(desk.bank)
    text = line_rows(found) if found else "Every imported line is recorded."
    emit([line_document(item) for item in found], text)


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
