"""A made-up history in the likeness of Sarafu's: the same one for the same numbers, every time.

What was seen there, and is here: everybody starts with an allotment; few accounts are paid by many
(shops), most trade within their own village; savings groups pay round in circles; amounts are
heavy-tailed, markets are held on one day, and a lockdown brings a burst; vendors hand in; and
people try to pay more than they have.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.replays.history import Transaction

START = 1_579_942_800  # Saturday 25 January 2020, 09:00 UTC
DAY = 86_400
ALLOTMENT = 400_00
VILLAGE = 40
GOODS = ("water", "maize", "fare", "soap", "labour", "school fees", "charcoal", "milk")


@dataclass(frozen=True, slots=True)
class Village:
    """Who lives together: its shops first, the rest in the order in which they joined."""

    shops: tuple[str, ...]
    people: tuple[str, ...]


def history(seed: int, users: int, payments: int, days: int) -> list[Transaction]:
    """Return a history of so many users and about so many payments, in the order of time."""
    dice = Random(seed)
    villages = list(_villages(users))
    joined = [
        Transaction(START + number, "", name, ALLOTMENT, "allotment")
        for number, name in enumerate(_everybody(villages))
    ]
    first = START + DAY
    weights = [_liveliness(dice, day, days) for day in range(days)]
    chosen = sorted(dice.choices(range(days), weights, k=payments))
    traded = [
        _payment(dice, villages, first + day * DAY + dice.randrange(36_000)) for day in chosen
    ]
    circles = itertools.chain.from_iterable(
        _circle(dice, village, first + week * 7 * DAY)
        for week in range(days // 7)
        for village in villages
    )
    handed_in = (
        Transaction(first + month * 30 * DAY, shop, "", dice.randrange(50_00, 300_00), "for cash")
        for month in range(1, days // 30)
        for village in villages
        for shop in village.shops
    )
    return sorted([*joined, *traded, *circles, *handed_in], key=lambda item: item.time)


def _villages(users: int) -> Iterator[Village]:
    for number, start in enumerate(range(0, users, VILLAGE)):
        here = range(start, min(start + VILLAGE, users))
        shops = tuple(f"v{number}-shop{n}" for n in range(max(1, len(here) // 15)))
        yield Village(shops, tuple(f"v{number}-{n}" for n in here[len(shops) :]))


def _everybody(villages: list[Village]) -> Iterator[str]:
    for village in villages:
        yield from (*village.shops, *village.people)


def _liveliness(dice: Random, day: int, days: int) -> float:
    """Markets on Saturdays; in the second quarter everything doubles, as in the first lockdown."""
    market = 3.0 if day % 7 == 0 else 1.0
    lockdown = 2.0 if days // 4 <= day < days // 2 else 1.0
    return market * lockdown * dice.uniform(0.5, 1.5)


def _payment(dice: Random, villages: list[Village], time: int) -> Transaction:
    home = dice.choice(villages)
    there = home if dice.random() < 0.9 else dice.choice(villages)
    payer = _somebody(dice, home)
    payee = dice.choice(there.shops) if dice.random() < 0.5 else _somebody(dice, there)
    if payee == payer:
        payee = home.shops[0] if payer != home.shops[0] else home.people[0]
    amount = min(int(dice.lognormvariate(7.3, 1.3)) + 1, 2_000_00)
    return Transaction(time, payer, payee, amount, dice.choice(GOODS))


def _somebody(dice: Random, village: Village) -> str:
    """Anybody, but the earlier they joined the more likely."""
    everyone = (*village.people, *village.shops)
    return everyone[min(int(dice.expovariate(4 / len(everyone))), len(everyone) - 1)]


def _circle(dice: Random, village: Village, time: int) -> Iterator[Transaction]:
    """A savings group: each pays the next the same sum, and it comes back to the first."""
    if len(village.people) < 3:
        return
    group = dice.sample(village.people, min(5, len(village.people)))
    for number, (payer, payee) in enumerate(itertools.pairwise([*group, group[0]])):
        yield Transaction(time + number, payer, payee, 20_00, "chama")
