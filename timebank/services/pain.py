"""The file by which the bank is told to pay: ISO 20022 pain.001, as SEPA wants it.

sepaxml writes it and brings the schema it is checked against. What sepaxml takes from the clock or
from chance is put in the place of here, because the journal commits to the file's digest: the same
plan always gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from lxml import etree
from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from timebank.services.accounts import (
    MAX_HOLDER,
    MAX_TOWN,
    Debtor,
    PayTo,
    bank_text,
    payment_reference,
)
from timebank.services.statements import local

Format = Literal["pain.001.001.09", "pain.001.001.03"]
FORMATS: tuple[Format, ...] = ("pain.001.001.09", "pain.001.001.03")
"""The newest first; some banks still ask for the other."""

MOST_CENTS = 999_999_999_99
"""The largest amount of one SEPA credit transfer (EPC132-08, AT-T002)."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: which redemption it is for, to whom, and how many euro cents."""

    redemption: str
    to: PayTo
    amount: int

    @property
    def reference(self) -> str:
        """The reference by which the bank and the shop know it."""
        return payment_reference(self.redemption)


def message_id(redemptions: Sequence[str]) -> str:
    """Return the id of a file that pays these redemptions, and of the one batch in it.

    The same redemptions give the same id, so that a bank that is sent them twice can see it.
    """
    return f"TB{sha256(' '.join(sorted(redemptions)).encode()).hexdigest()[:32]}".upper()


def pays(data: bytes, redemptions: Sequence[str]) -> bool:
    """Whether a file that was written here is of these redemptions, by its own message id."""
    return f"<MsgId>{message_id(redemptions)}</MsgId>".encode() in data


def write(debtor: Debtor, payments: Sequence[Payment], created: int, form: Format) -> bytes:
    """Return the file that pays these, executed on the day it was made at (UTC seconds).

    Names are given in the characters that banks take (`accounts.bank_text`). Raises sepaxml's
    ValidationError where the result is not valid by the schema of its format: that is a bug.
    """
    own = debtor.account
    config = {
        "name": bank_text(own.name, MAX_HOLDER),
        "IBAN": own.iban,
        "batch": True,
        "currency": "EUR",
        "address": _address(own),
        **({"BIC": debtor.bic} if debtor.bic else {}),
    }
    transfer = SepaTransfer(config, schema=form, clean=False)
    for payment in payments:
        transfer.add_payment(
            {
                "name": bank_text(payment.to.name, MAX_HOLDER),
                "IBAN": payment.to.iban,
                "amount": payment.amount,
                "execution_date": local(created).date(),
                "description": payment.reference,
                "endtoend_id": payment.reference,
                "address": _address(payment.to),
            }
        )
    message = message_id([payment.redemption for payment in payments])
    data = _settled(transfer.export(validate=False), message, created, form)
    try_valid_xml(data, form)
    return data


def _address(account: PayTo) -> dict[str, str]:
    """A hybrid address needs town and country; without a town there is none at all."""
    if not account.town:
        return {}
    return {"town": bank_text(account.town, MAX_TOWN), "country": account.country}


def _settled(data: bytes, message: str, created: int, form: Format) -> bytes:
    """Put what must be the same every time in the place of what sepaxml made up."""
    space = f"{{urn:iso:std:iso:20022:tech:xsd:{form}}}"
    root = etree.fromstring(data)
    for name, text in (
        ("MsgId", message),
        ("PmtInfId", message),
        ("CreDtTm", f"{datetime.fromtimestamp(created, UTC):%Y-%m-%dT%H:%M:%SZ}"),
    ):
        for node in root.iter(space + name):
            node.text = text
    for node in root.iter(space + "RmtInf"):
        _structure(node, space)
    for node in root.iter(space + "FinInstnId"):
        if len(node) == 0:  # IBAN only (EPC132-08): said so, not left empty
            other = etree.SubElement(node, space + "Othr")
            etree.SubElement(other, space + "Id").text = "NOTPROVIDED"
    etree.cleanup_namespaces(root)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _structure(remittance: Any, space: str) -> None:
    """Turn the free text, which is our reference, into a structured creditor reference."""
    (free,) = remittance
    remittance.remove(free)
    reference = etree.SubElement(etree.SubElement(remittance, space + "Strd"), space + "CdtrRefInf")
    kind = etree.SubElement(reference, space + "Tp")
    code = etree.SubElement(etree.SubElement(kind, space + "CdOrPrtry"), space + "Cd")
    code.text = "SCOR"
    etree.SubElement(kind, space + "Issr").text = "ISO"
    etree.SubElement(reference, space + "Ref").text = free.text
