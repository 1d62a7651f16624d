"""What the bank says happened: ISO 20022 camt.053, read into lines of whole cents.

pycamt reads the fields; before it sees a byte, defusedxml has refused files that declare entities.
pycamt lays out a line's payments one under another and passes over batches and returns, so lines
are put together again here, and what it passes over is read from the tree it offers.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring as check_xml
from lxml.etree import XMLSyntaxError
from pycamt.parser import Camt053Parser

from timebank.errors import Flaw, Unfit
from timebank.services.accounts import parse_iban
from timebank.storage.bank_lines import Detail, Line
from timebank.units import MAX_AMOUNT

MAX_FILE = 16 << 20
"""Bytes. A wijk's whole year is about a tenth of it."""

_RETURN = "RRTN"
"""ISO 20022 bank transaction sub-family: reimbursement of a returned credit transfer."""

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """The booked lines of one account's statement file, in the order of the bank.

    `iban` is the account's. Lines are in euro cents, negative for what went out.
    """

    version: str
    iban: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Ends:
    """Which statement this is, and the balances it leads from and to, as the bank wrote them."""

    name: str
    opening: str | None
    closing: str | None

    def follows(self, before: "_Ends") -> bool:
        """Whether it goes on where another ended: then no line is in both, however alike."""
        return self.opening is not None and self.opening == before.closing and self != before


def read(data: bytes) -> Statement:
    """Return what a camt.053 file says.

    Raises Unfit: FILE_TOO_LARGE, FILE_WITH_ENTITIES, FILE_BROKEN (also cut off), NOT_A_STATEMENT,
    OTHER_ACCOUNT (of two accounts at once), NOT_IN_EURO, BAD_AMOUNT, or BALANCES_DIFFER where the
    lines do not lead from the opening balance to the closing balance.
    """
    parser = _open(data)
    lines: list[Line] = []
    accounts = set()
    entries = _entries(parser)
    seen, before = Counter[str](), _Ends("", None, None)
    for info, statement in zip(parser.get_statement_info(), _statements(parser), strict=True):
        accounts.add(_account(info))
        if info["Currency"] not in (None, "EUR"):
            raise Unfit(Flaw.NOT_IN_EURO, currency=str(info["Currency"]))
        found = [_line(parser, *next(entries)) for _ in _all(parser, statement, "Ntry")]
        booked = [line for line in found if line]
        _check_balances(info, booked)
        this = _Ends(_text(parser, statement, "Id"), info["OpeningBalance"], info["ClosingBalance"])
        if not this.follows(before):
            seen.clear()
        before = this
        lines += _named(str(info["IBAN"]), booked, len(lines), seen)
    if len(accounts) != 1:
        raise Unfit(Flaw.OTHER_ACCOUNT)
    different = {line.id: line for line in lines}
    return Statement(parser.version, accounts.pop(), tuple(different.values()))


def _open(data: bytes) -> Camt053Parser:
    if len(data) > MAX_FILE:
        raise Unfit(Flaw.FILE_TOO_LARGE, bytes=len(data), longest=MAX_FILE)
    try:
        check_xml(data, forbid_dtd=True)
    except DefusedXmlException:
        raise Unfit(Flaw.FILE_WITH_ENTITIES) from None
    except (ParseError, ValueError, LookupError):  # LookupError: an encoding nobody knows
        raise Unfit(Flaw.FILE_BROKEN) from None
    try:
        parser = Camt053Parser(data)
    except XMLSyntaxError:
        raise Unfit(Flaw.FILE_BROKEN) from None
    if parser.version == "unknown" or not _statements(parser):
        raise Unfit(Flaw.NOT_A_STATEMENT)
    return parser


def _statements(parser: Camt053Parser) -> list[Any]:
    return _all(parser, parser.tree, "Stmt")


def _entries(parser: Camt053Parser) -> Iterator[tuple[Any, list[Fields]]]:
    """Each line's element with the fields pycamt has for it: one for each payment, or one."""
    fields = iter(parser.get_transactions())
    for statement in _statements(parser):
        for entry in _all(parser, statement, "Ntry"):
            # pycamt looks for payments in NtryDtls alone, where the standard has them.
            within = entry.findall("NtryDtls/TxDtls", parser.namespaces)
            count = max(1, len(within))
            found = list(islice(fields, count))
            if len(found) < count or len(within) != len(_all(parser, entry, "TxDtls")):
                raise Unfit(Flaw.FILE_BROKEN)
            yield entry, found


def _all(parser: Camt053Parser, node: Any, path: str) -> list[Any]:
    found: list[Any] = node.findall(f".//{path}", parser.namespaces)
    return found


def _text(parser: Camt053Parser, node: Any, path: str) -> str:
    found = node.find(path, parser.namespaces)
    return " ".join((found.text or "").split()) if found is not None else ""


def _account(info: Mapping[str, str | None]) -> str:
    try:
        return parse_iban(info["IBAN"] or "")
    except Unfit:
        raise Unfit(Flaw.NOT_A_STATEMENT) from None


def _line(parser: Camt053Parser, entry: Any, fields: list[Fields]) -> Line | None:
    """The line of an entry; None for one that is not booked yet, or moves nothing."""
    common = fields[0]
    if common.get("Status") != "BOOK":
        return None
    day = (common.get("BookingDate") or "")[:10]
    try:
        date.fromisoformat(day)
    except ValueError:
        raise Unfit(Flaw.FILE_BROKEN) from None
    amount = _cents(entry.find("Amt", parser.namespaces), day)
    sign = {"CRDT": 1, "DBIT": -1}.get(_text(parser, entry, "CdtDbtInd"))
    if sign is None:
        raise Unfit(Flaw.BAD_AMOUNT, day=day)
    if amount == 0:
        return None  # such as interest of nothing
    nodes = _all(parser, entry, "TxDtls")
    return Line(
        id="",
        position=0,
        day=day,
        amount=sign * amount,
        reference=_text(parser, entry, "AcctSvcrRef"),
        batch=tuple(
            dict.fromkeys(
                text
                for batch in _all(parser, entry, "Btch")
                for text in (_text(parser, batch, "MsgId"), _text(parser, batch, "PmtInfId"))
                if text
            )
        ),
        details=tuple(
            _detail(parser, node, each, sign) for node, each in zip(nodes, fields, strict=True)
        )
        if nodes
        else (_bare(common),),
    )


def _bare(common: Fields) -> Detail:
    """What a line without any payments in it still says."""
    return Detail("", None, "", "", _one_line(common.get("AdditionalEntryInformation")), "")


def _detail(parser: Camt053Parser, node: Any, fields: Fields, sign: int) -> Detail:
    other = "Debtor" if sign > 0 else "Creditor"
    words = fields.get("RemittanceInformationFull") or fields.get("RemittanceInformation")
    return Detail(
        end_to_end=_one_line(fields.get("EndToEndId")),
        amount=_amount_of(parser, node, sign),
        name=_one_line(fields.get(f"{other}Name")),
        iban=_one_line(fields.get(f"{other}IBAN")),
        text=_one_line(words or fields.get("AdditionalEntryInformation")),
        returned=_returned(parser, node, fields),
    )


def _amount_of(parser: Camt053Parser, node: Any, sign: int) -> int | None:
    """The euro cents of one payment; below zero where it goes against its line.

    None where the bank leaves it out, or only says what it was in another currency.
    """
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = node.find(path, parser.namespaces)
        if found is not None and found.get("Ccy") == "EUR":
            along = _text(parser, node, "CdtDbtInd") in ("", "CRDT" if sign > 0 else "DBIT")
            return _cents(found, "") * (1 if along else -1)
    return None


def _returned(parser: Camt053Parser, node: Any, fields: Fields) -> str:
    """The reason why a payment came back; "" for any other payment."""
    if (information := node.find("RtrInf", parser.namespaces)) is not None:
        return (
            _text(parser, information, "Rsn/Cd") or _text(parser, information, "Rsn/Prtry") or "?"
        )
    reversed_ = fields.get("ReversalIndicator") in ("true", "1")
    return "?" if reversed_ or fields.get("TransactionSubFamilyCode") == _RETURN else ""


def _cents(node: Any, day: str) -> int:
    """The whole euro cents of an amount, which is never below zero: the sign stands apart."""
    if node is None:
        raise Unfit(Flaw.BAD_AMOUNT, day=day)
    if node.get("Ccy") != "EUR":
        raise Unfit(Flaw.NOT_IN_EURO, currency=str(node.get("Ccy")))
    try:
        cents = Decimal((node.text or "").strip()) * 100
    except ArithmeticError:  # no number, or one beyond all sense
        raise Unfit(Flaw.BAD_AMOUNT, day=day) from None
    if not cents.is_finite() or cents != cents.to_integral_value() or not 0 <= cents <= MAX_AMOUNT:
        raise Unfit(Flaw.BAD_AMOUNT, day=day)
    return int(cents)


def _check_balances(info: Mapping[str, str | None], lines: list[Line]) -> None:
    """A file with a line left out, doubled or turned around does not add up."""
    opening, closing = info["OpeningBalance"], info["ClosingBalance"]
    if opening is None or closing is None:
        return
    try:
        moved = (Decimal(closing) - Decimal(opening)) * 100
    except ArithmeticError:
        raise Unfit(Flaw.BAD_AMOUNT) from None
    if moved != sum(line.amount for line in lines):
        raise Unfit(Flaw.BALANCES_DIFFER)


def _named(iban: str, lines: list[Line], before: int, seen: Counter[str]) -> Iterator[Line]:
    """Give lines the id that they have in whatever file they come.

    The bank's own reference makes it, with day and amount; where there is none, all that the line
    says. Those that are alike are counted in `seen`, over statements that follow each other: they
    are two payments.
    """
    for position, line in enumerate(lines, start=before):
        # Another version of the same file may word a line otherwise, but not refer to it so.
        says = (
            [] if line.reference else [[d.end_to_end, d.name, d.iban, d.text] for d in line.details]
        )
        name = json.dumps([iban, line.reference, line.day, line.amount, says])
        seen[name] += 1
        key = sha256(f"{name}{seen[name]}".encode()).hexdigest()[:32]
        yield Line(key, position, line.day, line.amount, line.reference, line.batch, line.details)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
