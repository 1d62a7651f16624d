"""The figures of the wijk: equal to the journal, by closed months, and about nobody."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from tests.banking import OWN
from tests.services.conftest import Village
from tests.world import NOW, a_commitment
from timebank.ledger import orders
from timebank.ledger.facts import Redemption
from timebank.services import bankfiles, house, statistics, treasury
from timebank.services.accounts import payment_reference
from timebank.services.statistics import Credits, Hours, Span, Statistics, TakingPart
from timebank.storage import fold
from timebank.storage.engine import reading
from timebank_cli.demo.banking import Booking, Part, statement

DAY = 86_400
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
NEIGHBOURS = [f"buur {n}" for n in range(12)]
SHOPS = ["bart", "noor", "slager"]


@pytest.fixture(name="wijk")
def _wijk(village: Village) -> Village:
    """Twelve more neighbours and a third shop; it is September."""
    assert datetime.fromtimestamp(NOW, UTC).date() < OCTOBER
    for name in NEIGHBOURS:
        village.post(village.world.admit(name))
    voucher = village.world.voucher(
        "slager", kind="shop", limits=(orders.Limits("WIJK", 0, 500_000),)
    )
    village.post(village.world.admit("slager", voucher))
    return village


def until(village: Village, day: date) -> None:
    """Wait until a day has well begun."""
    then = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    village.wait(then - village.clock.now())


def everybody_helps(village: Village, minutes: int = 10, people: list[str] = NEIGHBOURS) -> None:
    for one, other in pairwise(people):
        village.post(village.world.pay(one, other, minutes))


def shops_are_paid(village: Village, *shops: str, amount: int = 1_000) -> None:
    for shop in shops:
        village.post(village.world.pay("werk", shop, amount, "WIJK"))
    redeemed = [village.post(village.world.redeem(shop, amount)) for shop in shops]
    payouts = [
        orders.Payout(one.identity, village.world.account(shop, "WIJK"), amount)
        for one, shop in zip(redeemed, shops, strict=True)
    ]
    settle = orders.Settle(
        "WIJK",
        village.world.system("transit"),
        village.world.system("outside"),
        tuple(sorted(payouts, key=lambda payout: payout.redemption)),
        a_commitment("bestand"),
    )
    village.do(settle, "truus", "kees")


def test_a_month_is_told_when_it_has_closed_and_not_before(wijk: Village):
    figures = Statistics(wijk.bank)
    everybody_helps(wijk)
    assert figures.published() == statistics.Published(SEPTEMBER)
    until(wijk, OCTOBER)
    assert figures.published().hours == (Hours(Span(SEPTEMBER, OCTOBER), 110),)
    everybody_helps(wijk)
    assert figures.published().hours == (Hours(Span(SEPTEMBER, OCTOBER), 110),)


def test_months_close_by_the_clock_of_the_neighbourhood(wijk: Village):
    """At half past eleven in the evening, UTC, it is October in Amsterdam already."""
    midnight = int(datetime(2026, 9, 30, 22, tzinfo=UTC).timestamp())
    wijk.wait(midnight - 60 - wijk.clock.now())
    everybody_helps(wijk)
    wijk.wait(120)
    everybody_helps(wijk, minutes=7)
    until(wijk, NOVEMBER)
    september, october = Statistics(wijk.bank).published().hours
    assert (september.minutes, october.minutes) == (110, 77)


def test_what_was_given_back_is_not_an_hour_that_was_helped(wijk: Village):
    everybody_helps(wijk)
    paid = wijk.post(wijk.world.pay("joop", "amina", 60))
    wijk.do(orders.Refund(paid.identity, (wijk.world.leg("amina", "joop", 45),)), "amina")
    until(wijk, OCTOBER)
    (month,) = Statistics(wijk.bank).published().hours
    assert month.minutes == 110 + 15


def test_months_of_a_few_are_told_together_with_the_next(wijk: Village):
    wijk.post(wijk.world.pay("joop", "amina", 60))
    until(wijk, OCTOBER)
    figures = Statistics(wijk.bank)
    assert figures.published().hours == ()
    everybody_helps(wijk)
    until(wijk, NOVEMBER)
    assert figures.published().hours == (Hours(Span(SEPTEMBER, NOVEMBER), 170),)


def test_credits_and_euro_are_those_of_the_ledger(wijk: Village):
    wijk.issue(50_000)
    shops_are_paid(wijk, *SHOPS)
    until(wijk, OCTOBER)
    assert Statistics(wijk.bank).published().credits == (
        Credits(Span(SEPTEMBER, OCTOBER), 50_000, 3_000, 47_000, 47_000),
    )


def test_what_one_shop_was_paid_cannot_be_read_from_any_figure(wijk: Village):
    """Nor from in circulation, nor from the reserve: they wait for the others."""
    wijk.issue(50_000)
    until(wijk, OCTOBER)
    figures = Statistics(wijk.bank)
    before = figures.published().credits
    assert [one.in_circulation for one in before] == [50_000]
    shops_are_paid(wijk, "bart", amount=4_321)
    until(wijk, NOVEMBER)
    assert figures.published().credits == before
    shops_are_paid(wijk, "noor", "slager")
    until(wijk, date(2026, 12, 1))
    assert figures.published().credits == (
        *before,
        Credits(Span(OCTOBER, date(2026, 12, 1)), 0, 6_321, 43_679, 43_679),
    )


def test_a_payout_that_came_back_is_not_told_as_a_new_issue_to_a_shop(wijk: Village):
    wijk.issue(50_000)
    shops_are_paid(wijk, *SHOPS)
    line = wijk.post(wijk.world.record_bank(1_000, "retour"))
    wijk.post(wijk.world.issue("bart", 1_000, line.identity))
    until(wijk, OCTOBER)
    (month,) = Statistics(wijk.bank).published().credits
    assert (month.issued, month.retired, month.in_circulation) == (50_000, 2_000, 48_000)


def test_what_came_back_of_one_shops_payout_cannot_be_read_from_the_reserve(wijk: Village):
    """No neighbour pays for a line on the bank, but the euro on this one are of one shop."""
    wijk.issue(50_000)
    shops_are_paid(wijk, *SHOPS)
    until(wijk, OCTOBER)
    figures = Statistics(wijk.bank)
    before = figures.published().credits
    payout_comes_back(wijk)
    until(wijk, NOVEMBER)
    assert figures.published().credits == before
    shops_are_paid(wijk, "noor", "slager")
    until(wijk, date(2026, 12, 1))
    assert figures.published().credits == (
        *before,
        Credits(Span(OCTOBER, date(2026, 12, 1)), 0, 2_000, 45_000, 46_000),
    )


def payout_comes_back(wijk: Village) -> None:
    """Import the bank's line on which Bart's payout came back, and record it."""
    account = wijk.world.account("bart", "WIJK")
    with reading(wijk.bank.engine) as conn:
        (paid,) = (one for one in fold.every(conn, Redemption) if one.account == account)
    part = Part(payment_reference(paid.redemption), 1_000, "Bart", returned="AC04")
    house.keep_setting(wijk.bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(wijk.bank, "bank_iban", OWN)
    bookings = [Booking("BACK", "2026-10-01", 1_000, [part])]
    bankfiles.import_file(wijk.bank, "camt.xml", statement(OWN, bookings))
    (line,) = bankfiles.unrecorded(wijk.bank)
    truus = wijk.world.member("truus")
    wijk.send(bankfiles.draft_record(wijk.bank, truus, line.kept.line.id), "truus")


def test_a_payout_that_came_back_and_was_booked_by_hand_waits_for_other_shops_too(wijk: Village):
    """Two shops that hand in to be retired are in another figure, and do not hide it."""
    wijk.issue(50_000)
    for shop in SHOPS:
        wijk.post(wijk.world.pay("werk", shop, 100, "WIJK"))
    until(wijk, OCTOBER)
    line = wijk.post(wijk.world.record_bank(1_000, "retour"))
    wijk.post(wijk.world.issue("bart", 1_000, line.identity))
    for shop in ("noor", "slager"):
        retire = orders.Retire(wijk.world.account(shop, "WIJK"), "WIJK", 50)
        wijk.do(retire, shop, "truus", "kees")
    until(wijk, NOVEMBER)
    assert [one.span.end for one in Statistics(wijk.bank).published().credits] == [OCTOBER]


def test_what_was_put_right_is_no_issue_and_nothing_handed_in(wijk: Village):
    """As the ledger counts: what is corrected comes off what it was."""
    line = wijk.post(wijk.world.record_bank(9_000))
    mistake = wijk.post(wijk.world.issue("werk", 9_000, line.identity))
    contra = wijk.world.system("contra")
    account = wijk.world.account("werk", "WIJK")
    back = orders.Leg(account, contra, "WIJK", 9_000)
    reason = a_commitment("fout")
    wijk.do(orders.Correct(mistake.identity, (back,), reason), "truus", "kees")
    wijk.issue(50_000)
    retired = wijk.do(orders.Retire(account, "WIJK", 700), "werk", "truus", "kees")
    again = orders.Leg(contra, account, "WIJK", 300)
    wijk.do(orders.Correct(retired.identity, (again,), reason), "truus", "kees")
    until(wijk, OCTOBER)
    assert Statistics(wijk.bank).published().credits == (
        Credits(Span(SEPTEMBER, OCTOBER), 50_000, 400, 49_600, 59_000),
    )
    (cover,) = treasury.cover(wijk.bank)
    assert (cover.issued, cover.retired) == (50_000, 400)


def test_who_took_part_is_told_in_tens_and_threes(wijk: Village):
    wijk.issue(50_000)
    everybody_helps(wijk)
    for shop in SHOPS:
        wijk.post(wijk.world.pay("werk", shop, 100, "WIJK"))
    until(wijk, OCTOBER)
    everybody_helps(wijk, people=NEIGHBOURS[:9])
    until(wijk, NOVEMBER)
    assert Statistics(wijk.bank).published().taking_part == (
        TakingPart(Span(SEPTEMBER, OCTOBER), 10, 3),
        TakingPart(Span(OCTOBER, NOVEMBER), 0, 0),
    )


def test_a_program_that_started_today_tells_what_one_that_never_stopped_does(wijk: Village):
    running = Statistics(wijk.bank)
    for day in (OCTOBER, NOVEMBER, date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)):
        wijk.issue(1_000)
        everybody_helps(wijk, people=NEIGHBOURS[: 6 + day.month % 6])
        shops_are_paid(wijk, *SHOPS[: 1 + day.month % 3], amount=100 + day.month)
        until(wijk, day)
        running.published()
    told = running.published()
    assert told == Statistics(wijk.bank).published()
    assert len(told.hours) > 1
    assert len(told.credits) > 1


def test_the_day_shops_were_last_paid_is_told_and_whether_all_is_covered(wijk: Village):
    assert statistics.last_settled(wijk.bank) is None
    wijk.issue(50_000)
    wijk.wait(DAY)
    shops_are_paid(wijk, "bart")
    assert statistics.last_settled(wijk.bank) == wijk.clock.now()
    assert statistics.covered(wijk.bank)
