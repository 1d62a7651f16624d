"""Who is looking, at which ledger, and who may look: one access rule for each view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Currency
from timebank.services import house, membership, sessions
from timebank.services.bank import Bank
from timebank.services.membership import Person
from timebank.services.sessions import Visitor
from timebank_web.paths import PATHS
from timebank_web.texts import _

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
YEAR = 365 * 86_400


# ---- what every view asks


def the_bank() -> Bank:
    """Return the ledger this app serves."""
    return cast(Bank, current_app.extensions["timebank"])


def visitor() -> Visitor | None:
    """Return whose session this is, if it still counts."""
    known = _known()
    return known[0] if known else None


def somebody() -> Person | None:
    """Return the member who is looking, or None; who has left is nobody."""
    known = _known()
    return known[1] if known and known[1].status != "left" else None


def _known() -> tuple[Visitor, Person] | None:
    if "known" not in g:
        token = request.cookies.get(_cookie())
        g.known = sessions.recognize(the_bank(), token) if token else None
    return cast(tuple[Visitor, Person] | None, g.known)


def me() -> Person:
    """Return the member who is looking; only for views that are not public."""
    person = somebody()
    assert person is not None, "this view is public"
    return person


def currencies() -> dict[str, Currency]:
    """Return every currency by its code."""
    if "currencies" not in g:
        g.currencies = membership.currencies(the_bank())
    return cast(dict[str, Currency], g.currencies)


def house_settings() -> dict[str, str]:
    """Return what the wijk says of itself (services.house.SETTINGS)."""
    if "house" not in g:
        g.house = house.settings(the_bank())
    return cast(dict[str, str], g.house)


def origin() -> str:
    """Return what links begin with: the setting base_url, or the address of this request."""
    return (house_settings()["base_url"] or request.host_url).rstrip("/")


def link(kind: str, code: str) -> str:
    """Return the link for a code (/B/ a payee, /V/ a request, /U/ an invitation), upper case."""
    return f"{origin().upper()}/{kind}/{code}"


def rp_id() -> str:
    """Return the name that this neighbourhood's passkeys are bound to."""
    known = {item.origin: item.rp_id for item in house.origins(the_bank())}
    here = request.host_url.rstrip("/")
    return known.get(here) or known.get(origin()) or request.host.partition(":")[0]


def wants_json() -> bool:
    """Whether a script asks, rather than somebody who reads."""
    accepts = request.accept_mimetypes
    return request.is_json or accepts["application/json"] > accepts["text/html"]


def read_json() -> Any:
    """Return the JSON that a script sent, which may be anything; Refusal for what is none."""
    try:
        return request.get_json()
    except RecursionError:
        raise Refusal(Code.NOT_CANONICAL) from None


# ---- coming and going


def sign_in(response: Response, token: str) -> Response:
    """Let this browser be known by a session's token, for a year."""
    response.set_cookie(
        _cookie(),
        token,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def sign_out(response: Response) -> Response:
    """End the session, here and on the server."""
    if token := request.cookies.get(_cookie()):
        sessions.end(the_bank(), token)
    response.delete_cookie(_cookie(), secure=current_app.config["SESSION_COOKIE_SECURE"])
    session.clear()
    return response


def _cookie() -> str:
    return cast(str, current_app.config["WHO_COOKIE"])


# ---- who may see a view


def public(view: View[P]) -> View[P]:
    """Anyone may see this."""
    return _only(view, "public", lambda person: True)


def member(view: View[P]) -> View[P]:
    """Whoever is signed in may see this."""
    return _only(view, "member", lambda person: True)


def shop(view: View[P]) -> View[P]:
    """Shops and organisations may see this."""
    return _only(view, "shop", lambda person: person.kind != "person")


def organisation(view: View[P]) -> View[P]:
    """Organisations may see this."""
    return _only(view, "organisation", lambda person: person.kind == "organisation")


def role(*roles: str) -> Callable[[View[P]], View[P]]:
    """Who holds one of these roles may see this."""

    def decorate(view: View[P]) -> View[P]:
        return _only(view, "role:" + ",".join(roles), lambda one: bool({*roles} & {*one.roles}))

    return decorate


def _only(view: View[P], rule: str, allowed: Callable[[Person], bool]) -> View[P]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if rule != "public":
            person = somebody()
            if person is None:
                return _sign_in_first()
            if person.status == "suspended":
                return _suspended()
            if not allowed(person):
                return forbid()
        return view(*args, **kwargs)

    guarded.access = rule  # type: ignore[attr-defined]  # read by access_rules
    return guarded


def _sign_in_first() -> ResponseReturnValue:
    if wants_json():
        return {"error": "sign_in", "message": _("U bent uitgelogd. Log opnieuw in.")}, 401
    if request.method == "GET":
        session["next"] = request.full_path.rstrip("?")
    return redirect(PATHS["login"])


def _suspended() -> ResponseReturnValue:
    return _refuse(
        _("U bent geblokkeerd. U kunt nu niet betalen of ontvangen."),
        title=_("Geblokkeerd"),
        todo=_("Bel %(phone)s. Uw saldo blijft van u.", phone=house_settings()["help_phone"]),
    )


def forbid() -> ResponseReturnValue:
    """Answer who may not see a page, where that depends on what is on it."""
    return _refuse(_("Deze pagina is niet voor u."))


def _refuse(sentence: str, title: str = "", todo: str = "") -> ResponseReturnValue:
    if wants_json():
        return {"error": "forbidden", "message": sentence}, 403
    page = render_template(
        "error.html",
        title=title or _("Niet voor u"),
        sentence=sentence,
        todo=todo or _("Denkt u dat dit niet klopt? Vraag om hulp."),
        next={"href": PATHS["help"], "label": _("Naar Hulp")},
    )
    return make_response(page, 403)


def access_rules(app: Flask) -> dict[str, str]:
    """Return the access rule of every view by endpoint, for the role × route table."""
    return {
        endpoint: getattr(view, "access", "")
        for endpoint, view in app.view_functions.items()
        if endpoint != "static"
    }


def require_access_rules(app: Flask) -> None:
    """Refuse to start with a view that does not say who may see it."""
    without = [endpoint for endpoint, rule in access_rules(app).items() if not rule]
    if without:
        raise RuntimeError(f"views without an access rule: {', '.join(without)}")


# ---- what every template needs


def say(kind: str, text: str) -> None:
    """Say something on the next page; kind is good, warn or bad."""
    flash(text, kind)


def install(app: Flask) -> None:
    """Give every template its context (see base.html)."""
    app.context_processor(_context)


def _context() -> dict[str, object]:
    house_of = house_settings()
    person = somebody()
    phone = house_of["help_phone"]
    return {
        "wijk": {"name": house_of["wijk"] or _("Onze wijk"), "domain": origin().split("://")[-1]},
        "help": {
            "name": house_of["help_name"] or _("het buurthuis"),
            "phone": phone,
            "tel": _dialled(phone),
            "hours": house_of["help_hours"],
        },
        "me": {"name": person.name, "shop": person.kind == "shop"} if person else None,
        "paths": PATHS,
        "csrf_token": generate_csrf(),
        "flashes": [
            {"kind": kind, "text": text}
            for kind, text in cast(
                list[tuple[str, str]], get_flashed_messages(with_categories=True)
            )
        ],
    }


def _dialled(phone: str) -> str:
    digits = "".join(mark for mark in phone if mark.isdigit() or mark == "+")
    return "+31" + digits[1:] if digits.startswith("0") else digits
