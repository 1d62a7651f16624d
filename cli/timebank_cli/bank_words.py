"""Bank lines in words: what each is, or why nobody can say."""

from collections.abc import Mapping, Sequence

from timebank.services.matching import Kind, Why
from timebank.services.reconciling import Matched
from timebank.units import Unit, show_amount
from timebank_cli.output import table

SHOWN_ID = 8

WHYS: Mapping[Why, str] = {
    Why.NO_REFERENCE: "refers to no payout",
    Why.PARTLY: "only partly payouts",
    Why.TWO_PAYOUTS: "could be either of two payouts",
    Why.OTHER_AMOUNT: "refers to a payout of another amount",
    Why.PAID_BEFORE: "this payout was paid before: paid twice?",
    Why.RETURNED_BEFORE: "this payout came back before",
    Why.NOT_A_RETURN: "has a payout's reference, but the bank calls it no return",
}


def line_rows(lines: Sequence[Matched]) -> str:
    """Return lines as a table."""
    head = ("LINE", "DAY", "EURO", "WHAT", "WHO", "TEXT")
    return table(head, [_row(item) for item in lines], right="EURO")


def line_document(item: Matched) -> dict[str, object]:
    """Return a line as a program gets it."""
    line = item.kept.line
    return {
        "line": line.id,
        "day": line.day,
        "amount": line.amount,
        "reference": line.reference,
        "file": item.kept.file,
        "kind": item.match.kind,
        "why": item.match.why,
        "payouts": [payout.redemption for payout in item.match.payouts],
        "names": [detail.name for detail in line.details if detail.name],
        "texts": [detail.text for detail in line.details if detail.text],
        "recorded": item.recorded,
    }


def _row(item: Matched) -> tuple[str, ...]:
    line, match = item.kept.line, item.match
    what = {Kind.PAID: "paid to shops", Kind.RETURNED: "came back"}.get(match.kind, "")
    return (
        line.id[:SHOWN_ID],
        line.day,
        show_amount(line.amount, Unit.CENT),
        what or (WHYS[match.why] if match.why else ""),
        ", ".join(detail.name for detail in line.details if detail.name),
        "; ".join(detail.text for detail in line.details if detail.text),
    )
