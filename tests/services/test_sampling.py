"""Who is phoned follows from a root on paper: nobody chooses, and anybody can draw again."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import Village, copy_of, reopened
from timebank.journal import ProofError
from timebank.ledger import orders
from timebank.services import readings, sampling
from timebank.settings import Settings

ROOT = sha256(b"root").digest()
MEMBERS = {sha256(b"%d" % n).hexdigest()[:32]: 1 for n in range(100)}


@pytest.fixture(name="held")
def _held(market: Settings, tmp_path: Path) -> Iterator[Village]:
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


@given(st.binary(min_size=32, max_size=32), st.integers(1, 150))
def test_a_draw_is_distinct_members_and_the_longer_begins_with_the_shorter(root, count):
    drawn = sampling.draw(root, MEMBERS, count)
    assert len(set(drawn)) == len(drawn) == min(count, len(MEMBERS))
    assert sampling.draw(root, MEMBERS, 150)[: len(drawn)] == drawn


def test_a_draw_does_not_depend_on_the_order_of_the_list():
    other = dict(reversed(MEMBERS.items()))
    assert sampling.draw(ROOT, other, 10) == sampling.draw(ROOT, MEMBERS, 10)


def test_another_root_draws_others():
    other = sha256(b"another").digest()
    assert sampling.draw(other, MEMBERS, 10) != sampling.draw(ROOT, MEMBERS, 10)


def test_a_draw_stays_as_it_was_specified():
    """Anybody can do it with a pocket program: the lowest SHA-256 is first."""

    def ticket(member):
        return sha256(b"timebank:sample:v1\0" + ROOT + member.encode() + b"0").digest()

    assert sampling.draw(ROOT, MEMBERS, 5) == sorted(MEMBERS, key=ticket)[:5]


def test_more_tickets_are_drawn_more_often():
    tickets = {"a" * 32: 9, "b" * 32: 1}
    first = Counter(sampling.draw(sha256(b"%d" % n).digest(), tickets, 1)[0] for n in range(500))
    assert 420 < first["a" * 32] < 480


def test_who_is_drawn_can_see_it(held: Village) -> None:
    found = sampling.sample(held.bank, held.world.member("els"), 4)
    assert len(found.drawn) == 4
    for drawn in found.drawn:
        (seen,) = readings.readings_of(held.bank, drawn.member) or (None,)
        if drawn.member != held.world.member("els"):
            assert seen is not None
            assert seen.what == "sample"


def test_the_same_checkpoint_draws_the_same_members_later(held: Village) -> None:
    first = sampling.sample(held.bank, readings.OPERATOR, 4)
    held.post(held.world.pay("els", "joop", 5))
    again = sampling.sample(held.bank, readings.OPERATOR, 4, size=first.size)
    assert again.root == first.root
    assert [each.member for each in again.drawn] == [each.member for each in first.drawn]


def test_there_is_no_draw_by_a_checkpoint_to_come(held: Village) -> None:
    with pytest.raises(ProofError):
        sampling.sample(held.bank, readings.OPERATOR, 4, size=9_999)


def test_members_who_left_or_are_blocked_are_not_phoned(held: Village) -> None:
    sara = held.world.member("sara")
    found = sampling.sample(held.bank, readings.OPERATOR, 100)
    assert sara not in {each.member for each in found.drawn}
    held.do(orders.Suspend(sara, False, "ab" * 32), "els")
    found = sampling.sample(held.bank, readings.OPERATOR, 100, by_activity=True)
    assert sara in {each.member for each in found.drawn}
    assert {each.tickets for each in found.drawn} != {1}
