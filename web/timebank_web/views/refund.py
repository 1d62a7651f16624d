"""Giving back: which payment, how much of it, and the order to sign."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal
from timebank.services import membership, payments, statements
from timebank.services.payments import Refundable
from timebank_web.asking import QUARTER, amount_fields, read_amounts
from timebank_web.current import currencies, me, member, the_bank
from timebank_web.moves import own_part, tell
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import money, together, when

blueprint = Blueprint("refund", __name__)

SEARCHED = 1_000
"""How many of the latest movements a reference is looked for in."""


@blueprint.get(PATHS["refund"])
@member
def pick() -> ResponseReturnValue:
    """Payments received today; with `kenmerk` those with these four characters, of any day."""
    reference = request.args.get("kenmerk", "").strip().upper()
    today = statements.local(the_bank().clock.now()).date()
    since = None if reference else statements.day_bounds(today)[0]
    found = statements.history(the_bank(), me().id, since=since, limit=SEARCHED)
    received = [
        move
        for move in found
        if move.type == "pay" and move.amount > 0 and reference in ("", move.reference)
    ]
    return render_template(
        "refund.html", step="pick", search=reference, payments=tell(received, "refund.ask")
    )


@blueprint.get(PATHS["refund"] + "/<identity>")
@member
def ask(identity: str) -> ResponseReturnValue:
    """Ask how much of a payment goes back: all that is left, or a part."""
    return _form(payments.refundable(the_bank(), me().id, identity), {}, {})


@blueprint.post(PATHS["refund"] + "/<identity>")
@member
def check(identity: str) -> ResponseReturnValue:
    """The order that gives back, to be signed."""
    found = payments.refundable(the_bank(), me().id, identity)
    left = {leg.currency: leg.amount for leg in found.legs}
    if not left:
        raise Refusal(Code.RETURNS_TOO_MUCH)
    amounts, errors = left, dict[str, str]()
    if "whole" not in request.form:
        offered = [currencies()[code] for code in left]
        amounts, errors = read_amounts(offered, request.form)
        errors |= {
            "minutes" if currencies()[code].unit == "minute" else "credits": _(
                "U kunt nog %(rest)s teruggeven.", rest=money(left[code], code)
            )
            for code, amount in amounts.items()
            if amount > left[code]
        }
    if errors:
        return _form(found, request.form.to_dict(), errors), 422
    draft = payments.draft_refund(the_bank(), me().id, identity, amounts)
    held = {one.currency: one.balance for one in statements.balances(the_bank(), me().id)}
    return render_template(
        "refund.html",
        step="check",
        payment=_payment(found),
        legs=[
            {
                "payer": leg.payee,
                "payee": leg.payer,
                "currency": leg.currency,
                "amount": amounts[leg.currency],
                "text": money(amounts[leg.currency], leg.currency),
            }
            for leg in found.legs
            if leg.currency in amounts
        ],
        total=together([(amount, code) for code, amount in sorted(amounts.items())]),
        after=[money(held[code] - amount, code) for code, amount in sorted(amounts.items())],
        draft=sign_context(draft, shown=("legs",)),
        leave=url_for("refund.ask", identity=identity),
    )


def _form(found: Refundable, form: dict[str, str], errors: dict[str, str]) -> str:
    rest = together([(leg.amount, leg.currency) for leg in found.legs])
    return render_template(
        "refund.html",
        step="amount",
        payment=_payment(found),
        rest=rest,
        asks=_asks(found, form, errors) if found.legs else None,
        errors=errors,
        post=url_for("refund.check", identity=found.identity),
    )


def _asks(found: Refundable, form: dict[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """Amount fields that offer no more time than is left."""
    asks = amount_fields([currencies()[leg.currency] for leg in found.legs], form, errors)
    for leg in found.legs:
        if currencies()[leg.currency].unit == "minute":
            choices = sorted({*range(0, leg.amount, QUARTER), leg.amount})
            asks["time_choices"] = [
                {"minutes": minutes, "text": money(minutes, leg.currency)} for minutes in choices
            ]
    return asks


def _payment(found: Refundable) -> dict[str, str]:
    mine = [move for move in own_part(found.identity) if move.amount > 0]
    return {
        "who": membership.person(the_bank(), found.payer).name or _("Naam gewist"),
        "amount": together([(move.amount, move.currency) for move in mine]),
        "what": mine[0].memo,
        "when": when(mine[0].time),
    }
