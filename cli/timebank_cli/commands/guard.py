"""`guard`: what to do when the file that remembers the last checkpoint was lost."""

from pathlib import Path

import click

from timebank.services import auditing, rebuilding
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE
from timebank_cli.output import emit, progress


@click.group("guard", cls=Group)
def guard() -> None:
    """The file that remembers what was acknowledged."""


@guard.command("rebuild")
@click.option(
    "--extends",
    type=EXISTING_FILE,
    required=True,
    help="The newest checkpoint anybody has: on paper, in a bundle, from the public page.",
)
@pass_desk
def rebuild(desk: Desk, *, extends: Path) -> None:
    """Start a new guard where it was lost, for a ledger that contains a checkpoint.

    Checks all the books first. What was acknowledged after that checkpoint and is not in this
    database cannot be found out: ask members to compare their receipts.
    """
    with progress("Checking", auditing.entry_count(desk.bank)) as done:
        made = rebuilding.rebuild_guard(desk.bank, extends.read_text(), lambda seq: done(seq + 1))
    emit(
        {"ledger": made.ledger, "size": made.size, "root": made.root.hex()},
        f"The guard starts from {made.size} entries. Posting waits a quarter of an hour.",
    )


COMMANDS = (guard,)
