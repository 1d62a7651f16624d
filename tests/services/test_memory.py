"""What is remembered between batches: never anything that the journal no longer says."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import Village, reopened, submission
from tests.world import a_commitment
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.services import auditing, memory
from timebank.services.posting import post_one
from timebank.storage import fold, journal
from timebank.storage.engine import reading


@pytest.fixture(name="other")
def _other(village: Village):
    """Another process on the same ledger."""
    other = reopened(village.bank.settings)
    yield other
    other.bank.close()


def remembered(village: Village):
    """The lasting facts that the next batch would find in memory."""
    with reading(village.bank.engine) as conn:
        head = journal.read_head(conn)
        state = village.bank.memory.take(head)
        if state is None:
            return []
        kept = [fact for kind in memory.LASTING for fact in state.all(kind)]
        village.bank.memory.keep(head, state, ())
        return kept


def test_what_is_remembered_is_what_the_tables_say(village):
    for amount, payer, payee in [(5, "joop", "amina"), (3, "amina", "els"), (7, "els", "joop")]:
        village.post(village.world.pay(payer, payee, amount))
        kept = remembered(village)
        with reading(village.bank.engine) as conn:
            stored = fold.load_facts(conn, [(type(fact), fact.key) for fact in kept])
        assert set(kept) == set(stored)
        assert sum(isinstance(fact, Account) for fact in kept) >= 2


def test_the_next_order_of_the_same_people_looks_up_none_of_them_again(village, monkeypatch):
    village.post(village.world.pay("joop", "amina", 5))
    asked = []
    load = fold.load_facts
    monkeypatch.setattr(
        fold, "load_facts", lambda conn, refs: asked.extend(refs) or load(conn, refs)
    )
    village.post(village.world.pay("joop", "amina", 5))
    assert asked
    assert not [kind for kind, _ in asked if kind in memory.LASTING]


def test_two_processes_by_turns_decide_on_what_the_other_has_posted(village, other):
    turns = [(village, "joop", "amina", 5), (other, "amina", "joop", 5)] * 4
    for where, payer, payee, amount in turns:
        post_one(where.bank, submission(village.world.pay(payer, payee, amount)))
        assert (village.balance("joop"), other.balance("joop")) in [(-5, -5), (0, 0)]
    assert auditing.check(village.bank) == []


def test_what_another_process_has_spent_cannot_be_spent_again(village, other):
    def pay(where: Village, amount: int) -> None:
        post_one(where.bank, submission(village.world.pay("joop", "amina", amount)))

    with reading(village.bank.engine) as conn:
        joop = village.world.account("joop", "UUR")
        (account,) = fold.load_facts(conn, [(Account, joop)])
    left = account.balance - account.floor
    pay(village, 1)
    pay(other, left - 3)
    with pytest.raises(Refusal) as caught:
        pay(village, 3)
    assert caught.value.code is Code.BELOW_FLOOR
    assert caught.value.details["shortfall"] == 1
    pay(village, 2)
    with pytest.raises(Refusal):
        pay(other, 1)
    assert auditing.check(village.bank) == []


def test_whom_another_process_has_suspended_cannot_pay_any_more(village, other):
    village.post(village.world.pay("joop", "amina", 1))
    other.do(orders.Suspend(village.world.member("joop"), True, a_commitment("x")), "els")
    with pytest.raises(Refusal) as caught:
        village.post(village.world.pay("joop", "amina", 1))
    assert caught.value.code is Code.MEMBER_SUSPENDED


def test_a_batch_that_comes_to_nothing_leaves_nothing_behind(village, monkeypatch):
    village.post(village.world.pay("joop", "amina", 5))
    assert remembered(village)

    def fails(*_):
        raise IntegrityError("", None, Exception("the disk is gone"))

    with monkeypatch.context() as broken:
        broken.setattr(journal, "append", fails)
        with pytest.raises(IntegrityError):
            village.post(village.world.pay("joop", "amina", 7))
    assert remembered(village) == []
    village.post(village.world.pay("joop", "amina", 1))
    assert village.balance("amina") == 6
    assert auditing.check(village.bank) == []


def test_a_refused_order_changes_nothing_of_what_is_remembered(village):
    village.post(village.world.pay("joop", "amina", 5))
    before = set(remembered(village))
    with pytest.raises(Refusal):
        village.post(village.world.pay("joop", "amina", 10**9))
    assert set(remembered(village)) == before


def test_more_than_fits_is_forgotten(village, monkeypatch):
    monkeypatch.setattr(memory, "MOST", 3)
    village.post(village.world.pay("joop", "amina", 5))
    assert remembered(village) == []
    village.post(village.world.pay("amina", "joop", 5))
    assert auditing.check(village.bank) == []
