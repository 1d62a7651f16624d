"""Eight weeks in Wijk de Linde: its people, their markets, and what goes wrong.

It is the same story each time, because chance is seeded; only ids, keys and salts are new.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from timebank import ids
from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.services import (
    membership,
    payments,
    receipts,
    treasury,
)
from timebank.services.drafts import draft_proposal
from timebank.services.posting import Posted
from timebank.services.statements import ZONE
from timebank_cli.demo.days import Event, Everyday, Plan, Week, at
from timebank_cli.demo.neighbourhood import (
    AUDITORS,
    BETWEEN_BUSINESSES,
    CREDITS,
    ENTERPRISE,
    HOURS,
    IBANS,
    NEWCOMERS,
    REPAIR_CAFE,
    SHOPS,
    UNITS,
    Resident,
    shown,
)
from timebank_cli.demo.treasurers import Treasury
from timebank_cli.demo.wijk import Wijk
from timebank_cli.refusals import tell_error

WEEKS = 8
DAYS = 7 * WEEKS
SEED = 1968
DEPOSIT = 50_000
SMALL_DEPOSIT = 25_000


@dataclass
class Story:
    """Plays week after week on the wijk's own clock. `first` is the day of the founding."""

    wijk: Wijk
    first: date
    treasury: Treasury = field(init=False)
    week: Week = field(init=False)
    keepsake: Posted = field(init=False)
    """The payment whose receipt Joop keeps."""
    paper: str = ""
    """The checkpoint that the kascommissie printed half-way."""

    def __post_init__(self) -> None:
        self.treasury = Treasury(self.wijk)

    def weeks(self) -> Iterator[Week]:
        """Play the story; yield each week when it is over."""
        everyday = Everyday(self.wijk, random.Random(SEED))
        once = self._once()
        for number in range(WEEKS):
            self.week = Week(number + 1, self.first + timedelta(days=7 * number))
            for day in range(7 * number, 7 * number + 7):
                plan = [*everyday.plan(day, self.week), *once.get(day, ())]
                for minute, event in sorted(plan, key=lambda item: item[0]):
                    self.wijk.until(moment(self.first, day, minute))
                    event()
            yield self.week

    def _once(self) -> dict[int, Plan]:
        """What happens on one day only, by the number of the day."""
        newcomers = (ENTERPRISE, *SHOPS, REPAIR_CAFE, *NEWCOMERS)
        plans: dict[int, Plan] = {
            0: [(at(10), self._join("els", newcomers[:9]))],
            1: [(at(10), self._join("farid", newcomers[9:18]))],
            2: [(at(10), self._join("els", newcomers[18:]))],
            3: [(at(15), self.appoint_auditors)],
            4: self._fund(DEPOSIT),
            9: [(at(14), self.mend_bicycle)],
            10: [(at(12), self.add_tablet)],
            16: [(at(15), self.buy_too_much)],
            18: [(at(17), self.give_back)],
            20: [(at(20), self.sign_alone)],
            24: [(at(19), self.lose_telephone)],
            25: [
                (at(10), self.go_on_with_tablet),
                (at(17), self._hand_in("bart", "ozkan", "dehoek")),
            ],
            27: [
                (at(10), self._chapter(self.treasury.settle)),
                (at(22), self.print_checkpoint),
            ],
            29: [(at(9), self._chapter(self.treasury.pay_out))],
            31: [(at(9), self._chapter(self.treasury.come_back))],
            32: self._fund(DEPOSIT),
            53: [
                (at(17), self._hand_in("bart")),
                (at(19), self._chapter(lambda: self.treasury.deposit(SMALL_DEPOSIT))),
            ],
            54: [(at(20), self.propose_issue)],
            55: [(at(20), self._chapter(self.treasury.seal))],
        }
        for day, (payer, payee, cents, memo) in zip(
            (15, 23, 30, 37, 44, 51), BETWEEN_BUSINESSES, strict=True
        ):
            plans[day] = [(at(18, 30), self._trade(payer, payee, cents, memo))]
        return plans

    # ---- beginning

    def _join(self, registrar: str, newcomers: Sequence[Resident]) -> Event:
        def event() -> None:
            for newcomer in newcomers:
                link = self.wijk.invite(registrar, newcomer)
                self.wijk.clock.advance(300)
                self.wijk.join(newcomer, link)
                self.week.count("joined")

        return event

    def appoint_auditors(self) -> None:
        """Two coordinators give two neighbours the role of auditor."""
        for name in AUDITORS:
            body = orders.SetRole(self._member(name), "auditor", True)
            draft = draft_proposal(self.wijk.bank, self._member("els"), body)
            self.wijk.together(draft, "els", "farid")
        self._note("Els and Farid appoint the kascommissie: Noor and Henk")

    # ---- money comes in

    def _fund(self, cents: int) -> Plan:
        return [
            (at(10), self._chapter(lambda: self.treasury.deposit(cents))),
            (at(11), self._chapter(lambda: self.treasury.issue(cents))),
        ]

    def _chapter(self, told: Callable[[], str]) -> Event:
        """What the treasurers do, told by themselves."""
        return lambda: self._note(told())

    def propose_issue(self) -> None:
        """Something for the treasurers' screen: it still waits when the demo is over."""
        self.wijk.propose(self.treasury.draft_issue("kees", SMALL_DEPOSIT), "kees")
        self._note(f"Kees proposes to issue {shown(SMALL_DEPOSIT, CREDITS)}; Truus has yet to sign")

    def sign_alone(self) -> None:
        """One treasurer is not two."""
        line = "Kees schrijft dit alleen"
        draft = treasury.draft_record_bank(self.wijk.bank, self._member("kees"), 500_000, line)
        try:
            self.wijk.post(draft, self.wijk.who["kees"].key)
        except Refusal as refusal:
            self._refused("Kees alone books a deposit of 5000,00", refusal)

    # ---- neighbours

    def mend_bicycle(self) -> None:
        """The first market day: both telephones show the same four characters."""
        self.keepsake = self.wijk.pay_request("joop", "amina", {HOURS: 90}, "fiets maken")
        self.week.count("klussen", UUR=90)
        reference = ids.reference(self.keepsake.identity)
        self._note(f'Joop pays Amina 1:30 for "fiets maken"; both screens show {reference}')

    def add_tablet(self) -> None:
        """Joop scans a code on his telephone with his tablet."""
        self.wijk.add_device("joop", "joop-tablet")
        self._note("Joop adds his tablet as a second key")

    def lose_telephone(self) -> None:
        """A coordinator blocks Joop within a minute; whoever has the telephone gets nothing."""
        draft = membership.draft_suspend(
            self.wijk.bank, self._member("els"), self._member("joop"), True, "telefoon kwijt"
        )
        self.wijk.post(draft, self.wijk.who["els"].key)
        self.wijk.blocked.add("joop")
        self._note("Joop loses his telephone; Els blocks his account")
        try:
            self.wijk.pay_poster("joop", "malik", {HOURS: 60}, "taalles")
        except Refusal as refusal:
            self._refused("a payment with the lost telephone", refusal)

    def go_on_with_tablet(self) -> None:
        """The lost key never works again; the balance is untouched."""
        lost = self.wijk.who["joop"].key.id
        before = self.wijk.balance("joop", HOURS)
        revoke = membership.draft_revoke_key(
            self.wijk.bank, self._member("farid"), self._member("joop"), lost
        )
        self.wijk.post(revoke, self.wijk.who["farid"].key)
        lift = membership.draft_suspend(
            self.wijk.bank, self._member("els"), self._member("joop"), False, "sleutel geblokkeerd"
        )
        self.wijk.post(lift, self.wijk.who["els"].key)
        self.wijk.blocked.remove("joop")
        self.wijk.change_device("joop", "joop-tablet")
        self._note(f"Joop goes on with his tablet; his balance still is {shown(before, HOURS)}")

    # ---- shops

    def buy_too_much(self) -> None:
        """Wiesje has not earned enough yet."""
        try:
            self.wijk.pay_request("wiesje", "wielen", {CREDITS: 3450}, "kinderzitje")
        except Refusal as refusal:
            self._refused('Wiesje pays 34,50 for a "kinderzitje"', refusal)

    def give_back(self) -> None:
        """The vlaai was not ready: bakery Bart gives the money back."""
        buyer = max(self.wijk.who, key=lambda name: self._credits_of_person(name))
        paid = self.wijk.pay_request(buyer, "bart", {CREDITS: 1495}, "vlaai")
        self.week.count("purchases", WIJK=1495)
        self.wijk.clock.advance(3600)
        draft = payments.draft_refund(
            self.wijk.bank, self._member("bart"), paid.identity, {CREDITS: 1495}, "vlaai niet klaar"
        )
        self.wijk.post(draft, self.wijk.who["bart"].key)
        name = self.wijk.who[buyer].resident.name
        self._note(f'Bakkerij Bart refunds {name} 14,95: "vlaai niet klaar"')

    def _trade(self, payer: str, payee: str, cents: int, memo: str) -> Event:
        def event() -> None:
            if self.wijk.balance(payer, CREDITS) >= cents:
                self.wijk.pay_request(payer, payee, {CREDITS: cents}, memo)
                self.week.count("business", WIJK=cents)

        return event

    def _hand_in(self, *shops: str) -> Event:
        def event() -> None:
            for shop in shops:
                cents = self.wijk.balance(shop, CREDITS) * 3 // 4 // 500 * 500
                draft = payments.draft_redeem(
                    self.wijk.bank, self._member(shop), CREDITS, cents, IBANS[shop]
                )
                self.wijk.post(draft, self.wijk.who[shop].key)
                name = self.wijk.who[shop].resident.name
                self._note(f"{name} hands in {shown(cents, CREDITS)} credits")

        return event

    # ---- checking

    def print_checkpoint(self) -> None:
        """The kascommissie puts a checkpoint on paper, to hold against the journal later."""
        self.paper = receipts.latest_note(self.wijk.bank)
        self._note("Noor and Henk print the checkpoint of this evening")

    # ---- small things

    def _member(self, handle: str) -> str:
        return self.wijk.who[handle].member

    def _credits_of_person(self, handle: str) -> int:
        person = self.wijk.who[handle].resident.kind == "person"
        return self.wijk.balance(handle, CREDITS) if person else 0

    def _note(self, text: str) -> None:
        self.week.notes.append(text)

    def _refused(self, what: str, refusal: Refusal) -> None:
        short = refusal.details.get("shortfall")
        missing = f", {shown(int(short), CREDITS)} short" if short else ""
        self._note(f"refused: {what}: {tell_error(refusal, UNITS).sentence}{missing}")


def moment(first: date, day: int, minute: int) -> int:
    """Return the time of a minute on a day of the story, as clocks in the wijk show it."""
    clock = time(minute // 60, minute % 60)
    return int(datetime.combine(first + timedelta(days=day), clock, ZONE).timestamp())
