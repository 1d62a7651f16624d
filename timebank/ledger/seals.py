"""Seals: what a kascommissie member signed of the entries they checked (docs/protocol.md §7).

A seal is no entry and no rule looks at one; whether it holds is asked of the state at the end of
the journal it is shown with.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Hex, Range, read
from timebank.ledger.facts import Member
from timebank.ledger.orders import Time
from timebank.ledger.rules.authority import active_key
from timebank.ledger.state import State
from timebank.signing.authorizations import parse_authorization, verify
from timebank.signing.canonical import Value, decode, encode
from timebank.signing.messages import Tag, seal_data

ROLE = "auditor"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says: these many entries of this ledger, with this root (hex), were checked."""

    ledger: Annotated[str, Hex(32)]
    root: Annotated[str, Hex(32)]
    size: Annotated[int, Range(1, 2**53 - 1)]
    time: Time

    @property
    def data(self) -> bytes:
        """The bytes to sign, under `Tag.SEAL`."""
        return seal_data(self.ledger, self.root, self.size, self.time)


@dataclass(frozen=True, slots=True)
class Seal:
    """A statement and the authorization over it; nothing is verified yet."""

    statement: Statement
    authorization: dict[str, Any]

    def text(self) -> str:
        """The file to hand over: one line of canonical JSON."""
        said = decode(self.statement.data)
        assert isinstance(said, dict)
        return encode({**said, "authorization": self.authorization}).decode("ascii") + "\n"


def read_statement(data: bytes) -> Statement:
    """Return the statement whose bytes these are; Refusal NOT_CANONICAL or BAD_FIELD."""
    return read(Statement, decode(data))


def parse_seal(text: str) -> Seal:
    """Return the seal whose `text()` this is; Refusal NOT_CANONICAL, TOO_LARGE or BAD_FIELD."""
    value = decode(text.removesuffix("\n").encode("utf-8", "replace"))
    if not isinstance(value, dict) or not isinstance(value.get("authorization"), dict):
        raise Refusal(Code.BAD_FIELD, field="seal")
    said: dict[str, Value] = {name: value[name] for name in value if name != "authorization"}
    return Seal(read(Statement, said), value["authorization"])


def key_of(seal: Seal) -> str:
    """Return the id of the key that is said to have signed; Refusal BAD_FIELD."""
    return parse_authorization(seal.authorization).key_id


def sealer(seal: Seal, state: State) -> Member:
    """Return the auditor whose seal this is, by the keys and roles of this state.

    Raises Refusal: OTHER_LEDGER, what `verify` says of the signature, what is wrong with the key at
    the time of the seal, and NOT_AUTHORIZED for who is no auditor.
    """
    if seal.statement.ledger != state.governance.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    verified = verify(parse_authorization(seal.authorization), Tag.SEAL, seal.statement.data)
    signer = active_key(state, verified, seal.statement.time).member
    if ROLE not in signer.roles:
        raise Refusal(Code.NOT_AUTHORIZED, role=ROLE)
    return signer
