"""For coordinators: who is a member, and blocking one within a minute of a phone call."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal
from timebank.services import membership, proposals
from timebank.services.membership import Person
from timebank_web.current import me, role, the_bank
from timebank_web.paths import PATHS
from timebank_web.people import kind_word, role_word
from timebank_web.signing import sign_context
from timebank_web.texts import _
from timebank_web.words import day

blueprint = Blueprint("coordinator", __name__)

PER_PAGE = 50


@blueprint.get(PATHS["members"])
@role("coordinator")
def members() -> str:
    """Every member, by name; `search` keeps those whose name holds it."""
    search = request.args.get("search", "").strip()
    page = request.args.get("page", 0, type=int)
    found = [
        person
        for person in membership.people_of(the_bank())
        if search.casefold() in person.name.casefold()
    ]
    start = max(0, page) * PER_PAGE
    return render_template(
        "members.html",
        members=[_row(person) for person in found[start : start + PER_PAGE]],
        search=search,
        total=len(found),
        pages={
            "newer": _page(search, page - 1) if page > 0 else None,
            "older": _page(search, page + 1) if start + PER_PAGE < len(found) else None,
        },
    )


def _page(search: str, page: int) -> str:
    return url_for("coordinator.members", search=search or None, page=page or None)


def _row(person: Person) -> dict[str, object]:
    return {
        "name": person.name or _("Naam gewist"),
        "kind": kind_word(person.kind),
        "suspended": person.status == "suspended",
        "left": person.status == "left",
        "href": url_for("coordinator.member", member=person.id),
    }


@blueprint.get(PATHS["members"] + "/<member>")
@role("coordinator")
def member(member: str) -> str:
    """One member, without any balance; and the button that blocks."""
    return _member_page(membership.person(the_bank(), member), {})


def _member_page(person: Person, errors: dict[str, str]) -> str:
    devices = membership.devices(the_bank(), person.id)
    needed = proposals.threshold(the_bank(), "suspend")
    return render_template(
        "member.html",
        member={
            **_row(person),
            "since": day(min((device.key.active_from for device in devices), default=0)),
            "roles": [role_word(name) for name in person.roles],
            "keys": [
                {
                    "label": device.label or _("Sleutel"),
                    "added": day(device.key.active_from),
                    "blocked": device.key.revoked,
                }
                for device in devices
            ],
        },
        alone=needed is None or needed.count == 1,
        suspend=url_for("coordinator.suspend", member=person.id),
        errors=errors,
    )


@blueprint.post(PATHS["members"] + "/<member>/blokkeren")
@role("coordinator")
def suspend(member: str) -> ResponseReturnValue:
    """The order that blocks a member, or lifts the block, to be signed."""
    bank, person = the_bank(), membership.person(the_bank(), member)
    if person.status == "left":
        raise Refusal(Code.MEMBER_LEFT, member=member)
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _member_page(person, {"reason": _("Vul hier de reden in.")}), 422
    lifting = person.status == "suspended"
    draft = membership.draft_suspend(bank, me().id, member, not lifting, reason)
    name = person.name or _("dit lid")
    return render_template(
        "confirm.html",
        title=_("Blokkade opheffen") if lifting else _("Blokkeren"),
        sentence=_("Klopt dit?"),
        facts=[
            {"label": _("Wie"), "text": name, "field": "member", "as": "text", "value": member},
            {
                "label": _("Wat"),
                "text": _("Doet daarna weer mee") if lifting else _("Kan daarna niets betalen"),
                "field": "suspended",
                "as": "json",
                "value": "false" if lifting else "true",
            },
            {"label": _("Reden"), "text": draft.openings[0].text, "opening": True},
        ],
        warning=None,
        draft=sign_context(draft, shown=("member", "suspended")),
        button=_("Hef de blokkade op") if lifting else _("Blokkeer %(name)s", name=name),
        danger=not lifting,
        leave=url_for("coordinator.member", member=member),
    )
