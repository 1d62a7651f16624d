"""Coming in by an invitation's link: a newcomer (admit), or a member's next device (add_key).

Name, who sees what, and a key: then the newcomer's own key signs the order by which they join. A
browser is signed in only for an order that was drafted for it: the journal, with every order and
signature in it, opens nothing.
"""

import secrets
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.orders import AddKey, Admit, Cap, Invitation, KeyGrant, Voucher
from timebank.services import membership, sessions
from timebank.services.drafts import Draft, read_submission
from timebank.services.posting import post_one
from timebank.signing.canonical import from_base64url, to_base64url
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag
from timebank_web.current import (
    currencies,
    house_settings,
    public,
    read_json,
    rp_id,
    sign_in,
    the_bank,
)
from timebank_web.texts import _
from timebank_web.views.orders import refused
from timebank_web.views.session import landing
from timebank_web.words import sentence, together

blueprint = Blueprint("join", __name__)

DEVICE_CAPS = {"minute": 4 * 60, "cent": 50_00}
"""What a key that no finger or face guards may pay per day, in minor units."""

NAME_LENGTH = 40


@blueprint.get("/u/<code>")
@blueprint.get("/U/<code>")
@public
def start(code: str) -> ResponseReturnValue:
    """The step of joining that comes next."""
    try:
        invitation = membership.find_invitation(the_bank(), _secret(code))
    except Refusal as refusal:
        page = render_template("join.html", code_ok=False, why=sentence(refusal))
        return make_response(page, 410 if refusal.code is not Code.BAD_INVITATION else 404)
    step = _step(code)
    if invitation.voucher.purpose == "add_key":
        return _key_page(code, invitation)
    if not step.get("name") or request.args.get("stap") == "naam":
        return _name_page(code, invitation, {})
    if not step.get("accepted"):
        return render_template("privacy.html", accept=url_for("join.accept", code=code))
    return _key_page(code, invitation)


@blueprint.post("/U/<code>")
@public
def name(code: str) -> ResponseReturnValue:
    """Take the name that neighbours will see."""
    invitation = membership.find_invitation(the_bank(), _secret(code))
    typed = " ".join(request.form.get("name", "").split())[:NAME_LENGTH]
    if not typed or not typed.isprintable():
        return _name_page(code, invitation, {"name": _("Vul uw naam in.")}), 422
    session["join"] = {**_step(code), "name": typed}
    return redirect(url_for("join.start", code=code))


@blueprint.post("/U/<code>/akkoord")
@public
def accept(code: str) -> ResponseReturnValue:
    """Note that the newcomer has read who sees what."""
    session["join"] = {**_step(code), "accepted": True}
    return redirect(url_for("join.start", code=code))


@blueprint.post("/U/<code>/ontwerp")
@public
def draft(code: str) -> ResponseReturnValue:
    """Draft the order for a key `{spki, scheme}` that was just made, for that key to sign."""
    made = _draft(code, read_json())
    session["join"] = {**_step(code), "identity": made.order.identity}
    return made.wire()


@blueprint.post("/U/<code>/klaar")
@public
def finish(code: str) -> ResponseReturnValue:
    """Post the signed order, remember the device and sign it in. Again: the same answer."""
    sent = read_json()
    try:
        submission = read_submission(sent)
        order = orders.parse_order(submission.order)
        if order.identity != _step(code).get("identity"):
            raise Refusal(Code.BAD_INVITATION)
        assert isinstance(order.body, Admit | AddKey)
        post_one(the_bank(), submission)
    except Refusal as refusal:
        return refused(refusal)
    spki = from_base64url(order.body.key.spki)
    credential = sent.get("credential_id")
    membership.keep_device(
        the_bank(),
        order.body.member,
        spki,
        from_base64url(credential) if isinstance(credential, str) else b"",
        device_label(),
    )
    token = sessions.start(the_bank(), order.body.member, key_id(spki))
    there = landing(membership.person(the_bank(), order.body.member))
    return sign_in(make_response({"state": "posted", "go": there}), token)


# ---- the pages


def _name_page(code: str, invitation: Invitation, errors: dict[str, str]) -> str:
    issuer = membership.person(the_bank(), invitation.voucher.issuer)
    return render_template(
        "join.html",
        code_ok=True,
        invited_by=issuer.name or house_settings()["wijk"] or _("De wijk"),
        name=_step(code).get("name", ""),
        errors=errors,
        post=url_for("join.name", code=code),
    )


def _key_page(code: str, invitation: Invitation) -> str:
    voucher = invitation.voucher
    second = voucher.purpose == "add_key"
    step = _step(code)
    step.setdefault("handle", to_base64url(secrets.token_bytes(16)))
    session["join"] = step
    return render_template(
        "key.html",
        second=second,
        rename=None if second else url_for("join.start", code=code, stap="naam"),
        draft={
            "rp_id": rp_id(),
            "rp_name": house_settings()["wijk"] or _("Onze wijk"),
            # The same handle again replaces a passkey that was made and never used.
            "user_handle": step["handle"],
            "name": _name_of(voucher) if second else step["name"],
            "exclude": _passkeys_of(voucher.issuer) if second else [],
            "type": "add_key" if second else "admit",
            "tag": Tag.ORDER.value,
            "draft": url_for("join.draft", code=code),
            "post": url_for("join.finish", code=code),
        },
        day_limit=together([(cap.amount, cap.currency) for cap in _device_caps(voucher)]),
    )


def _name_of(voucher: Voucher) -> str:
    return membership.person(the_bank(), voucher.issuer).name


def _passkeys_of(member: str) -> list[str]:
    devices = membership.devices(the_bank(), member)
    return [to_base64url(one.credential) for one in devices if one.credential]


# ---- the order


def _draft(code: str, asked: Any) -> Draft:
    invitation = membership.find_invitation(the_bank(), _secret(code))
    if not isinstance(asked, dict):
        raise Refusal(Code.BAD_FIELD, field="key")
    grant = _grant(invitation.voucher, asked.get("scheme"), asked.get("spki"))
    if invitation.voucher.purpose == "add_key":
        return membership.draft_add_key(the_bank(), _secret(code), grant)
    step = _step(code)
    if not step.get("name") or not step.get("accepted"):
        raise Refusal(Code.BAD_FIELD, field="name")
    return membership.draft_admit(the_bank(), _secret(code), grant, step["name"])


def _grant(voucher: Voucher, scheme: object, spki: object) -> KeyGrant:
    """A passkey gets what the invitation offers; a device key pays only, and so much a day."""
    if not isinstance(spki, str):
        raise Refusal(Code.BAD_FIELD, field="spki")
    if scheme == "webauthn-es256":
        return KeyGrant("webauthn-es256", spki, voucher.scopes, voucher.caps)
    if scheme == "ed25519":
        return KeyGrant("ed25519", spki, ("pay",), _device_caps(voucher))
    raise Refusal(Code.BAD_FIELD, field="scheme")


def _device_caps(voucher: Voucher) -> tuple[Cap, ...]:
    """So much in every kind of money, also what its member may come to hold later."""
    offered = {cap.currency: cap.amount for cap in voucher.caps}
    usual = {
        code: DEVICE_CAPS[currency.unit]
        for code, currency in currencies().items()
        if currency.policy.holders
    }
    return tuple(
        Cap(code, min(usual.get(code, amount), amount))
        for code, amount in sorted({**usual, **offered}.items())
    )


def _secret(code: str) -> bytes:
    try:
        return ids.code_bytes(code)
    except ValueError:
        raise Refusal(Code.BAD_INVITATION) from None


def _step(code: str) -> dict[str, Any]:
    """How far this browser has come with this invitation."""
    step = session.get("join") or {}
    plain = ids.read_code(code)
    return dict(step) if step.get("code") == plain else {"code": plain}


def device_label() -> str:
    """Return what to call this device, by its browser's own description."""
    agent = request.user_agent.string
    for mark, label in (
        ("iPhone", _("iPhone")),
        ("iPad", _("iPad")),
        ("Android", _("Android-telefoon")),
        ("Windows", _("Windows-computer")),
        ("Macintosh", _("Mac")),
    ):
        if mark in agent:
            return label
    return _("Computer")
