"""What other programs make of our files: balances in minor units, by account."""

import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyxaf
from beancount import loader
from beancount.core.realization import compute_balance, iter_children, realize

from timebank.services.bookkeeping import BookCurrency, Books
from timebank.services.formats import plaintext
from timebank.services.formats.auditfile import Company, account_id, auditfile
from timebank.services.formats.plaintext import commodity, place

Balances = dict[str, int]

COMPANY = Company("Stichting De Linde", "111222333", "12345678")
CREATED = date(2026, 12, 1)

_LINE = re.compile(r'^\s*(-?[\d.]+) "?([A-Z.]+)"?\s+((?:Assets|Equity)\S+)$', re.MULTILINE)
_SCALE = {"minute": 1, "cent": 100}


def expected(books: Books) -> Balances:
    """What the books say is on each account at the end, without those on which is nothing."""
    closing = books.closing()
    return {
        place(account): closing[account.id] for account in books.accounts if closing[account.id]
    }


def check_programs(books: Books, folder: Path) -> None:
    """Every program finds on every account what the books have on it."""
    ((_, journal),) = plaintext.hledger(books).items()
    path = folder / "books.journal"
    path.write_bytes(journal)
    for program in ("hledger", "ledger"):
        assert from_plain_text(program, path, books) == expected(books), program
    ((_, beans),) = plaintext.beancount(books).items()
    path = folder / "books.beancount"
    path.write_bytes(beans)
    assert from_beancount(path, books) == expected(books)
    assert from_auditfile(auditfile(books, COMPANY, CREATED), books) == in_groups(books)


def from_plain_text(program: str, path: Path, books: Books) -> Balances:
    """What hledger or ledger says; each fails on a file that asserts another balance."""
    assert shutil.which(program), f".ci/ledgers installs {program}"
    command = [program, "-f", str(path), "balance", "--flat"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert not said.stderr
    currencies = {commodity(currency): currency for currency in books.currencies}
    return {
        account: _minor(Decimal(amount), currencies[code])
        for amount, code, account in _LINE.findall(said.stdout)
    }


def from_beancount(path: Path, books: Books) -> Balances:
    """What beancount says, when it has nothing to say against the file."""
    entries, errors, _ = loader.load_file(str(path))
    assert not errors, errors
    currencies = {commodity(currency): currency for currency in books.currencies}
    found = {}
    for account in iter_children(realize(entries), leaf_only=True):
        for position in compute_balance(account):
            amount = _minor(position.units.number, currencies[position.units.currency])
            if amount:
                found[account.account] = amount
    return found


def in_groups(books: Books) -> Balances:
    """What is on each general-ledger account at the end: debit above zero, in cents."""
    closing = books.closing()
    found: Balances = {}
    for account in books.in_euro().accounts:
        sign = 1 if account.currency.kind == "euro" else -1
        number = account_id(account)
        found[number] = found.get(number, 0) + sign * closing[account.id]
    return {number: balance for number, balance in found.items() if balance}


def from_auditfile(files: Mapping[str, bytes], books: Books) -> Balances:
    """What pyxaf adds up, when it has nothing to say against the file: not even a warning."""
    ((_, data),) = files.items()
    report = pyxaf.validate(io.BytesIO(data), xsd=True)
    assert "L4x xsd" in report.checked
    serious = [item for item in report.findings if item.severity > pyxaf.Severity.INFO]
    assert not serious, serious
    found: Balances = {}
    with pyxaf.open(io.BytesIO(data)) as file:
        for line in [*file.opening_balance().lines, *file.lines()]:
            assert line.account_id
            assert line.signed_amount is not None
            cents = int(line.signed_amount * 100)
            found[line.account_id] = found.get(line.account_id, 0) + cents
    return {number: balance for number, balance in found.items() if balance}


def _minor(amount: Decimal, currency: BookCurrency) -> int:
    minor = amount * _SCALE[currency.unit]
    assert minor == int(minor), "nothing is rounded"
    return int(minor)
