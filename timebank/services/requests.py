"""Asking for a payment: a member's static code, one-off requests, and a shop's till."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.codec import read, write
from timebank.ledger.facts import Posted, Used
from timebank.services.bank import Bank
from timebank.services.drafts import commit
from timebank.services.holdings import member_of
from timebank.signing.canonical import Value, decode, encode
from timebank.storage import codes, fold, people, tills
from timebank.storage import requests as kept
from timebank.storage.engine import reading, writing

REQUEST_SECONDS = 5 * 60
STATIC_BYTES = 5
ONE_OFF_BYTES = 10
TILL_BYTES = 20


@dataclass(frozen=True, slots=True)
class Request:
    """A one-off request: what is asked, its code, and what it is for."""

    asked: orders.Request
    code: str
    memo: str
    created: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What has become of a request. `payer` and `identity` are there once it is paid."""

    state: str  # "open", "paid", "expired" or "cancelled"
    identity: str = ""
    payer: str = ""
    seq: int = 0


# ---- static codes


def payee_code(bank: Bank, member: str) -> str:
    """Return the member's own code, for their screen and poster; made when there is none."""
    with writing(bank.engine) as conn:
        code = codes.of_member(conn, member)
        if code is None:
            code = ids.code(secrets.token_bytes(STATIC_BYTES))
            codes.add(conn, code, member, bank.clock.now())
        return code


def replace_code(bank: Bank, member: str) -> str:
    """Make the old code and poster worthless, and return a new code."""
    with writing(bank.engine) as conn:
        codes.revoke(conn, member, bank.clock.now())
    return payee_code(bank, member)


def payee_of(bank: Bank, code: str) -> str:
    """Return the member a static code stands for; Refusal UNKNOWN_MEMBER."""
    with reading(bank.engine) as conn:
        member = codes.find(conn, ids.read_code(code))
    if member is None:
        raise Refusal(Code.UNKNOWN_MEMBER)
    return member


# ---- one-off requests


def create(
    bank: Bank,
    payee: str,
    amounts: Mapping[str, int],
    memo: str = "",
    seconds: int = REQUEST_SECONDS,
) -> Request:
    """Ask for these amounts, once; Refusal UNKNOWN_ACCOUNT where the payee has no such account."""
    now = bank.clock.now()
    with writing(bank.engine) as conn:
        accounts = dict(member_of(conn, payee).accounts)
        if missing := amounts.keys() - accounts.keys():
            raise Refusal(Code.UNKNOWN_ACCOUNT, currency=sorted(missing)[0])
        opening = commit(memo) if memo.strip() else None
        fields: dict[str, Value] = {
            "id": ids.random_id(secrets.token_bytes(ids.ID_BYTES)),
            "payee": payee,
            "credits": [
                {"payee": accounts[code], "currency": code, "amount": amount}
                for code, amount in sorted(amounts.items())
            ],
            "expires": now + seconds,
        }
        if opening:
            fields["memo"] = opening.commitment
            people.keep_opening(conn, opening)
        asked = read(orders.Request, fields)
        request = Request(
            asked,
            ids.code(secrets.token_bytes(ONE_OFF_BYTES)),
            opening.text if opening else "",
            now,
            False,
        )
        kept.add(
            conn,
            kept.Kept(
                asked.id,
                request.code,
                payee,
                encode(write(asked)),
                request.memo,
                now,
                asked.expires,
                False,
            ),
        )
    return request


def find(bank: Bank, code: str) -> Request:
    """Return the request with this code; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        found = kept.find(conn, ids.read_code(code))
    if found is None:
        raise Refusal(Code.UNKNOWN_ENTRY)
    return Request(
        read(orders.Request, decode(found.request)),
        found.code,
        found.memo,
        found.created,
        found.cancelled,
    )


def status(bank: Bank, request: Request) -> Status:
    """Return what has become of a request: the journal knows, nobody has to remember."""
    asked = request.asked
    with reading(bank.engine) as conn:
        if used := fold.find(conn, Used, f"request:{asked.digest}"):
            posted = fold.find(conn, Posted, used.by)
            assert posted
            return Status("paid", posted.identity, posted.author, posted.seq)
    if request.cancelled:
        return Status("cancelled")
    return Status("expired" if bank.clock.now() > asked.expires else "open")


def cancel(bank: Bank, payee: str, code: str) -> None:
    """Stop showing a request. A payment that was signed meanwhile may still arrive."""
    with writing(bank.engine) as conn:
        kept.cancel(conn, payee, ids.read_code(code))


# ---- tills: a link that receives for a shop, and can do nothing else


def open_till(bank: Bank, member: str, label: str) -> str:
    """Return the secret of a new receive-only link for the shop's staff."""
    secret = ids.code(secrets.token_bytes(TILL_BYTES))
    with writing(bank.engine) as conn:
        tills.add(conn, _hash(secret), member, label, bank.clock.now())
    return secret


def till(bank: Bank, secret: str) -> str | None:
    """Return the shop a till's link receives for, or None where it was revoked or never was."""
    with reading(bank.engine) as conn:
        return tills.find(conn, _hash(ids.read_code(secret)))


def tills_of(bank: Bank, member: str) -> list[tills.Till]:
    """Return a shop's receive-only links that still work."""
    with reading(bank.engine) as conn:
        return tills.of_member(conn, member)


def close_till(bank: Bank, member: str, token_hash: str) -> None:
    """Make a till's link worthless."""
    with writing(bank.engine) as conn:
        tills.revoke(conn, member, token_hash, bank.clock.now())


def _hash(secret: str) -> str:
    return sha256(secret.encode("ascii", "replace")).hexdigest()
