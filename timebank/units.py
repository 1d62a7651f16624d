"""Whole numbers with a unit: minutes and cents, read from and shown to people.

Amounts are integers in the currency's smallest unit. No float ever holds one.
"""

import re
from enum import StrEnum

MAX_AMOUNT = 2**53 - 1
"""The largest integer JavaScript holds exactly, and so the largest amount or balance."""


class Unit(StrEnum):
    """What one minor unit of a currency is."""

    MINUTE = "minute"
    CENT = "cent"


_HOURS = re.compile(r"(?P<hours>\d{1,6}):(?P<minutes>[0-5]\d)")
_CENTS = re.compile(r"(?P<whole>\d{1,9})(?:[.,](?P<cents>\d{2}))?")


def parse_amount(text: str, unit: Unit) -> int:
    """Read "1:30" as 90 minutes and "12,50" or "12.50" as 1250 cents.

    Raises ValueError with what was expected. Whole numbers of minutes are not accepted without a
    colon: "2" could be two hours or two minutes.
    """
    text = text.strip()
    if unit is Unit.MINUTE:
        match = _HOURS.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not hours:minutes, such as 1:30")
        return int(match["hours"]) * 60 + int(match["minutes"])
    match = _CENTS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount, such as 12,50")
    return int(match["whole"]) * 100 + int(match["cents"] or 0)


def show_amount(minor: int, unit: Unit) -> str:
    """Write 90 minutes as "1:30" and 1250 cents as "12,50"; negative amounts get a minus sign."""
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    if unit is Unit.MINUTE:
        return f"{sign}{size // 60}:{size % 60:02}"
    return f"{sign}{size // 100},{size % 100:02}"
