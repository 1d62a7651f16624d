"""Signing in and out. A session says who is looking; it can move nothing."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal
from timebank.services import membership, sessions
from timebank.services.membership import Person
from timebank.signing.canonical import from_base64url
from timebank.signing.messages import Tag
from timebank_web.current import (
    public,
    read_json,
    rp_id,
    say,
    sign_in,
    sign_out,
    somebody,
    the_bank,
)
from timebank_web.paths import PATHS
from timebank_web.texts import _
from timebank_web.views.orders import refused

blueprint = Blueprint("session", __name__)


@blueprint.get(PATHS["login"])
@public
def ask() -> ResponseReturnValue:
    """The page that asks for a signature over a fresh challenge."""
    if person := somebody():
        return redirect(session.pop("next", None) or landing(person))
    challenge = sessions.challenge(the_bank()).data.decode("ascii")
    session["challenge"] = challenge
    draft = {
        "order": challenge,
        "keys": [],
        "rp_id": rp_id(),
        "tag": Tag.LOGIN.value,
        "post": url_for("session.log_in"),
    }
    return render_template("login.html", draft=draft)


@blueprint.post(PATHS["login"])
@public
def log_in() -> ResponseReturnValue:
    """Start a session for a signature over the challenge that this browser was given."""
    try:
        challenge, authorization = _signed(read_json())
        token, seen = sessions.log_in(the_bank(), challenge.encode("ascii"), authorization)
    except Refusal as refusal:
        if refusal.code is Code.EXPIRED:
            say("warn", _("Dat duurde te lang. Probeer het opnieuw."))
            return {"state": "refused", "code": refusal.code, "go": PATHS["login"]}
        return refused(refusal)
    session.pop("challenge", None)
    there = session.pop("next", None) or landing(membership.person(the_bank(), seen.member))
    return sign_in(make_response({"state": "posted", "go": there}), token)


@blueprint.post(PATHS["logout"])
@public
def log_out() -> ResponseReturnValue:
    """End the session of this browser."""
    return sign_out(make_response(redirect(PATHS["welcome"])))


def landing(person: Person) -> str:
    """Return where somebody begins: a shop at its till, others at home."""
    return PATHS["till"] if person.kind == "shop" else PATHS["home"]


def _signed(sent: Any) -> tuple[str, Any]:
    """The challenge and the signature over it, with the key that a passkey leaves unsaid."""
    given = session.get("challenge")
    if not isinstance(sent, dict) or given is None or sent.get("order") != given:
        raise Refusal(Code.EXPIRED)
    authorizations = sent.get("authorizations")
    if not isinstance(authorizations, list) or len(authorizations) != 1:
        raise Refusal(Code.BAD_FIELD, field="authorizations")
    (authorization,) = authorizations
    if isinstance(authorization, dict) and "spki" not in authorization:
        authorization = {**authorization, "spki": _known_key(sent.get("credential_id"))}
    return str(given), authorization


def _known_key(credential: object) -> str:
    if not isinstance(credential, str):
        raise Refusal(Code.BAD_FIELD, field="credential_id")
    spki = sessions.spki_of_credential(the_bank(), from_base64url(credential))
    if spki is None:
        raise Refusal(Code.UNKNOWN_KEY)
    return spki
