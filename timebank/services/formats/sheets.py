"""The books as sheets (CSV): everything in them, for whoever wants to look at it another way.

Every amount stands there twice: as people write it, and in minor units (minutes, cents) for
programs. No text of a member is a formula to a spreadsheet.
"""

from collections.abc import Iterable, Iterator, Sequence

from timebank.services.bookkeeping import BookEntry, Books, Line
from timebank.services.sheets import Cell, amount_cell, sheet, word_cell
from timebank.units import Unit

Row = Sequence[Cell]


def sheets(books: Books) -> dict[str, bytes]:
    """Return the books as CSV files, such as a Dutch spreadsheet opens, with a row of headings."""
    return {
        "accounts.csv": _sheet(
            "account,currency,unit,kind,member,opening,opening_minor,closing,closing_minor",
            _accounts(books),
        ),
        "members.csv": _sheet("member,kind,name", _members(books)),
        "entries.csv": _sheet("entry,day,time,type,reference,identity,about,text", _entries(books)),
        "postings.csv": _sheet("entry,line,account,currency,amount,minor", _postings(books)),
        "bank_lines.csv": _sheet(
            "entry,day,identity,currency,amount,minor,cited_minor,text", _bank_lines(books)
        ),
        "redemptions.csv": _sheet(
            "entry,day,identity,member,currency,amount,minor,fee_minor,open_minor,settled_by",
            _redemptions(books),
        ),
        "corrections.csv": _sheet(
            "entry,day,type,identity,about,account,currency,amount,minor,reason",
            _corrections(books),
        ),
    }


def _sheet(head: str, rows: Iterable[Row]) -> bytes:
    return sheet([head.split(","), *rows]).encode()


def _shown(line: Line) -> tuple[str, int]:
    return amount_cell(line.amount, Unit(line.account.currency.unit)), line.amount


def _accounts(books: Books) -> Iterator[Row]:
    closing = books.closing()
    for account in books.accounts:
        currency, held = account.currency, closing[account.id]
        yield (
            account.id,
            currency.code,
            currency.unit,
            account.kind,
            account.holder.id if account.holder else "",
            amount_cell(account.opening, Unit(currency.unit)),
            account.opening,
            amount_cell(held, Unit(currency.unit)),
            held,
        )


def _members(books: Books) -> Iterator[Row]:
    holders = {account.holder.id: account.holder for account in books.accounts if account.holder}
    for holder in sorted(holders.values(), key=lambda holder: holder.id):
        yield holder.id, holder.kind, word_cell(holder.name)


def _entries(books: Books) -> Iterator[Row]:
    for entry in books.entries:
        yield (
            entry.seq,
            entry.day.isoformat(),
            entry.time,
            entry.type,
            word_cell(entry.reference),
            entry.identity,
            entry.about,
            word_cell(entry.text),
        )


def _postings(books: Books) -> Iterator[Row]:
    for entry in books.entries:
        for number, line in enumerate(entry.lines):
            yield entry.seq, number, line.account.id, line.account.currency.code, *_shown(line)


def _of_type(books: Books, *types: str) -> Iterator[BookEntry]:
    return (entry for entry in books.entries if entry.type in types)


def _bank_lines(books: Books) -> Iterator[Row]:
    for entry in _of_type(books, "record_bank"):
        (line,) = (line for line in entry.lines if line.account.kind == "bank")
        yield (
            entry.seq,
            entry.day.isoformat(),
            entry.identity,
            line.account.currency.code,
            *_shown(line),
            books.cited.get(entry.identity, 0),
            word_cell(entry.text),
        )


def _redemptions(books: Books) -> Iterator[Row]:
    for entry in _of_type(books, "redeem"):
        payer, handed_in, *fee = entry.lines
        now = books.redemptions[entry.identity]
        yield (
            entry.seq,
            entry.day.isoformat(),
            entry.identity,
            payer.account.holder.id if payer.account.holder else "",
            payer.account.currency.code,
            *_shown(handed_in),
            fee[1].amount if fee else 0,
            now.open,
            now.settled_by,
        )


def _corrections(books: Books) -> Iterator[Row]:
    for entry in _of_type(books, "correct", "refund"):
        for line in entry.lines:
            yield (
                entry.seq,
                entry.day.isoformat(),
                entry.type,
                entry.identity,
                entry.about,
                line.account.id,
                line.account.currency.code,
                *_shown(line),
                word_cell(entry.text),
            )
