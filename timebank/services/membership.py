"""Joining and leaving, keys and names: what a newcomer, a member and a coordinator do.

Each `draft_` returns an order to be signed by a key that only its owner has. A display name is the
text of a commitment in the journal; it is kept outside, and can be erased.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.codec import read, write
from timebank.ledger.facts import Currency, Member, MemberKey, Used
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit
from timebank.services.holdings import member_of
from timebank.signing.authorizations import parse_authorization, verify
from timebank.signing.canonical import Value, encode, to_base64url
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag, digest, secret_hash
from timebank.storage import fold, invitations, passkeys, people
from timebank.storage.engine import reading, writing

ALL_SCOPES: orders.Scopes = ("approve", "manage", "pay")
INVITATION_SECONDS = 14 * 86_400
SECRET_BYTES = 20


@dataclass(frozen=True, slots=True)
class Person:
    """A member as people know them. `name` is "" once it was erased."""

    id: str
    name: str
    kind: str
    status: str
    roles: tuple[str, ...]
    accounts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A voucher to be signed, and the secret that goes into the link (and nowhere else)."""

    voucher: orders.Voucher
    secret: bytes

    @property
    def data(self) -> bytes:
        """The bytes to sign under the invitation tag."""
        return encode(write(self.voucher))


# ---- who is who


def people_of(bank: Bank) -> list[Person]:
    """Return every member, by name."""
    with reading(bank.engine) as conn:
        names = people.names(conn)
        found = [_person(member, names) for member in fold.every(conn, Member)]
    return sorted(found, key=lambda person: (person.name.casefold(), person.id))


def person(bank: Bank, member: str) -> Person:
    """Return one member; Refusal UNKNOWN_MEMBER."""
    with reading(bank.engine) as conn:
        return find_person(conn, member)


def find_person(conn: Connection, member: str) -> Person:
    """Do what `person` does, in a transaction of the caller's."""
    found = member_of(conn, member)
    return _person(found, people.names(conn, [found.name]))


def _person(member: Member, names: Mapping[str, str]) -> Person:
    return Person(
        member.id,
        names.get(member.name, ""),
        member.kind,
        member.status,
        member.roles,
        dict(member.accounts),
    )


def currencies(bank: Bank) -> dict[str, Currency]:
    """Return every currency by its code."""
    with reading(bank.engine) as conn:
        return {currency.code: currency for currency in fold.every(conn, Currency)}


# ---- invitations


def draft_voucher(
    bank: Bank,
    registrar: str,
    kind: orders.MemberKind = "person",
    limits: Sequence[orders.Limits] | None = None,
    *,
    created: int | None = None,
) -> Unsigned:
    """Return an invitation for a newcomer, to be signed by a registrar's key.

    Without `limits` the newcomer gets the widest the policies allow for this kind.
    """
    if limits is None:
        limits = [
            orders.Limits(item.code, item.policy.floor, item.policy.ceiling)
            for item in currencies(bank).values()
            if kind in item.policy.holders
        ]
    limits = sorted(limits, key=lambda limit: limit.currency)
    return _voucher(
        bank, "admit", registrar, ALL_SCOPES, (), kind=kind, limits=tuple(limits), created=created
    )


def draft_key_voucher(
    bank: Bank, member: str, scopes: orders.Scopes = ALL_SCOPES, caps: orders.Caps = ()
) -> Unsigned:
    """Return an invitation for another device, to be signed by a key the member has."""
    return _voucher(bank, "add_key", member, scopes, caps)


def _voucher(
    bank: Bank,
    purpose: str,
    issuer: str,
    scopes: orders.Scopes,
    caps: orders.Caps,
    *,
    kind: orders.MemberKind | None = None,
    limits: tuple[orders.Limits, ...] | None = None,
    created: int | None = None,
) -> Unsigned:
    created = bank.clock.now() if created is None else created
    secret = secrets.token_bytes(SECRET_BYTES)
    fields: dict[str, object] = {
        "ledger": bank.ledger,
        "id": ids.random_id(secrets.token_bytes(ids.ID_BYTES)),
        "purpose": purpose,
        "issuer": issuer,
        "created": created,
        "expires": created + INVITATION_SECONDS,
        "secret": secret_hash(secret),
        "scopes": scopes,
        "caps": caps,
        "kind": kind,
        "limits": limits,
    }
    present = {name: write(value) for name, value in fields.items() if value is not None}
    return Unsigned(read(orders.Voucher, present), secret)


def keep_invitation(
    bank: Bank, voucher: orders.Voucher, authorization: Value, label: str = ""
) -> None:
    """Keep a signed voucher until somebody comes with its secret.

    Raises Refusal where the signature does not hold or is not by a key of the issuer.
    """
    verified = verify(parse_authorization(authorization), Tag.INVITATION, encode(write(voucher)))
    with writing(bank.engine) as conn:
        found = fold.load_facts(conn, [(MemberKey, verified.key_id)])
        if not found or not isinstance(found[0], MemberKey) or found[0].member != voucher.issuer:
            raise Refusal(Code.BAD_INVITATION)
        invitations.keep(
            conn,
            invitations.Kept(
                voucher.secret,
                encode(write(voucher)),
                encode(authorization),
                label,
                voucher.created,
                voucher.expires,
            ),
        )


def find_invitation(bank: Bank, secret: bytes) -> orders.Invitation:
    """Return the invitation that a link's secret opens.

    Raises Refusal BAD_INVITATION, INVITATION_USED or INVITATION_EXPIRED.
    """
    with reading(bank.engine) as conn:
        kept = invitations.find(conn, secret_hash(secret))
        if kept is None:
            raise Refusal(Code.BAD_INVITATION)
        voucher_id = digest(Tag.INVITATION, kept.voucher).hex()
        if fold.load_facts(conn, [(Used, f"invitation:{voucher_id}")]):
            raise Refusal(Code.INVITATION_USED)
    if bank.clock.now() > kept.expires:
        raise Refusal(Code.INVITATION_EXPIRED, expires=kept.expires)
    return kept.invitation()


# ---- orders to sign


def draft_admit(bank: Bank, secret: bytes, key: orders.KeyGrant, name: str) -> Draft:
    """Return the order by which a newcomer joins, with a member id and accounts of their own."""
    invitation = find_invitation(bank, secret)
    member = ids.random_id(secrets.token_bytes(ids.ID_BYTES))
    opening = commit(name)
    accounts = tuple(
        orders.OpenedAccount(
            ids.random_id(secrets.token_bytes(ids.ID_BYTES)),
            limit.currency,
            limit.floor,
            limit.ceiling,
        )
        for limit in invitation.voucher.limits or ()
    )
    body = orders.Admit(invitation, to_base64url(secret), member, key, accounts, opening.commitment)
    return Draft(bank.draft(body, author=member), (opening,))


def draft_add_key(bank: Bank, secret: bytes, key: orders.KeyGrant) -> Draft:
    """Return the order by which a member's new device joins their keys."""
    invitation = find_invitation(bank, secret)
    member = invitation.voucher.issuer
    body = orders.AddKey(invitation, to_base64url(secret), member, key)
    return Draft(bank.draft(body, author=member))


def draft_suspend(bank: Bank, author: str, member: str, suspended: bool, reason: str) -> Draft:
    """Return the order that blocks a member, or lifts the block."""
    opening = commit(reason)
    body = orders.Suspend(member, suspended, opening.commitment)
    return Draft(bank.draft(body, author=author), (opening,))


def draft_revoke_key(bank: Bank, author: str, member: str, key: str) -> Draft:
    """Return the order that blocks a key at once."""
    return Draft(bank.draft(orders.RevokeKey(member, key), author=author))


def draft_leave(bank: Bank, member: str) -> Draft:
    """Return the order by which a member leaves."""
    return Draft(bank.draft(orders.Leave(member), author=member))


# ---- keys


@dataclass(frozen=True, slots=True)
class Device:
    """A key of a member, with the label they gave it and a passkey's credential id."""

    key: MemberKey
    label: str
    credential: bytes


def devices(bank: Bank, member: str) -> list[Device]:
    """Return a member's keys, the revoked ones too, oldest first."""
    with reading(bank.engine) as conn:
        kept = {row.key_id: row for row in passkeys.of_member(conn, member)}
        keys = sorted(fold.keys_of(conn, member), key=lambda key: (key.active_from, key.id))
    return [
        Device(
            key,
            kept[key.id].label if key.id in kept else "",
            (kept[key.id].credential_id if key.id in kept else None) or b"",
        )
        for key in keys
    ]


def keep_device(bank: Bank, member: str, spki: bytes, credential: bytes, label: str) -> None:
    """Remember what a browser calls a key, so that it can be asked for by name."""
    with writing(bank.engine) as conn:
        passkeys.keep(
            conn, passkeys.Passkey(key_id(spki), member, credential, label, bank.clock.now())
        )


def member_of_key(bank: Bank, key: str) -> Person:
    """Return whose key this is, if it works now; the login of the web stands on it."""
    with reading(bank.engine) as conn:
        found = fold.find(conn, MemberKey, key)
    if found is None:
        raise Refusal(Code.UNKNOWN_KEY, key=key)
    if found.revoked:
        raise Refusal(Code.KEY_REVOKED, key=key)
    return person(bank, found.member)
