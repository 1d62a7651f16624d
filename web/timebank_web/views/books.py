"""For the kascommissie: every entry, every member, the rules. That they looked is noted.

Beside it the other half of that: what a member sees of who looked at their account.
"""

import json

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.journal.merkle import MAX_SIZE
from timebank.services import books, membership, readings, statements
from timebank.services.proposals import threshold
from timebank_web.current import currencies, me, member, role, the_bank
from timebank_web.moves import tell
from timebank_web.paths import PATHS
from timebank_web.people import kind_word, role_word
from timebank_web.proposing import TITLES
from timebank_web.texts import _, later
from timebank_web.views.home import balance
from timebank_web.words import currency_label, money, together, when

blueprint = Blueprint("books", __name__)

PER_PAGE = 50
MOVES = 50
OTHER_TITLES = {
    "genesis": later("Begin van het boek"),
    "admit": later("Nieuw lid"),
    "add_key": later("Tweede toestel"),
    "leave": later("Lid vertrokken"),
    "pay": later("Betaling"),
    "refund": later("Teruggave"),
    "agree": later("Akkoord met de voorwaarden"),
    "redeem": later("Inwisselen voor euro"),
    "withdraw": later("Voorstel ingetrokken"),
}


def title(order_type: str) -> str:
    """Return what an order of this type is called."""
    return str(TITLES.get(order_type) or OTHER_TITLES.get(order_type) or order_type)


# ---- entries


@blueprint.get(PATHS["audit"] + "/boekingen")
@role("auditor")
def entries() -> str:
    """All entries, newest first: what and how much, about nobody."""
    before = request.args.get("before", None, type=int)
    if before is not None and not 0 <= before <= MAX_SIZE:
        before = None
    found = books.lines(the_bank(), before, PER_PAGE)
    older = found[-1].seq if found and found[-1].seq > 0 else None
    return render_template(
        "audit_entries.html",
        entries=[
            {
                "seq": each.seq,
                "title": title(each.type),
                "when": when(each.time),
                "amount": together([(amount, code) for code, amount in each.moved.items()]),
                "href": url_for("books.entry", identity=each.identity),
            }
            for each in found
        ],
        pages={
            "newer": url_for("books.entries") if before is not None else None,
            "older": url_for("books.entries", before=older) if older is not None else None,
        },
    )


@blueprint.get(PATHS["audit"] + "/boekingen/<identity>")
@role("auditor")
def entry(identity: str) -> str:
    """One entry, whole: who signed, every side of it, and its bytes."""
    found = books.entry(the_bank(), me().id, identity)
    return render_template(
        "audit_entry.html",
        title=title(found.type),
        seq=found.seq,
        facts=[
            {"label": _("Wanneer"), "text": when(found.time)},
            {"label": _("Gemaakt door"), "text": found.author or _("naam gewist")},
            {
                "label": _("Getekend door"),
                "text": _(" en ").join(name or _("naam gewist") for name in found.signers),
            },
            *({"label": _("Tekst"), "text": text} for text in found.texts),
        ],
        sides=[
            {
                "name": side.name or (_("naam gewist") if side.owner else _("de wijk")),
                "account": side.account[:8],
                "amount": money(side.amount, side.currency),
            }
            for side in found.sides
        ],
        identity=found.identity,
        data=json.dumps(json.loads(found.data), indent=1, ensure_ascii=False),
    )


# ---- members


@blueprint.get(PATHS["audit"] + "/leden")
@role("auditor")
def members() -> str:
    """Every member by name; whose page is opened is noted."""
    search = request.args.get("search", "").strip()
    found = [
        person
        for person in membership.people_of(the_bank())
        if search.casefold() in person.name.casefold()
    ]
    start = max(0, request.args.get("page", 0, type=int)) * PER_PAGE

    def page(number: int) -> str:
        return url_for("books.members", search=search or None, page=number or None)

    number = start // PER_PAGE
    return render_template(
        "audit_members.html",
        members=[
            {
                "name": person.name or _("Naam gewist"),
                "kind": kind_word(person.kind),
                "href": url_for("books.one_member", member=person.id),
            }
            for person in found[start : start + PER_PAGE]
        ],
        search=search,
        total=len(found),
        pages={
            "newer": page(number - 1) if number else None,
            "older": page(number + 1) if start + PER_PAGE < len(found) else None,
        },
    )


@blueprint.get(PATHS["audit"] + "/leden/<member>")
@role("auditor")
def one_member(member: str) -> str:
    """One member: what they have and what happened. They can see who looked."""
    bank = the_bank()
    person = membership.person(bank, member)
    found = statements.history(bank, member, limit=MOVES)
    others = {other for move in found for other in move.others if other}
    readings.note(bank, me().id, [member, *sorted(others)], "statement")
    return render_template(
        "audit_member.html",
        name=person.name or _("Naam gewist"),
        kind=kind_word(person.kind),
        roles=[role_word(name) for name in person.roles],
        balances=[balance(one) for one in statements.balances(bank, member)],
        moves=tell(found, "books.entry"),
    )


@blueprint.get(PATHS["audit"] + "/regels")
@role("auditor")
def rules() -> str:
    """What holds in this ledger: policies, how many must sign for what, and who holds a role."""
    bank = the_bank()
    people = membership.people_of(bank)
    return render_template(
        "audit_rules.html",
        currencies=[
            {
                "label": currency_label(code),
                "facts": [
                    {"label": _("Laagste saldo"), "text": money(each.policy.floor, code)},
                    {"label": _("Hoogste saldo"), "text": money(each.policy.ceiling, code)},
                    {"label": _("Rood staan samen"), "text": money(each.credit_given, code)},
                ],
            }
            for code, each in currencies().items()
            if each.policy.kind != "euro"
        ],
        thresholds=[
            {"title": title(name), "count": needed.count, "role": role_word(needed.role)}
            for name in TITLES
            if (needed := threshold(bank, name))
        ],
        roles=[
            {
                "role": role_word(name),
                "names": [one.name or _("naam gewist") for one in people if name in one.roles],
            }
            for name in ("treasurer", "issuer", "coordinator", "registrar", "auditor")
        ],
    )


# ---- who looked


@blueprint.get(PATHS["seen"])
@member
def seen() -> ResponseReturnValue:
    """Who looked at the account of whoever is looking."""
    found = readings.readings_of(the_bank(), me().id)
    return render_template(
        "seen.html",
        readings=[
            {
                "who": each.name
                or (_("naam gewist") if each.reader else _("beheerder van de server")),
                "what": str(_WHAT.get(each.what, each.what)),
                "when": when(each.time),
            }
            for each in found
        ],
    )


_WHAT = {
    "balance": later("uw saldo"),
    "entry": later("een boeking van u"),
    "export": later("een uitdraai van het boek"),
    "member": later("uw naam en gegevens"),
    "proposal": later("een voorstel waar u in staat"),
    "sample": later("een steekproef: u bent geloot"),
    "statement": later("uw overzicht"),
}
