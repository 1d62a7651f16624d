"""Vouchers: a registrar invites a newcomer, a member invites an own second device.

The secret of the link is in the page that drafts it and nowhere else. The page shows it once the
voucher has been signed and kept; until then the link opens nothing.
"""

from typing import Any, get_args

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.codec import read
from timebank.services import membership
from timebank.services.membership import Unsigned
from timebank.signing.canonical import decode
from timebank.signing.messages import Tag
from timebank_web.current import link, me, member, role, rp_id, the_bank
from timebank_web.paths import PATHS
from timebank_web.people import kind_word
from timebank_web.qr import picture
from timebank_web.signing import hidden_values, my_keys
from timebank_web.texts import _
from timebank_web.words import currency_label, money, when

blueprint = Blueprint("invitations", __name__)

KINDS: dict[str, orders.MemberKind] = {kind: kind for kind in get_args(orders.MemberKind)}


@blueprint.get(PATHS["invite"])
@role("registrar")
def invite() -> str:
    """Ask who is invited."""
    return render_template(
        "invite.html",
        kinds=[{"value": kind, "label": kind_word(kind)} for kind in KINDS],
        kind="person",
        post=url_for("invitations.draft"),
    )


@blueprint.post(PATHS["invite"])
@role("registrar")
def draft() -> str:
    """The voucher for a newcomer of this kind, to be signed."""
    kind = KINDS.get(request.form.get("kind", ""))
    if kind is None:
        raise Refusal(Code.BAD_FIELD, field="kind")
    unsigned = membership.draft_voucher(the_bank(), me().id, kind)
    facts = [
        {"label": _("Voor een"), "text": kind_word(kind)},
        *(
            {"label": currency_label(limit.currency), "text": _limit(limit)}
            for limit in unsigned.voucher.limits or ()
        ),
    ]
    return _voucher_page(
        unsigned,
        title=_("Iemand uitnodigen"),
        facts=facts,
        button=_("Maak de uitnodiging"),
        leave=url_for("invitations.invite"),
        nothing=_("Er is geen uitnodiging gemaakt."),
        hand_over=_("Laat uw buur deze code scannen, of geef de link."),
        back={"href": PATHS["members"], "label": _("Naar de leden")}
        if "coordinator" in me().roles
        else {"href": PATHS["more"], "label": _("Klaar")},
    )


def _limit(limit: orders.Limits) -> str:
    most = _("hoogstens %(most)s", most=money(limit.ceiling, limit.currency))
    if not limit.floor:
        return most
    return _("tot %(least)s rood, %(most)s", least=money(-limit.floor, limit.currency), most=most)


@blueprint.get("/toestellen/nieuw")
@member
def second_device() -> str:
    """The voucher for another device of one's own, to be signed."""
    return _voucher_page(
        membership.draft_key_voucher(the_bank(), me().id),
        title=_("Tweede toestel"),
        facts=[{"label": _("Voor"), "text": me().name}],
        button=_("Maak de link"),
        leave=PATHS["more"],
        nothing=_("Er is geen link gemaakt."),
        hand_over=_("Scan deze code met uw andere toestel."),
        back={"href": PATHS["more"], "label": _("Klaar")},
    )


def _voucher_page(unsigned: Unsigned, **words: Any) -> str:
    url = link("U", ids.code(unsigned.secret))
    until = {"label": _("Geldig tot"), "text": when(unsigned.voucher.expires)}
    words["facts"] = [*words["facts"], until]
    return render_template(
        "voucher.html",
        draft={
            "order": unsigned.data.decode("ascii"),
            "keys": my_keys(),
            "rp_id": rp_id(),
            "type": "",
            "tag": Tag.INVITATION.value,
            "post": url_for("invitations.keep"),
            "outcome": "",
            "hidden": hidden_values(unsigned.data, ()),
        },
        url=url,
        qr=picture(url, _("QR-code van de link")),
        **words,
    )


@blueprint.post("/uitnodigingen")
@member
def keep() -> ResponseReturnValue:
    """Keep a voucher that its issuer has signed; from now on its link works, once."""
    sent = request.get_json()
    try:
        text, (authorization,) = sent["order"], sent["authorizations"]
        voucher = read(orders.Voucher, decode(text.encode("ascii")))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refusal(Code.BAD_FIELD, field="voucher") from None
    mine = voucher.issuer == me().id
    if not mine or (voucher.purpose == "admit" and "registrar" not in me().roles):
        raise Refusal(Code.NOT_AUTHORIZED)
    if voucher.ledger != the_bank().ledger:
        raise Refusal(Code.OTHER_LEDGER)
    membership.keep_invitation(the_bank(), voucher, authorization)
    return {"state": "posted"}
