"""The command `timebank`, put together of one module per noun."""

import click

import timebank
from timebank.clock import SystemClock
from timebank.settings import Settings
from timebank_cli.command import Group
from timebank_cli.commands import (
    audit,
    bank,
    copies,
    export,
    founding,
    guard,
    kascommissie,
    keys,
    look,
    members,
    own,
    proposals,
    propose,
    qr,
    receipts,
    reward,
    serve,
    settings,
    settle,
    statement,
    treasury,
)
from timebank_cli.demo import demo
from timebank_cli.desk import Desk


@click.group(cls=Group)
@click.option(
    "--database",
    metavar="URL",
    envvar="TIMEBANK_DATABASE",
    default="timebank.db",
    show_default=True,
    show_envvar=True,
    help="The ledger: a path, or sqlite:///PATH.",
)
@click.version_option(timebank.__version__, prog_name="timebank")
@click.pass_context
def main(ctx: click.Context, database: str) -> None:
    """Keep the ledger of a neighbourhood's own money.

    Members are named by their id, by the beginning of it, or by their exact display name. Amounts
    are written as 1:30 (hours) and 12,50 (credits). Times are those of Amsterdam.
    """
    desk = Desk(Settings.of(database), ctx.obj or SystemClock())
    ctx.obj = desk
    ctx.call_on_close(desk.close)


for module in (
    founding,
    keys,
    members,
    own,
    look,
    statement,
    qr,
    reward,
    bank,
    treasury,
    settle,
    propose,
    proposals,
    audit,
    kascommissie,
    export,
    receipts,
    copies,
    guard,
    settings,
    serve,
):
    for command in module.COMMANDS:
        main.add_command(command)
main.add_command(demo)
