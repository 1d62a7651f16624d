"""What the wijk says of itself: its name, who helps, and the address its links begin with."""

import re
from collections.abc import Callable, Mapping

from stdnum.nl import bsn

from timebank.errors import Flaw, Unfit
from timebank.ledger.facts import Governance
from timebank.ledger.orders import Origin
from timebank.services.accounts import Debtor, PayTo, parse_bic, parse_iban
from timebank.services.bank import Bank
from timebank.services.drafts import tidy
from timebank.storage import fold, people
from timebank.storage.engine import reading, writing

SETTINGS = {
    "bank_bic": "the BIC of the wijk's bank, if the bank asks for it",
    "bank_iban": "the IBAN of the wijk's own bank account, from which shops are paid",
    "bank_name": "the name that the bank has for that account, to the letter",
    "bank_town": "the town of that account's holder",
    "base_url": "what links and QR codes begin with, such as https://wijk.example.nl",
    "help_hours": "when somebody is there to help",
    "help_name": "where neighbours get help, such as Buurthuis De Linde",
    "help_phone": "the telephone number that every page shows",
    "kvk": "the foundation's number at the chamber of commerce, for auditfiles: 8 digits",
    "legal_name": "the name of the foundation that keeps the books, for auditfiles",
    "rsin": "its fiscal number (RSIN), for auditfiles: 9 digits",
    "wijk": "the name of the wijk",
}
"""Every setting that people choose, and what it is for."""

_DEMO = "demo"


def settings(bank: Bank) -> dict[str, str]:
    """Return every setting by name; "" for one that nobody set."""
    with reading(bank.engine) as conn:
        return dict.fromkeys(SETTINGS, "") | people.settings(conn, SETTINGS)


def _kvk(number: str) -> str:
    if not re.fullmatch(r"[0-9]{8}", number):
        raise ValueError("a number at the chamber of commerce has 8 digits")
    return number


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "bank_bic": parse_bic,
    "bank_iban": parse_iban,
    "kvk": _kvk,
    # An RSIN is formed like a citizen service number, check digit included.
    "rsin": bsn.validate,
}


def keep_setting(bank: Bank, name: str, value: str) -> None:
    """Keep a setting.

    Raises KeyError for a name that is none, Unfit for an IBAN or BIC that is none, ValueError for
    another number that cannot be.
    """
    if name not in SETTINGS:
        raise KeyError(name)
    if value and name in _CHECKS:
        value = _CHECKS[name](value)
    with writing(bank.engine) as conn:
        people.keep_setting(conn, name, value)


def own_account(bank: Bank) -> Debtor:
    """Return the wijk's own bank account; Unfit NO_OWN_ACCOUNT until name and IBAN are set."""
    found = settings(bank)
    if not found["bank_name"] or not found["bank_iban"]:
        raise Unfit(Flaw.NO_OWN_ACCOUNT)
    account = PayTo(tidy(found["bank_name"]), found["bank_iban"], tidy(found["bank_town"]))
    return Debtor(account, found["bank_bic"])


def mark_demo(bank: Bank) -> None:
    """Remember that this ledger is a demo: its keys are anybody's, its money is nobody's."""
    with writing(bank.engine) as conn:
        people.keep_setting(conn, _DEMO, "1")


def link(bank: Bank, kind: str, code: str) -> str:
    """Return the link for a code: /B/ a payee, /V/ a request, /U/ an invitation.

    In upper case, so that a QR code holds it in alphanumeric mode; the address is therefore a
    host, without a path that would mind.
    """
    with reading(bank.engine) as conn:
        base = people.setting(conn, "base_url") or ""
    return f"{base.rstrip('/').upper()}/{kind}/{code}"


def origins(bank: Bank) -> tuple[Origin, ...]:
    """Return the web addresses whose passkeys this ledger accepts, as its journal has them."""
    with reading(bank.engine) as conn:
        governance = fold.find(conn, Governance, "")
    assert governance
    return governance.origins
