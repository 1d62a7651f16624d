"""`init`: start a ledger."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from timebank.ledger import orders
from timebank.services import house
from timebank.services.founding import check_free, found
from timebank.signing.authorizations import authorize
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag
from timebank.units import Unit
from timebank_cli import charter
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk, read_amount
from timebank_cli.keyfiles import KeyFile, passphrase_option
from timebank_cli.output import emit, facts

_ROLES = get_args(orders.Role)


class _Founder(click.ParamType[tuple[str, Path, tuple[orders.Role, ...]]]):
    """NAME:KEYFILE:role,role"""

    name = "NAME:KEYFILE:ROLES"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path, tuple[orders.Role, ...]]:
        name, *rest = value.split(":")
        if not name.strip() or not rest:
            self.fail("write NAME:KEYFILE:ROLE,ROLE", param, ctx)
        path, roles = ":".join(rest[:-1]) or rest[0], rest[-1] if len(rest) > 1 else ""
        held = sorted({role for role in roles.split(",") if role})
        if unknown := set(held) - set(_ROLES):
            self.fail(f"{sorted(unknown)[0]!r} is none of {', '.join(_ROLES)}", param, ctx)
        if not Path(path).is_file():
            self.fail(f"there is no key file {path}: timebank key new {path}", param, ctx)
        return name.strip(), Path(path), tuple(role for role in _ROLES if role in held)


class _Threshold(click.ParamType[tuple[str, tuple[orders.Role, int]]]):
    """TYPE=ROLE:COUNT"""

    name = "TYPE=ROLE:COUNT"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[orders.Role, int]]:
        kind, _, rest = value.partition("=")
        role, _, count = rest.partition(":")
        known = next((each for each in _ROLES if each == role), None)
        if kind not in charter.THRESHOLDS or known is None or not (count.isdecimal()):
            types = ", ".join(charter.THRESHOLDS)
            self.fail(f"write TYPE=ROLE:COUNT, TYPE being one of {types}", param, ctx)
        if not 1 <= int(count) <= 9:
            self.fail("from 1 to 9 people can approve", param, ctx)
        return kind, (known, int(count))


def _origins(
    ctx: click.Context, param: click.Parameter, value: Sequence[str]
) -> list[orders.Origin]:
    try:
        return [charter.origin(url) for url in value]
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def _hours(ctx: click.Context, param: click.Parameter, value: str) -> int:
    return read_amount(value, Unit.MINUTE)


def _credits(ctx: click.Context, param: click.Parameter, value: str) -> int:
    return read_amount(value, Unit.CENT)


@click.command(cls=Command)
@click.option("--wijk", required=True, help="Name of the wijk.")
@click.option("--help-name", default="", help="Where neighbours get help: the buurthuis.")
@click.option("--help-phone", default="", help="Its telephone number, shown on every page.")
@click.option("--help-hours", default="", help="When somebody is there.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    metavar="URL",
    callback=_origins,
    help="Address of the pages, such as https://wijk.example.nl; for ever. Links begin with the"
    " first one. Repeatable.",
)
@click.option(
    "--founder",
    "founders",
    multiple=True,
    required=True,
    type=_Founder(),
    help="A founder, their key file and roles, such as Els:els.key:coordinator,registrar. The"
    " thresholds must be reachable, so most roles need two founders. Repeatable.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    type=_Threshold(),
    help="How many holders of which role approve an order of a type. By default one coordinator"
    " suspends or blocks a key, one treasurer records bank lines, and all else takes two.",
)
@click.option("--hours", default="UUR", show_default=True, help="Code of the hours.")
@click.option(
    "--hours-below",
    default="10:00",
    show_default=True,
    callback=_hours,
    help="How far below zero a member may go.",
)
@click.option(
    "--hours-above",
    default="20:00",
    show_default=True,
    callback=_hours,
    help="How much a member may hold.",
)
@click.option(
    "--hours-total",
    default="2000:00",
    show_default=True,
    callback=_hours,
    help="All that members together may go below zero.",
)
@click.option("--credits", "credit", default="WIJK", show_default=True, help="Code of the credits.")
@click.option(
    "--credits-above",
    default="5000,00",
    show_default=True,
    callback=_credits,
    help="How much a member may hold.",
)
@click.option(
    "--key-delay",
    type=click.IntRange(0, 720),
    default=0,
    show_default=True,
    metavar="HOURS",
    help="How long a member's further key waits before it works.",
)
@passphrase_option
@pass_desk
def init(
    desk: Desk,
    *,
    wijk: str,
    help_name: str,
    help_phone: str,
    help_hours: str,
    origins: list[orders.Origin],
    founders: Sequence[tuple[str, Path, tuple[orders.Role, ...]]],
    thresholds: Sequence[tuple[str, tuple[orders.Role, int]]],
    hours: str,
    hours_below: int,
    hours_above: int,
    hours_total: int,
    credit: str,
    credits_above: int,
    key_delay: int,
    passphrase_file: Path | None,
) -> None:
    """Start a ledger, signed by the key files of its founders.

    Creates the database, and beside it the guard and the log key. Prints the ledger's id: put it
    on paper, in two homes.
    """
    check_free(desk.settings)
    people = [
        charter.Founder(name, KeyFile(path, passphrase_file).open(), roles)
        for name, path, roles in founders
    ]
    seed = secrets.token_bytes(32)
    draft = charter.draft_genesis(
        people,
        (
            charter.hours(hours, hours_below, hours_above, hours_total),
            charter.credits(credit, credits_above),
            charter.EURO,
        ),
        {**charter.THRESHOLDS, **dict(thresholds)},
        origins,
        SigningKey.from_seed(seed),
        key_delay=key_delay * 3600,
        now=desk.clock.now(),
    )
    signed = [authorize(person.key, Tag.ORDER, draft.order.data) for person in people]
    bank = found(desk.settings, draft.submission(signed), seed, desk.clock)
    try:
        chosen = {
            "base_url": origins[0].origin,
            "help_hours": help_hours,
            "help_name": help_name,
            "help_phone": help_phone,
            "wijk": wijk,
        }
        for name, value in chosen.items():
            house.keep_setting(bank, name, value)
        _tell(desk, bank.ledger, people)
    finally:
        bank.close()


def _tell(desk: Desk, ledger: str, people: Sequence[charter.Founder]) -> None:
    database = desk.settings.folder / desk.settings.name
    document = {
        "ledger": ledger,
        "database": str(database),
        "guard": str(desk.settings.guard),
        "log_key": str(desk.settings.log_key),
        "founders": [
            {"name": person.name, "key": person.key.id, "roles": list(person.roles)}
            for person in people
        ],
    }
    text = facts(
        [
            ("ledger id", ledger),
            ("database", str(database)),
            ("guard", str(desk.settings.guard)),
            ("log key", f"{desk.settings.log_key}  (keep two copies, apart from the database)"),
            ("founders", ", ".join(person.name for person in people)),
        ]
    )
    emit(document, f"{text}\n\nPut the ledger id on paper, in two homes.")


COMMANDS = (init,)
