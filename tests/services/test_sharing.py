"""Callers of one process share a transaction; several processes share a ledger."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import Village, submission
from tests.services.test_crashes import in_a_child, post_and_tell, posted
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.ledger import orders
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing, posting
from timebank.services.bank import open_bank
from timebank.services.drafts import Draft
from timebank.services.posting import Outcome, Posted, Refused, post
from timebank.storage import journal
from timebank.storage.engine import reading, writing

PATIENCE = 60


@pytest.fixture(name="gathered")
def _gathered(village: Village) -> Any:
    """Have callers come together: one is posting, the others wait until it is done."""
    with ThreadPoolExecutor(20) as pool:

        def gather(*calls: list[VerifiedOrder]) -> list[Future[list[Outcome]]]:
            first = village.world.pay("els", "amina", 1)
            futures = []
            with writing(village.bank.engine):
                for number, orders in enumerate([[first], *calls]):
                    sent = [submission(order) for order in orders]
                    futures.append(pool.submit(post, village.bank, sent))
                    until(partial(led, village, number))
            return futures[1:]

        yield gather


def until(condition: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("nothing came of it")


def led(village: Village, waiting: int) -> bool:
    posting = village.bank.posting
    return posting._led and len(posting._waiting) == waiting


def batches(village: Village) -> list[int]:
    """How many entries each transaction added."""
    with reading(village.bank.engine) as conn:
        sizes = [0, *(size for size, _ in journal.checkpoints(conn))]
    return [size - before for before, size in pairwise(sizes)]


def test_who_comes_while_another_posts_shares_the_next_transaction(village, gathered):
    calls = [[village.world.pay("joop", "amina", 1)] for _ in range(12)]
    answers = [caller.result(PATIENCE) for caller in gathered(*calls)]
    assert batches(village) == [1, 1, 12]
    assert [answer[0].seq for answer in answers] == list(range(2, 14))
    assert [answer[0].identity for answer in answers] == [c[0].order.identity for c in calls]
    assert auditing.check(village.bank) == []


def test_a_refused_caller_takes_no_neighbour_along(village, gathered):
    pay = village.world.pay
    calls = [[pay("joop", "amina", 10)], [pay("joop", "amina", 5_000)], [pay("amina", "els", 3)]]
    answers = [caller.result(PATIENCE)[0] for caller in gathered(*calls)]
    assert [type(answer) for answer in answers] == [Posted, Refused, Posted]
    assert batches(village) == [1, 1, 2]


def test_who_sends_half_of_a_neighbour_s_batch_does_not_spoil_the_whole(village, gathered):
    world = village.world
    legs = [world.leg("joop", "amina", 20), world.leg("joop", "els", 40)]
    whole = world.batch([world.order(world.pay_body(leg), "joop") for leg in legs], "joop")
    (half,), both = (caller.result(PATIENCE) for caller in gathered([whole[1]], list(whole)))
    assert [type(outcome) for outcome in both] == [Posted, Posted]
    assert isinstance(half, Refused)
    assert half.refusal.code == Code.BATCH_INCOMPLETE


def test_the_same_order_of_two_callers_is_one_entry(village, gathered):
    order = village.world.pay("joop", "amina", 10)
    one, other = (caller.result(PATIENCE) for caller in gathered([order], [order]))
    assert one == other
    assert village.balance("joop") == -10


def test_what_the_database_balks_at_fails_for_its_caller_alone(village, gathered):
    calls = [[village.world.pay("joop", "amina", amount)] for amount in (1, 2, 4)]
    odd = calls[1][0].order.identity
    with village.raw() as raw:
        raw.execute(
            "CREATE UNIQUE INDEX odd ON journal_entries"
            f" ((CASE WHEN seq = 0 OR identity = '{odd}' THEN 1 END))"
        )
    one, two, four = gathered(*calls)
    assert isinstance(one.result(PATIENCE)[0], Posted)
    assert isinstance(four.result(PATIENCE)[0], Posted)
    with pytest.raises(IntegrityError, match="odd"):
        two.result(PATIENCE)
    assert village.balance("joop") == -5
    assert auditing.check(village.bank) == []


def test_a_mistake_of_ours_fails_for_the_caller_who_meets_it(village, gathered, monkeypatch):
    calls = [[village.world.pay("joop", "amina", amount)] for amount in (1, 2, 4)]
    keep = posting.check_brought

    def mistaken(conn, body, brought):
        if body == calls[1][0].order.body:
            raise ValueError("a mistake")
        keep(conn, body, brought)

    monkeypatch.setattr(posting, "check_brought", mistaken)
    one, two, four = gathered(*calls)
    assert isinstance(one.result(PATIENCE)[0], Posted)
    assert isinstance(four.result(PATIENCE)[0], Posted)
    with pytest.raises(ValueError, match="a mistake"):
        two.result(PATIENCE)


def test_legs_beyond_all_measure_are_refused_and_remembered(village):
    world, most = village.world, 2**53 - 1
    legs = (world.leg("joop", "amina", most), world.leg("joop", "els", most))
    order = world.order(orders.Pay(legs), "joop")
    for _ in range(2):
        with pytest.raises(Refusal) as caught:
            village.send(Draft(order), "joop")
        assert caught.value.code is Code.BELOW_FLOOR


def test_what_stops_all_posting_is_said_to_every_caller(village, gathered):
    village.bank.settings.guard.unlink()
    for caller in gathered(*([village.world.pay("joop", "amina", 1)] for _ in range(3))):
        with pytest.raises(Unavailable) as caught:
            caller.result(PATIENCE)
        assert caught.value.code is Down.GUARD_MISSING


# ---- several processes


def test_processes_that_post_to_one_ledger_at_once_share_it(village):
    """Each releases checkpoints of its own; the guard, between them, only ever moves forward."""
    payments = [[village.world.pay("joop", "amina", 1) for _ in range(25)] for _ in range(3)]
    village.bank.close()
    children = []
    for mine, size in zip(payments, (1, 2, 5), strict=True):

        def work(told: int, mine=mine, size=size) -> None:
            post_and_tell(village, mine, size, told)

        children.append(in_a_child(work))
    for child, told in children:
        with open(told, "rb") as lines:
            assert len(lines.read().split()) == 25
        assert os.waitpid(child, 0)[1] == 0
    village.bank = open_bank(village.bank.settings, village.clock)
    assert set(posted(village)[1:]) == {one.order.identity for mine in payments for one in mine}
    assert len(posted(village)) == 76
    assert village.bank.guard.read().size == 76
    assert auditing.check(village.bank) == []


def test_a_command_gets_its_turn_beside_a_busy_server(village):
    village.bank.close()
    mine = [village.world.pay("els", "joop", 1) for _ in range(10)]
    village.world.counter += 1_000_000

    def serve(told: int) -> None:
        bank = open_bank(village.bank.settings, village.clock)
        drawing = threading.Lock()

        def visitor(names: tuple[str, str]) -> None:
            while True:
                with drawing:
                    order = submission(village.world.pay(*names, 1))
                post(bank, [order])
                os.write(told, b".")

        for number in range(8):
            names = ("joop", "amina") if number % 2 else ("amina", "joop")
            threading.Thread(target=visitor, args=(names,), daemon=True).start()
        signal.pause()

    child, served = in_a_child(serve)
    try:
        os.read(served, 1)
        bank = open_bank(village.bank.settings, village.clock)
        for order in mine:
            (outcome,) = post(bank, [submission(order)])
            assert isinstance(outcome, Posted)
            assert os.read(served, 1), "the server must be busy all the while"
        bank.close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(served)
    village.bank = open_bank(village.bank.settings, village.clock)
    assert auditing.check(village.bank) == []
