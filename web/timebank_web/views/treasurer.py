"""For who signs together: open proposals, what each does to the cover, and the cover now.

Looking only. Signing is done on the signer's own machine, with their key file.
"""

from collections.abc import Iterator

from flask import Blueprint, render_template, url_for

from timebank import ids
from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.services import membership, proposals, settlement, statements, treasury
from timebank.services.proposals import Proposal
from timebank_web.current import role, the_bank
from timebank_web.paths import PATHS
from timebank_web.people import role_word
from timebank_web.texts import _, later
from timebank_web.words import euro, money, when

blueprint = Blueprint("treasurer", __name__)

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


@blueprint.get(PATHS["proposals"])
@role("treasurer", "issuer", "coordinator", "auditor")
def all_proposals() -> str:
    """What waits for signatures, what became of the rest, and the cover now."""
    bank = the_bank()
    found = proposals.proposals(bank)
    return render_template(
        "proposals.html",
        cover=[row for item in treasury.cover(bank) for row in _cover_rows(item)],
        open=[_row(one) for one in found if one.state == "open"],
        done=[_row(one) for one in found if one.state != "open"][:50],
    )


@blueprint.get(PATHS["proposals"] + "/<identity>")
@role("treasurer", "issuer", "coordinator", "auditor")
def one_proposal(identity: str) -> str:
    """One proposal: what it says, what it does to the cover, who signed and who must."""
    bank = the_bank()
    found = proposals.proposal(bank, identity)
    needed = proposals.threshold(bank, found.order.header.type)
    row = _row(found)
    return render_template(
        "proposal.html",
        **row,
        facts=list(_facts(found)),
        cover=_change(found),
        signers=[_name(member) for member in proposals.signed_by(bank, found)],
        role=role_word(needed.role) if needed else "",
        reference=ids.reference(identity),
    )


def _row(found: Proposal) -> dict[str, object]:
    header = found.order.header
    needed = proposals.threshold(the_bank(), header.type)
    return {
        "title": str(TITLES[header.type]),
        "amount": _amount(found.order.body),
        "by": _name(header.author),
        "when": when(header.created),
        "expires": when(header.expires),
        "signed": len(proposals.signed_by(the_bank(), found)),
        "needed": needed.count if needed else 0,
        "state": found.state,
        "state_word": str(_STATES[found.state]),
        "href": url_for("treasurer.one_proposal", identity=found.order.identity),
    }


_STATES = {
    "open": later("Wacht op akkoord"),
    "posted": later("Uitgevoerd"),
    "withdrawn": later("Ingetrokken"),
    "expired": later("Verlopen"),
}


def _amount(body: orders.Body) -> str:
    match body:
        case orders.Issue() | orders.Retire():
            return money(body.amount, body.currency)
        case orders.RecordBank():
            return euro(body.amount)
        case orders.Settle():
            return money(sum(payout.amount for payout in body.payouts), body.currency)
        case orders.Correct():
            return _(" en ").join(money(leg.amount, leg.currency) for leg in body.legs)
    return ""


def _facts(found: Proposal) -> Iterator[dict[str, str]]:
    body, bank = found.order.body, the_bank()
    match body:
        case orders.Issue(payee=account):
            yield {"label": _("Voor"), "text": _owner(account)}
        case orders.Retire(payer=account):
            yield {"label": _("Van"), "text": _owner(account)}
        case orders.Settle():
            for payout in settlement.payouts_of(bank, body):
                text = euro(payout.amount)
                yield {"label": payout.name or _("Naam gewist"), "text": text}
        case orders.Correct(legs=legs):
            for leg in legs:
                yield {"label": _("Van"), "text": _owner(leg.payer)}
                yield {"label": _("Naar"), "text": _owner(leg.payee)}
        case (
            orders.Suspend(member=member)
            | orders.RevokeKey(member=member)
            | orders.SetLimit(member=member)
            | orders.SetRole(member=member)
        ):
            yield {"label": _("Wie"), "text": _name(member)}
    match body:
        case orders.SetRole(role=name, held=held):
            yield {"label": _("Krijgt") if held else _("Raakt kwijt"), "text": role_word(name)}
        case orders.SetLimit(currency=code, floor=floor, ceiling=ceiling):
            yield {"label": _("Laagste saldo"), "text": money(floor, code)}
            yield {"label": _("Hoogste saldo"), "text": money(ceiling, code)}
        case orders.Suspend(suspended=suspended):
            yield {"label": _("Wat"), "text": _("Blokkeren") if suspended else _("Vrijgeven")}
    why = _("Reden") if isinstance(body, orders.Suspend | orders.Correct) else _("Waarvoor")
    if not isinstance(body, orders.Settle):  # its text is the digest of the payout list
        yield from ({"label": why, "text": opening.text} for opening in found.openings)


def _change(found: Proposal) -> list[dict[str, str]]:
    """Cover now and after, for the rows that the proposal changes; only while it is open."""
    if found.state != "open":
        return []
    effect = proposals.effect(the_bank(), found.order)
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


def _cover_rows(item: treasury.Cover) -> Iterator[dict[str, str]]:
    yield {"label": _("In omloop"), "text": money(item.in_circulation, item.currency)}
    if item.kind == "backed":
        yield {"label": _("Euro op de bank"), "text": euro(item.reserve)}
        free = item.reserve - item.in_circulation
        yield {"label": _("Nog te maken"), "text": money(max(0, free), item.currency)}


def _owner(account: str) -> str:
    member = statements.owner_of(the_bank(), account)
    return _name(member) if member else _("De wijk")


def _name(member: str) -> str:
    """A proposal may name anybody: what is wrong with it shows when it is signed, not here."""
    try:
        return membership.person(the_bank(), member).name or _("Naam gewist")
    except Refusal:
        return _("Onbekend")
