"""Reward files that were sent in, and why somebody may get more than a parameter says."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, delete, select

from timebank.storage.dialects import parts, upsert
from timebank.storage.tables import kept_allowances, kept_rewards

_FIND = select(kept_rewards).where(kept_rewards.c.digest == bindparam("digest"))
_ALL = select(kept_rewards).order_by(kept_rewards.c.created.desc(), kept_rewards.c.digest)
_OF_PAYER = _ALL.where(kept_rewards.c.payer == bindparam("payer"))
_FORGET = delete(kept_rewards).where(kept_rewards.c.created < bindparam("before"))
_OF_PAYER_DIGESTS = _OF_PAYER.with_only_columns(kept_rewards.c.digest)
_ERASE = delete(kept_rewards).where(kept_rewards.c.digest.in_(bindparam("digests", expanding=True)))
_ALLOWANCES = select(kept_allowances).order_by(
    kept_allowances.c.created.desc(), kept_allowances.c.member, kept_allowances.c.period
)
_SOME = _ALLOWANCES.where(kept_allowances.c.member.in_(bindparam("members", expanding=True)))


@dataclass(frozen=True, slots=True)
class File:
    """A reward file as it came in, of the member who pays; named by the digest of both."""

    digest: str
    payer: str
    name: str
    created: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Allowance:
    """That a treasurer lets a member's total of a month ("2026-11") or year be up to an amount.

    `up_to` is in minor units, and `by` the treasurer's member id.
    """

    member: str
    period: str
    created: int
    up_to: int
    reason: str
    by: str


def keep(conn: Connection, file: File) -> None:
    """Keep a file, in the place of the same one."""
    conn.execute(upsert(conn, kept_rewards), asdict(file))


def find(conn: Connection, digest: str) -> File | None:
    """Return a file that is kept, or None."""
    row = conn.execute(_FIND, {"digest": digest}).one_or_none()
    return File(*row) if row else None


def files(conn: Connection, payer: str | None = None) -> list[File]:
    """Return every file, or those of one payer, the newest first."""
    found = conn.execute(_ALL) if payer is None else conn.execute(_OF_PAYER, {"payer": payer})
    return [File(*row) for row in found]


def forget(conn: Connection, before: int) -> None:
    """Erase the files that came in before this time."""
    conn.execute(_FORGET, {"before": before})


def forget_all_but(conn: Connection, payer: str, most: int) -> None:
    """Erase the files of a payer but for the newest so many."""
    digests = [*conn.scalars(_OF_PAYER_DIGESTS, {"payer": payer})]
    for part in parts(digests[most:]):
        conn.execute(_ERASE, {"digests": part})


def allow(conn: Connection, allowance: Allowance) -> None:
    """Keep an allowance beside those there are."""
    conn.execute(upsert(conn, kept_allowances), asdict(allowance))


def allowances(conn: Connection, members: Iterable[str] | None = None) -> list[Allowance]:
    """Return every allowance, or those of these members, the newest first."""
    if members is None:
        return [Allowance(*row) for row in conn.execute(_ALLOWANCES)]
    return [
        Allowance(*row) for part in parts(members) for row in conn.execute(_SOME, {"members": part})
    ]
