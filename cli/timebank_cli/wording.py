"""What an order does, in words: shown before somebody signs, and of what a receipt proves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace

from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.orders import Order
from timebank.services import membership, statements
from timebank.services.bank import Bank
from timebank.signing.canonical import encode
from timebank.units import Unit, show_amount
from timebank_cli.output import moment, named, show_percent

Facts = list[tuple[str, str]]

TITLES: Mapping[str, str] = {
    "genesis": "start a ledger",
    "admit": "join",
    "leave": "leave",
    "suspend": "suspend a member",
    "add_key": "add a key",
    "revoke_key": "block a key",
    "pay": "pay",
    "refund": "give back",
    "record_bank": "record a bank line",
    "issue": "issue credits",
    "retire": "retire credits",
    "agree": "agree to the terms for handing in",
    "redeem": "hand in credits",
    "settle": "settle redemptions",
    "correct": "book back an entry",
    "withdraw": "withdraw a proposal",
    "set_limit": "set a member's limits",
    "set_role": "give or take a role",
    "set_policy": "change a currency's policy",
    "set_origins": "replace the web addresses whose passkeys count",
    "define_currency": "define a currency",
}


@dataclass(frozen=True, slots=True)
class Words:
    """How members, accounts, amounts and committed texts are called; ids where nothing is known."""

    member: Callable[[str], str] = str
    account: Callable[[str], str] = str
    units: Mapping[str, Unit] | None = None
    texts: Mapping[str, str] | None = None

    def amount(self, minor: int, currency: str) -> str:
        """Return an amount with its currency."""
        unit = (self.units or {}).get(currency)
        return f"{minor if unit is None else show_amount(minor, unit)} {currency}"

    def text(self, commitment: str | None, label: str = "for") -> Facts:
        """Return the text behind a commitment, where it is known."""
        if commitment is None:
            return []
        known = (self.texts or {}).get(commitment)
        return [(label, known if known is not None else f"(text not shown, {commitment[:12]}…)")]


def words_of(bank: Bank, units: Mapping[str, Unit], texts: Mapping[str, str]) -> Words:
    """Return the words of this ledger: display names for ids."""

    def member(identity: str) -> str:
        try:
            return named(membership.person(bank, identity).name)
        except Refusal:
            return identity

    def account(identity: str) -> str:
        owner = statements.owner_of(bank, identity)
        return member(owner) if owner else f"the ledger's own account {identity[:8]}"

    return Words(member, account, units, texts)


def summary(order: Order, words: Words) -> Facts:
    """Return what an order does and who made it, as label and value."""
    header = order.header
    return [
        ("order", TITLES[header.type]),
        *_body(order, words),
        ("by", words.member(header.author)),
    ]


def describe(order: Order, words: Words) -> Facts:
    """Return everything that somebody should see of an order before signing it."""
    header = order.header
    return [
        *summary(order, words),
        ("made", moment(header.created)),
        ("valid until", moment(header.expires)),
        ("identity", order.identity),
    ]


def _body(order: Order, words: Words) -> Facts:
    match order.body:
        case orders.Pay(legs, memo) | orders.Refund(_, legs, memo):
            return [*_legs(legs, words), *words.text(memo)]
        case orders.Correct(entry, legs, reason):
            return [("entry", entry), *_legs(legs, words), *words.text(reason)]
        case orders.Issue(payee, currency, amount, _, memo):
            return [
                ("amount", words.amount(amount, currency)),
                ("to", words.account(payee)),
                *words.text(memo),
            ]
        case orders.Retire(payer, currency, amount, memo):
            return [
                ("amount", words.amount(amount, currency)),
                ("of", words.account(payer)),
                *words.text(memo),
            ]
        case orders.Agree(member, currency, agreement):
            return [
                ("currency", currency),
                ("member", words.member(member)),
                *words.text(agreement, "agreement"),
            ]
        case orders.Redeem(payer, currency, amount, payout, fee):
            stays = [("fee", words.amount(fee, currency))] if fee else []
            return [
                ("handed in", words.amount(amount + (fee or 0), currency)),
                *stays,
                ("paid out", words.amount(amount, currency)),
                ("of", words.account(payer)),
                *words.text(payout, "to"),
            ]
        case orders.RecordBank(_, _, amount, line):
            came = "came in" if amount > 0 else "went out"
            return [(came, show_amount(abs(amount), Unit.CENT) + " euro"), *words.text(line)]
        case orders.Settle(currency, _, _, payouts, file):
            total = sum(payout.amount for payout in payouts)
            each = [
                ("pays", f"{words.amount(item.amount, currency)} to {words.account(item.payee)}")
                for item in payouts
            ]
            return [*each, ("together", words.amount(total, currency)), *words.text(file)]
        case orders.Suspend(member, suspended, reason):
            what = "suspend" if suspended else "lift the suspension of"
            return [("what", f"{what} {words.member(member)}"), *words.text(reason)]
        case orders.SetRole(member, role, held):
            return [("what", f"{'give' if held else 'take'} {role}"), ("of", words.member(member))]
        case orders.SetLimit(member, _, currency, floor, ceiling):
            return [
                ("member", words.member(member)),
                ("lowest", words.amount(floor, currency)),
                ("highest", words.amount(ceiling, currency)),
            ]
        case orders.Leave(member):
            return [("member", words.member(member))]
        case orders.RevokeKey(member, key):
            return [("member", words.member(member)), ("key", key)]
        case orders.Admit(invitation, _, member):
            kind = str(invitation.voucher.kind)
            return [("member", words.member(member)), ("kind", kind)]
        case orders.AddKey(_, _, member):
            return [("member", words.member(member))]
        case orders.Withdraw():
            return [("withdraws", order.body.withdrawn.identity)]
        case orders.SetOrigins(origins):
            return [("origin", item.origin) for item in origins] or [("origin", "none")]
        case orders.SetPolicy(currency, policy):
            return [("currency", currency), *_policy(policy, currency, words)]
        case orders.DefineCurrency(currency):
            words = replace(words, units={currency.code: Unit(currency.unit)})
            return [
                ("currency", f"{currency.code} in {currency.unit}s"),
                *_policy(currency.policy, currency.code, words),
            ]
        case orders.Genesis(currencies=currencies, founders=founders):
            return [
                ("currencies", ", ".join(item.code for item in currencies)),
                ("founders", str(len(founders))),
            ]


def _legs(legs: Iterable[orders.Leg], words: Words) -> Facts:
    return [
        fact
        for leg in legs
        for fact in (
            ("amount", words.amount(leg.amount, leg.currency)),
            ("from", words.account(leg.payer)),
            ("to", words.account(leg.payee)),
        )
    ]


def _policy(policy: orders.Policy, code: str, words: Words) -> Facts:
    unit = (words.units or {}).get(code)

    def shown(value: object) -> str:
        if isinstance(value, int):
            return str(value) if unit is None else show_amount(value, unit)
        return value if isinstance(value, str) else encode(write(value)).decode()

    plain = {
        field.name.replace("_", " "): getattr(policy, field.name)
        for field in fields(policy)
        if field.name not in ("basis", "redeeming")
    }
    return [
        *((name, shown(value)) for name, value in plain.items() if value is not None),
        *words.text(policy.basis, "basis"),
        *(_redeeming(policy.redeeming, code, words) if policy.redeeming else ()),
    ]


def _redeeming(terms: orders.Redeeming, code: str, words: Words) -> Facts:
    """The terms of redeeming; what they do not ask is not named."""
    found = [("minimum", words.amount(terms.minimum, code))] if terms.minimum else []
    if terms.fund:
        found.append(("fee", f"{show_percent(terms.fee)} to {words.account(terms.fund)}"))
    return [*found, *words.text(terms.agreement, "agreement")]
