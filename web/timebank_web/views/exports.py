"""Which files left the house: for who keeps the books, and for who checks them."""

from flask import Blueprint, render_template

from timebank.services import membership
from timebank.services.exporting import Export, exported
from timebank_web.current import role, the_bank
from timebank_web.paths import PATHS
from timebank_web.texts import _, later
from timebank_web.words import date_words, when

blueprint = Blueprint("exports", __name__)

FORMATS = {
    "beancount": later("Boeken voor beancount"),
    "csv": later("Alles als tabellen"),
    "hledger": later("Boeken voor hledger"),
    "xaf": later("Auditfile voor de boekhouder"),
}


@blueprint.get(PATHS["exports"])
@role("auditor", "treasurer")
def exports() -> str:
    """Every export there was, the newest first. Making one is done at the keyboard."""
    bank = the_bank()
    names = {person.id: person.name for person in membership.people_of(bank)}
    return render_template(
        "exports.html",
        exports=[_row(export, names.get(export.by, "")) for export in exported(bank)],
    )


def _row(export: Export, by: str) -> dict[str, object]:
    return {
        "title": str(FORMATS[export.format]),
        "period": _(
            "%(first)s tot en met %(last)s",
            first=date_words(export.first),
            last=date_words(export.last),
        ),
        "names": export.names,
        "encrypted": export.encrypted,
        "by": _("De beheerder van de server") if not export.by else by or _("naam gewist"),
        "when": when(export.time),
        "sha256": export.sha256,
    }
