"""Signed notes, against the vector of the Go implementation."""

import base64

import pytest

from timebank.journal import ProofError, notes
from timebank.signing.keys import ED25519_SPKI_PREFIX, SigningKey

# golang.org/x/mod/sumdb/note, note_test.go: after the type byte, the seed and the public key.
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
SPKI = ED25519_SPKI_PREFIX + base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
NAME = "PeterNeumann"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
NOTE = f"{TEXT}\n— {NAME} {SIGNATURE}\n"

OTHER = SigningKey.from_seed(bytes(range(32)))


def test_the_published_note_is_ours_byte_for_byte() -> None:
    assert notes.sign(TEXT, NAME, SigningKey.from_seed(SEED)) == NOTE
    assert notes.key_id(NAME, SPKI).hex() == "c74f20a3"


def test_the_published_note_verifies() -> None:
    note = notes.parse(NOTE)
    assert note.text == TEXT
    notes.verify(note, NAME, SPKI)


def test_a_text_may_have_empty_lines() -> None:
    text = "Ognuno sta solo\n\nè subito sera.\n"
    note = notes.parse(notes.sign(text, NAME, OTHER))
    assert note.text == text
    notes.verify(note, NAME, OTHER.spki)


def test_signatures_of_others_are_ignored() -> None:
    witness = "— witness.example/é " + base64.b64encode(bytes(76)).decode() + "\n"
    same_name = "— PeterNeumann " + base64.b64encode(bytes(68)).decode() + "\n"
    for note in (NOTE + witness + same_name, NOTE.replace("\n— ", "\n" + witness + "— ")):
        notes.verify(notes.parse(note), NAME, SPKI)


def test_sixteen_signatures_of_five_thousand_bytes_fit() -> None:
    line = "— witness.example " + base64.b64encode(bytes(5000)).decode() + "\n"
    notes.verify(notes.parse(NOTE + 15 * line), NAME, SPKI)


def test_a_signature_that_fails_is_not_ignored() -> None:
    wrong = bytearray(base64.b64decode(SIGNATURE))
    wrong[-1] ^= 1
    bad = f"— {NAME} {base64.b64encode(wrong).decode()}\n"
    short = f"— {NAME} {base64.b64encode(wrong[:-1]).decode()}\n"
    good = f"— {NAME} {SIGNATURE}\n"
    for lines in (bad, short, bad + good, good + bad, good + good):
        with pytest.raises(ProofError):
            notes.verify(notes.parse(f"{TEXT}\n{lines}"), NAME, SPKI)


@pytest.mark.parametrize(
    ("name", "spki"),
    [
        ("SomeoneElse", SPKI),
        (NAME, OTHER.spki),
        (NAME, SPKI[12:]),
        (NAME, b""),
        (NAME, ED25519_SPKI_PREFIX + b"\1" + bytes(31)),
    ],
)
def test_only_the_key_asked_about_counts(name: str, spki: bytes) -> None:
    with pytest.raises(ProofError):
        notes.verify(notes.parse(NOTE), name, spki)


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        TEXT,
        TEXT + "\n",
        NOTE.rpartition("\n\n")[2],
        NOTE[:-1],
        NOTE + "\n",
        NOTE + " ",
        NOTE + "junk\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("— ", "—"),
        NOTE.replace("— ", "—  "),
        NOTE.replace(f"{NAME} ", NAME),
        NOTE.replace(f"{NAME} ", f"{NAME}  "),
        NOTE.replace(f"{NAME} ", f"{NAME}\u00a0x "),
        NOTE.replace(f"{NAME} ", f"{NAME}+x "),
        NOTE.replace("JnAM=", "JnAM"),
        NOTE.replace("JnAM=", "JnAN="),
        NOTE.replace("JnAM=", "JnAM=="),
        NOTE.replace("JnAM=", "JnAM= "),
        NOTE.replace("x08go/", "x08go_"),
        NOTE.replace("answer", "ans\twer"),
        NOTE.replace("answer", "ans\0wer"),
        NOTE.replace("answer", "ans\ud800wer"),
        NOTE + "— witness.example\n",
        NOTE + "— witness.example AAAAAA==\n",
        NOTE + "— witness.example AAAAAAB=\n",
        NOTE + "— witness.example " + "AAAA" * 33_000 + "\n",
    ],
)
def test_what_is_not_a_note_is_refused(malformed: str) -> None:
    with pytest.raises(ProofError):
        notes.parse(malformed)
