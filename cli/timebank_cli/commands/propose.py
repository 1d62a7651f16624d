"""`propose`: changes that several people must agree on, and the list of what is proposed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast, get_args

import click

from timebank import ids
from timebank.ledger import orders
from timebank.services import corrections, membership, payments, proposals, receipts
from timebank.services.drafts import Opening, draft_proposal
from timebank.units import Unit
from timebank_cli import charter
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk, read_limit
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.output import emit, facts, moment, table
from timebank_cli.policies import policy_options, read_policy
from timebank_cli.proposing import Proposal, create_file, description, out_option
from timebank_cli.proposing import propose as sign_and_keep
from timebank_cli.refusals import Stop
from timebank_cli.wording import TITLES


@click.group("propose", cls=Group)
def propose() -> None:
    """Propose a change of roles, limits or rules, and see what is proposed."""


def proposing(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--out` and `--key`, and the desk."""
    return out_option(key_option(pass_desk(callback)))


@propose.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """List what was proposed, the newest first, and what became of it."""
    found = proposals.proposals(desk.bank)
    document = [
        {
            "identity": item.order.identity,
            "reference": ids.reference(item.order.identity),
            "type": item.order.header.type,
            "state": item.state,
            "signatures": len(item.authorizations),
            "expires": item.order.header.expires,
        }
        for item in found
    ]
    rows = [
        (
            ids.reference(item.order.identity),
            TITLES[item.order.header.type],
            item.state,
            str(len(item.authorizations)),
            moment(item.order.header.expires),
        )
        for item in found
    ]
    emit(document, table(("REF", "WHAT", "STATE", "SIGNED", "VALID UNTIL"), rows, right="SIGNED"))


@propose.command("fetch")
@click.argument("reference")
@click.argument("file", type=click.Path(path_type=Path))
@pass_desk
def fetch(desk: Desk, *, reference: str, file: Path) -> None:
    """Write the proposal with this REFERENCE (or identity) to a new FILE, to sign or submit."""
    found = [
        item
        for item in proposals.proposals(desk.bank)
        if reference in (item.order.identity, ids.reference(item.order.identity))
    ]
    if len(found) != 1:
        raise Stop("unknown_proposal", f"{len(found)} proposals are called {reference}")
    (item,) = found
    create_file(file, Proposal(item.draft, item.authorizations))
    document = {"file": str(file), "identity": item.order.identity, "state": item.state}
    emit(document, f"{description(desk, item.draft)}\n{facts([('state', item.state)])}")


@propose.command("role")
@click.argument("member")
@click.argument("role", type=click.Choice(get_args(orders.Role)), metavar="ROLE")
@click.option("--take", is_flag=True, help="Take the role instead of giving it.")
@proposing
def role(desk: Desk, *, member: str, role: str, take: bool, out: Path | None, key: KeyFile) -> None:
    """Give MEMBER a ROLE, or take it: auditor, coordinator, issuer, registrar or treasurer."""
    person = desk.member(member)
    body = orders.SetRole(person.id, cast(orders.Role, role), not take)
    _govern(desk, body, key, out)


@propose.command("limit")
@click.argument("member")
@click.argument("currency")
@click.option("--below", required=True, metavar="AMOUNT", help="How far below zero they may go.")
@click.option("--above", required=True, metavar="AMOUNT", help="How much they may hold.")
@proposing
def limit(
    desk: Desk,
    *,
    member: str,
    currency: str,
    below: str,
    above: str,
    out: Path | None,
    key: KeyFile,
) -> None:
    """Set MEMBER's limits in CURRENCY; opens the account where there is none."""
    person = desk.member(member)
    unit = Unit(_currency(desk, currency).unit)
    account = person.accounts.get(currency) or charter.random_id()
    body = orders.SetLimit(
        person.id, account, currency, -read_limit(below, unit), read_limit(above, unit)
    )
    _govern(desk, body, key, out)


@propose.command("policy")
@click.argument("currency")
@policy_options
@proposing
def policy(desk: Desk, *, currency: str, out: Path | None, key: KeyFile, **chosen: Any) -> None:
    """Change the policy of CURRENCY; what is not given stays. Its kind always stays."""
    found = _currency(desk, currency)
    changed, texts = read_policy(desk, currency, Unit(found.unit), found.policy, chosen)
    _govern(desk, orders.SetPolicy(currency, changed), key, out, texts)


@propose.command("currency")
@click.argument("code")
@click.option("--kind", type=click.Choice(["mutual", "backed"]), required=True, help="What it is.")
@click.option(
    "--unit",
    type=click.Choice(["minute", "cent"]),
    required=True,
    help="What it is counted in. Hours are never worth euro.",
)
@policy_options
@proposing
def currency(
    desk: Desk,
    *,
    code: str,
    kind: str,
    unit: str,
    out: Path | None,
    key: KeyFile,
    **chosen: Any,
) -> None:
    """Define a further currency, with the accounts of the ledger's own that it needs."""
    mutual = kind == "mutual"
    start = (
        orders.Policy("mutual", "everyone", charter.HOLDERS_OF_HOURS, (), 0, 0, credit_total=0)
        if mutual
        else charter.credits(code, 0).policy
    )
    chosen_policy, texts = read_policy(desk, code, Unit(unit), start, chosen)
    definition = orders.CurrencyDefinition(code, cast(Any, unit), chosen_policy)
    body = orders.DefineCurrency(definition, charter.system_accounts(definition))
    _govern(desk, body, key, out, texts)


@propose.command("origins")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@proposing
def origins(desk: Desk, *, urls: tuple[str, ...], out: Path | None, key: KeyFile) -> None:
    """Replace the web addresses whose passkeys count by these.

    A passkey belongs to one domain name: with another name everybody needs a new key.
    """
    try:
        found = sorted({charter.origin(url) for url in urls}, key=lambda item: item.origin)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    _govern(desk, orders.SetOrigins(tuple(found)), key, out)


@propose.command("correct")
@click.argument("entry")
@click.argument("amounts", nargs=-1, metavar="[AMOUNT]...")
@click.option("--reason", required=True, help="Why; kept outside the journal.")
@proposing
def correct(
    desk: Desk,
    *,
    entry: str,
    amounts: tuple[str, ...],
    reason: str,
    out: Path | None,
    key: KeyFile,
) -> None:
    """Book ENTRY back: all that is left of it, or these amounts. Both stay visible.

    Of a redemption, AMOUNT is what is not to be paid out; its fee goes back in proportion.
    """
    bank = desk.bank
    identity = receipts.identity_of(bank, entry)
    legs = payments.correctable(bank, identity)
    if amounts:
        wanted = desk.amounts(amounts, sorted({leg.currency for leg in legs}))
        legs = corrections.part_of(bank, identity, wanted)
    if not legs:
        raise Stop("nothing_left", "nothing of this entry is left to book back")
    signing, author = key.signer(bank)
    sign_and_keep(
        desk, payments.draft_correct(bank, author.id, identity, legs, reason), signing, out
    )


@propose.command("revoke-key")
@click.argument("member")
@click.argument("revoked", metavar="KEY")
@proposing
def revoke_key(desk: Desk, *, member: str, revoked: str, out: Path | None, key: KeyFile) -> None:
    """Block a KEY of MEMBER at once: with a coordinator's key, or a key of their own.

    KEY is its id or the beginning of it, as `member show` prints it.
    """
    person = desk.member(member)
    keys = [device.key.id for device in membership.devices(desk.bank, person.id)]
    found = [each for each in keys if len(revoked) >= 8 and each.startswith(revoked)]
    if len(found) != 1:
        raise Stop("unknown_key_name", f"{len(found)} keys of this member are called {revoked}")
    signing, author = key.signer(desk.bank)
    draft = membership.draft_revoke_key(desk.bank, author.id, person.id, found[0])
    sign_and_keep(desk, draft, signing, out)


def _govern(
    desk: Desk,
    body: orders.Body,
    key: KeyFile,
    out: Path | None,
    texts: tuple[Opening, ...] = (),
) -> None:
    signing, author = key.signer(desk.bank)
    sign_and_keep(desk, draft_proposal(desk.bank, author.id, body, *texts), signing, out)


def _currency(desk: Desk, code: str) -> Any:
    found = membership.currencies(desk.bank)
    if code not in found:
        raise click.BadParameter(f"{code!r} is none of {', '.join(sorted(found))}")
    return found[code]


COMMANDS = (propose,)
