"""What everybody may read: welcome, help, and who sees what."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from timebank_web.current import public, somebody, the_bank
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
    return render_template("help.html")


@blueprint.get(PATHS["privacy"])
@public
def privacy() -> str:
    return render_template("privacy.html")


@blueprint.get(PATHS["verify"])
@public
def verify() -> str:
    """Where a browser checks a receipt by itself: nothing of it is sent here."""
    return render_template("verify.html", ledger_id=the_bank().ledger)
