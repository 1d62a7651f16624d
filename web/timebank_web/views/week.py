"""The first screen of who looks after the money: what there is to do this week."""

from typing import Any

from flask import Blueprint, render_template, url_for

from timebank.services import allowances
from timebank.services import week as services
from timebank.services.volume import Volume
from timebank.services.week import BudgetLeft, Tasks
from timebank_web import findings
from timebank_web.current import me, role, the_bank
from timebank_web.paths import PATHS
from timebank_web.proposing import cover_rows
from timebank_web.texts import _, ngettext
from timebank_web.views.proposals import line
from timebank_web.words import currency_label, day, euro, money

blueprint = Blueprint("week", __name__)

DOERS = {"coordinator", "issuer", "treasurer"}
"""Roles with something to do every week."""


@blueprint.get(PATHS["week"])
@role("treasurer", "issuer", "coordinator")
def this_week() -> str:
    """What waits for this member, and how the money stands."""
    found = services.week(the_bank(), me().id)
    return render_template(
        "week.html",
        count=found.tasks.count,
        proposals=[line(one, stands) for one, stands in found.tasks.proposals],
        **_paying(found.tasks),
        rewards=_rewards() if "treasurer" in me().roles else "",
        findings=findings.standing(the_bank()),
        last_look=findings.last_look(the_bank()),
        cover=[row for item in found.cover for row in cover_rows(item)],
        budgets=[_budget(budget) for budget in found.budgets],
        volumes=[_volume(volume) for volume in found.volumes],
    )


def _rewards() -> str:
    """How many reward lines wait for a treasurer's reason; read here, not on every home."""
    found = {
        (one.payer, line.order_id) for one in allowances.waiting(the_bank()) for line in one.lines
    }
    if not found:
        return ""
    return ngettext("%(num)s beloning wacht", "%(num)s beloningen wachten", len(found))


def _paying(tasks: Tasks) -> dict[str, Any]:
    """What is for treasurers, who pay shops: what they handed in, and what the bank said."""
    lines = ngettext(
        "%(num)s regel van de bank is nog niet geboekt",
        "%(num)s regels van de bank zijn nog niet geboekt",
        tasks.unrecorded,
    )
    back = ngettext(
        "%(num)s uitbetaling kwam terug van de bank",
        "%(num)s uitbetalingen kwamen terug van de bank",
        tasks.came_back,
    )
    return {
        "redemptions": [
            {
                "text": ngettext(
                    "%(num)s keer ingewisseld", "%(num)s keer ingewisseld", waits.count
                ),
                "amount": money(waits.amount, waits.currency),
            }
            for waits in tasks.redemptions
        ],
        "unrecorded": lines if tasks.unrecorded else "",
        "came_back": back if tasks.came_back else "",
    }


def _budget(budget: BudgetLeft) -> dict[str, Any]:
    until = day(budget.until)
    return {
        "label": currency_label(budget.currency),
        "ended": budget.ended,
        "until": _("Gesloten sinds %(day)s", day=until)
        if budget.ended
        else _("Open tot en met %(day)s", day=until),
        "unissued": money(budget.unissued, budget.currency),
        "in_circulation": money(budget.in_circulation, budget.currency),
        "retire": url_for("propose.ask", kind="inleveren")
        if budget.ended and budget.in_circulation and "issuer" in me().roles
        else None,
    }


def _volume(volume: Volume) -> dict[str, Any]:
    """The yearly volume, held against the size above which DNB has to be told."""
    parameter = volume.threshold.parameter
    return {
        "label": currency_label(volume.currency),
        "amount": euro(volume.amount),
        "threshold": euro(volume.threshold.cents),
        "percent": volume.percent,
        "level": volume.level,
        "source": parameter.source,
        "year": parameter.year,
        "dated": volume.threshold.dated,
    }


def badge() -> dict[str, Any] | None:
    """Return what home says of this week to who has a task in it; None for all others."""
    if not DOERS & {*me().roles}:
        return _own_signature()
    count = services.tasks(the_bank(), me().id).count
    return {
        "href": PATHS["week"],
        "count": count,
        "text": ngettext("%(num)s ding te doen", "%(num)s dingen te doen", count)
        if count
        else _("Niets te doen"),
    }


def _own_signature() -> dict[str, Any] | None:
    """A proposal that needs the signature of somebody without a task: of what is theirs."""
    waiting = services.own(the_bank(), me().id)
    if not waiting:
        return None
    return {
        "href": url_for("proposals.one", identity=waiting[0].order.identity),
        "count": len(waiting),
        "text": ngettext(
            "%(num)s voorstel wacht op u", "%(num)s voorstellen wachten op u", len(waiting)
        ),
    }
