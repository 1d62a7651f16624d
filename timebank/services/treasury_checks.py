"""What must hold of the ledger's own accounts: euro, contra, redemption, bank lines, budgets.

Each check looks at the fold alone, or at the texts of redemptions that wait, so all of them
together take milliseconds, at any length of the journal. That the fold is what the journal says is
for the checks of `auditing`.
"""

from collections import defaultdict
from collections.abc import Iterator

from timebank.ledger.facts import Account, BankLine, Currency, Redemption
from timebank.services.auditing import Audit, Check
from timebank.storage import fold, people
from timebank.units import Unit, show_amount


def check_cover(audit: Audit) -> Iterator[str]:
    """Backed credits in circulation are at most the euro in reserve."""
    found = fold.every(audit.conn, Currency)
    reserve = sum(currency.reserve for currency in found)
    backed = sum(c.in_circulation for c in found if c.policy.kind == "backed")
    if backed > reserve:
        yield f"{_cents(backed)} credits are in circulation against {_cents(reserve)} euro"


def check_circulation(audit: Audit) -> Iterator[str]:
    """What a currency says it has in circulation is what its contra account is short of."""
    accounts = _accounts(audit)
    for currency in fold.every(audit.conn, Currency):
        if currency.contra and (contra := accounts.get(currency.contra)) is None:
            yield f"{currency.code}: the account it is issued from is not there"
        elif currency.contra and contra and currency.in_circulation != -contra.balance:
            yield f"{currency.code}: in circulation is not what was issued less what came back"


def check_reserve(audit: Audit) -> Iterator[str]:
    """What a euro currency says it has in reserve stands on its bank and transit accounts."""
    stands: defaultdict[str, int] = defaultdict(int)
    for account in _accounts(audit).values():
        if account.kind in ("bank", "transit"):
            stands[account.currency] += account.balance
    for currency in fold.every(audit.conn, Currency):
        if currency.policy.kind == "euro" and currency.reserve != stands[currency.code]:
            yield f"{currency.code}: the reserve is not what stands on bank and transit"


def check_bank(audit: Audit) -> Iterator[str]:
    """No bank account is below zero."""
    for account in _accounts(audit).values():
        if account.kind == "bank" and account.balance < 0:
            yield f"bank account {account.id} stands at {_cents(account.balance)} euro"


def check_transit(audit: Audit) -> Iterator[str]:
    """The bank never paid shops more than was settled: what is on its way is at least nothing.

    Settling takes euro out of transit and the bank's line puts them back in, in that order.
    """
    for account in _accounts(audit).values():
        if account.kind == "transit" and account.balance > 0:
            yield f"{_cents(account.balance)} euro more was paid to shops than was settled"


def check_redemptions(audit: Audit) -> Iterator[str]:
    """What shops have handed in and not been paid for stands on the redemption account."""
    waiting: defaultdict[str, int] = defaultdict(int)
    for redemption in fold.every(audit.conn, Redemption):
        if redemption.settled_by and redemption.open:
            yield f"redemption {redemption.redemption} was settled and is still open"
        waiting[redemption.currency] += redemption.open
    accounts = _accounts(audit)
    for currency in fold.every(audit.conn, Currency):
        account = accounts.get(currency.redemption)
        if (account.balance if account else 0) != waiting[currency.code]:
            yield f"{currency.code}: {_cents(waiting[currency.code])} waits to be paid out," + (
                f" but {_cents(account.balance)} was handed in" if account else " to no account"
            )


def check_destinations(audit: Audit) -> Iterator[str]:
    """Where a redemption that waits is to be paid is what its shop signed, or was erased."""
    waiting = [
        item.redemption
        for item in fold.every(audit.conn, Redemption)
        if item.open and not item.settled_by
    ]
    for redemption, opening in people.payout_openings(audit.conn, waiting).items():
        if not opening.holds:
            yield f"where to pay redemption {redemption} is not what its shop signed"


def check_backing(audit: Audit) -> Iterator[str]:
    """No bank line backs more than it brought."""
    for line in fold.every(audit.conn, BankLine):
        if line.cited > max(0, line.amount):
            yield f"bank line {line.line} of {_cents(line.amount)} backs {_cents(line.cited)}"


TREASURY: tuple[Check, ...] = (
    check_cover,
    check_circulation,
    check_reserve,
    check_bank,
    check_transit,
    check_redemptions,
    check_destinations,
    check_backing,
)


def _accounts(audit: Audit) -> dict[str, Account]:
    return {account.id: account for account in fold.every(audit.conn, Account) if not account.owner}


def _cents(amount: int) -> str:
    return show_amount(amount, Unit.CENT)
