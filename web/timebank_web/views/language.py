"""Choosing a language, from any page and back to it."""

from flask import Blueprint, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue

from timebank_web.current import public
from timebank_web.language import LANGUAGES, inside, remember

blueprint = Blueprint("language", __name__)


@blueprint.get("/taal/<language>")
@public
def choose(language: str) -> ResponseReturnValue:
    """Remember a language and go on with `next`, a page of this site."""
    if language not in LANGUAGES:
        abort(404)
    there = redirect(inside(request.args.get("next", "/")))
    return remember(make_response(there), language)
