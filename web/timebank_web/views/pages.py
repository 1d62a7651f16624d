"""What everybody may read: welcome, help, and who sees what."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from timebank.standalone import packing
from timebank_web.current import public, somebody, the_bank
from timebank_web.downloads import download
from timebank_web.paths import PATHS

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
    """Whom to call, and answers to what people ask."""
    return render_template("help.html")


@blueprint.get(PATHS["privacy"])
@public
def privacy() -> str:
    """Who sees what of whom, and what is kept."""
    return render_template("privacy.html")


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
    return download(packing.pack(), packing.NAME, "application/octet-stream")
