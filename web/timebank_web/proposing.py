"""An order for several people to sign, in words: what it does, who signed and who still has to.

What it says itself, field by field, is its slip (slips.py).
"""

from collections.abc import Iterator
from typing import Any

from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.ledger.orders import Order
from timebank.services import membership, particulars, proposals, treasury
from timebank.services.approvals import Approvals
from timebank_web.current import currencies, me, the_bank
from timebank_web.people import role_word
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


def amount_of(body: orders.Body) -> str:
    """Return how much an order is about, in one line; "" for one that moves nothing."""
    match body:
        case orders.Issue() | orders.Retire():
            return amount_in(body.amount, body.currency)
        case orders.RecordBank():
            return euro(body.amount)
        case orders.Settle():
            return euro(sum(payout.amount for payout in body.payouts))
        case orders.Correct():
            return _(" en ").join(amount_in(leg.amount, leg.currency) for leg in body.legs)
    return ""


def amount_in(minor: int, currency: str) -> str:
    """Return an amount in words; a proposal may name a currency that there is not."""
    if currency in currencies():
        return money(minor, currency)
    return _("%(count)s van iets onbekends (%(code)s)", count=minor, code=currency)


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
    """Return whose account this is; the ledger's own are the wijk's, and some are nobody's."""
    found = particulars.account(the_bank(), account)
    if found is None:
        return _("Onbekend")
    return name_of(found.owner) if found.owner else _("De wijk")


def name_of(member: str) -> str:
    """A proposal may name anybody: what is wrong with it shows when it is signed, not here."""
    try:
        return membership.person(the_bank(), member).name or _("Naam gewist")
    except Refusal:
        return _("Onbekend")
