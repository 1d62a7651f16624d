"""Everything in words a neighbour uses: amounts, times, and why something was not done."""

from datetime import date, timedelta
from decimal import Decimal

from flask import Flask
from flask_babel import format_date, format_decimal

from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.services.statements import local
from timebank_web.current import currencies, the_bank
from timebank_web.texts import _, later, ngettext

MINUS = "\N{MINUS SIGN}"


def install(app: Flask) -> None:
    """Give the templates these words as filters."""
    app.jinja_env.filters.update(money=money, when=when, day=day)


# ---- amounts


def money(minor: int, currency: str) -> str:
    """Return "1 uur 30 min" or "12,50 credits"; below zero with a real minus sign.

    On the page that signs a payment order.js reads this text back.
    """
    sign, size = (MINUS if minor < 0 else ""), abs(minor)
    if currencies()[currency].unit == "minute":
        return sign + duration(size)
    return f"{sign}{_decimals(size)} {_money_name(currency)}"


def euro(cents: int) -> str:
    """Return "12,50 euro"."""
    return f"{MINUS if cents < 0 else ''}{_decimals(abs(cents))} " + _("euro")


def percent(hundredths: int) -> str:
    """Return "1,5%" for 150 hundredths of a percent."""
    return str(format_decimal(Decimal(hundredths).scaleb(-2), "#,##0.##")) + "%"


def _decimals(cents: int) -> str:
    return str(format_decimal(Decimal(cents).scaleb(-2), "#,##0.00"))


def together(amounts: list[tuple[int, str]]) -> str:
    """Return several amounts in one line: "30 min en 4,50 credits"."""
    return _(" en ").join(money(minor, currency) for minor, currency in amounts)


def credits(cents: int) -> str:
    """Return "12,50 credits", of whichever kind."""
    return f"{MINUS if cents < 0 else ''}{_decimals(abs(cents))} " + _("credits")


def duration(minutes: int) -> str:
    """Return "1 uur 30 min", of minutes that are not below zero."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(num)s uur", "%(num)s uur", hours))
    if rest or not hours:
        parts.append(_("%(count)s min", count=rest))
    return " ".join(parts)


def _money_name(currency: str) -> str:
    """Credits are called credits, unless there are two kinds of them."""
    if currencies()[currency].policy.kind == "euro":
        return _("euro")
    kinds = [
        one for one in currencies().values() if one.unit == "cent" and one.policy.kind != "euro"
    ]
    return _("credits") if len(kinds) == 1 else f"{currency.lower()}-" + _("credits")


def currency_label(currency: str) -> str:
    """Return what a currency is called at the top of a list: "Uren", "Credits"."""
    if currencies()[currency].unit == "minute":
        return _("Uren")
    name = _money_name(currency)
    return name[0].upper() + name[1:]


# ---- times


def day(seconds: int) -> str:
    """Return "22 november 2026", as the calendar in the neighbourhood has it."""
    return date_words(local(seconds).date())


def date_words(which: date) -> str:
    """Return "22 november 2026"."""
    return str(format_date(which, "d MMMM yyyy"))


def month(first: date) -> str:
    """Return "november 2026"."""
    return str(format_date(first, "MMMM yyyy"))


def short_day(which: date) -> str:
    """Return "22 nov", for a table that says elsewhere which year it is about."""
    return str(format_date(which, "d MMM"))


def moment(seconds: int) -> str:
    """Return "22 november 2026 om 14:05", which is as true on paper a year later."""
    return _("%(day)s om %(time)s", day=day(seconds), time=clock_time(seconds))


def when(seconds: int) -> str:
    """Return "vandaag om 14:05", "gisteren om 9:30" or "22 november 2026 om 14:05"."""
    moment, today = local(seconds), local(the_bank().clock.now()).date()
    near = {today: _("vandaag"), today - timedelta(days=1): _("gisteren")}
    which = near.get(moment.date()) or day(seconds)
    return _("%(day)s om %(time)s", day=which, time=clock_time(seconds))


def clock_time(seconds: int) -> str:
    """Return "14:05"."""
    moment = local(seconds)
    return f"{moment.hour}:{moment.minute:02}"


# ---- why not

_BROKEN = later("Deze opdracht klopt niet. Ga terug en begin opnieuw.")
_SIGNATURE = later("Uw handtekening klopt niet. Ga terug en begin opnieuw.")
_TAKEN = later("Dit is al eens verstuurd. Kijk in uw overzicht.")
_NOT_ALLOWED = later("Dit mag niet volgens de regels van de wijk.")
_NOT_NOW = later("Er kan nu niet geboekt worden. Probeer het straks opnieuw of vraag om hulp.")

SENTENCES = {
    Code.TOO_LARGE: _BROKEN,
    Code.NOT_CANONICAL: _BROKEN,
    Code.BAD_FIELD: _BROKEN,
    Code.UNKNOWN_TYPE: _BROKEN,
    Code.BAD_KEY: later("Deze sleutel is niet goed. Maak een nieuwe sleutel."),
    Code.BAD_SIGNATURE: _SIGNATURE,
    Code.BAD_CHALLENGE: _SIGNATURE,
    Code.BAD_ORIGIN: later("U bent op een verkeerd adres. Kijk goed naar de naam ervan."),
    Code.NOT_VERIFIED_USER: later(
        "Uw telefoon herkende u niet. Gebruik gezicht, vinger of pincode."
    ),
    Code.OTHER_LEDGER: later("Dit is voor een andere wijk."),
    Code.NOT_YET: later("De klok klopt niet. Vraag om hulp."),
    Code.EXPIRED: later("Het duurde te lang. Ga terug en begin opnieuw."),
    Code.VALID_TOO_LONG: _BROKEN,
    Code.UNKNOWN_MEMBER: later("Deze code kennen wij niet. Misschien is hij van een andere wijk."),
    Code.UNKNOWN_ACCOUNT: later("Een van u beiden heeft hier geen rekening voor."),
    Code.UNKNOWN_CURRENCY: later("Dit geld kennen wij hier niet."),
    Code.UNKNOWN_KEY: later("Deze sleutel kennen wij niet. Bel voor een nieuwe sleutel."),
    Code.UNKNOWN_ENTRY: later("Dit kunnen wij niet vinden. Misschien is het van een andere wijk."),
    Code.ORDER_ID_USED: _TAKEN,
    Code.ALREADY_POSTED: _TAKEN,
    Code.ID_TAKEN: _TAKEN,
    Code.REQUEST_USED: later("Met deze code is al betaald. Vraag om een nieuwe code."),
    Code.INVITATION_USED: later("Deze uitnodiging is al gebruikt. Vraag om een nieuwe."),
    Code.WITHDRAWN: later("Dit voorstel is ingetrokken."),
    Code.ALREADY_SETTLED: later("Dit is al uitbetaald."),
    Code.NOT_AUTHORIZED: later("U mag dit niet alleen doen."),
    Code.KEY_REVOKED: later("Deze sleutel is geblokkeerd. Bel voor een nieuwe sleutel."),
    Code.KEY_NOT_ACTIVE: later("Uw nieuwe sleutel werkt nog niet. Wacht nog even."),
    Code.KEY_SCOPE: later("Dat mag niet met deze sleutel. Gebruik uw telefoon of vraag om hulp."),
    Code.MEMBER_SUSPENDED: later("Een van u beiden is geblokkeerd. Vraag om hulp."),
    Code.MEMBER_LEFT: later("Deze persoon doet niet meer mee."),
    Code.TOO_FEW_APPROVALS: later("Hier moeten meer mensen voor tekenen."),
    Code.DOUBLE_APPROVAL: later("U hebt al getekend. Iemand anders moet ook tekenen."),
    Code.TOO_FEW_HOLDERS: later("Dan blijven er te weinig mensen over met deze taak."),
    Code.ROLE_CONFLICT: later("Deze twee taken mogen niet samen bij één persoon."),
    Code.BAD_INVITATION: later("Deze uitnodiging klopt niet. Vraag om een nieuwe."),
    Code.INVITATION_EXPIRED: later("Deze uitnodiging is verlopen. Vraag om een nieuwe."),
    Code.PAYER_IS_PAYEE: later("Dit is uw eigen code. U kunt niet aan uzelf betalen."),
    Code.DUPLICATE_LEG: _BROKEN,
    Code.WRONG_CURRENCY: later("U kunt hier niet met dit geld betalen."),
    Code.NOT_BETWEEN_THESE: later("Met credits betaalt u in winkels, niet aan buren."),
    Code.POLICY_FORBIDS: _NOT_ALLOWED,
    Code.REQUEST_DIFFERS: later("Het gevraagde bedrag is anders. Scan de code opnieuw."),
    Code.REQUEST_EXPIRED: later("Deze code is verlopen. Vraag om een nieuwe code."),
    Code.NOT_THE_PAYEE: later("U kunt alleen teruggeven wat u zelf kreeg."),
    Code.RETURNS_TOO_MUCH: later("Dat is meer dan er betaald is."),
    Code.BACKING_TOO_SMALL: later("Er staat niet genoeg euro op de bank voor deze credits."),
    Code.BUDGET_ENDED: later("Dit potje is gesloten."),
    Code.NO_AGREEMENT: later("U bent nog niet akkoord met de afspraken. Lees en teken ze eerst."),
    Code.BELOW_MINIMUM: later("Dat is te weinig om in te wisselen. Wacht tot u meer hebt."),
    Code.WRONG_FEE: later("De kosten zijn net veranderd. Ga terug en begin opnieuw."),
    Code.BALANCE_NOT_ZERO: later("Er staat nog iets op uw rekening. Maak die eerst leeg."),
    Code.LIMIT_NOT_ALLOWED: later("Deze grens mag niet."),
    Code.BATCH_INCOMPLETE: _BROKEN,
    Code.BELOW_FLOOR: later("U hebt niet genoeg. Vraag of u een deel mag betalen."),
    Code.ABOVE_CEILING: later("De ander kan niet zo veel ontvangen. Vraag om hulp."),
    Code.DAILY_CAP: later("Met deze sleutel kunt u vandaag niets meer betalen. Morgen wel."),
    Down.CLOCK: _NOT_NOW,
    Down.GUARD_MISMATCH: _NOT_NOW,
    Down.GUARD_MISSING: _NOT_NOW,
    Down.GUARD_UNREADABLE: _NOT_NOW,
    Down.GUARD_UNWRITABLE: _NOT_NOW,
    Down.JUST_RESTORED: later("Alles is net hersteld. Over een kwartier kunt u weer betalen."),
    Down.NOT_A_LEDGER: _NOT_NOW,
    Down.NEWER_SCHEMA: _NOT_NOW,
    Down.OLDER_SCHEMA: _NOT_NOW,
    Down.TRIGGERS_MISSING: _NOT_NOW,
    Down.READ_ONLY: _NOT_NOW,
    Down.LOCKED: later("Het is nu erg druk. Probeer het over een minuut opnieuw."),
    Down.LOST_CONNECTION: _NOT_NOW,
    Down.RULES_UNKNOWN: _NOT_NOW,
    Down.NO_LOG_KEY: _NOT_NOW,
    Down.FINDINGS: later(
        "De boeken kloppen niet helemaal. Er wordt nu niets uitbetaald. Betalen kan gewoon."
    ),
}
"""One sentence or two for everything the engine says no with."""


def sentence(error: Refusal | Unavailable) -> str:
    """Return why something was not done, as a neighbour reads it."""
    return str(SENTENCES[error.code])
