"""What a treasurer has to do this week: one value, read in one go, for one screen."""

from dataclasses import dataclass

from timebank.ledger.facts import Currency, Redemption
from timebank.services import approvals, bankfiles, treasury
from timebank.services.approvals import Approvals
from timebank.services.bank import Bank
from timebank.services.proposals import Proposal
from timebank.services.treasury import Cover
from timebank.storage import fold
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Waits:
    """Redemptions that nobody has paid yet: how many, and how much of one currency together."""

    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """A grant: its end, what was not issued of it, and what was issued and is not back."""

    currency: str
    until: int
    ended: bool
    unissued: int
    in_circulation: int


@dataclass(frozen=True, slots=True)
class Week:
    """What waits for one member: `proposals` to sign or post, and what is for whoever pays out.

    `unrecorded` counts the bank's lines that are not in the journal, `came_back` the payouts that
    a bank sent back and whose credits their shop does not have again yet.
    """

    proposals: tuple[tuple[Proposal, Approvals], ...]
    redemptions: tuple[Waits, ...]
    cover: tuple[Cover, ...]
    budgets: tuple[BudgetLeft, ...]
    unrecorded: int
    came_back: int

    @property
    def count(self) -> int:
        """How many things there are to do."""
        ended = sum(1 for budget in self.budgets if budget.ended and budget.in_circulation)
        lines = (self.unrecorded > 0) + (self.came_back > 0)
        return len(self.proposals) + len(self.redemptions) + ended + lines


def week(bank: Bank, member: str) -> Week:
    """Return what there is to do for this member, who pays out, issues or coordinates."""
    with reading(bank.engine) as conn:
        currencies = fold.every(conn, Currency)
        redemptions = [
            item for item in fold.every(conn, Redemption) if item.open and not item.settled_by
        ]
    now = bank.clock.now()
    return Week(
        tuple(approvals.waiting(bank, member)),
        tuple(
            Waits(currency.code, len(amounts), sum(amounts))
            for currency in currencies
            if (amounts := [one.open for one in redemptions if one.currency == currency.code])
        ),
        tuple(treasury.cover(bank)),
        tuple(
            BudgetLeft(
                currency.code,
                budget.until,
                now > budget.until,
                max(0, budget.amount - currency.issued),
                currency.in_circulation,
            )
            for currency in currencies
            if (budget := currency.policy.budget)
        ),
        len(bankfiles.unrecorded(bank)),
        sum(1 for one in bankfiles.came_back(bank) if not one.reissued),
    )


def own(bank: Bank, member: str) -> list[Proposal]:
    """Return the open proposals that cannot do without this member's own signature."""
    return [one for one, stands in approvals.waiting(bank, member) if member in stands.must]
