"""`settle`: pay out what shops have handed in. Every step can be done again."""

import os
from pathlib import Path

import click

from timebank import ids
from timebank.ledger import orders
from timebank.services import membership, pain, selfcheck, settlement, settlement_runs
from timebank.services.files import File
from timebank.services.posting import Posted
from timebank.services.proposals import propose as keep
from timebank.services.settlement import Payout, Planned
from timebank.signing.keys import SigningKey
from timebank.units import Unit, show_amount
from timebank_cli.command import Group
from timebank_cli.commands.settle_import import import_
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, create_private, key_option
from timebank_cli.output import emit, moment, named, progress, table
from timebank_cli.proposing import (
    Proposal,
    check_ledger,
    create_file,
    default_name,
    read_file,
    sign,
)
from timebank_cli.refusals import UNFITS, Stop

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("settle", cls=Group)
def settle() -> None:
    """Pay out what shops have handed in: plan, sign, run, import."""


settle.add_command(import_)


@settle.command("plan")
@click.option("--currency", metavar="CODE", help="Which credits, where there are several.")
@click.option("--to", "folder", type=_FOLDER, default=".", help="Folder for the proposal file.")
@click.option(
    "--format",
    "form",
    type=click.Choice(pain.FORMATS),
    default=pain.FORMATS[0],
    help="Which version of the payment file the bank takes.",
)
@key_option
@pass_desk
def plan(
    desk: Desk, *, currency: str | None, folder: Path, form: pain.Format, key: KeyFile
) -> None:
    """Gather what waits to be paid out; write a proposal file that commits to the payment file.

    Signs with a treasurer's key. Nothing is posted and nothing can be paid yet: the next treasurer
    signs with `settle sign`.
    """
    code = currency or _only_currency(desk)
    signing, treasurer = key.signer(desk.bank)
    planned = settlement.plan(desk.bank, treasurer.id, code, form)
    made = []
    with progress("Planning", len(planned.runs)) as done:
        for number, one in enumerate(planned.runs, start=1):
            made.append(_keep_plan(desk, folder, one, signing))
            done(number)
    payouts = [payout for one in planned.runs for payout in one.payouts]
    document = {
        "currency": code,
        "payouts": [_document(payout) for payout in payouts],
        "left_out": [_document(payout) for payout in planned.left_out],
        "files": [
            {"proposal": str(file), "sha256": one.file.digest}
            for file, one in zip(made, planned.runs, strict=True)
        ],
    }
    parts = [_left_out(desk, planned.left_out)] if planned.left_out else []
    if payouts:
        nexts = "\n".join(f"  timebank settle sign {file} --key THEIR-KEY" for file in made)
        parts += [
            _payouts(desk, payouts),
            f"Signed by {named(treasurer.name)}. Nothing is posted yet. Next, by another"
            f" treasurer:\n{nexts}",
        ]
    emit(document, "\n\n".join(parts) or "Nothing waits to be paid out.")


@settle.command("sign")
@click.argument("file", type=EXISTING_FILE)
@key_option
@pass_desk
def sign_(desk: Desk, *, file: Path, key: KeyFile) -> None:
    """Show whom the planned settlement in FILE pays, as the bank will see it, and sign it.

    Signing again changes nothing. Nothing is posted yet: `settle run` does that.
    """
    proposal, body = _read(desk, file)
    payments = settlement.payments_file(desk.bank, proposal.draft)
    signing, person = key.signer(desk.bank)
    if person.id in proposal.members(desk.bank):
        keep(desk.bank, proposal.draft, list(proposal.authorizations))
    else:
        proposal = sign(desk, file, proposal, signing)
    payouts = settlement.payouts_of(desk.bank, body)
    document = {
        "identity": proposal.draft.order.identity,
        "sha256": payments.digest,
        "payouts": [_document(payout) for payout in payouts],
        "signed": proposal.members(desk.bank),
    }
    text = (
        f"{_payouts(desk, payouts)}\n\nSigned by {named(person.name)}. SHA-256 of the payment"
        f" file: {payments.digest}\nNext: timebank settle run {file}"
    )
    emit(document, text)


@settle.command("run")
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True, metavar="FILE...")
@pass_desk
def run(desk: Desk, *, files: tuple[Path, ...]) -> None:
    """Post each signed settlement FILE, then write the payment file for the bank beside it.

    Where it was cut short, run it again: it sees what is done, pays nothing twice, and writes the
    payment file with the very same bytes.
    """
    selfcheck.require_clean(desk.bank)
    runs = []
    with progress("Settling", len(files)) as done:
        for number, file in enumerate(files, start=1):
            runs.append((file, *_run(desk, file)))
            done(number)
    document = [
        {
            "identity": posted.identity,
            "seq": posted.seq,
            "time": posted.time,
            "proposal": str(file),
            "payments": str(_payments_of(file)),
            "sha256": payments.digest,
            "total": total,
        }
        for file, posted, payments, total in runs
    ]
    lines = [
        f"Posted as entry {posted.seq} at {moment(posted.time)}. Reference"
        f" {ids.reference(posted.identity)}.\nSend to the bank: {_payments_of(file)}"
        f" ({show_amount(total, Unit.CENT)} euro, SHA-256 {payments.digest})"
        for file, posted, payments, total in runs
    ]
    emit(document, "\n".join(lines))


@settle.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """List the settlements, the newest first: planned, signed, posted, paid, returned."""
    found = settlement_runs.runs(desk.bank)
    document = [
        {
            "identity": item.identity,
            "currency": item.currency,
            "state": item.state,
            "planned": item.planned,
            "posted": item.posted,
            "total": item.total,
            "paid": item.paid,
            "returned": item.returned,
            "payouts": [
                _document(each.payout)
                | {"paid_on": each.paid_on, "returned_on": each.returned_on}
                | {"reason": each.reason, "reissued": each.reissued}
                for each in item.payouts
            ],
        }
        for item in found
    ]
    head = ("REFERENCE", "PLANNED", "STATE", "EURO", "PAID", "RETURNED")
    rows = [
        (
            ids.reference(item.identity),
            moment(item.planned),
            item.state,
            *(show_amount(cents, Unit.CENT) for cents in (item.total, item.paid, item.returned)),
        )
        for item in found
    ]
    emit(document, table(head, rows, right="EURO PAID RETURNED"))


def _only_currency(desk: Desk) -> str:
    """The one currency that shops can redeem."""
    found = [item.code for item in membership.currencies(desk.bank).values() if item.redemption]
    if len(found) != 1:
        raise click.UsageError(f"which --currency? One of: {', '.join(found) or 'none here'}")
    return found[0]


def _keep_plan(desk: Desk, folder: Path, one: Planned, signing: SigningKey) -> Path:
    proposal = Proposal(one.draft, ()).signed_by(signing)
    file = folder / default_name(one.draft)
    create_file(file, proposal)
    keep(desk.bank, one.draft, list(proposal.authorizations))
    return file


def _read(desk: Desk, file: Path) -> tuple[Proposal, orders.Settle]:
    proposal = read_file(file)
    body = proposal.draft.order.body
    if not isinstance(body, orders.Settle):
        raise Stop("not_a_settlement", f"{file} proposes something else than a settlement")
    check_ledger(desk, proposal)
    return proposal, body


def _run(desk: Desk, file: Path) -> tuple[Posted, File, int]:
    """Post and write the payment file, each only as far as it is not done yet."""
    proposal, body = _read(desk, file)
    payments = settlement.payments_file(desk.bank, proposal.draft)
    posted = proposal.post(desk.bank)
    _write_payments(file, payments)
    return posted, payments, sum(payout.amount for payout in body.payouts)


def _payments_of(file: Path) -> Path:
    return file.with_suffix(".xml")


def _write_payments(file: Path, payments: File) -> None:
    """Write the payment file beside its proposal, in one step, for its owner alone."""
    target = _payments_of(file)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    create_private(fresh, payments.data)
    os.replace(fresh, target)


def _payouts(desk: Desk, payouts: list[Payout]) -> str:
    """Who is paid, as the bank gets it; the shop's own spelling where banks refuse a letter."""
    head = ("SHOP", "TO", "REFERENCE", "EURO")
    rows = [
        (
            named(item.name),
            item.destination,
            item.reference,
            show_amount(item.amount, Unit.CENT),
        )
        for item in payouts
    ]
    changed = [
        f"The bank takes no other letters: {item.to.name!r} goes as {item.sent_name!r}."
        for item in payouts
        if item.to and item.sent_name != item.to.name
    ]
    return "\n".join([table(head, rows, right="EURO"), *([""] if changed else []), *changed])


def _left_out(desk: Desk, payouts: tuple[Payout, ...]) -> str:
    lines = [
        f"Cannot be paid, and is left out: {desk.show(item.amount, item.currency)} of"
        f" {named(item.name)}, because {UNFITS[item.flaw]}."
        for item in payouts
        if item.flaw
    ]
    return "\n".join(lines)


def _document(payout: Payout) -> dict[str, object]:
    return {
        "redemption": payout.redemption,
        "member": payout.member,
        "name": payout.name,
        "amount": payout.amount,
        "destination": payout.destination,
        "reference": payout.reference,
        "sent_name": payout.sent_name,
        "flaw": payout.flaw,
    }


COMMANDS = (settle,)
