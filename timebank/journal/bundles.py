"""Audit bundles: a whole journal in one file, written and read as a stream.

A bundle is lines, each ending in one newline (0x0A) and without any other; nothing is compressed.

    <entry 0>        the entry's bytes, canonical JSON, exactly as they are hashed in the tree
    …
    <entry n-1>
    <empty line>
    <manifest>       canonical JSON, one line
    <checkpoint>     a signed note of size n, to the end of the file (see `checkpoints`)

The manifest is an object with these seven members and no other:

    "bytes"           integer, length of the n entry lines, newlines included
    "entries_sha256"  hex, SHA-256 of the n entry lines, newlines included
    "format"          "timebank-bundle-v1"
    "ledger"          hex, the ledger id, as in the checkpoint's first line
    "note_sha256"     hex, SHA-256 of the checkpoint note, all its lines
    "root"            hex, the Merkle root of the n entries, as in the checkpoint
    "size"            integer, n, as in the checkpoint

Hex is lower case. An entry is never empty, so the first empty line ends the entries; no byte
follows the note. All but the dashes and foreign key names in the note is printable ASCII.

Every byte is covered by a digest, so a bundle that is read to its end is one that was written
whole. That says nothing of who wrote it: the reader must still find the ledger id in the hash of
the first entry's order, open the note with the log key that the entries give, and replay them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from timebank.journal import ProofError, notes
from timebank.journal.checkpoints import read_note
from timebank.journal.merkle import TILE, Frontier, leaf_hash
from timebank.signing import canonical

FORMAT = "timebank-bundle-v1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds, counted and hashed."""

    ledger: str
    size: int
    root: bytes
    bytes_count: int
    entries_sha256: str
    note_sha256: str

    def line(self) -> bytes:
        """The manifest line, newline included."""
        members: dict[str, canonical.Value] = {
            "format": FORMAT,
            "ledger": self.ledger,
            "size": self.size,
            "root": self.root.hex(),
            "bytes": self.bytes_count,
            "entries_sha256": self.entries_sha256,
            "note_sha256": self.note_sha256,
        }
        return canonical.encode(members) + b"\n"


def write_bundle(entries: Iterable[bytes], note: str) -> Iterator[bytes]:
    """The bundle of these entries, all from the first on, and the checkpoint over them.

    Gives the lines one by one and keeps none. Raises `ProofError` when the note is no checkpoint
    over exactly these entries; what was written by then has no manifest and nobody accepts it.
    """
    tally = _Tally()
    for entry in entries:
        if not entry or b"\n" in entry:
            raise ProofError(f"entry {tally.size} is not one line")
        line = entry + b"\n"
        tally.add(line)
        yield line
    yield b"\n"
    yield tally.manifest(note).line()
    yield from note.encode().splitlines(keepends=True)


class Bundle:
    """A bundle that is being read, once.

    `entries` gives the bytes of each entry in turn and raises `ProofError` at the first line that
    cannot be right, at the latest in place of its end. Nothing it gave may be relied on before it
    has ended by itself; from then on `manifest` and `note` can be had.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.entries = self._read(_whole(lines))
        self._end: tuple[Manifest, str] | None = None

    @property
    def manifest(self) -> Manifest:
        """What the bundle holds, found equal to what it says. Raises `ProofError` too early."""
        return self._verified()[0]

    @property
    def note(self) -> str:
        """The checkpoint over the entries; whose it is, is still to be verified.

        Raises `ProofError` too early.
        """
        return self._verified()[1]

    def _verified(self) -> tuple[Manifest, str]:
        if self._end is None:
            raise ProofError("the bundle has not been read to its end")
        return self._end

    def _read(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        tally = _Tally()
        for line in lines:
            if line == b"\n":
                break
            tally.add(line)
            yield line[:-1]
        manifest_line = next(lines, b"")
        note = _note(lines)
        manifest = tally.manifest(note)
        if manifest.line() != manifest_line:
            raise ProofError("the manifest is not of this bundle")
        self._end = manifest, note


def read_bundle(lines: Iterable[bytes]) -> Bundle:
    """The bundle in these lines, such as a file opened in binary mode. Reads nothing yet."""
    return Bundle(lines)


class _Tally:
    """The counts and hashes of the entry lines that went by."""

    def __init__(self) -> None:
        self._digest = sha256()
        self._bytes = 0
        self._frontier = Frontier()
        self._leaves: list[bytes] = []

    @property
    def size(self) -> int:
        return self._frontier.size + len(self._leaves)

    def add(self, line: bytes) -> None:
        self._digest.update(line)
        self._bytes += len(line)
        self._leaves.append(leaf_hash(line[:-1]))
        if len(self._leaves) == TILE:
            self._grow()

    def manifest(self, note: str) -> Manifest:
        """Raises `ProofError` if the note is not a checkpoint over these entries."""
        self._grow()
        checkpoint = read_note(note)
        if (checkpoint.size, checkpoint.root) != (self._frontier.size, self._frontier.root()):
            raise ProofError("the checkpoint is not of these entries")
        return Manifest(
            ledger=checkpoint.ledger,
            size=checkpoint.size,
            root=checkpoint.root,
            bytes_count=self._bytes,
            entries_sha256=self._digest.hexdigest(),
            note_sha256=sha256(note.encode()).hexdigest(),
        )

    def _grow(self) -> None:
        # In blocks: making a frontier takes longer than hashing a leaf.
        self._frontier, _ = self._frontier.extend(self._leaves)
        self._leaves.clear()


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.partition(b"\n")[1:] != (b"\n", b""):
            raise ProofError("a line of a bundle ends in one newline")
        yield line


def _note(lines: Iterator[bytes]) -> str:
    note = b""
    for line in lines:
        note += line
        if len(note) > notes.MAX_BYTES:
            raise ProofError(f"a note is at most {notes.MAX_BYTES} bytes")
    try:
        return note.decode()
    except UnicodeDecodeError:
        raise ProofError("a note is UTF-8") from None
