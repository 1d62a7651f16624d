"""`demo`: eight weeks of a neighbourhood, audited, and then its pages to walk about in."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from timebank.clock import SystemClock
from timebank.services import house, treasury
from timebank.services.statements import local
from timebank_cli.command import REFUSED, Command
from timebank_cli.demo import chart, report, serving, showing
from timebank_cli.demo.days import at
from timebank_cli.demo.neighbourhood import ENTERPRISE, SETTINGS
from timebank_cli.demo.story import DAYS, Story, moment
from timebank_cli.demo.wijk import DATABASE, PASSPHRASE, Wijk
from timebank_cli.output import emit, wants_json

_PATH = click.Path(path_type=Path)


@click.command("demo", cls=Command)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8000,
    show_default=True,
    help="Port of the pages, on this machine only.",
)
@click.option("--no-serve", is_flag=True, help="Stop after the audit.")
@click.option(
    "--folder",
    type=_PATH,
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo's ledger is made; an earlier demo in it is thrown away.",
)
@click.option("--chart", "drawing", type=_PATH, metavar="FILE", help="Draw the circle as an SVG.")
@click.pass_context
def demo(
    ctx: click.Context, *, port: int, no_serve: bool, folder: Path, drawing: Path | None
) -> None:
    """Play eight weeks of a neighbourhood, check its books, and serve its pages.

    Everybody in it has a key of their own, every order is really signed, and every QR code is
    drawn and read again. It needs nothing but this machine.
    """
    door = None if no_serve else serving.reserve(port)
    held_folder = showing.prepare(folder)
    address, now = f"http://localhost:{port}", SystemClock().now()
    first = local(now).date() - timedelta(days=DAYS)
    _say(f"{SETTINGS['wijk']}, eight weeks up to today\n")
    wijk = Wijk.founded(folder, address, moment(first, 0, at(9, 30)))
    story = Story(wijk, first)
    weeks = []
    for week in story.weeks():
        weeks.append(week)
        _say("\n".join(report.week_lines(week)))
    wijk.until(SystemClock().now())

    held = report.balances(wijk)
    _say(f"\n{report.balance_table(held)}")
    shown = showing.show(wijk.bank, folder, story.paper, story.keepsake, story.treasury.bank_files)
    sums = report.trial_balance(shown.verdict.state)
    circle = chart.circle_of(shown.verdict.state)
    found = treasury.cover(wijk.bank)
    _say(f"\n{report.trial_table(sums)}\n\n{report.cover_line(found)}")
    _say(f"{wijk.scanner.scanned} QR codes were drawn and read again.\n\n{shown.text}")
    if drawing is not None:
        drawing.parent.mkdir(parents=True, exist_ok=True)
        drawing.write_text(chart.draw(circle, ENTERPRISE.name), encoding="utf-8")
        _say(f"The circle is drawn in {drawing}.")
    house.mark_demo(wijk.bank)
    links = serving.links(wijk, address) if door else {}
    wijk.bank.close()
    server = serving.opened(wijk.bank.settings, door) if door else None
    document = {
        "ledger": wijk.bank.ledger,
        "entries": circle.entries,
        "weeks": [report.week_document(week) for week in weeks],
        "balances": held,
        "trial_balance": sums,
        "cover": [asdict(item) for item in found],
        "scanned": wijk.scanner.scanned,
        "findings": [{"check": item.check, "detail": item.detail} for item in shown.findings],
        "bundle": str(shown.bundle),
        "address": address if door else "",
        "links": links,
    }
    emit(
        document,
        f"\nThe ledger is {folder / DATABASE}, the keys are in {folder / 'keys'};"
        f" their passphrase is: {PASSPHRASE}",
    )
    if server:
        _say(serving.invitation(wijk, links, address))
        server.run()
    else:
        _say(f"Its pages: timebank --database {folder / DATABASE} serve")
    held_folder.close()
    if shown.findings:
        ctx.exit(REFUSED)


def _say(text: str) -> None:
    """Print as it goes; with --json there is the document at the end only."""
    if not wants_json():
        click.echo(text)
