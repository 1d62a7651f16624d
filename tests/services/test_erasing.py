"""Who has left can be forgotten, and nothing that was proved is lost."""

import pytest

from tests.services.conftest import Village
from tests.world import a_commitment, seed
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import auditing, erasing, membership, payments, proofs, receipts
from timebank.services.posting import Posted
from timebank.storage import people
from timebank.storage.engine import writing
from timebank.storage.people import Opening

ACCOUNT = "Bakkerij Bart, NL91 ABNA 0417 1643 00"


@pytest.fixture(name="paid")
def _paid(village: Village) -> Posted:
    """Bart was paid for what he handed in, and holds nothing any more."""
    with writing(village.bank.engine) as conn:
        people.keep_opening(conn, Opening(a_commitment("bart"), seed("salt bart"), "Bart"))
    world = village.world
    village.issue(50_000)
    village.post(world.pay("werk", "bart", 1_000, "WIJK"))
    bart = world.member("bart")
    draft = payments.draft_redeem(village.bank, bart, "WIJK", 1_000, ACCOUNT)
    redeemed = village.send(draft, "bart")
    payout = orders.Payout(redeemed.identity, world.account("bart", "WIJK"), 1_000)
    transit, outside = world.system("transit"), world.system("outside")
    settle = orders.Settle("WIJK", transit, outside, (payout,), a_commitment("bestand"))
    village.do(settle, "truus", "kees")
    return redeemed


def test_name_and_account_of_who_left_are_gone_and_every_proof_holds(
    village: Village, paid: Posted
) -> None:
    bart = village.world.member("bart")
    village.send(membership.draft_leave(village.bank, bart), "bart")
    receipt, bundle = (
        receipts.receipt(village.bank, paid.identity),
        [*auditing.export(village.bank)],
    )
    assert erasing.erase(village.bank, bart) == 2
    assert "Bart" not in str(village.tables())
    assert "NL91" not in str(village.tables())
    assert auditing.check(village.bank) == []
    assert receipts.receipt(village.bank, paid.identity) == receipt
    assert [*auditing.export(village.bank)] == bundle
    proofs.verify_bundle(bundle, village.bank.ledger)
    assert erasing.erase(village.bank, bart) == 0


def test_who_has_not_left_is_not_erased(village: Village, paid: Posted) -> None:
    with pytest.raises(ValueError, match="leaves first"):
        erasing.erase(village.bank, village.world.member("bart"))
    assert "Bart" in str(village.tables())


def test_nobody_is_not_erased(village: Village) -> None:
    with pytest.raises(Refusal) as caught:
        erasing.erase(village.bank, "00" * 16)
    assert caught.value.code is Code.UNKNOWN_MEMBER
