"""What everybody may see of the wijk's money: figures of closed months, and the checkpoint."""

from decimal import Decimal

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_percent

from timebank.journal.checkpoints import read_note
from timebank.services import disclosure, receipts, seals, statistics
from timebank.services.statements import local
from timebank.services.statistics import Credits, Hours, Published, Span, Statistics
from timebank_web import charts
from timebank_web.charts import months_of
from timebank_web.current import currencies, public, the_bank
from timebank_web.downloads import download
from timebank_web.paths import PATHS
from timebank_web.texts import _
from timebank_web.words import credits, day, duration, euro

blueprint = Blueprint("public", __name__)
DRAWN = 24
"""Periods that a drawing shows, the newest ones; the table beside it has them all."""
SEALS = 4


@blueprint.get(PATHS["public"])
@public
def figures() -> str:
    """Figures in which nobody stands out, and the latest checkpoint."""
    bank, told = the_bank(), _told()
    checkpoint = read_note(receipts.latest_note(bank))
    return render_template(
        "public.html",
        charts=_charts(told),
        facts=_facts(told),
        covered=statistics.covered(bank),
        budgets=any(
            item.policy.kind == "budget" and item.in_circulation for item in currencies().values()
        ),
        seals=_seals(),
        ledger_id=bank.ledger,
        checkpoint={
            "size": checkpoint.size,
            "hash": checkpoint.root.hex(),
            "href": url_for("public.checkpoint"),
        },
        data=url_for("public.data"),
    )


@blueprint.get(PATHS["public"] + "/cijfers.json")
@public
def data() -> ResponseReturnValue:
    """The same figures for programs, in cents and minutes; nothing that the page does not show."""
    told = _told()
    settled = statistics.last_settled(the_bank())
    return {
        "ledger": the_bank().ledger,
        "until": told.until.isoformat(),
        "at_least": {"persons": disclosure.PERSONS, "shops": disclosure.SHOPS},
        "covered": statistics.covered(the_bank()),
        "seals": [
            {"size": one.size, "root": one.root, "day": local(one.time).date().isoformat()}
            for one in seals.seals(the_bank())
        ],
        "last_settlement": settled and local(settled).date().isoformat(),
        "credits": [
            {
                **_dates(one.span),
                "issued": one.issued,
                "retired": one.retired,
                "in_circulation": one.in_circulation,
                "reserve": one.reserve,
            }
            for one in told.credits
        ],
        "hours": [{**_dates(one.span), "minutes": one.minutes} for one in told.hours],
        "taking_part": [
            {**_dates(one.span), "persons_at_least": one.persons, "shops_at_least": one.shops}
            for one in told.taking_part
        ],
    }


@blueprint.get(PATHS["public"] + "/stand")
@public
def checkpoint() -> Response:
    """The latest checkpoint as a signed note, to keep and compare later."""
    note = receipts.latest_note(the_bank())
    return download(note, f"stand-{read_note(note).size}.txt", "text/plain")


def _told() -> Published:
    found = current_app.extensions["statistics"]
    assert isinstance(found, Statistics)
    return found.published()


def _dates(span: Span) -> dict[str, str]:
    return {"from": span.first.isoformat(), "until": span.end.isoformat()}


def _seals() -> list[dict[str, object]]:
    """Who of the kascommissie checked the books, newest first: they sign for everybody to see."""
    found = seals.seals(the_bank())[:SEALS]
    return [
        {"name": one.name or _("naam gewist"), "when": day(one.time), "size": one.size}
        for one in found
    ]


def _facts(told: Published) -> list[dict[str, str]]:
    """What fits in a line: who took part last month, and when shops were last paid."""
    facts = []
    if told.taking_part:
        last = told.taking_part[-1]
        few = _("minder dan %(count)s", count=disclosure.PERSONS)
        persons = _("%(count)s of meer", count=last.persons) if last.persons else few
        facts.append({"label": _("Meegedaan in"), "text": months_of(last.span)})
        facts.append({"label": _("Mensen"), "text": persons})
        if last.shops:
            shops = _("%(count)s of meer", count=last.shops)
            facts.append({"label": _("Winkels"), "text": shops})
    if settled := statistics.last_settled(the_bank()):
        facts.append({"label": _("Laatste betaalopdracht voor winkels"), "text": day(settled)})
    return facts


# ---- charts


def _charts(told: Published) -> list[dict[str, object]]:
    found = []
    if told.credits:
        found += [_stock(told.credits), _flow(told.credits)]
    if told.hours:
        found.append(_hours(told.hours))
    return found


def _stock(told: tuple[Credits, ...]) -> dict[str, object]:
    last, drawn = told[-1], told[-DRAWN:]
    before = told[-DRAWN - 1] if len(told) > DRAWN else None
    says = _(
        "Eind %(month)s: %(credits)s in omloop, en %(euro)s op de bank.",
        month=_end(last.span),
        credits=credits(last.in_circulation),
        euro=euro(last.reserve),
    )
    return {
        "name": "omloop",
        "title": _("Credits en de euro’s erachter"),
        "says": says,
        "unit": _("Aan het eind van elke maand"),
        "about": _("Twee lijnen, van credits in omloop en van euro’s op de bank.") + " " + says,
        "chart": charts.lines(
            [one.span for one in drawn],
            [one.in_circulation / 100 for one in drawn],
            [one.reserve / 100 for one in drawn],
            (before.in_circulation / 100, before.reserve / 100) if before else (0, 0),
        ),
        "legend": [
            {"kind": "solid", "text": _("credits in omloop")},
            {"kind": "dashed", "text": _("euro op de bank")},
        ],
        "head": [_("Eind van"), _("Credits in omloop"), _("Euro op de bank"), _("Dekking")],
        "rows": [
            [
                _end(one.span),
                credits(one.in_circulation),
                euro(one.reserve),
                _cover(one),
            ]
            for one in told
        ],
    }


def _flow(told: tuple[Credits, ...]) -> dict[str, object]:
    last, drawn = told[-1], told[-DRAWN:]
    says = _(
        "%(months)s: %(issued)s gemaakt en %(retired)s ingeleverd.",
        months=_capital(months_of(last.span)),
        issued=credits(last.issued),
        retired=credits(last.retired),
    )
    return {
        "name": "gemaakt",
        "title": _("Gemaakt en weer ingeleverd"),
        "says": says,
        "unit": _("Credits per maand"),
        "about": _("Balken omhoog voor gemaakt, omlaag voor ingeleverd.") + " " + says,
        "chart": charts.bars(
            [one.span for one in drawn],
            [one.issued / 100 for one in drawn],
            [one.retired / 100 for one in drawn],
        ),
        "legend": [
            {"kind": "full", "text": _("gemaakt")},
            {"kind": "hatched", "text": _("weer ingeleverd")},
        ],
        "head": [_("Maand"), _("Gemaakt"), _("Weer ingeleverd")],
        "rows": [[months_of(one.span), credits(one.issued), credits(one.retired)] for one in told],
    }


def _hours(told: tuple[Hours, ...]) -> dict[str, object]:
    last, drawn = told[-1], told[-DRAWN:]
    says = _(
        "%(months)s: buren hielpen elkaar %(hours)s.",
        months=_capital(months_of(last.span)),
        hours=duration(last.minutes),
    )
    return {
        "name": "uren",
        "title": _("Uren voor elkaar"),
        "says": says,
        "unit": _("Uren per maand"),
        "about": _("Een balk voor elke maand.") + " " + says,
        "chart": charts.bars([one.span for one in drawn], [one.minutes / 60 for one in drawn]),
        "legend": [],
        "head": [_("Maand"), _("Uren")],
        "rows": [[months_of(one.span), duration(one.minutes)] for one in told],
    }


def _cover(one: Credits) -> str:
    if not one.in_circulation:
        return "–"
    return str(format_percent(Decimal(one.reserve) / one.in_circulation, "#,##0%"))


def _end(span: Span) -> str:
    return months_of(Span(charts.last_month(span), span.end))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
