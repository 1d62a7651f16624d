"""What the self-check found, in words for treasurers: what is wrong, since when, what to do."""

from typing import Any

from timebank.services import selfcheck
from timebank.services.bank import Bank
from timebank.services.selfcheck import Finding
from timebank_web.texts import _, later
from timebank_web.words import when

SHOWN = 3
"""Details of one check; `audit check` tells them all."""

_CHANGED = later("Bel wie de computer beheert. Verander zelf niets. Vertel het de kascommissie.")
_TITLES = {
    "append_only": later("De beveiliging van het boek staat uit."),
    "journal": later("Een boeking in het boek is veranderd of klopt niet."),
    "newest": later("Een nieuwe boeking in het boek is veranderd of klopt niet."),
    "tree": later("Het zegel over de boekingen klopt niet."),
    "fold": later("Een lijst met rekeningen, leden of rechten is veranderd."),
    "sums": later("Een saldo is niet de som van zijn boekingen."),
    "openings": later("Een naam of omschrijving is veranderd."),
    "guard": later("Het boek mist iets dat al bevestigd was."),
    "seals": later("De kascommissie tekende voor een ander boek dan dit."),
    "cover": later("Er zijn meer credits in omloop dan er euro’s tegenover staan."),
    "circulation": later("De credits in omloop kloppen niet met wat er gemaakt is."),
    "reserve": later("De dekking klopt niet met de bankrekening in het boek."),
    "bank": later("De bankrekening in het boek staat onder nul."),
    "transit": later("De bank betaalde meer aan winkels dan er is afgerekend."),
    "redemptions": later("Wat winkels inleverden klopt niet met wat er nog betaald moet worden."),
    "destinations": later("Een rekening van een winkel is niet meer wat de winkel tekende."),
    "backing": later("Een bankregel dekt meer credits dan hij waard is."),
}
_SOMETHING = later("Er klopt iets niet in de boeken.")
_TODO = {
    "transit": later("Zoek de bankregel die te vroeg of dubbel is geboekt, en draai hem terug."),
}


def standing(bank: Bank) -> list[dict[str, Any]]:
    """Return what stands now, by check: {title, todo, since, details, more}.

    `details` are the first few, for who helps, in English; `more` counts the others.
    """
    by_check: dict[str, list[Finding]] = {}
    for one in selfcheck.findings(bank):
        by_check.setdefault(one.check, []).append(one)
    return [
        {
            "title": str(_TITLES.get(check, _SOMETHING)),
            "todo": str(_TODO.get(check, _CHANGED)),
            "since": when(min(one.since for one in found)),
            "details": [f"{check}: {one.detail}" for one in found[:SHOWN]],
            "more": len(found[SHOWN:]),
        }
        for check, found in by_check.items()
    ]


def last_look(bank: Bank) -> str:
    """Return when the books were last checked, in words."""
    looked = max(selfcheck.last_run(bank, depth).finished for depth in ("quick", "full"))
    return when(looked) if looked else _("nog niet")
