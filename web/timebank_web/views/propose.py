"""Making a proposal: which kind, a form, and then its page, where the first signature is given.

Nothing is kept before it is signed. Who holds the role that signs a kind of order may propose it.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal, Unfit
from timebank.ledger import orders
from timebank.ledger.orders import Role
from timebank.services import approvals, bankfiles, corrections, membership, proposals, treasury
from timebank.services.corrections import Correctable
from timebank.services.drafts import Draft, draft_proposal
from timebank.services.membership import Person
from timebank_web.banking import unfit
from timebank_web.current import currencies, forbid, me, role, the_bank
from timebank_web.forms import Form, Options, chooser, note, text_input, typed_amount
from timebank_web.paths import PATHS
from timebank_web.people import role_word
from timebank_web.proposing import TITLES, owner_name
from timebank_web.texts import _, later
from timebank_web.views import proposals as pages
from timebank_web.words import currency_label, money, sentence

blueprint = Blueprint("propose", __name__)

Fields = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal: the type it makes, its fields, and how they become an order."""

    type: str
    about: object
    fields: Callable[[Form], Fields]
    read: Callable[[Form], Draft | None]

    @property
    def title(self) -> str:
        """What such a proposal is called everywhere."""
        return str(TITLES[self.type])


@blueprint.get(PATHS["propose"])
@role("treasurer", "issuer", "coordinator")
def choose() -> str:
    """Which kinds this member may propose."""
    return render_template(
        "propose_choose.html",
        kinds=[
            {"href": url_for("propose.ask", kind=name), "label": kind.title,
             "about": str(kind.about)}
            for name, kind in KINDS.items()
            if _may(kind)
        ],
    )  # fmt: skip


@blueprint.get(PATHS["propose"] + "/<kind>")
@role("treasurer", "issuer", "coordinator")
def ask(kind: str) -> ResponseReturnValue:
    """The form for one kind."""
    found = KINDS.get(kind) or abort(404)
    return _form(kind, found, Form(request.args)) if _may(found) else forbid()


@blueprint.post(PATHS["propose"] + "/<kind>")
@role("treasurer", "issuer", "coordinator")
def check(kind: str) -> ResponseReturnValue:
    """The proposal as it will be, with what it does to the cover, to be signed."""
    found = KINDS.get(kind) or abort(404)
    if not _may(found):
        return forbid()
    form = Form(request.form)
    draft = found.read(form)
    if draft is None:
        return _form(kind, found, form), 422 if form.errors else 200
    return pages.page(draft, approvals.approvals(the_bank(), draft.order), "new")


def _may(kind: Kind) -> bool:
    needed = proposals.threshold(the_bank(), kind.type)
    return needed is not None and needed.role in me().roles


def _form(name: str, kind: Kind, form: Form) -> str:
    return render_template(
        "propose.html",
        title=kind.title,
        about=str(kind.about),
        fields=kind.fields(form),
        errors=form.errors,
        post=url_for("propose.check", kind=name),
    )


# ---- credits into circulation, and out of it


def _issue_fields(form: Form) -> Fields:
    return [
        chooser("member", _("Voor wie?"), form, _holders(_issued())),
        *_which(form, _issued()),
        text_input("amount", _("Hoeveel?"), form, _("Bijvoorbeeld 500,00.")),
        text_input("memo", _("Waarvoor?"), form, _("Bijvoorbeeld: onderhoud portieken, mei.")),
    ]


def _read_issue(form: Form) -> Draft | None:
    code, member = _read_currency(form, _issued()), form.choice("member", _holders(_issued()))
    amount, memo = form.amount("amount", code), form.text("memo")
    if form.errors:
        return None
    try:
        return treasury.draft_issue(the_bank(), me().id, member, code, amount, memo)
    except Refusal as refusal:
        if refusal.code is not Code.BACKING_TOO_SMALL:
            raise
        most = money(int(refusal.details.get("left", 0)), code)
        form.errors["amount"] = _("Er is dekking voor %(most)s.", most=most)
        return None


def _retire_fields(form: Form) -> Fields:
    return [
        chooser(
            "member", _("Van wie?"), form, _holders(_issued()),
            _("Die moet zelf ook tekenen. Dat kan op de eigen telefoon."),
        ),
        *_which(form, _issued()),
        text_input("amount", _("Hoeveel?"), form, _("Bijvoorbeeld 500,00.")),
        text_input("memo", _("Waarom?"), form),
    ]  # fmt: skip


def _read_retire(form: Form) -> Draft | None:
    code, member = _read_currency(form, _issued()), form.choice("member", _holders(_issued()))
    amount, memo = form.amount("amount", code), form.text("memo")
    if form.errors:
        return None
    return treasury.draft_retire(the_bank(), me().id, member, code, amount, memo)


# ---- the bank


def _bank_fields(form: Form) -> Fields:
    return [
        chooser("direction", _("Wat staat er op het afschrift?"), form, _directions()),
        text_input("amount", _("Hoeveel euro?"), form, _("Bijvoorbeeld 500,00.")),
        text_input(
            "line", _("De regel van het afschrift"), form,
            _("Datum, naam en omschrijving. Dit komt niet in het openbare boek."),
        ),
        *(
            [chooser("apart", _("Is dit een andere regel?"), form, _same_or_not())]
            if "apart" in form.errors
            else []
        ),
    ]  # fmt: skip


def _same_or_not() -> Options:
    return [("no", _("Nee, dezelfde")), ("yes", _("Ja, een andere"))]


def _directions() -> Options:
    return [
        ("in", _("Bij")),
        ("out", _("Af")),
        ("payout", _("Af: winkels betaald")),
    ]


def _read_bank(form: Form) -> Draft | None:
    direction = form.choice("direction", _directions())
    cents, text = form.amount("amount", ""), form.text("line")
    if form.errors:
        return None
    amount, payout = cents if direction == "in" else -cents, direction == "payout"
    apart = form.typed.get("apart") == "yes"
    try:
        return bankfiles.draft_by_hand(
            the_bank(), me().id, amount, text, payout=payout, apart=apart
        )
    except Unfit as error:
        form.errors["apart"] = unfit(error)
        return None


# ---- limits and roles


def _limit_fields(form: Form) -> Fields:
    return [
        chooser("member", _("Van wie?"), form, _everybody()),
        chooser("currency", _("Wat?"), form, _labelled(_held())),
        text_input(
            "below", _("Hoe ver mag het saldo onder nul?"), form,
            _("Uren als 10:00, credits als 50,00. Nul is 0:00 of 0,00."),
        ),
        text_input("above", _("Hoe veel mag er hoogstens op staan?"), form),
    ]  # fmt: skip


def _read_limit(form: Form) -> Draft | None:
    code, member = form.choice("currency", _labelled(_held())), form.choice("member", _everybody())
    below, above = form.amount("below", code, least=0), form.amount("above", code, least=0)
    if form.errors:
        return None
    fresh = ids.random_id(secrets.token_bytes(ids.ID_BYTES))
    account = membership.person(the_bank(), member).accounts.get(code, fresh)
    body = orders.SetLimit(member, account, code, -below, above)
    return draft_proposal(the_bank(), me().id, body)


def _role_fields(form: Form) -> Fields:
    return [
        chooser("member", _("Wie?"), form, _people()),
        chooser("role", _("Welke taak?"), form, _roles()),
        chooser("held", _("Wat gebeurt er?"), form, _giving()),
    ]


def _read_role(form: Form) -> Draft | None:
    member, name = form.choice("member", _people()), form.choice("role", _roles())
    held = form.choice("held", _giving())
    if form.errors:
        return None
    wanted: Role = next(one for one in get_args(Role) if one == name)
    body = orders.SetRole(member, wanted, held == "yes")
    return draft_proposal(the_bank(), me().id, body)


def _roles() -> Options:
    return [(name, role_word(name)) for name in get_args(Role)]


def _giving() -> Options:
    return [("yes", _("Krijgt de taak")), ("no", _("Raakt de taak kwijt"))]


# ---- booking an entry back


def _correct_fields(form: Form) -> Fields:
    known: Fields = [
        text_input("number", _("Nummer van de boeking"), form, _("Staat op de bon.")),
        text_input("kenmerk", _("Kenmerk"), form, _("Vier letters en cijfers, ook op de bon.")),
    ]
    found = _correctable(form, quiet=True)
    if found is None:
        return known
    return [
        *known,
        note(_only_whole() if found.whole else _("Vul in hoeveel er terug moet. Nul mag ook.")),
        *(
            text_input(
                f"leg{place}",
                _("Van %(payer)s naar %(payee)s", payer=owner_name(leg.payer),
                  payee=owner_name(leg.payee)),
                form,
                _("Hoogstens %(most)s.", most=money(leg.amount, leg.currency)),
                typed_amount(leg.amount, leg.currency),
            )
            for place, leg in enumerate(found.left)
        ),
        text_input("reason", _("Reden"), form, _("Beide leden zien deze reden.")),
    ]  # fmt: skip


def _only_whole() -> str:
    return _("Deze credits hebben dekking van een bankregel. Dat gaat alleen helemaal terug.")


def _read_correct(form: Form) -> Draft | None:
    found = _correctable(form)
    if found is None or "reason" not in form.typed:
        return None
    amounts = [
        form.amount(f"leg{place}", leg.currency, least=0) for place, leg in enumerate(found.left)
    ]
    reason = form.text("reason")
    for place, (leg, amount) in enumerate(zip(found.left, amounts, strict=True)):
        if amount > leg.amount:
            most = money(leg.amount, leg.currency)
            form.errors[f"leg{place}"] = _("Hoogstens %(most)s.", most=most)
        elif found.whole and amount < leg.amount:
            form.errors[f"leg{place}"] = _only_whole()
    if not any(amounts):
        form.errors.setdefault("leg0", _("Vul een bedrag in."))
    return None if form.errors else corrections.draft(the_bank(), me().id, found, amounts, reason)


def _correctable(form: Form, *, quiet: bool = False) -> Correctable | None:
    """The entry that a number and its four characters name together, with something left of it."""
    number, reference = (form.typed.get(name, "").strip() for name in ("number", "kenmerk"))
    wrong = ""
    try:
        found = corrections.find(the_bank(), number, reference)
        if found.left:
            return found
        wrong = _("Van deze boeking is alles al teruggegeven.")
    except Refusal as refusal:
        wrong = (
            sentence(refusal)
            if refusal.code is Code.ALREADY_SETTLED
            else _("Wij vinden geen boeking met dit nummer en dit kenmerk.")
        )
    if not quiet:
        form.errors["number"] = wrong
    return None


# ---- what can be chosen


def _issued() -> list[str]:
    """The currencies that are issued at all."""
    return [code for code, one in currencies().items() if one.policy.kind in ("backed", "budget")]


def _held() -> list[str]:
    return [code for code, one in currencies().items() if one.policy.holders]


def _labelled(codes: list[str]) -> Options:
    return [(code, currency_label(code)) for code in codes]


def _which(form: Form, codes: list[str]) -> Fields:
    """Ask for the currency only where there is a choice."""
    return [chooser("currency", _("Wat?"), form, _labelled(codes))] if len(codes) > 1 else []


def _read_currency(form: Form, codes: list[str]) -> str:
    return codes[0] if len(codes) == 1 else form.choice("currency", _labelled(codes))


def _active() -> list[Person]:
    return [one for one in membership.people_of(the_bank()) if one.status == "active"]


def _named(people: list[Person]) -> Options:
    return [(one.id, one.name or _("Naam gewist")) for one in people]


def _everybody() -> Options:
    return _named(_active())


def _people() -> Options:
    return _named([one for one in _active() if one.kind == "person"])


def _holders(codes: list[str]) -> Options:
    """Who can hold one of these, organisations first: they are issued to most."""
    found = [one for one in _active() if {*codes} & {*one.accounts}]
    return _named(sorted(found, key=lambda one: one.kind != "organisation"))


KINDS: Mapping[str, Kind] = {
    "credits": Kind(
        "issue",
        later("Nieuwe credits, tegenover euro die op de bank staan."),
        _issue_fields,
        _read_issue,
    ),
    "bankregel": Kind(
        "record_bank",
        later("Geld dat op de bankrekening kwam of ervan af ging."),
        _bank_fields,
        _read_bank,
    ),
    "inleveren": Kind(
        "retire",
        later("Credits die niet meer nodig zijn, terug naar waar ze vandaan kwamen."),
        _retire_fields,
        _read_retire,
    ),
    "terugdraaien": Kind(
        "correct",
        later("Een betaling die fout ging. De oude boeking blijft staan."),
        _correct_fields,
        _read_correct,
    ),
    "grens": Kind(
        "set_limit",
        later("Hoe ver een saldo onder nul mag, en hoe hoog het mag worden."),
        _limit_fields,
        _read_limit,
    ),
    "taak": Kind(
        "set_role",
        later("Wie penningmeester, uitgever, coördinator, inschrijver of kascommissie is."),
        _role_fields,
        _read_role,
    ),
}
"""Every kind by the name in its address."""
