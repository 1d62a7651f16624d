"""What a ledger should do, in plain dicts and names: written from the promises, not from the code.

Each method says with which codes an order may be refused; where there are none it is carried out.
"""

from collections import Counter
from dataclasses import dataclass, field

Pair = tuple[str, str]
Leg = tuple[str, str, str, int]
"""Payer, payee, currency, amount. The ledger's own accounts have names that begin with @."""

GOVERNING = {"coordinator", "issuer", "registrar", "treasurer"}
NEEDED = {"coordinator": 2, "issuer": 2, "treasurer": 2, "registrar": 0, "auditor": 0}
CREDIT_TOTAL = {"UUR": 100_000, "WIJK": 0}


@dataclass
class Person:
    kind: str
    roles: set[str]
    status: str = "active"


@dataclass
class Done:
    """A posted order that can be given back: its one kind, its legs, what backed it.

    `payment` is what a refund gave back.
    """

    type: str
    legs: list[Leg]
    line: int | None = None
    payment: int | None = None


@dataclass
class Terms:
    """On what terms credits are redeemed: what to agree to, the fee in percent, and whose it is."""

    minimum: int = 0
    percent: int = 0
    fund: str = ""
    agreement: str = ""

    def fee(self, payer: str, total: int) -> int:
        return 0 if payer == self.fund else total * self.percent // 100


@dataclass
class Model:
    people: dict[str, Person]
    limits: dict[Pair, tuple[int, int]]
    balances: Counter[Pair] = field(default_factory=Counter)
    done: dict[int, Done] = field(default_factory=dict)
    returned: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    lines: dict[int, list[int]] = field(default_factory=dict)
    issued: int = 0
    retired: int = 0
    open: dict[int, int] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    requests: set[str] = field(default_factory=set)
    terms: Terms = field(default_factory=Terms)
    agreed: dict[str, str] = field(default_factory=dict)

    # ---- what is asked of every order

    def idle(self, *names: str) -> set[str]:
        """Return why these people cannot take part."""
        codes = {"suspended": "member_suspended", "left": "member_left"}
        return {
            codes[self.people[name].status]
            for name in names
            if not name.startswith("@") and self.people[name].status != "active"
        }

    def approved(
        self, role: str, count: int, signers: list[str], *beneficiaries: str, but_not: str = ""
    ) -> set[str]:
        counted = [
            name
            for name in signers
            if role in self.people[name].roles
            and but_not not in self.people[name].roles
            and name not in beneficiaries
        ]
        few = {"too_few_approvals"} if len(counted) < count else set()
        return few | self.idle(*signers)

    def beyond(self, legs: list[Leg], floors: bool = True, ceilings: bool = True) -> set[str]:
        change: Counter[Pair] = Counter()
        for payer, payee, currency, amount in legs:
            change[payer, currency] -= amount
            change[payee, currency] += amount
        codes = set()
        for account, amount in change.items():
            after = self.balances[account] + amount
            floor, ceiling = self.limits.get(account, (None, None))
            if floors and amount < 0 and floor is not None and after < floor:
                codes.add("below_floor")
            if ceilings and amount > 0 and ceiling is not None and after > ceiling:
                codes.add("above_ceiling")
        return codes

    def book(self, legs: list[Leg]) -> None:
        for payer, payee, currency, amount in legs:
            self.balances[payer, currency] -= amount
            self.balances[payee, currency] += amount

    @property
    def circulating(self) -> int:
        return -self.balances["@contra", "WIJK"]

    @property
    def reserve(self) -> int:
        return self.balances["@bank", "EUR"] + self.balances["@transit", "EUR"]

    @property
    def credit_given(self) -> Counter[str]:
        given: Counter[str] = Counter()
        for (_, currency), (floor, _) in self.limits.items():
            given[currency] -= floor
        return given

    # ---- the orders

    def pay(self, ref: int, legs: list[Leg], signers: list[str]) -> set[str]:
        codes = self.beyond(legs)
        if len({(payer, payee, currency) for payer, payee, currency, _ in legs}) < len(legs):
            codes.add("duplicate_leg")
        if set(signers) != {payer for payer, *_ in legs}:
            codes |= {"not_authorized"} | self.idle(*signers)
        for payer, payee, currency, _ in legs:
            codes |= self.idle(payer, payee)
            if (payer, currency) not in self.limits or (payee, currency) not in self.limits:
                codes.add("unknown_account")
            kinds = self.people[payer].kind, self.people[payee].kind
            if currency == "WIJK" and kinds[0] != "organisation" and kinds[1] == "person":
                codes.add("not_between_these")
        if not codes:
            self.book(legs)
            self.done[ref] = Done("pay", legs)
        return codes

    def answer(self, ref: int, leg: Leg, request: str, asked: int) -> set[str]:
        codes = set()
        if asked != leg[3]:
            codes.add("request_differs")
        if request in self.requests:
            codes.add("request_used")
        if codes:
            return codes | self.pay_codes(leg)
        codes = self.pay(ref, [leg], [leg[0]])
        if not codes:
            self.requests.add(request)
        return codes

    def pay_codes(self, leg: Leg) -> set[str]:
        """Return with which codes a payment would be refused anyhow."""
        codes = self.pay(-1, [leg], [leg[0]])
        if not codes:
            payer, payee, currency, amount = leg
            self.book([(payee, payer, currency, amount)])
            del self.done[-1]
        return codes

    def too_much(self, ref: int, amount: int) -> set[str]:
        payer, payee, _, paid = self.done[ref].legs[0]
        left = paid - self.returned[ref, payer, payee]
        return {"returns_too_much"} if amount > left else set()

    def back(self, ref: int, amount: int) -> Leg:
        payer, payee, currency, _ = self.done[ref].legs[0]
        return payee, payer, currency, amount

    def fee_due(self, ref: int, amount: int) -> int:
        """Return what goes back of a redemption's fee with so much: what then no longer stays."""
        if self.done[ref].type != "redeem" or len(self.done[ref].legs) == 1:
            return 0
        (payer, payee, _, whole), (_, fund, _, fee) = self.done[ref].legs
        left = whole - self.returned[ref, payer, payee] - amount
        return fee - self.returned[ref, payer, fund] - fee * left // whole

    def give_back(self, new: int, ref: int, legs: list[Leg], type: str) -> None:
        for payer, payee, _, amount in legs:
            self.returned[ref, payee, payer] += amount
        self.book(legs)
        self.done[new] = Done(type, legs)

    def refund(self, new: int, ref: int, amount: int, signer: str) -> set[str]:
        leg = self.back(ref, amount)
        codes = self.beyond([leg], ceilings=False) | self.too_much(ref, amount)
        codes |= self.idle(leg[0], leg[1], signer)
        if self.done[ref].type != "pay":
            codes.add("unknown_entry")
        if signer != leg[0]:
            codes.add("not_the_payee")
        if not codes:
            self.give_back(new, ref, [leg], "refund")
            self.done[new].payment = ref
        return codes

    def correct(
        self, new: int, ref: int, amount: int, signers: list[str], fee: int = 0
    ) -> set[str]:
        done, legs = self.done[ref], [self.back(ref, amount)]
        leg = legs[0]
        codes = self.approved("treasurer", 2, signers, leg[1]) | self.too_much(ref, amount)
        codes |= self.idle(leg[0], leg[1]) - {"member_suspended"}
        if fee:
            payer, fund, currency, paid = done.legs[1]
            legs.append((fund, payer, currency, fee))
            if fee > paid - self.returned[ref, payer, fund]:
                codes.add("returns_too_much")
            codes |= self.idle(fund) - {"member_suspended"}
        if fee != self.fee_due(ref, amount):
            codes.add("wrong_fee")
        if done.type == "correct":
            codes.add("unknown_entry")
        if ref in self.settled:
            codes.add("already_settled")
        if done.line is not None and amount != done.legs[0][3]:
            codes.add("policy_forbids")
        if done.type == "retire" and self.circulating + amount > self.reserve:
            codes.add("backing_too_small")
        if not codes:
            self.give_back(new, ref, legs, "correct")
            if done.payment is not None:
                self.returned[done.payment, leg[0], leg[1]] -= amount
            self.issued -= amount if done.type == "issue" else 0
            self.retired -= amount if done.type == "retire" else 0
            if ref in self.open:
                self.open[ref] -= amount
            if done.line is not None:
                self.lines[done.line][1] -= amount
        return codes

    def record_bank(self, ref: int, amount: int, counter: str, signers: list[str]) -> set[str]:
        leg = (counter, "@bank", "EUR", amount)
        if amount < 0:
            leg = ("@bank", counter, "EUR", -amount)
        codes = self.approved("treasurer", 1, signers) | self.beyond([leg])
        if not codes:
            self.book([leg])
            self.lines[ref] = [amount, 0]
        return codes

    def issue(self, ref: int, payee: str, amount: int, line: int, signers: list[str]) -> set[str]:
        leg = ("@contra", payee, "WIJK", amount)
        codes = self.approved("issuer", 2, signers, payee) | self.idle(payee) | self.beyond([leg])
        recorded, cited = self.lines[line]
        if cited + amount > recorded or self.circulating + amount > self.reserve:
            codes.add("backing_too_small")
        if not codes:
            self.book([leg])
            self.issued += amount
            self.lines[line][1] += amount
            self.done[ref] = Done("issue", [leg], line)
        return codes

    def retire(self, ref: int, payer: str, amount: int, signers: list[str]) -> set[str]:
        leg = (payer, "@contra", "WIJK", amount)
        codes = self.approved("issuer", 2, signers) | self.idle(payer) | self.beyond([leg])
        if payer not in signers:
            codes.add("not_authorized")
        if not codes:
            self.book([leg])
            self.retired += amount
            self.done[ref] = Done("retire", [leg])
        return codes

    def agree(self, name: str, agreement: str) -> set[str]:
        codes = self.idle(name)
        if self.people[name].kind == "person" or agreement != self.terms.agreement:
            codes.add("policy_forbids")
        if not codes:
            self.agreed[name] = agreement
        return codes

    def redeem(self, ref: int, payer: str, amount: int, fee: int = 0) -> set[str]:
        legs = [(payer, "@redemption", "WIJK", amount)]
        codes = self.idle(payer)
        if fee and self.terms.fund:
            legs.append((payer, self.terms.fund, "WIJK", fee))
        codes |= self.beyond(legs, ceilings=False)
        if self.people[payer].kind == "person":
            codes.add("policy_forbids")
        if self.terms.agreement and self.agreed.get(payer) != self.terms.agreement:
            codes.add("no_agreement")
        if amount + fee < self.terms.minimum:
            codes.add("below_minimum")
        if fee != self.terms.fee(payer, amount + fee):
            codes.add("wrong_fee")
        if not codes:
            self.book(legs)
            self.open[ref] = amount
            self.done[ref] = Done("redeem", legs)
        return codes

    def set_terms(self, terms: Terms, signers: list[str]) -> set[str]:
        codes = self.approved("coordinator", 2, signers, terms.fund)
        if terms.fund:
            codes |= self.idle(terms.fund)
        if not codes:
            self.terms = terms
        return codes

    def settle(self, payouts: dict[int, int], signers: list[str]) -> set[str]:
        shops = [self.done[ref].legs[0][0] for ref in payouts]
        codes = self.approved("treasurer", 2, signers, *shops)
        for ref, amount in payouts.items():
            if ref in self.settled or not self.open[ref]:
                codes.add("already_settled")
            elif amount != self.open[ref]:
                codes.add("request_differs")
        if not codes:
            total = sum(payouts.values())
            self.book([("@redemption", "@contra", "WIJK", total)])
            self.retired += total
            self.book([("@transit", "@outside", "EUR", total)])
            self.settled |= set(payouts)
            self.open.update(dict.fromkeys(payouts, 0))
        return codes

    def suspend(self, name: str, suspended: bool, signers: list[str]) -> set[str]:
        beneficiaries = () if suspended else (name,)
        codes = self.approved("coordinator", 1, signers, *beneficiaries)
        codes |= self.idle(name) - {"member_suspended"}
        if not codes:
            self.people[name].status = "suspended" if suspended else "active"
        return codes

    def too_few(self, role: str, without: str) -> set[str]:
        remaining = [
            name
            for name, person in self.people.items()
            if role in person.roles and person.status == "active" and name != without
        ]
        return {"too_few_holders"} if len(remaining) < NEEDED[role] else set()

    def set_role(self, name: str, role: str, held: bool, signers: list[str]) -> set[str]:
        but_not = "treasurer" if role == "auditor" else ""
        codes = self.approved("coordinator", 2, signers, name, but_not=but_not)
        codes |= self.idle(name) - {"member_suspended"}
        roles = self.people[name].roles | {role} if held else self.people[name].roles - {role}
        if ("auditor" in roles and roles & GOVERNING) or (
            roles and self.people[name].kind != "person"
        ):
            codes.add("role_conflict")
        if not held:
            codes |= self.too_few(role, name)
        if not codes:
            self.people[name].roles = roles
        return codes

    def set_limit(
        self, name: str, currency: str, floor: int, ceiling: int, signers: list[str]
    ) -> set[str]:
        codes = self.approved("coordinator", 2, signers, name)
        codes |= self.idle(name) - {"member_suspended"}
        if (name, currency) not in self.limits:
            return codes | {"policy_forbids"}
        more = self.limits[name, currency][0] - floor
        if more > 0 and self.credit_given[currency] + more > CREDIT_TOTAL[currency]:
            codes.add("limit_not_allowed")
        if not codes:
            self.limits[name, currency] = (floor, ceiling)
        return codes

    def leave(self, name: str) -> set[str]:
        own = [account for account in self.limits if account[0] == name]
        codes = self.idle(name)
        if any(self.balances[account] for account in own):
            codes.add("balance_not_zero")
        if name == self.terms.fund:
            codes.add("policy_forbids")
        for role in self.people[name].roles:
            codes |= self.too_few(role, name)
        if not codes:
            self.people[name] = Person(self.people[name].kind, set(), "left")
            self.limits.update(dict.fromkeys(own, (0, 0)))
        return codes
