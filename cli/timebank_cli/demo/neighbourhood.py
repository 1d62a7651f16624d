"""Who lives in Wijk de Linde, what they do for one another, and what things cost there."""

from collections.abc import Mapping
from dataclasses import dataclass

from timebank.ledger.orders import Limits, MemberKind, Role
from timebank.units import Unit, show_amount
from timebank_cli import charter

HOURS, CREDITS, EURO = "UUR", "WIJK", "EUR"
UNITS = {HOURS: Unit.MINUTE, CREDITS: Unit.CENT, EURO: Unit.CENT}


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody in the wijk; `handle` is the name of their key file."""

    handle: str
    name: str
    kind: MemberKind = "person"
    roles: tuple[Role, ...] = ()


FOUNDERS = (
    Resident("els", "Els", roles=("coordinator", "registrar")),
    Resident("farid", "Farid", roles=("coordinator", "registrar")),
    Resident("truus", "Truus", roles=("issuer", "treasurer")),
    Resident("kees", "Kees", roles=("issuer", "treasurer")),
)
AUDITORS = ("noor", "henk")
NEWCOMERS = tuple(
    Resident(name.lower(), name)
    for name in (
        "Amina", "Joop", "Fatma", "Mehmet", "Wiesje", "Noor", "Henk", "Samira", "Ria", "Yusuf",
        "Marijke", "Delano", "Greet", "Soraya", "Piet", "Ingrid", "Malik", "Agnieszka", "Bep",
        "Thuy", "Ahmed",
    )
)  # fmt: skip
BAKERY = Resident("bart", "Bakkerij Bart", "shop")
GREENGROCER = Resident("ozkan", "Groenteboer Özkan", "shop")
GROCER = Resident("dehoek", "Buurtsuper De Hoek", "shop")
BICYCLES = Resident("wielen", "Fietsenwinkel Wielen", "shop")
SHOPS = (BAKERY, GREENGROCER, GROCER, BICYCLES)
ENTERPRISE = Resident("wijkbedrijf", "Wijkbedrijf De Linde", "organisation")
REPAIR_CAFE = Resident("repaircafe", "Repair Café De Linde", "organisation")

PERSONS = tuple(person.handle for person in (*FOUNDERS, *NEWCOMERS))

IBANS = {
    "bart": "Bakkerij Bart, NL91 ABNA 0417 1643 00",
    "ozkan": "Groenteboer Özkan, NL20 INGB 0001 2345 67",
    "dehoek": "Buurtsuper De Hoek, NL39 RABO 0300 0652 64",
    "wielen": "Fietsenwinkel Wielen, NL02 ABNA 0123 4567 89",
}
"""Where a shop wants its euro: numbers from banks' own examples, in the bank's usual spelling."""

KLUSSEN = (
    ("band plakken", 30),
    ("hond uitlaten", 30),
    ("hulp met de telefoon", 45),
    ("boodschappen", 60),
    ("formulier invullen", 60),
    ("taalles", 60),
    ("ramen lappen", 60),
    ("kleding herstellen", 75),
    ("gordijnen ophangen", 90),
    ("kast in elkaar zetten", 90),
    ("oppassen", 120),
    ("tuin spitten", 120),
    ("mee naar het ziekenhuis", 150),
)
REWARDED = (
    ("post rondbrengen", 750),
    ("containers buitenzetten", 900),
    ("zwerfvuil ruimen", 1200),
    ("lampen vervangen", 1500),
    ("portiek schoonmaken", 1800),
    ("koken voor de eettafel", 2000),
    ("binnentuin bijhouden", 2400),
)
GOODS = {
    "bart": (("volkorenbrood", 345), ("krentenbollen", 295), ("speculaas", 380), ("vlaai", 1495)),
    "ozkan": (("aardappels", 320), ("tomaten", 275), ("sinaasappels", 365), ("soepgroente", 195)),
    "dehoek": (("melk", 139), ("koffie", 749), ("eieren", 329), ("kaas", 845), ("rijst", 289)),
    "wielen": (("fietsbel", 650), ("achterlicht", 995), ("binnenband", 795)),
}
REPAIRS = (("binnenband", 450), ("stekker", 250), ("snoer", 375), ("rits", 195))
BETWEEN_BUSINESSES = (
    ("bart", "ozkan", 1850, "appels voor de vlaai"),
    ("ozkan", "wijkbedrijf", 2500, "stoep en ramen schoon"),
    ("dehoek", "bart", 3200, "brood voor de winkel"),
    ("bart", "wijkbedrijf", 3000, "folders rondbrengen"),
    ("wielen", "wijkbedrijf", 2000, "stalling opruimen"),
    ("dehoek", "wijkbedrijf", 3500, "boodschappen thuisbrengen"),
)


CURRENCIES = (
    charter.EURO,
    charter.hours(HOURS, 600, 1200, 30_000),
    charter.credits(CREDITS, 250_000),
)
THRESHOLDS: Mapping[str, tuple[Role, int]] = {**charter.THRESHOLDS, "record_bank": ("treasurer", 2)}
SETTINGS = {
    "wijk": "Wijk de Linde",
    "help_name": "Buurthuis De Linde",
    "help_phone": "010 000 00 00",
    "help_hours": "maandag tot en met vrijdag van 9 tot 17 uur",
    "bank_name": "Wijkonderneming De Linde",
    "bank_iban": "NL44RABO0123456789",
    "bank_town": "Rotterdam",
}


def shown(minor: int, currency: str) -> str:
    """Return an amount as people write it: 1:30 of hours, 12,50 of credits."""
    return show_amount(minor, UNITS[currency])


def limits(kind: MemberKind) -> tuple[Limits, ...]:
    """Return how far below and above zero a newcomer of this kind may go."""
    credit = Limits(CREDITS, 0, 25_000 if kind == "person" else 250_000)
    return (credit,) if kind == "shop" else (Limits(HOURS, -600, 1200), credit)
