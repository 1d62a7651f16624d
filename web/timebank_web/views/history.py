"""What happened: all movements of a member, and the receipt of one payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from timebank.errors import Code, Refusal
from timebank.ledger.orders import Correct, Order, Pay, Refund
from timebank.services import membership, payments, proofs, receipts, statements
from timebank.services.statements import Movement
from timebank.units import Unit
from timebank_web.current import currencies, me, member, public, somebody, the_bank
from timebank_web.downloads import download
from timebank_web.moves import order_of, own_part, tell, what, who
from timebank_web.paths import PATHS
from timebank_web.qr import picture
from timebank_web.sharing import may_read, receipt_url
from timebank_web.texts import _
from timebank_web.views.day import as_csv
from timebank_web.words import currency_label, day, money, together, when

blueprint = Blueprint("history", __name__)

MOST = 5_000
PAGE = 30
SEARCHED = 200
"""How many later movements are searched for what gives an entry back."""


# ---- all movements


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the movements somebody wants to see; empty currency and direction mean all."""

    currency: str
    direction: str
    first: date
    last: date

    def movements(self) -> list[Movement]:
        """Return them, newest first."""
        found = statements.history(
            the_bank(),
            me().id,
            limit=MOST,
            since=statements.day_bounds(self.first)[0],
            until=statements.day_bounds(self.last)[1],
            currency=self.currency or None,
        )
        wanted = {"in": (True,), "out": (False,)}.get(self.direction, (True, False))
        return [move for move in found if (move.amount > 0) in wanted]

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for it."""
        return {
            "currency": self.currency,
            "direction": self.direction,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
        }


def read_filter(asked: Mapping[str, str]) -> Filter:
    """Return what was asked; what cannot be read is as if it was not: this year so far."""
    today = statements.local(the_bank().clock.now()).date()
    currency = asked.get("currency", "")
    return Filter(
        currency if currency in me().accounts else "",
        asked.get("direction", "") if asked.get("direction") in ("in", "out") else "",
        _date(asked.get("from", ""), today.replace(month=1, day=1)),
        _date(asked.get("to", ""), today),
    )


def _date(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else otherwise


@blueprint.get(PATHS["history"])
@member
def overview() -> ResponseReturnValue:
    """All movements, with a filter, page by page."""
    asked = read_filter(request.args)
    found = asked.movements()
    number = max(0, request.args.get("page", 0, type=int))
    here = found[number * PAGE : (number + 1) * PAGE]
    more = len(found) > (number + 1) * PAGE

    def page(other: int) -> str:
        return f"{PATHS['history']}?{urlencode({**asked.query, 'page': other})}"

    return render_template(
        "history.html",
        moves=tell(here),
        pages={
            "older": page(number + 1) if more else None,
            "newer": page(number - 1) if number else None,
        },
        filter={**asked.query, "active": bool(request.args)},
        currencies=[{"code": code, "label": currency_label(code)} for code in me().accounts],
        summary=_summary(found),
        csv=f"{url_for('history.table')}?{urlencode(asked.query)}",
        period=_("%(first)s tot en met %(last)s", first=_day(asked.first), last=_day(asked.last)),
    )


@blueprint.get(PATHS["history"] + "/tabel.csv")
@member
def table() -> ResponseReturnValue:
    """The same movements as a table for a spreadsheet, oldest first."""
    units = {code: Unit(currency.unit) for code, currency in currencies().items()}
    found = sorted(read_filter(request.args).movements(), key=lambda move: move.seq)
    return download(as_csv(found, units), "boekingen.csv", "text/csv")


def _summary(found: Sequence[Movement]) -> list[dict[str, str]]:
    """Return what came in and went out, per currency."""
    lines = []
    for code in dict.fromkeys(move.currency for move in found):
        amounts = [move.amount for move in found if move.currency == code]
        incoming = sum(amount for amount in amounts if amount > 0)
        lines.append(
            {
                "label": currency_label(code),
                "incoming": money(incoming, code),
                "outgoing": money(incoming - sum(amounts), code),
            }
        )
    return lines


def _day(which: date) -> str:
    return day(statements.day_bounds(which)[0])


# ---- one receipt


@blueprint.get("/bewijs/<identity>")
@public
def receipt(identity: str) -> ResponseReturnValue:
    """The receipt of a payment, for its parties and whoever they gave the link."""
    mine = _readable(identity)
    moves = mine or _as_payer_sees_it(identity)
    first = moves[0]
    url = receipt_url(identity, outside=True)
    checked = proofs.check_receipt(receipts.receipt(the_bank(), identity), the_bank().ledger)
    return render_template(
        "receipt.html",
        heading=_heading(first, bool(mine), identity),
        amounts=[money(abs(move.amount), move.currency) for move in moves],
        incoming=first.amount > 0,
        name=who(first),
        memo=first.memo or what(first.type),
        memo_label=_("Reden") if first.type == "correct" else _("Waarvoor"),
        when=when(first.time),
        reference=first.reference,
        entry=first.seq,
        hash=identity,
        key_label=_key_label(checked.key_ids, checked.order.header.author),
        url=url,
        qr=picture(url, _("QR-code van deze bon")),
        download=url_for("history.proof", identity=identity, deel=request.args.get("deel")),
        state=_returned(identity, checked.order),
        undone=_undone(first) if mine else [],
        undoes=_undoes(checked.order) if mine else None,
        refund=_refund(first) if mine else None,
        ask_back=bool(mine) and first.type == "pay" and first.amount < 0,
    )


@blueprint.get("/bewijs/<identity>/bewijs.tlog-proof")
@public
def proof(identity: str) -> ResponseReturnValue:
    """The receipt as a file that anyone can check with the ledger's id alone."""
    _readable(identity)
    text = receipts.receipt(the_bank(), identity)
    return download(text, f"bon-{identity[:8]}.tlog-proof", "text/plain")


def _readable(identity: str) -> list[Movement]:
    """Return one's own part of an entry, [] for who has its link; Refusal for all others."""
    person = somebody()
    mine = own_part(identity) if person else []
    if not mine and not may_read(identity, request.args.get("deel", "")):
        raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
    return mine


def _as_payer_sees_it(identity: str) -> list[Movement]:
    return [move for move in statements.entry_of(the_bank(), identity) if move.amount < 0]


def _heading(first: Movement, mine: bool, identity: str) -> str:
    if not mine:
        (taken, *_rest) = [m for m in statements.entry_of(the_bank(), identity) if m.amount > 0]
        return _("%(name)s betaalde", name=who(taken))
    if first.type == "redeem":
        return _("U wisselde in")
    if first.type == "correct":
        return _("Teruggedraaid door de penningmeesters")
    if first.type == "refund":
        return _("U kreeg terug") if first.amount > 0 else _("U gaf terug")
    return _("U kreeg") if first.amount > 0 else _("U betaalde")


def _key_label(key_ids: Sequence[str], author: str) -> str:
    """Return what signed: one's own device by its label, another's by its owner."""
    person = somebody()
    if person is None or person.id != author:
        return _("de sleutel van %(name)s", name=membership.person(the_bank(), author).name)
    labels = [
        device.label or _("sleutelbestand")
        for device in membership.devices(the_bank(), author)
        if device.key.id in key_ids
    ]
    return ", ".join(labels)


def _undone(first: Movement) -> list[dict[str, str]]:
    """Return what was given back of an entry since: how much, why, and where that is told."""
    moved = sum(
        one.amount for one in statements.entry_of(the_bank(), first.identity) if one.amount > 0
    )
    if moved == sum(leg.amount for leg in payments.correctable(the_bank(), first.identity)):
        return []
    later = statements.history(the_bank(), me().id, since=first.time, limit=SEARCHED)
    names = {move.identity: move for move in later if move.type in ("refund", "correct")}
    return [
        {
            "what": _("Teruggedraaid") if move.type == "correct" else _("Teruggegeven"),
            "amount": together([(abs(one.amount), one.currency) for one in own_part(identity)]),
            "why": move.memo,
            "when": when(move.time),
            "href": url_for("history.receipt", identity=identity),
        }
        for identity, move in names.items()
        if _about(order_of(identity)) == first.identity
    ]


def _undoes(order: Order) -> str | None:
    """Return where the entry is told that this one gives back."""
    about = _about(order)
    return url_for("history.receipt", identity=about) if about else None


def _about(order: Order) -> str:
    body = order.body
    if isinstance(body, Correct):
        return body.entry
    return body.payment if isinstance(body, Refund) else ""


def _returned(identity: str, order: Order) -> str | None:
    """Return whether a payment was given back since."""
    if not isinstance(order.body, Pay):
        return None
    payee = statements.owner_of(the_bank(), order.body.legs[0].payee)
    left = sum(leg.amount for leg in payments.refundable(the_bank(), payee, identity).legs)
    if left == sum(leg.amount for leg in order.body.legs):
        return None
    return _("Deels teruggegeven") if left else _("Teruggegeven")


def _refund(first: Movement) -> str | None:
    if first.type != "pay" or first.amount < 0:
        return None
    return f"{PATHS['refund']}/{first.identity}"
