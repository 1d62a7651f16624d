"""`backup`, `restore` and `upgrade`: the database as a file."""

from pathlib import Path

import click

from timebank.ledger.orders import ONLINE_SECONDS
from timebank.services import backups
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE
from timebank_cli.output import emit, moment, tell
from timebank_cli.refusals import tell_error


@click.command("backup", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@pass_desk
def backup(desk: Desk, *, file: Path) -> None:
    """Copy the ledger to a new FILE while it is in use, and read the copy back.

    The guard and the log key are not in it: keep the log key on two USB sticks, and leave the
    guard where it is.
    """
    size = backups.backup(desk.bank, file)
    emit({"file": str(file), "size": size}, f"{size} entries copied to {file}.")


@click.command("restore", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--replace", is_flag=True, help="Set the database that is there aside, under another name."
)
@pass_desk
def restore(desk: Desk, *, file: Path, replace: bool) -> None:
    """Put the copy in FILE in the place of the ledger. Stop the service first.

    Nothing is posted for a quarter of an hour after it, so that orders that were under way run
    out first. A copy that lacks what was acknowledged does not post at all.
    """
    now = desk.clock.now()
    done = backups.restore(desk.settings, file, now, replace=replace)
    trouble = tell_error(done.trouble, {}) if done.trouble else None
    document = {
        "size": done.size,
        "aside": str(done.aside) if done.aside else None,
        "posts_from": None if trouble else now + ONLINE_SECONDS,
        "trouble": {"code": trouble.code, "sentence": trouble.sentence} if trouble else None,
    }
    lines = [f"{done.size} entries are back in {desk.settings.folder / desk.settings.name}."]
    if done.aside:
        lines.append(f"The database that was there is now {done.aside}.")
    if trouble:
        tell(f"It will not post: {trouble.sentence}. [{trouble.code}]")
    else:
        lines.append(f"Posting starts at {moment(now + ONLINE_SECONDS)}.")
    emit(document, "\n".join(lines))


@click.command("upgrade", cls=Command)
@pass_desk
def upgrade(desk: Desk) -> None:
    """Bring a ledger that an older program made up to this one. Back it up first."""
    backups.upgrade(desk.settings)
    database = desk.settings.folder / desk.settings.name
    emit({"database": str(database)}, f"{database} is up to date.")


COMMANDS = (backup, restore, upgrade)
