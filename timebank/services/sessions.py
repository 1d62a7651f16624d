"""Who is looking: a long-lived cookie, given for a signature. It can move nothing."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Binary, Hex, Range, read, write
from timebank.ledger.facts import Governance, MemberKey
from timebank.ledger.rules.authority import check_origin
from timebank.services.bank import Bank
from timebank.services.membership import Person, find_person
from timebank.signing.authorizations import parse_authorization, verify
from timebank.signing.canonical import Value, decode, encode, to_base64url
from timebank.signing.messages import Tag
from timebank.storage import fold, passkeys
from timebank.storage import sessions as kept
from timebank.storage.engine import reading, writing

LOGIN_SECONDS = 300
"""How long somebody may take to put their finger on the sensor."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is signed, under the login tag, to show who one is."""

    ledger: Annotated[str, Hex(32)]
    nonce: Annotated[str, Binary(32, 32)]
    created: Annotated[int, Range(0, 2**40)]

    @property
    def data(self) -> bytes:
        """The bytes to sign."""
        return encode(write(self))


@dataclass(frozen=True, slots=True)
class Visitor:
    """The member who is looking, and the key they came in with."""

    member: str
    key_id: str


def challenge(bank: Bank) -> Challenge:
    """Return a fresh challenge; the page remembers it in the visitor's own cookie."""
    nonce = to_base64url(secrets.token_bytes(32))
    return Challenge(bank.ledger, nonce, bank.clock.now())


def log_in(bank: Bank, data: bytes, authorization: Value) -> tuple[str, Visitor]:
    """Return a session's token for a signature over a challenge this server gave.

    The caller has compared `data` with the challenge it gave. Raises Refusal.
    """
    asked = read(Challenge, decode(data))
    if asked.ledger != bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    if not 0 <= bank.clock.now() - asked.created <= LOGIN_SECONDS:
        raise Refusal(Code.EXPIRED)
    verified = verify(parse_authorization(authorization), Tag.LOGIN, data)
    with reading(bank.engine) as conn:
        key = fold.find(conn, MemberKey, verified.key_id)
        governance = fold.find(conn, Governance, "")
    if key is None:
        raise Refusal(Code.UNKNOWN_KEY, key=verified.key_id)
    if key.revoked:
        raise Refusal(Code.KEY_REVOKED, key=key.id)
    assert governance
    check_origin(verified, governance.origins)
    return start(bank, key.member, key.id), Visitor(key.member, key.id)


def start(bank: Bank, member: str, key_id: str) -> str:
    """Return the token of a new session, for a member who has just shown their key."""
    token = secrets.token_urlsafe(32)
    with writing(bank.engine) as conn:
        kept.add(conn, _hash(token), member, key_id, bank.clock.now())
    return token


def visitor(bank: Bank, token: str) -> Visitor | None:
    """Return who a session's token belongs to; None once it has ended or its key was blocked."""
    known = recognize(bank, token)
    return known[0] if known else None


def recognize(bank: Bank, token: str) -> tuple[Visitor, Person] | None:
    """Do what `visitor` does, and say who that is, in one look: every page asks both."""
    with reading(bank.engine) as conn:
        found = kept.find(conn, _hash(token))
        if found is None:
            return None
        key = fold.find(conn, MemberKey, found.key_id)
        if key is None or key.revoked:
            return None
        return Visitor(found.member, found.key_id), find_person(conn, found.member)


def end(bank: Bank, token: str) -> None:
    """End a session."""
    with writing(bank.engine) as conn:
        kept.revoke(conn, _hash(token), bank.clock.now())


def spki_of_credential(bank: Bank, credential: bytes) -> str | None:
    """Return the public key (base64url SPKI) that a browser knows by this credential id."""
    with reading(bank.engine) as conn:
        found = passkeys.by_credential(conn, credential)
        if found is None:
            return None
        key = fold.find(conn, MemberKey, found.key_id)
    return key.spki if key else None


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
