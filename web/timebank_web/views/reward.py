"""Organisations reward many people from one file: send it, look, sign once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.services import receipts, reward_lines, rewards
from timebank.services.drafts import Draft, read_submission, tidy
from timebank.services.reward_file import MAX_BYTES, BadFile, FileProblem, read_table
from timebank.services.reward_lines import Line, Preview, Total
from timebank.services.statements import local
from timebank.signing.authorizations import MAX_BATCH
from timebank_web.current import me, organisation, read_json, rp_id, the_bank
from timebank_web.paths import PATHS
from timebank_web.reward_words import (
    PROBLEMS,
    file_sentence,
    limit_words,
    period_words,
    total_words,
)
from timebank_web.signing import hidden_values, my_keys
from timebank_web.texts import _
from timebank_web.views.orders import refused
from timebank_web.words import euro, moment, money, when

blueprint = Blueprint("reward", __name__)


@blueprint.get(PATHS["reward"])
@organisation
def begin() -> str:
    """Ask for a file, and show what was sent in before."""
    return _form("")


@blueprint.post(PATHS["reward"])
@organisation
def upload() -> ResponseReturnValue:
    """Take a file that can be read, and show what it would do."""
    sent = request.files.get("file")
    content = sent.read(MAX_BYTES + 1) if sent else b""
    try:
        if not content:
            raise BadFile(FileProblem.EMPTY)
        read_table(content, local(the_bank().clock.now()).date())
    except BadFile as bad:
        return _form(file_sentence(bad)), 422
    name = tidy((sent.filename if sent else "") or "")
    return redirect(_address(rewards.keep(the_bank(), me().id, name, content)), 303)


@blueprint.get(PATHS["reward"] + "/<digest>")
@organisation
def look(digest: str) -> str:
    """What a file would do, what of it was done, and the signature for what can be done now."""
    bank = the_bank()
    file = rewards.kept_file(bank, me().id, digest)
    preview = reward_lines.look(bank, me().id, file.content)
    drafts = rewards.draft(bank, preview) if preview.can_pay else []
    ready, paid, waits = (preview.of(state) for state in ("ready", "paid", "waits"))
    return render_template(
        "reward_file.html",
        name=file.name,
        sent=moment(file.created),
        wrong=[_wrong(line) for line in preview.of("wrong")],
        waits=[_waits(line) for line in waits],
        ready=[_ready(line, item) for line, item in zip(ready, drafts, strict=False)],
        later=[_shown(line) for line in ready[len(drafts) :]] if preview.can_pay else [],
        unpaid=[_shown(line) for line in ready] if not preview.can_pay else [],
        paid=[_paid(line) for line in paid],
        progress={"done": len(paid), "of": len(preview.lines)},
        together=_together(preview, drafts),
        short=[money(item.short, item.currency) for item in preview.sums if item.short],
        totals=[_total(total) for total in preview.totals],
        limits=_limits(preview.totals),
        ignored=preview.ignored,
        batch=_batch(drafts, digest),
        again=PATHS["reward"],
    )


@blueprint.post(PATHS["reward"] + "/<digest>")
@organisation
def pay(digest: str) -> ResponseReturnValue:
    """Post `{orders: [{order, openings}], authorization}` of this file, all or none."""
    bank = the_bank()
    file = rewards.kept_file(bank, me().id, digest)
    sent = read_json()
    listed = sent.get("orders") if isinstance(sent, Mapping) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_BATCH:
        return refused(Refusal(Code.BAD_FIELD, field="orders"))
    signed = [sent.get("authorization")]
    try:
        submissions = [
            read_submission({**item, "authorizations": signed} if isinstance(item, dict) else item)
            for item in listed
        ]
        preview = reward_lines.look(bank, me().id, file.content)
        rewards.post_signed(bank, preview, submissions)
    except Refusal as refusal:
        return refused(refusal)
    return {"state": "posted", "go": _address(digest)}


@blueprint.get(PATHS["reward"] + "/<digest>/stand/<identity>")
@organisation
def outcome(digest: str, identity: str) -> ResponseReturnValue:
    """Say whether a batch is posted, by the identity of its first order."""
    try:
        receipts.receipt(the_bank(), identity)
    except Refusal:
        return {"state": "unknown"}
    return {"state": "posted", "go": _address(digest)}


def _address(digest: str) -> str:
    return url_for("reward.look", digest=digest)


def _form(error: str) -> str:
    files = [
        {"name": file.name, "when": when(file.created), "href": _address(file.digest)}
        for file in rewards.kept_files(the_bank(), me().id)
    ]
    return render_template("reward.html", post=PATHS["reward"], error=error, files=files)


# ---- lines in words


def _shown(line: Line) -> dict[str, Any]:
    return {
        "number": line.row.number,
        "who": line.name or line.row.person,
        "memo": line.memo,
        "amount": money(line.row.amount, line.currency)
        if line.currency and line.row.amount
        else line.row.typed_amount,
    }


def _ready(line: Line, draft: Draft) -> dict[str, Any]:
    return {
        **_shown(line),
        "leg": {
            "payer": line.payer_account,
            "payee": line.account,
            "currency": line.currency,
            "amount": line.row.amount,
        },
        "hidden": hidden_values(draft.order.data, {"type", "legs"}),
    }


def _wrong(line: Line) -> dict[str, Any]:
    why = [str(PROBLEMS[problem]) for problem in line.problems]
    return {**_shown(line), "memo": line.row.job, "why": why}


def _waits(line: Line) -> dict[str, Any]:
    why = [
        _(
            "Met deze regel samen %(total)s in %(period)s. Daar staat tegenover: %(limit)s.",
            total=euro(above.total),
            period=period_words(above.period),
            limit=euro(above.parameter.cents),
        )
        for above in line.above
    ]
    return {**_shown(line), "why": why}


def _paid(line: Line) -> dict[str, Any]:
    assert line.entry is not None
    return {
        **_shown(line),
        "reference": ids.reference(line.entry.identity),
        "href": url_for("history.receipt", identity=line.entry.identity),
        "when": when(line.entry.time),
    }


def _together(preview: Preview, drafts: Sequence[Draft]) -> list[str]:
    """What the signature is for, in all, by currency."""
    amounts: dict[str, int] = {}
    for line in preview.of("ready")[: len(drafts)]:
        amounts[line.currency] = amounts.get(line.currency, 0) + line.row.amount
    return [money(amount, currency) for currency, amount in sorted(amounts.items())]


def _total(total: Total) -> dict[str, str]:
    return {
        "who": total.name,
        "kind": _("tijd") if total.month_limit is None else _("credits"),
        "month": total_words(total.month_after, total.unit),
        "year": total_words(total.year_after, total.unit),
    }


def _limits(totals: Sequence[Total]) -> list[dict[str, str]]:
    limited = next((total for total in totals if total.month_limit and total.year_limit), None)
    if limited is None or limited.month_limit is None or limited.year_limit is None:
        return []
    return [
        {"label": _("Per maand"), "text": limit_words(limited.month_limit)},
        {"label": _("Per jaar"), "text": limit_words(limited.year_limit)},
    ]


def _batch(drafts: Sequence[Draft], digest: str) -> dict[str, Any] | None:
    if not drafts:
        return None
    wires = [draft.wire() for draft in drafts]
    return {
        "draft": {
            "ledger": the_bank().ledger,
            "orders": [{"order": one["order"], "openings": one["openings"]} for one in wires],
            "keys": my_keys(),
            "rp_id": rp_id(),
        },
        "post": url_for("reward.pay", digest=digest),
        "outcome": url_for("reward.outcome", digest=digest, identity=""),
    }
