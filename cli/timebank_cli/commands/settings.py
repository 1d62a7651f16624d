"""`settings`: what the wijk says of itself."""

import click

from timebank.services import house
from timebank_cli import charter
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.output import emit, table

_NAME = click.Choice(sorted(house.SETTINGS))


@click.group("settings", cls=Group)
def settings() -> None:
    """Look at and change what the pages say of the wijk."""


@settings.command("get")
@click.argument("name", type=_NAME, required=False, metavar="[NAME]")
@pass_desk
def get(desk: Desk, name: str | None) -> None:
    """Print one setting, or all of them with what they are for."""
    found = house.settings(desk.bank)
    if name:
        emit({name: found[name]}, found[name])
        return
    rows = [(each, found[each], house.SETTINGS[each]) for each in sorted(found)]
    emit(found, table(("NAME", "VALUE", "WHAT IT IS"), rows))


@settings.command("set")
@click.argument("name", type=_NAME, metavar="NAME")
@click.argument("value")
@pass_desk
def set_(desk: Desk, name: str, value: str) -> None:
    """Change a setting."""
    try:
        if name == "base_url":
            value = charter.origin(value).origin
        house.keep_setting(desk.bank, name, value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    value = house.settings(desk.bank)[name]
    emit({name: value}, f"{name} is now: {value}")


COMMANDS = (settings,)
