"""A shop hands in credits for euro: how much, and to which account."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal, Unfit
from timebank.ledger.facts import Currency
from timebank.services import payments, settlement, statements
from timebank.services.accounts import PayTo, parse_iban
from timebank.services.drafts import tidy
from timebank.services.statements import Balance
from timebank.units import Unit, parse_amount
from timebank_web.current import currencies, me, shop, the_bank
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import euro, money, when

blueprint = Blueprint("redeem", __name__)


@blueprint.get(PATHS["redeem"])
@shop
def ask() -> str:
    """Ask how much, and where to; below it what was handed in before."""
    return _form({}, {})


@blueprint.post(PATHS["redeem"])
@shop
def check() -> ResponseReturnValue:
    """The order that hands in these credits, to be signed."""
    currency, balance = _redeemable()
    typed = {name: request.form.get(name, "").strip() for name in ("credits", "name", "iban")}
    errors = {}
    try:
        amount = parse_amount(typed["credits"], Unit.CENT)
    except ValueError:
        amount = 0
    if amount <= 0:
        errors["credits"] = _("Vul een bedrag in, zoals 12,50.")
    elif amount > balance.available:
        most = money(max(0, balance.available), currency.code)
        errors["credits"] = _("U kunt %(most)s inwisselen.", most=most)
    account = _account(typed["name"], typed["iban"], errors)
    if account is None or errors:
        return _form(typed, errors), 422
    draft = payments.draft_redeem(the_bank(), me().id, currency.code, amount, account.text)
    return render_template(
        "redeem.html",
        step="check",
        amount={"field": "amount", "minor": amount, "text": money(amount, currency.code)},
        euro=euro(amount),
        account=draft.openings[0].text,
        after=money(balance.balance - amount, currency.code),
        draft=sign_context(draft, shown=("amount",)),
        leave=PATHS["redeem"],
    )


def _form(typed: dict[str, str], errors: dict[str, str]) -> str:
    currency, balance = _redeemable()
    return render_template(
        "redeem.html",
        step="amount",
        available=money(max(0, balance.available), currency.code),
        typed={"name": me().name, **typed},
        errors=errors,
        post=PATHS["redeem"],
        open=_earlier(currency.code),
    )


def _redeemable() -> tuple[Currency, Balance]:
    """The currency this member may hand in, and what they hold of it."""
    held = {balance.currency: balance for balance in statements.balances(the_bank(), me().id)}
    for code, currency in currencies().items():
        if me().kind in currency.policy.redeemers and code in held:
            return currency, held[code]
    raise Refusal(Code.POLICY_FORBIDS)


def _earlier(currency: str) -> list[dict[str, str]]:
    waiting = {item.redemption for item in settlement.waiting(the_bank(), currency)}
    moves = statements.history(the_bank(), me().id, currency=currency, limit=500)
    return [
        {
            "amount": money(-move.amount, currency),
            "when": when(move.time),
            "state": _("Wacht op uitbetalen") if move.identity in waiting else _("Uitbetaald"),
        }
        for move in moves
        if move.type == "redeem"
    ][:20]


def _account(name: str, iban: str, errors: dict[str, str]) -> PayTo | None:
    """Return where to pay to, or None with what is wrong put beside its field."""
    try:
        number = parse_iban(iban)
    except Unfit:
        errors["iban"] = _("Dit nummer klopt niet. Kijk het nog eens na.")
        return None
    try:
        return PayTo(tidy(name), number)
    except Unfit:
        errors["name"] = _("Vul hier een naam in.")
        return None
