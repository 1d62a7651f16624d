"""An order for several people to sign, in words: for who proposes it and the next signer alike.

Every amount on the slip is bound to the bytes that are signed (static/js/order.js); so are the
texts that the order commits to.
"""

from collections.abc import Iterator
from typing import Any

from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.ledger.orders import Order, Scope
from timebank.services import membership, proposals, settlement, statements, treasury
from timebank.services.approvals import Approvals
from timebank.services.drafts import Draft
from timebank_web.banking import payout_line
from timebank_web.current import me, the_bank
from timebank_web.people import role_word
from timebank_web.signing import sign_context
from timebank_web.texts import _, later, ngettext
from timebank_web.words import euro, money

TITLES = {
    "suspend": later("Lid blokkeren of vrijgeven"),
    "revoke_key": later("Sleutel blokkeren"),
    "record_bank": later("Bankregel boeken"),
    "issue": later("Credits maken"),
    "retire": later("Credits uit omloop halen"),
    "settle": later("Uitbetalen aan winkels"),
    "correct": later("Boeking terugdraaien"),
    "set_limit": later("Grens van een lid aanpassen"),
    "set_role": later("Taak geven of afnemen"),
    "set_policy": later("Regels van het geld aanpassen"),
    "set_origins": later("Webadres aanpassen"),
    "define_currency": later("Nieuw soort geld"),
}

Fact = dict[str, Any]


def amount_of(body: orders.Body) -> str:
    """Return how much an order is about, in one line; "" for one that moves nothing."""
    match body:
        case orders.Issue() | orders.Retire():
            return money(body.amount, body.currency)
        case orders.RecordBank():
            return euro(body.amount)
        case orders.Settle():
            return euro(sum(payout.amount for payout in body.payouts))
        case orders.Correct():
            return _(" en ").join(money(leg.amount, leg.currency) for leg in body.legs)
    return ""


# ---- the slip: what is signed


def slip(draft: Draft) -> dict[str, Any]:
    """Return what the slip shows of an order: `amount`, bound to it or None, and `facts`."""
    body = draft.order.body
    amount = None
    if isinstance(body, orders.Issue | orders.Retire | orders.RecordBank):
        amount = {"text": amount_of(body), "minor": body.amount}
    return {"amount": amount, "facts": [*_facts(body), *_texts(draft)]}


def to_sign(draft: Draft, scope: Scope | None) -> dict[str, Any]:
    """Return an order for _sign.html, with what the slip shows of it; `scope`: of which keys."""
    shown, hidden = _shown(draft.order.body)
    context = sign_context(draft, shown=shown, scope=scope)
    context["hidden"] += hidden
    return context


def _shown(body: orders.Body) -> tuple[tuple[str, ...], list[Fact]]:
    """The top-level fields that the slip shows; and what of them travels hidden beside it."""
    match body:
        case orders.Issue() | orders.Retire() | orders.RecordBank():
            return ("amount",), []
        case orders.Settle(payouts=payouts):
            return ("payouts",), [
                {"field": f"payouts.{place}.{name}", "text": getattr(payout, name)}
                for place, payout in enumerate(payouts)
                for name in ("payee", "redemption")
            ]
        case orders.Correct(legs=legs):
            return ("legs",), [
                {"field": f"legs.{place}.{name}", "text": getattr(leg, name)}
                for place, leg in enumerate(legs)
                for name in ("payer", "payee", "currency")
            ]
        case orders.SetLimit():
            return ("floor", "ceiling"), []
        case orders.SetRole():
            return ("role", "held"), []
    return (), []


def _facts(body: orders.Body) -> Iterator[Fact]:
    match body:
        case orders.Issue(payee=account):
            yield {"label": _("Voor"), "text": owner_name(account)}
        case orders.Retire(payer=account):
            yield {"label": _("Van"), "text": owner_name(account)}
        case orders.RecordBank(amount=amount):
            yield {
                "label": _("Wat"),
                "text": _("Bij op de bank") if amount > 0 else _("Af van de bank"),
            }
        case orders.Settle():
            yield from _payouts(body)
        case orders.Correct(legs=legs):
            for place, leg in enumerate(legs):
                yield _bound_money(
                    f"legs.{place}.amount",
                    _("Van %(payer)s naar %(payee)s",
                      payer=owner_name(leg.payer), payee=owner_name(leg.payee)),
                    money(leg.amount, leg.currency),
                    leg.amount,
                )  # fmt: skip
        case orders.Suspend(member=member, suspended=suspended):
            yield {"label": _("Wie"), "text": name_of(member)}
            yield {"label": _("Wat"), "text": _("Blokkeren") if suspended else _("Vrijgeven")}
        case orders.RevokeKey(member=member):
            yield {"label": _("Wie"), "text": name_of(member)}
        case orders.SetLimit(member=member, currency=code, floor=floor, ceiling=ceiling):
            yield {"label": _("Wie"), "text": name_of(member)}
            yield _bound_money("floor", _("Laagste saldo"), money(floor, code), floor)
            yield _bound_money("ceiling", _("Hoogste saldo"), money(ceiling, code), ceiling)
        case orders.SetRole(member=member, role=role, held=held):
            yield {"label": _("Wie"), "text": name_of(member)}
            what = _("Krijgt deze taak") if held else _("Raakt deze taak kwijt")
            yield _bound("role", _("Taak"), role_word(role), "text", role)
            yield _bound("held", _("Wat"), what, "json", "true" if held else "false")


def _bound(field: str, label: str, text: str, kind: str, value: object) -> Fact:
    return {"label": label, "text": text, "field": field, "as": kind, "value": value}


def _bound_money(field: str, label: str, text: str, minor: int) -> Fact:
    return _bound(field, label, text, "int", minor) | {"money": True}


def _payouts(body: orders.Settle) -> Iterator[Fact]:
    """Who is paid and how much, bound to the order; and the account, as the bank will get it."""
    told = {payout.redemption: payout for payout in settlement.payouts_of(the_bank(), body)}
    for place, payout in enumerate(body.payouts):
        shop = payout_line(told[payout.redemption])
        fact = _bound_money(
            f"payouts.{place}.amount", shop["name"], euro(payout.amount), payout.amount
        )
        sent = _("De bank krijgt de naam als: %(name)s", name=shop["sent"]) if shop["sent"] else ""
        yield fact | {"note": f"{shop['account']} {sent}".strip()}


def _texts(draft: Draft) -> Iterator[Fact]:
    """The texts that the order commits to. That of a settlement is a digest, for programs."""
    body = draft.order.body
    if isinstance(body, orders.Settle):
        return
    label = {
        orders.Suspend: _("Reden"),
        orders.Correct: _("Reden"),
        orders.RecordBank: _("Regel van de bank"),
    }.get(type(body), _("Waarvoor"))
    for opening in draft.openings:
        yield {"label": label, "text": opening.text, "opening": True}


# ---- what it does


def cover_change(order: Order) -> list[dict[str, str]]:
    """Return the cover now and after, for the rows that an order changes."""
    effect = proposals.effect(the_bank(), order)
    covers = treasury.cover(the_bank())
    rows = []
    for item in covers:
        if item.currency == effect.currency and effect.in_circulation:
            now = item.in_circulation
            rows.append(
                {
                    "label": _("In omloop"),
                    "before": money(now, item.currency),
                    "after": money(now + effect.in_circulation, item.currency),
                }
            )
    backed = next((item for item in covers if item.kind == "backed"), None)
    if backed and (effect.reserve or effect.in_circulation):
        after = backed.reserve + effect.reserve
        label = _("Euro op de bank")
        rows.append({"label": label, "before": euro(backed.reserve), "after": euro(after)})
    return rows


def cover_rows(item: treasury.Cover) -> Iterator[dict[str, str]]:
    """Yield what stands against one currency, in words."""
    yield {"label": _("In omloop"), "text": money(item.in_circulation, item.currency)}
    if item.kind == "backed":
        yield {"label": _("Euro op de bank"), "text": euro(item.reserve)}
        free = item.reserve - item.in_circulation
        yield {"label": _("Nog te maken"), "text": money(max(0, free), item.currency)}


# ---- who must sign


def standing(stands: Approvals) -> dict[str, Any]:
    """Return who signed and who still has to, in words; and what the reader may do."""
    mine = me().id
    return {
        "counted": [name_of(one) for one in stands.counted],
        "others": [name_of(one) for one in stands.others],
        "signed": len(stands.counted),
        "needed": stands.needed,
        "still": still(stands),
        "complete": stands.complete,
        "may_sign": mine in stands.must or (mine in stands.may and not stands.complete),
        "why_not": _why_not(stands, mine),
        "gains": mine in stands.must and mine in stands.beneficiaries,
    }


def still(stands: Approvals) -> str:
    """Return who still has to sign, with names; "" where nobody has to."""
    parts = []
    if stands.missing:
        names = [name_of(one) for one in stands.may]
        many = ngettext(
            "Nog %(num)s handtekening nodig", "Nog %(num)s handtekeningen nodig", stands.missing
        )
        if names:
            who = _(" of ").join(names)
            parts.append(_("%(many)s, van %(who)s.", many=many, who=who))
        else:
            parts.append(_("%(many)s, en er is niemand die dat mag.", many=many))
    others = [one for one in stands.must if not stands.missing or one not in stands.may]
    parts += [_("Ook %(name)s moet tekenen.", name=name_of(one)) for one in others]
    return " ".join(parts)


def _why_not(stands: Approvals, mine: str) -> str:
    """Why the reader's signature is not asked, or does not count; "" where it does."""
    if mine in stands.counted or mine in stands.others:
        return _("U hebt al getekend. Een tweede keer telt niet.")
    if mine in stands.beneficiaries:
        return _("Dit gaat over uzelf. Uw handtekening telt hier daarom niet mee.")
    if stands.role not in me().roles:
        return _("Hier telt alleen de handtekening van een %(role)s.", role=role_word(stands.role))
    if mine not in stands.may:
        return _("Een penningmeester kiest de kascommissie niet. Uw handtekening telt niet mee.")
    return ""


# ---- names


def owner_name(account: str) -> str:
    """Return whose account this is; the ledger's own are the wijk's."""
    member = statements.owner_of(the_bank(), account)
    return name_of(member) if member else _("De wijk")


def name_of(member: str) -> str:
    """A proposal may name anybody: what is wrong with it shows when it is signed, not here."""
    try:
        return membership.person(the_bank(), member).name or _("Naam gewist")
    except Refusal:
        return _("Onbekend")
