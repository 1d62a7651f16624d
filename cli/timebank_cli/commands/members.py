"""`invite`, `join` and `member`: who belongs to the wijk."""

from pathlib import Path
from typing import Any, cast

import click

from timebank import ids
from timebank.ledger import orders
from timebank.services import erasing, house, membership, readings, statements
from timebank.services.membership import Person
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank_cli.charter import grant
from timebank_cli.command import Command, Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.drawing import image_options, on_terminal, write_images
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.output import emit, facts, moment, named, table, wants_json
from timebank_cli.proposing import out_option, post_signed, propose
from timebank_cli.refusals import Stop

SHOWN_OF_ID = 8


@click.command("invite", cls=Command)
@click.argument("label")
@click.option(
    "--kind",
    type=click.Choice(["person", "shop", "organisation"]),
    default="person",
    show_default=True,
    help="What the newcomer is.",
)
@key_option
@image_options
@pass_desk
def invite(
    desk: Desk, *, label: str, kind: str, key: KeyFile, png: Path | None, svg: Path | None
) -> None:
    """Make an invitation, signed with a registrar's key, and show its link as a QR code.

    LABEL says for whom it is, on the registrar's own list. Whoever opens the link first joins:
    hand it to the newcomer and nobody else.
    """
    bank = desk.bank
    signing, registrar = key.signer(bank)
    unsigned = membership.draft_voucher(bank, registrar.id, cast(orders.MemberKind, kind))
    signature = authorize(signing, Tag.INVITATION, unsigned.data)
    membership.keep_invitation(bank, unsigned.voucher, signature, label)
    link = house.link(bank, "U", ids.code(unsigned.secret))
    write_images(link, png, svg)
    expires = unsigned.voucher.expires
    document = {"link": link, "label": label, "kind": kind, "expires": expires}
    text = facts([("for", f"{label} ({kind})"), ("valid until", moment(expires)), ("link", link)])
    drawn = "" if png or svg or wants_json() else f"\n\n{on_terminal(link)}"
    emit(document, text + drawn)


@click.command("join", cls=Command)
@click.argument("link")
@click.option("--name", default="", help="Display name of a newcomer; not for a further key.")
@key_option
@pass_desk
def join(desk: Desk, *, link: str, name: str, key: KeyFile) -> None:
    """Join with a key file, on an invitation LINK (or its code).

    For a shop's back office or an organisation without a phone of its own; neighbours open the
    link in a browser. A link for a further key adds this key file to the member who made it.
    """
    bank = desk.bank
    try:
        secret = ids.code_bytes(link.rstrip("/").rpartition("/")[2])
    except ValueError:
        raise Stop("bad_link", "this is not the link of an invitation") from None
    purpose = membership.find_invitation(bank, secret).voucher.purpose
    if purpose == "admit" and not name.strip():
        raise click.UsageError("a newcomer needs a --name")
    signing = key.open()
    if purpose == "admit":
        draft = membership.draft_admit(bank, secret, grant(signing), name)
    else:
        draft = membership.draft_add_key(bank, secret, grant(signing))
    post_signed(desk, draft, [signing])


@click.group("member", cls=Group)
def member() -> None:
    """See who is a member, and suspend one."""


@member.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """List every member with their kind, roles and state."""
    people = membership.people_of(desk.bank)
    rows = [
        (named(person.name), person.kind, person.status, ", ".join(person.roles), _short(person))
        for person in people
    ]
    emit(
        [_document(person) for person in people],
        table(("NAME", "KIND", "STATE", "ROLES", "ID"), rows),
    )


@member.command("show")
@click.argument("member")
@pass_desk
def show(desk: Desk, member: str) -> None:
    """Show one member: roles, balances with their limits, and keys."""
    person = desk.member(member)
    readings.note(desk.bank, readings.OPERATOR, [person.id], "member")
    balances = statements.balances(desk.bank, person.id)
    devices = membership.devices(desk.bank, person.id)
    document = {
        **_document(person),
        "balances": [
            {
                "currency": item.currency,
                "account": item.account,
                "balance": item.balance,
                "floor": item.floor,
                "ceiling": item.ceiling,
            }
            for item in balances
        ],
        "keys": [
            {
                "id": device.key.id,
                "scheme": device.key.scheme,
                "label": device.label,
                "active_from": device.key.active_from,
                "revoked": device.key.revoked,
            }
            for device in devices
        ],
    }
    parts = [
        facts(
            [
                ("name", named(person.name)),
                ("id", person.id),
                ("kind", person.kind),
                ("state", person.status),
                ("roles", ", ".join(person.roles) or "none"),
            ]
        )
    ]
    if balances:
        amounts = [
            tuple(
                desk.show(minor, item.currency)
                for minor in (item.balance, item.floor, item.ceiling)
            )
            for item in balances
        ]
        head = ("BALANCE", "LOWEST", "HIGHEST")
        parts.append(table(head, amounts, right=" ".join(head)))
    keys = [
        (
            device.key.id[: 2 * SHOWN_OF_ID],
            device.key.scheme,
            "blocked" if device.key.revoked else f"since {moment(device.key.active_from)}",
            device.label,
        )
        for device in devices
    ]
    parts.append(table(("KEY", "KIND", "STATE", "LABEL"), keys))
    emit(document, "\n\n".join(parts))


@member.command("suspend")
@click.argument("member")
@click.option("--reason", required=True, help="Why; kept outside the journal.")
@click.option("--lift", is_flag=True, help="Lift the suspension instead.")
@out_option
@key_option
@pass_desk
def suspend(
    desk: Desk, *, member: str, reason: str, lift: bool, out: Path | None, key: KeyFile
) -> None:
    """Suspend MEMBER at once, with a coordinator's key: their keys stop working everywhere."""
    person = desk.member(member)
    signing, coordinator = key.signer(desk.bank)
    draft = membership.draft_suspend(desk.bank, coordinator.id, person.id, not lift, reason)
    propose(desk, draft, signing, out)


@member.command("erase")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@pass_desk
def erase(desk: Desk, *, member: str, yes: bool) -> None:
    """Forget the name and bank accounts of MEMBER, who has left, for good.

    The journal keeps their id, and every proof still holds. Copies made before still have the name.
    """
    person = desk.member(member)
    if not yes:
        click.confirm(f"Forget who {named(person.name)} was? This cannot be undone", abort=True)
    try:
        count = erasing.erase(desk.bank, person.id)
    except ValueError as error:
        raise Stop("not_left", str(error)) from None
    emit({"member": person.id, "erased": count}, f"Erased: {count} texts of {_short(person)}.")


def _short(person: Person) -> str:
    return person.id[:SHOWN_OF_ID]


def _document(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind,
        "status": person.status,
        "roles": list(person.roles),
    }


COMMANDS = (invite, join, member)
