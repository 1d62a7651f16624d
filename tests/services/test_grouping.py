"""Callers share work; each gets their own answer, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from timebank.services.grouping import Grouping

PATIENCE = 20


class Bench:
    """Work that is held up until it may go on, so that callers come together while it lasts."""

    def __init__(self, most: int = 100) -> None:
        self.grouping = Grouping[int, int](most)
        self.batches: list[list[int]] = []
        self.busy = threading.Event()
        self.go_on = threading.Event()
        self.overlaps = 0
        self._at_work = threading.Lock()

    def double(self, works):
        if not self._at_work.acquire(blocking=False):
            self.overlaps += 1
        else:
            self.batches.append(list(works))
            self.busy.set()
            assert self.go_on.wait(PATIENCE)
            self._at_work.release()
        return [ValueError(work) if work < 0 else 2 * work for work in works]

    def share(self, work):
        return self.grouping.share(work, self.double)

    def waiting(self, number):
        while len(self.grouping._waiting) < number:
            threading.Event().wait(0.001)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(50) as pool:
        yield pool


def gathered(bench, pool, works):
    """One is at work; the others come, one after another, before it is done."""
    first = pool.submit(bench.share, 0)
    assert bench.busy.wait(PATIENCE)
    others = []
    for number, work in enumerate(works, 1):
        others.append(pool.submit(bench.share, work))
        bench.waiting(number)
    return first, others


def test_who_is_alone_is_answered_at_once():
    bench = Bench()
    bench.go_on.set()
    assert [bench.share(work) for work in (1, 2, 3)] == [2, 4, 6]
    assert bench.batches == [[1], [2], [3]]


def test_who_comes_meanwhile_goes_along_next_in_order_of_arrival(pool):
    bench = Bench()
    first, others = gathered(bench, pool, range(1, 9))
    bench.go_on.set()
    assert first.result(PATIENCE) == 0
    assert [other.result(PATIENCE) for other in others] == [2 * work for work in range(1, 9)]
    assert bench.batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def test_no_more_go_along_than_fit(pool):
    bench = Bench(most=3)
    _, others = gathered(bench, pool, range(1, 8))
    bench.go_on.set()
    assert [other.result(PATIENCE) for other in others] == [2 * work for work in range(1, 8)]
    assert bench.batches == [[0], [1, 2, 3], [4, 5, 6], [7]]


def test_a_failure_is_for_its_caller_alone(pool):
    bench = Bench()
    _, (good, bad, other) = gathered(bench, pool, [1, -2, 3])
    bench.go_on.set()
    assert (good.result(PATIENCE), other.result(PATIENCE)) == (2, 6)
    with pytest.raises(ValueError, match="-2"):
        bad.result(PATIENCE)


def test_what_fails_for_all_is_raised_to_all_and_the_next_are_served(pool):
    bench = Bench()

    def fail(works):
        bench.double(works)
        raise RuntimeError("the disk is gone")

    first = pool.submit(bench.grouping.share, 0, fail)
    assert bench.busy.wait(PATIENCE)
    others = []
    for number in (1, 2):
        others.append(pool.submit(bench.grouping.share, number, fail))
        bench.waiting(number)
    bench.go_on.set()
    for caller in (first, *others):
        with pytest.raises(RuntimeError, match="the disk is gone"):
            caller.result(PATIENCE)
    assert bench.share(4) == 8


class Interrupted(threading.Event):
    """What somebody waits for who is interrupted as soon as they wait."""

    def wait(self, timeout=None):
        raise KeyboardInterrupt


def give_up(bench, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            bench.share(-1)


def test_who_stops_waiting_is_left_out(pool, monkeypatch):
    bench = Bench()
    first, (before,) = gathered(bench, pool, [1])
    give_up(bench, monkeypatch)
    bench.go_on.set()
    assert (first.result(PATIENCE), before.result(PATIENCE)) == (0, 2)
    assert bench.share(3) == 6
    assert bench.batches == [[0], [1], [3]]


def test_who_stops_waiting_when_it_was_theirs_to_lead_holds_nobody_up(monkeypatch):
    bench = Bench()
    bench.go_on.set()
    give_up(bench, monkeypatch)
    assert bench.share(2) == 4


def test_of_many_callers_each_gets_their_own_answer_and_one_is_at_work_at_a_time():
    bench = Bench(most=7)
    bench.go_on.set()
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(bench.share, range(2_000))) == [2 * n for n in range(2_000)]
    assert bench.overlaps == 0
    assert sorted(n for batch in bench.batches for n in batch) == list(range(2_000))
    assert max(map(len, bench.batches)) <= 7
