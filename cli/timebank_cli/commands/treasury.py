"""`issue` and `retire`: credits into circulation, and out of it."""

from pathlib import Path

import click

from timebank.services import membership, treasury
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.proposing import out_option, propose


@click.command("issue", cls=Command)
@click.argument("payee")
@click.argument("amount")
@click.option("--for", "memo", required=True, help="What they are issued for.")
@out_option
@key_option
@pass_desk
def issue(
    desk: Desk, *, payee: str, amount: str, memo: str, out: Path | None, key: KeyFile
) -> None:
    """Propose to issue AMOUNT of credits to PAYEE, against recorded bank lines.

    Signs with an issuer's key and writes a proposal file for the next issuer to `sign`.
    """
    bank, person = desk.bank, desk.member(payee)
    currency, minor = desk.amount(amount, _issued(desk))
    signing, issuer = key.signer(bank)
    draft = treasury.draft_issue(bank, issuer.id, person.id, currency, minor, memo)
    propose(desk, draft, signing, out)


@click.command("retire", cls=Command)
@click.argument("payer")
@click.argument("amount")
@click.option("--for", "memo", required=True, help="Why they are taken out of circulation.")
@out_option
@key_option
@pass_desk
def retire(
    desk: Desk, *, payer: str, amount: str, memo: str, out: Path | None, key: KeyFile
) -> None:
    """Propose to take AMOUNT of PAYER's credits out of circulation.

    PAYER must `sign` the proposal file too: nobody else can take what is theirs.
    """
    bank, person = desk.bank, desk.member(payer)
    currency, minor = desk.amount(amount, _issued(desk))
    signing, issuer = key.signer(bank)
    draft = treasury.draft_retire(bank, issuer.id, person.id, currency, minor, memo)
    propose(desk, draft, signing, out)


def _issued(desk: Desk) -> list[str]:
    """The currencies that are issued at all."""
    found = membership.currencies(desk.bank).values()
    return [item.code for item in found if item.policy.kind in ("backed", "budget")]


COMMANDS = (issue, retire)
