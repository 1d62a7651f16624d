"""Taking the books out of the house: made in memory, encrypted, logged, and only then handed over.

The log says who took what, of which period, with names or without, and the digest of the file: so
that a file found somewhere can be told to be one of these, and one that nobody asked for is seen.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from pyzipper import WZ_AES, AESZipFile

from timebank import ids
from timebank.ledger.facts import Member
from timebank.services import house, readings
from timebank.services.bank import Bank
from timebank.services.bookkeeping import Books, Progress, keep_books
from timebank.services.formats import plaintext
from timebank.services.formats.auditfile import Company, auditfile
from timebank.services.formats.sheets import sheets
from timebank.services.periods import Span
from timebank.services.statements import local
from timebank.storage import exports, fold
from timebank.storage.engine import reading, writing
from timebank.storage.exports import Export, Format

__all__ = ["Export", "Exported", "Format", "export", "exported"]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand over, and what the log has of it. `suffix` is what its name should end in."""

    data: bytes
    suffix: str
    logged: Export


def export(
    bank: Bank,
    format: Format,
    span: Span,
    *,
    passphrase: str | None,
    names: bool = False,
    by: str = "",
    progress: Progress = lambda seq: None,
) -> Exported:
    """Return the books of a period as a zip under AES-256, and log that they were taken out.

    Without a passphrase it is a bare file. `by` is the member who asks, or "" for whoever has the
    database in their hands. Raises ValueError for names without a passphrase, and for an auditfile
    of a house that has no name or fiscal number yet.
    """
    if names and passphrase is None:
        raise ValueError("names and texts leave the house encrypted only")
    books = keep_books(bank, span, names=names, progress=progress)
    files = _written(bank, format, books)
    data, suffix = _sealed(files, passphrase) if passphrase is not None else _bare(files)
    logged = Export(
        ids.random_id(secrets.token_bytes(ids.ID_BYTES)),
        bank.clock.now(),
        by,
        format,
        span.first,
        span.last,
        names,
        passphrase is not None,
        sha256(data).hexdigest(),
    )
    with writing(bank.engine) as conn:
        exports.keep(conn, logged)
        members = [each.id for each in fold.every(conn, Member)] if names else []
    readings.note(bank, by, members, "export")
    return Exported(data, suffix, logged)


def exported(bank: Bank) -> list[Export]:
    """Return every export there was, the newest first: for treasurers and auditors."""
    with reading(bank.engine) as conn:
        return exports.every(conn)


def _written(bank: Bank, format: Format, books: Books) -> dict[str, bytes]:
    match format:
        case "xaf":
            found = house.settings(bank)
            company = Company(found["legal_name"], found["rsin"], found["kvk"])
            return auditfile(books, company, local(bank.clock.now()).date())
        case "hledger":
            return plaintext.hledger(books)
        case "beancount":
            return plaintext.beancount(books)
        case "csv":
            return sheets(books)


def _sealed(files: Mapping[str, bytes], passphrase: str) -> tuple[bytes, str]:
    """A zip that 7-Zip and others open (WinZip AE-2, AES-256)."""
    out = BytesIO()
    with AESZipFile(out, "w", compression=ZIP_DEFLATED, encryption=WZ_AES) as zipped:
        zipped.setpassword(passphrase.encode())
        for name, data in files.items():
            zipped.writestr(name, data)
    return out.getvalue(), ".zip"


def _bare(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The one file itself, or a zip of several."""
    if len(files) == 1:
        ((name, data),) = files.items()
        return data, name[name.rindex(".") :]
    out = BytesIO()
    with ZipFile(out, "w", compression=ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return out.getvalue(), ".zip"
