"""The slip of a proposal: all that an order says, field by field, for whoever is asked to sign it.

Nobody signs what they cannot read: every field of every type that several people sign is here
(tests/web/test_slips.py). Amounts are bound to the bytes that are signed (static/js/order.js); so
are the texts that the order commits to.
"""

from collections.abc import Iterator
from typing import Any

from timebank import ids
from timebank.ledger import orders
from timebank.ledger.orders import Scope
from timebank.services import membership, particulars, settlement
from timebank.services.drafts import Draft
from timebank.services.files import payments_named
from timebank.services.proposals import threshold
from timebank.services.texts import named
from timebank_web.banking import payout_line
from timebank_web.current import currencies, me, the_bank
from timebank_web.people import role_word
from timebank_web.policies import currency_facts, origin_facts, policy_facts
from timebank_web.proposing import amount_in, amount_of, name_of, owner_name
from timebank_web.signing import sign_context
from timebank_web.texts import _, later
from timebank_web.words import euro

Fact = dict[str, Any]


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
    """The top-level fields that the slip binds; and what of them travels hidden beside it."""
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
    """Yield the fields of an order but for its texts: money, then people, then rules."""
    match body:
        case orders.Issue(payee=account):
            yield _plain(_("Voor"), owner_name(account))
            yield from _backing(body)
        case orders.Retire(payer=account):
            yield _plain(_("Van"), owner_name(account))
        case orders.RecordBank():
            yield from _bank_line(body)
        case orders.Settle():
            yield from _payouts(body)
            yield from _way_out(body.transit, body.outside)
        case orders.Correct():
            yield from _correction(body)
        case orders.SetPolicy(currency=code, policy=policy):
            known = currencies().get(code)
            yield _plain(_("Soort geld"), _code(code))
            yield from policy_facts(policy, known.unit if known else "", owner_name)
        case orders.SetOrigins(origins=origins):
            yield from origin_facts(origins)
        case orders.DefineCurrency(currency=definition, accounts=accounts):
            yield from currency_facts(definition, accounts, owner_name)
        case _:
            yield from _about_member(body)


def _about_member(body: orders.Body) -> Iterator[Fact]:
    match body:
        case orders.Suspend(member=member, suspended=suspended):
            yield _plain(_("Wie"), name_of(member))
            yield _plain(_("Wat"), _("Blokkeren") if suspended else _("Vrijgeven"))
        case orders.RevokeKey(member=member, key=key):
            yield _plain(_("Wie"), name_of(member))
            yield _plain(_("Toestel"), _device(member, key))
        case orders.SetLimit(member=member, currency=code, floor=floor, ceiling=ceiling):
            yield _plain(_("Wie"), name_of(member))
            yield _plain(_("Rekening"), _limited(body))
            yield _bound_money("floor", _("Laagste saldo"), amount_in(floor, code), floor)
            yield _bound_money("ceiling", _("Hoogste saldo"), amount_in(ceiling, code), ceiling)
        case orders.SetRole(member=member, role=role, held=held):
            yield _plain(_("Wie"), name_of(member))
            what = _("Krijgt deze taak") if held else _("Raakt deze taak kwijt")
            yield _bound("role", _("Taak"), role_word(role), "text", role)
            yield _bound("held", _("Wat"), what, "json", "true" if held else "false")


def _plain(label: str, text: str) -> Fact:
    return {"label": label, "text": text}


def _bound(field: str, label: str, text: str, kind: str, value: object) -> Fact:
    return {"label": label, "text": text, "field": field, "as": kind, "value": value}


def _bound_money(field: str, label: str, text: str, minor: int) -> Fact:
    return _bound(field, label, text, "int", minor) | {"money": True}


# ---- money


_ACCOUNTS = {
    "bank": later("De bank van de wijk"),
    "outside": later("Buiten de wijk"),
    "transit": later("Onderweg naar winkels"),
}


def _code(currency: str) -> str:
    if currency in currencies():
        return currency
    return _("%(code)s, en dat is er niet", code=currency)


def _system(account: str) -> str:
    """What an account of the ledger's own is called; another one by whose it is."""
    found = particulars.account(the_bank(), account)
    return str(_ACCOUNTS[found.kind]) if found and found.kind in _ACCOUNTS else owner_name(account)


def _backing(body: orders.Issue) -> Iterator[Fact]:
    for line in particulars.cited(the_bank(), body):
        text = line.text or _("een regel die wij niet kennen")
        yield _plain(
            _("Gedekt door"), _("%(amount)s van: %(line)s", amount=euro(line.amount), line=text)
        )


def _bank_line(body: orders.RecordBank) -> Iterator[Fact]:
    yield _plain(_("Wat"), _("Bij op de bank") if body.amount > 0 else _("Af van de bank"))
    yield _plain(_("Rekening"), _system(body.bank))
    yield _plain(_("Komt van") if body.amount > 0 else _("Gaat naar"), _system(body.counter))


def _way_out(transit: str, outside: str) -> Iterator[Fact]:
    way = _("van %(transit)s naar %(outside)s", transit=_system(transit), outside=_system(outside))
    yield _plain(_("De euro gaan"), way)


def _payouts(body: orders.Settle) -> Iterator[Fact]:
    """Who is paid and how much, bound to the order; and the account, as the bank will get it."""
    told = {payout.redemption: payout for payout in settlement.payouts_of(the_bank(), body)}
    signs = threshold(the_bank(), "settle")
    # Whoever does not sign settlements has nothing to compare an account with.
    accounts = bool({"auditor", signs.role if signs else ""} & {*me().roles})
    for place, payout in enumerate(body.payouts):
        shop = payout_line(told[payout.redemption])
        fact = _bound_money(
            f"payouts.{place}.amount", shop["name"], euro(payout.amount), payout.amount
        )
        sent = _("De bank krijgt de naam als: %(name)s", name=shop["sent"]) if shop["sent"] else ""
        notes = (shop["account"] if accounts else "", sent, shop["flaw"])
        yield fact | {"note": " ".join(note for note in notes if note)}
    yield _plain(_("Soort geld"), _code(body.currency))


def _correction(body: orders.Correct) -> Iterator[Fact]:
    yield _plain(_("Kenmerk"), ids.reference(body.entry))
    for place, leg in enumerate(body.legs):
        yield _bound_money(
            f"legs.{place}.amount",
            _("Van %(payer)s naar %(payee)s",
              payer=owner_name(leg.payer), payee=owner_name(leg.payee)),
            amount_in(leg.amount, leg.currency),
            leg.amount,
        )  # fmt: skip


# ---- members


def _device(member: str, key: str) -> str:
    labels = {one.key.id: one.label for one in membership.devices(the_bank(), member)}
    if key not in labels:
        return _("Onbekend")
    label = labels[key] or _("De sleutel")
    return f"{label} ({key[:8]})"


def _limited(body: orders.SetLimit) -> str:
    found = particulars.account(the_bank(), body.account)
    if found is None:
        return _("Nieuw, in %(code)s", code=body.currency)
    return _("Van %(name)s, in %(code)s", name=owner_name(found.id), code=found.currency)


# ---- texts


def _texts(draft: Draft) -> Iterator[Fact]:
    """Yield the texts that the order commits to, and say which are not there to be read."""
    body = draft.order.body
    texts = {opening.commitment: opening.text for opening in draft.openings}
    for name in named(body):
        label = _label(body, name)
        if file := payments_named(texts.get(name, "")):
            # The digest itself is for programs: they compare the file with it before it is paid.
            yield _plain(label, f"{file.format}, sha256 {file.digest[:8]}…")
        elif name in texts:
            yield {"label": label, "text": texts[name], "opening": True}
        else:
            yield _plain(label, _("Deze tekst is er niet."))


def _label(body: orders.Body, name: str) -> str:
    match body:
        case orders.Suspend() | orders.Correct():
            return _("Reden")
        case orders.RecordBank():
            return _("Regel van de bank")
        case orders.Settle():
            return _("Betaalbestand")
        case orders.SetPolicy(policy=policy):
            return _policy_label(policy, name)
        case orders.DefineCurrency(currency=definition):
            return _policy_label(definition.policy, name)
    return _("Waarvoor")


def _policy_label(policy: orders.Policy, name: str) -> str:
    if name == policy.basis:
        return _("Waarom iedereen aan iedereen mag betalen")
    if policy.redeeming and name == policy.redeeming.agreement:
        return _("Afspraak met winkels")
    return _("Doel van het potje")
