"""Issuing against what stands on the bank, and paying out what shops hand in."""

import csv
import io

import pytest

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import auditing, payments, treasury
from timebank.services.posting import Posted
from timebank.services.treasury import Payout


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


def redeem(village: Village, shop: str, amount: int, payout: str) -> Posted:
    village.post(village.world.pay("werk", shop, amount, "WIJK"))
    draft = payments.draft_redeem(village.bank, village.world.member(shop), "WIJK", amount, payout)
    return village.send(draft, shop)


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
    assert (cover.issued, cover.retired, cover.in_circulation, cover.reserve) == (
        400,
        100,
        300,
        500,
    )


def test_a_settlement_pays_every_redemption_once_to_where_its_shop_said(village, who):
    village.issue(1_000)
    for shop, amount in (("noor", 150), ("bart", 300), ("bart", 200)):
        redeem(village, shop, amount, f"{shop}, NL00BANK{amount}")
    planned = treasury.plan_settlement(village.bank, "WIJK")
    assert sorted((item.amount, item.destination) for item in planned) == [
        (150, "noor, NL00BANK150"),
        (200, "bart, NL00BANK200"),
        (300, "bart, NL00BANK300"),
    ]
    draft = treasury.draft_settle(village.bank, who("truus"), "WIJK", planned)
    assert isinstance(draft.order.body, orders.Settle)
    assert [opening.text for opening in draft.openings] == [
        f"sha256 {treasury.payout_digest(planned)}"
    ]
    village.send(draft, "truus", "kees")
    assert treasury.plan_settlement(village.bank, "WIJK") == []
    assert treasury.payouts_of(village.bank, draft.order.body) == planned
    again = treasury.draft_settle(village.bank, who("truus"), "WIJK", planned)
    with pytest.raises(Refusal) as caught:
        village.send(again, "truus", "kees")
    assert caught.value.code is Code.ALREADY_SETTLED
    (cover,) = treasury.cover(village.bank)
    assert (cover.in_circulation, cover.reserve) == (350, 350)


def test_a_redemption_that_came_in_after_the_plan_waits_for_the_next(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, "bart")
    planned = treasury.plan_settlement(village.bank, "WIJK")
    late = redeem(village, "noor", 100, "noor")
    village.send(
        treasury.draft_settle(village.bank, who("truus"), "WIJK", planned), "truus", "kees"
    )
    (waiting,) = treasury.plan_settlement(village.bank, "WIJK")
    assert waiting.redemption == late.identity


def test_a_settlement_with_an_amount_changed_by_hand_is_refused(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, "bart")
    (planned,) = treasury.plan_settlement(village.bank, "WIJK")
    more = Payout(planned.redemption, planned.account, planned.member, "", 301, "")
    with pytest.raises(Refusal) as caught:
        village.send(
            treasury.draft_settle(village.bank, who("truus"), "WIJK", [more]), "truus", "kees"
        )
    assert caught.value.code is Code.REQUEST_DIFFERS


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+31612345678", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", "\uff1d1"],
)
def test_no_cell_of_a_payout_list_is_a_formula(name):
    text = treasury.payout_csv([Payout("r", "a", "m", name, 12_345, name)])
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert row == ["r", f"'{name.strip()}", f"'{name.strip()}", "123,45"]


@pytest.mark.parametrize("name", ["", "Bakkerij 't Hoekje", 'Bart "de bakker", Bos', "5=5"])
def test_a_payout_list_reads_back_as_it_was_written(name):
    text = treasury.payout_csv([Payout("r", "a", "m", name, 5, "NL00BANK")])
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert row == ["r", name, "NL00BANK", "0,05"]


def test_a_name_of_two_lines_is_still_one_row():
    text = treasury.payout_csv([Payout("r", "a", "m", "Bart\rx,Piet,NL66,999", 5, "NL\n00")])
    (row,) = list(csv.reader(io.StringIO(text)))[1:]
    assert row == ["r", "Bart x,Piet,NL66,999", "NL 00", "0,05"]


def test_another_list_has_another_digest():
    lists = [[Payout("r", "a", "m", "Bart", amount, "NL")] for amount in (1, 2)]
    assert treasury.payout_digest(lists[0]) != treasury.payout_digest(lists[1])


def test_two_pairs_of_eyes_are_two_people(village, who):
    deposit(village, 300)
    with pytest.raises(Refusal) as caught:
        village.send(draft_issue(village, 100), "truus")
    assert caught.value.code is Code.TOO_FEW_APPROVALS
    with pytest.raises(Refusal) as caught:
        village.send(draft_issue(village, 100), "truus", "els")
    assert caught.value.code is Code.TOO_FEW_APPROVALS
