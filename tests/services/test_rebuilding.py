"""A lost guard is started again only on evidence from outside, and on books that are in order."""

import pytest

from tests.services.conftest import Village
from timebank.errors import Down, Unavailable
from timebank.journal import ProofError
from timebank.services import receipts, treasury
from timebank.services.rebuilding import rebuild_guard
from timebank.storage.engine import writing


def quietly(_: int) -> None:
    """Nobody watches the progress."""


def test_a_lost_guard_is_rebuilt_from_a_checkpoint_the_database_contains(village: Village):
    village.post(village.world.pay("joop", "amina", 5))
    note = receipts.latest_note(village.bank)
    village.post(village.world.pay("joop", "amina", 6))
    village.bank.settings.guard.unlink()
    assert rebuild_guard(village.bank, note, quietly).size == 3
    with pytest.raises(Unavailable) as caught:
        village.post(village.world.pay("joop", "amina", 7))
    assert caught.value.code is Down.JUST_RESTORED
    village.clock.advance(900)
    village.world.now += 900
    village.post(village.world.pay("joop", "amina", 7))


def test_a_guard_that_is_there_is_not_replaced(village: Village):
    note = receipts.latest_note(village.bank)
    with pytest.raises(Unavailable) as caught:
        rebuild_guard(village.bank, note, quietly)
    assert caught.value.code is Down.GUARD_MISMATCH


def test_a_database_older_than_the_checkpoint_gets_no_guard(village: Village, tmp_path):
    village.post(village.world.pay("joop", "amina", 5))
    note = receipts.latest_note(village.bank)
    guard = village.bank.settings.guard
    guard.unlink()
    forged = note.replace("\n2\n", "\n3\n")
    for text in (forged, "", "no checkpoint"):
        with pytest.raises(ProofError):
            rebuild_guard(village.bank, text, quietly)
    assert not guard.exists()


def test_a_finding_of_the_treasury_alone_gets_no_guard(village: Village):
    """More was paid to shops than was settled: each entry holds, and together they do not fit."""
    village.issue(1_000)
    truus = village.world.member("truus")
    draft = treasury.draft_record_bank(village.bank, truus, -100, "x", payout=True)
    village.send(draft, "truus")
    note = receipts.latest_note(village.bank)
    village.bank.settings.guard.unlink()
    with pytest.raises(Unavailable, match="not in order"):
        rebuild_guard(village.bank, note, quietly)


def test_books_with_a_finding_get_no_guard(village: Village):
    note = receipts.latest_note(village.bank)
    village.bank.settings.guard.unlink()
    with writing(village.bank.engine) as conn:
        conn.exec_driver_sql("UPDATE fold_accounts SET balance = balance + 1 WHERE balance = 0")
    with pytest.raises(Unavailable, match="not in order"):
        rebuild_guard(village.bank, note, quietly)
    assert not village.bank.settings.guard.exists()
