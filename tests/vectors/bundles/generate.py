"""Write the bundles beside this file: `python -m tests.vectors.bundles.generate`.

Five small journals that hold every type of order between them, signed by keys and passkeys, one
by one and in batches. Keys, ids and times are fixed, so a second run writes the same files.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from tests.passkeys import Passkey
from tests.town import Town
from tests.verifier.sealing import seal
from tests.world import (
    ALL_SCOPES,
    CREDITS,
    HOURS,
    LOG_KEY_SEED,
    ORIGIN,
    a_commitment,
    an_id,
    grant,
    seed,
)
from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.facts import Posted
from timebank.ledger.orders import Order
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.signing.authorizations import authorize_batch
from timebank.signing.canonical import Value, encode, to_base64url
from timebank.signing.messages import Tag

HERE = Path(__file__).parent
COORDINATORS, TREASURERS = ("els", "farid"), ("truus", "kees")
DAY = 86_400


@dataclass
class Story(Town):
    """A neighbourhood some of whom sign with a passkey, the newcomers among them."""

    passkeys: ClassVar[tuple[str, ...]] = ("amina", "els", "fatima")

    def grant(self, name: str, **parts: Any) -> orders.KeyGrant:
        if name in self.passkeys:
            return Passkey(name).grant(**parts)
        return grant(self.key(name), **parts)

    def founding(self) -> orders.Genesis:
        body = super().founding()
        names = {self.member(name): name for name in self.passkeys}
        founders = tuple(
            replace(founder, key=self.grant(names[founder.member]))
            if founder.member in names
            else founder
            for founder in body.founders
        )
        return replace(body, founders=founders)

    def signatures(self, order: Order, *names: str) -> list[Value]:
        return [
            Passkey(name).authorize(order.data)
            if name in self.passkeys
            else super(Story, self).signatures(order, name)[0]
            for name in names
        ]

    def together(self, batch: Sequence[Order], *names: str) -> None:
        """Post these orders as a batch that these people sign."""
        identities = [order.identity for order in batch]
        values: list[Value] = [
            Passkey(name).authorize_batch(self.ledger, identities)
            if name in self.passkeys
            else authorize_batch(self.key(name), self.ledger, identities)
            for name in names
        ]
        self.post(*(verify_bytes(order.data, values) for order in batch))

    def vouch(self, name: str, *, by: str, **changes: object) -> orders.Invitation:
        """Return an invitation that is signed with a passkey."""
        voucher = super().voucher(name, by=by, **changes).voucher
        data = encode(write(voucher))
        return orders.Invitation(voucher, Passkey(by).authorize(data, Tag.INVITATION))

    def join(self, name: str, invitation: orders.Invitation) -> None:
        voucher = invitation.voucher
        key = self.grant(name, scopes=voucher.scopes, caps=voucher.caps)
        self.do(self.admit(name, invitation, key=key).order.body, name)

    def pays(self, *legs: orders.Leg, by: Sequence[str], **more: Any) -> VerifiedOrder:
        verified = self.by(replace(orders.Pay(legs), **more), *by)
        self.wait(60)
        self.post(verified)
        return verified


def payments(town: Story) -> None:
    first = town.pays(town.leg("joop", "amina", 30), by=["joop"])
    second = town.pays(town.leg("amina", "joop", 10), by=["amina"], memo=a_commitment("brood"))
    town.pays(town.leg("joop", "amina", 5), town.leg("joop", "kees", 7), by=["joop"])
    town.pays(town.leg("joop", "els", 4), town.leg("amina", "els", 6), by=["joop", "amina"])
    asked = orders.Request(
        an_id("request"),
        town.member("amina"),
        (
            orders.Credit(town.account("amina"), "UUR", 12),
            orders.Credit(town.account("amina"), "UUR", 3),
        ),
        town.now + 600,
        a_commitment("fiets"),
    )
    town.pays(town.leg("kees", "amina", 15), by=["kees"], request=asked, memo=asked.memo)
    batch = [town.order(orders.Pay((town.leg("amina", to, 8),)), "amina") for to in ("els", "kees")]
    town.together(batch, "amina")
    town.do(orders.Refund(first.order.identity, (town.leg("amina", "joop", 20),)), "amina")
    back = town.leg("joop", "amina", 10)
    town.do(orders.Correct(second.order.identity, (back,), a_commitment("dubbel")), *TREASURERS)
    doubt = town.order(orders.Pay((town.leg("joop", "els", 1),)), "joop")
    town.do(orders.Withdraw(json.loads(doubt.data)), "joop")
    plan = town.order(orders.SetRole(town.member("joop"), "auditor", True), "farid", lasts=30 * DAY)
    town.do(orders.Withdraw(json.loads(plan.data)), "els")
    caps = (orders.Cap("UUR", 100),)
    town.join("fatima", town.vouch("fatima", by="els", caps=caps))
    town.pays(town.leg("fatima", "joop", 100), by=["fatima"])
    town.wait(DAY)
    rest = (town.leg("amina", "joop", 10),)
    last = orders.Refund(first.order.identity, rest, a_commitment("de rest"))
    town.do(last, "amina")
    town.pays(town.leg("fatima", "kees", 60), by=["fatima"])


def budget(town: Story) -> orders.DefineCurrency:
    """Return the currency BON, which a budget backs."""
    policy = orders.Policy(
        "budget",
        "members-to-shops",
        ("organisation", "shop"),
        ("shop",),
        0,
        10_000,
        credit_total=0,
        budget=orders.Budget(5_000, town.now + 30 * DAY, a_commitment("buurtfeest")),
    )
    accounts = [
        orders.SystemAccount(an_id(f"account {kind} BON"), "BON", kind)
        for kind in ("contra", "redemption")
    ]
    return orders.DefineCurrency(
        orders.CurrencyDefinition("BON", "cent", policy),
        tuple(sorted(accounts, key=lambda item: item.account)),
    )


def deposit(town: Story, amount: int, by: str, counter: str = "outside") -> str:
    body = orders.RecordBank(town.system("bank"), town.system(counter), amount, a_commitment(by))
    return _identity(town, body, by)


def treasury(town: Story) -> None:
    lines = [deposit(town, 50_000, "truus"), deposit(town, 20_000, "kees")]
    _issue(town, "WIJK", {lines[0]: 50_000, lines[1]: 10_000})
    town.pays(town.leg("werk", "joop", 5_000, "WIJK"), by=["werk"])
    town.pays(town.leg("joop", "bart", 3_000, "WIJK"), by=["joop"])
    redeemed = [town.redeem("bart", 2_000), town.redeem("bart", 500)]
    for order in redeemed:
        town.post(order)
    town.wait(60)
    part = replace(_back(town, redeemed[1]), amount=100)
    town.do(
        orders.Correct(redeemed[1].order.identity, (part,), a_commitment("typfout")), *TREASURERS
    )
    deposit(town, -2_000, "kees", "transit")
    town.do(town.settlement(redeemed[0]), *TREASURERS)
    retire = orders.Retire(town.account("werk", "WIJK"), "WIJK", 1_000)
    retired = town.by(retire, "truus", "kees", "werk")
    town.post(retired)
    leg = orders.Leg(town.system("contra"), town.account("werk", "WIJK"), "WIJK", 400)
    town.do(orders.Correct(retired.order.identity, (leg,), a_commitment("te veel")), *TREASURERS)
    mistake = _issue(town, "WIJK", {lines[1]: 10_000})
    leg = orders.Leg(town.account("werk", "WIJK"), town.system("contra"), "WIJK", 10_000)
    town.do(orders.Correct(mistake, (leg,), a_commitment("vergissing")), *TREASURERS)
    deposit(town, -9_000, "truus")
    town.do(budget(town), *COORDINATORS)
    for name in ("werk", "bart"):
        account = town.account(name, "BON")
        town.do(orders.SetLimit(town.member(name), account, "BON", 0, 9_000), *COORDINATORS)
    _issue(town, "BON", {}, 3_000)
    town.pays(town.leg("werk", "bart", 1_500, "BON"), by=["werk"])
    body = orders.Redeem(town.account("bart", "BON"), "BON", 700, a_commitment("iban"))
    paper = town.by(body, "bart")
    town.post(paper)
    deposit(town, -400, "kees", "transit")
    deposit(town, -700, "kees", "transit")
    town.do(town.settlement(paper, currency="BON"), *TREASURERS)


def _identity(town: Story, body: orders.Body, *signers: str) -> str:
    verified = town.by(body, *signers)
    town.wait(60)
    town.post(verified)
    return verified.order.identity


def _issue(town: Story, code: str, lines: dict[str, int], amount: int = 0) -> str:
    backing = tuple(orders.CitedLine(line, lines[line]) for line in sorted(lines))
    total = sum(lines.values()) + amount
    body = orders.Issue(town.account("werk", code), code, total, backing)
    return _identity(town, body, *TREASURERS)


def _back(town: Story, redeemed: VerifiedOrder) -> orders.Leg:
    body = redeemed.order.body
    assert isinstance(body, orders.Redeem)
    return orders.Leg(town.system("redemption"), body.payer, body.currency, body.amount)


def governance(town: Story) -> None:
    note = a_commitment("notitie")
    joop, amina = town.member("joop"), town.member("amina")
    limit = orders.SetLimit(joop, town.account("joop"), "UUR", -300, 900)
    town.do(limit, *COORDINATORS)
    town.do(orders.SetRole(joop, "auditor", True), *COORDINATORS)
    town.do(orders.SetRole(joop, "auditor", False), *COORDINATORS)
    lasting = 30 * DAY
    town.together(
        [
            town.order(orders.SetRole(amina, "coordinator", True), "els", lasts=lasting),
            town.order(orders.SetLimit(amina, town.account("amina"), "UUR", -60, 60), "els"),
        ],
        *COORDINATORS,
    )
    town.do(
        orders.SetOrigins((ORIGIN, replace(ORIGIN, origin="https://www.wijk.test"))), *COORDINATORS
    )
    stricter = replace(HOURS.policy, floor=-300, basis=note)
    town.do(orders.SetPolicy("UUR", stricter), *COORDINATORS)
    town.wait(60)
    town.do(orders.Suspend(joop, True, note), "els")
    town.do(orders.Suspend(joop, False, note), "farid")
    caps = (orders.Cap("UUR", 40), orders.Cap("WIJK", 0))
    enrol = town.add_key("joop", "tablet", scopes=("pay",), caps=caps)
    town.post(enrol)
    pay = town.order(orders.Pay((town.leg("joop", "amina", 40),)), "joop")
    town.post(verify_bytes(pay.data, town.signatures(pay, "tablet")))
    undo = orders.RevokeKey(joop, town.key("tablet").id)
    revoke = town.order(undo, "joop")
    town.post(verify_bytes(revoke.data, town.signatures(revoke, "tablet")))
    town.do(orders.RevokeKey(town.member("noor"), town.key("noor").id), "farid")
    limits = (orders.Limits("WIJK", 0, 10_000),)
    town.join("sara", town.vouch("sara", by="els", kind="shop", limits=limits, scopes=ALL_SCOPES))
    second = _passkey_for(town, "els", "els laptop")
    town.post(second)
    town.do(orders.DefineCurrency(replace(HOURS, code="ZORG"), ()), *COORDINATORS)
    town.do(orders.Leave(town.member("bart")), "bart")


def redeeming(town: Story) -> None:
    """Shops agree and redeem for a fee; a part is taken back, and a payout comes back."""
    _issue(town, "WIJK", {deposit(town, 50_000, "truus"): 50_000})
    for shop, amount in (("bart", 20_000), ("noor", 9_000)):
        town.pays(town.leg("werk", shop, amount, "WIJK"), by=["werk"])
    town.post(town.redeem("noor", 1_000))
    town.post(town.set_terms(minimum=1_000, fee=250, agreement="afspraken"))
    town.post(town.agree("bart", "afspraken"))
    redeemed = town.redeem("bart", 9_741, 249)
    town.post(redeemed)
    for amount, fee in ((1_000, 26), (741, 19)):
        town.wait(60)
        parts = zip(_legs_back(town, redeemed), (amount, fee), strict=True)
        legs = tuple(replace(leg, amount=part) for leg, part in parts)
        reason = a_commitment("verkeerde rekening")
        town.do(orders.Correct(redeemed.order.identity, legs, reason), *TREASURERS)
    deposit(town, -8_000, "kees", "transit")
    payout = orders.Payout(redeemed.order.identity, town.account("bart", "WIJK"), 8_000)
    town.do(town.settlement(redeemed, payouts=(payout,)), *TREASURERS)
    returned = deposit(town, 8_000, "truus")
    backing = (orders.CitedLine(returned, 8_000),)
    again = orders.Issue(
        town.account("bart", "WIJK"), "WIJK", 8_000, backing, a_commitment("retour")
    )
    town.do(again, *TREASURERS)
    town.post(town.set_terms(minimum=100, fee=5_000, fund="noor", agreement="andere afspraken"))
    agreed = town.agree("bart", "andere afspraken").order
    town.together([agreed, town.redeem("bart", 51, 50).order], "bart")
    town.post(town.agree("noor", "andere afspraken"))
    whole = town.redeem("noor", 300)
    town.post(whole)
    mistake = orders.Correct(whole.order.identity, (_back(town, whole),), a_commitment("toch niet"))
    town.do(mistake, *TREASURERS)
    wider = replace(CREDITS.policy, payments="everyone", basis=a_commitment("besluit van 1 mei"))
    town.do(orders.SetPolicy("WIJK", wider), *COORDINATORS)
    town.post(town.redeem("bart", 7))
    town.pays(town.leg("werk", "joop", 500, "WIJK"), by=["werk"])
    town.pays(town.leg("joop", "amina", 200, "WIJK"), by=["joop"])


def corrections(town: Story) -> None:
    """A refund and an issue by mistake, each put right and done again; a retirement likewise."""
    for payer in ("joop", "amina"):
        town.pays(town.leg(payer, "kees", 5), by=[payer])
    paid = town.pays(
        town.leg("joop", "werk", 30), town.leg("amina", "werk", 20), by=["joop", "amina"]
    )
    back = tuple(leg.reversed for leg in town.fact(Posted, paid.order.identity).legs)
    refunded = _identity(town, orders.Refund(paid.order.identity, back), "werk")
    mistake = orders.Correct(refunded, (replace(back[0].reversed, amount=25),), a_commitment("nee"))
    _identity(town, mistake, *TREASURERS)
    again = replace(back[0], amount=10)
    _identity(town, orders.Refund(paid.order.identity, (again,)), "werk")
    rest = orders.Correct(paid.order.identity, (replace(again, amount=15),), a_commitment("rest"))
    _identity(town, rest, *TREASURERS)
    town.do(budget(town), *COORDINATORS)
    account, contra = town.account("werk", "BON"), an_id("account contra BON")
    town.do(orders.SetLimit(town.member("werk"), account, "BON", 0, 9_000), *COORDINATORS)
    issued = _issue(town, "BON", {}, 5_000)
    taken = orders.Leg(account, contra, "BON", 2_000)
    _identity(town, orders.Correct(issued, (taken,), a_commitment("te veel")), *TREASURERS)
    _issue(town, "BON", {}, 1_500)
    retired = _identity(town, orders.Retire(account, "BON", 1_200), "truus", "kees", "werk")
    given = orders.Leg(contra, account, "BON", 700)
    _identity(town, orders.Correct(retired, (given,), a_commitment("vergissing")), *TREASURERS)
    _issue(town, "BON", {}, 500)


def _legs_back(town: Story, redeemed: VerifiedOrder) -> tuple[orders.Leg, ...]:
    return tuple(leg.reversed for leg in town.fact(Posted, redeemed.order.identity).legs)


def _passkey_for(town: Story, name: str, device: str) -> VerifiedOrder:
    passkey = Passkey(device, origin="https://www.wijk.test")
    changes = {"purpose": "add_key", "kind": None, "limits": None, "scopes": ("manage", "pay")}
    invitation = town.vouch(device, by=name, **changes)
    body = orders.AddKey(
        invitation,
        to_base64url(seed("secret " + device)),
        town.member(name),
        passkey.grant(scopes=("pay",)),
    )
    order = town.order(body, name)
    return verify_bytes(order.data, [passkey.authorize(order.data)])


STORIES: dict[str, Callable[[Story], None]] = {
    "payments": payments,
    "treasury": treasury,
    "governance": governance,
    "redeeming": redeeming,
    "corrections": corrections,
}


def told(name: str) -> tuple[Story, bytes]:
    """Return a town in which a story has happened, and the bundle of its journal."""
    town = Story()
    STORIES[name](town)
    return town, seal(town.ledger, town.entries, LOG_KEY_SEED)


if __name__ == "__main__":
    for story in STORIES:
        (HERE / f"{story}.bundle").write_bytes(told(story)[1])
