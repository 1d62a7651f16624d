"""What everybody may read: welcome, help, who sees what, and the figures of the wijk."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from timebank.journal.checkpoints import read_note
from timebank.ledger.facts import Currency
from timebank.services import membership, receipts
from timebank.standalone import packing
from timebank_web.current import currencies, public, somebody, the_bank
from timebank_web.paths import PATHS
from timebank_web.texts import _, later
from timebank_web.words import currency_label, euro, money

blueprint = Blueprint("pages", __name__)


@blueprint.get(PATHS["welcome"])
@public
def welcome() -> ResponseReturnValue:
    """The front door; whoever is signed in walks through."""
    if somebody():
        return redirect(PATHS["home"])
    return render_template("welcome.html", payee=None)


@blueprint.get(PATHS["help"])
@public
def help_page() -> str:
    return render_template("help.html")


@blueprint.get(PATHS["privacy"])
@public
def privacy() -> str:
    return render_template("privacy.html")


@blueprint.get(PATHS["public"])
@public
def figures() -> str:
    """Totals and the latest checkpoint: nothing here is about one person."""
    bank = the_bank()
    checkpoint = read_note(receipts.latest_note(bank))
    people = membership.people_of(bank)
    return render_template(
        "public.html",
        ledger_id=bank.ledger,
        checkpoint={
            "size": checkpoint.size,
            "hash": checkpoint.root.hex(),
            "href": url_for("pages.checkpoint"),
        },
        currencies=[
            _figures(currency)
            for currency in currencies().values()
            if currency.policy.kind != "euro"
        ],
        reserve=euro(sum(currency.reserve for currency in currencies().values())),
        members=sum(person.status == "active" for person in people),
    )


@blueprint.get(PATHS["verify"])
@public
def verify() -> str:
    """Where a browser checks a receipt by itself: nothing of it is sent here."""
    return render_template(
        "verify.html",
        ledger_id=the_bank().ledger,
        verifier={"href": url_for("pages.verifier"), "sha256": packing.digest()},
    )


@blueprint.get(PATHS["verify"] + "/" + packing.NAME)
@public
def verifier() -> Response:
    """The verifier as one file, for a laptop that has only Python."""
    return Response(
        packing.pack(),
        mimetype="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{packing.NAME}"'},
    )


@blueprint.get(PATHS["public"] + "/stand")
@public
def checkpoint() -> Response:
    """The latest checkpoint as a signed note, to keep and compare later."""
    note = receipts.latest_note(the_bank())
    size = read_note(note).size
    return Response(
        note,
        mimetype="text/plain",
        headers={"Content-Disposition": f'attachment; filename="stand-{size}.txt"'},
    )


def _figures(currency: Currency) -> dict[str, object]:
    code, kind = currency.code, currency.policy.kind
    if kind == "mutual":
        return {
            "label": currency_label(code),
            "kind": _("Een uur is een uur. Alle saldo’s samen zijn altijd nul."),
            "rows": [{"label": _("Alle saldo’s samen"), "amount": money(0, code)}],
        }
    rows = [
        {"label": _("Gemaakt"), "amount": money(currency.issued, code)},
        {"label": _("Weer ingeleverd"), "amount": money(currency.retired, code)},
        {"label": _("Nu in omloop"), "amount": money(currency.in_circulation, code)},
    ]
    return {"label": currency_label(code), "kind": str(_KINDS[kind]), "rows": rows}


_KINDS = {
    "backed": later("Tegenover elke credit staat een euro op de bank."),
    "budget": later("Betaald uit een potje met een einddatum."),
}
