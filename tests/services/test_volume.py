"""What went round in twelve months, against the size above which DNB is to be told."""

from dataclasses import replace

import pytest

from timebank.errors import Code, Refusal
from timebank.services.volume import volume

DAY = 86_400


def test_what_shops_were_paid_counts_and_what_residents_got_does_not(village):
    village.issue(50_000)
    world = village.world
    village.post(world.pay("werk", "joop", 9_000, "WIJK"))
    village.post(world.pay("joop", "bart", 4_000, "WIJK"))
    village.post(world.pay("joop", "noor", 1_000, "WIJK"))
    village.post(world.redeem("bart", 3_000))
    found = volume(village.bank, "WIJK", village.clock.now())
    assert (found.paid, found.redeemed, found.amount) == (5_000, 3_000, 5_000)
    assert (found.percent, found.level) == (0, "calm")


def test_after_twelve_months_a_payment_counts_no_more(village):
    village.issue(50_000)
    village.post(village.world.pay("werk", "bart", 4_000, "WIJK"))
    now = village.clock.now()
    assert volume(village.bank, "WIJK", now + 364 * DAY).paid == 4_000
    assert volume(village.bank, "WIJK", now + 366 * DAY).paid == 0


@pytest.mark.parametrize(
    ("cents", "level", "percent"),
    [
        (79_999_999, "calm", 79),
        (80_000_000, "alarm", 80),
        (100_000_000, "alarm", 100),
        (100_000_001, "above", 100),
        (125_000_000, "above", 125),
    ],
)
def test_treasurers_are_told_in_time(village, cents, level, percent):
    found = replace(volume(village.bank, "WIJK", village.clock.now()), paid=cents)
    assert (found.level, found.percent) == (level, percent)


def test_hours_and_unknown_money_have_no_volume(village):
    for code, refusal in (("UUR", Code.WRONG_CURRENCY), ("XXX", Code.UNKNOWN_CURRENCY)):
        with pytest.raises(Refusal) as caught:
            volume(village.bank, code, village.clock.now())
        assert caught.value.code is refusal
