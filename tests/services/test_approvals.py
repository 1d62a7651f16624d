"""Whose signatures a proposal has and needs; the last one posts it, wherever it was given."""

from dataclasses import replace

import pytest

from tests.passkeys import Passkey
from tests.services.conftest import Village
from tests.world import CREDITS, a_commitment, seed
from timebank.errors import Code, Refusal, Unfit
from timebank.ledger import orders
from timebank.ledger.verified import verify_bytes
from timebank.services import approvals, proposals, treasury
from timebank.services.approvals import Approvals
from timebank.services.drafts import Draft, commit
from timebank.services.posting import Submission
from timebank.signing.authorizations import authorize_batch
from timebank.signing.canonical import to_base64url


@pytest.fixture(name="draft")
def _draft(village: Village) -> Draft:
    village.post(village.world.record_bank(500))
    member = village.world.member
    return treasury.draft_issue(village.bank, member("truus"), member("werk"), "WIJK", 300, "doel")


def names(village: Village, members: tuple[str, ...]) -> set[str]:
    known = ("els", "farid", "truus", "kees", "joop", "amina", "bart", "werk", "sara")
    return {name for name in known if village.world.member(name) in members}


def stands(village: Village, draft: Draft) -> Approvals:
    found = proposals.proposal(village.bank, draft.order.identity)
    return approvals.approvals(village.bank, found.order, found.authorizations)


def sign(village: Village, draft: Draft, who: str) -> object:
    return approvals.sign(village.bank, draft.submission(village.signatures(draft, who)))


def test_the_first_signature_waits_and_the_last_one_posts(village: Village, draft: Draft) -> None:
    assert sign(village, draft, "truus") is None
    waiting = stands(village, draft)
    assert names(village, waiting.counted) == {"truus"}
    assert names(village, waiting.may) == {"kees"}
    assert (waiting.missing, waiting.complete) == (1, False)
    assert sign(village, draft, "kees") is not None
    assert village.balance("werk", "WIJK") == 300
    assert proposals.proposal(village.bank, draft.order.identity).state == "posted"


def test_the_same_signature_again_is_the_same_answer(village: Village, draft: Draft) -> None:
    sent = draft.submission(village.signatures(draft, "truus"))
    assert approvals.sign(village.bank, sent) is None
    assert approvals.sign(village.bank, sent) is None
    last = draft.submission(village.signatures(draft, "kees"))
    first = approvals.sign(village.bank, last)
    assert approvals.sign(village.bank, last) == first


def test_one_member_signs_once_also_with_another_key(village: Village, draft: Draft) -> None:
    village.post(village.world.add_key("truus", "truus phone"))
    sign(village, draft, "truus")
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "truus phone")
    assert caught.value.code is Code.DOUBLE_APPROVAL
    assert village.balance("werk", "WIJK") == 0


def test_who_is_not_asked_is_refused(village: Village, draft: Draft) -> None:
    sign(village, draft, "truus")
    for stranger in ("els", "joop", "bart"):
        with pytest.raises(Refusal) as caught:
            sign(village, draft, stranger)
        assert caught.value.code is Code.NOT_AUTHORIZED
    assert names(village, stands(village, draft).may) == {"kees"}


def test_a_key_that_may_only_pay_approves_nothing(village: Village, draft: Draft) -> None:
    village.post(village.world.add_key("kees", "kees phone", scopes=("pay",)))
    sign(village, draft, "truus")
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "kees phone")
    assert caught.value.code is Code.KEY_SCOPE


def test_a_signature_by_a_key_that_was_blocked_since_counts_no_more(
    village: Village, draft: Draft
) -> None:
    world = village.world
    added = world.add_key("truus", "truus phone")
    village.post(added)
    sign(village, draft, "truus phone")
    key = next(signed.key_id for signed in added.signed)
    village.do(orders.RevokeKey(world.member("truus"), key), "els")
    assert stands(village, draft).counted == ()
    sign(village, draft, "kees")
    assert names(village, stands(village, draft).must) == {"truus"}
    assert sign(village, draft, "truus") is not None


def test_a_withdrawn_proposal_takes_no_signature(village: Village, draft: Draft) -> None:
    sign(village, draft, "truus")
    found = proposals.proposal(village.bank, draft.order.identity)
    taken_back = approvals.draft_withdraw(village.bank, village.world.member("kees"), found)
    village.send(taken_back, "kees")
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "kees")
    assert caught.value.code is Code.WITHDRAWN


def test_an_expired_proposal_takes_no_signature(village: Village, draft: Draft) -> None:
    sign(village, draft, "truus")
    village.wait(orders.PROPOSAL_SECONDS + 1)
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "kees")
    assert caught.value.code is Code.EXPIRED


def test_what_the_rules_refuse_keeps_its_signatures_and_can_be_posted_later(
    village: Village, draft: Draft
) -> None:
    member = village.world.member
    other = treasury.draft_issue(village.bank, member("kees"), member("werk"), "WIJK", 400, "dit")
    village.send(other, "kees", "truus")
    sign(village, draft, "truus")
    with pytest.raises(approvals.NotPosted) as caught:
        sign(village, draft, "kees")
    assert caught.value.why.code is Code.BACKING_TOO_SMALL
    waiting = stands(village, draft)
    assert waiting.complete
    assert waiting.waits_for(member("kees"))


def test_signatures_kept_elsewhere_are_posted_from_here(village: Village, draft: Draft) -> None:
    proposals.propose(village.bank, draft, village.signatures(draft, "truus", "kees"))
    assert approvals.post(village.bank, draft.order.identity) is not None
    assert village.balance("werk", "WIJK") == 300


def test_nothing_posts_while_others_have_to_sign(village: Village, draft: Draft) -> None:
    sign(village, draft, "truus")
    assert approvals.post(village.bank, draft.order.identity) is None
    assert village.balance("werk", "WIJK") == 0


def test_an_order_that_needs_no_approvals_is_no_proposal(village: Village) -> None:
    paid = village.world.pay("joop", "amina", 15)
    draft = Draft(paid.order)
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "joop")
    assert caught.value.code is Code.BAD_FIELD


def test_whose_credits_are_retired_has_to_sign_and_does_not_count(village: Village) -> None:
    village.issue(500)
    member = village.world.member
    draft = treasury.draft_retire(village.bank, member("truus"), member("werk"), "WIJK", 200, "op")
    sign(village, draft, "truus")
    sign(village, draft, "kees")
    assert names(village, stands(village, draft).must) == {"werk"}
    assert [one.order.identity for one, _ in approvals.waiting(village.bank, member("werk"))] == [
        draft.order.identity
    ]
    assert sign(village, draft, "werk") is not None
    assert village.balance("werk", "WIJK") == 300


def gains(village: Village) -> dict[str, tuple[orders.Body, str]]:
    """One order of each type by which somebody gains, and who: a holder of its role, or a shop."""
    world = village.world
    member = world.member
    village.post(world.record_bank(1_000))
    line = village.post(world.record_bank(2_000)).identity
    paid = village.post(world.pay("truus", "joop", 30)).identity
    body = orders.Issue(world.account("truus", "WIJK"), "WIJK", 100, (orders.CitedLine(line, 100),))
    terms = orders.Redeeming(0, 100, world.account("els", "WIJK"))
    transit, outside = world.system("transit"), world.system("outside")
    issued = orders.Issue(world.account("bart", "WIJK"), "WIJK", 100, body.backing)
    village.do(issued, "truus", "kees")
    redeemed = village.post(world.redeem("bart", 100)).identity
    payout = orders.Payout(redeemed, world.account("bart", "WIJK"), 100)
    return {
        "issue": (body, "truus"),
        "correct": (
            orders.Correct(paid, (world.leg("joop", "truus", 30),), a_commitment("fout")),
            "truus",
        ),
        "set_limit": (
            orders.SetLimit(member("els"), world.account("els"), "UUR", -60, 600),
            "els",
        ),
        "set_role": (orders.SetRole(member("els"), "issuer", True), "els"),
        "set_policy": (
            orders.SetPolicy("WIJK", replace(CREDITS.policy, redeeming=terms)),
            "els",
        ),
        "settle": (
            orders.Settle("WIJK", transit, outside, (payout,), a_commitment("bestand")),
            "bart",
        ),
        "suspend": (orders.Suspend(member("els"), False, a_commitment("terug")), "els"),
    }


NEED_ONE = {"suspend"}
"""Types for which one signature is enough: nobody else's is beside that of who gains."""


@pytest.mark.parametrize(
    "name", ["issue", "correct", "set_limit", "set_role", "set_policy", "settle", "suspend"]
)
def test_who_gains_does_not_count_here_or_under_the_rules(village: Village, name: str) -> None:
    body, holder = gains(village)[name]
    beside = {"truus": "kees", "els": "farid", "bart": "truus"}
    others = [] if name in NEED_ONE else [beside[holder]]
    order = village.world.order(body, holder, lasts=86_400)
    values = village.world.signatures(order, holder, *others)
    found = approvals.approvals(village.bank, order, values)
    assert names(village, found.others) == {holder}
    assert names(village, found.counted) == {*others}
    with pytest.raises(Refusal) as caught:
        village.post(village.world.signed(order, holder, *others))
    assert caught.value.code is Code.TOO_FEW_APPROVALS
    assert caught.value.details["counted"] == len(found.counted)


def test_treasurers_do_not_choose_auditors(village: Village) -> None:
    world = village.world
    village.do(orders.SetRole(world.member("kees"), "coordinator", True), "els", "farid")
    body = orders.SetRole(world.member("joop"), "auditor", True)
    order = world.order(body, "els", lasts=86_400)
    found = approvals.approvals(village.bank, order)
    assert names(village, found.may) == {"els", "farid"}


def test_every_member_sees_only_what_waits_for_them(village: Village, draft: Draft) -> None:
    sign(village, draft, "truus")
    member = village.world.member
    waits = {
        name: len(approvals.waiting(village.bank, member(name)))
        for name in ("truus", "kees", "els", "joop", "werk")
    }
    assert waits == {"truus": 0, "kees": 1, "els": 0, "joop": 0, "werk": 0}


def test_texts_that_the_order_does_not_name_are_not_kept(village: Village, draft: Draft) -> None:
    stray = replace(draft.openings[0], commitment="ab" * 32, text="iets anders")
    sent = Draft(draft.order, (*draft.openings, stray))
    sign(village, sent, "truus")
    assert proposals.proposal(village.bank, draft.order.identity).openings == draft.openings
    assert not [row for row in village.tables()["kept_openings"] if "iets anders" in row]


# ---- what nobody may put before the others


def stranger_orders(village: Village) -> dict[str, orders.Body]:
    """What somebody without a role might sign as its author, to break a page or to read in it."""
    world = village.world
    redeemed = village.post(world.redeem("bart", 100)).identity
    payout = orders.Payout(redeemed, "ef" * 16, 100)
    transit, outside = world.system("transit"), world.system("outside")
    return {
        "made-up payee": orders.Settle("WIJK", transit, outside, (payout,), "ab" * 32),
        "unknown currency": orders.Issue(world.account("joop", "WIJK"), "ZZZ", 1, ()),
        "own role": orders.SetRole(world.member("joop"), "treasurer", True),
        "somebody's limit": orders.SetLimit(
            world.member("amina"), world.account("amina"), "UUR", 0, 0
        ),
    }


@pytest.mark.parametrize(
    "name", ["made-up payee", "unknown currency", "own role", "somebody's limit"]
)
def test_who_holds_no_role_puts_nothing_before_the_others(village: Village, name: str) -> None:
    village.issue(500, "bart")
    order = village.world.order(stranger_orders(village)[name], "joop", lasts=86_400)
    with pytest.raises(Refusal) as caught:
        sign(village, Draft(order), "joop")
    assert caught.value.code is Code.NOT_AUTHORIZED
    with pytest.raises(Refusal) as caught:
        proposals.propose(village.bank, Draft(order), village.signatures(Draft(order), "joop"))
    assert caught.value.code is Code.NOT_AUTHORIZED
    assert proposals.proposals(village.bank) == []


def test_the_role_of_another_kind_of_order_proposes_nothing(village: Village, draft: Draft) -> None:
    body = orders.SetRole(village.world.member("joop"), "treasurer", True)
    order = village.world.order(body, "truus", lasts=86_400)
    with pytest.raises(Refusal) as caught:
        sign(village, Draft(order), "truus")
    assert caught.value.code is Code.NOT_AUTHORIZED


def test_a_key_that_may_only_pay_proposes_nothing_for_who_gains(village: Village) -> None:
    village.post(village.world.add_key("truus", "truus phone", scopes=("pay",)))
    village.post(village.world.record_bank(500))
    truus = village.world.member("truus")
    draft = treasury.draft_issue(village.bank, truus, truus, "WIJK", 300, "voor mij")
    with pytest.raises(Refusal) as caught:
        sign(village, draft, "truus phone")
    assert caught.value.code is Code.KEY_SCOPE
    assert proposals.proposals(village.bank) == []


def test_naming_a_text_of_another_order_does_not_show_it(village: Village, draft: Draft) -> None:
    world = village.world
    memo = commit("voor de huur van mijn moeder")
    paid = world.order(orders.Pay((world.leg("joop", "amina", 15),), memo.commitment), "joop")
    village.send(Draft(paid, (memo,)), "joop")
    by_memo = orders.Issue(world.account("werk", "WIJK"), "WIJK", 1, (), memo.commitment)
    order = world.order(by_memo, "truus", lasts=86_400)
    with pytest.raises(Refusal) as caught:
        sign(village, Draft(order), "truus")
    assert caught.value.code is Code.BAD_FIELD
    # Where a field is no commitment, nothing is a text.
    by_key = world.order(
        orders.RevokeKey(world.member("joop"), memo.commitment), "els", lasts=86_400
    )
    proposals.propose(village.bank, Draft(by_key), village.signatures(Draft(by_key), "els"))
    assert proposals.proposal(village.bank, by_key.identity).openings == ()


def test_a_policy_keeps_its_texts_and_takes_none_of_others(village: Village) -> None:
    world = village.world
    basis, memo = commit("besluit van de ledenvergadering"), commit("geheim")
    standing = replace(CREDITS.policy, basis=basis.commitment)
    order = world.order(orders.SetPolicy("WIJK", standing), "els")
    village.send(Draft(order, (basis,)), "els", "farid")
    paid = world.order(orders.Pay((world.leg("joop", "amina", 15),), memo.commitment), "joop")
    village.send(Draft(paid, (memo,)), "joop")
    again = world.order(orders.SetPolicy("WIJK", replace(standing, ceiling=1)), "els", lasts=86_400)
    sign(village, Draft(again), "els")
    assert proposals.proposal(village.bank, again.identity).openings == (basis,)
    foreign = replace(standing, basis=memo.commitment)
    order = world.order(orders.SetPolicy("WIJK", foreign), "els", lasts=86_400)
    with pytest.raises(Refusal) as caught:
        sign(village, Draft(order), "els")
    assert caught.value.code is Code.BAD_FIELD


# ---- signatures that would never let it post


def test_a_signature_over_a_batch_of_other_orders_is_not_taken(
    village: Village, draft: Draft
) -> None:
    world = village.world
    both = [draft.order.identity, "ab" * 32]
    with pytest.raises(Refusal) as caught:
        approvals.sign(
            village.bank,
            draft.submission([authorize_batch(world.key("truus"), world.ledger, both)]),
        )
    assert caught.value.code is Code.BATCH_INCOMPLETE
    alone = authorize_batch(world.key("truus"), world.ledger, both[:1])
    assert approvals.sign(village.bank, draft.submission([alone])) is None
    assert sign(village, draft, "kees") is not None


def with_passkey(village: Village, who: str, passkey: Passkey) -> None:
    """Post the order by which a member's passkey joins their keys."""
    world = village.world
    invitation = world.voucher("passkey", by=who, purpose="add_key", kind=None, limits=None)
    secret = to_base64url(seed("secret passkey"))
    order = world.order(orders.AddKey(invitation, secret, world.member(who), passkey.grant()), who)
    village.post(verify_bytes(order.data, [passkey.authorize(order.data)]))


def test_a_passkey_of_another_address_is_not_taken(village: Village, draft: Draft) -> None:
    with_passkey(village, "truus", Passkey("truus"))
    elsewhere = Passkey("truus", origin="https://elders.test", rp_id="elders.test")
    with pytest.raises(Refusal) as caught:
        approvals.sign(village.bank, draft.submission([elsewhere.authorize(draft.order.data)]))
    assert caught.value.code is Code.BAD_ORIGIN
    assert proposals.proposals(village.bank) == []


def test_a_passkey_of_an_address_that_was_taken_away_counts_no_more_and_its_member_signs_again(
    village: Village, draft: Draft
) -> None:
    passkey = Passkey("truus")
    with_passkey(village, "truus", passkey)
    approvals.sign(village.bank, draft.submission([passkey.authorize(draft.order.data)]))
    assert names(village, stands(village, draft).counted) == {"truus"}
    village.do(orders.SetOrigins(()), "els", "farid")
    assert stands(village, draft).counted == ()
    assert sign(village, draft, "truus") is None
    assert sign(village, draft, "kees") is not None


def test_a_settlement_in_one_s_own_favour_is_compared_with_its_file_too(village: Village):
    world = village.world
    village.issue(1_000)
    village.post(world.pay("werk", "noor", 500, "WIJK"))
    redeemed = village.post(world.redeem("noor", 300)).identity
    payout = orders.Payout(redeemed, world.account("truus", "WIJK"), 300)
    body = orders.Settle(
        "WIJK", world.system("transit"), world.system("outside"), (payout,), a_commitment("x")
    )
    order = world.order(body, "truus", lasts=86_400)
    with pytest.raises(Unfit):
        approvals.sign(village.bank, Submission(order.data, world.signatures(order, "truus")))
    assert proposals.proposals(village.bank) == []
