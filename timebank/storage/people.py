"""What people wrote, outside the journal: the texts behind its commitments, and settings.

A display name, a memo and a reason are in the journal as commitments only. Their openings are
here, and here they can be erased; nothing in the journal changes when they are.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import starmap

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from timebank.ledger.entries import parse_entry
from timebank.signing.messages import commitment
from timebank.storage.dialects import look_up, parts, upsert
from timebank.storage.tables import fold_members, journal_entries, kept_openings, kept_settings

_HASH = re.compile(rb'"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Opening:
    """The salt and text that a commitment is the hash of."""

    commitment: str
    salt: bytes
    text: str

    @property
    def holds(self) -> bool:
        """Whether this is the text that was committed to."""
        return commitment(self.salt, self.text) == self.commitment


_SOME: BindParameter[str] = bindparam("commitments", expanding=True)
_OPENINGS = select(kept_openings)
_ALL_OPENINGS = _OPENINGS.order_by(kept_openings.c.commitment)
_SOME_OPENINGS = _OPENINGS.where(kept_openings.c.commitment.in_(_SOME))
_TEXTS = select(kept_openings.c.commitment, kept_openings.c.text)
_SOME_TEXTS = _TEXTS.where(kept_openings.c.commitment.in_(_SOME))
_NAMES = _TEXTS.join(fold_members, fold_members.c.name == kept_openings.c.commitment)
_ERASE = delete(kept_openings).where(kept_openings.c.commitment.in_(_SOME))
_SETTINGS = select(kept_settings.c.name, kept_settings.c.value).where(
    kept_settings.c.name.in_(bindparam("names", expanding=True))
)
_ENTRIES = select(journal_entries.c.identity, journal_entries.c.entry).where(
    journal_entries.c.identity.in_(bindparam("identities", expanding=True))
)


# ---- texts


def keep_opening(conn: Connection, opening: Opening) -> None:
    """Keep the text behind a commitment. The caller has checked that it belongs to it."""
    conn.execute(upsert(conn, kept_openings), asdict(opening))


def keep_openings(conn: Connection, openings: Iterable[Opening]) -> None:
    """Keep the texts behind several commitments."""
    if rows := [asdict(opening) for opening in openings]:
        conn.execute(upsert(conn, kept_openings), rows)


def openings(conn: Connection) -> Iterator[Opening]:
    """Yield every opening that is kept, by commitment."""
    for row in conn.execute(_ALL_OPENINGS):
        yield Opening(*row)


def openings_in(conn: Connection, order: bytes) -> tuple[Opening, ...]:
    """Return the openings of the commitments in an order's bytes, as far as they are kept."""
    return openings_of(conn, (found.decode("ascii") for found in _HASH.findall(order)))


def openings_of(conn: Connection, commitments: Iterable[str]) -> tuple[Opening, ...]:
    """Return the openings of these commitments in this order, as far as they are kept."""
    named = dict.fromkeys(commitments)
    rows = conn.execute(_SOME_OPENINGS, {"commitments": list(named)})
    kept = {row.commitment: Opening(*row) for row in rows}
    return tuple(kept[commitment] for commitment in named if commitment in kept)


def texts(conn: Connection, commitments: Iterable[str]) -> dict[str, str]:
    """Return the texts behind these commitments; those that were erased are left out."""
    return {
        commitment: text
        for part in parts(commitments)
        for commitment, text in look_up(conn, _SOME_TEXTS, part)
    }


def names(conn: Connection, commitments: Iterable[str] | None = None) -> dict[str, str]:
    """Return display names by the commitment that a Member fact has: these, or of all members."""
    if commitments is not None:
        return texts(conn, commitments)
    return {row.commitment: row.text for row in conn.execute(_NAMES)}


def payouts(conn: Connection, redemptions: Iterable[str]) -> dict[str, str]:
    """Return where each redemption (by its order's identity) is to be paid, as its shop signed.

    Left out are those whose text was erased, or is no longer what the shop committed to.
    """
    found = payout_openings(conn, redemptions)
    return {identity: opening.text for identity, opening in found.items() if opening.holds}


def payout_openings(conn: Connection, redemptions: Iterable[str]) -> dict[str, Opening]:
    """Return the kept openings of where redemptions are to be paid, whether they hold or not."""
    promised = {
        row.identity: promise
        for part in parts(redemptions)
        for row in conn.execute(_ENTRIES, {"identities": part})
        if isinstance(promise := parse_entry(row.entry).order.get("payout"), str)
    }
    known = {
        opening.commitment: opening
        for part in parts(promised.values())
        for opening in starmap(Opening, look_up(conn, _SOME_OPENINGS, part))
    }
    return {identity: known[promise] for identity, promise in promised.items() if promise in known}


def erase(conn: Connection, commitments: Iterable[str]) -> None:
    """Forget the texts and salts behind these commitments, for good."""
    for part in parts(commitments):
        conn.execute(_ERASE, {"commitments": part})


# ---- settings


def setting(conn: Connection, name: str) -> str | None:
    """Return a setting kept in this database, or None."""
    return settings(conn, [name]).get(name)


def settings(conn: Connection, names: Iterable[str]) -> dict[str, str]:
    """Return these settings by name; those that nobody set are left out."""
    return {name: str(value) for name, value in look_up(conn, _SETTINGS, list(names))}


def keep_setting(conn: Connection, name: str, value: str) -> None:
    """Keep a setting, in place of what it was."""
    conn.execute(upsert(conn, kept_settings), {"name": name, "value": value})
