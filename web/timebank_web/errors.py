"""What is shown when something could not be done: one page, or JSON for a script."""

from flask import Flask, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from timebank.errors import Code, Refusal, TimebankError, Unavailable, Unfit
from timebank_web.banking import unfit
from timebank_web.current import somebody, wants_json
from timebank_web.paths import PATHS
from timebank_web.texts import _
from timebank_web.words import sentence

_MALFORMED = {
    Code.TOO_LARGE, Code.NOT_CANONICAL, Code.BAD_FIELD, Code.UNKNOWN_TYPE, Code.BAD_KEY,
}  # fmt: skip
_NOT_THERE = {Code.UNKNOWN_MEMBER, Code.UNKNOWN_ENTRY, Code.UNKNOWN_KEY}


def install(app: Flask) -> None:
    """Let every error end in a sentence."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(Unfit, _unfit)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status for a refusal."""
    if refusal.code in _MALFORMED:
        return 422
    return 404 if refusal.code in _NOT_THERE else 409


def _refused(refusal: Refusal) -> ResponseReturnValue:
    return answer(status_of(refusal), refusal.code, _("Dat kan niet"), sentence(refusal))


def _unfit(error: Unfit) -> ResponseReturnValue:
    return answer(409, error.code, _("Dat kan niet"), unfit(error))


def _unavailable(error: Unavailable) -> ResponseReturnValue:
    current_app.logger.error("%s", error)
    return answer(503, error.code, _("Nu even niet"), sentence(error))


def _csrf(error: CSRFError) -> ResponseReturnValue:
    todo = _("Deze pagina stond te lang open. Laad de pagina opnieuw.")
    return answer(400, "csrf", _("Probeer het opnieuw"), todo)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    title, text = {
        403: (_("Dat kan niet"), _("Dit verzoek kwam niet van onze eigen pagina.")),
        404: (_("Niet gevonden"), _("Deze pagina bestaat niet. Controleer het adres of de code.")),
        405: (_("Dat kan niet"), _("Dat kan hier niet.")),
        413: (_("Te groot"), _("Wat u stuurde is te groot.")),
        429: (_("Even wachten"), _("Dat ging te snel achter elkaar. Wacht een minuut.")),
    }.get(code, (_("Er ging iets mis"), _("Er ging iets mis. Probeer het opnieuw.")))
    if code >= 500:
        current_app.logger.error("%s", error)
    return answer(code, error.name.lower().replace(" ", "_"), title, text)


def answer(status: int, code: str, title: str, text: str) -> ResponseReturnValue:
    """Return an error as a page, or as JSON `{error, message}` for a script."""
    if wants_json():
        return {"error": code, "message": text}, status
    try:
        home = PATHS["home"] if somebody() else PATHS["welcome"]
        page = render_template(
            "error.html",
            title=title,
            sentence=text,
            todo=_("Er is niets veranderd."),
            next={"href": home, "label": _("Naar het begin")},
        )
    except TimebankError:
        # Not even the wijk's own name can be read: a sentence is all there is.
        return make_response(text, status, {"Content-Type": "text/plain; charset=utf-8"})
    return make_response(page, status)
