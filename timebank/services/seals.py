"""Seals: a kascommissie member signs the checkpoint that they checked.

A seal says "I checked the first `size` entries, and this is their root". It is signed by the
member's own key, so nobody can say it for them; and it names a root, so it cannot be moved to
another history. One that does not fit this journal is refused, and kept as evidence: an auditor
saw another journal than this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.journal import ProofError
from timebank.journal.checkpoints import read_note
from timebank.ledger.codec import Hex, Range, read
from timebank.ledger.facts import Governance, Member, MemberKey
from timebank.ledger.rules.authority import active_key
from timebank.ledger.state import State
from timebank.services.bank import MAX_DRIFT, Bank
from timebank.services.holdings import names_of
from timebank.services.receipts import latest_note
from timebank.signing.authorizations import parse_authorization, verify
from timebank.signing.canonical import Value, decode, encode
from timebank.signing.messages import Tag, seal_data
from timebank.storage import fold, journal, people
from timebank.storage import seals as kept
from timebank.storage.engine import reading, writing

ROLE = "auditor"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says: these many entries of this ledger, with this root (hex), were checked."""

    ledger: Annotated[str, Hex(32)]
    root: Annotated[str, Hex(32)]
    size: Annotated[int, Range(1, 2**53 - 1)]
    time: Annotated[int, Range(0, 2**40)]

    @property
    def data(self) -> bytes:
        """The bytes to sign, under `Tag.SEAL`."""
        return seal_data(self.ledger, self.root, self.size, self.time)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal on this journal. `name` is "" once it was erased; `root` is in hex."""

    member: str
    name: str
    size: int
    root: str
    time: int


def statement_of(note: str, time: int) -> Statement:
    """Return what is signed about a checkpoint; ProofError where the text is none."""
    checkpoint = read_note(note)
    return Statement(checkpoint.ledger, checkpoint.root.hex(), checkpoint.size, time)


def draft(bank: Bank) -> Statement:
    """Return what an auditor signs about the newest checkpoint, now."""
    return statement_of(latest_note(bank), bank.clock.now())


def read_statement(data: bytes) -> Statement:
    """Return the statement whose bytes these are; Refusal NOT_CANONICAL or BAD_FIELD."""
    return read(Statement, decode(data))


def keep(bank: Bank, statement: Statement, authorization: Value) -> Seal:
    """Keep a seal that an auditor signed.

    Raises Refusal: OTHER_LEDGER, NOT_YET (from the future), what `verify` says of the signature,
    what is wrong with the key now, NOT_AUTHORIZED for who is no auditor. Raises ProofError where
    its root is not that of this journal; it is kept all the same, and every audit reports it.
    """
    if statement.ledger != bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    if statement.time > bank.clock.now() + MAX_DRIFT:
        raise Refusal(Code.NOT_YET, created=statement.time)
    verified = verify(parse_authorization(authorization), Tag.SEAL, statement.data)
    with writing(bank.engine) as conn:
        state = State(
            fold.load_facts(conn, [(MemberKey, verified.key_id), (Governance, "")]), complete=True
        )
        owner = state.key(verified.key_id).member
        state.put(*fold.load_facts(conn, [(Member, owner)]))
        signer = active_key(state, verified, bank.clock.now()).member
        if ROLE not in signer.roles:
            raise Refusal(Code.NOT_AUTHORIZED, role=ROLE)
        found = kept.Kept(
            signer.id,
            statement.size,
            statement.root,
            verified.key_id,
            statement.time,
            encode(authorization),
        )
        kept.keep(conn, found)
        misfit = _misfit(conn, found)
        name = people.names(conn, [signer.name]).get(signer.name, "")
    if misfit:
        raise ProofError(misfit)
    return Seal(signer.id, name, statement.size, statement.root, statement.time)


def seals(bank: Bank) -> list[Seal]:
    """Return every seal that fits this journal, of the largest journal first."""
    with reading(bank.engine) as conn:
        found = [each for each in kept.all_kept(conn) if not _misfit(conn, each)]
        names = names_of(conn, [each.member for each in found])
    return [
        Seal(each.member, names[each.member], each.size, each.root, each.time) for each in found
    ]


def faults(conn: Connection, ledger: str) -> Iterator[str]:
    """Yield what is wrong with the seals that are kept: another history, or a changed row."""
    for each in kept.all_kept(conn):
        statement = Statement(ledger, each.root, each.size, each.time)
        try:
            parsed = parse_authorization(decode(each.authorization))
            verify(parsed, Tag.SEAL, statement.data)
        except Refusal as refusal:
            yield f"the seal of {each.member} on {each.size} entries does not hold: {refusal}"
            continue
        key = fold.load_facts(conn, [(MemberKey, parsed.key_id)])
        if not any(isinstance(fact, MemberKey) and fact.member == each.member for fact in key):
            yield f"the seal of {each.member} on {each.size} entries is by another's key"
        elif misfit := _misfit(conn, each):
            yield f"{misfit}: {each.member} sealed another one"


def _misfit(conn: Connection, seal: kept.Kept) -> str:
    """Why this seal is not about this journal; "" where it is."""
    size = journal.read_head(conn).size
    if seal.size > size:
        return f"this journal has {size} entries, the seal is on {seal.size}"
    if journal.root_at(conn, seal.size).hex() != seal.root:
        return f"this journal has another root after {seal.size} entries than the seal says"
    return ""
