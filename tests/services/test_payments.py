"""Drafts of payments and refunds, and what is said beforehand."""

import pytest

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import auditing, payments, statements
from timebank.services.posting import Posted


@pytest.fixture(name="who")
def _who(village):
    return village.world.member


def pay(
    village: Village, payer: str, payee: str, amounts: dict[str, int], memo: str = ""
) -> Posted:
    member = village.world.member
    draft = payments.draft_pay(village.bank, member(payer), member(payee), amounts, memo)
    return village.send(draft, payer)


def test_a_drafted_payment_posts_as_it_was_shown(village, who):
    draft = payments.draft_pay(village.bank, who("joop"), who("amina"), {"UUR": 90}, "fiets")
    (line,) = payments.preview(village.bank, draft.order).lines
    assert (line.balance, line.after, line.shortfall) == (0, -90, 0)
    village.send(draft, "joop")
    assert village.balance("joop") == line.after
    (movement,) = statements.history(village.bank, who("amina"))
    assert movement.memo == "fiets"


def test_a_payment_in_two_currencies_is_one_order_with_two_lines(village, who):
    village.issue()
    village.post(village.world.pay("werk", "joop", 1_000, "WIJK"))
    draft = payments.draft_pay(village.bank, who("joop"), who("werk"), {"WIJK": 450, "UUR": 30})
    lines = payments.preview(village.bank, draft.order).lines
    assert [(line.currency, line.after) for line in lines] == [("UUR", -30), ("WIJK", 550)]
    village.send(draft, "joop")
    assert (village.balance("joop"), village.balance("joop", "WIJK")) == (-30, 550)


@pytest.mark.parametrize(("amount", "shortfall"), [(599, 0), (600, 0), (601, 1), (900, 300)])
def test_the_shortfall_is_what_the_payer_is_short_of_at_the_floor(village, who, amount, shortfall):
    draft = payments.draft_pay(village.bank, who("joop"), who("amina"), {"UUR": amount})
    (line,) = payments.preview(village.bank, draft.order).lines
    assert line.shortfall == shortfall
    if shortfall:
        with pytest.raises(Refusal) as caught:
            village.send(draft, "joop")
        assert caught.value.details["shortfall"] == shortfall
    else:
        village.send(draft, "joop")


def test_a_first_payment_is_the_first_in_that_direction_only(village, who):
    def first(payer: str, payee: str) -> bool:
        draft = payments.draft_pay(village.bank, who(payer), who(payee), {"UUR": 1})
        return payments.preview(village.bank, draft.order).first_time

    assert first("joop", "amina")
    pay(village, "joop", "amina", {"UUR": 1})
    assert not first("joop", "amina")
    assert first("amina", "joop")
    assert first("joop", "els")


@pytest.mark.parametrize(
    ("payer", "payee", "amounts", "code"),
    [
        ("joop", "joop", {"UUR": 5}, Code.PAYER_IS_PAYEE),
        ("joop", "bart", {"UUR": 5}, Code.UNKNOWN_ACCOUNT),
        ("joop", "nobody", {"UUR": 5}, Code.UNKNOWN_MEMBER),
        ("joop", "amina", {"EUR": 5}, Code.UNKNOWN_ACCOUNT),
        ("joop", "amina", {"UUR": 0}, Code.BAD_FIELD),
        ("joop", "amina", {"UUR": -5}, Code.BAD_FIELD),
        ("joop", "amina", {"UUR": True}, Code.BAD_FIELD),
        ("joop", "amina", {"UUR": 2**53}, Code.BAD_FIELD),
        ("joop", "amina", {}, Code.BAD_FIELD),
    ],
)
def test_what_cannot_be_paid_cannot_be_drafted(village, who, payer, payee, amounts, code):
    # An integer too large for canonical JSON is our own mistake, and says so as one.
    expected = ValueError if amounts == {"UUR": 2**53} else Refusal
    with pytest.raises(expected) as caught:
        payments.draft_pay(village.bank, who(payer), who(payee), amounts)
    assert expected is ValueError or caught.value.code is code


def test_what_is_payable_is_what_the_policies_say(village, who):
    def codes(payer: str, payee: str) -> set[str]:
        found = payments.payable(village.bank, who(payer), who(payee))
        return {currency.code for currency in found}

    assert codes("joop", "amina") == {"UUR"}
    assert codes("joop", "bart") == {"WIJK"}
    assert codes("werk", "joop") == codes("joop", "werk") == {"UUR", "WIJK"}


# ---- giving back


def test_a_refund_gives_back_what_is_left_and_no_more(village, who):
    paid = pay(village, "joop", "amina", {"UUR": 90})
    village.send(
        payments.draft_refund(village.bank, who("amina"), paid.identity, {"UUR": 30}), "amina"
    )
    (leg,) = payments.refundable(village.bank, who("amina"), paid.identity).legs
    assert leg.amount == 60
    with pytest.raises(Refusal) as caught:
        payments.draft_refund(village.bank, who("amina"), paid.identity, {"UUR": 61})
    assert (caught.value.code, caught.value.details["left"]) == (Code.RETURNS_TOO_MUCH, 60)
    village.send(
        payments.draft_refund(village.bank, who("amina"), paid.identity, {"UUR": 60}, "sorry"),
        "amina",
    )
    assert (village.balance("joop"), village.balance("amina")) == (0, 0)
    assert payments.refundable(village.bank, who("amina"), paid.identity).legs == ()


def test_a_refund_of_two_payers_gives_back_the_amount_asked_in_all(village, who):
    world = village.world
    body = world.pay_body(world.leg("joop", "amina", 40), world.leg("els", "amina", 50))
    paid = village.do(body, "joop", "els")
    draft = payments.draft_refund(village.bank, who("amina"), paid.identity, {"UUR": 60})
    village.send(draft, "amina")
    assert village.balance("amina") == 30
    assert [village.balance(name) for name in ("amina", "joop", "els")] == [30, 0, -30]


def test_only_who_was_paid_can_give_back(village, who):
    paid = pay(village, "joop", "amina", {"UUR": 90})
    for other in ("joop", "els"):
        with pytest.raises(Refusal) as caught:
            payments.refundable(village.bank, who(other), paid.identity)
        assert caught.value.code is Code.NOT_THE_PAYEE


def test_what_is_no_payment_cannot_be_given_back(village, who):
    for identity in ("0" * 64, village.world.genesis.order.identity, village.issue().identity):
        with pytest.raises(Refusal) as caught:
            payments.refundable(village.bank, who("amina"), identity)
        assert caught.value.code is Code.UNKNOWN_ENTRY


def test_a_refund_in_a_currency_that_was_not_paid_is_refused(village, who):
    paid = pay(village, "joop", "amina", {"UUR": 90})
    with pytest.raises(Refusal) as caught:
        payments.draft_refund(village.bank, who("amina"), paid.identity, {"WIJK": 1})
    assert caught.value.code is Code.RETURNS_TOO_MUCH


def test_a_correction_books_back_what_others_approve(village, who):
    paid = pay(village, "joop", "amina", {"UUR": 90})
    legs = payments.correctable(village.bank, paid.identity)
    draft = payments.draft_correct(village.bank, who("truus"), paid.identity, legs, "vergissing")
    village.send(draft, "truus", "kees")
    assert (village.balance("joop"), village.balance("amina")) == (0, 0)
    assert payments.correctable(village.bank, paid.identity) == ()


def test_a_payment_whose_refund_is_corrected_may_be_given_back_again(village, who):
    paid = pay(village, "joop", "amina", {"UUR": 90})
    truus, amina = who("truus"), who("amina")
    mistake = village.send(
        payments.draft_refund(village.bank, amina, paid.identity, {"UUR": 90}), "amina"
    )
    legs = payments.correctable(village.bank, mistake.identity)
    draft = payments.draft_correct(village.bank, truus, mistake.identity, legs, "vergissing")
    village.send(draft, "truus", "kees")
    (leg,) = payments.refundable(village.bank, amina, paid.identity).legs
    assert leg.amount == 90
    village.send(payments.draft_refund(village.bank, amina, paid.identity, {"UUR": 90}), "amina")
    assert (village.balance("joop"), village.balance("amina")) == (0, 0)
    assert auditing.check(village.bank) == []


def test_only_a_shop_that_has_the_credits_hands_them_in(village, who):
    village.issue()
    village.post(village.world.pay("werk", "bart", 500, "WIJK"))
    draft = payments.draft_redeem(village.bank, who("bart"), "WIJK", 500, "Bart, NL00BANK0123")
    assert isinstance(draft.order.body, orders.Redeem)
    village.send(draft, "bart")
    assert village.balance("bart", "WIJK") == 0
