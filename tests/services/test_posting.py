"""One way in: what posts, posts once, durably; what does not, changes nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.conftest import Village, submission
from tests.world import NOW
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing, receipts, statements
from timebank.services.bank import open_bank
from timebank.services.posting import Posted, Refused, post


def balance(village: Village, name: str, currency: str = "UUR") -> int:
    found = statements.balances(village.bank, village.world.member(name))
    return next(item.balance for item in found if item.currency == currency)


def test_a_payment_moves_the_balance_of_both(village):
    village.post(village.world.pay("joop", "amina", 90))
    assert (balance(village, "joop"), balance(village, "amina")) == (-90, 90)
    assert auditing.check(village.bank) == []


def test_of_forty_threads_paying_on_credit_for_ten_exactly_ten_are_posted(village):
    payments = [submission(village.world.pay("joop", "amina", 60)) for _ in range(40)]
    with ThreadPoolExecutor(40) as pool:
        outcomes = [
            outcome
            for answers in pool.map(lambda one: post(village.bank, [one]), payments)
            for outcome in answers
        ]
    assert Counter(type(outcome) for outcome in outcomes) == {Posted: 10, Refused: 30}
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert {outcome.refusal.code for outcome in refused} == {Code.BELOW_FLOOR}
    assert balance(village, "joop") == -600
    assert auditing.check(village.bank) == []


def test_the_same_order_sent_twenty_times_at_once_is_one_entry_with_twenty_equal_receipts(village):
    verified = village.world.pay("joop", "amina", 30)
    one = submission(verified)

    def send(_: int) -> str:
        (outcome,) = post(village.bank, [one])
        assert isinstance(outcome, Posted)
        return receipts.receipt(village.bank, outcome.identity)

    with ThreadPoolExecutor(20) as pool:
        texts = list(pool.map(send, range(20)))
    assert len(set(texts)) == 1
    assert balance(village, "amina") == 30
    checked = receipts.check_receipt(texts[0], village.bank.ledger)
    assert checked.order.identity == verified.order.identity


def test_the_receipt_stays_the_same_after_more_payments(village):
    posted = village.post(village.world.pay("joop", "amina", 30))
    before = receipts.receipt(village.bank, posted.identity)
    for _ in range(5):
        village.post(village.world.pay("amina", "joop", 1))
    assert receipts.receipt(village.bank, posted.identity) == before


def test_a_refused_order_among_others_takes_nobody_with_it(village):
    world = village.world
    orders = [world.pay("joop", "amina", 10), world.pay("joop", "amina", 5000)]
    orders.append(world.pay("amina", "joop", 3))
    outcomes = post(village.bank, [submission(order) for order in orders])
    assert [type(outcome) for outcome in outcomes] == [Posted, Refused, Posted]
    assert balance(village, "joop") == -7


def test_malformed_bytes_among_good_orders_are_answered_in_their_place(village):
    good = submission(village.world.pay("joop", "amina", 10))
    bad = type(good)(b'{"not":"an order"}', good.authorizations)
    outcomes = post(village.bank, [bad, good])
    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].refusal.code == Code.BAD_FIELD
    assert isinstance(outcomes[1], Posted)


def test_a_signed_batch_posts_together_and_gives_one_entry_each(village):
    world = village.world
    legs = [world.leg("joop", "amina", 20), world.leg("joop", "els", 40)]
    batch = world.batch([world.order(world.pay_body(leg), "joop") for leg in legs], "joop")
    outcomes = post(village.bank, [submission(item) for item in batch])
    assert [type(outcome) for outcome in outcomes] == [Posted, Posted]
    assert balance(village, "joop") == -60


def test_a_signed_batch_with_one_order_too_many_for_its_payer_posts_nothing(village):
    world = village.world
    legs = [world.leg("joop", "amina", 20), world.leg("joop", "els", 4000)]
    batch = world.batch([world.order(world.pay_body(leg), "joop") for leg in legs], "joop")
    outcomes = post(village.bank, [submission(item) for item in batch])
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused]
    assert balance(village, "joop") == 0


def test_half_a_batch_is_refused(village):
    world = village.world
    legs = [world.leg("joop", "amina", 20), world.leg("joop", "els", 40)]
    batch = world.batch([world.order(world.pay_body(leg), "joop") for leg in legs], "joop")
    (outcome,) = post(village.bank, [submission(batch[0])])
    assert isinstance(outcome, Refused)
    assert outcome.refusal.code == Code.BATCH_INCOMPLETE


def test_an_order_refused_for_want_of_balance_stays_refused_until_it_expires(village):
    world = village.world
    too_much = world.pay("joop", "amina", 700)
    with pytest.raises(Refusal, match="below_floor"):
        village.post(too_much)
    village.post(world.pay("els", "joop", 300))
    with pytest.raises(Refusal, match="below_floor"):
        village.post(too_much)
    village.post(world.pay("joop", "amina", 700))


def test_an_order_refused_for_another_reason_may_be_sent_again(village):
    world = village.world
    early = world.pay("joop", "amina", 5, created=NOW + 600, expires=NOW + 1200)
    with pytest.raises(Refusal, match="not_yet"):
        village.post(early)
    village.clock.advance(600)
    village.post(early)


def test_the_same_author_and_id_with_other_bytes_is_refused(village):
    world = village.world
    first = world.pay("joop", "amina", 5)
    village.post(first)
    other = world.pay("joop", "amina", 6, id=first.order.header.id)
    with pytest.raises(Refusal, match="order_id_used"):
        village.post(other)


def test_a_clock_that_jumped_while_running_stops_posting(village):
    village.clock.seconds += 3600
    with pytest.raises(Unavailable) as caught:
        village.post(village.world.pay("joop", "amina", 5))
    assert caught.value.code is Down.CLOCK


def test_a_clock_behind_the_last_entry_stops_posting(village):
    village.bank.close()
    village.clock.seconds -= 3600
    bank = open_bank(village.bank.settings, village.clock)
    with pytest.raises(Unavailable) as caught:
        post(bank, [submission(village.world.pay("joop", "amina", 5))])
    assert caught.value.code is Down.CLOCK
    bank.close()


def test_times_in_the_journal_never_go_back(village):
    village.post(village.world.pay("joop", "amina", 5))
    village.clock.advance(-200)
    posted = village.post(village.world.pay("joop", "amina", 5))
    assert posted.time == NOW


def test_a_refusal_changes_no_table(village):
    before = dump(village)
    for verified in hostile(village):
        with pytest.raises(Refusal):
            village.post(verified)
    assert dump(village) == before


def hostile(village: Village) -> list[VerifiedOrder]:
    world = village.world
    return [
        world.pay("joop", "amina", 5, ledger="0" * 64),
        world.pay("joop", "amina", 5, created=NOW - 2000, expires=NOW - 1500),
        world.signed(world.order(world.pay_body(world.leg("joop", "amina", 5)), "joop"), "els"),
        world.issue("werk", 100, "0" * 64),
    ]


def dump(village: Village) -> list[str]:
    with village.bank.engine.connect() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None
        return [line for line in raw.iterdump() if "kept_refusals" not in line]
