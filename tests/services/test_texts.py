"""Texts stay with whom they were written to: nobody reads one by naming it in an order."""

from dataclasses import replace

import pytest

from tests.services.conftest import Village, submission
from tests.world import a_commitment
from timebank.errors import Code
from timebank.ledger import orders
from timebank.services import payments, requests, statements
from timebank.services.drafts import Draft, commit
from timebank.services.posting import Posted, Refused, Submission, post, post_one
from timebank.storage import people
from timebank.storage.engine import writing

SECRET = "naar de dokter gebracht"


@pytest.fixture(name="hidden")
def _hidden(village: Village) -> str:
    """The commitment to a text between Joop and Amina, as an auditor sees it."""
    opening = commit(SECRET)
    leg = village.world.leg("joop", "amina", 30)
    draft = Draft(village.world.order(orders.Pay((leg,), opening.commitment), "joop"), (opening,))
    village.send(draft, "joop")
    return opening.commitment


def naming(village: Village, hidden: str) -> dict[str, tuple[orders.Body, str]]:
    """Orders that name a text, each by who may give it alone."""
    world = village.world
    village.issue(1_000, "werk")
    village.post(world.pay("werk", "bart", 500, "WIJK"))
    paid = village.post(world.pay("els", "farid", 5))
    return {
        "pay": (orders.Pay((world.leg("els", "farid", 1),), hidden), "els"),
        "refund": (orders.Refund(paid.identity, (world.leg("farid", "els", 1),), hidden), "farid"),
        "redeem": (
            orders.Redeem(world.account("bart", "WIJK"), "WIJK", 100, hidden),
            "bart",
        ),
        "suspend": (orders.Suspend(world.member("joop"), True, hidden), "els"),
    }


@pytest.mark.parametrize("kind", ["pay", "refund", "redeem", "suspend"])
def test_an_order_that_names_another_s_text_is_refused(village: Village, hidden: str, kind: str):
    body, author = naming(village, hidden)[kind]
    order = village.world.order(body, author)
    signed = Submission(order.data, village.world.signatures(order, author))
    (outcome,) = post(village.bank, [signed])
    assert isinstance(outcome, Refused)
    assert outcome.refusal.code is Code.BAD_FIELD
    assert outcome.refusal.details == {"field": "openings"}
    shown = statements.history(village.bank, village.world.member(author))
    assert SECRET not in {movement.memo for movement in shown}


def test_a_newcomer_whose_name_is_another_s_text_does_not_come_in(village: Village, hidden: str):
    admit = village.world.admit("sara").order.body
    assert isinstance(admit, orders.Admit)
    order = village.world.order(replace(admit, name=hidden), "sara")
    (outcome,) = post(village.bank, [submission(village.world.signed(order, "sara"))])
    assert isinstance(outcome, Refused)
    assert outcome.refusal.details == {"field": "openings"}


def test_who_brings_the_text_along_may_name_it(village: Village, hidden: str):
    with writing(village.bank.engine) as conn:
        (opening,) = people.openings_of(conn, [hidden])
    order = village.world.order(orders.Pay((village.world.leg("els", "farid", 1),), hidden), "els")
    assert isinstance(village.send(Draft(order, (opening,)), "els"), Posted)


def test_a_text_nobody_keeps_may_be_named(village: Village):
    body = orders.Pay((village.world.leg("els", "farid", 1),), a_commitment("elders geschreven"))
    assert isinstance(village.do(body, "els"), Posted)


def test_the_same_order_sent_again_without_its_text_is_the_same_entry(village: Village):
    opening = commit(SECRET)
    leg = village.world.leg("joop", "amina", 30)
    order = village.world.order(orders.Pay((leg,), opening.commitment), "joop")
    first = village.send(Draft(order, (opening,)), "joop")
    assert village.send(Draft(order), "joop") == first


def test_who_answers_a_request_brings_its_text(village: Village):
    world, bank = village.world, village.bank
    asked = requests.create(bank, world.member("amina"), {"UUR": 15}, memo=SECRET)
    draft = payments.draft_answer(bank, world.member("joop"), asked)
    (outcome,) = post(bank, [replace(sent(village, draft), openings=())])
    assert isinstance(outcome, Refused)
    assert isinstance(post_one(bank, sent(village, draft)), Posted)


def test_a_neighbour_s_order_is_not_refused_with_it(village: Village, hidden: str):
    world = village.world
    good = world.order(orders.Pay((world.leg("kees", "farid", 1),)), "kees")
    bad = world.order(orders.Pay((world.leg("els", "farid", 1),), hidden), "els")
    outcomes = post(
        village.bank,
        [
            Submission(bad.data, world.signatures(bad, "els")),
            Submission(good.data, world.signatures(good, "kees")),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, Posted]


def sent(village: Village, draft: Draft) -> Submission:
    return draft.submission(village.signatures(draft, "joop"))
