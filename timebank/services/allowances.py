"""Reward lines that wait, and the treasurer who says why they may be paid after all.

What a treasurer records is a reason and an amount, for one person and one month or year. It is kept
beside the journal: the ledger itself has no rule about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from timebank.errors import Code, Refusal
from timebank.services import membership
from timebank.services.bank import Bank
from timebank.services.drafts import MAX_TEXT, tidy
from timebank.services.parameters import Found
from timebank.services.periods import Period
from timebank.services.reward_file import BadFile
from timebank.services.reward_lines import Line, look
from timebank.storage import rewards
from timebank.storage.engine import reading, writing
from timebank.storage.rewards import Allowance


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one person for one period: the lines, and the total with all of them.

    `total` and `allowed` are euro cents; `payer` is the organisation that wants to pay.
    """

    payer: str
    member: str
    name: str
    period: Period
    parameter: Found
    total: int
    allowed: int
    lines: tuple[Line, ...]


def waiting(bank: Bank) -> list[Waiting]:
    """Return what waits in the files that are kept, by person."""
    with reading(bank.engine) as conn:
        files = rewards.files(conn)
    found = []
    for file in files:
        try:
            preview = look(bank, file.payer, file.content)
        except (BadFile, Refusal):
            continue  # what was kept can be paid no more: its payer left, or is another kind now
        found += _of_file(file.payer, preview.of("waits"))
    return sorted(found, key=lambda item: (item.name.casefold(), str(item.period)))


def _of_file(payer: str, lines: Sequence[Line]) -> list[Waiting]:
    grouped: dict[tuple[str, Period], list[Line]] = {}
    for line in lines:
        for above in line.above:
            grouped.setdefault((line.member, above.period), []).append(line)
    made = []
    for (member, period), waits in grouped.items():
        first = next(above for above in waits[0].above if above.period == period)
        # The first line's total holds what is ready before it; each other one comes on top.
        total = first.total + sum(line.row.amount for line in waits[1:])
        made.append(
            Waiting(
                payer, member, waits[0].name, period, first.parameter, total, first.allowed,
                tuple(waits),
            )
        )  # fmt: skip
    return made


def allow(
    bank: Bank, treasurer: str, member: str, period: Period, up_to: int, reason: str
) -> Allowance:
    """Record that a member's total of a period may be up to an amount (in cents), and why.

    Raises Refusal: NOT_AUTHORIZED for who is no treasurer, or would allow it to themselves;
    UNKNOWN_MEMBER; BAD_FIELD without a reason or an amount.
    """
    giver = membership.person(bank, treasurer)
    if "treasurer" not in giver.roles or giver.status != "active" or treasurer == member:
        raise Refusal(Code.NOT_AUTHORIZED)
    person = membership.person(bank, member)
    text = tidy(reason)
    if not text or len(text) > MAX_TEXT:
        raise Refusal(Code.BAD_FIELD, field="reason")
    if up_to <= 0:
        raise Refusal(Code.BAD_FIELD, field="up_to")
    made = Allowance(person.id, str(period), bank.clock.now(), up_to, text, giver.id)
    with writing(bank.engine) as conn:
        rewards.allow(conn, made)
    return made


def allowances(bank: Bank) -> list[Allowance]:
    """Return everything that was allowed, the newest first."""
    with reading(bank.engine) as conn:
        return rewards.allowances(conn)
