"""Pay, refund, redeem and correct."""

from dataclasses import replace
from typing import Any

import pytest

from tests.town import Town
from tests.world import a_commitment, an_id
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.facts import BankLine, Redemption, Returned, Used
from timebank.ledger.verified import VerifiedOrder

REASON = a_commitment("reden")


@pytest.fixture
def rich(town: Town) -> Town:
    """Werk holds 500,00 credits, of which 100,00 with Joop and 240,00 with Bart."""
    town.deposit_and_issue()
    town.post(town.pay("werk", "joop", 10_000, "WIJK"))
    town.post(town.pay("werk", "bart", 24_000, "WIJK"))
    return town


def paid(town: Town, *args: Any) -> str:
    verified = town.pay(*args)
    town.post(verified)
    return verified.order.identity


# ---- pay


def test_a_payment_moves_from_payer_to_payee(town: Town):
    town.post(town.pay("joop", "amina", 90))
    assert (town.balance("joop"), town.balance("amina")) == (-90, 90)


def test_one_payment_may_be_in_two_currencies_to_several_payees(rich: Town):
    legs = (
        rich.leg("joop", "amina", 30),
        rich.leg("joop", "bart", 450, "WIJK"),
        rich.leg("joop", "noor", 50, "WIJK"),
    )
    decision = rich.do(orders.Pay(legs), "joop")
    assert len(decision.postings) == 6
    assert (rich.balance("joop"), rich.balance("joop", "WIJK")) == (-30, 9_500)
    assert rich.sums() == {"UUR": 0, "WIJK": 0, "EUR": 0}


def test_two_payers_both_sign(town: Town):
    body = orders.Pay((town.leg("joop", "els", 30), town.leg("amina", "els", 60)))
    town.refuses(Code.NOT_AUTHORIZED, town.by(body, "joop"))
    town.do(body, "joop", "amina")
    assert town.balance("els") == 90


def test_paying_oneself_is_refused_also_through_another_account(rich: Town):
    """Each member has one account per currency; through two currencies it stays one person."""
    town = rich
    own = orders.Leg(town.account("joop"), town.account("joop", "WIJK"), "UUR", 1)
    town.refuses(Code.WRONG_CURRENCY, town.by(orders.Pay((own,)), "joop"))
    second = replace(town.state.account(town.account("joop")), id=an_id("second account"))
    town.state.put(second)
    own = orders.Leg(town.account("joop"), second.id, "UUR", 1)
    town.refuses(Code.PAYER_IS_PAYEE, town.by(orders.Pay((own,)), "joop"))


def test_two_legs_between_the_same_accounts_are_refused(town: Town):
    leg = town.leg("joop", "amina", 1)
    for second in (leg, replace(leg, amount=2)):
        town.refuses(Code.DUPLICATE_LEG, town.by(orders.Pay((leg, second)), "joop"))


@pytest.mark.parametrize(
    ("payer", "payee", "currency", "code"),
    [
        ("UUR", "UUR", "GOUD", Code.UNKNOWN_CURRENCY),
        ("UUR", "UUR", "WIJK", Code.WRONG_CURRENCY),
        ("UUR", "WIJK", "UUR", Code.WRONG_CURRENCY),
        ("WIJK", "UUR", "UUR", Code.WRONG_CURRENCY),
        ("WIJK", "WIJK", "UUR", Code.WRONG_CURRENCY),
    ],
)
def test_an_unknown_or_mixed_currency_is_refused(
    rich: Town, payer: str, payee: str, currency: str, code: Code
):
    leg = orders.Leg(rich.account("joop", payer), rich.account("werk", payee), currency, 1)
    rich.refuses(code, rich.by(orders.Pay((leg,)), "joop"))


def test_an_unknown_account_is_refused(town: Town):
    for leg in (
        orders.Leg(town.account("joop"), "00" * 16, "UUR", 1),
        orders.Leg("00" * 16, town.account("joop"), "UUR", 1),
    ):
        town.refuses(Code.UNKNOWN_ACCOUNT, town.by(orders.Pay((leg,)), "joop"))


@pytest.mark.parametrize("kind", ["contra", "redemption"])
def test_the_ledgers_own_accounts_neither_pay_nor_are_paid(rich: Town, kind: str):
    own, system = rich.account("joop", "WIJK"), rich.system(kind)
    for leg in (orders.Leg(own, system, "WIJK", 1), orders.Leg(system, own, "WIJK", 1)):
        rich.refuses(Code.NOT_BETWEEN_THESE, rich.by(orders.Pay((leg,)), "joop"))


def test_credits_go_from_members_to_shops(rich: Town):
    """Only an organisation, which rewards work, may pay credits to a person."""
    rich.refuses(Code.NOT_BETWEEN_THESE, rich.pay("joop", "amina", 1, "WIJK"))
    rich.refuses(Code.NOT_BETWEEN_THESE, rich.pay("bart", "joop", 1, "WIJK"))
    for payer, payee in (("joop", "bart"), ("bart", "noor"), ("joop", "werk"), ("werk", "amina")):
        rich.post(rich.pay(payer, payee, 1, "WIJK"))


def test_a_currency_that_nobody_pays_in_is_refused(town: Town):
    policy = replace(town.money("UUR").policy, payments="nobody")
    town.do(orders.SetPolicy("UUR", policy), "els", "farid")
    town.refuses(Code.NOT_BETWEEN_THESE, town.pay("joop", "amina", 1))


# ---- limits


def test_a_payment_may_reach_the_floor_and_not_pass_it(town: Town):
    refusal = town.refuses(Code.BELOW_FLOOR, town.pay("joop", "amina", 601))
    assert refusal.details["shortfall"] == 1
    town.post(town.pay("joop", "amina", 600))
    town.refuses(Code.BELOW_FLOOR, town.pay("joop", "els", 1))


def test_a_payment_may_reach_the_ceiling_and_not_pass_it(town: Town):
    town.post(town.pay("joop", "amina", 600))
    refusal = town.refuses(
        Code.ABOVE_CEILING,
        town.by(
            orders.Pay((town.leg("els", "amina", 600), town.leg("farid", "amina", 1))),
            "els",
            "farid",
        ),
    )
    assert refusal.details["excess"] == 1
    town.post(town.pay("els", "amina", 600))
    assert town.balance("amina") == 1_200


def test_limits_are_of_the_whole_order_and_not_of_each_leg(town: Town):
    """Joop is at his floor; what comes in with the same order counts."""
    town.post(town.pay("joop", "els", 600))
    legs = (town.leg("joop", "els", 30), town.leg("amina", "joop", 30))
    town.do(orders.Pay(legs), "joop", "amina")
    assert town.balance("joop") == -600


def test_a_ceiling_that_was_lowered_stops_what_makes_it_worse(town: Town):
    town.post(town.pay("joop", "amina", 500))
    limit = orders.SetLimit(town.member("amina"), town.account("amina"), "UUR", -100, 100)
    town.do(limit, "els", "farid")
    town.refuses(Code.ABOVE_CEILING, town.pay("joop", "amina", 1))
    town.post(town.pay("amina", "joop", 1))
    assert town.balance("amina") == 499


def test_a_limit_that_was_tightened_stops_what_makes_it_worse(town: Town):
    town.post(town.pay("joop", "amina", 500))
    limit = orders.SetLimit(town.member("joop"), town.account("joop"), "UUR", -100, 100)
    town.do(limit, "els", "farid")
    town.refuses(Code.BELOW_FLOOR, town.pay("joop", "amina", 1))
    town.post(town.pay("amina", "joop", 1))
    assert town.balance("joop") == -499


# ---- requests


def request(town: Town, amount: int = 450, **changes: Any) -> orders.Request:
    fields: dict[str, Any] = {
        "id": an_id("request"),
        "payee": town.member("amina"),
        "credits": (orders.Credit(town.account("amina"), "UUR", amount),),
        "expires": town.now + 300,
    }
    return orders.Request(**(fields | changes))


def answer(
    town: Town, asked: orders.Request, amount: int = 450, payer: str = "joop", **changes: Any
) -> VerifiedOrder:
    legs = (town.leg(payer, "amina", amount),)
    return town.by(replace(orders.Pay(legs, request=asked), **changes), payer)


def test_a_request_is_answered_once_by_whoever_is_first(town: Town):
    asked = request(town)
    first = answer(town, asked)
    town.post(first)
    (used,) = town.state.all(Used)
    assert (used.kind, used.by) == ("request", first.order.identity)
    town.refuses(Code.REQUEST_USED, answer(town, asked))
    town.refuses(Code.REQUEST_USED, answer(town, asked, payer="els"))


def test_a_made_up_request_with_the_same_id_does_not_use_up_the_real_one(town: Town):
    """Who knows a request's id must not make a till show "Betaald" for one minute of it."""
    asked = request(town)
    forged = replace(asked, credits=(replace(asked.credits[0], amount=1),))
    town.post(answer(town, forged, amount=1))
    town.post(answer(town, asked))


def test_a_refused_answer_leaves_the_request_open(town: Town):
    asked = request(town, 601)
    town.refuses(Code.BELOW_FLOOR, answer(town, asked, 601))
    asked = request(town)
    town.post(answer(town, asked))


def test_a_request_is_answered_in_time(town: Town):
    asked = request(town)
    town.wait(300)
    early = answer(town, asked)
    town.wait(1)
    town.refuses(Code.REQUEST_EXPIRED, early)
    town.now -= 1
    town.post(early)


def test_a_request_is_answered_as_it_was_asked(town: Town):
    asked = request(town)
    town.refuses(Code.REQUEST_DIFFERS, answer(town, asked, 449))
    town.refuses(Code.REQUEST_DIFFERS, answer(town, asked, 451))
    town.refuses(Code.REQUEST_DIFFERS, answer(town, asked, memo=REASON))
    town.refuses(Code.REQUEST_DIFFERS, answer(town, request(town, memo=REASON)))
    for legs in (
        [town.leg("joop", "els", 450)],
        [town.leg("joop", "amina", 450), town.leg("joop", "els", 1)],
    ):
        town.refuses(Code.REQUEST_DIFFERS, answer(town, asked, legs=tuple(legs)))
    town.post(answer(town, request(town, memo=REASON), memo=REASON))


def test_a_request_asks_for_the_payees_own_accounts(town: Town):
    town.refuses(Code.REQUEST_DIFFERS, answer(town, request(town, payee=town.member("els"))))
    credit = orders.Credit("00" * 16, "UUR", 450)
    town.refuses(Code.UNKNOWN_ACCOUNT, answer(town, request(town, credits=(credit,))))


def test_a_request_may_be_answered_by_several_payers_together(town: Town):
    legs = (town.leg("joop", "amina", 150), town.leg("els", "amina", 300))
    town.do(orders.Pay(legs, request=request(town)), "joop", "els")


def test_requests_of_two_payees_with_the_same_id_are_two(town: Town):
    town.post(answer(town, request(town)))
    credit = orders.Credit(town.account("els"), "UUR", 1)
    other = request(town, payee=town.member("els"), credits=(credit,))
    town.do(orders.Pay((town.leg("joop", "els", 1),), request=other), "joop")


# ---- refund


def refund(town: Town, payment: str, leg: orders.Leg, *signers: str) -> VerifiedOrder:
    return town.by(orders.Refund(payment, (leg,)), *signers)


def test_a_payee_gives_back_what_was_paid_and_no_more(town: Town):
    payment = paid(town, "joop", "amina", 90)
    refusal = town.refuses(
        Code.RETURNS_TOO_MUCH, refund(town, payment, town.leg("amina", "joop", 91), "amina")
    )
    assert refusal.details == {"left": 90}
    town.post(refund(town, payment, town.leg("amina", "joop", 50), "amina"))
    town.refuses(
        Code.RETURNS_TOO_MUCH, refund(town, payment, town.leg("amina", "joop", 41), "amina")
    )
    town.post(refund(town, payment, town.leg("amina", "joop", 40), "amina"))
    town.refuses(
        Code.RETURNS_TOO_MUCH, refund(town, payment, town.leg("amina", "joop", 1), "amina")
    )
    joop, amina = town.account("joop"), town.account("amina")
    assert list(town.state.all(Returned)) == [Returned(payment, joop, amina, 90)]
    assert town.balance("joop") == 0


def test_refunds_and_corrections_together_give_back_no_more_than_was_paid(town: Town):
    payment = paid(town, "joop", "amina", 90)
    leg = town.leg("amina", "joop", 50)
    town.post(refund(town, payment, leg, "amina"))
    correct = orders.Correct(payment, (leg,), REASON)
    town.refuses(Code.RETURNS_TOO_MUCH, town.by(correct, "truus", "kees"))
    town.do(replace(correct, legs=(replace(leg, amount=40),)), "truus", "kees")
    town.refuses(
        Code.RETURNS_TOO_MUCH, refund(town, payment, town.leg("amina", "joop", 1), "amina")
    )


def test_a_refund_goes_back_where_it_came_from(town: Town):
    payment = paid(town, "joop", "amina", 90)
    for leg, signer in (
        (town.leg("amina", "els", 1), "amina"),
        (town.leg("els", "joop", 1), "els"),
        (town.leg("joop", "amina", 1), "joop"),
    ):
        town.refuses(Code.RETURNS_TOO_MUCH, refund(town, payment, leg, signer))


def test_a_refund_in_another_currency_is_refused(rich: Town):
    payment = paid(rich, "joop", "werk", 90)
    leg = rich.leg("werk", "joop", 90, "WIJK")
    rich.refuses(Code.RETURNS_TOO_MUCH, refund(rich, payment, leg, "werk"))
    leg = orders.Leg(rich.account("werk"), rich.account("joop"), "WIJK", 90)
    rich.refuses(Code.WRONG_CURRENCY, refund(rich, payment, leg, "werk"))


def test_a_stranger_refunds_nothing(town: Town):
    payment = paid(town, "joop", "amina", 90)
    leg = town.leg("amina", "joop", 90)
    town.refuses(Code.NOT_THE_PAYEE, refund(town, payment, leg, "els"))
    town.refuses(Code.NOT_THE_PAYEE, refund(town, payment, leg, "joop"))
    town.refuses(Code.NOT_AUTHORIZED, refund(town, payment, leg, "amina", "els"))


def test_what_is_no_payment_is_not_refunded(town: Town):
    leg = town.leg("amina", "joop", 90)
    town.refuses(Code.UNKNOWN_ENTRY, refund(town, "00" * 32, leg, "amina"))
    payment = paid(town, "joop", "amina", 90)
    back = refund(town, payment, leg, "amina")
    town.post(back)
    forth = refund(town, back.order.identity, town.leg("joop", "amina", 90), "joop")
    town.refuses(Code.UNKNOWN_ENTRY, forth)


def test_the_same_leg_twice_is_not_refunded_twice(town: Town):
    payment = paid(town, "joop", "amina", 90)
    leg = town.leg("amina", "joop", 45)
    town.refuses(Code.DUPLICATE_LEG, town.by(orders.Refund(payment, (leg, leg)), "amina"))


def test_a_refund_may_pass_the_payers_ceiling_but_not_the_payees_floor(town: Town):
    town.post(town.pay("els", "joop", 600))
    town.post(town.pay("farid", "joop", 600))
    payment = paid(town, "joop", "amina", 90)
    town.post(town.pay("truus", "joop", 90))
    town.post(town.pay("amina", "kees", 690))
    leg = town.leg("amina", "joop", 90)
    town.refuses(Code.BELOW_FLOOR, refund(town, payment, leg, "amina"))
    town.post(town.pay("kees", "amina", 90))
    town.post(refund(town, payment, leg, "amina"))
    assert town.balance("joop") == 1_290


def test_each_leg_of_a_payment_is_refunded_on_its_own(rich: Town):
    legs = (rich.leg("joop", "werk", 30), rich.leg("joop", "werk", 450, "WIJK"))
    sale = rich.by(orders.Pay(legs), "joop")
    rich.post(sale)
    rich.post(refund(rich, sale.order.identity, rich.leg("werk", "joop", 450, "WIJK"), "werk"))
    body = orders.Refund(sale.order.identity, tuple(leg.reversed for leg in legs))
    rich.refuses(Code.RETURNS_TOO_MUCH, rich.by(body, "werk"))
    rich.post(refund(rich, sale.order.identity, rich.leg("werk", "joop", 30), "werk"))


# ---- redeem


def test_a_shop_hands_in_credits(rich: Town):
    redeem = rich.redeem("bart", 24_000)
    rich.post(redeem)
    assert rich.balance("bart", "WIJK") == 0
    assert rich.balance_of("redemption") == 24_000
    account = rich.account("bart", "WIJK")
    assert list(rich.state.all(Redemption)) == [
        Redemption(redeem.order.identity, account, "WIJK", 24_000, "")
    ]


def test_a_shop_hands_in_no_more_than_it_has(rich: Town):
    rich.refuses(Code.BELOW_FLOOR, rich.redeem("bart", 24_001))


def test_a_person_does_not_redeem(rich: Town):
    rich.refuses(Code.POLICY_FORBIDS, rich.redeem("joop", 1))


def test_hours_are_never_redeemed(town: Town):
    town.post(town.pay("joop", "werk", 60))
    body = orders.Redeem(town.account("werk"), "UUR", 60, REASON)
    town.refuses(Code.POLICY_FORBIDS, town.by(body, "werk"))


def test_nobody_redeems_for_another_shop(rich: Town):
    body = orders.Redeem(rich.account("bart", "WIJK"), "WIJK", 1, REASON)
    rich.refuses(Code.NOT_AUTHORIZED, rich.by(body, "noor"))


# ---- correct


def correct(town: Town, entry: str, leg: orders.Leg, *signers: str) -> VerifiedOrder:
    return town.by(orders.Correct(entry, (leg,), REASON), *signers or ("truus", "kees"))


def test_a_correction_may_pass_the_limits_of_both(town: Town):
    payment = paid(town, "joop", "amina", 600)
    town.post(town.pay("amina", "els", 1_200))
    town.post(town.pay("kees", "joop", 600))
    town.post(town.pay("truus", "joop", 600))
    town.post(town.pay("farid", "joop", 600))
    town.post(correct(town, payment, town.leg("amina", "joop", 600)))
    assert (town.balance("amina"), town.balance("joop")) == (-1_200, 1_800)


def test_a_correction_needs_approvals_of_others_than_who_gains(town: Town):
    payment = paid(town, "truus", "amina", 60)
    leg = town.leg("amina", "truus", 60)
    town.refuses(Code.TOO_FEW_APPROVALS, correct(town, payment, leg, "truus", "kees"))
    payment = paid(town, "joop", "amina", 60)
    leg = town.leg("amina", "joop", 60)
    town.refuses(Code.TOO_FEW_APPROVALS, correct(town, payment, leg, "truus"))
    town.refuses(Code.TOO_FEW_APPROVALS, correct(town, payment, leg, "els", "farid"))


def test_only_what_moved_between_members_or_was_issued_is_corrected(town: Town):
    line = town.record_bank(100)
    town.post(line)
    leg = orders.Leg(town.system("bank"), town.system("outside"), "EUR", 100)
    town.refuses(Code.UNKNOWN_ENTRY, correct(town, line.order.identity, leg))
    town.refuses(Code.UNKNOWN_ENTRY, correct(town, "00" * 32, leg))


def test_a_correction_books_back_a_leg_of_the_entry(town: Town):
    payment = paid(town, "joop", "amina", 90)
    town.refuses(Code.RETURNS_TOO_MUCH, correct(town, payment, town.leg("els", "joop", 90)))
    town.refuses(Code.RETURNS_TOO_MUCH, correct(town, payment, town.leg("amina", "joop", 91)))
    leg = town.leg("amina", "joop", 45)
    body = orders.Correct(payment, (leg, leg), REASON)
    town.refuses(Code.DUPLICATE_LEG, town.by(body, "truus", "kees"))


def test_a_blocked_member_is_corrected_and_one_who_left_is_not(town: Town):
    payment = paid(town, "joop", "amina", 90)
    second = paid(town, "els", "amina", 10)
    town.do(orders.Suspend(town.member("joop"), True, REASON), "els")
    town.post(correct(town, payment, town.leg("amina", "joop", 90)))
    town.post(town.pay("amina", "kees", 10))
    town.do(orders.Leave(town.member("amina")), "amina")
    town.refuses(Code.MEMBER_LEFT, correct(town, second, town.leg("amina", "els", 10)))


def test_a_refund_is_corrected_too(town: Town):
    payment = paid(town, "joop", "amina", 90)
    back = refund(town, payment, town.leg("amina", "joop", 90), "amina")
    town.post(back)
    town.post(correct(town, back.order.identity, town.leg("joop", "amina", 90)))
    assert town.balance("amina") == 90


def test_what_a_mistaken_refund_gave_back_may_be_given_back_again(town: Town):
    payment = paid(town, "joop", "amina", 90)
    back, forth = town.leg("amina", "joop", 90), town.leg("joop", "amina", 90)
    mistake = refund(town, payment, back, "amina")
    town.post(mistake)
    town.post(correct(town, mistake.order.identity, replace(forth, amount=60)))
    key = f"{payment}:{town.account('joop')}:{town.account('amina')}"
    assert town.fact(Returned, key).amount == 30
    more = refund(town, payment, replace(back, amount=61), "amina")
    assert town.refuses(Code.RETURNS_TOO_MUCH, more).details == {"left": 60}
    town.post(refund(town, payment, replace(back, amount=20), "amina"))
    town.post(correct(town, payment, replace(back, amount=40)))
    town.refuses(Code.RETURNS_TOO_MUCH, refund(town, payment, replace(back, amount=1), "amina"))
    town.refuses(Code.RETURNS_TOO_MUCH, correct(town, payment, replace(back, amount=1)))
    assert (town.balance("joop"), town.balance("amina")) == (0, 0)


def test_a_refund_is_corrected_once_and_so_frees_no_more_than_it_gave(town: Town):
    """However often it goes to and fro, the payer never gets more than was paid."""
    payment = paid(town, "joop", "amina", 90)
    back, forth = town.leg("amina", "joop", 45), town.leg("joop", "amina", 45)
    first, second = refund(town, payment, back, "amina"), refund(town, payment, back, "amina")
    town.post(first)
    town.post(second)
    town.refuses(
        Code.RETURNS_TOO_MUCH, correct(town, first.order.identity, replace(forth, amount=46))
    )
    town.post(correct(town, first.order.identity, forth))
    town.refuses(
        Code.RETURNS_TOO_MUCH, correct(town, first.order.identity, replace(forth, amount=1))
    )
    town.post(correct(town, payment, back))
    town.refuses(Code.RETURNS_TOO_MUCH, refund(town, payment, replace(back, amount=1), "amina"))
    assert town.balance("joop") == 0


def test_a_corrected_refund_frees_the_leg_it_gave_back_and_no_other(rich: Town):
    legs = (rich.leg("joop", "werk", 30), rich.leg("joop", "werk", 450, "WIJK"))
    sale = rich.by(orders.Pay(legs), "joop")
    rich.post(sale)
    back = tuple(leg.reversed for leg in legs)
    whole = rich.by(orders.Refund(sale.order.identity, back), "werk")
    rich.post(whole)
    rich.post(correct(rich, whole.order.identity, legs[1]))
    rich.refuses(Code.RETURNS_TOO_MUCH, refund(rich, sale.order.identity, back[0], "werk"))
    rich.post(refund(rich, sale.order.identity, back[1], "werk"))


def test_a_refund_and_its_correction_may_be_one_batch(town: Town):
    """What the second order needs to know is declared by the first."""
    payment = paid(town, "joop", "amina", 90)
    back = town.leg("amina", "joop", 90)
    first = town.order(orders.Refund(payment, (back,)), "amina")
    undone = orders.Correct(first.identity, (back.reversed,), REASON)
    batch = [first, town.order(undone, "truus")]
    town.post(town.batch(batch, "amina")[0], town.batch(batch, "truus", "kees")[1])
    assert town.balance("amina") == 90
    town.post(refund(town, payment, back, "amina"))


def handed_in(town: Town, redeem: VerifiedOrder, amount: int) -> orders.Leg:
    back = town.account("bart", "WIJK")
    return orders.Leg(town.system("redemption"), back, "WIJK", amount)


def test_a_redemption_is_corrected_before_it_is_settled_and_not_after(rich: Town):
    redeem = rich.redeem("bart", 24_000)
    rich.post(redeem)
    rich.post(correct(rich, redeem.order.identity, handed_in(rich, redeem, 4_000)))
    assert rich.fact(Redemption, redeem.order.identity).open == 20_000
    assert rich.balance("bart", "WIJK") == 4_000
    rich.refuses(Code.REQUEST_DIFFERS, rich.by(rich.settlement(redeem), "truus", "kees"))
    payout = orders.Payout(redeem.order.identity, rich.account("bart", "WIJK"), 20_000)
    rich.do(rich.settlement(redeem, payouts=(payout,)), "truus", "kees")
    rich.refuses(
        Code.ALREADY_SETTLED, correct(rich, redeem.order.identity, handed_in(rich, redeem, 1))
    )


def test_a_redemption_corrected_as_a_whole_is_not_settled(rich: Town):
    redeem = rich.redeem("bart", 24_000)
    rich.post(redeem)
    rich.post(correct(rich, redeem.order.identity, handed_in(rich, redeem, 24_000)))
    rich.refuses(Code.ALREADY_SETTLED, rich.by(rich.settlement(redeem), "truus", "kees"))


def test_an_issue_is_corrected_as_a_whole_and_its_lines_back_another(town: Town):
    line, issue = town.deposit_and_issue()
    leg = orders.Leg(town.account("werk", "WIJK"), town.system("contra"), "WIJK", 50_000)
    town.refuses(Code.POLICY_FORBIDS, correct(town, issue, replace(leg, amount=49_999)))
    town.refuses(Code.BACKING_TOO_SMALL, town.issue("werk", 1, line))
    town.post(correct(town, issue, leg))
    assert town.fact(BankLine, line).cited == 0
    assert (town.money("WIJK").issued, town.money("WIJK").in_circulation) == (0, 0)
    town.post(town.issue("bart", 50_000, line))


def test_a_retirement_is_corrected_while_its_credits_are_still_covered(town: Town):
    town.deposit_and_issue()
    account, contra = town.account("werk", "WIJK"), town.system("contra")
    retire = town.by(orders.Retire(account, "WIJK", 50_000), "werk", "truus", "kees")
    town.post(retire)
    back = orders.Leg(contra, account, "WIJK", 30_000)
    town.post(correct(town, retire.order.identity, back))
    wijk = town.money("WIJK")
    assert (wijk.issued, wijk.retired, wijk.in_circulation) == (50_000, 20_000, 30_000)
    town.post(town.record_bank(-1))
    leg = replace(back, amount=20_000)
    town.refuses(Code.BACKING_TOO_SMALL, correct(town, retire.order.identity, leg))
    town.post(town.record_bank(1))
    town.post(correct(town, retire.order.identity, leg))
