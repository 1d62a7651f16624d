"""The Merkle tree over the journal's entries (RFC 6962 §2.1, SHA-256).

A node at level L and index i covers the 2^L leaves from i·2^L on; leaf hashes are level 0. Storage
keeps every leaf hash, and every *complete* node at level 8, 16, 24, …: whatever lies between two
stored levels is recomputed from at most 256 stored hashes. A complete node never changes, so what
is stored is only ever added to.

    writing   `Frontier.extend` gives the new right edge and the nodes to store
    proving   `root_at`, `inclusion_proof`, `consistency_proof` read the stored hashes
    checking  `verify_inclusion`, `verify_consistency` read nothing; they raise `ProofError`
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from timebank.journal import ProofError

MAX_SIZE = 2**53 - 1
"""The largest tree: a size is a JSON number that JavaScript can hold exactly."""

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

STORED_EVERY = 8
"""Levels between two stored ones; 2^8 hashes make one tile."""
TILE = 1 << STORED_EVERY

Reader = Callable[[int, int, int], Sequence[bytes]]
"""`read(level, start, count)`: the stored hashes at a level (0, 8, 16, …), in order of index.

It is only asked for complete nodes of the tree at hand, never for more than 256 at once.
"""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


# --- Writing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree that storage keeps: its level is a positive multiple of 8."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to append: the complete subtrees along the right edge, largest first.

    There is one hash for every set bit of `size`. Raises `ProofError` if there is not, so that a
    damaged frontier is never extended.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _check_size(self.size)
        if len(self.hashes) != self.size.bit_count():
            raise ProofError(f"{len(self.hashes)} hashes are no frontier of {self.size} leaves")
        _check_hashes(self.hashes)

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier after one more leaf hash."""
        frontier, _ = self.extend((leaf,))
        return frontier

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[Node]]:
        """The frontier after these leaf hashes, and the nodes that became complete on the way.

        The nodes are those at level 8, 16, …, to be stored in the same transaction as the leaves.
        """
        size, hashes = self.size, list(self.hashes)
        completed = []
        for leaf in leaves:
            _check_hashes((leaf,))
            # Like carrying in binary: each trailing one of the size is a subtree this leaf closes.
            node, level, carry = leaf, 0, size
            while carry & 1:
                node = node_hash(hashes.pop(), node)
                level += 1
                carry >>= 1
                if level % STORED_EVERY == 0:
                    completed.append(Node(level, carry, node))
            hashes.append(node)
            size += 1
        return Frontier(size, tuple(hashes)), completed

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves (RFC 6962 §2.1)."""
        if not self.hashes:
            return EMPTY_ROOT
        *larger, root = self.hashes
        for subtree in reversed(larger):
            root = node_hash(subtree, root)
        return root

    def to_bytes(self) -> bytes:
        """The size in 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(8) + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Frontier":
        """The frontier that `to_bytes` wrote; raises `ProofError` for any other blob."""
        if len(blob) < 8:
            raise ProofError("a frontier starts with its size in 8 bytes")
        return cls(
            int.from_bytes(blob[:8]),
            tuple(blob[at : at + HASH_BYTES] for at in range(8, len(blob), HASH_BYTES)),
        )


# --- Proving ---------------------------------------------------------------------------------


def root_at(size: int, read: Reader) -> bytes:
    """The root of the first `size` leaves: one read, of at most 255 hashes, per stored level."""
    _check_size(size)
    if size == 0:
        return EMPTY_ROOT
    *_, (_, _, row) = _right_edge(size, read)
    return _top(row)


def inclusion_proof(index: int, size: int, read: Reader) -> list[bytes]:
    """The audit path of leaf `index` in the first `size` leaves (RFC 6962 §2.1.1).

    At most two reads, of at most 256 hashes, per stored level.
    """
    _check_size(size)
    _check_index(index, size)
    return [sibling for _, siblings in _way_up(index, size, read) for sibling in siblings]


def consistency_proof(old: int, new: int, read: Reader) -> list[bytes]:
    """That the first `old` of the first `new` leaves are unchanged (RFC 6962 §2.1.2).

    At most two reads, of at most 256 hashes, per stored level. Empty when `old` is 0 or `new`.
    """
    _check_size(new)
    _check_older(old, new)
    if old in (0, new):
        return []
    # The proof starts at the last complete subtree of the old tree and is then its audit path in
    # the new one. Where that subtree is the whole old tree, the verifier knows its hash.
    start = _trailing_zeros(old)
    way_up = list(_way_up(old - 1, new, read))[start:]
    proof = [] if old == 1 << start else [way_up[0][0]]
    return proof + [sibling for _, siblings in way_up for sibling in siblings]


def _right_edge(size: int, read: Reader) -> Iterator[tuple[int, int, list[bytes]]]:
    """The last tile of every stored level: the level, the tile's first index, its nodes.

    The leaves to the right of the last complete node count as one node more, as they do in
    RFC 6962: its hash comes from the level below.
    """
    level = 0
    ragged: list[bytes] = []
    while True:
        first = (size - 1) >> level & -TILE
        row = _read(read, level, first, (size >> level) - first) + ragged
        yield level, first, row
        if first == 0:
            return
        level += STORED_EVERY
        ragged = [_top(row)] if size % (1 << level) else []


def _way_up(index: int, size: int, read: Reader) -> Iterator[tuple[bytes, list[bytes]]]:
    """From a leaf up: the node above it at each level, and that node's sibling if it has one."""
    for level, first, edge in _right_edge(size, read):
        at = index >> level
        row = edge if at >= first else _read(read, level, at & -TILE, TILE)
        at %= TILE
        for _ in range(STORED_EVERY):
            sibling = at ^ 1
            yield row[at], row[sibling : sibling + 1]
            row, at = _pair_up(row), at >> 1


def _pair_up(row: list[bytes]) -> list[bytes]:
    """One level up: neighbours are hashed together, an odd last one rises as it is."""
    paired = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
    return paired + row[2 * len(paired) :]


def _top(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = _pair_up(row)
    return row[0]


def _read(read: Reader, level: int, start: int, count: int) -> list[bytes]:
    hashes = list(read(level, start, count)) if count else []
    if len(hashes) != count:
        raise ProofError(f"level {level} has gaps between {start} and {start + count}")
    _check_hashes(hashes)
    return hashes


# --- Checking --------------------------------------------------------------------------------


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """That `leaf` is the leaf hash at `index` in the tree of this size and root.

    Raises `ProofError`. RFC 9162 §2.1.3.2, with the sides worked out beforehand.
    """
    _check_size(size)
    _check_index(index, size)
    _check_hashes([leaf, root, *proof])
    sides = _sibling_is_left(index, size)
    _check_length(proof, len(sides))
    node = leaf
    for is_left, sibling in zip(sides, proof, strict=True):
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    if node != root:
        raise ProofError(f"leaf {index} is not in this tree of {size}")


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """That the tree of `new` leaves starts with exactly the tree of `old` leaves.

    Raises `ProofError`. RFC 9162 §2.1.4.2, with the sides worked out beforehand; every tree
    extends the empty one.
    """
    _check_size(new)
    _check_older(old, new)
    _check_hashes([old_root, new_root, *proof])
    if old in (0, new):
        _check_length(proof, 0)
        if old_root != (new_root if old else EMPTY_ROOT):
            raise ProofError(f"two different trees of {old}")
        return

    start = _trailing_zeros(old)
    sides = _sibling_is_left(old - 1, new, start)
    is_whole = old == 1 << start
    _check_length(proof, len(sides) + (not is_whole))
    seed, *siblings = (old_root, *proof) if is_whole else proof
    # Both trees are built from the same hashes: the old one from the subtrees to the left only.
    old_node = new_node = seed
    for is_left, sibling in zip(sides, siblings, strict=True):
        if is_left:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
        else:
            new_node = node_hash(new_node, sibling)
    if (old_node, new_node) != (old_root, new_root):
        raise ProofError(f"the tree of {new} does not extend the tree of {old}")


def _sibling_is_left(index: int, size: int, level: int = 0) -> list[bool]:
    """For each sibling on the way up from the node above leaf `index`: is it the left one?"""
    sides = []
    at, last = index >> level, (size - 1) >> level
    while last:
        if at & 1 or at < last:  # otherwise it is the odd last one, and rises without a sibling
            sides.append(bool(at & 1))
        at, last = at >> 1, last >> 1
    return sides


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise ProofError(f"{size} is not the size of a journal")


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} among {size}")


def _check_older(old: int, new: int) -> None:
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {new} cannot extend one of {old}")


def _check_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise ProofError(f"the proof has {len(proof)} hashes where {expected} belong")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    # Hashes of another length could be joined into the same bytes in two ways.
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError(f"a hash is {HASH_BYTES} bytes")
