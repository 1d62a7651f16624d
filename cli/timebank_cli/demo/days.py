"""An ordinary day: neighbours help one another, earn credits, shop, and mend things together."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from timebank_cli.demo.neighbourhood import (
    CREDITS,
    ENTERPRISE,
    GOODS,
    HOURS,
    KLUSSEN,
    PERSONS,
    REPAIR_CAFE,
    REPAIRS,
    REWARDED,
    SHOPS,
)
from timebank_cli.demo.wijk import Wijk

Event = Callable[[], None]
Plan = list[tuple[int, Event]]
"""Events of a day, each with the minute of that day."""

LOWEST, HIGHEST = -600, 1200
REWARDS = 8
POPULARITY = (4, 2, 3, 1)
"""How often people come to each of the shops."""


def at(hour: int, minute: int = 0) -> int:
    """Return the minute of the day."""
    return 60 * hour + minute


@dataclass
class Week:
    """What happened in a week: how often, how much in all, and what is worth telling."""

    number: int
    first: date
    sums: dict[str, tuple[int, dict[str, int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, what: str, **amounts: int) -> None:
        """Count one more of these, with its amounts by currency."""
        number, sums = self.sums.get(what, (0, {}))
        added = {code: sums.get(code, 0) + amount for code, amount in amounts.items()}
        self.sums[what] = (number + 1, sums | added)


@dataclass
class Everyday:
    """What chance brings. It tries nothing that people would see is impossible."""

    wijk: Wijk
    chance: random.Random

    def plan(self, day: int, week: Week) -> Iterator[tuple[int, Event]]:
        """Yield what happens on this day, from the fifth day on."""
        if day < 4:
            return
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            yield self.chance.randrange(at(9), at(21)), lambda: self.klus(week)
        for _ in range(self.chance.choice((1, 2, 3, 3))):
            yield self.chance.randrange(at(9), at(18)), lambda: self.shop(week)
        if day % 7 == 4:
            yield at(16), lambda: self.rewards(week)
        if day % 7 == 5:
            for minute in (at(10, 15), at(11), at(12, 20)):
                yield minute, lambda: self.repair(week)
            yield at(16, 30), lambda: self.volunteer(week)

    def klus(self, week: Week) -> None:
        """A neighbour helps another, for hours: by the helper's screen, or by their own code."""
        memo, minutes = self.chance.choice(KLUSSEN)
        pay = self.chance.choice((self.wijk.pay_request, self.wijk.pay_poster))
        payer = self._somebody(HOURS, LOWEST + minutes)
        payee = self._somebody(HOURS, LOWEST, HIGHEST - minutes, payer)
        pay(payer, payee, {HOURS: minutes}, memo)
        week.count("klussen", UUR=minutes)

    def shop(self, week: Week) -> None:
        """Somebody who has earned credits buys something."""
        shop = self.chance.choices(SHOPS, POPULARITY)[0].handle
        basket = self.chance.sample(GOODS[shop], self.chance.choice((1, 1, 2, 2, 3)))
        cents, memo = sum(price for _, price in basket), ", ".join(name for name, _ in basket)
        if buyer := self._somebody(CREDITS, cents):
            self.wijk.pay_request(buyer, shop, {CREDITS: cents}, memo)
            week.count("purchases", WIJK=cents)

    def rewards(self, week: Week) -> None:
        """The wijkonderneming rewards this week's work with one signature."""
        left, items = self.wijk.balance(ENTERPRISE.handle, CREDITS), []
        people = self.chance.sample(PERSONS, REWARDS)
        work = self.chance.choices(REWARDED, k=REWARDS)
        for name, (memo, cents) in zip(people, work, strict=True):
            if cents <= left:
                items.append((name, cents, memo))
                left -= cents
                week.count("rewards", WIJK=cents)
        self.wijk.pay_batch(ENTERPRISE.handle, CREDITS, items)

    def repair(self, week: Week) -> None:
        """At the repair café one payment carries half an hour and the part."""
        memo, cents = self.chance.choice(REPAIRS)
        if visitor := self._somebody(CREDITS, cents):
            amounts = {HOURS: 30, CREDITS: cents}
            self.wijk.pay_request(visitor, REPAIR_CAFE.handle, amounts, memo)
            week.count("repairs", **amounts)

    def volunteer(self, week: Week) -> None:
        """The café passes its hours on to whoever did the mending that day."""
        if minutes := self.wijk.balance(REPAIR_CAFE.handle, HOURS):
            helper = self.chance.choice(("greet", "piet", "yusuf"))
            self.wijk.pay_poster(REPAIR_CAFE.handle, helper, {HOURS: minutes}, "repareren")
            week.count("klussen", UUR=minutes)

    def _somebody(self, currency: str, least: int, most: int = 10**6, other: str = "") -> str:
        """Return somebody else who holds between so little and so much, or ""."""
        away = {other, *self.wijk.blocked}
        for name in self.chance.sample(PERSONS, len(PERSONS)):
            if name not in away and least <= self.wijk.balance(name, currency) <= most:
                return name
        return ""
