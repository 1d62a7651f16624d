"""Signed vouchers that wait for a newcomer, or a new device, to come with the secret.

The secret itself is in the link and nowhere else. Whether it was used the journal knows.
"""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select

from timebank.ledger.codec import read
from timebank.ledger.orders import Invitation, Voucher
from timebank.signing.canonical import decode
from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_invitations

_FIND = select(kept_invitations).where(kept_invitations.c.secret_hash == bindparam("secret_hash"))
_ALL = select(kept_invitations).order_by(
    kept_invitations.c.created.desc(), kept_invitations.c.secret_hash
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A voucher and the authorization over it, in canonical bytes; `label` says for whom."""

    secret_hash: str
    voucher: bytes
    authorization: bytes
    label: str
    created: int
    expires: int

    def invitation(self) -> Invitation:
        """Return what the newcomer's order carries."""
        authorization = decode(self.authorization)
        assert isinstance(authorization, dict)
        return Invitation(read(Voucher, decode(self.voucher)), authorization)


def keep(conn: Connection, invitation: Kept) -> None:
    """Keep an invitation."""
    conn.execute(upsert(conn, kept_invitations), asdict(invitation))


def find(conn: Connection, secret_hash: str) -> Kept | None:
    """Return the invitation that a secret opens, or None."""
    row = conn.execute(_FIND, {"secret_hash": secret_hash}).one_or_none()
    return Kept(*row) if row else None


def all_kept(conn: Connection) -> list[Kept]:
    """Return every invitation, newest first."""
    return [Kept(*row) for row in conn.execute(_ALL)]
