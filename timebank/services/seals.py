"""Seals: a kascommissie member signs the checkpoint that they checked.

A seal says "I checked the first `size` entries, and this is their root". It is signed by the
member's own key, so nobody can say it for them; and it names a root, so it cannot be moved to
another history. One that does not fit this journal is refused, and kept as evidence: an auditor
saw another journal than this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.journal import ProofError
from timebank.journal.checkpoints import read_note
from timebank.ledger.facts import Governance, Member, MemberKey
from timebank.ledger.seals import Seal, Statement, key_of, sealer
from timebank.ledger.state import State
from timebank.services.bank import MAX_DRIFT, Bank
from timebank.services.holdings import names_of
from timebank.services.receipts import latest_note
from timebank.signing.authorizations import parse_authorization, verify
from timebank.signing.canonical import decode, encode
from timebank.signing.messages import Tag
from timebank.storage import fold, journal, people
from timebank.storage import seals as kept
from timebank.storage.engine import reading, writing


@dataclass(frozen=True, slots=True)
class Kept:
    """A seal that fits this journal. `name` is "" once it was erased; `root` is in hex."""

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


def keep(bank: Bank, seal: Seal) -> Kept:
    """Keep a seal that an auditor signed.

    Raises Refusal: NOT_YET (from the future), and what `ledger.seals.sealer` says. Raises
    ProofError where it is not about this journal; it is kept all the same, and every audit
    reports it.
    """
    said = seal.statement
    if said.time > bank.clock.now() + MAX_DRIFT:
        raise Refusal(Code.NOT_YET, created=said.time)
    with writing(bank.engine) as conn:
        signer = sealer(seal, _state_for(conn, seal))
        row = kept.Kept(
            signer.id, said.size, said.root, key_of(seal), said.time, encode(seal.authorization)
        )
        kept.keep(conn, row)
        misfit = _misfit(conn, row)
        name = people.names(conn, [signer.name]).get(signer.name, "")
    if misfit:
        raise ProofError(misfit)
    return Kept(signer.id, name, said.size, said.root, said.time)


def seals(bank: Bank) -> list[Kept]:
    """Return every seal that fits this journal, of the largest journal first."""
    with reading(bank.engine) as conn:
        found = [each for each in kept.all_kept(conn) if not _misfit(conn, each)]
        names = names_of(conn, [each.member for each in found])
    return [
        Kept(each.member, names[each.member], each.size, each.root, each.time) for each in found
    ]


def file_of(bank: Bank, member: str, size: int) -> str:
    """Return a kept seal as a file, to check with a bundle; Refusal UNKNOWN_ENTRY for none."""
    with reading(bank.engine) as conn:
        for each in kept.all_kept(conn):
            if (each.member, each.size) == (member, size) and not _misfit(conn, each):
                return _seal(bank.ledger, each).text()
    raise Refusal(Code.UNKNOWN_ENTRY, entry=size)


def faults(conn: Connection, ledger: str) -> Iterator[str]:
    """Yield what is wrong with the seals that are kept: another history, or a changed row.

    A seal on another history is one for as long as who sealed is auditor: whoever is wrong, or
    means harm, is taken that role by two coordinators, in the journal and for all to see.
    """
    for each in kept.all_kept(conn):
        seal = _seal(ledger, each)
        try:
            verify(parse_authorization(seal.authorization), Tag.SEAL, seal.statement.data)
        except Refusal as refusal:
            yield f"the seal of {each.member} on {each.size} entries does not hold: {refusal}"
            continue
        keys = fold.load_facts(conn, [(MemberKey, key_of(seal))])
        if not any(isinstance(key, MemberKey) and key.member == each.member for key in keys):
            yield f"the seal of {each.member} on {each.size} entries is by another's key"
        elif _is_auditor(conn, each.member) and (misfit := _misfit(conn, each)):
            yield f"{misfit}: {each.member} sealed another one"


def _is_auditor(conn: Connection, member: str) -> bool:
    found = fold.load_facts(conn, [(Member, member)])
    return any(isinstance(one, Member) and "auditor" in one.roles for one in found)


def _seal(ledger: str, row: kept.Kept) -> Seal:
    authorization = decode(row.authorization)
    assert isinstance(authorization, dict)
    return Seal(Statement(ledger, row.root, row.size, row.time), authorization)


def _state_for(conn: Connection, seal: Seal) -> State:
    """What is asked about a seal: the ledger, the key that signed, and whose it is."""
    keys = fold.load_facts(conn, [(MemberKey, key_of(seal)), (Governance, "")])
    owners = [key.member for key in keys if isinstance(key, MemberKey)]
    return State([*keys, *fold.load_facts(conn, [(Member, owner) for owner in owners])])


def _misfit(conn: Connection, seal: kept.Kept) -> str:
    """Why this seal is not about this journal; "" where it is."""
    size = journal.read_head(conn).size
    if seal.size > size:
        return f"this journal has {size} entries, the seal is on {seal.size}"
    if journal.root_at(conn, seal.size).hex() != seal.root:
        return f"this journal has another root after {seal.size} entries than the seal says"
    if journal.headlines(conn, seal.size, 1)[0].time > seal.time:
        return f"the seal on {seal.size} entries is older than the last of them"
    return ""
