"""Issuing against what stands on the bank, and taking credits out of circulation."""

import pytest

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import auditing, payments, treasury
from timebank.services.posting import Posted


@pytest.fixture(name="who")
def _who(village):
    return village.world.member


def deposit(village: Village, amount: int, line: str = "storting") -> Posted:
    draft = treasury.draft_record_bank(village.bank, village.world.member("truus"), amount, line)
    return village.send(draft, "truus")


def draft_issue(village: Village, amount: int, to: str = "werk"):
    member = village.world.member
    return treasury.draft_issue(
        village.bank, member("truus"), member(to), "WIJK", amount, "beloning"
    )


def test_an_issue_cites_the_oldest_lines_first_whatever_their_identities(village):
    lines = [deposit(village, 100 + number) for number in range(6)]
    draft = draft_issue(village, 100 + 101 + 50)
    assert isinstance(draft.order.body, orders.Issue)
    cited = {item.line: item.amount for item in draft.order.body.backing}
    assert cited == {lines[0].identity: 100, lines[1].identity: 101, lines[2].identity: 50}
    village.send(draft, "truus", "kees")
    draft = draft_issue(village, 60)
    assert isinstance(draft.order.body, orders.Issue)
    cited = {item.line: item.amount for item in draft.order.body.backing}
    assert cited == {lines[2].identity: 52, lines[3].identity: 8}
    village.send(draft, "truus", "kees")
    assert auditing.check(village.bank) == []


def test_an_issue_of_more_than_is_left_says_what_is_left(village):
    deposit(village, 300)
    village.send(draft_issue(village, 100), "truus", "kees")
    with pytest.raises(Refusal) as caught:
        draft_issue(village, 201)
    assert (caught.value.code, caught.value.details) == (Code.BACKING_TOO_SMALL, {"left": 200})


def test_an_issue_cites_no_more_lines_than_an_order_may(village):
    for _ in range(18):
        deposit(village, 10)
    assert draft_issue(village, 160)
    with pytest.raises(Refusal) as caught:
        draft_issue(village, 161)
    assert caught.value.details == {"left": 160}


def test_money_that_went_out_again_backs_nothing(village):
    deposit(village, 300)
    deposit(village, -300)
    with pytest.raises(Refusal) as caught:
        village.send(draft_issue(village, 100), "truus", "kees")
    assert caught.value.code is Code.BACKING_TOO_SMALL


def test_an_issue_that_is_corrected_frees_the_lines_it_cited(village, who):
    deposit(village, 300)
    issued = village.send(draft_issue(village, 300), "truus", "kees")
    legs = payments.correctable(village.bank, issued.identity)
    draft = payments.draft_correct(village.bank, who("truus"), issued.identity, legs, "fout")
    village.send(draft, "truus", "kees")
    assert auditing.check(village.bank) == []
    village.send(draft_issue(village, 300), "truus", "kees")
    assert village.balance("werk", "WIJK") == 300


def test_the_cover_says_what_circulates_and_what_stands_against_it(village, who):
    deposit(village, 500)
    village.send(draft_issue(village, 400), "truus", "kees")
    draft = treasury.draft_retire(village.bank, who("truus"), who("werk"), "WIJK", 100, "terug")
    village.send(draft, "truus", "kees", "werk")
    (cover,) = treasury.cover(village.bank)
    assert cover == treasury.Cover("WIJK", "backed", 400, 100, 300, 500)
    mistake = village.send(draft_issue(village, 50), "truus", "kees")
    legs = payments.correctable(village.bank, mistake.identity)
    fault = payments.draft_correct(village.bank, who("truus"), mistake.identity, legs, "fout")
    village.send(fault, "truus", "kees")
    assert treasury.cover(village.bank) == [cover], "what was corrected was not issued"


def test_two_pairs_of_eyes_are_two_people(village, who):
    deposit(village, 300)
    with pytest.raises(Refusal) as caught:
        village.send(draft_issue(village, 100), "truus")
    assert caught.value.code is Code.TOO_FEW_APPROVALS
    with pytest.raises(Refusal) as caught:
        village.send(draft_issue(village, 100), "truus", "els")
    assert caught.value.code is Code.TOO_FEW_APPROVALS
