"""What every command has in common: --json, and one way to say no."""

import json
from typing import Any

import click

from timebank.errors import TimebankError
from timebank_cli.desk import Desk
from timebank_cli.output import JSON_MODE, wants_json
from timebank_cli.refusals import Told, tell_error

REFUSED = 1


class Command(click.Command):
    """A command with --json that answers a refusal with a sentence and exit status 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_json_option())

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (TimebankError, OSError) as error:
            desk = ctx.find_object(Desk)
            _refuse(tell_error(error, desk.units() if desk else {}))
            ctx.exit(REFUSED)


class Group(click.Group):
    """A group whose commands are `Command`s and whose groups are `Group`s."""

    command_class = Command
    group_class = type


def _json_option() -> click.Option:
    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        ctx.meta[JSON_MODE] = value

    return click.Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Print one JSON document for programs.",
    )


def _refuse(told: Told) -> None:
    if wants_json():
        document = {"error": told.code, "sentence": told.sentence, "details": told.details}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    click.echo(told.line, err=True)
