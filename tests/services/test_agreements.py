"""The terms on which shops redeem: a text kept by its digest, and what a shop sees and signs."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import update

from tests.services.conftest import Village
from tests.world import CREDITS, a_commitment
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import agreements, auditing, corrections, payments, settlement
from timebank.storage.engine import writing
from timebank.storage.tables import kept_documents

TEXT = "\ufeffDe winkel neemt credits aan.\r\n\r\nUitbetaald wordt op vrijdag. \r\n"
KEPT = "De winkel neemt credits aan.\n\nUitbetaald wordt op vrijdag."


def set_terms(village: Village, title: str = "Afspraken met winkels", **changes):
    """Keep a document, and make it what shops agree to."""
    opening = agreements.keep_document(village.bank, title, TEXT)
    terms: dict[str, Any] = {
        "minimum": 1_000,
        "fee": 200,
        "fund": village.world.account("werk", "WIJK"),
        "agreement": opening.commitment,
    }
    policy = replace(CREDITS.policy, redeeming=orders.Redeeming(**(terms | changes)))
    village.do(orders.SetPolicy("WIJK", policy), "els", "farid", openings=(opening,))
    return opening


def test_an_agreement_is_known_by_its_title_and_the_digest_of_its_text(village):
    opening = agreements.keep_document(village.bank, "  Afspraken\u202e met\nwinkels ", TEXT)
    digest = sha256(KEPT.encode()).hexdigest()
    assert opening.text == f"Afspraken met winkels, sha256 {digest}"
    again = agreements.keep_document(village.bank, "Afspraken met winkels", KEPT)
    assert again.text == opening.text
    assert again.commitment != opening.commitment, "each has a salt of its own"


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        (" ", "tekst", "title"),
        ("t" * 121, "tekst", "title"),
        ("titel", " \n\t\n", "text"),
        ("titel", "x" * 60_001, "text"),
    ],
)
def test_an_agreement_that_nobody_could_read_is_refused(village, title, text, field):
    with pytest.raises(Refusal) as caught:
        agreements.keep_document(village.bank, title, text)
    assert (caught.value.code, caught.value.details["field"]) == (Code.BAD_FIELD, field)


def test_the_longest_title_fits_in_an_opening(village):
    assert agreements.keep_document(village.bank, "t" * 120, "tekst").text.startswith("t" * 120)


def test_a_currency_without_terms_is_redeemed_freely(village, who):
    assert agreements.terms(village.bank, "WIJK") == agreements.Terms("WIJK")
    assert agreements.agreed(village.bank, who("bart"), "WIJK")
    with pytest.raises(Refusal) as caught:
        agreements.draft_agree(village.bank, who("bart"), "WIJK")
    assert caught.value.code is Code.POLICY_FORBIDS
    with pytest.raises(Refusal) as caught:
        agreements.terms(village.bank, "GOUD")
    assert caught.value.code is Code.UNKNOWN_CURRENCY


def test_a_shop_sees_the_terms_agrees_to_them_and_redeems(village, who):
    opening = set_terms(village)
    found = agreements.terms(village.bank, "WIJK")
    assert (found.minimum, found.fee, found.fund) == (1_000, 200, who("werk"))
    assert (found.agreement, found.title) == (opening.commitment, "Afspraken met winkels")
    assert found.text == KEPT

    village.issue()
    village.post(village.world.pay("werk", "bart", 5_000, "WIJK"))
    draft = payments.draft_redeem(village.bank, who("bart"), "WIJK", 5_000, "Bart, NL00BANK01")
    with pytest.raises(Refusal) as caught:
        village.send(draft, "bart")
    assert caught.value.code is Code.NO_AGREEMENT
    assert not agreements.agreed(village.bank, who("bart"), "WIJK")

    agree = agreements.draft_agree(village.bank, who("bart"), "WIJK")
    assert agree.openings == (opening,)
    village.send(agree, "bart")
    assert agreements.agreed(village.bank, who("bart"), "WIJK")
    assert not agreements.agreed(village.bank, who("noor"), "WIJK")
    before = village.balance("werk", "WIJK")
    village.send(draft, "bart")
    assert village.balance("bart", "WIJK") == 0
    assert village.balance("werk", "WIJK") - before == 100
    (payout,) = settlement.waiting(village.bank, "WIJK")
    assert payout.amount == 4_900
    assert auditing.check(village.bank) == []


def test_other_terms_must_be_agreed_to_again(village, who):
    set_terms(village)
    village.send(agreements.draft_agree(village.bank, who("bart"), "WIJK"), "bart")
    set_terms(village, title="Andere afspraken")
    assert not agreements.agreed(village.bank, who("bart"), "WIJK")


def test_a_text_that_was_changed_afterwards_is_not_shown(village):
    set_terms(village)
    with writing(village.bank.engine) as conn:
        conn.execute(update(kept_documents).values(text="Anders dan getekend."))
    found = agreements.terms(village.bank, "WIJK")
    assert (found.title, found.text) == ("Afspraken met winkels", "")
    (finding,) = auditing.check(village.bank)
    assert (finding.check, "the text of document" in finding.detail) == ("openings", True)


def test_a_text_that_was_never_kept_here_leaves_a_commitment_to_agree_to(village, who):
    set_terms(village, agreement=a_commitment("elders"))
    found = agreements.terms(village.bank, "WIJK")
    assert (found.agreement, found.title, found.text) == (a_commitment("elders"), "", "")
    village.send(agreements.draft_agree(village.bank, who("noor"), "WIJK"), "noor")
    assert agreements.agreed(village.bank, who("noor"), "WIJK")


def test_the_fund_hands_in_without_paying_itself(village, who):
    set_terms(village, agreement=None)
    village.issue()
    draft = payments.draft_redeem(village.bank, who("werk"), "WIJK", 2_000, "Werk, NL00BANK02")
    assert isinstance(draft.order.body, orders.Redeem)
    assert (draft.order.body.amount, draft.order.body.fee) == (2_000, None)
    village.send(draft, "werk")


def test_a_redemption_is_booked_back_in_parts_with_its_fee(village, who):
    set_terms(village, agreement=None)
    village.issue()
    village.post(village.world.pay("werk", "bart", 5_000, "WIJK"))
    draft = payments.draft_redeem(village.bank, who("bart"), "WIJK", 5_000, "Bart, NL00BANK01")
    redeemed = village.send(draft, "bart")

    def book_back(amount: int) -> None:
        legs = corrections.part_of(village.bank, redeemed.identity, {"WIJK": amount})
        correction = payments.draft_correct(
            village.bank, who("truus"), redeemed.identity, legs, "verkeerde rekening"
        )
        village.send(correction, "truus", "kees")

    book_back(1_001)
    assert village.balance("bart", "WIJK") == 1_001 + 21
    book_back(1_899)
    assert village.balance("bart", "WIJK") == 2_900 + 60
    legs = payments.correctable(village.bank, redeemed.identity)
    assert [leg.amount for leg in legs] == [2_000, 40]
    book_back(2_000)
    assert village.balance("bart", "WIJK") == 5_000
    with pytest.raises(Refusal) as caught:
        corrections.part_of(village.bank, redeemed.identity, {"WIJK": 1})
    assert (caught.value.code, caught.value.details["left"]) == (Code.RETURNS_TOO_MUCH, 0)
    assert auditing.check(village.bank) == []


def test_part_of_an_entry_is_taken_from_its_legs_in_order(village, who):
    world = village.world
    body = orders.Pay((world.leg("joop", "amina", 60), world.leg("joop", "els", 30)))
    paid = village.do(body, "joop")
    legs = corrections.part_of(village.bank, paid.identity, {"UUR": 70})
    assert [(leg.payee, leg.amount) for leg in legs] == [
        (world.account("amina"), 60),
        (world.account("els"), 10),
    ]
    with pytest.raises(Refusal) as caught:
        corrections.part_of(village.bank, paid.identity, {"UUR": 91})
    assert caught.value.details == {"currency": "UUR", "left": 90}


@pytest.fixture(name="who")
def _who(village):
    return village.world.member
