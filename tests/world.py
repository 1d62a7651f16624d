"""A small neighbourhood to test with: who is in it, their keys, and orders they sign.

Deterministic: ids and keys come from names, so a failing test fails the same way again.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from timebank.ids import order_id
from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.orders import Body, Order, build_order
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.signing.authorizations import authorize, authorize_batch
from timebank.signing.canonical import Value, encode, to_base64url
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag, commitment, secret_hash

NOW = 1_790_000_000
ALL_SCOPES: tuple[orders.Scope, ...] = ("approve", "manage", "pay")


def seed(name: str) -> bytes:
    return sha256(name.encode()).digest()


def an_id(name: str) -> str:
    return seed(name)[:16].hex()


def a_commitment(text: str) -> str:
    return commitment(seed("salt " + text), text)


def grant(
    key: SigningKey,
    *,
    scopes: tuple[orders.Scope, ...] = ALL_SCOPES,
    caps: tuple[orders.Cap, ...] = (),
) -> orders.KeyGrant:
    return orders.KeyGrant("ed25519", to_base64url(key.spki), scopes, caps)


HOURS = orders.CurrencyDefinition(
    "UUR",
    "minute",
    orders.Policy(
        "mutual", "everyone", ("organisation", "person"), (), -600, 1200, credit_total=100_000
    ),
)
CREDITS = orders.CurrencyDefinition(
    "WIJK",
    "cent",
    orders.Policy(
        "backed",
        "members-to-shops",
        ("organisation", "person", "shop"),
        ("organisation", "shop"),
        0,
        500_000,
        credit_total=0,
    ),
)
EURO = orders.CurrencyDefinition(
    "EUR", "cent", orders.Policy("euro", "nobody", (), (), 0, 0, credit_total=0)
)
SYSTEM: dict[orders.SystemKind, str] = {
    "contra": "WIJK",
    "redemption": "WIJK",
    "bank": "EUR",
    "outside": "EUR",
    "transit": "EUR",
}
THRESHOLDS: dict[str, tuple[orders.Role, int]] = {
    "suspend": ("coordinator", 1),
    "revoke_key": ("coordinator", 1),
    "record_bank": ("treasurer", 1),
    "issue": ("issuer", 2),
    "retire": ("issuer", 2),
    "settle": ("treasurer", 2),
    "correct": ("treasurer", 2),
    "set_limit": ("coordinator", 2),
    "set_role": ("coordinator", 2),
    "set_policy": ("coordinator", 2),
    "set_origins": ("coordinator", 2),
    "define_currency": ("coordinator", 2),
}
FOUNDERS: dict[str, tuple[orders.MemberKind, tuple[orders.Role, ...]]] = {
    "els": ("person", ("coordinator", "registrar")),
    "farid": ("person", ("coordinator", "registrar")),
    "truus": ("person", ("issuer", "treasurer")),
    "kees": ("person", ("issuer", "treasurer")),
    "joop": ("person", ()),
    "amina": ("person", ()),
    "bart": ("shop", ()),
    "noor": ("shop", ()),
    "werk": ("organisation", ()),
}
ORIGIN = orders.Origin("https://wijk.test", "wijk.test")
LOG_KEY_SEED = seed("log key")
LOG_KEY = SigningKey.from_seed(LOG_KEY_SEED)


@dataclass
class World:
    """A ledger's id and the keys of its people; makes signed orders."""

    ledger: str = ""
    now: int = NOW
    counter: int = 0
    key_delay: int = 0
    genesis: VerifiedOrder = field(init=False)

    def __post_init__(self) -> None:
        order = self.order(self.founding(), "els")
        self.ledger = order.ledger
        self.genesis = self.signed(order, *FOUNDERS)

    def key(self, name: str) -> SigningKey:
        return SigningKey.from_seed(seed("key of " + name))

    def member(self, name: str) -> str:
        return an_id("member " + name)

    def account(self, name: str, currency: str = "UUR") -> str:
        return an_id(f"account {name} {currency}")

    def system(self, kind: str) -> str:
        return an_id(f"account {kind}")

    def founding(self) -> orders.Genesis:
        currencies = (EURO, HOURS, CREDITS)
        founders = [
            orders.Founder(
                self.member(name),
                kind,
                roles,
                grant(self.key(name)),
                tuple(
                    orders.OpenedAccount(
                        self.account(name, item.code),
                        item.code,
                        item.policy.floor,
                        item.policy.ceiling,
                    )
                    for item in currencies
                    if kind in item.policy.holders
                ),
                a_commitment(name),
            )
            for name, (kind, roles) in FOUNDERS.items()
        ]
        return orders.Genesis(
            to_base64url(seed("nonce")),
            1,
            to_base64url(LOG_KEY.spki),
            self.key_delay,
            currencies,
            tuple(
                sorted(
                    (
                        orders.SystemAccount(self.system(kind), code, kind)
                        for kind, code in SYSTEM.items()
                    ),
                    key=lambda item: item.account,
                )
            ),
            tuple(sorted(founders, key=lambda founder: founder.member)),
            tuple(
                orders.Threshold(name, role, count)
                for name, (role, count) in sorted(THRESHOLDS.items())
            ),
            (ORIGIN,),
        )

    def order(self, body: Body, author: str, *, lasts: int = 900, **header: Any) -> Order:
        """Return an unsigned order; `header` overrides what it would carry."""
        self.counter += 1
        fields = {
            "ledger": self.ledger or None,
            "id": order_id(self.now * 1000, seed(f"order {self.counter}")[:16]),
            "author": self.member(author),
            "created": self.now,
            "expires": self.now + lasts,
        }
        return build_order(body, **(fields | header))

    def signatures(self, order: Order, *names: str) -> list[Value]:
        return [authorize(self.key(name), Tag.ORDER, order.data) for name in names]

    def signed(self, order: Order, *names: str) -> VerifiedOrder:
        """Return the order, signed by these people and verified."""
        return verify_bytes(order.data, self.signatures(order, *names))

    def batch(self, batch: list[Order], *names: str) -> list[VerifiedOrder]:
        """Return the orders, signed as one batch by these people."""
        identities = [order.identity for order in batch]
        values = [authorize_batch(self.key(name), self.ledger, identities) for name in names]
        return [verify_bytes(order.data, values) for order in batch]

    def leg(self, payer: str, payee: str, amount: int, currency: str = "UUR") -> orders.Leg:
        return orders.Leg(
            self.account(payer, currency), self.account(payee, currency), currency, amount
        )

    def pay_body(self, *legs: orders.Leg) -> orders.Pay:
        return orders.Pay(legs)

    def pay(
        self, payer: str, payee: str, amount: int, currency: str = "UUR", **header: Any
    ) -> VerifiedOrder:
        order = self.order(orders.Pay((self.leg(payer, payee, amount, currency),)), payer, **header)
        return self.signed(order, payer)

    def record_bank(self, amount: int, text: str = "storting") -> VerifiedOrder:
        body = orders.RecordBank(
            self.system("bank"), self.system("outside"), amount, a_commitment(text)
        )
        return self.signed(self.order(body, "truus"), "truus")

    def issue(self, payee: str, amount: int, *lines: str) -> VerifiedOrder:
        backing = tuple(orders.CitedLine(line, amount // len(lines)) for line in sorted(lines))
        body = orders.Issue(self.account(payee, "WIJK"), "WIJK", amount, backing)
        return self.signed(self.order(body, "truus"), "truus", "kees")

    def redeem(self, shop: str, amount: int, fee: int | None = None) -> VerifiedOrder:
        body = orders.Redeem(self.account(shop, "WIJK"), "WIJK", amount, a_commitment("iban"), fee)
        return self.signed(self.order(body, shop), shop)

    def set_terms(
        self, minimum: int = 0, fee: int = 0, fund: str = "werk", agreement: str = ""
    ) -> VerifiedOrder:
        """Return the order that sets on what terms credits are redeemed; `agreement` is a text."""
        terms = orders.Redeeming(
            minimum,
            fee,
            self.account(fund, "WIJK") if fee else None,
            a_commitment(agreement) if agreement else None,
        )
        body = orders.SetPolicy("WIJK", replace(CREDITS.policy, redeeming=terms))
        return self.signed(self.order(body, "els"), "els", "farid")

    def agree(self, shop: str, agreement: str) -> VerifiedOrder:
        body = orders.Agree(self.member(shop), "WIJK", a_commitment(agreement))
        return self.signed(self.order(body, shop), shop)

    def voucher(self, name: str, *, by: str = "els", **changes: Any) -> orders.Invitation:
        """Return a registrar's invitation for a newcomer of this name."""
        fields: dict[str, Any] = {
            "ledger": self.ledger,
            "id": an_id(f"voucher {name} {self.counter}"),
            "purpose": "admit",
            "issuer": self.member(by),
            "created": self.now,
            "expires": self.now + 86_400,
            "secret": secret_hash(seed("secret " + name)),
            "scopes": ALL_SCOPES,
            "caps": (),
            "kind": "person",
            "limits": (orders.Limits("UUR", -300, 600), orders.Limits("WIJK", 0, 10_000)),
        }
        voucher = orders.Voucher(**(fields | changes))
        data = encode(write(voucher))
        return orders.Invitation(voucher, authorize(self.key(by), Tag.INVITATION, data))

    def admit(
        self, name: str, invitation: orders.Invitation | None = None, **changes: Any
    ) -> VerifiedOrder:
        invitation = invitation or self.voucher(name)
        fields: dict[str, Any] = {
            "invitation": invitation,
            "secret": to_base64url(seed("secret " + name)),
            "member": self.member(name),
            "key": grant(self.key(name)),
            "accounts": tuple(
                orders.OpenedAccount(
                    self.account(name, limit.currency), limit.currency, limit.floor, limit.ceiling
                )
                for limit in invitation.voucher.limits or ()
            ),
            "name": a_commitment(name),
        }
        return self.signed(self.order(orders.Admit(**(fields | changes)), name), name)

    def add_key(self, name: str, device: str, **changes: Any) -> VerifiedOrder:
        """Return the order by which `name` enrols a second key, called `device`."""
        invitation = self.voucher(
            device, by=name, **({"purpose": "add_key", "kind": None, "limits": None} | changes)
        )
        voucher = invitation.voucher
        body = orders.AddKey(
            invitation,
            to_base64url(seed("secret " + device)),
            self.member(name),
            grant(self.key(device), scopes=voucher.scopes, caps=voucher.caps),
        )
        return self.signed(self.order(body, name), device)
