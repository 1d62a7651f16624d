"""The audit bundle: a whole journal that is checked with no database, and in which no byte counts
for nothing."""

import random
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import pytest

from tests.services.conftest import ON_SQLITE, Village, copy_of, hold_market, reopened, submission
from tests.world import HOURS, LOG_KEY, LOG_KEY_SEED, NOW, World, seed
from timebank.clock import SetClock
from timebank.errors import TimebankError
from timebank.journal import ProofError
from timebank.journal.bundles import write_bundle
from timebank.journal.checkpoints import Checkpoint, sign_note
from timebank.journal.merkle import Frontier, leaf_hash
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.ledger.replay import BrokenJournal
from timebank.services import auditing, proofs, receipts
from timebank.services.founding import found
from timebank.signing.keys import SigningKey


@pytest.fixture(name="held")
def _held(market, tmp_path):
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def bundle(village: Village) -> bytes:
    return b"".join(auditing.export(village.bank))


def forged(entries: list[bytes], ledger: str, key: SigningKey = LOG_KEY) -> list[bytes]:
    """A bundle of these entries that its maker has signed as a log would."""
    frontier, _ = Frontier().extend(leaf_hash(entry) for entry in entries)
    note = sign_note(Checkpoint(ledger, frontier.size, frontier.root()), key)
    return list(write_bundle(entries, note))


def test_a_bundle_shows_the_same_fold_as_the_tables(held):
    verdict = proofs.verify_bundle(lines(bundle(held)), held.bank.ledger)
    assert verdict.checkpoint == held.bank.guard.read()
    assert verdict.state.find(Account, held.world.account("joop")).balance == held.balance("joop")


def test_a_bundle_is_verified_where_there_is_no_database(held, tmp_path):
    path = tmp_path / "bundle"
    path.write_bytes(bundle(held))
    program = (
        "import sys; from timebank.services import proofs\n"
        "proofs.verify_bundle(open(sys.argv[1], 'rb'), sys.argv[2])\n"
        "print('whole')"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program, path, held.bank.ledger],
        cwd=elsewhere, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "whole\n"
    assert list(elsewhere.iterdir()) == []


def test_a_bundle_is_the_same_however_often_it_is_exported(held):
    assert bundle(held) == bundle(held)


class Hamlet(World):
    """Two people and one currency, so that every byte of their bundle can be tried."""

    def __post_init__(self) -> None:
        order = self.order(self.founding(), "els")
        self.ledger = order.ledger
        self.genesis = self.signed(order, "els", "joop")

    def founding(self) -> orders.Genesis:
        whole = super().founding()
        els, joop = (
            next(item for item in whole.founders if item.member == self.member(name))
            for name in ("els", "joop")
        )
        roles: tuple[orders.Role, ...] = ("coordinator", "issuer", "registrar", "treasurer")
        founders = [
            replace(item, roles=held, accounts=item.accounts[:1])
            for item, held in ((els, roles), (joop, ()))
        ]
        return replace(
            whole,
            currencies=(HOURS,),
            accounts=(),
            founders=tuple(sorted(founders, key=lambda item: item.member)),
            thresholds=tuple(replace(item, count=1) for item in whole.thresholds),
        )


@ON_SQLITE
def test_every_flipped_byte_of_a_small_bundle_is_found(settings):
    """One of its bits each; which one goes round, so that all eight have their turn."""
    world, clock = Hamlet(), SetClock(NOW)
    village = Village(world, found(settings, submission(world.genesis), LOG_KEY_SEED, clock), clock)
    village.post(world.pay("joop", "els", 5))
    whole, ledger = bundle(village), village.bank.ledger
    village.bank.close()
    passed = [at for at in range(len(whole)) if accepts(flipped(whole, at, at % 8), ledger)]
    assert passed == []


def test_a_flipped_bit_anywhere_in_a_larger_bundle_is_found(held):
    whole, ledger, dice = bundle(held), held.bank.ledger, random.Random(1)
    places = [dice.randrange(8 * len(whole)) for _ in range(150)]
    assert [at for at in places if accepts(flipped(whole, at // 8, at % 8), ledger)] == []


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def accepts(data: bytes, ledger: str) -> bool:
    try:
        proofs.verify_bundle(lines(data), ledger)
    except TimebankError:  # anything else would be a crash, and fails the test
        return False
    return True


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 6, 7])
def test_a_bundle_that_lost_lines_is_found(held, cut):
    whole = lines(bundle(held))
    for shorter in (whole[:-cut], whole[cut:], whole[:cut] + whole[cut + 1 :]):
        assert not accepts(b"".join(shorter), held.bank.ledger)


def test_a_bundle_with_two_entries_exchanged_is_found(held):
    whole = lines(bundle(held))
    whole[3], whole[4] = whole[4], whole[3]
    assert not accepts(b"".join(whole), held.bank.ledger)


def test_a_bundle_of_another_ledger_than_the_paper_says_is_refused(held):
    with pytest.raises(ProofError, match="another ledger"):
        proofs.verify_bundle(lines(bundle(held)), sha256(b"another").hexdigest())


def test_a_bundle_signed_by_another_log_key_is_refused(held):
    entries = list(receipts.entries(held.bank))
    other = SigningKey.from_seed(seed("another log key"))
    with pytest.raises(ProofError):
        proofs.verify_bundle(forged(entries, held.bank.ledger, other), held.bank.ledger)


def test_not_even_the_log_key_can_change_what_an_order_moved(held):
    entries = list(receipts.entries(held.bank))
    entries[3] = entries[3].replace(b",4000]", b",4001]").replace(b",-4000]", b",-4001]")
    with pytest.raises(BrokenJournal, match="entry 3"):
        proofs.verify_bundle(forged(entries, held.bank.ledger), held.bank.ledger)


def test_not_even_the_log_key_can_leave_out_an_entry(held):
    entries = list(receipts.entries(held.bank))
    del entries[4]
    with pytest.raises(BrokenJournal, match="entry 4"):
        proofs.verify_bundle(forged(entries, held.bank.ledger), held.bank.ledger)


def test_not_even_the_log_key_can_begin_with_something_else_than_the_genesis(held):
    entries = list(receipts.entries(held.bank))
    with pytest.raises(TimebankError):
        proofs.verify_bundle(forged(entries[1:], held.bank.ledger), held.bank.ledger)


# ---- comparing with an earlier checkpoint, printed on paper


def test_a_bundle_that_extends_an_earlier_checkpoint_is_accepted(village):
    papers = [receipts.latest_note(village.bank)]
    hold_market(village)
    papers.append(receipts.latest_note(village.bank))
    village.post(village.world.pay("joop", "amina", 1))
    papers.append(receipts.latest_note(village.bank))
    for paper in papers:
        proofs.verify_bundle(lines(bundle(village)), village.bank.ledger, extends=paper)


def test_a_history_that_was_shortened_since_the_paper_was_printed_is_found(village, tmp_path):
    folder = tmp_path / "old"
    folder.mkdir()
    old = reopened(copy_of(village.bank.settings, folder))
    village.post(village.world.pay("joop", "amina", 5))
    paper = receipts.latest_note(village.bank)
    with pytest.raises(ProofError, match="shorter"):
        proofs.verify_bundle(lines(bundle(old)), old.bank.ledger, extends=paper)
    old.bank.close()


def test_a_second_history_is_found_by_the_paper_of_the_first(village, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = reopened(copy_of(village.bank.settings, folder))
    village.post(village.world.pay("joop", "amina", 5))
    paper = receipts.latest_note(village.bank)
    for amount in (6, 7):
        other.post(other.world.pay("joop", "amina", amount))
    with pytest.raises(ProofError, match="earlier checkpoint"):
        proofs.verify_bundle(lines(bundle(other)), other.bank.ledger, extends=paper)
    other.bank.close()


def test_a_paper_that_the_log_key_did_not_sign_counts_for_nothing(held):
    checkpoint = held.bank.guard.read()
    paper = sign_note(checkpoint, SigningKey.from_seed(seed("a forger")))
    with pytest.raises(ProofError):
        proofs.verify_bundle(lines(bundle(held)), held.bank.ledger, extends=paper)


def test_a_paper_of_another_ledger_is_refused(held):
    entries = list(receipts.entries(held.bank))
    frontier, _ = Frontier().extend(leaf_hash(entry) for entry in entries)
    paper = sign_note(Checkpoint("0" * 64, frontier.size, frontier.root()), LOG_KEY)
    with pytest.raises(ProofError):
        proofs.verify_bundle(lines(bundle(held)), held.bank.ledger, extends=paper)


def test_an_empty_file_is_no_bundle():
    for data in (b"", b"\n", b"\n\n", b"{}\n\n"):
        assert not accepts(data, World(now=NOW).ledger)
