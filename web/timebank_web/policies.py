"""The rules of a kind of money in words, all of them: for who is asked to sign a change of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from timebank.ledger.orders import CurrencyDefinition, Origin, Policy, Redeeming, SystemAccount
from timebank_web.people import kind_word
from timebank_web.texts import _, later
from timebank_web.words import MINUS, credits, day, duration, percent

Fact = dict[str, Any]
OwnerName = Callable[[str], str]

KINDS = {
    "mutual": later("Van de leden samen: wie geeft komt erboven, wie krijgt eronder"),
    "backed": later("Gedekt door euro op de bank"),
    "budget": later("Uit een potje"),
    "euro": later("Euro"),
}
PAYMENTS = {
    "everyone": later("Iedereen aan iedereen"),
    "members-to-shops": later("Leden aan winkels en organisaties"),
    "nobody": later("Niemand"),
}
SYSTEM = {
    "bank": later("bank"),
    "contra": later("uitgegeven"),
    "outside": later("buiten de wijk"),
    "redemption": later("ingewisseld"),
    "transit": later("onderweg naar winkels"),
}


def policy_facts(policy: Policy, unit: str, owner_name: OwnerName) -> Iterator[Fact]:
    """Yield every rule of a policy but for its texts; `unit` "" where that is not known."""
    yield _fact(_("Waarde"), str(KINDS[policy.kind]))
    yield _fact(_("Wie mag betalen"), str(PAYMENTS[policy.payments]))
    yield _fact(_("Wie mag het hebben"), _kinds(policy.holders))
    yield _fact(_("Wie mag inwisselen"), _kinds(policy.redeemers))
    yield _fact(_("Laagste saldo"), _amount(policy.floor, unit))
    yield _fact(_("Hoogste saldo"), _amount(policy.ceiling, unit))
    yield _fact(_("Hoogstens rood staan, samen"), _amount(policy.credit_total, unit))
    if policy.budget:
        yield _fact(_("Potje"), _amount(policy.budget.amount, unit))
        yield _fact(_("Open tot en met"), day(policy.budget.until))
    yield from _redeeming(policy.redeeming, unit, owner_name)


def _redeeming(terms: Redeeming | None, unit: str, owner_name: OwnerName) -> Iterator[Fact]:
    if terms is None:
        return
    yield _fact(_("Inwisselen vanaf"), _amount(terms.minimum, unit))
    fee = percent(terms.fee)
    if terms.fund:
        fee = _("%(fee)s, voor %(name)s", fee=fee, name=owner_name(terms.fund))
    yield _fact(_("Kosten van inwisselen"), fee)


def currency_facts(
    definition: CurrencyDefinition, accounts: Iterable[SystemAccount], owner_name: OwnerName
) -> Iterator[Fact]:
    """Yield all that a new kind of money is, and the ledger's own accounts for it."""
    yield _fact(_("Soort geld"), definition.code)
    counted = _("Minuten") if definition.unit == "minute" else _("Centen")
    yield _fact(_("Geteld in"), counted)
    yield from policy_facts(definition.policy, definition.unit, owner_name)
    named = [f"{SYSTEM[one.kind]} ({one.currency})" for one in accounts]
    yield _fact(_("Rekeningen van de wijk"), ", ".join(named) or _("geen"))


def origin_facts(origins: Iterable[Origin]) -> Iterator[Fact]:
    """Yield the addresses on which passkeys count from then on."""
    found = [
        _("%(address)s, met sleutels voor %(name)s", address=one.origin, name=one.rp_id)
        for one in origins
    ]
    for text in found or [_("Geen. Tekenen met een passkey kan dan niet meer.")]:
        yield _fact(_("Webadres"), text)


def _fact(label: str, text: str) -> Fact:
    return {"label": label, "text": text}


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(kind_word(kind) for kind in kinds) or _("niemand")


def _amount(minor: int, unit: str) -> str:
    sign, size = (MINUS if minor < 0 else ""), abs(minor)
    if unit == "minute":
        return sign + duration(size)
    return sign + (credits(size) if unit else str(size))
