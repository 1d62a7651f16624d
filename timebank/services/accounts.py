"""Bank accounts: who is paid where, the reference by which a payment is known, and the letters
that banks let through."""

import re
from dataclasses import dataclass

from stdnum import bic, iban, iso11649
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10
from text_unidecode import unidecode

from timebank.errors import Flaw, Unfit
from timebank.services.drafts import tidy

MAX_HOLDER = 70
"""Characters of an account holder's name in a SEPA payment (EPC132-08)."""
MAX_TOWN = 35
"""Characters of a town name in a SEPA payment (EPC132-08)."""

_REFERENCE_DIGITS = 20

_SEPA = frozenset({
    "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI",
    "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL",
    "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
})  # fmt: skip
"""The countries in whose IBANs an account is within SEPA's reach (EPC409-09)."""

_OTHERS = str.maketrans({
    "!": ".", '"': ".", "#": ".", "$": ".", "%": ".", "&": "+", "*": ".", ";": ",", "<": ".",
    "=": ".", ">": ".", "@": ".", "[": "(", "\\": "/", "]": ")", "^": ".", "_": "-", "`": "'",
    "{": "(", "|": "/", "}": ")", "~": "-",
})  # fmt: skip
"""What stands in for the characters of ASCII that banks refuse (EPC217-08, section 6)."""
_REFUSED = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
"""Everything but the characters that every bank takes (EPC217-08, section 2)."""


def parse_iban(text: str) -> str:
    """Return an IBAN without spaces; Unfit BAD_IBAN where country, length or check digits are off.

    (ISO 13616; the length and shape per country are those of SWIFT's registry.)
    """
    try:
        # Not the checks of one country alone: they know banks by lists that grow old.
        return iban.validate(text, check_country=False)
    except ValidationError:
        raise Unfit(Flaw.BAD_IBAN) from None


def _is_iban(text: str) -> bool:
    return iban.is_valid(text, check_country=False)


def is_sepa(number: str) -> bool:
    """Whether a SEPA payment can reach this IBAN (EPC409-09): one that cannot spoils its file."""
    return number[:2] in _SEPA


def show_iban(number: str) -> str:
    """Return an IBAN in groups of four, as it is on a bank card."""
    return iban.format(number)


def parse_bic(text: str) -> str:
    """Return a BIC (ISO 9362); Unfit BAD_BIC."""
    try:
        return bic.validate(text)
    except ValidationError:
        raise Unfit(Flaw.BAD_BIC) from None


@dataclass(frozen=True, slots=True)
class PayTo:
    """Whom to pay: the name exactly as the bank has it, the IBAN, and the town where known.

    The name is compared by the bank (Verification of Payee), so nothing is changed in it. Raises
    Unfit BAD_HOLDER, BAD_IBAN or BAD_TOWN.
    """

    name: str
    iban: str
    town: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= MAX_HOLDER or self.name != tidy(self.name):
            raise Unfit(Flaw.BAD_HOLDER, longest=MAX_HOLDER)
        if not bank_text(self.name, MAX_HOLDER):
            raise Unfit(Flaw.BAD_HOLDER, longest=MAX_HOLDER)
        if self.iban != parse_iban(self.iban):
            raise Unfit(Flaw.BAD_IBAN)
        # A comma, or a town that looks like an IBAN, would make the written form mean another.
        fits = len(self.town) <= MAX_TOWN and self.town == tidy(self.town)
        if not fits or "," in self.town or _is_iban(self.town):
            raise Unfit(Flaw.BAD_TOWN, longest=MAX_TOWN)

    @property
    def country(self) -> str:
        """The country of the account (ISO 3166), which stands for that of its holder."""
        return self.iban[:2]

    @property
    def text(self) -> str:
        """The one line by which an order commits to it: "Name, IBAN" or "Name, IBAN, Town"."""
        parts = (self.name, show_iban(self.iban), *([self.town] if self.town else []))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whose account payouts leave: the wijk's own. `bic` may be "": banks know their own."""

    account: PayTo
    bic: str = ""


def parse_pay_to(text: str) -> PayTo:
    """Return what `PayTo.text` was written from; Unfit for a text that is not of that form.

    Read from its end, because a name may hold commas: the last part is the IBAN, or else the town
    and the part before it the IBAN.
    """
    rest, _, last = text.rpartition(", ")
    if _is_iban(last):
        return PayTo(rest, parse_iban(last))
    name, _, number = rest.rpartition(", ")
    return PayTo(name, parse_iban(number), last)


def bank_text(text: str, longest: int) -> str:
    """Return text in the characters that every bank takes (EPC217-08), cut to a length.

    Letters with accents lose them, other scripts are written in Latin letters; what has no
    likeness is left out. Empty where nothing is left.
    """
    plain = _REFUSED.sub("", unidecode(text).translate(_OTHERS))
    return " ".join(plain.split())[:longest].rstrip()


def payment_reference(identity: str) -> str:
    """Return the creditor reference (ISO 11649, "RF…") of a redemption, from its identity.

    It holds the first 20 digits of the identity, so that either is found by the other.
    """
    digits = identity[:_REFERENCE_DIGITS].upper()
    return iso11649.validate(f"RF{mod_97_10.calc_check_digits(digits + 'RF')}{digits}")
