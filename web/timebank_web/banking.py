"""What settlements and the bank's statements say, in words."""

from datetime import date, datetime, time
from typing import Any

from timebank.errors import Flaw, Unfit
from timebank.services.matching import Kind, Match, Why
from timebank.services.reconciling import Matched
from timebank.services.settlement import Payout
from timebank.services.settlement_runs import Progress, Run
from timebank.services.statements import ZONE
from timebank_web.texts import _, later, ngettext
from timebank_web.words import day, euro

FLAWS = {
    Flaw.BAD_IBAN: later("Het rekeningnummer klopt niet."),
    Flaw.BAD_BIC: later("De BIC van de bank klopt niet."),
    Flaw.BAD_HOLDER: later("De naam bij de bank ontbreekt, is te lang of heeft vreemde tekens."),
    Flaw.BAD_TOWN: later("De plaats is één korte regel zonder komma."),
    Flaw.NO_OWN_ACCOUNT: later(
        "De rekening van de wijk is nog niet ingesteld. Vraag de beheerder om naam en IBAN."
    ),
    Flaw.UNREADABLE_ACCOUNT: later("Het rekeningnummer is gewist. Vraag het de winkel opnieuw."),
    Flaw.AMOUNT_TOO_LARGE: later("Zo’n groot bedrag neemt geen bank aan."),
    Flaw.NOT_SEPA: later("Naar een rekening in dat land kan de wijk niet betalen."),
    Flaw.NO_SUCH_PAYOUT: later("Dit heeft geen winkel ingewisseld. Teken dit niet."),
    Flaw.PAYMENTS_CHANGED: later(
        "Het betaalbestand is niet meer wat er getekend is. Trek het voorstel in en begin opnieuw."
    ),
    Flaw.FILE_TOO_LARGE: later("Dit bestand is te groot voor een afschrift."),
    Flaw.FILE_WITH_ENTITIES: later("Dit bestand is niet te vertrouwen. Het is niet gelezen."),
    Flaw.FILE_BROKEN: later(
        "Dit is geen volledig bankafschrift (CAMT.053). Download het opnieuw bij de bank."
    ),
    Flaw.NOT_A_STATEMENT: later("Dit is geen afschrift. Kies bij de bank het formaat CAMT.053."),
    Flaw.OTHER_ACCOUNT: later("Dit afschrift is van een andere rekening dan die van de wijk."),
    Flaw.NOT_IN_EURO: later("Dit afschrift is niet in euro."),
    Flaw.BAD_AMOUNT: later("In dit bestand staat een bedrag dat niet klopt."),
    Flaw.BALANCES_DIFFER: later("De regels en de saldo’s in dit bestand kloppen niet met elkaar."),
    Flaw.UNKNOWN_LINE: later("Deze regel kennen wij niet."),
    Flaw.LINE_DIFFERS: later("Dat past niet bij deze regel."),
    Flaw.LINE_RECORDED: later("Deze regel is al geboekt."),
    Flaw.RECORDED_BY_HAND: later(
        "Dit bedrag is al met de hand geboekt. Kijk of het dezelfde regel is."
    ),
    Flaw.LINE_IMPORTED: later(
        "Er is al een regel van dit bedrag ingelezen. Boek die bij Uitbetalen aan winkels."
    ),
}
"""Why a bank account, or a file from or for a bank, cannot be used."""

WHYS = {
    Why.NO_REFERENCE: later("Een gewone regel, geen uitbetaling aan een winkel."),
    Why.PARTLY: later("Een deel zijn uitbetalingen aan winkels, een deel niet."),
    Why.TWO_PAYOUTS: later("Het kan bij twee uitbetalingen horen."),
    Why.OTHER_AMOUNT: later("Het kenmerk is van een uitbetaling met een ander bedrag."),
    Why.PAID_BEFORE: later("Deze uitbetaling was al betaald. Is er dubbel betaald?"),
    Why.RETURNED_BEFORE: later("Dit was al eens teruggekomen."),
    Why.NOT_A_RETURN: later("Er kwam geld binnen met het kenmerk van een uitbetaling."),
}
"""Why a line of the bank is none of ours, or is not certain. It is never guessed."""

RUNS = {
    "planned": later("Wacht op handtekeningen"),
    "signed": later("Kan geboekt worden"),
    "posted": later("Naar de bank"),
    "paid": later("Betaald"),
    "returned": later("Er kwam iets terug"),
    "withdrawn": later("Ingetrokken"),
    "expired": later("Verlopen"),
}
"""How far a settlement is."""


def unfit(error: Unfit) -> str:
    """Return why a bank account or file cannot be used."""
    return str(FLAWS[error.code])


def iso_day(iso: str) -> str:
    """Return the bank's day, such as 2026-11-22, as people write it."""
    return day(int(datetime.combine(date.fromisoformat(iso), time(12), ZONE).timestamp()))


def payout_line(payout: Payout) -> dict[str, Any]:
    """Return one payout as a line: the shop, its account as the bank gets it, and the amount."""
    sent = payout.sent_name
    return {
        "name": payout.name or _("Naam gewist"),
        "account": payout.destination,
        "sent": sent if payout.to and sent != payout.to.name else "",
        "flaw": str(FLAWS[payout.flaw]) if payout.flaw else "",
        "amount": euro(payout.amount),
    }


def progress(one: Progress, run: Run) -> tuple[str, str]:
    """Return what became of a payout, in words, and the tone of that: good, wait, bad or ""."""
    if one.returned_on:
        on = iso_day(one.returned_on)
        back = _("Teruggekomen op %(day)s", day=on)
        return (back + ". " + _("De credits zijn terug.") if one.reissued else back), "bad"
    if one.paid_on:
        return _("Betaald op %(day)s", day=iso_day(one.paid_on)), ""
    return {
        "planned": _("Wacht op handtekeningen"),
        "signed": _("Wacht op boeken"),
        "posted": _("Onderweg"),
        "paid": _("Onderweg"),
        "returned": _("Onderweg"),
    }.get(run.state, ""), "wait"


def _nameless(kind: Kind) -> str:
    """What to call a line without a description, as the bank books a whole payment file."""
    return _("Uitbetaling aan winkels") if kind is Kind.PAID else _("Zonder omschrijving")


def _tone(match: Match) -> str:
    """That a line pays no shop is no trouble; that it nearly fits a payout is."""
    if match.kind is Kind.UNMATCHED:
        return "" if match.why is Why.NO_REFERENCE else "wait"
    return "bad" if match.kind is Kind.RETURNED else ""


def bank_line(found: Matched) -> dict[str, Any]:
    """Return an imported line of the bank: what it says, and what it is to the settlements."""
    line, match = found.kept.line, found.match
    names = [" ".join(part for part in (one.name, one.text) if part) for one in line.details]
    count = len(match.payouts)
    what = {
        Kind.PAID: ngettext(
            "%(num)s uitbetaling aan een winkel", "%(num)s uitbetalingen aan winkels", count
        ),
        Kind.RETURNED: _("Kwam terug van de bank"),
        Kind.UNMATCHED: str(WHYS[match.why]) if match.why else "",
    }[match.kind]
    return {
        "id": line.id,
        "when": iso_day(line.day),
        "amount": euro(line.amount),
        "incoming": line.amount > 0,
        "text": "; ".join(name for name in names if name)[:140] or _nameless(match.kind),
        "what": what,
        "tone": _tone(match),
    }
