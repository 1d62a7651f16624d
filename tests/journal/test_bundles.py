"""Audit bundles: one golden file, and every way to change it."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.journal import ProofError
from timebank.journal.bundles import Manifest, read_bundle, write_bundle
from timebank.journal.checkpoints import Checkpoint, open_note, sign_note
from timebank.journal.merkle import EMPTY_ROOT, Frontier, leaf_hash
from timebank.signing import canonical
from timebank.signing.keys import SigningKey

if TYPE_CHECKING:
    from tests.journal.conftest import Journal

GOLDEN = Path(__file__).parents[1] / "vectors/journal/bundle.txt"
KEY = SigningKey.from_seed(bytes(range(32)))


def write(entries: Iterable[bytes], note: str) -> bytes:
    return b"".join(write_bundle(entries, note))


def read(data: bytes) -> tuple[list[bytes], Manifest, str]:
    bundle = read_bundle(io.BytesIO(data))
    entries = list(bundle.entries)
    return entries, bundle.manifest, bundle.note


@pytest.fixture(scope="module")
def small(journal: "Journal") -> bytes:
    return write(journal.entries, journal.note)


def test_the_golden_bundle_is_still_written_the_same(small: bytes) -> None:
    assert GOLDEN.read_bytes() == small


def test_a_bundle_gives_back_what_was_put_in(journal: "Journal", small: bytes) -> None:
    entries, manifest, note = read(small)
    assert tuple(entries) == journal.entries
    assert note == journal.note
    assert open_note(note, journal.ledger, journal.log_key.spki) == journal.checkpoint
    lines = b"".join(entry + b"\n" for entry in entries)
    assert manifest == Manifest(
        ledger=journal.ledger,
        size=5,
        root=journal.checkpoint.root,
        bytes_count=len(lines),
        entries_sha256=sha256(lines).hexdigest(),
        note_sha256=sha256(note.encode()).hexdigest(),
    )


def test_the_manifest_has_the_members_that_the_format_names(small: bytes) -> None:
    manifest = canonical.decode(small.split(b"\n")[6])
    assert isinstance(manifest, dict)
    expected = ["bytes", "entries_sha256", "format", "ledger", "note_sha256", "root", "size"]
    assert list(manifest) == expected
    assert manifest["format"] == "timebank-bundle-v1"


def test_an_empty_journal_has_a_bundle() -> None:
    note = sign_note(Checkpoint("5d" * 32, 0, EMPTY_ROOT), KEY)
    data = write([], note)
    assert data.startswith(b"\n{")
    assert read(data)[0] == []


@given(st.lists(st.binary(min_size=1).filter(lambda entry: b"\n" not in entry), max_size=600))
def test_whatever_the_entries_they_come_back(entries: list[bytes]) -> None:
    frontier, _ = Frontier().extend(map(leaf_hash, entries))
    note = sign_note(Checkpoint("5d" * 32, frontier.size, frontier.root()), KEY)
    assert read(write(entries, note))[0] == entries


def test_entries_stream_through_one_at_a_time(journal: "Journal") -> None:
    taken = 0

    def entries() -> Iterator[bytes]:
        nonlocal taken
        for entry in journal.entries:
            taken += 1
            yield entry

    bundle = read_bundle(write_bundle(entries(), journal.note))
    assert taken == 0
    for position, entry in enumerate(bundle.entries):
        assert entry == journal.entries[position]
        assert taken == position + 1


def test_nothing_is_verified_before_the_end(small: bytes) -> None:
    bundle = read_bundle(io.BytesIO(small))
    for _ in range(5):
        next(bundle.entries)
    with pytest.raises(ProofError, match="to its end"):
        _ = bundle.manifest
    with pytest.raises(ProofError, match="to its end"):
        _ = bundle.note
    assert list(bundle.entries) == []
    assert bundle.manifest.size == 5


# --- Attacks ---------------------------------------------------------------------------------


def refuse(data: bytes) -> None:
    bundle = read_bundle(io.BytesIO(data))
    with pytest.raises(ProofError):
        list(bundle.entries)
    with pytest.raises(ProofError):
        _ = bundle.manifest


def test_every_bit_of_a_bundle_counts(small: bytes) -> None:
    number = int.from_bytes(small)
    for bit in range(8 * len(small)):
        refuse((number ^ 1 << bit).to_bytes(len(small)))


@pytest.mark.parametrize("byte", [b"\n", b"\r", b"\0", b" ", b"{", b"\xff"])
def test_every_byte_of_a_bundle_counts(small: bytes, byte: bytes) -> None:
    for at in range(len(small)):
        if small[at : at + 1] != byte:
            refuse(small[:at] + byte + small[at + 1 :])
        refuse(small[:at] + byte + small[at:])
    refuse(small + byte)


def test_a_bundle_with_a_byte_less_is_refused(small: bytes) -> None:
    for at in range(len(small)):
        refuse(small[:at])
        refuse(small[:at] + small[at + 1 :])


def test_a_line_too_many_too_few_or_elsewhere_is_refused(small: bytes) -> None:
    lines = small.splitlines(keepends=True)
    for at in range(len(lines)):
        refuse(b"".join(lines[:at] + lines[at + 1 :]))
        refuse(b"".join([*lines[: at + 1], *lines[at:]]))
        if at:
            refuse(b"".join([*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]))
    refuse(small + small)
    refuse(b"")


def test_a_checkpoint_of_another_journal_is_refused(
    journal: "Journal", misnumbered_journal: "Journal", small: bytes
) -> None:
    shorter = replace(journal, entries=journal.entries[:4])
    other_size = sign_note(replace(journal.checkpoint, size=6), journal.log_key)
    for other in (shorter.note, misnumbered_journal.note, other_size, "no note"):
        with pytest.raises(ProofError):
            write(journal.entries, other)
        refuse(small.replace(journal.note.encode(), other.encode()))


def test_a_checkpoint_of_another_ledger_does_not_fit_the_manifest(
    journal: "Journal", other_journal: "Journal", small: bytes
) -> None:
    foreign = sign_note(replace(journal.checkpoint, ledger=other_journal.ledger), KEY)
    refuse(small.replace(journal.note.encode(), foreign.encode()))


def test_an_endless_note_is_refused_early(small: bytes) -> None:
    def lines() -> Iterator[bytes]:
        yield from io.BytesIO(small)
        for _ in range(10_000):
            yield b"\xe2\x80\x94 witness.example AAAAAAAA\n"
        pytest.fail("read on")

    with pytest.raises(ProofError, match="at most"):
        list(read_bundle(lines()).entries)


@pytest.mark.parametrize("entry", [b"", b"\n", b"{}\n", b"{}\n{}"])
def test_an_entry_that_is_not_one_line_is_never_written(journal: "Journal", entry: bytes) -> None:
    with pytest.raises(ProofError, match="entry 5"):
        write([*journal.entries, entry], journal.note)


@pytest.mark.parametrize("line", [b"", b"{}", b"{}\n{}\n"])
def test_chunks_that_are_not_lines_are_refused(line: bytes) -> None:
    with pytest.raises(ProofError, match="one newline"):
        list(read_bundle([line]).entries)
