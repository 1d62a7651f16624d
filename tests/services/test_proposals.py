"""Orders that wait for a second pair of eyes."""

import json

import pytest

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import proposals, treasury
from timebank.services.drafts import Draft
from timebank.services.posting import post_one


@pytest.fixture(name="draft")
def _draft(village) -> Draft:
    village.post(village.world.record_bank(500))
    member = village.world.member
    return treasury.draft_issue(village.bank, member("truus"), member("werk"), "WIJK", 300, "doel")


def propose(village: Village, draft: Draft, *signers: str) -> None:
    proposals.propose(village.bank, draft, village.signatures(draft, *signers))


def kept(village: Village, draft: Draft) -> proposals.Proposal:
    return proposals.proposal(village.bank, draft.order.identity)


def test_a_proposal_gathers_signatures_until_it_posts(village, draft):
    propose(village, draft, "truus")
    assert kept(village, draft).state == "open"
    propose(village, draft, "kees")
    gathered = kept(village, draft)
    who = village.world.member
    assert proposals.signed_by(village.bank, gathered) == [who("truus"), who("kees")]
    assert gathered.openings == draft.openings
    post_one(village.bank, gathered.draft.submission(list(gathered.authorizations)))
    assert kept(village, draft).state == "posted"


def test_signing_again_or_proposing_without_a_signature_takes_none_away(village, draft):
    for signers in (("truus",), ("kees",), ("kees",), ()):
        propose(village, draft, *signers)
    assert len(kept(village, draft).authorizations) == 2


def test_a_signature_that_does_not_hold_is_not_kept(village, draft):
    propose(village, draft, "truus")
    other = treasury.draft_issue(
        village.bank, village.world.member("truus"), village.world.member("werk"), "WIJK", 1, ""
    )
    for wrong, code in (
        (village.signatures(other, "kees"), Code.BAD_SIGNATURE),
        (village.signatures(draft, "a stranger"), Code.UNKNOWN_KEY),
    ):
        with pytest.raises(Refusal) as caught:
            proposals.propose(village.bank, draft, wrong)
        assert caught.value.code is code
    assert len(kept(village, draft).authorizations) == 1


def test_a_withdrawn_proposal_says_so_and_never_posts(village, draft):
    propose(village, draft, "truus", "kees")
    village.do(orders.Withdraw(json.loads(draft.order.data)), "kees")
    assert kept(village, draft).state == "withdrawn"
    with pytest.raises(Refusal) as caught:
        village.send(draft, "truus", "kees")
    assert caught.value.code is Code.WITHDRAWN


def test_a_proposal_expires_after_a_month(village, draft):
    propose(village, draft, "truus")
    village.wait(orders.PROPOSAL_SECONDS)
    assert kept(village, draft).state == "open"
    village.wait(1)
    assert kept(village, draft).state == "expired"


def test_a_proposal_for_another_ledger_is_not_kept(village):
    order = village.world.order(
        orders.Suspend(village.world.member("joop"), True, "0" * 64), "els", ledger="0" * 64
    )
    with pytest.raises(Refusal) as caught:
        proposals.propose(village.bank, Draft(order), [])
    assert caught.value.code is Code.OTHER_LEDGER
    assert proposals.proposals(village.bank) == []


def test_what_was_proposed_last_is_first(village, draft):
    propose(village, draft, "truus")
    village.wait(60)
    later = treasury.draft_record_bank(village.bank, village.world.member("kees"), 5, "rente")
    propose(village, later)
    found = [item.order.identity for item in proposals.proposals(village.bank)]
    assert found == [later.order.identity, draft.order.identity]


def test_an_unknown_proposal_is_refused(village):
    with pytest.raises(Refusal) as caught:
        proposals.proposal(village.bank, "0" * 64)
    assert caught.value.code is Code.UNKNOWN_ENTRY
