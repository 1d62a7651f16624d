"""What is appended can be read back and proved from the stored hashes."""

from dataclasses import replace

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from tests.storage.rows import member_account, row
from timebank.journal import ProofError
from timebank.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from timebank.ledger.orders import Leg
from timebank.storage.engine import reading, writing
from timebank.storage.journal import (
    Head,
    append,
    checkpoint_covering,
    entries,
    entry_bytes,
    find_seq,
    latest_checkpoint,
    read_head,
    reader,
    root_at,
)
from timebank.storage.tables import journal_head

SIZE = 600
BATCH = 7


def fill(engine, size=SIZE, batch=BATCH):
    """Batches of 7 do not fit in 256: nodes become complete in the middle of a batch."""
    rows = [row(seq) for seq in range(size)]
    for start in range(0, size, batch):
        with writing(engine) as conn:
            append(conn, read_head(conn, lock=True), rows[start : start + batch], rows[0].time)
    return rows


def test_a_new_journal_is_empty(conn):
    assert read_head(conn) == Head(0, 0, Frontier())
    assert latest_checkpoint(conn) == (0, EMPTY_ROOT)
    assert root_at(conn, 0) == EMPTY_ROOT
    assert list(entries(conn)) == []
    assert entry_bytes(conn, 0) is None
    assert find_seq(conn, "nothing") is None


def test_what_was_appended_is_read_back(engine):
    rows = fill(engine)
    with reading(engine) as conn:
        assert list(entries(conn)) == [r.entry for r in rows]
        assert list(entries(conn, 250, 260)) == [r.entry for r in rows[250:260]]
        assert list(entries(conn, 5, 5)) == []
        assert entry_bytes(conn, 299) == rows[299].entry
        assert find_seq(conn, rows[299].identity) == 299


def test_stored_hashes_prove_every_entry_in_every_checkpoint(engine):
    rows = fill(engine)
    head = Frontier().extend(r.leaf for r in rows)[0]
    with reading(engine) as conn:
        read = reader(conn)
        assert read_head(conn) == Head(SIZE, rows[0].time, head)
        assert latest_checkpoint(conn) == (SIZE, head.root())
        for size in (1, 255, 256, 257, 512, SIZE):
            assert root_at(conn, size) == Frontier().extend(r.leaf for r in rows[:size])[0].root()
        for seq in range(0, SIZE, 13):
            size, root = checkpoint_covering(conn, seq)
            assert size == min((seq // BATCH + 1) * BATCH, SIZE)
            for upto, its_root in ((size, root), (SIZE, head.root())):
                proof = inclusion_proof(seq, upto, read)
                verify_inclusion(rows[seq].leaf, seq, upto, proof, its_root)
            proof = consistency_proof(size, SIZE, read)
            verify_consistency(size, root, SIZE, head.root(), proof)


def test_an_entry_that_is_not_there_is_covered_by_nothing(engine):
    fill(engine, size=1)
    with reading(engine) as conn:
        assert checkpoint_covering(conn, 0)[0] == 1
        with pytest.raises(LookupError):
            checkpoint_covering(conn, 1)


def test_a_root_is_not_made_up_from_missing_hashes(engine):
    fill(engine, size=3)
    with reading(engine) as conn, pytest.raises(ProofError):
        root_at(conn, 4)


def test_postings_are_stored_leg_by_leg(conn):
    a, b = member_account(1).id, member_account(2).id
    legs = (Leg(a, b, "HRS", 30), Leg(b, a, "HRS", 5))
    append(conn, read_head(conn), [row(0, legs=legs)], row(0).time)
    stored = conn.execute(text("SELECT * FROM journal_postings ORDER BY n")).all()
    assert stored == [(0, 0, a, -30), (0, 1, b, 30), (0, 2, b, -5), (0, 3, a, 5)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(1)],
        [row(0), row(2)],
        [row(1), row(0)],
        [row(0), row(1, time=row(0).time + 1)],
        [row(0, time=row(0).time - 1)],
    ],
    ids=["none", "gap", "hole", "order", "two times", "another time"],
)
def test_rows_that_do_not_follow_on_are_refused(conn, rows):
    with pytest.raises(ValueError, match=r"a journal of 0|a batch has one time"):
        append(conn, read_head(conn), rows, row(0).time)
    assert latest_checkpoint(conn)[0] == 0


def test_time_never_goes_back(conn):
    head = append(conn, read_head(conn), [row(0)], row(0).time)
    earlier = row(0).time - 1
    with pytest.raises(ValueError, match="not before"):
        append(conn, head, [row(1, time=earlier)], earlier)


def test_a_head_that_has_been_overtaken_cannot_be_appended_to(conn):
    old = read_head(conn)
    append(conn, old, [row(0)], row(0).time)
    ahead = Head(9, 0, Frontier(9, (bytes(32), bytes(32))))
    with pytest.raises(ValueError, match="no longer at 9"):
        append(conn, ahead, [row(9)], row(9).time)
    with pytest.raises(IntegrityError):
        append(conn, old, [row(0)], row(0).time)


def test_an_order_is_not_stored_twice(conn):
    head = append(conn, read_head(conn), [row(0)], row(0).time)
    again = replace(row(1), identity=row(0).identity)
    with pytest.raises(IntegrityError):
        append(conn, head, [again], again.time)


def test_a_damaged_head_is_noticed(conn):
    conn.execute(text("UPDATE journal_head SET size = 5"))
    with pytest.raises(ValueError, match="a frontier of 0 for a journal of 5"):
        read_head(conn)
    conn.execute(update(journal_head).values(frontier=b"\x01"))
    with pytest.raises(ProofError):
        read_head(conn)
