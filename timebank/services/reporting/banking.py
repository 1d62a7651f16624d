"""The section that lays the journal beside the bank's files: every euro figure, from both. Pure.

A payment file is known by its message id, which follows from the redemptions that a settlement
names: the journal alone says which file belongs to it. Where the text behind `Settle.file` is
known, its SHA-256 must be the file's. Bank lines are counted off by amount: a line that nothing in
the journal matches is listed, and so is an entry without a line. A line of the last days of the
year may be recorded in the next one; then it stands here until then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from timebank.errors import Unfit
from timebank.ledger import orders
from timebank.services.camt import Statement, read
from timebank.services.files import payments_named
from timebank.services.pain import message_id
from timebank.services.reporting.chronicle import Chronicle
from timebank.services.reporting.ledger import Row
from timebank.services.reporting.values import Cell, Moment, Money, Section, Table, Word
from timebank.services.statements import local
from timebank.storage.bank_lines import Line


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file from or for the bank, as somebody has it."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Payments:
    """What a pain.001 file says of itself: its message id, how many payments, and their sum.

    `digest` is its SHA-256.
    """

    digest: str
    message: str
    count: int
    cents: int


def section(
    found: Chronicle, files: Sequence[BankFile], texts: Mapping[str, str] | None = None
) -> Section:
    """Return the journal of the year beside these files.

    `texts` are those behind commitments, as far as they are known: with them a settlement's file
    must be the very one that was signed for, without them its count and sum must fit.
    """
    payments = defaultdict[str, list[Payments]](list)
    statements: list[Statement] = []
    rows: list[Row] = []
    for file in files:
        paid, told = _payments(file.data), None
        if paid:
            payments[paid.message].append(paid)
        else:
            told = _statement(file.data)
        if told:
            statements.append(told)
        rows.append(_row(file, paid, told))
    settled = tuple(_settlements(found, payments, texts or {}))
    lines = list(_lines(found, statements))
    return Section(
        "bank_files",
        "bank",
        (
            Table("files", ("file", "sha256", "type", "lines", "euro"), tuple(rows)),
            Table("paid_by_file", ("entry", "day", "payouts", "euro", "in_file", "level"), settled),
            Table("compared", ("what", "lines", "came_in", "went_out"), _compared(found, lines)),
            Table("unmatched", ("where", "entry", "day", "euro"), tuple(_unmatched(found, lines))),
        ),
    )


def _euro(cents: int) -> Money:
    return Money(cents, "EUR", "cent")


def _row(file: BankFile, paid: Payments | None, told: Statement | None) -> Row:
    digest = sha256(file.data).hexdigest()
    if paid:
        return file.name, digest, "pain.001", paid.count, _euro(paid.cents)
    if told:
        total = sum(line.amount for line in told.lines)
        return file.name, digest, "camt.053", len(told.lines), _euro(total)
    return file.name, digest, Word("unreadable"), 0, _euro(0)


# ---- payment files


def _settlements(
    found: Chronicle, payments: Mapping[str, Sequence[Payments]], texts: Mapping[str, str]
) -> Iterator[Row]:
    for event in found.events:
        body = event.order.body
        if not isinstance(body, orders.Settle):
            continue
        total = sum(payout.amount for payout in body.payouts)
        signed = payments_named(texts.get(body.file, ""))
        message = message_id([payout.redemption for payout in body.payouts])
        file = _file_of(payments.get(message, ()), signed.digest if signed else "")
        in_file: Cell = _euro(file.cents) if file else "–"
        if file is None:
            level = "no_file"
        else:
            fits = (file.cents, file.count) == (total, len(body.payouts))
            very = signed is None or file.digest == signed.digest
            level = "same" if fits and very else "differs"
        euro, day = _euro(total), Moment(event.time)
        yield event.seq, day, len(body.payouts), euro, in_file, Word(level)


def _file_of(files: Sequence[Payments], digest: str) -> Payments | None:
    """The file that was signed for among those of one message id, else the last of them."""
    return next((file for file in files if file.digest == digest), files[-1] if files else None)


def _payments(data: bytes) -> Payments | None:
    """What a payment file says; None for a file that is none."""
    try:
        header = next(_named(fromstring(data, forbid_dtd=True), "GrpHdr"), None)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    if header is None:
        return None
    texts = {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in header}
    try:
        cents = Decimal(texts["CtrlSum"]).scaleb(2)
        return Payments(sha256(data).hexdigest(), texts["MsgId"], int(texts["NbOfTxs"]), int(cents))
    except (KeyError, ValueError, InvalidOperation, OverflowError):
        return None


def _named(root: Element, name: str) -> Iterator[Element]:
    return (each for each in root.iter() if each.tag.rpartition("}")[2] == name)


# ---- statements


def _statement(data: bytes) -> Statement | None:
    try:
        return read(data)
    except Unfit:
        return None


def _lines(found: Chronicle, statements: Iterable[Statement]) -> Iterator[Line]:
    """The bank's lines of the year, each once in however many files it stands."""
    year = str(local(found.start).year)
    known: dict[str, Line] = {}
    for statement in statements:
        for line in statement.lines:
            if line.day.startswith(year):
                known.setdefault(line.id, line)
    yield from sorted(known.values(), key=lambda line: (line.day, line.id))


def _recorded(found: Chronicle) -> list[tuple[int, int, int]]:
    """What was recorded in the year: entry, time and cents."""
    return [
        (event.seq, event.time, event.order.body.amount)
        for event in found.events
        if isinstance(event.order.body, orders.RecordBank)
    ]


def _compared(found: Chronicle, lines: Sequence[Line]) -> tuple[Row, ...]:
    ours = [cents for _, _, cents in _recorded(found)]
    theirs = [line.amount for line in lines]
    return tuple(
        (
            Word(key),
            len(amounts),
            _euro(sum(each for each in amounts if each > 0)),
            _euro(-sum(each for each in amounts if each < 0)),
        )
        for key, amounts in (("in_the_ledger", ours), ("at_the_bank", theirs))
    )


def _unmatched(found: Chronicle, lines: Sequence[Line]) -> Iterator[Row]:
    """Entries without a line of that amount, then lines without an entry."""
    at_bank = Counter(line.amount for line in lines)
    for seq, time, cents in _recorded(found):
        if at_bank[cents]:
            at_bank[cents] -= 1
        else:
            yield Word("only_in_ledger"), str(seq), Moment(time), _euro(cents)
    for line in lines:
        if at_bank[line.amount]:
            at_bank[line.amount] -= 1
            yield Word("only_at_bank"), "–", line.day, _euro(line.amount)
