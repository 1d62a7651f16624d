"""XML Auditfile Financieel 4.0 (XAF, auditfile financieel 4.0.3): what a Dutch accountant reads.

One euro ledger: euro, and the credits that stand for them one to one. They are the books of the
house that issues the credits, to which what a member holds is a debt: so a credit onto a member's
account is a credit here, where a euro onto the bank is a debit. Hours are not money and are left
out. No VAT, no profit and loss: what a payment means for taxes is for the accountant to say.

Members are relations known by their id (custSupID); the names of accounts and journals are in the
language of those who read the file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from lxml import etree

from timebank import __version__
from timebank.services.bookkeeping import BookAccount, BookEntry, Books, Line
from timebank.services.periods import Span

NAMESPACE = (
    "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"
)
"""The target namespace of XmlAuditfileFinancieel4.0.xsd."""
MOST_PERIODS = 999
"""TypeNonnegativeinteger3."""
NOTE = " Uren staan hier niet in: die zijn geen geld en nooit euro waard. "

_GROUPS: Mapping[str, tuple[int, str]] = {
    "bank": (1000, "Bank"),
    "transit": (1090, "Uitbetalingen onderweg"),
    "outside": (1500, "Stortingen en uitbetalingen"),
    "person": (1600, "Tegoeden van bewoners"),
    "shop": (1610, "Tegoeden van winkels"),
    "organisation": (1620, "Tegoeden van organisaties"),
    "redemption": (1630, "Ingeleverd, nog uit te betalen"),
    "contra": (1690, "Uitgegeven min ingetrokken"),
}
_RGS = {"1000.EUR": "BLimBanRba"}
"""Reference codes (RGS) of accounts that are one beyond doubt: a current account at a bank."""
_JOURNALS: Mapping[str, tuple[str, frozenset[str]]] = {
    "BANK": ("Bank", frozenset({"record_bank"})),
    "BETALEN": ("Betalingen tussen leden", frozenset({"pay", "refund"})),
    "UITGEVEN": ("Uitgifte en intrekking", frozenset({"issue", "retire"})),
    "INLEVEREN": ("Inleveren en uitbetalen", frozenset({"redeem", "settle"})),
    "MEMO": ("Correcties en overige", frozenset()),
}
_TYPES = {
    "correct": "Correctie",
    "issue": "Uitgifte",
    "pay": "Betaling",
    "record_bank": "Bankregel",
    "redeem": "Ingeleverd",
    "refund": "Terugbetaling",
    "retire": "Intrekking",
    "settle": "Uitbetaling",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no place for."""


@dataclass(frozen=True, slots=True)
class Company:
    """Whose books they are. ValueError without a name and a fiscal number (RSIN)."""

    name: str
    rsin: str
    kvk: str = ""

    def __post_init__(self) -> None:
        if not (self.name and self.rsin):
            raise ValueError("an auditfile names the foundation, and its RSIN")


def auditfile(books: Books, company: Company, created: date) -> dict[str, bytes]:
    """Return the euro part of the books as one XAF file, made on this day.

    ValueError for more months than the format can number.
    """
    if len(months(books.span)) > MOST_PERIODS:
        raise ValueError(f"an auditfile has at most {MOST_PERIODS} months")
    euro, out = books.in_euro(), BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as xml:
        xml.write_declaration()
        xml.write(etree.Comment(NOTE))
        with xml.element("auditfile", nsmap={None: NAMESPACE}):
            _write(xml, _header(euro.span, created))
            with xml.element("company"):
                _write(xml, *_master_data(euro, company))
                _write_transactions(xml, euro)
    return {f"auditfile-{books.span.first}.xaf": out.getvalue()}


def account_id(account: BookAccount) -> str:
    """Return the general-ledger account under which an account is kept, such as 1600.WIJK."""
    return f"{_GROUPS[account.group][0]}.{account.currency.code}"


def debit(line: Line) -> int:
    """Return a line in cents as these books see it: positive for debit, negative for credit."""
    return _sided(line.account, line.amount)


def _sided(account: BookAccount, amount: int) -> int:
    return amount if account.currency.kind == "euro" else -amount


# ---- XML


def _tag(name: str, *parts: Any, **texts: str | int) -> Any:
    """An element with children, or with one child for each text."""
    element = etree.Element(name)
    for child, text in texts.items():
        etree.SubElement(element, child).text = _NOT_XML.sub("?", str(text))
    element.extend(parts)
    return element


def _write(xml: Any, *elements: Any) -> None:
    for element in elements:
        xml.write(element)


def _amount(debit: int) -> dict[str, str]:
    size = abs(debit)
    return {"amnt": _euro(size), "amntTp": "C" if debit < 0 else "D"}


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _totals(debits: Iterable[int]) -> dict[str, str | int]:
    sides = list(debits)
    return {
        "linesCount": len(sides),
        "totalDebit": _euro(sum(side for side in sides if side > 0)),
        "totalCredit": _euro(-sum(side for side in sides if side < 0)),
    }


# ---- what comes before the transactions


def _header(span: Span, created: date) -> Any:
    years = dict.fromkeys((span.first.year, span.last.year))
    return _tag(
        "header",
        fiscalYear="-".join(str(year) for year in years),
        startDate=span.first.isoformat(),
        endDate=span.last.isoformat(),
        curCode="EUR",
        dateCreated=created.isoformat(),
        softwareDesc="Timebank",
        softwareVersion=__version__[:20],
    )


def _master_data(books: Books, company: Company) -> Iterator[Any]:
    kvk = {"Commercenr": company.kvk} if company.kvk else {}
    names = _tag(
        "company",
        **kvk,
        companyName=company.name[:255],
        taxRegistrationCountry="NL",
        taxRegIdent=company.rsin,
    )
    yield from list(names)
    yield _tag("customersSuppliers", *_relations(books))
    yield _tag("generalLedger", *_ledger_accounts(books))
    yield _tag("periods", *(_period(n, *span) for n, span in enumerate(months(books.span), 1)))
    yield _opening(books)


def _relations(books: Books) -> Iterator[Any]:
    """Each member with what the house owed them, at the beginning and at the end."""
    closing = books.closing()
    owed: dict[str, list[int]] = {}
    holders = {account.holder.id: account.holder for account in books.accounts if account.holder}
    for account in books.accounts:
        if account.holder:
            sums = owed.setdefault(account.holder.id, [0, 0])
            sums[0] += _sided(account, account.opening)
            sums[1] += _sided(account, closing[account.id])
    for member, (before, after) in sorted(owed.items()):
        name = holders[member].name[:50]
        opened, closed = _amount(before), _amount(after)
        yield _tag(
            "customerSupplier",
            custSupID=member,
            **({"custSupName": name} if name else {}),
            opBalDesc=opened["amnt"],
            opBalTp=opened["amntTp"],
            clBalDesc=closed["amnt"],
            clBalTp=closed["amntTp"],
        )


def _ledger_accounts(books: Books) -> Iterator[Any]:
    found = {account_id(account): account for account in books.accounts}
    for number, account in sorted(found.items()):
        code = {"RGScode": _RGS[number]} if number in _RGS else {}
        described = f"{_GROUPS[account.group][1]} ({account.currency.code})"
        yield _tag("ledgerAccount", accID=number, accDesc=described, accTp="B", **code)


def months(span: Span) -> list[tuple[date, date]]:
    """Return the calendar months of a period, the first and last as far as they are in it."""
    spans, start = [], span.first
    while start <= span.last:
        next_month = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        spans.append((start, min(next_month - timedelta(days=1), span.last)))
        start = next_month
    return spans


def _period(number: int, start: date, end: date) -> Any:
    return _tag(
        "period",
        periodNumber=number,
        startDatePeriod=start.isoformat(),
        endDatePeriod=end.isoformat(),
    )


def _opening(books: Books) -> Any:
    sums: dict[str, int] = {}
    for account in books.accounts:
        number = account_id(account)
        sums[number] = sums.get(number, 0) + _sided(account, account.opening)
    held = [(number, side) for number, side in sorted(sums.items()) if side]
    lines = (
        _tag("obLine", nr=n, accID=number, **_amount(side))
        for n, (number, side) in enumerate(held, 1)
    )
    return _tag("openingBalance", *lines, **_totals(side for _, side in held))


# ---- the transactions


def _write_transactions(xml: Any, books: Books) -> None:
    numbers = {start.replace(day=1): n for n, (start, _) in enumerate(months(books.span), 1)}
    totals = _totals(debit(line) for entry in books.entries for line in entry.lines)
    with xml.element("transactions"):
        _write(xml, *_tag("transactions", **totals))
        for journal, (described, types) in _JOURNALS.items():
            head = _tag("journal", jrnID=journal, desc=described, jrnTp="M")
            if journal == "BANK":
                head = _tag("journal", jrnID=journal, desc=described, jrnTp="B")
            entries = [entry for entry in books.entries if _belongs(entry, types)]
            if not entries:
                continue
            with xml.element("journal"):
                _write(xml, *head)
                for entry in entries:
                    xml.write(_transaction(entry, numbers[entry.day.replace(day=1)]))


def _belongs(entry: BookEntry, types: frozenset[str]) -> bool:
    """Whether an entry goes into the journal of these types; the last journal is for all others."""
    known = frozenset().union(*(types for _, types in _JOURNALS.values()))
    return entry.type in types if types else entry.type not in known


def _transaction(entry: BookEntry, period: int) -> Any:
    said = _TYPES.get(entry.type, entry.type)
    about = f" van {entry.about}" if entry.about else ""
    text = f": {entry.text}" if entry.text else ""
    return _tag(
        "transaction",
        *(_line(n, entry, line) for n, line in enumerate(entry.lines, 1)),
        nr=entry.seq,
        desc=f"{said}{about}{text}",
        periodNumber=period,
        trDt=entry.day.isoformat(),
    )


def _line(number: int, entry: BookEntry, line: Line) -> Any:
    holder = line.account.holder
    return _tag(
        "trLine",
        nr=number,
        accID=account_id(line.account),
        docRef=entry.identity,
        effDate=entry.day.isoformat(),
        **_amount(debit(line)),
        **({"custSupID": holder.id} if holder else {}),
    )
