"""One way in: what posts, posts once, durably; what does not, changes nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import ON_SQLITE, Village, submission
from tests.world import NOW
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.ledger import orders
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing, proofs, receipts, statements
from timebank.services.bank import open_bank
from timebank.services.drafts import commit
from timebank.services.posting import Posted, Refused, Submission, post, post_one
from timebank.storage.engine import writing


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
    checked = proofs.check_receipt(texts[0], village.bank.ledger)
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


def test_a_batch_refused_for_want_of_balance_stays_refused_until_it_expires(village):
    batch = payments_together(village, "joop", ("amina", 20), ("els", 700))
    assert {outcome.refusal.code for outcome in post(village.bank, batch)} == {Code.BELOW_FLOOR}
    village.post(village.world.pay("els", "joop", 300))
    assert {outcome.refusal.code for outcome in post(village.bank, batch)} == {Code.BELOW_FLOOR}
    assert balance(village, "joop") == 300


def test_nobody_gets_a_neighbour_s_order_refused_by_putting_it_into_a_batch_that_cannot_post(
    village,
):
    """Joop's order reaches Els before it is posted; she may spoil her own batch, not his order."""
    world = village.world
    his = world.order(world.pay_body(world.leg("joop", "amina", 5)), "joop")
    hers = world.order(world.pay_body(world.leg("els", "amina", 5000)), "els")
    spoilt = world.batch([hers, his], "els")
    refused = post(village.bank, [submission(item) for item in spoilt])
    assert {outcome.refusal.code for outcome in refused} == {Code.BELOW_FLOOR}
    village.post(world.signed(his, "joop"))


def test_a_kept_refusal_is_forgotten_once_its_order_has_long_expired(village):
    village.post(village.world.pay("joop", "amina", 600))
    for _ in range(3):
        with pytest.raises(Refusal, match="below_floor"):
            village.post(village.world.pay("joop", "amina", 1))
        village.wait(3600)
    with village.raw() as raw:
        assert raw.execute("SELECT count(*) FROM kept_refusals").fetchone() == (1,)


@pytest.mark.parametrize("code", ["below_floor", "not_authorized"])
def test_a_proposal_that_was_refused_may_be_sent_again(village, code):
    """It lives for a month, so no refusal of it is kept."""
    world = village.world
    village.issue(1_000, to="werk")
    body = orders.Retire(world.account("bart", "WIJK"), "WIJK", 100)
    order = world.order(body, "truus", lasts=86_400)
    signers = ("truus", "kees", "bart") if code == "below_floor" else ("truus", "kees")
    with pytest.raises(Refusal, match=code):
        village.post(world.signed(order, *signers))
    village.post(world.pay("werk", "bart", 100, "WIJK"))
    village.post(world.signed(order, "truus", "kees", "bart"))


def test_a_batch_sent_again_is_the_same_entries(village):
    batch = payments_together(village, "joop", ("amina", 20), ("els", 40))
    assert post(village.bank, batch) == post(village.bank, batch)
    assert post(village.bank, batch[1:]) == post(village.bank, batch)[1:]
    assert balance(village, "joop") == -60


def test_of_a_batch_of_which_one_order_was_posted_alone_that_one_is_answered_as_posted(village):
    world = village.world
    legs = [world.leg("joop", "amina", 20), world.leg("joop", "els", 40)]
    alone, other = (world.order(world.pay_body(leg), "joop") for leg in legs)
    posted = village.post(world.signed(alone, "joop"))
    batch = [submission(item) for item in world.batch([alone, other], "joop")]
    outcomes = post(village.bank, batch)
    assert outcomes[0] == posted
    assert isinstance(outcomes[1], Refused)
    assert balance(village, "joop") == -20


def test_the_same_order_twice_in_one_call_is_one_entry_answered_twice(village):
    one = submission(village.world.pay("joop", "amina", 5))
    first, second = post(village.bank, [one, one])
    assert first == second
    assert balance(village, "amina") == 5


@pytest.mark.parametrize("reverse", [False, True])
def test_an_order_with_somebody_else_s_signature_does_not_stand_in_the_way_of_the_good_one(
    village, reverse
):
    world = village.world
    order = world.order(world.pay_body(world.leg("joop", "amina", 5)), "joop")
    both = [submission(world.signed(order, name)) for name in ("els", "joop")]
    outcomes = post(village.bank, both[::-1] if reverse else both)
    assert [type(outcome) for outcome in outcomes] == [Posted, Posted]
    assert balance(village, "amina") == 5


def test_later_orders_of_one_call_see_what_earlier_ones_did(village):
    world = village.world
    joins = [world.admit("sara"), world.pay("els", "sara", 30), world.pay("sara", "joop", 40)]
    joins.append(world.admit("sara"))
    outcomes = post(village.bank, [submission(item) for item in joins])
    assert [type(outcome) for outcome in outcomes] == [Posted, Posted, Posted, Refused]
    assert balance(village, "sara") == -10
    assert auditing.check(village.bank) == []


def test_an_order_that_the_database_balks_at_takes_no_neighbour_with_it(village):
    world = village.world
    payments = [world.pay("joop", "amina", amount) for amount in (1, 2, 4)]
    odd = payments[1].order.identity
    with village.raw() as raw:
        raw.execute(
            "CREATE UNIQUE INDEX odd ON journal_entries"
            f" ((CASE WHEN seq = 0 OR identity = '{odd}' THEN 'out of the blue' END))"
        )
    with pytest.raises(IntegrityError, match="odd"):
        post(village.bank, [submission(item) for item in payments])
    assert balance(village, "amina") == 5
    with village.raw() as raw:
        raw.execute("DROP INDEX odd")
    outcomes = post(village.bank, [submission(item) for item in payments])
    assert [type(outcome) for outcome in outcomes] == [Posted] * 3
    assert balance(village, "amina") == 7
    assert auditing.check(village.bank) == []


@ON_SQLITE
def test_a_database_that_somebody_else_keeps_locked_says_so_and_posts_nothing(village, monkeypatch):
    village.bank.close()
    monkeypatch.setattr("timebank.storage.sqlite.BUSY_SECONDS", 0.05)
    payment = village.world.pay("joop", "amina", 5)
    with village.raw() as raw:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            village.post(payment)
        raw.execute("ROLLBACK")
    assert caught.value.code is Down.LOCKED
    assert village.post(payment).seq == 1


def test_reading_goes_on_while_a_long_batch_is_written(village):
    with writing(village.bank.engine):
        assert balance(village, "joop") == 0


def test_a_just_restored_ledger_waits_until_every_order_from_before_has_expired(village):
    stale = village.world.pay("joop", "amina", 5)
    with village.raw() as raw:
        raw.execute("INSERT INTO kept_settings VALUES ('restored_at', '" + str(NOW) + "')")
    for seconds in (0, 899):
        village.wait(seconds)
        with pytest.raises(Unavailable) as caught:
            village.post(village.world.pay("joop", "amina", 5))
        assert caught.value.code is Down.JUST_RESTORED
    village.wait(2)
    with pytest.raises(Refusal, match="expired"):
        village.post(stale)
    village.post(village.world.pay("joop", "amina", 5))


@pytest.mark.parametrize(("skew", "down"), [(300, False), (-300, False), (301, True), (-301, True)])
def test_wall_and_steady_clock_may_differ_by_five_minutes_and_no_more(village, skew, down):
    village.clock.seconds += skew
    payment = village.world.pay("joop", "amina", 5, created=NOW + skew, expires=NOW + skew + 900)
    if not down:
        assert village.post(payment).time == max(NOW, NOW + skew)
        return
    with pytest.raises(Unavailable) as caught:
        village.post(payment)
    assert caught.value.code is Down.CLOCK


def test_a_text_is_kept_only_when_the_order_that_commits_to_it_posts(village):
    world = village.world
    memo, stray = commit("fiets maken"), commit("niet genoemd")

    def send(amount: int) -> Submission:
        order = world.order(
            orders.Pay((world.leg("joop", "amina", amount),), memo.commitment), "joop"
        )
        return Submission(order.data, world.signatures(order, "joop"), (memo, stray))

    with pytest.raises(Refusal):
        post_one(village.bank, send(5_000))
    assert kept(village) == []
    post_one(village.bank, send(5))
    assert kept(village) == ["fiets maken"]


def kept(village: Village) -> list[str]:
    with village.raw() as raw:
        return [text for (text,) in raw.execute("SELECT text FROM kept_openings")]


def payments_together(village: Village, payer: str, *paid: tuple[str, int]) -> list[Submission]:
    world = village.world
    bodies = [world.pay_body(world.leg(payer, payee, amount)) for payee, amount in paid]
    batch = world.batch([world.order(body, payer) for body in bodies], payer)
    return [submission(item) for item in batch]


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
    before = village.tables()
    for verified in hostile(village):
        with pytest.raises(Refusal):
            village.post(verified)
    assert village.tables() | {"kept_refusals": []} == before


def hostile(village: Village) -> list[VerifiedOrder]:
    world = village.world
    return [
        world.pay("joop", "amina", 5, ledger="0" * 64),
        world.pay("joop", "amina", 5, created=NOW - 2000, expires=NOW - 1500),
        world.signed(world.order(world.pay_body(world.leg("joop", "amina", 5)), "joop"), "els"),
        world.issue("werk", 100, "0" * 64),
    ]
