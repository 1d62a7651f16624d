"""The bank's statements: imported once, recorded line by line, and what came back issued again.

A line is the same line in whatever file it comes. For each there is one order that may record it,
kept before anybody signs: whoever does it again, or at the same time, signs the same order, and an
order posts once. The same holds for issuing a returned payout's credits again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Flaw, Refusal, Unfit
from timebank.ledger.facts import Account, BankLine, Redemption
from timebank.ledger.orders import RecordBank
from timebank.services import files, house, treasury
from timebank.services.bank import Bank
from timebank.services.camt import Statement as Statement
from timebank.services.camt import read as read
from timebank.services.drafts import Draft
from timebank.services.files import LineName
from timebank.services.matching import Kind
from timebank.services.proposals import find, keep_unsigned, told
from timebank.services.reconciling import Matched, Returned, matched, returned
from timebank.storage import bank_lines, fold, journal
from timebank.storage import files as kept_files
from timebank.storage import proposals as kept_proposals
from timebank.storage.bank_lines import Kept, Line, Reissue
from timebank.storage.engine import reading, writing


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: `fresh` lines were not known yet; `already` means this very file was."""

    digest: str
    already: bool
    fresh: tuple[Line, ...]
    known: int


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was recorded by hand: its order, when (UTC seconds), and the euro cents."""

    identity: str
    time: int
    amount: int


def import_file(bank: Bank, name: str, data: bytes) -> Imported:
    """Keep a camt.053 file and its lines; the same file again changes nothing.

    Nothing is booked. Raises Unfit for a file that is not whole or not of the wijk's own account
    (`camt.read`, OTHER_ACCOUNT), or NO_OWN_ACCOUNT: then nothing is kept.
    """
    statement = read(data)
    own = house.own_account(bank).account.iban
    if statement.iban != own:
        raise Unfit(Flaw.OTHER_ACCOUNT, iban=statement.iban)
    digest = files.digest(data)
    with writing(bank.engine) as conn:
        already = kept_files.find(conn, digest) is not None
        if not already:
            file = kept_files.File(digest, "camt", name, bank.clock.now(), data)
            kept_files.keep(conn, file)
        fresh = bank_lines.keep(conn, digest, statement.lines)
    return Imported(digest, already, tuple(fresh), len(statement.lines) - len(fresh))


def lines(bank: Bank) -> list[Matched]:
    """Return every imported line with what it is and whether it was recorded, by day."""
    with reading(bank.engine) as conn:
        return matched(conn)


def unrecorded(bank: Bank) -> list[Matched]:
    """Return the imported lines that are not in the journal yet, by day."""
    return [item for item in lines(bank) if not item.recorded]


def came_back(bank: Bank) -> list[Returned]:
    """Return the payouts that came back, by day; `reissued` says which shops have their credits."""
    with reading(bank.engine) as conn:
        return returned(conn, matched(conn))


def find_line(bank: Bank, start: str) -> Matched:
    """Return the imported line whose id begins so; Unfit UNKNOWN_LINE for none, or several."""
    found = [item for item in lines(bank) if start and item.kept.line.id.startswith(start)]
    if len(found) != 1:
        raise Unfit(Flaw.UNKNOWN_LINE, line=start)
    return found[0]


# ---- recording


def by_hand(bank: Bank) -> dict[int, list[ByHand]]:
    """Return what was recorded by hand and is no imported line yet, by euro cents, oldest first.

    Also what is proposed: signed tomorrow, it would be the same euro again.
    """
    with reading(bank.engine) as conn:
        imported = {item.identity for item in bank_lines.all_kept(conn)}
        facts = {one.line: one for one in fold.every(conn, BankLine) if one.line not in imported}
        entries = journal.find_entries(conn, facts)
        waiting = kept_proposals.unexpired(conn, bank.clock.now())
        proposed = [told(bank, conn, row) for row in waiting if row.identity not in imported]
    found: dict[int, list[ByHand]] = {}
    for identity, (_, time) in sorted(entries.items(), key=lambda item: item[1]):
        amount = facts[identity].amount
        found.setdefault(amount, []).append(ByHand(identity, time, amount))
    for proposal in proposed:
        order, body = proposal.order, proposal.order.body
        if isinstance(body, RecordBank) and proposal.state == "open":
            one = ByHand(order.identity, order.header.created, body.amount)
            found.setdefault(body.amount, []).append(one)
    return found


def draft_by_hand(
    bank: Bank, author: str, amount: int, text: str, *, payout: bool = False, apart: bool = False
) -> Draft:
    """Return the order that records a line that is on no imported statement.

    `apart` says that it is none of those of that amount. Else, where there are any, raises Unfit
    LINE_IMPORTED: the same euro would be in the reserve twice.
    """
    if not apart:
        for found in lines(bank):
            if found.kept.line.amount == amount:
                raise Unfit(Flaw.LINE_IMPORTED, line=found.kept.line.id)
    return treasury.draft_record_bank(bank, author, amount, text, payout=payout)


def draft_record(
    bank: Bank, author: str, line: str, *, payout: bool = False, apart: bool = False
) -> Draft:
    """Return the one order that records an imported line; the same one until it cannot post.

    What was matched as paid is booked from transit, all else from or to outside. Of a line that was
    not matched, `payout` says that it paid shops all the same. `apart` says that it is not the one
    of that amount that was recorded by hand. Raises Unfit UNKNOWN_LINE, LINE_RECORDED, or
    RECORDED_BY_HAND: the same euro twice in the reserve would cover credits that nobody paid for.
    """
    found = find_line(bank, line)
    if not found.recorded and not apart and found.kept.line.amount in by_hand(bank):
        raise Unfit(Flaw.RECORDED_BY_HAND, line=found.kept.line.id)
    kept, amount = found.kept, found.kept.line.amount
    paid = found.match.kind is Kind.PAID or payout

    def offer() -> Draft:
        text = _name_of(kept).text
        return treasury.draft_record_bank(bank, author, amount, text, payout=paid)

    def current(conn: Connection) -> str | None:
        row = bank_lines.find(conn, kept.line.id)
        return row.identity if row else None

    def reserve(conn: Connection, identity: str) -> None:
        bank_lines.reserve(conn, kept.line.id, identity)

    return _once(bank, current, reserve, offer)


def _name_of(kept: Kept) -> LineName:
    line = kept.line
    words = "; ".join(
        " ".join(part for part in (detail.name, detail.text) if part) for detail in line.details
    )
    return LineName(kept.file, line.reference or line.id, words)


def link(bank: Bank, line: str, identity: str) -> None:
    """Say that an imported line is the one that was recorded before, by hand, by this order.

    Raises Unfit UNKNOWN_LINE, LINE_RECORDED where either is taken, or LINE_DIFFERS where the order
    recorded another amount.
    """
    line = find_line(bank, line).kept.line.id
    with writing(bank.engine) as conn:
        found = bank_lines.find(conn, line)  # as it is now: another may just have recorded it
        assert found  # lines are never forgotten
        amount = _amount_by_hand(bank, conn, identity)
        taken = {item.identity for item in bank_lines.all_kept(conn)}
        if identity in taken or _state(bank, conn, found.identity) in ("open", "posted"):
            raise Unfit(Flaw.LINE_RECORDED, line=found.line.id)
        if amount != found.line.amount:
            raise Unfit(Flaw.LINE_DIFFERS, line=found.line.id)
        bank_lines.reserve(conn, found.line.id, identity)


def _amount_by_hand(bank: Bank, conn: Connection, identity: str) -> int:
    """The euro cents that an order recorded, or that are proposed; Refusal UNKNOWN_ENTRY."""
    if fact := fold.find(conn, BankLine, identity):
        return fact.amount
    proposal = find(bank, conn, identity)
    if proposal and proposal.state == "open" and isinstance(proposal.order.body, RecordBank):
        return proposal.order.body.amount
    raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)


# ---- issuing again what came back


def draft_reissue(bank: Bank, author: str, back: Returned) -> Draft:
    """Return the one order that gives a shop the credits again of a payout that came back.

    It cites the line on which the euro came back, so that the same euro back nothing else.
    """
    with reading(bank.engine) as conn:
        redemption = fold.load_facts(conn, [(Redemption, back.owed.redemption)])
        (fact,) = [item for item in redemption if isinstance(item, Redemption)]
        accounts = fold.load_facts(conn, [(Account, fact.account)])
        (owner,) = [item.owner for item in accounts if isinstance(item, Account)]

    def offer() -> Draft:
        memo = f"Uitbetaling {back.owed.reference} kwam terug op {back.line.line.day}"
        line, amount = back.line.identity, back.owed.amount
        return treasury.draft_issue(bank, author, owner, fact.currency, amount, memo, line=line)

    def current(conn: Connection) -> str | None:
        found = bank_lines.reissues(conn).get(fact.redemption)
        return found.identity if found else None

    def reserve(conn: Connection, identity: str) -> None:
        bank_lines.keep_reissue(conn, Reissue(fact.redemption, back.line.line.id, identity))

    return _once(bank, current, reserve, offer)


# ---- one order for one thing


def _once(
    bank: Bank,
    current: Callable[[Connection], str | None],
    reserve: Callable[[Connection, str], None],
    offer: Callable[[], Draft],
) -> Draft:
    """Return the order that there is already for something, or offer one and keep that.

    Only one that expired or was withdrawn makes room for another: it can never post.
    Raises Unfit LINE_RECORDED where it was posted.
    """
    with reading(bank.engine) as conn:
        if there := _standing(bank, conn, current(conn)):
            return there
    draft = offer()
    with writing(bank.engine) as conn:
        if there := _standing(bank, conn, current(conn)):
            return there
        keep_unsigned(conn, draft)
        reserve(conn, draft.order.identity)
    return draft


def _standing(bank: Bank, conn: Connection, identity: str | None) -> Draft | None:
    state = _state(bank, conn, identity)
    if state == "posted":
        raise Unfit(Flaw.LINE_RECORDED)
    found = find(bank, conn, identity) if identity and state == "open" else None
    return found.draft if found else None


def _state(bank: Bank, conn: Connection, identity: str | None) -> str:
    """What became of an order; "" for none. One linked by hand has no proposal, and is posted."""
    if identity is None:
        return ""
    if fold.load_facts(conn, [(BankLine, identity)]):
        return "posted"
    found = find(bank, conn, identity)
    return found.state if found else ""


__all__ = [
    "ByHand",
    "Imported",
    "Statement",
    "by_hand",
    "came_back",
    "draft_record",
    "draft_reissue",
    "find_line",
    "import_file",
    "lines",
    "link",
    "read",
    "unrecorded",
]
