"""What a signer is shown with a proposal: who signed, how many must, what it does to the cover."""

import pytest

from tests.services.conftest import Village
from timebank.services import proposals, treasury
from timebank.services.drafts import Draft
from timebank.services.posting import post_one


def test_the_effect_of_an_issue_is_what_the_cover_becomes(village: Village) -> None:
    village.post(village.world.record_bank(50_000))
    draft = treasury.draft_issue(
        village.bank,
        village.world.member("truus"),
        village.world.member("werk"),
        "WIJK",
        20_000,
        "",
    )
    effect = proposals.effect(village.bank, draft.order)
    (before,) = treasury.cover(village.bank)
    post_one(
        village.bank,
        draft.submission(village.world.signatures(draft.order, "truus", "kees")),
    )
    (after,) = treasury.cover(village.bank)
    assert effect.currency == "WIJK"
    assert after.in_circulation - before.in_circulation == effect.in_circulation == 20_000
    assert after.reserve - before.reserve == effect.reserve == 0


@pytest.mark.parametrize(("amount", "payout"), [(50_000, False), (-9_000, False), (-9_000, True)])
def test_the_effect_of_a_bank_line_is_what_the_reserve_becomes(
    village: Village, amount: int, payout: bool
) -> None:
    village.post(village.world.record_bank(10_000))
    draft = treasury.draft_record_bank(
        village.bank, village.world.member("truus"), amount, "regel", payout=payout
    )
    effect = proposals.effect(village.bank, draft.order)
    (before,) = treasury.cover(village.bank)
    post_one(village.bank, draft.submission(village.world.signatures(draft.order, "truus")))
    (after,) = treasury.cover(village.bank)
    assert after.reserve - before.reserve == effect.reserve == (0 if payout else amount)


def test_who_signed_and_how_many_must(village: Village) -> None:
    village.post(village.world.record_bank(50_000))
    truus = village.world.member("truus")
    draft = treasury.draft_issue(
        village.bank, truus, village.world.member("werk"), "WIJK", 20_000, "lonen"
    )
    proposals.propose(village.bank, Draft(draft.order), [])
    kept = proposals.proposal(village.bank, draft.order.identity)
    assert proposals.signed_by(village.bank, kept) == []
    proposals.propose(village.bank, draft, village.world.signatures(draft.order, "truus"))
    kept = proposals.proposal(village.bank, draft.order.identity)
    assert proposals.signed_by(village.bank, kept) == [truus]
    needed = proposals.threshold(village.bank, "issue")
    assert needed is not None
    assert (needed.role, needed.count) == ("issuer", 2)
    assert proposals.threshold(village.bank, "pay") is None
