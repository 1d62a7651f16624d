"""Receipts: one text per entry for ever, handed out only for what the guard vouches for."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.conftest import copy_of, reopened, submission
from timebank.errors import Code, Refusal, TimebankError
from timebank.journal import ProofError
from timebank.journal.checkpoints import read_note
from timebank.services import proofs, receipts
from timebank.services.posting import post


@pytest.fixture(name="held")
def _held(market, tmp_path):
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


def identities(village):
    return [
        receipts.identity_of(village.bank, str(seq))
        for seq in range(village.bank.guard.read().size)
    ]


def test_every_entry_has_a_receipt_that_proves_itself_with_the_ledger_id_alone(held):
    for seq, identity in enumerate(identities(held)):
        checked = proofs.check_receipt(receipts.receipt(held.bank, identity), held.bank.ledger)
        assert (checked.entry.seq, checked.order.identity) == (seq, identity)
        assert checked.key_ids


def test_a_receipt_is_the_same_text_after_more_entries_and_from_another_process(held):
    before = {identity: receipts.receipt(held.bank, identity) for identity in identities(held)}
    for _ in range(3):
        held.post(held.world.pay("joop", "amina", 1))
    other = reopened(held.bank.settings)
    assert {name: receipts.receipt(other.bank, name) for name in before} == before
    other.bank.close()


def test_orders_posted_together_share_a_checkpoint_and_nobody_s_line(village):
    world = village.world
    payments = [world.pay("joop", "amina", 1), world.pay("els", "farid", 2)]
    outcomes = post(village.bank, [submission(item) for item in payments])
    texts = [receipts.receipt(village.bank, outcome.identity) for outcome in outcomes]
    checked = [proofs.check_receipt(text, village.bank.ledger) for text in texts]
    assert checked[0].checkpoint == checked[1].checkpoint
    assert world.account("farid") not in str(checked[0].entry)


def test_a_receipt_of_another_ledger_proves_nothing_here(held):
    text = receipts.receipt(held.bank, identities(held)[1])
    with pytest.raises(ProofError):
        proofs.check_receipt(text, "0" * 64)


def test_any_changed_character_of_a_receipt_is_found(held):
    text, dice = receipts.receipt(held.bank, identities(held)[5]), random.Random(5)
    for at in [dice.randrange(len(text)) for _ in range(200)]:
        changed = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]
        with pytest.raises(TimebankError):
            proofs.check_receipt(changed, held.bank.ledger)


@pytest.mark.parametrize(
    "entry", ["0" * 64, "-1", "9999", "1" * 63, "1e3", "", "²", "x", "0x1", "9" * 19]
)
def test_an_entry_that_is_not_there_is_refused(held, entry):
    with pytest.raises(Refusal) as caught:
        receipts.identity_of(held.bank, entry)
    assert caught.value.code is Code.UNKNOWN_ENTRY


def test_an_order_that_was_not_posted_has_no_receipt(held):
    with pytest.raises(Refusal) as caught:
        receipts.receipt(held.bank, held.world.pay("joop", "amina", 1).order.identity)
    assert caught.value.code is Code.UNKNOWN_ENTRY


def test_receipts_and_notes_asked_while_others_post_never_run_ahead_of_the_guard(village):
    """Readers see moments between a commit and its guard; what they sign is released first."""
    payments = [submission(village.world.pay("joop", "amina", 1)) for _ in range(60)]
    done = threading.Event()

    def read() -> list[int]:
        sizes = []
        while not done.is_set():
            note = read_note(receipts.latest_note(village.bank))
            assert village.bank.guard.read().size >= note.size
            sizes.append(note.size)
        return sizes

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for payment in payments:
            (outcome,) = post(village.bank, [payment])
            receipts.receipt(village.bank, outcome.identity)
        done.set()
        seen = [reader.result() for reader in readers]
    assert all(sizes == sorted(sizes) for sizes in seen)
    assert read_note(receipts.latest_note(village.bank)).size == 61
