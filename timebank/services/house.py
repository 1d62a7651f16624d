"""What the wijk says of itself: its name, who helps, and the address its links begin with."""

from timebank.ledger.facts import Governance
from timebank.ledger.orders import Origin
from timebank.services.bank import Bank
from timebank.storage import fold, people
from timebank.storage.engine import reading, writing

SETTINGS = {
    "base_url": "what links and QR codes begin with, such as https://wijk.example.nl",
    "help_hours": "when somebody is there to help",
    "help_name": "where neighbours get help, such as Buurthuis De Linde",
    "help_phone": "the telephone number that every page shows",
    "wijk": "the name of the wijk",
}
"""Every setting that people choose, and what it is for."""

_DEMO = "demo"


def settings(bank: Bank) -> dict[str, str]:
    """Return every setting by name; "" for one that nobody set."""
    with reading(bank.engine) as conn:
        return dict.fromkeys(SETTINGS, "") | people.settings(conn, SETTINGS)


def keep_setting(bank: Bank, name: str, value: str) -> None:
    """Keep a setting; KeyError for a name that is none."""
    if name not in SETTINGS:
        raise KeyError(name)
    with writing(bank.engine) as conn:
        people.keep_setting(conn, name, value)


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
        facts = fold.load_facts(conn, [(Governance, "")])
    return next(fact.origins for fact in facts if isinstance(fact, Governance))
