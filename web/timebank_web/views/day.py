"""A shop's day: totals per currency, every payment, on screen, on paper and as a table."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, abort, render_template, url_for

from timebank.services import statements
from timebank.services.sheets import amount_cell, sheet, word_cell
from timebank.services.statements import Movement
from timebank.units import Unit
from timebank_web.current import currencies, me, shop, the_bank
from timebank_web.downloads import download
from timebank_web.language import decimal_mark
from timebank_web.moves import who
from timebank_web.paths import PATHS
from timebank_web.texts import _, pgettext
from timebank_web.words import clock_time, day, money, when

blueprint = Blueprint("day", __name__)

MOST = 10_000
"""More movements than a shop has in a day."""


@blueprint.get(PATHS["day_close"])
@shop
def today() -> str:
    """The day so far."""
    return _page(_today())


@blueprint.get(PATHS["day_close"] + "/<iso>")
@shop
def one(iso: str) -> str:
    """A day that was, such as 2026-11-22."""
    return _page(_read(iso))


@blueprint.get(PATHS["day_close"] + "/<iso>/tabel.csv")
@shop
def table(iso: str) -> Response:
    """The day as a table for a spreadsheet."""
    return download(as_csv(_movements(_read(iso)), _units()), f"dag-{iso}.csv", "text/csv")


def _units() -> dict[str, Unit]:
    return {code: Unit(c.unit) for code, c in currencies().items()}


def _today() -> date:
    return statements.local(the_bank().clock.now()).date()


def _read(iso: str) -> date:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        abort(404)
    if iso != found.isoformat() or not date(2020, 1, 1) <= found <= _today():
        abort(404)
    return found


def _movements(which: date) -> list[Movement]:
    since, until = statements.day_bounds(which)
    found = statements.history(the_bank(), me().id, since=since, until=until, limit=MOST)
    return sorted(found, key=lambda move: move.seq)


def _page(which: date) -> str:
    moves = _movements(which)
    return render_template(
        "day_close.html",
        shop={"name": me().name},
        day=day(statements.day_bounds(which)[0]),
        earlier=url_for("day.one", iso=(which - timedelta(days=1)).isoformat()),
        later=url_for("day.one", iso=(which + timedelta(days=1)).isoformat())
        if which < _today()
        else None,
        totals=[
            {"label": label, "count": count, "amount": money(amount, currency)}
            for label, currency, count, amount in totals(moves)
        ],
        rows=[_row(move) for move in moves],
        csv=url_for("day.table", iso=which.isoformat()),
        made=when(the_bank().clock.now()),
    )


def totals(moves: Sequence[Movement]) -> list[tuple[str, str, int, int]]:
    """Return (label, currency, count, amount) per currency: received, given back, the rest, sum."""
    lines = []
    for currency in dict.fromkeys(move.currency for move in moves):
        mine = [move for move in moves if move.currency == currency]
        received = [move for move in mine if move.type == "pay" and move.amount > 0]
        returned = [move for move in mine if move.type == "refund" and move.amount < 0]
        other = [move for move in mine if move not in received and move not in returned]
        for label, part in (
            (pgettext("is ontvangen", "Ontvangen"), received),
            (_("Teruggegeven"), returned),
            (_("Iets anders"), other),
            (_("Samen"), mine),
        ):
            if part or part is received:
                lines.append((label, currency, len(part), sum(move.amount for move in part)))
    return lines


def _row(move: Movement) -> dict[str, str]:
    return {
        "time": clock_time(move.time),
        "who": who(move),
        "kind": kind(move.type, incoming=move.amount > 0),
        "reference": move.reference,
        "amount": money(move.amount, move.currency),
    }


def kind(order_type: str, *, incoming: bool) -> str:
    """Return in a word what happened."""
    return {
        "pay": pgettext("is ontvangen", "Ontvangen") if incoming else _("Betaald"),
        "refund": _("Teruggekregen") if incoming else _("Teruggegeven"),
        "redeem": _("Ingewisseld"),
        "issue": _("Gekregen van de wijk"),
        "retire": _("Ingeleverd"),
        "correct": _("Teruggedraaid"),
    }.get(order_type, _("Boeking"))


def as_csv(moves: Iterable[Movement], units: dict[str, Unit]) -> str:
    """Return movements as a table that a spreadsheet opens as it stands."""
    mark = decimal_mark()
    head = [_("tijd"), _("wie"), _("soort"), _("waarvoor"), _("kenmerk"), _("munt"), _("bedrag")]
    rows = [
        [
            f"{statements.local(move.time):%Y-%m-%d %H:%M}",
            word_cell(who(move)),
            kind(move.type, incoming=move.amount > 0),
            word_cell(move.memo),
            word_cell(move.reference),
            move.currency,
            amount_cell(move.amount, units[move.currency], mark),
        ]
        for move in moves
    ]
    return sheet([head, *rows], mark)
