"""The till: an amount becomes a code, the code is paid, the next customer.

By its owner, signed in; or by staff with a receive-only link (/kassa/<secret>), which can ask for
money and see whether a request of its own shop is paid. It sees no balance and signs nothing.
"""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.services import membership, requests, statements
from timebank.services.membership import Person
from timebank.services.requests import Request
from timebank_web.asking import amount_fields, as_json, ask, find_own, panel, receivable, standing
from timebank_web.current import link, me, public, shop, the_bank, wants_json
from timebank_web.paths import PATHS
from timebank_web.qr import picture
from timebank_web.texts import _
from timebank_web.words import day, together

blueprint = Blueprint("till", __name__)

MOST = 10_000
"""More movements than a shop has in a day."""


# ---- by the owner


@blueprint.get(PATHS["till"])
@shop
def owner() -> ResponseReturnValue:
    """The till, with what was paid today."""
    return _page(me(), {}, {}, PATHS["till"], day=_today(me()))


@blueprint.post(PATHS["till"])
@shop
def owner_makes() -> ResponseReturnValue:
    """Make a request; for a script its panel, for others its own page."""
    made, errors = ask(me(), request.form)
    if made is None:
        return _wrong(me(), errors, PATHS["till"], day=_today(me()))
    if wants_json():
        code = made.code
        status, cancel = (url_for(f"receive.{name}", code=code) for name in ("poll", "cancel"))
        return as_json(panel(made, status, cancel))
    return redirect(url_for("receive.show", code=made.code))


# ---- by staff, with a link


@blueprint.get(PATHS["till"].upper() + "/<secret>")
@public
def scanned(secret: str) -> ResponseReturnValue:
    """The link as the QR code has it, in upper case."""
    return redirect(url_for("till.staff", secret=secret))


@blueprint.get(PATHS["till"] + "/<secret>")
@public
def staff(secret: str) -> ResponseReturnValue:
    """The till of the shop that this link receives for."""
    return _page(_shop_of(secret), {}, {}, url_for("till.staff", secret=secret))


@blueprint.post(PATHS["till"] + "/<secret>")
@public
def staff_makes(secret: str) -> ResponseReturnValue:
    """Make a request for that shop."""
    payee, here = _shop_of(secret), url_for("till.staff", secret=secret)
    made, errors = ask(payee, request.form)
    if made is None:
        return _wrong(payee, errors, here)
    if wants_json():
        return as_json(_staff_panel(made, secret))
    return redirect(url_for("till.staff_shows", secret=secret, code=made.code))


@blueprint.get(PATHS["till"] + "/<secret>/<code>")
@public
def staff_shows(secret: str, code: str) -> ResponseReturnValue:
    """One request, on its own page."""
    shown = _staff_panel(find_own(_shop_of(secret).id, code), secret)
    renew = url_for("till.staff", secret=secret)
    return render_template("request.html", ask={**shown, "renew": renew}, receipt=False)


@blueprint.get(PATHS["till"] + "/<secret>/<code>/stand")
@public
def staff_polls(secret: str, code: str) -> ResponseReturnValue:
    """Say what has become of a request of that shop."""
    return _without_receipt(standing(find_own(_shop_of(secret).id, code)))


@blueprint.post(PATHS["till"] + "/<secret>/<code>/stop")
@public
def staff_cancels(secret: str, code: str) -> ResponseReturnValue:
    """Stop a request of that shop."""
    requests.cancel(the_bank(), _shop_of(secret).id, code)
    return redirect(url_for("till.staff", secret=secret))


def _shop_of(secret: str) -> Person:
    """Return whom a link receives for; not found where it was stopped or never was."""
    found = requests.till(the_bank(), secret)
    person = membership.person(the_bank(), found) if found else None
    if person is None or person.status != "active":
        abort(404)
    return person


def _staff_panel(made: Request, secret: str) -> dict[str, Any]:
    status = url_for("till.staff_polls", secret=secret, code=made.code)
    cancel = url_for("till.staff_cancels", secret=secret, code=made.code)
    return _without_receipt(panel(made, status, cancel))


def _without_receipt(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "receipt"}


# ---- both


def _wrong(payee: Person, errors: dict[str, str], here: str, **more: object) -> ResponseReturnValue:
    if wants_json():
        return {"errors": errors}, 422
    return _page(payee, request.form.to_dict(), errors, here, **more), 422


def _page(
    payee: Person, form: dict[str, str], errors: dict[str, str], here: str, **more: object
) -> str:
    return render_template(
        "till.html",
        shop=payee.name,
        asks=amount_fields(receivable(payee), form or {"kind": "credits"}, errors),
        errors=errors,
        post=here,
        **more,
    )


def _today(payee: Person) -> dict[str, object]:
    bank = the_bank()
    since, until = statements.day_bounds(statements.local(bank.clock.now()).date())
    found = [
        move
        for move in statements.history(bank, payee.id, since=since, until=until, limit=MOST)
        if move.type == "pay" and move.amount > 0
    ]
    sums = {move.currency: 0 for move in found}
    for move in found:
        sums[move.currency] += move.amount
    return {
        "count": len({move.identity for move in found}),
        "total": together([(amount, code) for code, amount in sorted(sums.items())]),
    }


# ---- the links themselves


@blueprint.get(PATHS["till_links"])
@shop
def links() -> ResponseReturnValue:
    """A shop's receive-only links."""
    return _links_page()


@blueprint.post(PATHS["till_links"])
@shop
def make_link() -> ResponseReturnValue:
    """Make a link and show it, this once."""
    name = " ".join(request.form.get("name", "").split())[:30]
    if not name:
        return _links_page(errors={"name": _("Vul hier een naam in.")}), 422
    secret = requests.open_till(the_bank(), me().id, name)
    url = link("KASSA", secret)
    made = {"url": url, "qr": picture(url, _("QR-code van de kassa-link")), "name": name}
    return _links_page(fresh=made)


@blueprint.post(PATHS["till_links"] + "/<token>/stop")
@shop
def stop_link(token: str) -> ResponseReturnValue:
    """Make a link worthless, from now on."""
    requests.close_till(the_bank(), me().id, token)
    return redirect(PATHS["till_links"])


def _links_page(**more: object) -> str:
    return render_template(
        "till_links.html",
        links=[
            {
                "name": one.label,
                "made": day(one.created),
                "revoke": url_for("till.stop_link", token=one.token_hash),
            }
            for one in requests.tills_of(the_bank(), me().id)
        ],
        post=PATHS["till_links"],
        **more,
    )
