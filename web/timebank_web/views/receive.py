"""Receiving: one's own static code and poster, or a request for an amount."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.services import requests
from timebank_web.asking import (
    amount_fields,
    as_json,
    ask,
    find_own,
    panel,
    receivable,
    spaced,
    standing,
)
from timebank_web.current import link, me, member, say, the_bank, wants_json
from timebank_web.paths import PATHS
from timebank_web.qr import picture
from timebank_web.texts import _

blueprint = Blueprint("receive", __name__)


@blueprint.get(PATHS["receive"])
@member
def choose() -> ResponseReturnValue:
    """The static code, and the form for a request."""
    return _form({}, {})


@blueprint.post(PATHS["receive"])
@member
def make() -> ResponseReturnValue:
    """Make a request; for a script its panel, for others its own page."""
    made, errors = ask(me(), request.form)
    if made is None:
        if wants_json():
            return {"errors": errors}, 422
        return _form(request.form.to_dict(), errors), 422
    if wants_json():
        return as_json(_panel(made))
    return redirect(url_for("receive.show", code=made.code))


@blueprint.get("/verzoek/<code>")
@member
def show(code: str) -> ResponseReturnValue:
    """One request, on its own page."""
    shown = _panel(find_own(me().id, code))
    return render_template("request.html", ask={**shown, "renew": PATHS["receive"]})


@blueprint.get("/verzoek/<code>/stand")
@member
def poll(code: str) -> ResponseReturnValue:
    """Say what has become of a request."""
    return standing(find_own(me().id, code))


@blueprint.post("/verzoek/<code>/stop")
@member
def cancel(code: str) -> ResponseReturnValue:
    """Stop a request."""
    requests.cancel(the_bank(), me().id, code)
    return redirect(PATHS["receive"])


@blueprint.get(PATHS["poster"])
@member
def poster() -> ResponseReturnValue:
    """The static code to print and hang up."""
    code = requests.payee_code(the_bank(), me().id)
    return render_template(
        "poster.html",
        payee={"name": me().name, "place": ""},
        qr=picture(link("B", code), _qr_text(code), poster=True),
        code=spaced(code),
        serial=code[:4],
        back=PATHS["receive"],
        replace=url_for("receive.replace"),
    )


@blueprint.post(PATHS["poster"] + "/nieuw")
@member
def replace() -> ResponseReturnValue:
    """Make one's static code worthless, with every poster that has it, and make another."""
    if request.form.get("sure") != "yes":
        say("warn", _("Zet eerst het vinkje. Uw code is nog dezelfde."))
    else:
        requests.replace_code(the_bank(), me().id)
        say("good", _("U hebt een nieuwe code. De oude werkt niet meer."))
    return redirect(PATHS["poster"])


def _form(form: dict[str, str], errors: dict[str, str]) -> str:
    code = requests.payee_code(the_bank(), me().id)
    return render_template(
        "receive.html",
        own={
            "qr": picture(link("B", code), _qr_text(code)),
            "code": spaced(code),
            "poster": PATHS["poster"],
        },
        asks=amount_fields(receivable(me()), form, errors),
        memo=form.get("memo", ""),
        errors=errors,
        post=PATHS["receive"],
    )


def _qr_text(code: str) -> str:
    return _("QR-code om %(name)s te betalen, code %(code)s", name=me().name, code=spaced(code))


def _panel(made: requests.Request) -> dict[str, object]:
    code = made.code
    return panel(made, url_for("receive.poll", code=code), url_for("receive.cancel", code=code))
