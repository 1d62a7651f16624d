"""Which language a page is in: the one that was chosen, else the browser's own, else Dutch."""

import re
from typing import cast

from flask import Flask, Response, current_app, request, url_for
from flask_babel import Babel, get_locale

LANGUAGES = {"nl": "Nederlands", "en": "English"}
"""Every language by its code, in its own words. The source texts are Dutch."""

_WRITTEN_AS = {"en": "en-GB"}
"""For browsers, which write dates too: 22 November 2026, and 14:05."""

YEAR = 365 * 86_400
_INSIDE = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")


def install(app: Flask) -> None:
    """Let every text and number follow the reader's language, and every page offer the others."""
    Babel(app, default_locale="nl", default_timezone="Europe/Amsterdam", locale_selector=_wanted)
    app.context_processor(_context)


def remember(response: Response, language: str) -> Response:
    """Keep a choice in this browser for a year, also after signing out."""
    response.set_cookie(
        _cookie(),
        language,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def inside(address: str) -> str:
    """Return an address of this site as it is; anything else as the beginning.

    Browsers read "//elsewhere" and a backslash or tab in that place as another site.
    """
    return address if _INSIDE.fullmatch(address) else "/"


def language() -> str:
    """Return the code of the language that this page is in."""
    return cast(str, get_locale().language)


def decimal_mark() -> str:
    """Return what stands before the cents: a comma in Dutch, a point in English."""
    return cast(str, get_locale().number_symbols["latn"]["decimal"])


def _wanted() -> str | None:
    kept = request.cookies.get(_cookie())
    return kept if kept in LANGUAGES else request.accept_languages.best_match(LANGUAGES)


def _cookie() -> str:
    return f"{current_app.config['WHO_COOKIE']}-language"


def _context() -> dict[str, object]:
    here = str(get_locale())
    others = [
        {
            "code": code,
            "name": name,
            "href": url_for("language.choose", language=code, next=_here()),
        }
        for code, name in LANGUAGES.items()
        if code != here
    ]
    return {
        "locale": _WRITTEN_AS.get(here, here),
        "languages": others,
        "decimal_mark": decimal_mark(),
    }


def _here() -> str:
    """Return the address of this page; of one that only a form leads to, the beginning."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    routes = current_app.create_url_adapter(request)
    return request.path if routes and routes.test(method="GET") else "/"
