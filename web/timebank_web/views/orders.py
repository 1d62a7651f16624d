"""The one door for signed orders, and what became of them. The order's signatures decide."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.services import membership, receipts
from timebank.services.drafts import read_submission
from timebank.services.posting import post_one
from timebank.services.statements import Movement
from timebank_web.current import me, member, read_json, say, the_bank
from timebank_web.errors import status_of
from timebank_web.moves import order_of, own_part, who
from timebank_web.paths import PATHS
from timebank_web.texts import _
from timebank_web.words import money, sentence, when

blueprint = Blueprint("orders", __name__)

_AFTERWARDS = {
    "suspend": "members",
    "revoke_key": "more",
    "add_key": "more",
    "agree": "redeem",
    "withdraw": "proposals",
}


@blueprint.post("/orders")
@member
def post() -> ResponseReturnValue:
    """Post `{order, authorizations, openings}`; the same bytes again are the same entry."""
    try:
        posted = post_one(the_bank(), read_submission(read_json()))
    except Refusal as refusal:
        return refused(refusal)
    return _posted(posted.identity)


@blueprint.get("/orders/<identity>")
@member
def outcome(identity: str) -> ResponseReturnValue:
    """Say whether an order is posted. Unknown means: not yet, send it again."""
    try:
        receipts.receipt(the_bank(), identity)
    except Refusal:
        return {"state": "unknown"}
    return _posted(identity)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """Return a refusal as the scripts that sign read it."""
    answer = {"state": "refused", "code": refusal.code, "message": sentence(refusal)}
    return answer, status_of(refusal)


def _posted(identity: str) -> ResponseReturnValue:
    return {
        "state": "posted",
        "identity": identity,
        "reference": ids.reference(identity),
        "receipt": url_for("history.receipt", identity=identity),
        "go": url_for("orders.done", identity=identity),
    }


@blueprint.get("/klaar/<identity>")
@member
def done(identity: str) -> ResponseReturnValue:
    """Show what a posted order did, in one word, with its reference.

    Where it moved nothing of theirs, only its author reads what, and about whom.
    """
    mine = own_part(identity)
    if mine:
        return render_template("result.html", **result(mine))
    order = order_of(identity)
    if order.header.author != me().id:
        return redirect(PATHS["home"])
    say("good", _told(order.body))
    return redirect(PATHS[_AFTERWARDS.get(order.header.type, "home")])


def _told(body: orders.Body) -> str:
    """Return what was done, and to whom."""
    match body:
        case orders.Suspend(member=who, suspended=True):
            return _("%(name)s is geblokkeerd.", name=_name(who))
        case orders.Suspend(member=who):
            return _("%(name)s doet weer mee.", name=_name(who))
        case orders.RevokeKey(member=who, key=key):
            devices = membership.devices(the_bank(), who)
            label = next((one.label for one in devices if one.key.id == key), "") or _("De sleutel")
            return _("%(device)s is geblokkeerd.", device=label)
        case orders.Withdraw():
            return _("Het voorstel is ingetrokken.")
        case orders.Agree():
            return _("U bent akkoord. U kunt nu inwisselen.")
    return _("Het is gedaan.")


def _name(who: str) -> str:
    return membership.person(the_bank(), who).name or _("Het lid")


def result(mine: Sequence[Movement]) -> dict[str, Any]:
    """Return the context of result.html for what was posted and touched one's own accounts."""
    first = mine[0]
    return {
        "outcome": "paid",
        "what": {"refund": _("Teruggegeven"), "redeem": _("Ingewisseld")}.get(first.type),
        "amounts": [money(abs(move.amount), move.currency) for move in mine],
        "name": "" if first.type == "redeem" else who(first),
        "incoming": first.amount > 0,
        "when": when(first.time),
        "reference": first.reference,
        "receipt": url_for("history.receipt", identity=first.identity),
    }
