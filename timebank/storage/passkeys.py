"""What a browser calls a member's keys, and what the member calls the device."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_passkeys

_OF_MEMBER = (
    select(kept_passkeys)
    .where(kept_passkeys.c.member == bindparam("member"))
    .order_by(kept_passkeys.c.created, kept_passkeys.c.key_id)
)
# A credential belongs to who named it first: a later claim must not stand in the way of a login.
_BY_CREDENTIAL = (
    select(kept_passkeys)
    .where(kept_passkeys.c.credential_id == bindparam("credential_id"))
    .order_by(kept_passkeys.c.created, kept_passkeys.c.key_id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key's label, and its credential id where it is a passkey."""

    key_id: str
    member: str
    credential_id: bytes | None
    label: str
    created: int


def keep(conn: Connection, passkey: Passkey) -> None:
    """Keep a key's label and handle, in place of what they were."""
    conn.execute(upsert(conn, kept_passkeys), asdict(passkey))


def of_member(conn: Connection, member: str) -> list[Passkey]:
    """Return the handles of a member's keys, oldest first."""
    return [Passkey(*row) for row in conn.execute(_OF_MEMBER, {"member": member})]


def by_credential(conn: Connection, credential_id: bytes) -> Passkey | None:
    """Return the key that a browser knows by this credential id, or None."""
    row = conn.execute(_BY_CREDENTIAL, {"credential_id": credential_id}).one_or_none()
    return Passkey(*row) if row else None
