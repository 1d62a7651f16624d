"""The least that must be done for a payment: its rows written and its signature verified."""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from timebank.services.posting import Submission
from timebank.settings import Settings
from timebank.signing.canonical import Value, from_base64url
from timebank.signing.keys import Scheme
from timebank.signing.messages import Tag, message

Verification = Callable[[], None]


def verification(order: bytes, authorization: Value) -> Verification:
    """Return the one call that checks this signature: key loaded, bytes laid out beforehand."""
    assert isinstance(authorization, dict)
    field: Callable[[str], bytes] = lambda name: from_base64url(authorization[name])  # noqa: E731
    spki, signature = field("spki"), field("signature")
    if authorization["scheme"] == Scheme.ED25519:
        ours = Ed25519PublicKey.from_public_bytes(spki[-32:])
        signed = message(Tag.ORDER, order)
        return lambda: ours.verify(signature, signed)
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), spki[-65:])
    signed = field("authenticator_data") + sha256(field("client_data")).digest()
    algorithm = ECDSA(SHA256())
    return lambda: key.verify(signature, signed, algorithm)


def verifications(submissions: Iterable[Submission]) -> list[Verification]:
    """Return the calls that check these payments, each signed once."""
    return [verification(item.order, item.authorizations[0]) for item in submissions]


def verify_all(calls: Iterable[Verification]) -> None:
    """Make these calls."""
    for call in calls:
        call()


JOURNAL = ("journal_entries", "journal_postings", "journal_nodes", "journal_checkpoints")
_SINCE = {
    "journal_entries": "seq >= :start AND seq < :end",
    "journal_postings": "seq >= :start AND seq < :end",
    "journal_nodes": "level = 8 AND (idx + 1) * 256 > :start AND (idx + 1) * 256 <= :end",
    "journal_checkpoints": "size > :start AND size <= :end",
}


@dataclass
class Writes:
    """What the engine wrote in one transaction: statements with their rows."""

    calls: list[tuple[str, list[tuple[Any, ...]]]]


class BareSqlite:
    """A copy of a ledger's file, written to with nothing but the driver.

    The same tables, indexes, checks and triggers, the same settings: only the engine is missing.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        assert settings.file
        path = folder / "bare.db"
        shutil.copy(settings.file, path)
        self._conn = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "recursive_triggers = ON",
            "cache_size = -16384",
        ):
            self._conn.execute(f"PRAGMA {pragma}")
        self.size = self._conn.execute("SELECT size FROM journal_head").fetchone()[0]

    def write(self, calls: Sequence[Verification], writes: Writes) -> None:
        """Verify and write what the engine did in one transaction."""
        verify_all(calls)
        self._conn.execute("BEGIN IMMEDIATE")
        for statement, rows in writes.calls:
            self._conn.executemany(statement, rows)
        self._conn.execute("COMMIT")


def written(database: Path, start: int, end: int) -> Writes:
    """Return the rows that the engine wrote for the entries from `start` up to `end`."""
    conn = sqlite3.connect(database)
    span = {"start": start, "end": end}
    calls = []
    for table in JOURNAL:
        rows = conn.execute(f"SELECT * FROM {table} WHERE {_SINCE[table]}", span).fetchall()
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        if rows:
            calls.append((f"INSERT INTO {table} VALUES ({marks})", rows))
    head = conn.execute("SELECT size, time, frontier FROM journal_head").fetchall()
    calls.append(("UPDATE journal_head SET size = ?, time = ?, frontier = ?", head))
    accounts = conn.execute(
        "SELECT * FROM fold_accounts WHERE id IN"
        " (SELECT account FROM journal_postings WHERE seq >= :start AND seq < :end)",
        span,
    ).fetchall()
    marks = ", ".join("?" * len(accounts[0]))
    calls.append(
        (
            f"INSERT INTO fold_accounts VALUES ({marks})"
            " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, currency = excluded.currency,"
            " owner = excluded.owner, floor = excluded.floor, ceiling = excluded.ceiling,"
            " balance = excluded.balance",
            accounts,
        )
    )
    conn.close()
    return Writes(calls)
