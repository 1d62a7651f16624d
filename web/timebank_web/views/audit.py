"""For the kascommissie: reads everything and moves nothing. Sealing, report, bundle, verifier."""

from itertools import chain
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from timebank.errors import Code, Refusal
from timebank.journal import ProofError
from timebank.ledger.seals import Seal, read_statement
from timebank.services import auditing, seals, statistics
from timebank.services.reporting import making
from timebank.services.reporting.page import page
from timebank.services.reporting.paper import paper
from timebank.services.reporting.values import Report
from timebank.services.statements import local
from timebank.signing.messages import Tag
from timebank.standalone import packing
from timebank_web import findings
from timebank_web.current import me, read_json, role, rp_id, say, the_bank
from timebank_web.downloads import download
from timebank_web.language import language
from timebank_web.paths import PATHS
from timebank_web.signing import hidden_values, my_keys
from timebank_web.texts import _
from timebank_web.views.orders import refused
from timebank_web.words import when

blueprint = Blueprint("audit", __name__)


@blueprint.get(PATHS["audit"])
@role("auditor")
def desk() -> str:
    """What the kascommissie works with: the checkpoint, and everything to take home."""
    bank = the_bank()
    statement = seals.draft(bank)
    found = seals.seals(bank)
    this_year, first_year = local(bank.clock.now()).year, statistics.first_day(bank).year
    return render_template(
        "audit.html",
        findings=findings.standing(bank),
        last_look=findings.last_look(bank),
        ledger_id=bank.ledger,
        checkpoint={
            "size": statement.size,
            "root": statement.root,
            "href": url_for("public.checkpoint"),
            "sealed": any((each.member, each.size) == (me().id, statement.size) for each in found),
        },
        seals=[
            {"name": each.name or _("naam gewist"), "size": each.size, "when": when(each.time)}
            for each in found[:10]
        ],
        seal=url_for("audit.seal"),
        years=[
            {
                "year": year,
                "page": url_for("audit.report_page", year=year),
                "paper": url_for("audit.report_paper", year=year),
            }
            for year in (this_year, this_year - 1)
            if year >= first_year
        ],
        bundle=url_for("audit.bundle"),
        verifier={"href": url_for("pages.verifier"), "sha256": packing.digest()},
        places=[
            {"href": url_for("books.entries"), "label": _("Alle boekingen")},
            {"href": url_for("books.members"), "label": _("Alle leden")},
            {"href": PATHS["proposals"], "label": _("Voorstellen en dekking")},
            {"href": url_for("books.rules"), "label": _("Regels en taken")},
        ],
    )


# ---- sealing


@blueprint.get(PATHS["audit"] + "/tekenen")
@role("auditor")
def seal() -> str:
    """What is signed: that these entries were checked, with the root that stands on paper."""
    statement = seals.draft(the_bank())
    return render_template(
        "audit_seal.html",
        facts=[
            {
                "label": _("Aantal boekingen"),
                "text": str(statement.size),
                "field": "size",
                "as": "int",
                "value": statement.size,
            },
        ],
        root=statement.root,
        draft={
            "order": statement.data.decode("ascii"),
            "keys": my_keys(),
            "rp_id": rp_id(),
            "type": "",
            "tag": Tag.SEAL.value,
            "post": url_for("audit.keep_seal"),
            "outcome": "",
            "hidden": hidden_values(statement.data, ("size", "root")),
        },
        leave=PATHS["audit"],
    )


@blueprint.post(PATHS["audit"] + "/tekenen")
@role("auditor")
def keep_seal() -> ResponseReturnValue:
    """Keep a seal that whoever is looking has signed."""
    try:
        kept = seals.keep(the_bank(), _signed(read_json()))
    except Refusal as refusal:
        return refused(refusal)
    except ProofError:
        return {
            "state": "refused",
            "code": "not_proven",
            "message": _("Dit is niet de stand van dit boek. Waarschuw de andere leden."),
        }, 409
    say("good", _("U hebt getekend voor %(size)s boekingen.", size=kept.size))
    return {"state": "posted", "go": PATHS["audit"]}


def _signed(sent: Any) -> Seal:
    if not isinstance(sent, dict) or not isinstance(sent.get("order"), str):
        raise Refusal(Code.BAD_FIELD, field="seal")
    given = sent.get("authorizations")
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], dict):
        raise Refusal(Code.BAD_FIELD, field="authorizations")
    return Seal(read_statement(sent["order"].encode("utf-8", "replace")), given[0])


# ---- to take home


@blueprint.get(PATHS["audit"] + "/verslag-<int:year>.html")
@role("auditor")
def report_page(year: int) -> Response:
    """The year report as a page in one file."""
    text = page(_report(year), language())
    return download(text, f"verslag-{year}.html", "text/html")


@blueprint.get(PATHS["audit"] + "/verslag-<int:year>.pdf")
@role("auditor")
def report_paper(year: int) -> Response:
    """The year report on paper."""
    return download(paper(_report(year), language()), f"verslag-{year}.pdf", "application/pdf")


def _report(year: int) -> Report:
    if not 2000 <= year <= 2099:
        raise NotFound
    try:
        return making.from_bank(the_bank(), year)
    except ValueError:
        raise NotFound from None


@blueprint.get(PATHS["audit"] + "/kasboek.bundle")
@role("auditor")
def bundle() -> Response:
    """The audit bundle: the whole journal, without names."""
    # The first line is made before the answer begins: what the guard refuses is said as an error.
    lines = auditing.export(the_bank())
    first = next(lines)
    return download(chain([first], lines), "kasboek.bundle", "application/octet-stream")
