"""Plain-text accounting: the books for hledger (and ledger), and for beancount.

Amounts have the sign they have in the journal: what somebody holds is an asset, what stands against
it (issued credits, the outside world) is equity below zero. Both files end with what every account
must hold, so that the program itself says when a figure was changed.

A third of an hour has no exact decimals, so hours are counted in a commodity of their own, the
minute: 90 UUR.MIN is 1:30 of UUR.
"""

from collections.abc import Iterator
from datetime import timedelta

from timebank.services.bookkeeping import BookAccount, BookCurrency, BookEntry, Books

_PLACES = {
    "bank": "Assets:Bank",
    "transit": "Assets:Transit",
    "redemption": "Assets:Redemption",
    "contra": "Equity:Issued",
    "outside": "Equity:Outside",
    "person": "Assets:Persons",
    "shop": "Assets:Shops",
    "organisation": "Assets:Organisations",
}
_OPENING = "opening balances"


def hledger(books: Books) -> dict[str, bytes]:
    """Return the books as a journal for hledger, which ledger reads too."""
    return {f"timebank-{books.span.first}.journal": _bytes(_hledger(books))}


def beancount(books: Books) -> dict[str, bytes]:
    """Return the books as a file for beancount, all dates and accounts declared."""
    return {f"timebank-{books.span.first}.beancount": _bytes(_beancount(books))}


def place(account: BookAccount) -> str:
    """Return the name of an account: colons between its parts, each with a capital or a digit."""
    name = f"{_PLACES[account.group]}:{account.currency.code}"
    return f"{name}:M{account.holder.id}" if account.holder else name


def commodity(currency: BookCurrency) -> str:
    """Return what amounts are counted in: the currency, or its minute."""
    return f"{currency.code}.MIN" if currency.unit == "minute" else currency.code


def _bytes(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _number(minor: int, currency: BookCurrency) -> str:
    if currency.unit == "minute":
        return str(minor)
    sign, size = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{size // 100}.{size % 100:02}"


def _line_of(text: str) -> str:
    """Return a text on one line, of characters that can be seen."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def _holders(books: Books) -> Iterator[tuple[str, str]]:
    """Names, beside the accounts they are of."""
    for account in books.accounts:
        if account.holder and account.holder.name:
            yield place(account), _line_of(account.holder.name)


# ---- hledger


def _hledger(books: Books) -> Iterator[str]:
    yield f"; Timebank ledger {books.ledger}, {books.span}"
    # Names stand in comments of their own: in one beside an account, hledger reads tags.
    yield from (f"; {account} is {name}" for account, name in _holders(books))
    yield from (f"commodity {_quoted(currency)}" for currency in books.currencies)
    yield from (f"account {place(account)}" for account in books.accounts)
    opened = [account for account in books.accounts if account.opening]
    if opened:
        yield ""
        yield f"{books.span.first} * {_OPENING}"
        for account in opened:
            yield _hledger_posting(account, _hledger_amount(account.opening, account.currency))
    for entry in books.entries:
        yield ""
        yield from _hledger_entry(entry)
    if books.accounts:
        closing = books.closing()
        yield ""
        yield f"{books.span.last} * closing balances, checked"
        for account in books.accounts:
            nothing = _hledger_amount(0, account.currency)
            held = _hledger_amount(closing[account.id], account.currency)
            yield _hledger_posting(account, f"{nothing} = {held}")


def _hledger_entry(entry: BookEntry) -> Iterator[str]:
    # A semicolon would begin a comment, in which hledger looks for dates.
    text = _line_of(entry.text).replace(";", ",")
    said = f"{entry.type} | {text}" if text else entry.type
    yield f"{entry.day} * ({entry.seq}) {said}"
    about = f", about:{entry.about}" if entry.about else ""
    yield f"    ; reference:{entry.reference}, identity:{entry.identity}{about}"
    for line in entry.lines:
        yield _hledger_posting(line.account, _hledger_amount(line.amount, line.account.currency))


def _hledger_posting(account: BookAccount, amount: str) -> str:
    return f"    {place(account)}  {amount}"


def _hledger_amount(minor: int, currency: BookCurrency) -> str:
    return f"{_number(minor, currency)} {_quoted(currency)}"


def _quoted(currency: BookCurrency) -> str:
    name = commodity(currency)
    return name if name.isalpha() else f'"{name}"'


# ---- beancount


def _beancount(books: Books) -> Iterator[str]:
    first = books.span.first
    yield f"; Timebank ledger {books.ledger}, {books.span}"
    yield from (f"{first} commodity {commodity(currency)}" for currency in books.currencies)
    names = dict(_holders(books))
    for account in books.accounts:
        yield f"{first} open {place(account)} {commodity(account.currency)}"
        if place(account) in names:
            yield f"  name: {_string(names[place(account)])}"
    opened = [account for account in books.accounts if account.opening]
    if opened:
        yield ""
        yield f'{first} * "{_OPENING}"'
        for account in opened:
            yield _beancount_posting(account, account.opening)
    for entry in books.entries:
        yield ""
        yield from _beancount_entry(entry)
    yield ""
    closing = books.closing()
    day_after = books.span.last + timedelta(days=1)
    for account in books.accounts:
        held = _number(closing[account.id], account.currency)
        yield f"{day_after} balance {place(account)}  {held} {commodity(account.currency)}"


def _beancount_entry(entry: BookEntry) -> Iterator[str]:
    yield f"{entry.day} * {_string(entry.type)} {_string(_line_of(entry.text))}"
    yield f"  entry: {entry.seq}"
    yield f'  reference: "{entry.reference}"'
    yield f'  identity: "{entry.identity}"'
    if entry.about:
        yield f'  about: "{entry.about}"'
    for line in entry.lines:
        yield _beancount_posting(line.account, line.amount)


def _beancount_posting(account: BookAccount, amount: int) -> str:
    return f"  {place(account)}  {_number(amount, account.currency)} {commodity(account.currency)}"


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
