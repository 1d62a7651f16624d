"""Checkpoints: one golden note, and every way to change it."""

import base64
from pathlib import Path

import pytest

from timebank.journal import ProofError, notes
from timebank.journal.checkpoints import Checkpoint, open_note, read_note, sign_note
from timebank.journal.merkle import EMPTY_ROOT, MAX_SIZE, leaf_hash
from timebank.signing.keys import SigningKey

LOG_KEY = SigningKey.from_seed(bytes(range(32)))
OTHER_KEY = SigningKey.from_seed(bytes(32))
LEDGER = "5d" * 32
CHECKPOINT = Checkpoint(LEDGER, 20852163, leaf_hash(b"entry"))
NOTE = sign_note(CHECKPOINT, LOG_KEY)
GOLDEN = Path(__file__).parents[1] / "vectors/journal/checkpoint.txt"


def test_the_golden_checkpoint_is_still_signed_the_same() -> None:
    assert GOLDEN.read_bytes() == NOTE.encode()


def test_a_checkpoint_is_opened_with_ledger_and_key() -> None:
    assert open_note(NOTE, LEDGER, LOG_KEY.spki) == CHECKPOINT
    assert read_note(NOTE) == CHECKPOINT


def test_an_empty_journal_has_a_checkpoint() -> None:
    empty = Checkpoint(LEDGER, 0, EMPTY_ROOT)
    assert open_note(sign_note(empty, LOG_KEY), LEDGER, LOG_KEY.spki) == empty


def test_another_ledger_or_key_is_refused() -> None:
    with pytest.raises(ProofError):
        open_note(NOTE, "5e" * 32, LOG_KEY.spki)
    with pytest.raises(ProofError):
        open_note(NOTE, LEDGER, OTHER_KEY.spki)
    with pytest.raises(ProofError):
        open_note(sign_note(CHECKPOINT, OTHER_KEY), LEDGER, LOG_KEY.spki)


def test_a_log_key_that_takes_over_may_sign_beside_the_old_one() -> None:
    handover = NOTE + sign_note(CHECKPOINT, OTHER_KEY).rpartition("\n\n")[2]
    for key in (LOG_KEY, OTHER_KEY):
        assert open_note(handover, LEDGER, key.spki) == CHECKPOINT


def test_every_bit_of_a_checkpoint_counts() -> None:
    data = NOTE.encode()
    for bit in range(8 * len(data)):
        flipped = (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))
        try:
            text = flipped.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(ProofError):
            open_note(text, LEDGER, LOG_KEY.spki)


@pytest.mark.parametrize(
    "body",
    [
        f"timebank/ledger/{LEDGER}\n7\n",
        f"timebank/ledger/{LEDGER}\n7\nAAAA\n",
        f"timebank/ledger/{LEDGER}\n07\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n+7\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n-7\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n\u0667\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n0x7\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n{MAX_SIZE + 1}\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n{'9' * 5000}\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n0\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}\n7\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"timebank/ledger/{LEDGER}\n7\n{'A' * 42}B=\n",
        f"timebank/ledger/{LEDGER}\n7\n{'A' * 43}=\nextension\n",
        f"timebank/ledger/{LEDGER}\n7\n{'A' * 43}=\n\n",
        f"timebank/ledger/{LEDGER.upper()}\n7\n{'A' * 43}=\n",
        f"timebank/ledger/{LEDGER}/\n7\n{'A' * 43}=\n",
        f" timebank/ledger/{LEDGER}\n7\n{'A' * 43}=\n",
    ],
)
def test_a_body_with_another_spelling_is_refused_even_when_signed(body: str) -> None:
    note = notes.sign(body, f"timebank/ledger/{LEDGER}", LOG_KEY)
    with pytest.raises(ProofError):
        open_note(note, LEDGER, LOG_KEY.spki)


@pytest.mark.parametrize(
    ("ledger", "size", "root"),
    [
        (LEDGER + "\n", 1, bytes(32)),
        (LEDGER[:-1], 1, bytes(32)),
        (LEDGER, -1, bytes(32)),
        (LEDGER, MAX_SIZE + 1, bytes(32)),
        (LEDGER, 1, bytes(31)),
        (LEDGER, 0, bytes(32)),
        (LEDGER, 1, EMPTY_ROOT),
    ],
)
def test_an_impossible_checkpoint_cannot_be_made(ledger: str, size: int, root: bytes) -> None:
    with pytest.raises(ProofError):
        Checkpoint(ledger, size, root)
