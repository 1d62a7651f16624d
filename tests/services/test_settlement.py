"""What shops hand in, planned into one file, and what becomes of it."""

from collections import Counter
from hashlib import sha256
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking import OWN, pay_tos
from tests.services.conftest import ON_SQLITE, Village
from timebank.errors import Code, Down, Flaw, Refusal, Unavailable, Unfit
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.services import (
    approvals,
    files,
    house,
    payments,
    proposals,
    selfcheck,
    settlement,
    settlement_runs,
    treasury,
)
from timebank.services.drafts import Draft
from timebank.services.files import PaymentsName
from timebank.services.posting import Posted
from timebank.services.settlement import Planned
from timebank.storage import fold, people
from timebank.storage.engine import reading, writing
from timebank.storage.tables import kept_files

BART = "Bakkerij Bart, NL91 ABNA 0417 1643 00"
NOOR = "Café Noor, NL20 INGB 0001 2345 67, Den Haag"


@pytest.fixture(name="who")
def _who(village):
    house.keep_setting(village.bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(village.bank, "bank_iban", OWN)
    return village.world.member


def redeem(village: Village, shop: str, amount: int, payout: str) -> Posted:
    village.post(village.world.pay("werk", shop, amount, "WIJK"))
    draft = payments.draft_redeem(village.bank, village.world.member(shop), "WIJK", amount, payout)
    return village.send(draft, shop)


def plan(village: Village) -> Planned:
    (planned,) = settlement.plan(village.bank, village.world.member("truus"), "WIJK").runs
    return planned


def test_a_settlement_pays_every_redemption_once_to_where_its_shop_said(village, who):
    village.issue(1_000)
    for shop, amount, to in (("noor", 150, NOOR), ("bart", 300, BART), ("bart", 200, BART)):
        redeem(village, shop, amount, to)
    waiting = settlement.waiting(village.bank)
    assert sorted((item.amount, item.destination) for item in waiting) == [
        (150, NOOR),
        (200, BART),
        (300, BART),
    ]
    planned = plan(village)
    assert [*planned.payouts] == waiting
    village.send(planned.draft, "truus", "kees")
    assert settlement.waiting(village.bank) == []
    assert isinstance(planned.draft.order.body, orders.Settle)
    assert settlement.payouts_of(village.bank, planned.draft.order.body) == waiting
    (cover,) = treasury.cover(village.bank)
    assert (cover.in_circulation, cover.reserve) == (350, 350)


def test_the_order_commits_to_the_very_file_the_bank_gets(village, who):
    village.issue(1_000)
    redeem(village, "noor", 150, NOOR)
    planned = plan(village)
    (opening,) = planned.draft.openings
    assert opening.text == f"pain.001.001.09 sha256 {sha256(planned.file.data).hexdigest()}"
    with pytest.raises(Refusal) as caught:
        settlement.posted_file(village.bank, planned.draft.order.identity)
    assert caught.value.code is Code.UNKNOWN_ENTRY
    posted = village.send(planned.draft, "truus", "kees")
    assert settlement.posted_file(village.bank, posted.identity).data == planned.file.data


def test_a_file_that_was_lost_is_made_again_to_the_byte(village, who):
    village.issue(1_000)
    redeem(village, "noor", 150, NOOR)
    redeem(village, "bart", 150, BART)
    planned = plan(village)
    posted = village.send(planned.draft, "truus", "kees")
    village.wait(86_400)
    lose_files(village)
    assert settlement.posted_file(village.bank, posted.identity).data == planned.file.data


def lose_files(village: Village) -> None:
    with writing(village.bank.engine) as conn:
        conn.execute(kept_files.delete())


def test_a_file_that_would_be_another_is_not_given(village, who):
    village.issue(1_000)
    redeem(village, "noor", 150, NOOR)
    posted = village.send(plan(village).draft, "truus", "kees")
    lose_files(village)
    house.keep_setting(village.bank, "bank_name", "Iemand anders")
    with pytest.raises(Unfit) as caught:
        settlement.posted_file(village.bank, posted.identity)
    assert caught.value.code is Flaw.PAYMENTS_CHANGED


def test_an_account_that_was_erased_does_not_change_a_file_that_was_kept(village, who):
    village.issue(1_000)
    redemption = redeem(village, "noor", 150, NOOR)
    planned = plan(village)
    posted = village.send(planned.draft, "truus", "kees")
    erase_account(village, redemption)
    assert settlement.posted_file(village.bank, posted.identity).data == planned.file.data
    lose_files(village)
    with pytest.raises(Unfit) as caught:
        settlement.posted_file(village.bank, posted.identity)
    assert caught.value.code is Flaw.PAYMENTS_CHANGED


def erase_account(village: Village, redemption: Posted) -> None:
    with writing(village.bank.engine) as conn:
        text = people.payouts(conn, [redemption.identity])[redemption.identity]
        found = [opening for opening in people.openings(conn) if opening.text == text]
        people.erase(conn, [opening.commitment for opening in found])


@pytest.mark.parametrize(
    ("payout", "flaw"),
    [
        ("contant graag", Flaw.BAD_IBAN),
        ("Bart, TR33 0006 1005 1978 6457 8413 26", Flaw.NOT_SEPA),
        ("Bart, NL91 ABNA 0417 1643 01", Flaw.BAD_IBAN),
        (f"{'B' * 80}, NL91 ABNA 0417 1643 00", Flaw.BAD_HOLDER),
    ],
)
def test_who_cannot_be_paid_is_left_out_and_holds_up_nobody(village, who, payout, flaw):
    village.issue(1_000)
    redeem(village, "bart", 300, payout)
    redeem(village, "noor", 150, NOOR)
    found = settlement.plan(village.bank, who("truus"), "WIJK")
    assert [item.flaw for item in found.left_out] == [flaw]
    assert [item.amount for run in found.runs for item in run.payouts] == [150]


def test_without_an_own_account_nothing_is_planned(village):
    with pytest.raises(Unfit) as caught:
        settlement.plan(village.bank, village.world.member("truus"), "WIJK")
    assert caught.value.code is Flaw.NO_OWN_ACCOUNT


def test_a_redemption_that_came_in_after_the_plan_waits_for_the_next(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    planned = plan(village)
    late = redeem(village, "noor", 100, NOOR)
    village.send(planned.draft, "truus", "kees")
    (waiting,) = settlement.waiting(village.bank)
    assert waiting.redemption == late.identity


def test_of_two_plans_the_second_is_refused(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    first, second = plan(village), plan(village)
    for planned in (first, second):
        signatures = village.signatures(planned.draft, "truus")
        proposals.propose(village.bank, planned.draft, signatures)
    assert [run.state for run in settlement_runs.runs(village.bank)] == ["planned", "planned"]
    village.send(first.draft, "truus", "kees")
    assert {run.identity: run.state for run in settlement_runs.runs(village.bank)} == {
        first.draft.order.identity: "posted",
        second.draft.order.identity: "expired",
    }
    with pytest.raises(Refusal) as caught:
        village.send(second.draft, "truus", "kees")
    assert caught.value.code is Code.ALREADY_SETTLED


def test_a_settlement_with_an_amount_changed_by_hand_is_refused(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    order = plan(village).draft.order
    assert isinstance(order.body, orders.Settle)
    (payout,) = order.body.payouts
    more = orders.Payout(payout.redemption, payout.payee, 301)
    body = orders.Settle(
        order.body.currency, order.body.transit, order.body.outside, (more,), order.body.file
    )
    with pytest.raises(Refusal) as caught:
        village.send(Draft(village.bank.draft(body, author=who("truus"))), "truus", "kees")
    assert caught.value.code is Code.REQUEST_DIFFERS


def test_a_large_number_of_redemptions_makes_several_orders(village, who, monkeypatch):
    monkeypatch.setattr(settlement, "MOST", 2)
    village.issue(1_000)
    for _ in range(5):
        redeem(village, "bart", 100, BART)
    found = settlement.plan(village.bank, who("truus"), "WIJK")
    assert [len(run.payouts) for run in found.runs] == [2, 2, 1]
    for run in found.runs:
        village.send(run.draft, "truus", "kees")
    assert settlement.waiting(village.bank) == []


@ON_SQLITE
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["bart", "noor"]), st.integers(1, 5_000), pay_tos),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_shops_hand_in_the_file_pays_just_that(village, who, handed_in):
    village.issue(sum(amount for _, amount, _ in handed_in))
    for shop, amount, to in handed_in:
        redeem(village, shop, amount, to.text)
    planned = plan(village)
    root = ElementTree.fromstring(planned.file.data)
    space = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
    paid = Counter(
        (node.findtext(f"{space}CdtrAcct//{space}IBAN"), node.findtext(f".//{space}InstdAmt"))
        for node in root.iter(f"{space}CdtTrfTxInf")
    )
    assert paid == Counter((to.iban, f"{amount / 100:.2f}") for _, amount, to in handed_in)
    village.send(planned.draft, "truus", "kees")
    assert settlement.waiting(village.bank) == []


def test_the_name_of_a_payment_file_reads_back():
    name = PaymentsName("pain.001.001.09", "ab" * 32)
    assert files.payments_named(name.text) == name
    assert files.payments_named("sha256 " + "ab" * 32) is None


def test_books_that_do_not_fit_stop_a_settlement_by_any_road_and_no_payment(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    planned = plan(village)
    with village.raw() as raw:
        raw.execute("UPDATE fold_accounts SET balance = 5 WHERE kind = 'transit'")
    with pytest.raises(Unavailable) as caught:
        village.send(planned.draft, "truus", "kees")
    assert caught.value.code is Down.FINDINGS
    with pytest.raises(Unavailable):
        plan(village)
    village.post(village.world.pay("joop", "amina", 5))
    with village.raw() as raw:
        raw.execute("UPDATE fold_accounts SET balance = 0 WHERE kind = 'transit'")
    village.send(planned.draft, "truus", "kees")


# ---- what a treasurer who means harm proposes


def refused_by_web(village: Village, draft: Draft, signer: str) -> Flaw:
    """Why a treasurer cannot sign this, by the road of the pages."""
    with pytest.raises(Unfit) as caught:
        approvals.sign(village.bank, draft.submission(village.signatures(draft, signer)))
    return caught.value.code


def another_file(village: Village, digest: str) -> Draft:
    """A settlement of all that waits, with right payouts, that commits to this file."""
    name = PaymentsName("pain.001.001.09", digest)
    waits = settlement.waiting(village.bank)
    return settlement.draft_settle(
        village.bank, village.world.member("truus"), "WIJK", waits, name, village.clock.now()
    )


def test_the_file_of_an_older_settlement_is_not_signed_for_nor_handed_out_again(village, who):
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    old = plan(village)
    village.send(old.draft, "truus", "kees")
    redeem(village, "noor", 150, NOOR)
    crafted = another_file(village, old.file.digest)
    assert refused_by_web(village, crafted, "kees") is Flaw.PAYMENTS_CHANGED
    proposals.propose(village.bank, crafted, village.signatures(crafted, "truus", "kees"))
    with pytest.raises(Unfit) as caught:
        approvals.post(village.bank, crafted.order.identity)
    assert caught.value.code is Flaw.PAYMENTS_CHANGED
    posted = village.send(crafted, "truus", "kees")
    with pytest.raises(Unfit) as caught:
        settlement.posted_file(village.bank, posted.identity)
    assert caught.value.code is Flaw.PAYMENTS_CHANGED


def test_a_settlement_that_commits_to_no_file_there_is_cannot_be_signed(village, who):
    village.issue(1_000)
    redeem(village, "noor", 150, NOOR)
    assert refused_by_web(village, another_file(village, "ab" * 32), "kees") is (
        Flaw.PAYMENTS_CHANGED
    )


def test_a_settlement_as_it_was_planned_is_signed_by_two_and_posted(village, who):
    village.issue(1_000)
    redeem(village, "noor", 150, NOOR)
    draft = plan(village).draft
    signed = [draft.submission(village.signatures(draft, name)) for name in ("truus", "kees")]
    assert approvals.sign(village.bank, signed[0]) is None
    posted = approvals.sign(village.bank, signed[1])
    assert posted
    house.keep_setting(village.bank, "bank_name", "Iemand anders")
    assert approvals.post(village.bank, posted.identity) == posted


def test_a_settlement_of_nobody_and_nothing_is_listed_and_cannot_be_paid(village, who):
    village.issue(1_000)
    paid = village.post(village.world.pay("werk", "noor", 150, "WIJK"))
    redeemed = redeem(village, "noor", 150, NOOR)
    with reading(village.bank.engine) as conn:
        transit = next(item.id for item in fold.every(conn, Account) if item.kind == "transit")
    bart = village.world.account("bart", "WIJK")
    made_up = [
        ("ab" * 32, "cd" * 16),  # neither is there
        (redeemed.identity, transit),  # an account of the ledger's own
        (paid.identity, village.world.account("noor", "WIJK")),  # an entry that hands nothing in
        (redeemed.identity, bart),  # what somebody else handed in
    ]
    for redemption, payee in made_up:
        payout = orders.Payout(redemption, payee, 150)
        body = orders.Settle("WIJK", "11" * 16, "22" * 16, (payout,), "ee" * 32)
        proposals.propose(village.bank, Draft(village.bank.draft(body, author=who("joop"))), [])
        (found,) = settlement.payouts_of(village.bank, body)
        assert (found.to, found.destination, found.flaw) == (None, "", Flaw.NO_SUCH_PAYOUT)
    assert len(settlement_runs.runs(village.bank)) == len(made_up)


def test_a_text_that_is_not_what_the_shop_signed_is_paid_nowhere(village, who):
    village.issue(1_000)
    redeemed = redeem(village, "noor", 150, NOOR)
    with writing(village.bank.engine) as conn:
        text = people.payouts(conn, [redeemed.identity])[redeemed.identity]
        (kept,) = [opening for opening in people.openings(conn) if opening.text == text]
        people.keep_opening(conn, people.Opening(kept.commitment, kept.salt, BART))
    (waiting,) = settlement.waiting(village.bank)
    assert (waiting.to, waiting.flaw) == (None, Flaw.UNREADABLE_ACCOUNT)
    assert [one.check for one in selfcheck.quick(village.bank)] == ["destinations"]
    with pytest.raises(Unavailable):
        plan(village)
