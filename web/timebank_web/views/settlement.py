"""Paying shops: what waits, a plan to sign, the file for the bank, and what the bank says back."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Flaw, Refusal, Unfit
from timebank.ledger.facts import Currency
from timebank.services import (
    agreements,
    approvals,
    bankfiles,
    house,
    membership,
    settlement,
    settlement_runs,
)
from timebank.services.bankfiles import ByHand
from timebank.services.reconciling import Matched, Returned
from timebank.services.settlement_runs import Run
from timebank_web.banking import RUNS, bank_line, iso_day, payout_line, progress, unfit
from timebank_web.current import currencies, me, role, say, the_bank
from timebank_web.downloads import download
from timebank_web.paths import PATHS
from timebank_web.texts import _, ngettext
from timebank_web.views import proposals as pages
from timebank_web.words import day, euro, when

blueprint = Blueprint("settlement", __name__)

SHOWN = 20


@blueprint.get(PATHS["settle"])
@role("treasurer")
def overview() -> str:
    """What waits to be paid, what is on its way, and what the bank said."""
    bank = the_bank()
    waiting = settlement.waiting(bank)
    runs = settlement_runs.runs(bank)
    by_hand = bankfiles.by_hand(bank)
    names = {one.payout.redemption: one.payout.name for run in runs for one in run.payouts}
    return render_template(
        "settle.html",
        waiting=[payout_line(payout) for payout in waiting],
        total=euro(sum(payout.amount for payout in waiting)),
        plans=[
            {"label": code, "post": url_for("settlement.plan", currency=code)}
            for code in _to_plan(waiting, runs)
        ],
        open=[_run(run) for run in runs if run.state in ("planned", "signed")],
        runs=[_run(run) for run in runs if run.state not in ("planned", "signed")][:SHOWN],
        account=_account(),
        lines=[
            _line(line, by_hand.get(line.kept.line.amount, ()))
            for line in bankfiles.unrecorded(bank)
        ],
        back=[
            _back(one, names.get(one.owed.redemption, ""))
            for one in bankfiles.came_back(bank)
            if not one.reissued
        ],
        shops=_shops(),
        upload=url_for("settlement.upload"),
    )


def _to_plan(waiting: Iterable[settlement.Payout], runs: Iterable[Run]) -> list[str]:
    """The currencies of which something waits that is in no plan: one plan at a time."""
    planned = {
        one.payout.redemption
        for run in runs
        if run.state in ("planned", "signed")
        for one in run.payouts
    }
    return sorted(
        {payout.currency for payout in waiting if payout.to and payout.redemption not in planned}
    )


def _run(run: Run) -> dict[str, Any]:
    return {
        "title": ngettext("%(num)s uitbetaling", "%(num)s uitbetalingen", len(run.payouts)),
        "amount": euro(run.total),
        "when": when(run.planned),
        "state": str(RUNS[run.state]),
        "tone": {"returned": "bad", "planned": "wait", "signed": "wait"}.get(run.state, ""),
        "href": url_for("settlement.one", identity=run.identity),
    }


def _account() -> str:
    """The wijk's own account, from which shops are paid; "" while nobody set it."""
    try:
        return house.own_account(the_bank()).account.text
    except Unfit:
        return ""


def _line(found: Matched, by_hand: Iterable[ByHand]) -> dict[str, Any]:
    """A line to record, beside what was recorded by hand and may be the same."""
    line = found.kept.line.id
    return bank_line(found) | {
        "record": url_for("settlement.record", line=line),
        "waits": found.kept.identity is not None,
        "by_hand": [
            {
                "when": day(one.time),
                "post": url_for("settlement.link", line=line, identity=one.identity),
            }
            for one in by_hand
        ],
    }


def _back(one: Returned, name: str) -> dict[str, Any]:
    return {
        "name": name or _("Naam gewist"),
        "amount": euro(one.owed.amount),
        "when": iso_day(one.line.line.day),
        "post": url_for("settlement.reissue", redemption=one.owed.redemption),
    }


def _shops() -> list[dict[str, Any]]:
    """Who may redeem, and whether they have agreed to the terms of now."""
    found = [
        (person, currency)
        for currency in currencies().values()
        if currency.policy.redeeming and currency.policy.redeeming.agreement
        for person in membership.people_of(the_bank())
        if _may_redeem(currency, person.kind, person.status, tuple(person.accounts))
    ]
    return [
        {
            "name": person.name or _("Naam gewist"),
            "agreed": agreements.agreed(the_bank(), person.id, currency.code),
        }
        for person, currency in found
    ]


def _may_redeem(currency: Currency, kind: str, status: str, held: tuple[str, ...]) -> bool:
    return kind in currency.policy.redeemers and status == "active" and currency.code in held


# ---- one settlement


@blueprint.post(PATHS["settle"] + "/plan/<currency>")
@role("treasurer")
def plan(currency: str) -> ResponseReturnValue:
    """Plan to pay all that can be paid now; the plan is kept once it is signed."""
    if currency not in currencies():
        raise Refusal(Code.UNKNOWN_CURRENCY, currency=currency)
    planned = settlement.plan(the_bank(), me().id, currency)
    if not planned.runs:
        say("warn", _("Er wacht niets dat uitbetaald kan worden."))
        return redirect(PATHS["settle"])
    draft = planned.runs[0].draft
    return pages.page(draft, approvals.approvals(the_bank(), draft.order), "new")


@blueprint.get(PATHS["settle"] + "/<identity>")
@role("treasurer")
def one(identity: str) -> str:
    """One settlement: who is paid, how far it is, and the file for the bank once it is posted."""
    run = next((run for run in settlement_runs.runs(the_bank()) if run.identity == identity), None)
    if run is None:
        raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
    return render_template(
        "settle_one.html",
        **_run(run),
        total=euro(run.total),
        paid=euro(run.paid),
        returned=euro(run.returned) if run.returned else "",
        payouts=[
            payout_line(item.payout)
            | dict(zip(("state", "tone"), progress(item, run), strict=True))
            for item in run.payouts
        ],
        file=url_for("settlement.file", identity=identity) if run.posted else None,
        answered=bool(run.paid or run.returned),
        sign=url_for("proposals.one", identity=identity) if not run.posted else None,
    )


@blueprint.get(PATHS["settle"] + "/<identity>/betaalbestand.xml")
@role("treasurer")
def file(identity: str) -> Response:
    """The file for the bank (pain.001): the very bytes that were signed for."""
    found = settlement.posted_file(the_bank(), identity)
    return download(found.data, found.name, "application/xml")


# ---- the bank's statements


@blueprint.post(PATHS["settle"] + "/afschrift")
@role("treasurer")
def upload() -> ResponseReturnValue:
    """Take a statement (camt.053); nothing is booked by it. The same one again changes nothing."""
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    if not sent or not data:
        say("warn", _("Kies eerst een bestand."))
        return redirect(PATHS["settle"])
    try:
        found = bankfiles.import_file(the_bank(), (sent.filename or "camt.xml")[:100], data)
    except Unfit as error:
        say("bad", unfit(error) + " " + _("Er is niets veranderd."))
        return redirect(PATHS["settle"])
    fresh = ngettext("%(num)s nieuwe regel", "%(num)s nieuwe regels", len(found.fresh))
    if found.already:
        say("warn", _("Dit afschrift was al ingelezen. Er is niets veranderd."))
    else:
        known = _("%(count)s waren al bekend.", count=found.known) if found.known else ""
        say("good", _("Het afschrift is gelezen: %(fresh)s.", fresh=fresh) + " " + known)
    return redirect(PATHS["settle"] + "#regels")


@blueprint.post(PATHS["settle"] + "/regel/<line>")
@role("treasurer")
def record(line: str) -> ResponseReturnValue:
    """The one proposal that records an imported line, to be signed; the same one each time.

    With `apart`, a treasurer says that it is not what was recorded by hand.
    """
    apart = bool(request.form.get("apart"))
    try:
        draft = bankfiles.draft_record(the_bank(), me().id, line, apart=apart)
    except Unfit as error:
        return _not_done(error)
    return redirect(url_for("proposals.one", identity=draft.order.identity))


@blueprint.post(PATHS["settle"] + "/regel/<line>/is/<identity>")
@role("treasurer")
def link(line: str, identity: str) -> ResponseReturnValue:
    """Say that an imported line is what was recorded by hand before; nothing is booked."""
    try:
        bankfiles.link(the_bank(), line, identity)
    except Unfit as error:
        return _not_done(error)
    say("good", _("Deze regel was al geboekt. Er is niets bij gekomen."))
    return redirect(PATHS["settle"] + "#regels")


@blueprint.post(PATHS["settle"] + "/terug/<redemption>")
@role("treasurer")
def reissue(redemption: str) -> ResponseReturnValue:
    """The one proposal that gives a shop its credits again for a payout that came back."""
    found = next(
        (one for one in bankfiles.came_back(the_bank()) if one.owed.redemption == redemption), None
    )
    if found is None:
        raise Refusal(Code.UNKNOWN_ENTRY, entry=redemption)
    try:
        draft = bankfiles.draft_reissue(the_bank(), me().id, found)
    except Unfit as error:
        return _not_done(error)
    return redirect(url_for("proposals.one", identity=draft.order.identity))


def _not_done(error: Unfit) -> ResponseReturnValue:
    say("good" if error.code is Flaw.LINE_RECORDED else "bad", unfit(error))
    return redirect(PATHS["settle"])
