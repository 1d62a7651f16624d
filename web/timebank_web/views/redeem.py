"""A shop hands in credits for euro: how much, and to which account."""

import re

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Currency
from timebank.services import payments, statements, treasury
from timebank.services.statements import Balance
from timebank.units import Unit, parse_amount
from timebank_web.current import currencies, me, shop, the_bank
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import euro, money, when

blueprint = Blueprint("redeem", __name__)

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


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
    if not typed["name"]:
        errors["name"] = _("Vul hier een naam in.")
    iban = "".join(typed["iban"].split()).upper()
    if not is_iban(iban):
        errors["iban"] = _("Dit nummer klopt niet. Kijk het nog eens na.")
    if errors:
        return _form(typed, errors), 422
    account = f"{typed['name']}, {spaced(iban)}"
    draft = payments.draft_redeem(the_bank(), me().id, currency.code, amount, account)
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
    waiting = {item.redemption for item in treasury.plan_settlement(the_bank(), currency)}
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


def is_iban(text: str) -> bool:
    """Whether this is an IBAN with the right check digits (ISO 13616, modulo 97)."""
    if not _IBAN.fullmatch(text) or (text.startswith("NL") and len(text) != 18):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def spaced(iban: str) -> str:
    """Return an IBAN in groups of four, as it is on a bank card."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
