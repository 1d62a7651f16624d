"""Random histories of a small neighbourhood, played to a ledger and to the model beside it.

A ledger is plugged in as a `Driver`: in memory, or the posting service on a real database.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.properties.model import Leg, Model, Person, Terms
from tests.town import Snapshot, snapshot
from tests.world import CREDITS, FOUNDERS, NOW, World, a_commitment, an_id
from timebank.errors import Down, Refusal, Unavailable
from timebank.ledger import orders
from timebank.ledger.entries import parse_entry, verify_entry
from timebank.ledger.facts import Account, Currency
from timebank.ledger.replay import Replay
from timebank.ledger.verified import VerifiedOrder

NOTE = a_commitment("notitie")
SYSTEM = ("bank", "contra", "outside", "redemption", "transit")

names = st.sampled_from(sorted(FOUNDERS))
roles = st.sampled_from(["auditor", "coordinator", "issuer", "registrar", "treasurer"])
pairs = st.permutations(sorted(FOUNDERS)).map(lambda some: some[:2])
hours = st.integers(1, 120) | st.integers(1, 700)
cents = st.integers(1, 3_000) | st.integers(1, 60_000)


shops = st.sampled_from(["bart", "noor", "werk", "joop"])
picks = st.integers(0, 999)


def some(numbers: Collection[int], pick: int) -> int:
    """Return one of these numbers: the latest for 0."""
    return sorted(numbers, reverse=True)[pick % len(numbers)]


def team(*likely: str) -> st.SearchStrategy[list[str]]:
    """Return who signs a proposal: mostly those who may, and sometimes anyone."""
    anyone = st.lists(names, min_size=1, max_size=3, unique=True)
    return st.integers(0, 5).flatmap(lambda die: anyone if die == 5 else st.just(list(likely)))


@st.composite
def legs(draw: st.DrawFn) -> list[Leg]:
    chosen = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        payer, payee = draw(pairs)
        currency = draw(st.sampled_from(["UUR", "WIJK"]))
        chosen.append((payer, payee, currency, draw(hours if currency == "UUR" else cents)))
    return chosen


class Driver(Protocol):
    """A ledger that has been founded by `World().genesis`."""

    def post(self, time: int, batch: Sequence[VerifiedOrder]) -> Refusal | None:
        """Post these orders together at this time; return the refusal where there is one."""

    def facts(self) -> Snapshot:
        """Return the fold: what is known, by type and key."""

    def entries(self, start: int) -> list[bytes]:
        """Return the bytes of the entries from `start` on."""


class LedgerMachine(RuleBasedStateMachine):
    """Every step is one post. After it the ledger, the model and a replay of the journal agree."""

    driver_class: ClassVar[type]

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.driver: Driver = self.driver_class()
        self.replay = Replay.empty()
        self.model = Model(
            {name: Person(kind, set(roles)) for name, (kind, roles) in FOUNDERS.items()},
            {
                (name, item.code): (item.policy.floor, item.policy.ceiling)
                for item in self.world.founding().currencies
                for name, (kind, _) in FOUNDERS.items()
                if kind in item.policy.holders
            },
        )
        self.names = {self.world.system(kind): "@" + kind for kind in SYSTEM}
        self.names |= {self.world.account(*pair): pair[0] for pair in self.model.limits}
        self.orders: dict[int, VerifiedOrder] = {}
        self.facts = self.driver.facts()

    def account(self, name: str, currency: str) -> str:
        return self.world.system(name[1:]) if name[0] == "@" else self.world.account(name, currency)

    def leg(self, leg: Leg) -> orders.Leg:
        payer, payee, currency, amount = leg
        return orders.Leg(
            self.account(payer, currency), self.account(payee, currency), currency, amount
        )

    def sign(self, body: orders.Body, signers: Sequence[str]) -> VerifiedOrder:
        return self.world.signed(self.world.order(body, signers[0]), *signers)

    @property
    def ref(self) -> int:
        """The number of the next order."""
        return len(self.orders)

    def expect(self, codes: set[str], *batch: VerifiedOrder) -> bool:
        """Post, check that it went as the model said, and say whether it was posted."""
        refusal = self.driver.post(self.world.now, batch)
        if refusal is not None:
            assert str(refusal.code) in codes, (refusal, codes)
            assert self.driver.facts() == self.facts, "a refusal changes nothing"
        else:
            assert not codes, codes
            self.facts = self.driver.facts()
        for verified in batch:
            self.orders[self.ref] = verified
        return refusal is None

    def settles(self) -> bool:
        """Whether this ledger posts a settlement now; the ledger in memory always does."""
        return True

    def expect_nothing(self, verified: VerifiedOrder) -> None:
        """Post on books that do not add up: refused, or stopped, and nothing changes."""
        said: Refusal | Unavailable | None
        try:
            said = self.driver.post(self.world.now, [verified])
        except Unavailable as stopped:
            said = stopped
        assert isinstance(said, Refusal) or (said and said.code is Down.FINDINGS)
        assert self.driver.facts() == self.facts

    # ---- after every step

    @invariant()
    def replay_and_model_agree(self) -> None:
        for data in self.driver.entries(self.replay.size):
            entry = parse_entry(data)
            self.replay.add(entry, verify_entry(entry))
        assert snapshot(self.replay.finish()) == self.facts
        sums = dict.fromkeys(("EUR", "UUR", "WIJK"), 0)
        for fact in self.facts.values():
            if isinstance(fact, Account):
                pair = self.names[fact.id], fact.currency
                assert fact.balance == self.model.balances[pair], pair
                sums[fact.currency] += fact.balance
        assert not any(sums.values()), sums

    @invariant()
    def what_was_issued_and_retired_is_what_was_not_corrected(self) -> None:
        wijk = self.facts[Currency, "WIJK"]
        assert isinstance(wijk, Currency)
        assert (wijk.issued, wijk.retired) == (self.model.issued, self.model.retired)
        assert wijk.in_circulation == self.model.circulating

    @invariant()
    def nobody_gets_back_more_than_they_paid(self) -> None:
        """Of a payment: what refunds and corrections gave back, less what corrections took."""
        back: Counter[int] = Counter()
        for ref, done in self.model.done.items():
            if done.payment is not None:
                payer, payee, _, amount = done.legs[0]
                back[done.payment] += amount - self.model.returned[ref, payer, payee]
        for ref, done in self.model.done.items():
            if done.type == "pay":
                payer, payee, _, paid = done.legs[0]
                assert back[ref] <= self.model.returned[ref, payer, payee] <= paid

    @invariant()
    def what_is_in_circulation_is_covered(self) -> None:
        """Unless euros went out over the bank: the journal records that, it cannot prevent it."""
        if all(amount >= 0 for amount, _ in self.model.lines.values()):
            assert self.model.circulating <= self.model.reserve

    # ---- the steps

    @initialize()
    def begin_with_credits_around(self) -> None:
        self.record_bank(50_000, "@outside", ["truus"])
        self.issue("werk", 50_000, 0, ["truus", "kees"])
        for payee, amount in (("joop", 10_000), ("bart", 15_000), ("noor", 5_000)):
            self.pay([("werk", payee, "WIJK", amount)], None)
        self.redeem("bart", 4_000)

    @rule(seconds=st.integers(1, 90_000))
    def wait(self, seconds: int) -> None:
        self.world.now += seconds

    @rule(chosen=legs(), others=st.none() | st.lists(names, min_size=1, unique=True))
    def pay(self, chosen: list[Leg], others: list[str] | None) -> None:
        ref, signers = self.ref, others or sorted({payer for payer, *_ in chosen})
        verified = self.sign(orders.Pay(tuple(map(self.leg, chosen))), signers)
        self.expect(self.model.pay(ref, chosen, signers), verified)

    @rule(
        pair=pairs, amount=st.sampled_from([15, 60]), number=st.integers(0, 1), wrong=st.booleans()
    )
    def answer(self, pair: list[str], amount: int, number: int, wrong: bool) -> None:
        ref, leg, asked = self.ref, (pair[0], pair[1], "UUR", amount), amount + wrong
        if (pair[1], "UUR") not in self.model.limits:
            return
        request = orders.Request(
            an_id(f"request {number}"),
            self.world.member(pair[1]),
            (orders.Credit(self.account(pair[1], "UUR"), "UUR", asked),),
            NOW + 400 * 86_400,
        )
        verified = self.sign(orders.Pay((self.leg(leg),), request=request), [pair[0]])
        self.expect(self.model.answer(ref, leg, request.digest, asked), verified)

    @rule(pair=pairs, amounts=st.lists(hours, min_size=2, max_size=3))
    def pay_in_a_batch(self, pair: list[str], amounts: list[int]) -> None:
        """All or none: the model pays them one by one, and takes them back when one is refused."""
        payer, payee = pair
        moved = [(payer, payee, "UUR", amount) for amount in amounts]
        total = (payer, payee, "UUR", sum(amounts))
        codes = self.model.pay(-1, [total], [payer])
        self.model.done.pop(-1, None)
        bodies = [orders.Pay((self.leg(leg),)) for leg in moved]
        batch = self.world.batch([self.world.order(body, payer) for body in bodies], payer)
        self.expect(codes, *batch)

    @rule(pick=picks, part=st.integers(1, 4), other=st.none() | names)
    def refund(self, pick: int, part: int, other: str | None) -> None:
        ref = some(self.model.done, pick)
        paid = self.model.done[ref].legs[0]
        amount = max(1, paid[3] // part)
        signer = other or paid[1]
        if signer.startswith("@") or len(self.model.done[ref].legs) > 1:
            return
        new, leg = self.ref, self.leg(self.model.back(ref, amount))
        verified = self.sign(orders.Refund(self.orders[ref].order.identity, (leg,)), [signer])
        self.expect(self.model.refund(new, ref, amount, signer), verified)

    @rule(
        pick=picks,
        part=st.integers(1, 4),
        wrong=st.sampled_from([0, 0, 0, 1, -1]),
        signers=team("truus", "kees"),
    )
    def correct(self, pick: int, part: int, wrong: int, signers: list[str]) -> None:
        ref = some(self.model.done, pick)
        done, new = self.model.done[ref], self.ref
        amount = max(1, done.legs[0][3] // part)
        legs, fee = [self.model.back(ref, amount)], 0
        if done.type == "redeem" and len(done.legs) == 2:
            fee = max(0, self.model.fee_due(ref, amount) + wrong)
        if fee:
            legs.append((done.legs[1][1], done.legs[1][0], "WIJK", fee))
        body = orders.Correct(self.orders[ref].order.identity, tuple(map(self.leg, legs)), NOTE)
        codes = self.model.correct(new, ref, amount, signers, fee)
        self.expect(codes, self.sign(body, signers))

    @rule(
        amount=st.integers(-20_000, 50_000).filter(bool),
        counter=st.sampled_from(["@outside", "@transit"]),
        signers=team("truus"),
    )
    def record_bank(self, amount: int, counter: str, signers: list[str]) -> None:
        ref = self.ref
        body = orders.RecordBank(self.account("@bank", ""), self.account(counter, ""), amount, NOTE)
        self.expect(self.model.record_bank(ref, amount, counter, signers), self.sign(body, signers))

    @rule(to=names, amount=cents, pick=picks, signers=team("truus", "kees"))
    def issue(self, to: str, amount: int, pick: int, signers: list[str]) -> None:
        line = some(self.model.lines, pick)
        ref, cited = self.ref, orders.CitedLine(self.orders[line].order.identity, amount)
        body = orders.Issue(self.account(to, "WIJK"), "WIJK", amount, (cited,))
        self.expect(self.model.issue(ref, to, amount, line, signers), self.sign(body, signers))

    @rule(
        name=names,
        amount=cents,
        signers=team("truus", "kees"),
        own=st.sampled_from([True, True, False]),
    )
    def retire(self, name: str, amount: int, signers: list[str], own: bool) -> None:
        ref = self.ref
        together = list(dict.fromkeys([*signers, name] if own else signers))
        body = orders.Retire(self.account(name, "WIJK"), "WIJK", amount)
        self.expect(self.model.retire(ref, name, amount, together), self.sign(body, together))

    @rule(
        minimum=st.sampled_from([0, 500]),
        percent=st.sampled_from([0, 3, 50]),
        fund=st.sampled_from(["werk", "werk", "noor", "els"]),
        agreement=st.sampled_from(["", "oud", "nieuw"]),
        signers=team("els", "farid"),
    )
    def set_terms(
        self, minimum: int, percent: int, fund: str, agreement: str, signers: list[str]
    ) -> None:
        terms = Terms(minimum, percent, fund if percent else "", agreement)
        redeeming = orders.Redeeming(
            minimum,
            100 * percent,
            self.account(fund, "WIJK") if percent else None,
            a_commitment(agreement) if agreement else None,
        )
        body = orders.SetPolicy("WIJK", replace(CREDITS.policy, redeeming=redeeming))
        self.expect(self.model.set_terms(terms, signers), self.sign(body, signers))

    @rule(name=shops, agreement=st.sampled_from(["oud", "nieuw"]))
    def agree(self, name: str, agreement: str) -> None:
        verified = self.world.agree(name, agreement)
        self.expect(self.model.agree(name, agreement), verified)

    @rule(name=shops, total=cents, wrong=st.sampled_from([0, 0, 0, 1]))
    def redeem(self, name: str, total: int, wrong: int = 0) -> None:
        fee = self.model.terms.fee(name, total) + wrong
        ref, amount = self.ref, max(1, total - fee)
        body = orders.Redeem(self.account(name, "WIJK"), "WIJK", amount, NOTE, fee or None)
        self.expect(self.model.redeem(ref, name, amount, fee), self.sign(body, [name]))

    @rule(
        picks=st.lists(picks, min_size=1, max_size=3),
        wrong=st.sampled_from([0, 0, 0, 1]),
        signers=team("truus", "kees"),
    )
    def settle(self, picks: list[int], wrong: int, signers: list[str]) -> None:
        refs = {some(self.model.open, pick) for pick in picks}
        payouts = {ref: max(1, self.model.open[ref] + wrong) for ref in refs}
        items = [
            orders.Payout(
                self.orders[ref].order.identity,
                self.account(self.model.done[ref].legs[0][0], "WIJK"),
                amount,
            )
            for ref, amount in payouts.items()
        ]
        body = orders.Settle(
            "WIJK",
            self.account("@transit", ""),
            self.account("@outside", ""),
            tuple(sorted(items, key=lambda item: item.redemption)),
            NOTE,
        )
        verified = self.sign(body, signers)
        if self.settles():
            self.expect(self.model.settle(payouts, signers), verified)
        else:
            self.expect_nothing(verified)

    @rule(name=names, suspended=st.sampled_from([False, False, True]), signers=team("els"))
    def suspend(self, name: str, suspended: bool, signers: list[str]) -> None:
        body = orders.Suspend(self.world.member(name), suspended, NOTE)
        self.expect(self.model.suspend(name, suspended, signers), self.sign(body, signers))

    @rule(name=names, role=roles, held=st.booleans(), signers=team("els", "farid"))
    def set_role(self, name: str, role: orders.Role, held: bool, signers: list[str]) -> None:
        body = orders.SetRole(self.world.member(name), role, held)
        self.expect(self.model.set_role(name, role, held, signers), self.sign(body, signers))

    @rule(
        name=names,
        currency=st.sampled_from(["UUR", "WIJK"]),
        floor=st.sampled_from([0, 0, 0, -1, -60, -700, -99_000]),
        ceiling=st.integers(0, 60_000),
        signers=team("els", "farid"),
    )
    def set_limit(
        self, name: str, currency: str, floor: int, ceiling: int, signers: list[str]
    ) -> None:
        account = self.account(name, currency)
        body = orders.SetLimit(self.world.member(name), account, currency, floor, ceiling)
        self.expect(
            self.model.set_limit(name, currency, floor, ceiling, signers),
            self.sign(body, signers),
        )

    @precondition(lambda self: self.ref > 25)
    @rule(name=names)
    def leave(self, name: str) -> None:
        body = orders.Leave(self.world.member(name))
        self.expect(self.model.leave(name), self.sign(body, [name]))

    @rule(pick=picks)
    def replay_an_old_order(self, pick: int) -> None:
        self.expect({"already_posted"}, self.orders[some(self.model.done, pick)])

    @rule(name=names, amount=hours)
    def withdraw_before_it_posts(self, name: str, amount: int) -> None:
        other = "joop" if name != "joop" else "amina"
        if (name, "UUR") not in self.model.limits:
            return
        pay = self.sign(orders.Pay((self.leg((name, other, "UUR", amount)),)), [name])
        withdraw = self.sign(orders.Withdraw(json.loads(pay.order.data)), [name])
        codes = self.model.idle(name)
        if self.expect(codes, withdraw):
            self.expect({"withdrawn"}, pay)
