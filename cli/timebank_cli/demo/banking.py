"""The bank of the demo: what it books, as the camt.053 file that a treasurer downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Part:
    """One payment within a booking, in euro cents. `returned` is why it came back, such as AC04."""

    reference: str
    amount: int
    name: str = ""
    iban: str = ""
    text: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """A line on the statement: euro cents in (positive) or out, and what is in it.

    `reference` is the bank's own; `batch` the id of the payment file it books at once.
    """

    reference: str
    day: str
    amount: int
    parts: Sequence[Part] = ()
    batch: str = ""


def statement(
    iban: str, bookings: Sequence[Booking], *, opening: int = 0, version: str = "08"
) -> bytes:
    """Return the camt.053 file of these bookings, from an opening balance in euro cents."""
    closing = opening + sum(booking.amount for booking in bookings)
    day = max(booking.day for booking in bookings)
    lines = "".join(_entry(booking, version) for booking in bookings)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>{day}</MsgId><CreDtTm>{day}T23:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{day}</Id><CreDtTm>{day}T23:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", opening, day)}{_balance("CLBD", closing, day)}{lines}</Stmt>
</BkToCstmrStmt></Document>
""".encode()


def _balance(kind: str, cents: int, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(cents)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(booking: Booking, version: str) -> str:
    # Until version 04 the status was text, since then it is a code.
    status = "BOOK" if version < "04" else "<Cd>BOOK</Cd>"
    batch = f"<Btch><PmtInfId>{booking.batch}</PmtInfId></Btch>" if booking.batch else ""
    parts = "".join(_part(booking, part, version) for part in booking.parts)
    details = f"<NtryDtls>{batch}{parts}</NtryDtls>" if batch or parts else ""
    return (
        f"<Ntry>{_amount(booking.amount)}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{booking.day}</Dt></BookgDt><ValDt><Dt>{booking.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{booking.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"</BkTxCd>{details}</Ntry>\n"
    )


def _part(booking: Booking, part: Part, version: str) -> str:
    side = "Dbtr" if booking.amount > 0 else "Cdtr"
    name = f"<Nm>{escape(part.name)}</Nm>"
    party = name if version < "08" else f"<Pty>{name}</Pty>"
    account = f"<{side}Acct><Id><IBAN>{part.iban}</IBAN></Id></{side}Acct>" if part.iban else ""
    parties = f"<RltdPties><{side}>{party}</{side}>{account}</RltdPties>"
    amount = (
        f"<AmtDtls><TxAmt>{_euro(part.amount)}</TxAmt></AmtDtls>"
        if version < "04"
        else _amount(part.amount if booking.amount > 0 else -part.amount)
    )
    text = f"<RmtInf><Ustrd>{escape(part.text)}</Ustrd></RmtInf>" if part.text else ""
    back = f"<RtrInf><Rsn><Cd>{part.returned}</Cd></Rsn></RtrInf>" if part.returned else ""
    reference = part.reference or "NOTPROVIDED"
    return (
        f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}"
        f"{parties}{text}{back}</TxDtls>"
    )


def _amount(cents: int) -> str:
    return f"{_euro(abs(cents))}<CdtDbtInd>{'CRDT' if cents >= 0 else 'DBIT'}</CdtDbtInd>"


def _euro(cents: int) -> str:
    return f'<Amt Ccy="EUR">{cents // 100}.{cents % 100:02}</Amt>'
