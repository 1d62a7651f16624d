"""A month or year of one's own: every entry, what there was before it and after it."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from timebank.services import monthly
from timebank.services.monthly import Column, Line, Statement, Takings, Vat
from timebank.services.periods import Period, month_of, read_period, year_of
from timebank.services.statement_sheet import Words, statement_sheet
from timebank.services.statements import local
from timebank_web.current import me, member, the_bank
from timebank_web.downloads import download
from timebank_web.language import decimal_mark
from timebank_web.moves import what, who
from timebank_web.paths import PATHS
from timebank_web.reward_words import period_words
from timebank_web.texts import _, later, pgettext
from timebank_web.views.day import kind
from timebank_web.words import currency_label, moment, money, short_day

blueprint = Blueprint("statement", __name__)

VAT = {
    Vat.BARTER: later(
        "U ruilt. Ook ruilen kan omzet zijn: wat u terugkrijgt heeft een waarde. Bron: Wet op de"
        " omzetbelasting 1968, artikel 8."
    ),
    Vat.VOUCHER: later(
        "Dit zijn waardebonnen voor meer dan één doel. De btw hoort bij het moment dat iemand ermee"
        " betaalt. Niet bij het uitgeven, en niet bij het inwisselen. Bron: richtlijn (EU)"
        " 2016/1065 en Staatscourant 2018, 68657."
    ),
}


@blueprint.get(PATHS["statement"])
@member
def this_month() -> ResponseReturnValue:
    """The month so far."""
    return redirect(_address(month_of(local(the_bank().clock.now()).date())))


@blueprint.get(PATHS["statement"] + "/<text>")
@member
def one(text: str) -> str:
    """A month such as 2026-11, or a year."""
    period = _read(text)
    found = monthly.statement(the_bank(), me().id, period)
    now = local(the_bank().clock.now()).date()
    current = month_of(now) if period.month else year_of(now)
    business = me().kind != "person"
    return render_template(
        "statement.html",
        name=me().name,
        title=period_words(period),
        earlier=_link(period.before) if period.year > 2000 else None,
        later=_link(period.after) if str(period) < str(current) else None,
        other=_link(Period(period.year)) if period.month else _link(month_of(period.first)),
        columns=[_column(column) for column in found.columns],
        lines=[_line(line) for line in found.lines],
        takings=[
            _takings(monthly.takings(found, column.currency))
            for column in found.columns
            if business
        ],
        vat=[
            {"label": currency_label(column.currency), "text": str(VAT[column.vat])}
            for column in found.columns
            if business
        ],
        csv=url_for("statement.table", text=text),
        made=moment(the_bank().clock.now()),
    )


@blueprint.get(PATHS["statement"] + "/<text>/tabel.csv")
@member
def table(text: str) -> Response:
    """The same as a table for a spreadsheet, oldest first."""
    period = _read(text)
    rows = as_table(monthly.statement(the_bank(), me().id, period))
    return download(rows, f"overzicht-{period}.csv", "text/csv")


def _read(text: str) -> Period:
    try:
        return read_period(text)
    except ValueError:
        abort(404)


def _address(period: Period) -> str:
    return url_for("statement.one", text=str(period))


def _link(period: Period) -> dict[str, str]:
    return {"href": _address(period), "label": period_words(period)}


# ---- as a table


def as_table(found: Statement) -> str:
    """Return a statement for a spreadsheet, in the reader's language."""
    words = Words(
        day=_("datum"),
        time=_("tijd"),
        who=_("met wie"),
        job=_("waarvoor"),
        kind=_("soort"),
        # The service fills in the currency.
        minutes=_("%(currency)s in minuten", currency="%(currency)s"),
        balance=_("saldo %(currency)s", currency="%(currency)s"),
        reference=_("kenmerk"),
        entry=_("boeking"),
        opening=_("beginsaldo"),
        closing=_("eindsaldo"),
    )
    labels = {column.currency: currency_label(column.currency) for column in found.columns}
    return statement_sheet(found, words, labels, who, _kind, decimal=decimal_mark())


def _kind(line: Line) -> str:
    return kind(line.type, incoming=_incoming(line.amounts))


def _incoming(amounts: Mapping[str, int]) -> bool:
    return sum(amounts.values()) > 0


# ---- on the page


def _column(column: Column) -> dict[str, Any]:
    return {
        "label": currency_label(column.currency),
        "opening": money(column.opening, column.currency),
        "closing": money(column.closing, column.currency),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "href": url_for("history.receipt", identity=line.identity),
        "who": who(line),
        "what": line.memo or what(line.type),
        "when": moment(line.time),
        "reference": line.reference,
        "entry": line.seq,
        "amounts": [
            {
                "incoming": minor > 0,
                "text": money(abs(minor), code),
                "balance": money(line.balances[code], code),
            }
            for code, minor in line.amounts.items()
        ],
        "incoming": _incoming(line.amounts),
    }


def _takings(taken: Takings) -> dict[str, Any]:
    def shown(minor: int) -> str:
        return money(minor, taken.currency)

    rows = [
        (pgettext("is ontvangen", "Ontvangen"), taken.received),
        (_("Teruggegeven"), taken.returned),
        (_("Ingewisseld"), taken.redeemed),
        (_("Kosten van inwisselen"), taken.fee),
        (_("Uitbetaald in euro"), taken.paid_out),
    ]
    return {
        "label": currency_label(taken.currency),
        "rows": [{"label": label, "text": shown(minor)} for label, minor in rows if minor],
        "days": [
            {
                "day": short_day(one.day),
                "count": one.count,
                "received": shown(one.received),
                "rest": shown(one.other - one.returned),
            }
            for one in taken.days
        ],
    }
