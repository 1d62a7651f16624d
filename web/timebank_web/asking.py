"""Asking for money: the fields of an amount, and a request on the screen of who is paid."""

from collections.abc import Mapping, Sequence
from typing import Any

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Currency
from timebank.services import membership, requests, statements
from timebank.services.membership import Person
from timebank.services.requests import Request
from timebank.units import Unit, parse_amount
from timebank_web.current import currencies, link, the_bank
from timebank_web.qr import picture
from timebank_web.sharing import receipt_url
from timebank_web.texts import _
from timebank_web.words import clock_time, money, together

QUARTER = 15
MOST_MINUTES = 12 * 60
MEMO_LENGTH = 60


# ---- the fields of an amount (macro amount_fields)


def amount_fields(
    offered: Sequence[Currency],
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return `asks` for the macro: these currencies, filled in as `form` was."""
    form = form or {}
    by_kind = _by_kind(offered)
    kinds = [*by_kind, "both"] if len(by_kind) > 1 else list(by_kind)
    hours = by_kind.get("hours")
    minutes = range(0, MOST_MINUTES + 1, QUARTER) if hours else ()
    return {
        "kinds": kinds,
        "kind": form.get("kind") if form.get("kind") in kinds else kinds[0],
        "minutes": int(form["minutes"]) if form.get("minutes", "").isdecimal() else 0,
        "credits": form.get("credits", ""),
        "time_choices": [
            {"minutes": count, "text": money(count, hours.code)} for count in minutes if hours
        ],
        "errors": errors or {},
    }


def read_amounts(
    offered: Sequence[Currency], form: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the amounts that were filled in by currency, and what is wrong by field."""
    amounts: dict[str, int] = {}
    errors: dict[str, str] = {}
    by_kind = _by_kind(offered)
    wanted = by_kind if form.get("kind") == "both" else {form.get("kind", "")}
    if "hours" in wanted and "hours" in by_kind:
        minutes = form.get("minutes", "")
        if minutes.isascii() and minutes.isdecimal() and 0 < int(minutes[:6]) <= MOST_MINUTES:
            amounts[by_kind["hours"].code] = int(minutes)
        else:
            errors["minutes"] = _("Kies hoeveel tijd.")
    if "credits" in wanted and "credits" in by_kind:
        cents = _cents(form.get("credits", ""))
        if cents:
            amounts[by_kind["credits"].code] = cents
        else:
            errors["credits"] = _("Vul een bedrag in, bijvoorbeeld 2,50.")
    if not amounts and not errors:
        errors["form"] = _("Vul een bedrag in.")
    return amounts, errors


def _by_kind(offered: Sequence[Currency]) -> dict[str, Currency]:
    """Hours first, then credits: a form asks for one currency of each kind."""
    found: dict[str, Currency] = {}
    for currency in sorted(offered, key=lambda item: (item.unit != "minute", item.code)):
        found.setdefault("hours" if currency.unit == "minute" else "credits", currency)
    return found


def _cents(text: str) -> int:
    try:
        return parse_amount(text, Unit.CENT)
    except ValueError:
        return 0


def receivable(payee: Person) -> list[Currency]:
    """Return the currencies in which neighbours may pay this member."""
    open_to_all = ("everyone", "members-to-shops") if payee.kind != "person" else ("everyone",)
    return [
        currency
        for currency in currencies().values()
        if currency.code in payee.accounts and currency.policy.payments in open_to_all
    ]


# ---- a request on the payee's screen (macro request_panel, request.js)


def ask(payee: Person, form: Mapping[str, str]) -> tuple[Request | None, dict[str, str]]:
    """Make the request that a form asks for; or return what is wrong by field."""
    amounts, errors = read_amounts(receivable(payee), form)
    if errors:
        return None, errors
    memo = form.get("memo", "")[:MEMO_LENGTH]
    return requests.create(the_bank(), payee.id, amounts, memo), {}


def panel(request: Request, status: str, cancel: str) -> dict[str, Any]:
    """Return a request for the panel and for request.js; `status`, `cancel`: their addresses."""
    code = spaced(request.code)
    code_picture = picture(link("V", request.code), _("QR-code voor code %(code)s", code=code))
    return {
        "qr": code_picture,
        "code": code,
        "amount": amount_of(request),
        "memo": request.memo,
        "status": status,
        "seconds": max(0, request.asked.expires - the_bank().clock.now()),
        "cancel": cancel,
        **standing(request),
    }


def as_json(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a panel as request.js takes a fresh request."""
    return {**shown, "qr": shown["qr"]["src"], "qr_text": shown["qr"]["text"]}


def standing(request: Request) -> dict[str, Any]:
    """Return what has become of a request, in words: what the payee's page asks every second."""
    status = requests.status(the_bank(), request)
    if status.state != "paid":
        return {"state": status.state}
    entry = statements.entry_of(the_bank(), status.identity)
    return {
        "state": "paid",
        "payer": membership.person(the_bank(), status.payer).name,
        "amount": amount_of(request),
        "time": clock_time(entry[0].time),
        "reference": entry[0].reference,
        "receipt": receipt_url(status.identity),
    }


def find_own(payee: str, code: str) -> Request:
    """Return a member's own request; Refusal UNKNOWN_ENTRY for another's."""
    request = requests.find(the_bank(), code)
    if request.asked.payee != payee:
        raise Refusal(Code.UNKNOWN_ENTRY)
    return request


def amount_of(request: Request) -> str:
    """Return what a request asks, in one line."""
    return together([(credit.amount, credit.currency) for credit in request.asked.credits])


def spaced(code: str) -> str:
    """Return a code in groups of four, as people read it out."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
