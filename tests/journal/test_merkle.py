"""The tree, against the published vectors and against RFC 6962 §2.1 written out naively."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.journal import ProofError
from timebank.journal.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    TILE,
    Frontier,
    Node,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/journal/rfc6962.json").read_text())
SMALL = 131
LARGE = 70_000


class Storage:
    """Stored hashes as the database keeps them, and a record of what was read."""

    def __init__(self, leaves: Sequence[bytes], block: int = 1000) -> None:
        self.levels: dict[int, list[bytes]] = {0: list(leaves)}
        self.reads: list[tuple[int, int, int]] = []
        self.frontier = Frontier()
        for start in range(0, len(leaves), block):
            self.frontier, completed = self.frontier.extend(leaves[start : start + block])
            for node in completed:
                level = self.levels.setdefault(node.level, [])
                assert node.index == len(level)
                level.append(node.hash)

    def read(self, level: int, start: int, count: int) -> Sequence[bytes]:
        self.reads.append((level, start, count))
        return self.levels[level][start : start + count]


@cache
def leaves(size: int) -> tuple[bytes, ...]:
    return tuple(leaf_hash(b"entry %d" % index) for index in range(size))


# RFC 6962 §2.1, §2.1.1 and §2.1.2, as they stand there.


@cache
def mth(start: int, end: int) -> bytes:
    if start == end:
        return EMPTY_ROOT
    if end - start == 1:
        return leaves(SMALL)[start]
    split = start + largest_power_of_two_below(end - start)
    return node_hash(mth(start, split), mth(split, end))


def path(index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + largest_power_of_two_below(end - start)
    if index < split:
        return [*path(index, start, split), mth(split, end)]
    return [*path(index, split, end), mth(start, split)]


def subproof(old: int, start: int, end: int, known: bool) -> list[bytes]:
    if old == end:
        return [] if known else [mth(start, end)]
    split = start + largest_power_of_two_below(end - start)
    if old <= split:
        return [*subproof(old, start, split, known), mth(split, end)]
    return [*subproof(old, split, end, False), mth(start, split)]


def largest_power_of_two_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


@pytest.fixture(scope="module")
def small() -> Storage:
    return Storage(leaves(SMALL))


@pytest.fixture(scope="module")
def large() -> Storage:
    return Storage(leaves(LARGE))


# --- Vectors ---------------------------------------------------------------------------------


def published() -> list[bytes]:
    return [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]


def unhex(hashes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in hashes]


def test_the_published_roots_are_ours() -> None:
    roots = unhex(VECTORS["roots"])
    storage = Storage(published())
    frontier = Frontier()
    for size, root in enumerate(roots):
        assert frontier.root() == root
        assert root_at(size, storage.read) == root
        if size < 8:
            frontier = frontier.append(published()[size])


@pytest.mark.parametrize("vector", VECTORS["inclusion"])
def test_the_published_inclusion_proofs_are_ours(vector: dict[str, Any]) -> None:
    index, size, proof = vector["index"], vector["size"], unhex(vector["proof"])
    assert inclusion_proof(index, size, Storage(published()).read) == proof
    root = bytes.fromhex(VECTORS["roots"][size])
    verify_inclusion(published()[index], index, size, proof, root)


@pytest.mark.parametrize("vector", VECTORS["consistency"])
def test_the_published_consistency_proofs_are_ours(vector: dict[str, Any]) -> None:
    old, new, proof = vector["old"], vector["new"], unhex(vector["proof"])
    assert consistency_proof(old, new, Storage(published()).read) == proof
    roots = unhex(VECTORS["roots"])
    verify_consistency(old, roots[old], new, roots[new], proof)


# --- Against the definition ------------------------------------------------------------------


def test_every_root_is_the_defined_one(small: Storage) -> None:
    for size in range(SMALL + 1):
        frontier, _ = Frontier().extend(leaves(SMALL)[:size])
        assert frontier.root() == root_at(size, small.read) == mth(0, size)


def test_every_inclusion_proof_is_the_defined_one_and_verifies(small: Storage) -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, small.read)
            assert proof == path(index, 0, size)
            verify_inclusion(leaves(SMALL)[index], index, size, proof, mth(0, size))


def test_every_consistency_proof_is_the_defined_one_and_verifies(small: Storage) -> None:
    for new in range(1, SMALL + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, small.read)
            assert proof == subproof(old, 0, new, True)
            verify_consistency(old, mth(0, old), new, mth(0, new), proof)


def test_every_tree_extends_the_empty_one(small: Storage) -> None:
    for new in range(SMALL + 1):
        assert consistency_proof(0, new, small.read) == []
        verify_consistency(0, EMPTY_ROOT, new, mth(0, new), [])


@given(st.lists(st.integers(0, SMALL), max_size=6))
def test_a_frontier_forgets_in_which_blocks_it_grew(cuts: list[int]) -> None:
    frontier, completed = Frontier(), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), SMALL], strict=True):
        frontier, nodes = frontier.extend(leaves(SMALL)[start:end])
        frontier = Frontier.from_bytes(frontier.to_bytes())
        completed += nodes
    assert (frontier, completed) == Frontier().extend(leaves(SMALL))
    assert frontier.root() == mth(0, SMALL)


# --- Large trees -----------------------------------------------------------------------------


def test_the_nodes_to_store_are_the_complete_ones_at_every_eighth_level(large: Storage) -> None:
    level_8 = [
        Frontier().extend(leaves(LARGE)[at : at + TILE])[0].root()
        for at in range(0, LARGE - LARGE % TILE, TILE)
    ]
    assert large.levels[8] == level_8
    assert large.levels[16] == [Frontier().extend(leaves(LARGE)[: TILE * TILE])[0].root()]
    assert set(large.levels) == {0, 8, 16}


def test_a_node_is_reported_by_the_leaf_that_completes_it() -> None:
    almost, completed = Frontier().extend(leaves(LARGE)[: TILE - 1])
    assert completed == []
    full, completed = almost.extend([leaves(LARGE)[TILE - 1]])
    assert completed == [Node(8, 0, full.root())]


INTERESTING = [1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, 65_793, LARGE]


@pytest.mark.parametrize("size", INTERESTING)
def test_a_root_takes_one_short_read_a_level(large: Storage, size: int) -> None:
    large.reads.clear()
    root = root_at(size, large.read)
    assert root == Frontier().extend(leaves(LARGE)[:size])[0].root()
    assert len(large.reads) <= 3
    assert all(count <= TILE for _, _, count in large.reads)


@pytest.mark.parametrize("size", INTERESTING)
def test_an_inclusion_proof_reads_few_hashes(large: Storage, size: int) -> None:
    root = root_at(size, large.read)
    for index in {0, 1, 255, 256, 300, 65_535, 65_536, size // 2, size - 2, size - 1}:
        if not 0 <= index < size:
            continue
        large.reads.clear()
        proof = inclusion_proof(index, size, large.read)
        verify_inclusion(leaves(LARGE)[index], index, size, proof, root)
        check_reads(large, size)


@pytest.mark.parametrize("new", INTERESTING)
def test_a_consistency_proof_reads_few_hashes(large: Storage, new: int) -> None:
    root = root_at(new, large.read)
    for old in [size for size in INTERESTING if size <= new]:
        old_root = root_at(old, large.read)
        large.reads.clear()
        proof = consistency_proof(old, new, large.read)
        verify_consistency(old, old_root, new, root, proof)
        check_reads(large, new)


def check_reads(storage: Storage, size: int) -> None:
    levels = -(-size.bit_length() // 8)
    assert len(storage.reads) <= 2 * levels
    for level, start, count in storage.reads:
        assert level in (0, 8, 16)
        assert 0 < count <= TILE
        assert start + count <= size >> level, "only complete nodes are stored"


def test_a_proof_in_the_largest_tree_still_verifies() -> None:
    # Every leaf alike, so that each complete level has one hash and no storage is needed.
    levels = [leaf_hash(b"")]
    for _ in range(53):
        levels.append(node_hash(levels[-1], levels[-1]))
    frontier = Frontier(MAX_SIZE, tuple(reversed(levels[:53])))

    def read(level: int, start: int, count: int) -> Sequence[bytes]:
        assert start + count <= MAX_SIZE >> level
        return [levels[level]] * count

    assert root_at(MAX_SIZE, read) == frontier.root()
    for index in (0, MAX_SIZE // 2, MAX_SIZE - 1):
        proof = inclusion_proof(index, MAX_SIZE, read)
        verify_inclusion(levels[0], index, MAX_SIZE, proof, frontier.root())
    old = MAX_SIZE - 3
    proof = consistency_proof(old, MAX_SIZE, read)
    verify_consistency(old, root_at(old, read), MAX_SIZE, frontier.root(), proof)
    with pytest.raises(ProofError):
        frontier.append(levels[0])


# --- Attacks ---------------------------------------------------------------------------------


def flipped(data: bytes) -> list[bytes]:
    """Every way to flip one bit."""
    number = int.from_bytes(data)
    return [(number ^ 1 << bit).to_bytes(len(data)) for bit in range(8 * len(data))]


def variants(proof: list[bytes]) -> list[list[bytes]]:
    """Every proof that differs in one bit, one hash more or fewer, or two swapped."""
    changed = [
        [*proof[:at], other, *proof[at + 1 :]]
        for at, each in enumerate(proof)
        for other in flipped(each)
    ]
    shorter = [proof[:at] + proof[at + 1 :] for at in range(len(proof))]
    longer = [[*proof[:at], EMPTY_ROOT, *proof[at:]] for at in range(len(proof) + 1)]
    swapped = [
        [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]] for at in range(len(proof) - 1)
    ]
    resized = [[proof[0][:-1], *proof[1:]], [proof[0] + b"\0", *proof[1:]]]
    return changed + shorter + longer + swapped + resized


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 7), (6, 7), (10, 11), (77, 131)])
def test_an_inclusion_proof_changed_in_one_bit_is_refused(
    small: Storage, index: int, size: int
) -> None:
    leaf, root = leaves(SMALL)[index], mth(0, size)
    proof = inclusion_proof(index, size, small.read)
    verify_inclusion(leaf, index, size, proof, root)
    for other in variants(proof):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, size, other, root)
    for other_leaf, other_root in zip(flipped(leaf), flipped(root), strict=True):
        with pytest.raises(ProofError):
            verify_inclusion(other_leaf, index, size, proof, root)
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, size, proof, other_root)


@pytest.mark.parametrize(("old", "new"), [(3, 7), (4, 7), (6, 8), (7, 8), (64, 131), (77, 131)])
def test_a_consistency_proof_changed_in_one_bit_is_refused(
    small: Storage, old: int, new: int
) -> None:
    old_root, new_root = mth(0, old), mth(0, new)
    proof = consistency_proof(old, new, small.read)
    verify_consistency(old, old_root, new, new_root, proof)
    for other in variants(proof):
        with pytest.raises(ProofError):
            verify_consistency(old, old_root, new, new_root, other)
    for other_old, other_new in zip(flipped(old_root), flipped(new_root), strict=True):
        with pytest.raises(ProofError):
            verify_consistency(old, other_old, new, new_root, proof)
        with pytest.raises(ProofError):
            verify_consistency(old, old_root, new, other_new, proof)


def test_a_proof_holds_for_no_other_position(small: Storage) -> None:
    size = 45
    for index in range(size):
        proof = inclusion_proof(index, size, small.read)
        for other in [-1, *range(size + 2)]:
            if other != index:
                with pytest.raises(ProofError):
                    verify_inclusion(leaves(SMALL)[index], other, size, proof, mth(0, size))


def test_a_tree_of_one_has_no_other_position() -> None:
    leaf = leaves(SMALL)[0]
    verify_inclusion(leaf, 0, 1, [], leaf)
    for index in (-1, 1, 5):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, 1, [], leaf)


def test_hashes_cut_elsewhere_are_refused_though_they_join_to_the_same_bytes() -> None:
    left, right = leaves(SMALL)[:2]
    root = node_hash(left, right)
    longer, shorter = left + right[:1], right[1:]
    assert node_hash(longer, shorter) == root
    with pytest.raises(ProofError):
        verify_inclusion(longer, 0, 2, [shorter], root)
    with pytest.raises(ProofError):
        verify_consistency(1, longer, 2, root, [shorter])


def test_two_trees_of_one_size_are_consistent_only_when_equal() -> None:
    verify_consistency(5, mth(0, 5), 5, mth(0, 5), [])
    with pytest.raises(ProofError):
        verify_consistency(5, mth(0, 5), 5, mth(1, 6), [])
    with pytest.raises(ProofError):
        verify_consistency(5, mth(0, 5), 5, mth(0, 5), [mth(0, 5)])
    with pytest.raises(ProofError):
        verify_consistency(0, mth(0, 1), 5, mth(0, 5), [])


def test_a_tree_never_shrinks(small: Storage) -> None:
    with pytest.raises(ProofError):
        consistency_proof(6, 5, small.read)
    with pytest.raises(ProofError):
        verify_consistency(6, mth(0, 6), 5, mth(0, 5), [])


def test_an_inner_node_is_no_leaf(small: Storage) -> None:
    _, sibling = inclusion_proof(0, 4, small.read)
    children = leaves(SMALL)[0] + leaves(SMALL)[1]
    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(children), 0, 2, [sibling], mth(0, 4))


@pytest.mark.parametrize("size", [-1, MAX_SIZE + 1])
def test_a_size_javascript_cannot_hold_is_refused(small: Storage, size: int) -> None:
    with pytest.raises(ProofError):
        root_at(size, small.read)
    with pytest.raises(ProofError):
        inclusion_proof(0, size, small.read)
    with pytest.raises(ProofError):
        consistency_proof(0, size, small.read)
    with pytest.raises(ProofError):
        verify_inclusion(mth(0, 1), 0, size, [], mth(0, 1))
    with pytest.raises(ProofError):
        verify_consistency(0, EMPTY_ROOT, size, mth(0, 1), [])


def test_a_gap_in_the_stored_hashes_gives_no_proof() -> None:
    storage = Storage(leaves(SMALL))
    del storage.levels[0][100:]
    with pytest.raises(ProofError):
        root_at(SMALL, storage.read)
    with pytest.raises(ProofError):
        inclusion_proof(0, SMALL, storage.read)


def test_a_damaged_frontier_is_never_extended() -> None:
    frontier, _ = Frontier().extend(leaves(SMALL)[:7])
    blob = frontier.to_bytes()
    assert Frontier.from_bytes(blob) == frontier
    too_large = (MAX_SIZE + 1).to_bytes(8) + bytes(32)
    shorter = (b"", blob[:7], blob[:-1], blob[:-32])
    for damaged in (*shorter, blob + b"\0", blob + bytes(32), too_large):
        with pytest.raises(ProofError):
            Frontier.from_bytes(damaged)
    with pytest.raises(ProofError):
        frontier.append(b"an entry where its hash belongs")
