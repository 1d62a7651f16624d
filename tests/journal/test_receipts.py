"""Receipts: one golden file, and every way to change it."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from timebank.journal import ProofError
from timebank.journal.checkpoints import sign_note
from timebank.journal.receipts import (
    MAX_BYTES,
    Receipt,
    log_key,
    parse_receipt,
    verify_receipt,
)
from timebank.signing import canonical, messages

if TYPE_CHECKING:
    from tests.journal.conftest import Journal

GOLDEN = Path(__file__).parents[1] / "vectors/journal/receipt.tlog-proof"


def test_the_golden_receipt_is_still_written_the_same(journal: "Journal") -> None:
    assert GOLDEN.read_bytes() == journal.receipt(3).text().encode()


def test_every_entry_has_a_receipt_that_proves_itself(journal: "Journal") -> None:
    for index, entry in enumerate(journal.entries):
        receipt = verify_receipt(journal.receipt(index).text(), journal.ledger)
        assert receipt == journal.receipt(index)
        assert receipt.entry_bytes == entry
        assert receipt.checkpoint == journal.checkpoint


def test_the_first_entry_of_a_journal_of_one_needs_no_hashes(journal: "Journal") -> None:
    alone = replace(journal, entries=journal.entries[:1])
    assert alone.receipt(0).proof == ()
    verify_receipt(alone.receipt(0).text(), alone.ledger)


def test_a_receipt_prints_as_it_was_read(journal: "Journal") -> None:
    witnessed = journal.note + "— witness.example/é " + base64.b64encode(bytes(76)).decode() + "\n"
    for receipt in (journal.receipt(0), replace(journal.receipt(4), note=witnessed)):
        assert parse_receipt(receipt.text()) == receipt
        assert parse_receipt(receipt.text()).text() == receipt.text()
        verify_receipt(receipt.text(), journal.ledger)


def test_every_bit_of_a_receipt_counts(journal: "Journal") -> None:
    data = journal.receipt(3).text().encode()
    number = int.from_bytes(data)
    for bit in range(8 * len(data)):
        try:
            text = (number ^ 1 << bit).to_bytes(len(data)).decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(ProofError):
            verify_receipt(text, journal.ledger)


def test_a_receipt_cut_short_or_with_more_behind_it_is_refused(journal: "Journal") -> None:
    text = journal.receipt(3).text()
    for length in range(len(text)):
        with pytest.raises(ProofError):
            verify_receipt(text[:length], journal.ledger)
    for more in ("\n", " ", "\0", "— witness.example\n", text):
        with pytest.raises(ProofError):
            verify_receipt(text + more, journal.ledger)


def test_a_receipt_of_another_ledger_is_refused(
    journal: "Journal", other_journal: "Journal"
) -> None:
    with pytest.raises(ProofError):
        verify_receipt(other_journal.receipt(3).text(), journal.ledger)


def test_a_genesis_with_a_key_of_the_forger_is_refused(
    journal: "Journal", other_journal: "Journal"
) -> None:
    signed_by_other = sign_note(journal.checkpoint, other_journal.log_key)
    forged = replace(journal.receipt(3), note=signed_by_other)
    with pytest.raises(ProofError):
        verify_receipt(forged.text(), journal.ledger)
    with pytest.raises(ProofError):
        verify_receipt(replace(forged, genesis_bytes=other_journal.genesis).text(), journal.ledger)


def test_an_entry_at_a_place_it_was_not_made_for_is_refused(
    misnumbered_journal: "Journal",
) -> None:
    verify_receipt(misnumbered_journal.receipt(3).text(), misnumbered_journal.ledger)
    with pytest.raises(ProofError, match="another place"):
        verify_receipt(misnumbered_journal.receipt(4).text(), misnumbered_journal.ledger)


def one_entry(journal: "Journal", entry: bytes) -> Receipt:
    return replace(journal, entries=(entry,)).receipt(0)


@pytest.mark.parametrize(
    "entry", [b'{"seq":false}', b"{}", b'{"seq":"0"}', b'{ "seq":0}', b"[0]", b"0", b"", b"{"]
)
def test_what_is_not_an_entry_has_no_receipt_even_from_the_log(
    journal: "Journal", entry: bytes
) -> None:
    verify_receipt(one_entry(journal, b'{"seq":0}').text(), journal.ledger)
    with pytest.raises(ProofError):
        verify_receipt(one_entry(journal, entry).text(), journal.ledger)


@pytest.mark.parametrize(
    "genesis",
    [
        {},
        {"log_key": 1},
        {"log_key": "!"},
        {"log_key": "AAA"},
        {"log_key": "AB"},
        {"log_key": ["AAAA"]},
        {"log_key": ""},
    ],
)
def test_a_genesis_without_a_log_key_proves_nothing(
    journal: "Journal", genesis: dict[str, canonical.Value]
) -> None:
    data = canonical.encode(genesis)
    receipt = replace(journal, genesis=data).receipt(3)
    with pytest.raises(ProofError):
        verify_receipt(receipt.text(), messages.ledger_id(data))


def test_the_log_key_is_the_one_in_genesis(journal: "Journal") -> None:
    assert log_key(journal.genesis) == journal.log_key.spki


def test_what_is_spelled_otherwise_is_refused(journal: "Journal") -> None:
    text = journal.receipt(3).text()
    extra = base64.b64encode(journal.entries[3] + b"\n" + journal.genesis).decode()
    assert extra in text

    def with_extra(data: bytes) -> str:
        return text.replace(extra, base64.b64encode(data).decode())

    malformed = [
        text.replace("index 3", "index 03"),
        text.replace("index 3", "index +3"),
        text.replace("index 3", "index  3"),
        text.replace("index 3", "index \u0663"),
        text.replace("index 3", "index ³"),
        text.replace("index 3", "index " + "3" * 5000),
        text.replace("index 3", "index " + "9" * 16),
        text.replace("index 3", "3"),
        text.replace("index 3\n", ""),
        text.replace("extra ", ""),
        text.replace("extra ", "extra"),
        text.replace(f"extra {extra}\n", ""),
        text.replace(extra, extra.rstrip("=") + "===="),
        text.replace("\n", "\r\n"),
        text.replace("@v1", "@v2"),
        text.replace("\n\ntimebank", "\nAAAA\n\ntimebank"),
        text.replace("\n\ntimebank", "\n\n\ntimebank"),
        "\ufeff" + text,
        text.replace("index 3", "index \ud800"),
        with_extra(journal.entries[3]),
        with_extra(journal.entries[3] + journal.genesis),
        with_extra(journal.entries[3] + b"\n" + journal.genesis + b"\n"),
        text.replace("=\n\n\N{EM DASH}", "=\nextension\n\n\N{EM DASH}"),
        text[:-1],
    ]
    for each in malformed:
        assert each != text
        with pytest.raises(ProofError):
            parse_receipt(each)

    # Well spelled, but not of this ledger.
    for extra_data in (
        journal.entries[3] + b"\r\n" + journal.genesis,
        journal.genesis + b"\n" + journal.entries[3],
    ):
        with pytest.raises(ProofError):
            verify_receipt(with_extra(extra_data), journal.ledger)


def test_a_receipt_has_a_largest_size(journal: "Journal") -> None:
    receipt = journal.receipt(3)
    with pytest.raises(ProofError, match="at most"):
        parse_receipt(replace(receipt, entry_bytes=b" " * MAX_BYTES).text())
    with pytest.raises(ProofError, match="at most"):
        parse_receipt("é" * (MAX_BYTES - 1))
