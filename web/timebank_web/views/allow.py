"""For treasurers: rewards that wait, and why they may be paid after all."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from timebank.errors import Refusal
from timebank.services import allowances, membership
from timebank.services.allowances import Waiting
from timebank.services.drafts import tidy
from timebank.services.periods import read_period
from timebank.units import MAX_AMOUNT
from timebank_web.current import me, role, say, the_bank
from timebank_web.paths import PATHS
from timebank_web.reward_words import limit_words, period_words
from timebank_web.texts import _
from timebank_web.words import euro, money, when

blueprint = Blueprint("allow", __name__)
LATEST = 50


@blueprint.get(PATHS["allow"])
@role("treasurer")
def waiting() -> str:
    """What waits, by person and period; below it what was allowed before."""
    return _page()


@blueprint.post(PATHS["allow"])
@role("treasurer")
def allow() -> ResponseReturnValue:
    """Record a reason for one person and period, up to the total that the page showed."""
    form = request.form
    digits = form.get("up_to", "")
    try:
        period = read_period(form.get("period", ""))
    except ValueError:
        return _page(), 422
    up_to = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 17 else 0
    if not tidy(form.get("reason", "")) or not 0 < up_to <= MAX_AMOUNT:
        return _page(form.get("member", "") + str(period)), 422
    bank = the_bank()
    allowances.allow(bank, me().id, form.get("member", ""), period, up_to, form["reason"])
    say("good", _("Opgeschreven. De organisatie kan nu betalen."))
    return redirect(PATHS["allow"], 303)


def _page(unexplained: str = "") -> str:
    bank = the_bank()
    return render_template(
        "allow.html",
        post=PATHS["allow"],
        waiting=[_row(item, unexplained) for item in allowances.waiting(bank)],
        recorded=[
            {
                "who": _name(item.member),
                "period": period_words(read_period(item.period)),
                "up_to": euro(item.up_to),
                "reason": item.reason,
                "by": _name(item.by),
                "when": when(item.created),
            }
            for item in allowances.allowances(bank)[:LATEST]
        ],
    )


def _row(item: Waiting, unexplained: str) -> dict[str, Any]:
    missing = unexplained == item.member + str(item.period)
    return {
        "id": f"{item.member[:8]}-{item.period}",
        "member": item.member,
        "mine": item.member == me().id,
        "who": item.name,
        "period": str(item.period),
        "when": period_words(item.period),
        "total": euro(item.total),
        "up_to": item.total,
        "limit": limit_words(item.parameter),
        "payer": _name(item.payer),
        "lines": [
            {"memo": line.memo, "amount": money(line.row.amount, line.currency)}
            for line in item.lines
        ],
        "error": _("Schrijf op waarom dit mag.") if missing else "",
    }


def _name(member: str) -> str:
    try:
        return membership.person(the_bank(), member).name or _("Naam gewist")
    except Refusal:
        return _("Onbekend")
