"""Entries checked in several processes come out as if one had checked them, faults included."""

import pytest

from tests.services.conftest import Village
from timebank.journal import ProofError
from timebank.ledger.entries import parse_entry, verify_entry
from timebank.ledger.replay import BrokenJournal
from timebank.services import auditing, proofs, verifying
from timebank.services.verifying import checked


@pytest.fixture(name="entries")
def _entries(village: Village, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Some forty, of which no process takes more than four at once."""
    monkeypatch.setattr(verifying, "AT_ONCE", 4)
    for _ in range(40):
        village.post(village.world.pay("joop", "amina", 1))
    lines = auditing.export(village.bank)
    return [line.rstrip(b"\n") for line in lines if line.startswith(b'{"authorizations"')]


def forged(entry: bytes) -> bytes:
    """The entry with another amount in its order, which nobody signed."""
    return entry.replace(b'"amount":1,', b'"amount":9,')


def test_entries_come_in_their_order_each_with_what_its_signatures_prove(entries):
    parsed = [parse_entry(data) for data in entries]
    assert list(checked(entries)) == [(entry, verify_entry(entry)) for entry in parsed]


@pytest.mark.parametrize("seq", [2, 4, 7, 8, 39, 40])
def test_an_entry_that_nobody_signed_is_named_after_those_before_it(entries, seq):
    entries[seq] = forged(entries[seq])
    found = []
    with pytest.raises(BrokenJournal, match=f"entry {seq}: bad_signature"):
        found.extend(checked(entries))
    assert len(found) == seq


@pytest.mark.parametrize("length", [0, 3, 4, 5, 8, 30])
def test_what_cannot_be_read_is_said_after_what_came_before(entries, length):
    def cut():
        yield from entries[:length]
        raise ProofError("the rest is gone")

    found = []
    with pytest.raises(ProofError, match="the rest is gone"):
        found.extend(checked(cut()))
    assert [entry.seq for entry, _ in found] == list(range(length))


def test_an_entry_that_does_not_hold_is_named_rather_than_what_cannot_be_read_beyond_it(entries):
    def cut():
        yield from entries[:9]
        yield forged(entries[9])
        raise ProofError("the rest is gone")

    with pytest.raises(BrokenJournal, match="entry 9"):
        list(checked(cut()))


def test_the_database_and_its_bundle_are_checked_the_same_way(village, entries):
    assert auditing.check(village.bank) == []
    verdict = proofs.verify_bundle(list(auditing.export(village.bank)), village.bank.ledger)
    assert verdict.checkpoint.size == len(entries)
