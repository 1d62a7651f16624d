"""`qr`: a member's code, or a request for an amount."""

from pathlib import Path

import click

from timebank.services import house, requests
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.drawing import image_options, on_terminal, write_images
from timebank_cli.output import emit, facts, moment, named, wants_json


@click.command("qr", cls=Command)
@click.argument("member")
@click.argument("amounts", nargs=-1, metavar="[AMOUNT]...")
@click.option("--for", "memo", default="", help="What a request is for.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 24 * 60),
    default=requests.REQUEST_SECONDS // 60,
    show_default=True,
    help="How long a request can be paid.",
)
@image_options
@pass_desk
def qr(
    desk: Desk,
    *,
    member: str,
    amounts: tuple[str, ...],
    memo: str,
    minutes: int,
    png: Path | None,
    svg: Path | None,
) -> None:
    """Show the QR code by which MEMBER is paid.

    Without AMOUNT it is the member's own code, as on their poster. With amounts (1:30, 12,50) it
    is a request that can be paid once.
    """
    if memo and not amounts:
        raise click.UsageError("a member's own code is for everything; --for needs an amount")
    person = desk.member(member)
    if amounts:
        wanted = desk.amounts(amounts, list(person.accounts))
        request = requests.create(desk.bank, person.id, wanted, memo, minutes * 60)
        link = house.link(desk.bank, "V", request.code)
        document: dict[str, object] = {
            "link": link,
            "code": request.code,
            "member": person.id,
            "amounts": wanted,
            "expires": request.asked.expires,
        }
        lines = [
            ("asks", ", ".join(desk.show(wanted[code], code) for code in wanted)),
            ("valid until", moment(request.asked.expires)),
        ]
    else:
        code = requests.payee_code(desk.bank, person.id)
        link = house.link(desk.bank, "B", code)
        document = {"link": link, "code": code, "member": person.id}
        lines = []
    write_images(link, png, svg)
    text = facts([("pays", named(person.name)), *lines, ("link", link)])
    drawn = "" if png or svg or wants_json() else f"\n\n{on_terminal(link)}"
    emit(document, text + drawn)


COMMANDS = (qr,)
