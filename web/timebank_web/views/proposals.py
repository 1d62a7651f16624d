"""What several people sign: what waits, one proposal, signing it, posting it, taking it back.

A signature is given here with a passkey, or elsewhere with a key file: both count, in any mix.
"""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger.orders import Order, Scope, parse_order
from timebank.services import approvals, particulars, proposals, readings, treasury
from timebank.services.approvals import Approvals
from timebank.services.drafts import Draft, read_submission
from timebank.services.posting import Posted
from timebank.services.proposals import Proposal
from timebank_web import findings
from timebank_web.current import forbid, me, member, read_json, role, say, the_bank
from timebank_web.paths import PATHS
from timebank_web.people import role_word
from timebank_web.proposing import (
    TITLES,
    amount_of,
    cover_change,
    cover_rows,
    name_of,
    standing,
    still,
)
from timebank_web.signing import my_keys, sign_context
from timebank_web.slips import slip, to_sign
from timebank_web.texts import _, later
from timebank_web.views.orders import refused
from timebank_web.words import sentence, when

blueprint = Blueprint("proposals", __name__)

LOOKERS = {"auditor", "coordinator", "issuer", "treasurer"}
"""Roles that look at proposals."""

STATES = {
    "open": later("Wacht op akkoord"),
    "posted": later("Uitgevoerd"),
    "withdrawn": later("Ingetrokken"),
    "expired": later("Verlopen"),
}


# ---- looking


@blueprint.get(PATHS["proposals"])
@role("treasurer", "issuer", "coordinator", "auditor")
def overview() -> str:
    """What waits for signatures, what became of the rest, and the cover now."""
    bank = the_bank()
    found = proposals.proposals(bank)
    return render_template(
        "proposals.html",
        findings=findings.standing(bank),
        last_look=findings.last_look(bank),
        cover=[row for item in treasury.cover(bank) for row in cover_rows(item)],
        open=[line(one) for one in found if one.state == "open"],
        done=[_done(one) for one in found if one.state != "open"][:50],
        propose="auditor" not in me().roles,
    )


@blueprint.get(PATHS["proposals"] + "/<identity>")
@member
def one(identity: str) -> ResponseReturnValue:
    """One proposal: what it says and does, who signed and who must; and the button to sign."""
    found, stands = _found(identity)
    if not _may_look(stands):
        return forbid()
    if "auditor" in me().roles:
        readings.note(the_bank(), me().id, particulars.members_in(the_bank(), found), "proposal")
    return page(found.draft, stands, found.state)


def line(found: Proposal, stands: Approvals | None = None) -> dict[str, object]:
    """Return an open proposal as one line of a list."""
    stands = stands or _stands(found)
    return _done(found) | {
        "signed": len(stands.counted),
        "needed": stands.needed,
        "complete": stands.complete,
    }


def _done(found: Proposal) -> dict[str, object]:
    header = found.order.header
    return {
        "title": str(TITLES[header.type]),
        "amount": amount_of(found.order.body),
        "by": name_of(header.author),
        "when": when(header.created),
        "state_word": str(STATES[found.state]),
        "href": url_for("proposals.one", identity=found.order.identity),
    }


def page(draft: Draft, stands: Approvals, state: str) -> str:
    """Return the page of a proposal; `state` "new": it is not kept before it is signed."""
    order = draft.order
    told = standing(stands)
    signing = state in ("new", "open") and told["may_sign"]
    # Who only has to agree to what is taken from them needs no key that approves.
    # Who proposes does, also where their own signature does not count.
    scope: Scope | None = "approve" if state == "new" or me().id in stands.may else None
    able = bool(my_keys(scope))
    return render_template(
        "proposal.html",
        title=str(TITLES[order.header.type]),
        **slip(draft),
        **told,
        cover=cover_change(order) if state in ("new", "open") else [],
        by=name_of(order.header.author),
        when=when(order.header.created),
        expires=when(order.header.expires),
        role=role_word(stands.role),
        state=state,
        state_word=str(STATES.get(state, "")),
        reference=ids.reference(order.identity),
        able=able,
        draft=_sign_here(draft, scope) if signing and able else None,
        book=url_for("proposals.book", identity=order.identity),
        withdraw=url_for("proposals.withdraw", identity=order.identity)
        if state == "open" and _may_withdraw(order.header.author, stands)
        else None,
        leave=_leave(order, state),
        total=amount_of(order.body),
        bank=url_for("settlement.one", identity=order.identity)
        if state == "posted" and _is_settled_by_me(order)
        else None,
    )


def _is_settled_by_me(order: Order) -> bool:
    return order.header.type == "settle" and "treasurer" in me().roles


def _leave(order: Order, state: str) -> str:
    """Where who does not sign goes back to."""
    if state != "new":
        return PATHS["proposals"]
    return PATHS["settle"] if order.header.type == "settle" else PATHS["propose"]


def _sign_here(draft: Draft, scope: Scope | None) -> dict[str, object]:
    return to_sign(draft, scope) | {
        "post": url_for("proposals.sign"),
        "outcome": url_for("proposals.outcome", identity=""),
    }


def _found(identity: str) -> tuple[Proposal, Approvals]:
    found = proposals.proposal(the_bank(), identity)
    return found, _stands(found)


def _stands(found: Proposal) -> Approvals:
    return approvals.approvals(the_bank(), found.order, found.authorizations)


def _may_look(stands: Approvals) -> bool:
    """Who signs proposals sees all; somebody else those that need their own signature."""
    involved = {*stands.must, *stands.counted, *stands.others}
    return bool(LOOKERS & {*me().roles}) or me().id in involved


# ---- signing


@blueprint.post(PATHS["proposals"])
@member
def sign() -> ResponseReturnValue:
    """Keep a signature `{order, authorizations, openings}`; the last one needed posts the order."""
    try:
        submission = read_submission(read_json())
        identity = parse_order(submission.order).identity
        _tell(identity, approvals.sign(the_bank(), submission))
    except approvals.NotPosted as error:
        say("bad", _("Getekend, maar het kan nu niet geboekt worden.") + " " + sentence(error.why))
    except Refusal as refusal:
        return refused(refusal)
    return {"state": "posted", "go": url_for("proposals.one", identity=identity)}


@blueprint.get(PATHS["proposals"] + "/stand/<identity>")
@member
def outcome(identity: str) -> ResponseReturnValue:
    """Say whether the signature of who asks has arrived. Unknown means: send it again."""
    try:
        found, stands = _found(identity)
    except Refusal:
        return {"state": "unknown"}
    if me().id not in (*stands.counted, *stands.others) and found.state != "posted":
        return {"state": "unknown"}
    return {"state": "posted", "go": url_for("proposals.one", identity=identity)}


@blueprint.post(PATHS["proposals"] + "/<identity>/boeken")
@role("treasurer", "issuer", "coordinator")
def book(identity: str) -> ResponseReturnValue:
    """Post a proposal that enough people signed; who signed last may have done so elsewhere."""
    try:
        _tell(identity, approvals.post(the_bank(), identity))
    except Refusal as refusal:
        say("bad", _("Het kan nu niet geboekt worden.") + " " + sentence(refusal))
    return redirect(url_for("proposals.one", identity=identity))


def _tell(identity: str, posted: Posted | None) -> None:
    if posted:
        done = _(
            "Genoeg mensen hebben getekend. Het is geboekt, als boeking %(seq)s.", seq=posted.seq
        )
        say("good", done)
    else:
        say("good", _("Getekend.") + " " + still(_found(identity)[1]))


# ---- taking back


@blueprint.get(PATHS["proposals"] + "/<identity>/intrekken")
@role("treasurer", "issuer", "coordinator")
def withdraw(identity: str) -> ResponseReturnValue:
    """The order after which this proposal can never be posted, to be signed."""
    found, stands = _found(identity)
    if found.state != "open":
        raise Refusal(Code.WITHDRAWN if found.state == "withdrawn" else Code.ALREADY_POSTED)
    if not _may_withdraw(found.order.header.author, stands):
        return forbid()
    told = slip(found.draft)
    amount = amount_of(found.order.body)
    facts = [
        {"label": _("Voorstel"), "text": str(TITLES[found.order.header.type])},
        *([{"label": _("Bedrag"), "text": amount}] if amount else ()),
        *({"label": fact["label"], "text": fact["text"]} for fact in told["facts"]),
        {"label": _("Van"), "text": name_of(found.order.header.author)},
    ]
    draft = approvals.draft_withdraw(the_bank(), me().id, found)
    return render_template(
        "confirm.html",
        title=_("Voorstel intrekken"),
        sentence=_("Daarna kan niemand dit voorstel nog uitvoeren, ook niet met een kopie ervan."),
        facts=facts,
        warning=None,
        draft=sign_context(draft, scope="approve"),
        button=_("Trek dit voorstel in"),
        danger=True,
        leave=url_for("proposals.one", identity=identity),
        nothing=_("Het voorstel is niet ingetrokken."),
    )


def _may_withdraw(author: str, stands: Approvals) -> bool:
    return me().id == author or stands.role in me().roles
