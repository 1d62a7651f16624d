"""How much goes round in twelve months, held against the size above which DNB is to be told.

Wft art. 1:5a(2)(k): payments within a limited network need no licence, and are notified to DNB
where their value in the twelve months before was more than the threshold. What is counted here is
what shops were paid, or handed in where that is more.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Currency
from timebank.services import parameters
from timebank.services.bank import Bank
from timebank.services.parameters import Found, Name
from timebank.services.statements import day_bounds, local
from timebank.storage import fold, sums
from timebank.storage.engine import reading

Level = Literal["calm", "alarm", "above"]
ALARM_PERCENT = 80
"""From this share of the threshold on, treasurers are told."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What shops were paid and handed in, in cents, from `since` to before `until`."""

    currency: str
    since: int
    until: int
    paid: int
    redeemed: int
    threshold: Found

    @property
    def amount(self) -> int:
        """What counts: the larger of the two."""
        return max(self.paid, self.redeemed)

    @property
    def percent(self) -> int:
        """How far it is towards the threshold, in whole percents downwards."""
        return self.amount * 100 // self.threshold.cents

    @property
    def level(self) -> Level:
        """Whether somebody must look."""
        return level(self.amount, self.threshold.cents)


def level(amount: int, threshold: int) -> Level:
    """Whether somebody must look: from 80% on, and "above" where it is more than the threshold."""
    if amount > threshold:
        return "above"
    return "alarm" if amount * 100 >= threshold * ALARM_PERCENT else "calm"


def volume(bank: Bank, currency: str, now: int) -> Volume:
    """Return the volume of a currency in the twelve months up to and including today.

    Raises Refusal UNKNOWN_CURRENCY, and WRONG_CURRENCY for hours: they have no value in euro.
    """
    today = local(now).date()
    since, until = day_bounds(_year_before(today))[1], day_bounds(today)[1]
    with reading(bank.engine) as conn:
        found = next((item for item in fold.every(conn, Currency) if item.code == currency), None)
        if found is None:
            raise Refusal(Code.UNKNOWN_CURRENCY, currency=currency)
        if found.unit != "cent":
            raise Refusal(Code.WRONG_CURRENCY, currency=currency)
        shops = sums.shop_accounts(conn, currency)
        paid = sums.received(conn, shops, "pay", since, until)
        handed_in = [found.redemption] if found.redemption else []
        redeemed = sums.received(conn, handed_in, "redeem", since, until)
    threshold = parameters.find(Name.LIMITED_NETWORK, today)
    return Volume(currency, since, until, paid, redeemed, threshold)


def _year_before(day: date) -> date:
    """The same day a year ago; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
