"""`export`: the books of a period, for an accountant and for other programs."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from timebank.services import auditing, exporting, membership
from timebank.services.exporting import Export, Format
from timebank.services.periods import FIRST_YEAR, LAST_YEAR, Period, Span
from timebank_cli.command import Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import (
    EXISTING_FILE,
    KeyFile,
    ask_new,
    create_private,
    given_passphrase,
    long_enough,
)
from timebank_cli.output import emit, facts, moment, progress, table
from timebank_cli.refusals import Stop

OPERATOR = "operator"
"""Who exported, where nobody's key was given: whoever has the database."""
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("export", cls=Group)
def export() -> None:
    """Take the books of a period out, encrypted, for an accountant or another program.

    Members are ids, unless --names is given. Every export is logged.
    """


def _exports(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of every format; it gets them and the desk."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.argument("out", type=click.Path(path_type=Path)),
        click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), help="A calendar year."),
        click.option("--from", "first", type=_DAY, metavar="DAY", help="Or from this day …"),
        click.option("--to", "last", type=_DAY, metavar="DAY", help="… up to and including this."),
        click.option("--names", is_flag=True, help="With names and texts; the log says so."),
        click.option("--plain", is_flag=True, help="Not encrypted; only without names."),
        click.option(
            "--passphrase-file",
            type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE",
            help="File (0600), or - for the input, with the new file's passphrase on its first"
            " line. Without it you are asked, twice.",
        ),
        click.option(
            "--key",
            type=EXISTING_FILE,
            metavar="FILE",
            help="Your key file, so that the log says who you are.",
        ),
        pass_desk,
    )
    for option in reversed(options):
        callback = option(callback)
    return callback


@export.command("xaf")
@_exports
def xaf(desk: Desk, **asked: Any) -> None:
    """Write an XML Auditfile Financieel 4.0 to a new file OUT: what is worth euro, not hours.

    Needs the settings legal_name and rsin.
    """
    _export(desk, "xaf", **asked)


@export.command("hledger")
@_exports
def hledger(desk: Desk, **asked: Any) -> None:
    """Write a journal for hledger (or ledger) to a new file OUT. Hours are counted in minutes."""
    _export(desk, "hledger", **asked)


@export.command("beancount")
@_exports
def beancount(desk: Desk, **asked: Any) -> None:
    """Write a file for beancount to a new file OUT. Hours are counted in minutes."""
    _export(desk, "beancount", **asked)


@export.command("csv")
@_exports
def csv(desk: Desk, **asked: Any) -> None:
    """Write everything as CSV sheets in one zip, to a new file OUT."""
    _export(desk, "csv", **asked)


@export.command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """List what was exported, by whom and when, the newest first."""
    found = exporting.exported(desk.bank)
    names = {person.id: person.name for person in membership.people_of(desk.bank)}
    rows = [
        (
            moment(item.time),
            names.get(item.by) or item.by or OPERATOR,
            item.format,
            f"{item.first} to {item.last}",
            "names" if item.names else "no names",
            "encrypted" if item.encrypted else "plain",
            item.sha256[:16],
        )
        for item in found
    ]
    head = ("WHEN", "BY", "FORMAT", "PERIOD", "NAMES", "HOW", "SHA-256")
    emit([_document(item) for item in found], table(head, rows))


def _export(
    desk: Desk,
    format: Format,
    *,
    out: Path,
    year: int | None,
    first: datetime | None,
    last: datetime | None,
    names: bool,
    plain: bool,
    passphrase_file: Path | None,
    key: Path | None,
) -> None:
    if names and plain:
        raise click.UsageError("names and texts leave the house encrypted only: leave out --plain")
    span = _span(year, first, last)
    if out.exists():
        raise Stop("exists", f"{out} is there already; nothing was exported")
    by = KeyFile(key).signer(desk.bank)[1].id if key else ""
    phrase = None if plain else _passphrase(passphrase_file, out)
    with progress("Exporting", auditing.entry_count(desk.bank)) as done:
        try:
            made = exporting.export(
                desk.bank, format, span, passphrase=phrase, names=names, by=by, progress=done
            )
        except ValueError as error:
            raise Stop("not_exported", str(error)) from None
    create_private(out, made.data)
    shown = [
        ("file", str(out)),
        ("period", str(span)),
        ("names", "with names and texts" if names else "members are ids"),
        ("opens with", "your passphrase" if phrase else f"no passphrase, as a {made.suffix} file"),
        ("sha-256", made.logged.sha256),
    ]
    emit({"file": str(out), **_document(made.logged)}, facts(shown))


def _span(year: int | None, first: datetime | None, last: datetime | None) -> Span:
    if year and not (first or last):
        return Period(year).span
    if year or not (first and last):
        raise click.UsageError("of which period? Give --year, or --from and --to")
    try:
        return Span(first.date(), last.date())
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _passphrase(file: Path | None, out: Path) -> str:
    if file is None:
        return long_enough(ask_new(out))
    if str(file) == "-":
        return long_enough(sys.stdin.readline().rstrip("\r\n"))
    return long_enough(given_passphrase(file) or "")


def _document(item: Export) -> dict[str, Any]:
    return {
        "id": item.id,
        "time": item.time,
        "by": item.by or OPERATOR,
        "format": item.format,
        "from": item.first.isoformat(),
        "to": item.last.isoformat(),
        "names": item.names,
        "encrypted": item.encrypted,
        "sha256": item.sha256,
    }


COMMANDS = (export,)
