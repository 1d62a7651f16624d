"""Rewards in words: what is wrong with a line or a file, and what a total is held against."""

from timebank.services.parameters import Found
from timebank.services.periods import Period
from timebank.services.reward_file import BadFile, FileProblem, Problem
from timebank.units import Unit
from timebank_web.texts import _, later
from timebank_web.words import duration, euro, month

PROBLEMS = {
    Problem.CELLS: later("Deze regel heeft te veel of te weinig vakjes."),
    Problem.FORMULA: later("Er staat een formule in een vakje. Typ daar gewone tekst."),
    Problem.NO_PERSON: later("Er staat niet wie het krijgt."),
    Problem.UNKNOWN_PERSON: later("Niemand hier heet zo."),
    Problem.AMBIGUOUS_PERSON: later("Twee mensen heten zo. Typ de code van de poster."),
    Problem.LEFT: later("Deze persoon doet niet meer mee."),
    Problem.SUSPENDED: later("Deze persoon is geblokkeerd."),
    Problem.NOT_A_PERSON: later("Dit is een winkel of organisatie."),
    Problem.NO_ACCOUNT: later("Een van u beiden heeft hier geen rekening voor."),
    Problem.NO_AMOUNT: later("Er staat geen bedrag."),
    Problem.NOT_AN_AMOUNT: later("Dit is geen bedrag. Typ tijd als 1:30 en credits als 12,50."),
    Problem.ZERO: later("Het bedrag is nul."),
    Problem.NEGATIVE: later("Het bedrag is minder dan nul."),
    Problem.DECIMALS: later("Er staan meer dan twee cijfers achter de komma."),
    Problem.TOO_MUCH: later("Dit past niet meer op de rekening van deze persoon."),
    Problem.NO_DATE: later("Er staat geen datum."),
    Problem.NOT_A_DATE: later("Dit is geen datum. Typ 21-11-2026."),
    Problem.FUTURE: later("De datum is nog niet geweest."),
    Problem.LONG_AGO: later("De datum is meer dan een jaar geleden."),
    Problem.NO_JOB: later("Er staat niet waarvoor het is."),
    Problem.LONG_JOB: later("Er staat te veel tekst bij de klus."),
    Problem.REPEATED: later("Deze regel staat er twee keer. Is het echt zo? Maak de klus anders."),
}

FILE_PROBLEMS = {
    FileProblem.TOO_LARGE: later("Dit bestand is te groot. Maak er twee van."),
    FileProblem.NOT_A_TABLE: later("Dit is geen tabel. Kies bij Opslaan als: CSV."),
    FileProblem.BROKEN: later("Er staat een aanhalingsteken in dat nergens ophoudt."),
    FileProblem.EMPTY: later("Er staan geen regels in dit bestand."),
    FileProblem.TOO_MANY: later("Er staan te veel regels in dit bestand. Maak er twee van."),
    FileProblem.NO_COLUMN: later("Er mist een kolom: %(column)s."),
    FileProblem.TWO_COLUMNS: later("Deze kolom staat er twee keer: %(column)s."),
}
COLUMNS = {
    "person": later("persoon"),
    "amount": later("bedrag"),
    "date": later("datum"),
    "job": later("klus"),
}


def file_sentence(bad: BadFile) -> str:
    """Return why a file cannot be read."""
    text = str(FILE_PROBLEMS[bad.problem])
    return text % {"column": COLUMNS[bad.detail]} if bad.detail else text


def limit_words(found: Found) -> str:
    """Return an amount with its source and its year: never what it means for anybody."""
    parameter = found.parameter
    words = _(
        "%(amount)s (%(source)s, %(year)s)",
        amount=euro(found.cents),
        source=parameter.source,
        year=parameter.year,
    )
    if not found.dated:
        return words
    later_year = _("Van een later jaar kennen wij het bedrag nog niet.")
    return f"{words}. {later_year}"


def period_words(period: Period) -> str:
    """Return "november 2026" or "2026"."""
    return month(period.first) if period.month else str(period.year)


def total_words(minor: int, unit: Unit) -> str:
    """Return a total over currencies: in euro for credits, in hours for hours."""
    return euro(minor) if unit is Unit.CENT else duration(minor)
