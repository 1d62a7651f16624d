"""A transaction history of another community currency, as a CSV of five columns.

    time,payer,payee,amount,text
    2020-01-25T09:14:02,0xa1,0xb2,30.00,water

`time` is ISO 8601 (UTC where it does not say) or seconds since 1970; `amount` has at most two
decimals. A payer "" is the organisation handing out, a payee "" is somebody handing in for money of
the country. So the published records of Sarafu (Mattsson, Criscione and Ruddick, Scientific Data
9:426) fit: timeset, source, target and weight, with what was disbursed and cashed as the two empty
ones. They may not be passed on; `synthetic.py` makes a history of the same nature.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

COLUMNS = ["time", "payer", "payee", "amount", "text"]


@dataclass(frozen=True, slots=True)
class Transaction:
    """So many cents from one to another, as it happened there."""

    time: int
    payer: str
    payee: str
    amount: int
    text: str


def read(lines: Iterable[str]) -> list[Transaction]:
    """Return the transactions of a CSV in the order of their times.

    Raises ValueError with the number of the first line that is none.
    """
    rows = csv.DictReader(lines, strict=True)
    if rows.fieldnames is None or list(rows.fieldnames) != COLUMNS:
        raise ValueError(f"the first line is not {','.join(COLUMNS)}")
    found = []
    for row in rows:
        try:
            found.append(_transaction(row))
        except (ValueError, InvalidOperation, TypeError) as error:
            raise ValueError(f"line {rows.line_num}: {error}") from error
    return sorted(found, key=lambda item: item.time)


def write(transactions: Iterable[Transaction]) -> Iterator[str]:
    """Yield the lines of a CSV that reads back as these transactions."""
    yield ",".join(COLUMNS) + "\n"
    for item in transactions:
        time = datetime.fromtimestamp(item.time, UTC).isoformat(timespec="seconds")
        cents = f"{item.amount // 100}.{item.amount % 100:02}"
        yield f'{time},{item.payer},{item.payee},{cents},"{item.text}"\n'


def _transaction(row: dict[str, str]) -> Transaction:
    cents = Decimal(row["amount"]) * 100
    if cents != int(cents) or cents <= 0:
        raise ValueError(f"{row['amount']} is no amount above zero in whole cents")
    if row["payer"] == row["payee"]:
        raise ValueError("payer and payee are the same")
    return Transaction(_time(row["time"]), row["payer"], row["payee"], int(cents), row["text"])


def _time(text: str) -> int:
    if text.isdecimal():
        return int(text)
    moment = datetime.fromisoformat(text)
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
