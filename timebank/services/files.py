"""Files from and for the bank: kept byte for byte, and named by their SHA-256 in the journal.

What an order commits to is a line of text. `PaymentsName` and `LineName` write those lines and read
them back, so that an auditor who has the texts and the files can hold one against the other.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from timebank.services.bank import Bank
from timebank.services.drafts import MAX_TEXT, tidy
from timebank.storage import files
from timebank.storage.engine import reading, writing
from timebank.storage.files import About as About  # for whoever lists them
from timebank.storage.files import File as File  # for whoever gets one

_PAYMENTS = re.compile(r"(?P<format>pain\.001\.001\.\d\d) sha256 (?P<digest>[0-9a-f]{64})")
_LINE = re.compile(
    r"camt\.053 sha256 (?P<digest>[0-9a-f]{64}) ref (?P<reference>.+?)(?: \| (?P<words>.*))?"
)


@dataclass(frozen=True, slots=True)
class PaymentsName:
    """The text behind `Settle.file`: the format and digest of the very file the bank gets."""

    format: str
    digest: str

    @property
    def text(self) -> str:
        """As it is committed to."""
        return f"{self.format} sha256 {self.digest}"


@dataclass(frozen=True, slots=True)
class LineName:
    """The text behind `RecordBank.line` for an imported line: its file, its reference, and words.

    The reference is the bank's own where the line has one, else the id by which we know it.
    """

    digest: str
    reference: str
    words: str = ""

    @property
    def text(self) -> str:
        """As it is committed to, cut to what a commitment may hold."""
        reference = tidy(self.reference).replace("|", "/")
        ends = f" | {self.words}" if self.words else ""
        return tidy(f"camt.053 sha256 {self.digest} ref {reference}{ends}")[:MAX_TEXT].rstrip(" |")


def payments_named(text: str) -> PaymentsName | None:
    """Return the file of payments that a text names, or None for another text."""
    found = _PAYMENTS.fullmatch(text)
    return PaymentsName(found["format"], found["digest"]) if found else None


def line_named(text: str) -> LineName | None:
    """Return the bank line that a text names, or None for another text."""
    found = _LINE.fullmatch(text)
    return LineName(found["digest"], found["reference"], found["words"] or "") if found else None


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file, in hex."""
    return sha256(data).hexdigest()


def keep_payments(bank: Bank, name: str, created: int, data: bytes) -> File:
    """Keep a file of payments, as it is going to be signed for."""
    file = File(digest(data), "pain", name, created, data)
    with writing(bank.engine) as conn:
        files.keep(conn, file)
    return file


def find(bank: Bank, digest: str) -> File | None:
    """Return the kept file with this SHA-256, or None."""
    with reading(bank.engine) as conn:
        return files.find(conn, digest)


def all_kept(bank: Bank) -> list[About]:
    """Return what files are kept, oldest first."""
    with reading(bank.engine) as conn:
        return files.all_kept(conn)
