"""Tables that a Dutch spreadsheet opens as they stand.

Semicolons between the cells and a comma before the cents, as Excel in Dutch expects; a byte order
mark, or it takes UTF-8 for Latin-1; CR LF at the end of a line (RFC 4180 §2.1). In a language that
writes a point before the cents, commas stand between the cells.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from timebank.units import Unit, show_amount

MARK = "\ufeff"
FORMULA = (*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, in a spreadsheet; the last four are the full-width forms."""
_NUMBER = re.compile(r"\d+(E\d+)?")

Cell = str | int


def safe_cell(text: str) -> str:
    """Return text for a cell: one line, which no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in FORMULA else line


def word_cell(text: str) -> str:
    """Return text for a cell that stays as it is: not a formula, and 1E23 not a number."""
    safe = safe_cell(text)
    return f"'{safe}" if _NUMBER.fullmatch(safe) else safe


def amount_cell(minor: int, unit: Unit, decimal: str = ",") -> str:
    """Return an amount for a cell: "1:30", or "12,50" with this mark before the cents."""
    return show_amount(minor, unit).replace(",", decimal)


def sheet(rows: Iterable[Sequence[Cell]], decimal: str = ",") -> str:
    """Return a whole table. The cells are as they should be: see `word_cell`, `amount_cell`."""
    text = io.StringIO()
    text.write(MARK)
    out = csv.writer(text, delimiter=";" if decimal == "," else ",", lineterminator="\r\n")
    out.writerows(rows)
    return text.getvalue()
