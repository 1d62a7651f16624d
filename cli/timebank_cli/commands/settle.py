"""`settle`: pay out what shops have handed in. Every step can be done again."""

import os
from pathlib import Path

import click

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import membership, treasury
from timebank.services.posting import Posted
from timebank.services.proposals import propose as keep
from timebank.services.treasury import Payout
from timebank.signing.keys import SigningKey
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, create_private, key_option
from timebank_cli.output import emit, moment, named, progress, table
from timebank_cli.proposing import Proposal, create_file, default_name, read_file, sign
from timebank_cli.refusals import Stop

MOST = 256
"""As many payouts as one order may hold."""


@click.group("settle", cls=Group)
def settle() -> None:
    """Pay out what shops have handed in: plan, approve, pay."""


@settle.command("plan")
@click.option("--currency", metavar="CODE", help="Which credits, where there are several.")
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Folder for the files.",
)
@key_option
@pass_desk
def plan(desk: Desk, *, currency: str | None, folder: Path, key: KeyFile) -> None:
    """Gather what waits to be paid out; write the payout list (CSV) and a proposal file.

    Signs with a treasurer's key. Nothing is posted yet: the next treasurer runs `settle run`.
    """
    code = currency or _only_currency(desk)
    waiting = treasury.plan_settlement(desk.bank, code)
    if not waiting:
        emit({"currency": code, "payouts": [], "files": []}, "Nothing waits to be paid out.")
        return
    signing, treasurer = key.signer(desk.bank)
    made = []
    with progress("Planning", len(waiting)) as done:
        for start in range(0, len(waiting), MOST):
            payouts = waiting[start : start + MOST]
            made.append(_plan(desk, folder, code, payouts, signing, treasurer.id))
            done(start + len(payouts))
    document = {
        "currency": code,
        "payouts": [_document(payout) for payout in waiting],
        "files": [{"proposal": str(file), "list": str(_csv_of(file))} for file in made],
    }
    head = ("SHOP", "TO", "EURO")
    rows = [(named(item.name), item.destination, desk.show(item.amount, code)) for item in waiting]
    nexts = "\n".join(f"  timebank settle run {file} --key THEIR-KEY" for file in made)
    emit(
        document,
        f"{table(head, rows, right='EURO')}\n\nSigned by {named(treasurer.name)}. Nothing is posted"
        f" yet. Next, by another treasurer:\n{nexts}",
    )


@settle.command("run")
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True, metavar="FILE...")
@key_option
@pass_desk
def run(desk: Desk, *, files: tuple[Path, ...], key: KeyFile) -> None:
    """Approve and post each planned settlement FILE, then write its payout list again.

    Where it was cut short, run it again: it sees what is done, and pays nothing twice.
    """
    signing = key.open()
    runs = []
    with progress("Settling", len(files)) as done:
        for number, file in enumerate(files, start=1):
            runs.append((file, *_run(desk, file, signing)))
            done(number)
    document = [
        {
            "identity": posted.identity,
            "seq": posted.seq,
            "time": posted.time,
            "proposal": str(file),
            "list": str(_csv_of(file)),
            "total": sum(payout.amount for payout in payouts),
        }
        for file, posted, payouts in runs
    ]
    lines = [
        f"Posted as entry {posted.seq} at {moment(posted.time)}. Reference"
        f" {ids.reference(posted.identity)}. To pay: {_csv_of(file)}"
        for file, posted, _ in runs
    ]
    emit(document, "\n".join(lines))


def _only_currency(desk: Desk) -> str:
    """The one currency that shops can redeem."""
    found = [item.code for item in membership.currencies(desk.bank).values() if item.redemption]
    if len(found) != 1:
        raise click.UsageError(f"which --currency? One of: {', '.join(found) or 'none here'}")
    return found[0]


def _plan(
    desk: Desk, folder: Path, code: str, payouts: list[Payout], signing: SigningKey, author: str
) -> Path:
    draft = treasury.draft_settle(desk.bank, author, code, payouts)
    proposal = Proposal(draft, ()).signed_by(signing)
    file = folder / default_name(draft)
    create_file(file, proposal)
    _write_list(file, payouts)
    keep(desk.bank, draft, list(proposal.authorizations))
    return file


def _run(desk: Desk, file: Path, signing: SigningKey) -> tuple[Posted, list[Payout]]:
    """Sign, post and write the list, each only as far as it is not done yet."""
    proposal = read_file(file)
    body = proposal.draft.order.body
    if not isinstance(body, orders.Settle):
        raise Stop("not_a_settlement", f"{file} proposes something else than a settlement")
    if proposal.draft.order.ledger != desk.bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    payouts = treasury.payouts_of(desk.bank, body)
    _check_list(file, proposal, payouts)
    person = membership.member_of_key(desk.bank, signing.id)
    if person.id not in proposal.members(desk.bank):
        proposal = sign(desk, file, proposal, signing)
    posted = proposal.post(desk.bank)
    _write_list(file, payouts)
    return posted, payouts


def _check_list(file: Path, proposal: Proposal, payouts: list[Payout]) -> None:
    """Refuse a list that is not, to the letter, the one the treasurers signed for."""
    signed = {opening.commitment: opening.text for opening in proposal.draft.openings}
    body = proposal.draft.order.body
    assert isinstance(body, orders.Settle)
    if signed.get(body.file) != f"sha256 {treasury.payout_digest(payouts)}":
        raise Stop(
            "list_changed",
            f"the payout list of {file} is no longer the one that was planned: a name or account"
            " was erased since. Plan again, or pay from the first list",
        )


def _csv_of(file: Path) -> Path:
    return file.with_suffix(".csv")


def _write_list(file: Path, payouts: list[Payout]) -> None:
    """Write the payout list beside its proposal, in one step, for its owner alone."""
    target = _csv_of(file)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    create_private(fresh, treasury.payout_csv(payouts).encode())
    os.replace(fresh, target)


def _document(payout: Payout) -> dict[str, object]:
    return {
        "redemption": payout.redemption,
        "member": payout.member,
        "name": payout.name,
        "amount": payout.amount,
        "destination": payout.destination,
    }


COMMANDS = (settle,)
