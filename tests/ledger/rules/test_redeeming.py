"""Agree to the terms of redeeming, and hand in credits on them: minimum, fee and agreement."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.town import Town
from tests.world import CREDITS, HOURS, a_commitment, an_id
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Agreement, Posted, Redemption
from timebank.ledger.rules.redeeming import fee_back
from timebank.ledger.verified import VerifiedOrder

COORDINATORS, TREASURERS = ("els", "farid"), ("truus", "kees")
NOTE = a_commitment("notitie")
ORGANISATIONS: dict[str, Any] = {"redeemers": ("organisation",)}


@pytest.fixture
def rich(town: Town) -> Town:
    """Werk holds 260,00 credits and bart 240,00."""
    town.deposit_and_issue()
    town.post(town.pay("werk", "bart", 24_000, "WIJK"))
    return town


def set_policy(town: Town, policy: orders.Policy, *signers: str) -> VerifiedOrder:
    return town.by(orders.SetPolicy("WIJK", policy), *signers or COORDINATORS)


def terms(**changes: Any) -> orders.Policy:
    fields = {"minimum": 0, "fee": 0} | changes
    return replace(CREDITS.policy, redeeming=orders.Redeeming(**fields))


# ---- agree


def test_a_shop_agrees_and_then_redeems(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    rich.refuses(Code.NO_AGREEMENT, rich.redeem("bart", 100))
    rich.post(rich.agree("bart", "afspraken"))
    assert list(rich.state.all(Agreement)) == [
        Agreement(rich.member("bart"), "WIJK", a_commitment("afspraken"))
    ]
    rich.post(rich.redeem("bart", 100))
    rich.refuses(Code.NO_AGREEMENT, rich.redeem("werk", 100))


def test_agreeing_moves_nothing_and_may_be_done_again(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    assert rich.post(rich.agree("bart", "afspraken")).postings == ()
    rich.post(rich.agree("bart", "afspraken"))
    rich.post(rich.redeem("bart", 100))


def test_other_terms_are_agreed_to_again_and_so_are_the_old_ones(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    rich.post(rich.agree("bart", "afspraken"))
    rich.post(rich.set_terms(agreement="nieuwe afspraken"))
    rich.refuses(Code.NO_AGREEMENT, rich.redeem("bart", 100))
    rich.refuses(Code.POLICY_FORBIDS, rich.agree("bart", "afspraken"))
    rich.post(rich.agree("bart", "nieuwe afspraken"))
    rich.post(rich.redeem("bart", 100))
    rich.post(rich.set_terms(agreement="afspraken"))
    rich.refuses(Code.NO_AGREEMENT, rich.redeem("bart", 100))


def test_there_must_be_something_to_agree_to(rich: Town):
    rich.refuses(Code.POLICY_FORBIDS, rich.agree("bart", "afspraken"))
    rich.post(rich.set_terms(minimum=100))
    rich.refuses(Code.POLICY_FORBIDS, rich.agree("bart", "afspraken"))
    unknown = orders.Agree(rich.member("bart"), "GOUD", NOTE)
    rich.refuses(Code.UNKNOWN_CURRENCY, rich.by(unknown, "bart"))


def test_only_who_may_redeem_agrees(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    rich.refuses(Code.POLICY_FORBIDS, rich.agree("joop", "afspraken"))
    rich.post(set_policy(rich, replace(terms(agreement=NOTE), **ORGANISATIONS)))
    rich.refuses(Code.POLICY_FORBIDS, rich.agree("bart", "notitie"))


def test_nobody_agrees_for_a_shop(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    body = orders.Agree(rich.member("bart"), "WIJK", a_commitment("afspraken"))
    for signers in (("noor",), ("truus", "kees"), ("bart", "noor")):
        rich.refuses(Code.NOT_AUTHORIZED, rich.by(body, *signers))


def test_a_till_does_not_agree(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    rich.post(rich.add_key("bart", "kassa", scopes=("pay",)))
    order = rich.agree("bart", "afspraken").order
    rich.refuses(Code.KEY_SCOPE, rich.signed(order, "kassa"))


def test_an_agreement_is_for_one_currency(rich: Town):
    gold = replace(CREDITS, code="GOUD", policy=terms(agreement=NOTE))
    accounts = [
        orders.SystemAccount(an_id(kind + " GOUD"), "GOUD", kind)
        for kind in ("contra", "redemption")
    ]
    accounts.sort(key=lambda item: item.account)
    rich.do(orders.DefineCurrency(gold, tuple(accounts)), *COORDINATORS)
    rich.post(rich.set_terms(agreement="notitie"))
    rich.do(orders.Agree(rich.member("bart"), "GOUD", NOTE), "bart")
    rich.refuses(Code.NO_AGREEMENT, rich.redeem("bart", 100))


def test_a_shop_agrees_and_redeems_in_one_batch(rich: Town):
    rich.post(rich.set_terms(agreement="afspraken"))
    batch = [rich.agree("bart", "afspraken").order, rich.redeem("bart", 100).order]
    rich.refuses(Code.NO_AGREEMENT, *rich.batch(batch[::-1], "bart"))
    rich.post(*rich.batch(batch, "bart"))


# ---- minimum


def test_what_is_handed_in_is_at_least_the_minimum_its_fee_included(rich: Town):
    rich.post(rich.set_terms(minimum=1_000))
    refusal = rich.refuses(Code.BELOW_MINIMUM, rich.redeem("bart", 999))
    assert refusal.details == {"currency": "WIJK", "minimum": 1_000}
    rich.post(rich.redeem("bart", 1_000))
    rich.post(rich.set_terms(minimum=1_000, fee=100))
    rich.refuses(Code.BELOW_MINIMUM, rich.redeem("bart", 990, 9))
    rich.post(rich.redeem("bart", 990, 10))


# ---- fee


def test_a_fee_goes_to_the_fund_and_the_rest_is_paid_out(rich: Town):
    rich.post(rich.set_terms(fee=250))
    redeem = rich.redeem("bart", 9_750, 250)
    decision = rich.post(redeem)
    bart, fund = rich.account("bart", "WIJK"), rich.account("werk", "WIJK")
    assert decision.postings == (
        (bart, -9_750),
        (rich.system("redemption"), 9_750),
        (bart, -250),
        (fund, 250),
    )
    assert rich.fact(Redemption, redeem.order.identity).open == 9_750
    assert rich.money("WIJK").in_circulation == 50_000


@pytest.mark.parametrize("fee", [None, 1, 249, 251])
def test_another_fee_is_refused_with_the_right_one(rich: Town, fee: int | None):
    rich.post(rich.set_terms(fee=250))
    wrong = rich.redeem("bart", 10_000 - (fee or 0), fee)
    assert rich.refuses(Code.WRONG_FEE, wrong).details == {"currency": "WIJK", "fee": 250}


def test_a_fee_that_nobody_asked_for_is_refused(rich: Town):
    assert rich.refuses(Code.WRONG_FEE, rich.redeem("bart", 99, 1)).details["fee"] == 0
    rich.post(rich.set_terms(minimum=10))
    rich.refuses(Code.WRONG_FEE, rich.redeem("bart", 99, 1))


def test_a_fee_is_rounded_down_and_may_come_to_nothing(rich: Town):
    rich.post(rich.set_terms(fee=100))
    rich.post(rich.redeem("bart", 99))
    rich.refuses(Code.WRONG_FEE, rich.redeem("bart", 98, 1))
    rich.post(rich.redeem("bart", 99, 1))
    rich.post(rich.redeem("bart", 198, 1))


def test_the_fund_pays_no_fee_to_itself(rich: Town):
    rich.post(rich.set_terms(fee=100))
    rich.refuses(Code.WRONG_FEE, rich.redeem("werk", 99, 1))
    rich.post(rich.redeem("werk", 100))


def test_a_shop_needs_enough_for_amount_and_fee(rich: Town):
    rich.post(rich.set_terms(fee=100))
    rich.refuses(Code.BELOW_FLOOR, rich.redeem("bart", 24_000, 242))
    rich.post(rich.redeem("bart", 23_760, 240))
    assert rich.balance("bart", "WIJK") == 0


def test_a_cap_counts_the_fee(rich: Town):
    rich.post(rich.set_terms(fee=1_000))
    rich.post(rich.add_key("bart", "kassa", scopes=("pay",), caps=(orders.Cap("WIJK", 1_000),)))
    order = rich.redeem("bart", 901, 100).order
    rich.refuses(Code.DAILY_CAP, rich.signed(order, "kassa"))
    order = rich.redeem("bart", 900, 100).order
    rich.post(rich.signed(order, "kassa"))


def test_a_fund_that_is_full_or_suspended_keeps_no_shop_waiting(rich: Town):
    rich.post(rich.set_terms(fee=100))
    body = orders.SetLimit(rich.member("werk"), rich.account("werk", "WIJK"), "WIJK", 0, 0)
    rich.do(body, *COORDINATORS)
    rich.do(orders.Suspend(rich.member("werk"), True, NOTE), "els")
    rich.post(rich.redeem("bart", 9_900, 100))
    assert rich.balance("werk", "WIJK") == 26_100


def test_the_fund_does_not_leave(rich: Town):
    rich.post(rich.set_terms(fee=100, fund="noor"))
    leave = orders.Leave(rich.member("noor"))
    rich.refuses(Code.POLICY_FORBIDS, rich.by(leave, "noor"))
    rich.post(rich.set_terms(fee=100, fund="werk"))
    rich.do(leave, "noor")


# ---- the policy


def test_who_gets_the_fees_does_not_approve_them(town: Town):
    for fund in COORDINATORS:
        town.refuses(Code.TOO_FEW_APPROVALS, town.set_terms(fee=100, fund=fund))
    town.do(orders.SetRole(town.member("joop"), "coordinator", True), *COORDINATORS)
    order = town.set_terms(fee=100, fund="els").order
    town.refuses(Code.TOO_FEW_APPROVALS, town.signed(order, *COORDINATORS))
    town.post(town.signed(order, "els", "farid", "joop"))


def test_a_fund_is_an_account_of_an_active_member_in_that_currency(town: Town):
    def fund(account: str) -> VerifiedOrder:
        return set_policy(town, terms(fee=100, fund=account))

    town.refuses(Code.UNKNOWN_ACCOUNT, fund("00" * 16))
    town.refuses(Code.WRONG_CURRENCY, fund(town.account("werk")))
    town.refuses(Code.NOT_BETWEEN_THESE, fund(town.system("redemption")))
    town.do(orders.Suspend(town.member("werk"), True, NOTE), "els")
    town.refuses(Code.MEMBER_SUSPENDED, town.set_terms(fee=100, fund="werk"))
    town.do(orders.Leave(town.member("noor")), "noor")
    town.refuses(Code.MEMBER_LEFT, town.set_terms(fee=100, fund="noor"))


def test_a_currency_is_defined_without_a_fund(town: Town):
    gold = replace(CREDITS, code="GOUD", policy=terms(fee=1, fund=town.account("werk", "WIJK")))
    accounts = [
        orders.SystemAccount(an_id(kind + " GOUD"), "GOUD", kind)
        for kind in ("contra", "redemption")
    ]
    accounts.sort(key=lambda item: item.account)
    body = orders.DefineCurrency(gold, tuple(accounts))
    town.refuses(Code.WRONG_CURRENCY, town.by(body, *COORDINATORS))


def test_terms_set_and_used_in_one_batch(rich: Town):
    policy = terms(fee=100, fund=rich.account("noor", "WIJK"))
    order = rich.order(orders.SetPolicy("WIJK", policy), "els")
    values = rich.set_terms().order
    rich.post(*rich.batch([values, order], *COORDINATORS))
    rich.post(rich.redeem("bart", 99, 1))
    assert rich.balance("noor", "WIJK") == 1


# ---- correct


@pytest.fixture
def redeemed(rich: Town) -> str:
    """Bart handed in 99,90, of which 97,41 is open; the fee is 2,5 %, rounded down to 2,49."""
    rich.post(rich.set_terms(fee=250))
    redeem = rich.redeem("bart", 9_741, 249)
    rich.post(redeem)
    return redeem.order.identity


def correct(town: Town, entry: str, amount: int, fee: int) -> VerifiedOrder:
    legs = tuple(
        replace(leg.reversed, amount=part)
        for leg, part in zip(town.fact(Posted, entry).legs, (amount, fee), strict=True)
        if part
    )
    return town.by(orders.Correct(entry, legs, NOTE), *TREASURERS)


def test_a_redemption_is_corrected_as_a_whole_with_its_fee(rich: Town, redeemed: str):
    for fee in (0, 248):
        rich.refuses(Code.WRONG_FEE, correct(rich, redeemed, 9_741, fee))
    rich.refuses(Code.RETURNS_TOO_MUCH, correct(rich, redeemed, 9_741, 250))
    rich.post(correct(rich, redeemed, 9_741, 249))
    assert rich.balance("bart", "WIJK") == 24_000
    assert rich.fact(Redemption, redeemed).open == 0


def test_a_part_gives_back_its_part_of_the_fee(rich: Town, redeemed: str):
    refusal = rich.refuses(Code.WRONG_FEE, correct(rich, redeemed, 1_000, 25))
    assert refusal.details == {"currency": "WIJK", "fee": 26}
    rich.post(correct(rich, redeemed, 1_000, 26))
    rich.post(correct(rich, redeemed, 1_000, 26))
    rich.refuses(Code.WRONG_FEE, correct(rich, redeemed, 7_741, 196))
    rich.refuses(Code.RETURNS_TOO_MUCH, correct(rich, redeemed, 7_742, 197))
    rich.post(correct(rich, redeemed, 7_741, 197))
    assert rich.balance("bart", "WIJK") == 24_000


def test_a_fee_alone_is_not_given_back(rich: Town, redeemed: str):
    rich.refuses(Code.WRONG_FEE, correct(rich, redeemed, 0, 1))
    rich.post(correct(rich, redeemed, 1, 1))
    rich.refuses(Code.WRONG_FEE, correct(rich, redeemed, 0, 1))
    rich.post(correct(rich, redeemed, 1, 0))


def test_a_correction_is_about_what_was_handed_in_whatever_the_policy_has_become(
    rich: Town, redeemed: str
):
    rich.post(rich.set_terms(minimum=20_000, fee=5_000, fund="noor", agreement="anders"))
    rich.post(correct(rich, redeemed, 9_741, 249))
    assert rich.balance("werk", "WIJK") == 26_000


def test_a_fund_that_spent_the_fee_gives_it_back_nevertheless(rich: Town, redeemed: str):
    rich.post(rich.pay("werk", "noor", 26_249, "WIJK"))
    rich.do(orders.Suspend(rich.member("werk"), True, NOTE), "els")
    rich.post(correct(rich, redeemed, 9_741, 249))
    assert rich.balance("werk", "WIJK") == -249


def test_what_is_left_of_a_redemption_is_settled_without_its_fee(rich: Town, redeemed: str):
    rich.post(correct(rich, redeemed, 1_000, 26))
    payout = orders.Payout(redeemed, rich.account("bart", "WIJK"), 8_741)
    body = orders.Settle(
        "WIJK", rich.system("transit"), rich.system("outside"), (payout,), "ab" * 32
    )
    rich.do(body, *TREASURERS)
    rich.refuses(Code.ALREADY_SETTLED, correct(rich, redeemed, 1, 0))
    assert rich.money("WIJK").in_circulation == 50_000 - 8_741


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.lists(st.integers(1, 10**6), max_size=6))
def test_in_however_many_steps_never_more_fee_goes_back_than_its_share(
    amount: int, fee: int, steps: list[int]
):
    account, other = "0a" * 16, "0b" * 16
    handed_in = orders.Leg(account, "0c" * 16, "WIJK", amount)
    paid = orders.Leg(account, other, "WIJK", max(1, fee))
    left, back = amount, 0
    for step in [*steps, amount]:
        step = min(step, left)
        back += fee_back(handed_in, paid, left, step)
        left -= step
        assert paid.amount - back == paid.amount * left // amount
    assert (left, back) == (0, paid.amount)


# ---- money that is worth euro


@pytest.mark.parametrize(
    "changes",
    [
        {"payments": "everyone"},
        {
            "payments": "everyone",
            "kind": "budget",
            "budget": orders.Budget(1, 1, NOTE),
        },
    ],
)
def test_money_worth_euro_is_paid_by_everyone_only_on_a_stated_basis(changes: dict[str, Any]):
    with pytest.raises(Refusal) as caught:
        replace(CREDITS.policy, **changes)
    assert caught.value.details == {"field": "policy.basis"}
    assert replace(CREDITS.policy, **changes, basis=NOTE).for_euro


def test_residents_pay_each_other_once_the_basis_is_stated(rich: Town):
    rich.post(rich.pay("werk", "joop", 1_000, "WIJK"))
    rich.refuses(Code.NOT_BETWEEN_THESE, rich.pay("joop", "amina", 100, "WIJK"))
    rich.post(set_policy(rich, replace(CREDITS.policy, payments="everyone", basis=NOTE)))
    rich.post(rich.pay("joop", "amina", 100, "WIJK"))


def test_hours_need_no_basis():
    assert not HOURS.policy.for_euro
    assert HOURS.policy.payments == "everyone"
