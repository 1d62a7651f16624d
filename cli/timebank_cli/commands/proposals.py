"""`sign`, `submit` and `withdraw`: a proposal file on its way."""

from pathlib import Path

import click

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import approvals, proposals
from timebank.services.drafts import Draft
from timebank.services.posting import Posted
from timebank.signing.canonical import decode
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, key_option
from timebank_cli.output import tell
from timebank_cli.proposing import (
    UNFINISHED,
    Proposal,
    description,
    post_signed,
    read_file,
    sign,
    tell_posted,
    tell_waiting,
)


@click.command("sign", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@key_option
@pass_desk
def sign_(desk: Desk, *, file: Path, key: KeyFile) -> None:
    """Show what the proposal in FILE does, and add a signature to it.

    Read it before you type your passphrase.
    """
    proposal = _read(desk, file)
    tell(description(desk, proposal.draft) + "\n")
    tell_waiting(desk, file, sign(desk, file, proposal, key.open()))


@click.command("submit", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@pass_desk
def submit(desk: Desk, *, file: Path) -> None:
    """Post the proposal in FILE, once enough people have signed it. Again gives the same answer."""
    proposal = _read(desk, file)
    tell_posted(desk, proposal.draft, _post(desk, proposal))


@click.command("withdraw", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@key_option
@pass_desk
def withdraw(desk: Desk, *, file: Path, key: KeyFile) -> None:
    """See to it that the proposal in FILE can never be posted, whoever has a copy.

    Its author can, and everybody who could have approved it.
    """
    proposal = _read(desk, file)
    tell(description(desk, proposal.draft) + "\n")
    signing, member = key.signer(desk.bank)
    value = decode(proposal.draft.order.data)
    assert isinstance(value, dict)
    order = desk.bank.draft(orders.Withdraw(value), author=member.id)
    post_signed(desk, Draft(order), [signing])


def _post(desk: Desk, proposal: Proposal) -> Posted:
    """Post with the file's signatures; where they are too few, with those given elsewhere too."""
    identity = proposal.draft.order.identity
    try:
        return proposal.post(desk.bank)
    except Refusal as refusal:
        if refusal.code not in UNFINISHED:
            raise
        kept = any(one.order.identity == identity for one in proposals.proposals(desk.bank))
        posted = approvals.post(desk.bank, identity) if kept else None
        if posted is None:
            raise
        return posted


def _read(desk: Desk, file: Path) -> Proposal:
    proposal = read_file(file)
    if proposal.draft.order.ledger != desk.bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    return proposal


COMMANDS = (sign_, submit, withdraw)
