"""Paying: a code leads to the check screen; the payer's own key does the rest."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger.facts import Currency
from timebank.ledger.orders import Pay
from timebank.services import membership, payments, requests
from timebank.services.drafts import Draft
from timebank.services.membership import Person
from timebank.services.payments import Line
from timebank.services.requests import Request
from timebank_web.asking import MEMO_LENGTH, amount_fields, read_amounts
from timebank_web.current import me, member, public, somebody, the_bank
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import money, sentence, together

blueprint = Blueprint("pay", __name__)

_KINDS = {8: "pay.payee", 16: "pay.one_off", 32: "join.start"}
"""Which page a typed code leads to, by its length."""


@blueprint.get(PATHS["pay"])
@member
def begin() -> ResponseReturnValue:
    """How to scan, and a field for a typed code."""
    return render_template("pay.html", code="", errors={})


@blueprint.post(PATHS["pay"])
@public
def find() -> ResponseReturnValue:
    """Go where a typed code leads; a whole link does as well."""
    typed = request.form.get("code", "").strip().rstrip("/").rpartition("/")[2]
    code = ids.read_code(typed)
    endpoint = _KINDS.get(len(code))
    if endpoint and code.isascii() and code.isalnum():
        if _known(endpoint, code):
            return redirect(url_for(endpoint, code=code))
        errors = {"code": _("Deze code kennen wij niet. Kijk goed en typ hem opnieuw.")}
    else:
        errors = {"code": _("Deze code klopt niet. Een code heeft 8 of 16 letters en cijfers.")}
    template = "pay.html" if somebody() else "welcome.html"
    page = render_template(template, code=typed, errors=errors, payee=None)
    return make_response(page, 422)


def _known(endpoint: str, code: str) -> bool:
    """Whether a typed code is anybody's. An invitation's own page says what is wrong with it."""
    try:
        if endpoint == "pay.payee":
            requests.payee_of(the_bank(), code)
        elif endpoint == "pay.one_off":
            requests.find(the_bank(), code)
    except Refusal:
        return False
    return True


# ---- a payee's static code


@blueprint.get("/b/<code>")
@blueprint.get("/B/<code>")
@public
def payee(code: str) -> ResponseReturnValue:
    """The payee of a static code, and the fields of an amount; for a stranger a login."""
    person = membership.person(the_bank(), requests.payee_of(the_bank(), code))
    if somebody() is None:
        return _stranger(person)
    return _amount_form(code, person, {}, {})


@blueprint.post("/B/<code>")
@member
def amount(code: str) -> ResponseReturnValue:
    """The check screen for the amount that was filled in."""
    person = membership.person(the_bank(), requests.payee_of(the_bank(), code))
    offered = _payable(person)
    amounts, errors = read_amounts(offered, request.form)
    if errors:
        return make_response(_amount_form(code, person, request.form.to_dict(), errors), 422)
    memo = request.form.get("memo", "")[:MEMO_LENGTH]
    draft = payments.draft_pay(the_bank(), me().id, person.id, amounts, memo)
    return _check(draft, person, draft.openings[0].text if draft.openings else "")


def _stranger(person: Person) -> ResponseReturnValue:
    """Only a shop's name is public; whose code it is, a resident shows to members only."""
    session["next"] = request.path
    shown = {"name": person.name if person.kind != "person" else ""}
    return render_template("welcome.html", payee=shown)


@member
def _amount_form(
    code: str, person: Person, form: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    return render_template(
        "pay_amount.html",
        payee=_shown(person),
        asks=amount_fields(_payable(person), form, errors),
        memo=form.get("memo", ""),
        errors=errors,
        post=url_for("pay.amount", code=code),
    )


def _payable(person: Person) -> list[Currency]:
    """The currencies in which I may pay this member; a Refusal where there is none."""
    _check_payee(person)
    offered = list(payments.payable(the_bank(), me().id, person.id))
    if not offered:
        raise Refusal(Code.NOT_BETWEEN_THESE)
    return offered


def _check_payee(person: Person) -> None:
    if person.id == me().id:
        raise Refusal(Code.PAYER_IS_PAYEE)
    if person.status == "suspended":
        raise Refusal(Code.MEMBER_SUSPENDED)
    if person.status == "left":
        raise Refusal(Code.MEMBER_LEFT)


# ---- a one-off request


@blueprint.get("/v/<code>")
@blueprint.get("/V/<code>")
@public
def one_off(code: str) -> ResponseReturnValue:
    """The check screen for a request; for a stranger a login."""
    asked = requests.find(the_bank(), code)
    person = membership.person(the_bank(), asked.asked.payee)
    if somebody() is None:
        return _stranger(person)
    return _answer(asked, person)


@member
def _answer(asked: Request, person: Person) -> ResponseReturnValue:
    if person.id == me().id:
        return redirect(url_for("receive.show", code=asked.code))
    status = requests.status(the_bank(), asked)
    if status.state == "paid" and status.payer == me().id:
        return redirect(url_for("orders.done", identity=status.identity))
    if status.state != "open":
        return _not_any_more(asked, person, status.state)
    _check_payee(person)
    return _check(payments.draft_answer(the_bank(), me().id, asked), person, asked.memo)


def _not_any_more(asked: Request, person: Person, state: str) -> ResponseReturnValue:
    why = {
        "paid": sentence(Refusal(Code.REQUEST_USED)),
        "expired": sentence(Refusal(Code.REQUEST_EXPIRED)),
        "cancelled": _("Deze code is gestopt. Vraag om een nieuwe code."),
    }[state]
    page = render_template(
        "result.html",
        outcome="not",
        amounts=[money(credit.amount, credit.currency) for credit in asked.asked.credits],
        name=person.name,
        why=why,
        todo=_("U hebt niets betaald."),
    )
    return make_response(page, 410)


# ---- the check screen


def _check(draft: Draft, person: Person, memo: str) -> str:
    assert isinstance(draft.order.body, Pay)
    seen = payments.preview(the_bank(), draft.order)
    legs = draft.order.body.legs
    return render_template(
        "check.html",
        payee=_shown(person),
        first_time=seen.first_time,
        legs=[
            {
                "payer": leg.payer,
                "payee": leg.payee,
                "currency": leg.currency,
                "amount": leg.amount,
                "text": money(leg.amount, leg.currency),
            }
            for leg in legs
        ],
        total=together([(leg.amount, leg.currency) for leg in legs]),
        memo=memo,
        after=[balance_after(line) for line in seen.lines],
        shortfalls=[
            _("U hebt %(amount)s te weinig.", amount=money(line.shortfall, line.currency))
            for line in seen.lines
            if line.shortfall
        ],
        draft=sign_context(draft, shown=("legs",)),
        leave=PATHS["home"],
    )


def balance_after(line: Line) -> str:
    """Return what is left after a payment, in words."""
    if line.after < 0:
        return _("%(amount)s, u staat dan rood", amount=money(line.after, line.currency))
    return money(line.after, line.currency)


def _shown(person: Person) -> Mapping[str, Any]:
    """A payee as _payee.html shows one. What kind of member it is, a registrar has signed."""
    kinds = {"shop": _("Winkel in de wijk"), "organisation": _("Organisatie in de wijk")}
    return {"name": person.name, "kind": kinds.get(person.kind, "")}
