"""A shop hands in credits for euro: how much, and to which account."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Flaw, Refusal, Unfit
from timebank.ledger import orders
from timebank.ledger.facts import Currency
from timebank.services import agreements, payments, settlement, settlement_runs, statements
from timebank.services.accounts import PayTo, is_sepa, parse_iban, show_iban
from timebank.services.agreements import Terms
from timebank.services.drafts import tidy
from timebank.services.statements import Balance
from timebank.units import Unit, parse_amount
from timebank_web.banking import FLAWS, progress
from timebank_web.current import currencies, me, shop, the_bank
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import euro, money, percent, when

blueprint = Blueprint("redeem", __name__)


@blueprint.get(PATHS["redeem"])
@shop
def ask() -> str:
    """The terms, until they are agreed to; then how much, and where to. And what was before."""
    currency, _balance = _redeemable()
    terms = agreements.terms(the_bank(), currency.code)
    if not agreements.agreed(the_bank(), me().id, currency.code):
        return _terms_page(terms)
    return _form({}, {})


@blueprint.post(PATHS["redeem"])
@shop
def check() -> ResponseReturnValue:
    """The order that hands in these credits, to be signed."""
    currency, balance = _redeemable()
    if not agreements.agreed(the_bank(), me().id, currency.code):
        raise Refusal(Code.NO_AGREEMENT)
    terms = agreements.terms(the_bank(), currency.code)
    typed = {name: request.form.get(name, "").strip() for name in ("credits", "name", "iban")}
    errors = {}
    try:
        amount = parse_amount(typed["credits"], Unit.CENT)
    except ValueError:
        amount = 0
    if amount <= 0:
        errors["credits"] = _("Vul een bedrag in, zoals 12,50.")
    elif amount < terms.minimum:
        least = money(terms.minimum, currency.code)
        errors["credits"] = _("U kunt vanaf %(least)s inwisselen.", least=least)
    elif amount > balance.available:
        most = money(max(0, balance.available), currency.code)
        errors["credits"] = _("U kunt %(most)s inwisselen.", most=most)
    account = _account(typed["name"], typed["iban"], errors)
    if account is None or errors:
        return _form(typed, errors), 422
    draft = payments.draft_redeem(the_bank(), me().id, currency.code, amount, account.text)
    body = draft.order.body
    assert isinstance(body, orders.Redeem)
    fee = {
        "minor": body.fee,
        "text": money(body.fee, currency.code),
        "to": terms.fund_name,
    } if body.fee else None  # fmt: skip
    return render_template(
        "redeem.html",
        step="check",
        total=money(amount, currency.code),
        fee=fee,
        euro={"minor": body.amount, "text": euro(body.amount)},
        account=draft.openings[0].text,
        after=money(balance.balance - amount, currency.code),
        draft=sign_context(draft, shown=("amount", "fee")),
        leave=PATHS["redeem"],
    )


def _terms_page(terms: Terms) -> str:
    """What a shop agrees to before the first time, whole, with the order that says so."""
    draft = agreements.draft_agree(the_bank(), me().id, terms.currency)
    return render_template(
        "redeem.html",
        step="agree",
        heading=terms.title,
        paragraphs=[part for part in terms.text.split("\n\n") if part.strip()],
        facts=_conditions(terms),
        draft=sign_context(draft),
        leave=PATHS["more"],
    )


def _conditions(terms: Terms) -> list[dict[str, str]]:
    """What redeeming costs and from how much, in words."""
    facts = []
    if terms.minimum:
        least = money(terms.minimum, terms.currency)
        facts.append({"label": _("Per keer minstens"), "text": least})
    if terms.fee:
        text = _("%(part)s van wat u inwisselt", part=percent(terms.fee))
        if terms.fund_name:
            text += _(", voor %(name)s", name=terms.fund_name)
        facts.append({"label": _("Kosten"), "text": text})
    return facts


def _form(typed: dict[str, str], errors: dict[str, str]) -> str:
    currency, balance = _redeemable()
    return render_template(
        "redeem.html",
        step="amount",
        available=money(max(0, balance.available), currency.code),
        typed={"name": me().name, **_as_before(currency.code), **typed},
        errors=errors,
        post=PATHS["redeem"],
        conditions=_conditions(agreements.terms(the_bank(), currency.code)),
        open=_earlier(currency.code),
    )


def _as_before(currency: str) -> dict[str, str]:
    """The account of the last time, so that nobody copies an IBAN every week."""
    last = settlement.last_destination(the_bank(), me().id, currency)
    return {"name": last.name, "iban": show_iban(last.iban)} if last else {}


def _redeemable() -> tuple[Currency, Balance]:
    """The currency this member may hand in, and what they hold of it."""
    held = {balance.currency: balance for balance in statements.balances(the_bank(), me().id)}
    for code, currency in currencies().items():
        if me().kind in currency.policy.redeemers and code in held:
            return currency, held[code]
    raise Refusal(Code.POLICY_FORBIDS)


def _earlier(currency: str) -> list[dict[str, str]]:
    """What was handed in before, and how far each is: waiting, in a plan, paid or sent back."""
    waiting = {item.redemption for item in settlement.waiting(the_bank(), currency)}
    planned = _progress()
    moves = statements.history(the_bank(), me().id, currency=currency, limit=500)
    lines = []
    for move in [move for move in moves if move.type == "redeem"][:20]:
        state, tone = _("Teruggedraaid"), ""
        if move.identity in planned:
            state, tone = planned[move.identity]
        elif move.identity in waiting:
            state, tone = _("Wacht op uitbetalen"), "wait"
        lines.append(
            {
                "amount": money(-move.amount, currency),
                "when": when(move.time),
                "state": state,
                "tone": tone,
            }
        )
    return lines


def _progress() -> dict[str, tuple[str, str]]:
    """What became of each redemption that was ever planned; what was posted says most."""
    runs = sorted(settlement_runs.runs(the_bank()), key=lambda run: run.posted)
    return {
        one.payout.redemption: progress(one, run)
        if run.posted
        else (_("Staat klaar om te betalen"), "wait")
        for run in runs
        if run.state not in ("withdrawn", "expired")
        for one in run.payouts
    }


def _account(name: str, iban: str, errors: dict[str, str]) -> PayTo | None:
    """Return where to pay to, or None with what is wrong put beside its field."""
    try:
        number = parse_iban(iban)
    except Unfit:
        errors["iban"] = _("Dit nummer klopt niet. Kijk het nog eens na.")
        return None
    if not is_sepa(number):
        errors["iban"] = str(FLAWS[Flaw.NOT_SEPA])
        return None
    try:
        return PayTo(tidy(name), number)
    except Unfit:
        errors["name"] = _("Vul hier een naam in.")
        return None
