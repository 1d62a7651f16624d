"""What a treasurer has to do this week, and how the money stands: the values of one screen."""

from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.ledger.facts import Currency, Redemption
from timebank.services import approvals, bankfiles, selfcheck, treasury
from timebank.services.approvals import Approvals
from timebank.services.bank import Bank
from timebank.services.holdings import member_of
from timebank.services.proposals import Proposal
from timebank.services.selfcheck import Finding
from timebank.services.treasury import Cover
from timebank.services.volume import Volume, volume
from timebank.storage import fold
from timebank.storage.engine import reading


@dataclass(frozen=True, slots=True)
class Waits:
    """Redemptions that nobody has paid yet: how many, and how much of one currency together."""

    currency: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Tasks:
    """What waits for one member: `proposals` to sign or post, and what is for treasurers.

    Who cannot pay out has no redemptions, lines or returns to do: there they are empty and 0.
    `unrecorded` counts the bank's lines that are not in the journal, `came_back` the payouts that
    a bank sent back and whose credits their shop does not have again yet.
    """

    proposals: tuple[tuple[Proposal, Approvals], ...]
    redemptions: tuple[Waits, ...]
    unrecorded: int
    came_back: int
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many things there are to do; all lines of the bank are one."""
        lines = (self.unrecorded > 0) + (self.came_back > 0)
        return len(self.proposals) + len(self.redemptions) + lines + len(self.findings)


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
    """What there is to do, and how the money stands: its cover, its budgets, its yearly volume."""

    tasks: Tasks
    cover: tuple[Cover, ...]
    budgets: tuple[BudgetLeft, ...]
    volumes: tuple[Volume, ...]


def week(bank: Bank, member: str) -> Week:
    """Return what there is to do for this member, who pays out, issues or coordinates."""
    with reading(bank.engine) as conn:
        currencies = fold.every(conn, Currency)
    now = bank.clock.now()
    return Week(
        tasks(bank, member),
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
        tuple(
            volume(bank, currency.code, now)
            for currency in currencies
            if currency.unit == "cent" and currency.policy.kind != "euro"
        ),
    )


def tasks(bank: Bank, member: str) -> Tasks:
    """Return what waits for this member: what the badge on their home screen counts."""
    with reading(bank.engine) as conn:
        pays = "treasurer" in member_of(conn, member).roles
        redemptions = _waiting(conn) if pays else ()
    return Tasks(
        tuple(approvals.waiting(bank, member)),
        redemptions,
        len(bankfiles.unrecorded(bank)) if pays else 0,
        sum(1 for one in bankfiles.came_back(bank) if not one.reissued) if pays else 0,
        selfcheck.findings(bank),
    )


def _waiting(conn: Connection) -> tuple[Waits, ...]:
    waiting = [item for item in fold.every(conn, Redemption) if item.open and not item.settled_by]
    return tuple(
        Waits(code, len(amounts), sum(amounts))
        for code in sorted({one.currency for one in waiting})
        if (amounts := [one.open for one in waiting if one.currency == code])
    )


def own(bank: Bank, member: str) -> list[Proposal]:
    """Return the open proposals that cannot do without this member's own signature."""
    return [one for one, stands in approvals.waiting(bank, member) if member in stands.must]
