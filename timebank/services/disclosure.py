"""What may be published of figures to which neighbours contributed, so that nobody stands out.

A figure about fewer than ten people or three shops says something about each of them to whoever
knows the others. Leaving such a month out is not enough: it can be subtracted from a total. So
months are put together instead, in order, until every flow in them has nobody at all in it, or
enough; only whole periods are published. Any sum or difference of what is published is then about
whole periods too, and each of those has enough. A period once closed never changes, so two
publications show no more than the later of them. Months at the end that are not enough yet wait.

This is cell merging, the oldest of the methods in *Handbook on Statistical Disclosure Control*
(Hundepool et al., 2010, §4); it needs no noise, and everybody can add the figures up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

PERSONS = 10
SHOPS = 3


@dataclass(frozen=True, slots=True)
class Contributors:
    """Who stands in a figure: people and shops, by id. Organisations are not protected."""

    persons: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()

    def __or__(self, other: "Contributors") -> "Contributors":
        return Contributors(self.persons | other.persons, self.shops | other.shops)

    @property
    def enough(self) -> bool:
        """Whether a figure about them says nothing about fewer than ten people or three shops."""
        few_persons = 0 < len(self.persons) < PERSONS
        few_shops = 0 < len(self.shops) < SHOPS
        return not (few_persons or few_shops)


def periods(months: Sequence[Sequence[Contributors]]) -> list[range]:
    """Return which months to put together, as ranges of their numbers, the first from 0.

    Each month has the contributors of each of its flows, in one order. What a longer history gives
    begins with what a shorter one gave. Months after the last range are not to be published yet.
    """
    found: list[range] = []
    start, gathered = 0, _nobody(months)
    for number, flows in enumerate(months):
        gathered = [one | other for one, other in zip(gathered, flows, strict=True)]
        if all(one.enough for one in gathered):
            found.append(range(start, number + 1))
            start, gathered = number + 1, _nobody(months)
    return found


def at_least(count: int, step: int) -> int:
    """Return a count rounded down to whole steps: a head more or less is not to be seen in it."""
    return count // step * step


def _nobody(months: Sequence[Sequence[Contributors]]) -> list[Contributors]:
    return [Contributors() for _ in months[0]] if months else []
