"""Receipts: handed out for what the guard has released. Checking one is in `verifying`."""

from collections.abc import Iterator

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.journal import merkle
from timebank.journal.checkpoints import Checkpoint, sign_note
from timebank.journal.receipts import Receipt
from timebank.ledger.entries import parse_entry
from timebank.services.bank import Bank
from timebank.signing.canonical import encode
from timebank.signing.messages import identity
from timebank.storage import journal
from timebank.storage.engine import reading

_IDENTITY = 64
_DIGITS = 15


def receipt(bank: Bank, identity: str) -> str:
    """Return the receipt of a posted order: the same text each time it is asked.

    It rests on the first checkpoint that covers the entry. Raises Refusal UNKNOWN_ENTRY, and
    Unavailable where the guard does not vouch for this database.
    """
    released = bank.guard.read()
    with reading(bank.engine) as conn:
        seq = journal.find_seq(conn, identity)
        if seq is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        size, root = journal.checkpoint_covering(conn, seq)
        note = _sign(bank, conn, released, Checkpoint(bank.ledger, size, root))
        entry = journal.entry_bytes(conn, seq)
        genesis = journal.entry_bytes(conn, 0)
        assert entry is not None
        assert genesis is not None
        proof = merkle.inclusion_proof(seq, size, journal.reader(conn))
    return Receipt(entry, encode(parse_entry(genesis).order), seq, tuple(proof), note).text()


def identity_of(bank: Bank, entry: str) -> str:
    """Return the identity of an entry that somebody names by its number, or by its identity.

    Raises Refusal UNKNOWN_ENTRY.
    """
    with reading(bank.engine) as conn:
        if len(entry) == _IDENTITY and journal.find_seq(conn, entry) is not None:
            return entry
        numbered = entry.isascii() and entry.isdecimal() and len(entry) <= _DIGITS
        data = journal.entry_bytes(conn, int(entry)) if numbered else None
    if data is None:
        raise Refusal(Code.UNKNOWN_ENTRY, entry=entry)
    return identity(encode(parse_entry(data).order))


def latest_note(bank: Bank) -> str:
    """Return the newest checkpoint as a signed note: what the public page and paper show."""
    released = bank.guard.read()
    with reading(bank.engine) as conn:
        size, root = journal.latest_checkpoint(conn)
        return _sign(bank, conn, released, Checkpoint(bank.ledger, size, root))


def _sign(bank: Bank, conn: Connection, released: Checkpoint, checkpoint: Checkpoint) -> str:
    """Sign a checkpoint, once the guard vouches for it.

    `released` was read before the database, which therefore must contain it.
    """

    def root_at(size: int) -> bytes:
        return journal.root_at(conn, size)

    bank.guard.prove(released, bank.ledger, journal.read_head(conn).size, root_at)
    if released.size < checkpoint.size:
        bank.guard.release(bank.engine, checkpoint)
    return sign_note(checkpoint, bank.require_log_key())


def entries(bank: Bank) -> Iterator[bytes]:
    """Yield every entry's bytes, in order, from one moment of the database."""
    with reading(bank.engine) as conn:
        yield from journal.entries(conn)
