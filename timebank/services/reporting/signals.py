"""Signs that one person may be behind several members. Pure, few, and explained.

None of them proves anything: friends pay each other, and somebody new may need help first. They say
whom to phone (`timebank audit sample` draws the others).
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from timebank.services.reporting.chronicle import DAY, Chronicle, Life, Transfer

NEW_DAYS = 365
QUICK_DAYS = 60
FEW = 4
"""A group that pays nobody else is a signal up to this size."""
ROUND_SECONDS = DAY
LONGEST_ROUND = 4
MOST = 50
"""No table of signals is longer."""


def never_earned(found: Chronicle, currency: str) -> list[tuple[str, Life]]:
    """Return members who joined within a year, came to their floor soon, and never earned."""
    return [
        (member, life)
        for (member, code), life in sorted(found.lives.items())
        if code == currency
        and life.joined >= found.end - NEW_DAYS * DAY
        and life.reached_floor is not None
        and life.reached_floor <= life.joined + QUICK_DAYS * DAY
        and life.received == 0
    ]


def closed_groups(found: Chronicle, currency: str) -> list[tuple[str, ...]]:
    """Return groups of 2 to 4 who paid each other and nobody else, where others exist."""
    ties = {
        member: life.others
        for (member, code), life in found.lives.items()
        if code == currency and life.others
    }
    groups, seen = [], set()
    for member in sorted(ties):
        if member not in seen:
            group = _group(member, ties)
            seen |= group
            if len(group) <= FEW and len(group) < len(ties):
                groups.append(tuple(sorted(group)))
    return groups


def _group(member: str, ties: dict[str, set[str]]) -> set[str]:
    group, waiting = {member}, [member]
    while waiting:
        for other in ties.get(waiting.pop(), set()) - group:
            group.add(other)
            waiting.append(other)
    return group


def rounds(found: Chronicle, currency: str) -> list[tuple[tuple[str, ...], int, int]]:
    """Return circles in which one amount came back within a day: who, amount, how often.

    A circle of 2 counts from the third time on: paying back and forth once is ordinary.
    """
    counts: Counter[tuple[tuple[str, ...], int]] = Counter()
    recent: dict[int, deque[Transfer]] = defaultdict(deque)
    for transfer in found.transfers.get(currency, []):
        window = recent[transfer.amount]
        while window and window[0].time < transfer.time - ROUND_SECONDS:
            window.popleft()
        circle = next(_circles(transfer, window), None)
        if circle:
            counts[circle, transfer.amount] += 1
        window.append(transfer)
    return [
        (circle, amount, count)
        for (circle, amount), count in sorted(counts.items())
        if len(circle) > 2 or count > 2
    ]


def _circles(last: Transfer, window: deque[Transfer]) -> Iterator[tuple[str, ...]]:
    """The circle that `last` closes: a way from its payee back to its payer, shortest first."""
    ways: list[tuple[tuple[str, ...], int]] = [((last.payee,), -1)]
    for _ in range(LONGEST_ROUND - 1):
        longer = []
        for way, seq in ways:
            for step in window:
                if step.payer != way[-1] or step.seq <= seq:
                    continue
                if step.payee == last.payer:
                    yield tuple(sorted((*way, last.payer)))
                elif step.payee not in way:
                    longer.append(((*way, step.payee), step.seq))
        ways = longer[:MOST]
