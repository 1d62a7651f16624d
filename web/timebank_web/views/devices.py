"""“Meer”: where a member finds the rest, and their own devices, which they can block."""

from flask import Blueprint, render_template, url_for

from timebank.errors import Code, Refusal
from timebank.services import membership
from timebank.services.membership import Device
from timebank_web.current import me, member, the_bank, visitor
from timebank_web.paths import PATHS
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.views.proposals import LOOKERS
from timebank_web.views.week import DOERS
from timebank_web.words import day

blueprint = Blueprint("devices", __name__)


@blueprint.get(PATHS["more"])
@member
def more() -> str:
    """What fits this member's roles, and their devices."""
    devices = membership.devices(the_bank(), me().id)
    return render_template(
        "settings.html",
        links=_links(me().kind, me().roles),
        devices=[_row(device) for device in devices],
        add_device=url_for("invitations.second_device"),
    )


def _links(kind: str, roles: tuple[str, ...]) -> list[dict[str, str]]:
    business = kind != "person"
    places = [
        (True, "history", _("Mijn overzicht")),
        (True, "statement", _("Overzicht per maand")),
        (business, "day_close", _("Dagoverzicht")),
        (business, "redeem", _("Inwisselen voor euro")),
        (business, "till_links", _("Kassa voor personeel")),
        (kind == "organisation", "reward", _("Mensen belonen")),
        (True, "refund", _("Geld teruggeven")),
        (True, "poster", _("Mijn poster")),
        ("coordinator" in roles, "members", _("Leden")),
        ("registrar" in roles, "invite", _("Iemand uitnodigen")),
        (bool(DOERS & {*roles}), "week", _("Deze week")),
        ("treasurer" in roles, "settle", _("Uitbetalen aan winkels")),
        ("treasurer" in roles, "allow", _("Beloningen die wachten")),
        (bool(LOOKERS & {*roles}), "proposals", _("Voorstellen en dekking")),
        ("auditor" in roles, "audit", _("Kascommissie")),
        (bool({"auditor", "treasurer"} & {*roles}), "exports", _("Wat ging er naar buiten?")),
        (True, "seen", _("Wie keek in mijn gegevens?")),
        (True, "privacy", _("Wie ziet wat?")),
        (True, "public", _("Cijfers van de wijk")),
    ]
    return [{"href": PATHS[name], "label": label} for fits, name, label in places if fits]


def _row(device: Device) -> dict[str, object]:
    current = visitor()
    kind = _kind(device)
    return {
        "label": device.label or (_("Sleutelbestand") if kind == "file" else _("Sleutel")),
        "kind": kind,
        "added": day(device.key.active_from),
        "this": current is not None and current.key_id == device.key.id,
        "blocked": device.key.revoked,
        "block": url_for("devices.block", key=device.key.id),
    }


def _kind(device: Device) -> str:
    """A passkey, a key that one browser keeps, or a key file, which no browser ever named."""
    if device.key.scheme == "webauthn-es256":
        return "passkey"
    return "device" if device.label else "file"


@blueprint.get("/toestellen/<key>/blokkeren")
@member
def block(key: str) -> str:
    """The order that blocks one of one's own keys, to be signed."""
    bank, owner = the_bank(), me()
    device = next((one for one in membership.devices(bank, owner.id) if one.key.id == key), None)
    if device is None:
        raise Refusal(Code.UNKNOWN_KEY, key=key)
    if device.key.revoked:
        raise Refusal(Code.KEY_REVOKED, key=key)
    row = _row(device)
    draft = membership.draft_revoke_key(bank, owner.id, owner.id, key)
    return render_template(
        "confirm.html",
        title=_("Toestel blokkeren"),
        sentence=_("Met dit toestel kunt u daarna niet meer betalen."),
        facts=[
            {
                "label": _("Toestel"),
                "text": row["label"],
                "field": "key",
                "as": "text",
                "value": key,
            },
            {"label": _("Sinds"), "text": row["added"]},
        ],
        warning=_warning(device, bool(row["this"])),
        draft=sign_context(draft, shown=("key",)),
        button=_("Blokkeer dit toestel"),
        danger=True,
        leave=PATHS["more"],
    )


def _warning(device: Device, this: bool) -> str | None:
    others = [
        one
        for one in membership.devices(the_bank(), device.key.member)
        if not one.key.revoked and one.key.id != device.key.id
    ]
    if not others:
        return _("Dit is uw laatste toestel. Daarna kunt u niet meer betalen.")
    return _("Dit toestel gebruikt u nu.") if this else None
