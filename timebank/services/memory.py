"""Facts that this process remembers from one batch to the next, under the head they belong to.

Facts follow from the journal alone: at the same head they are the same. Another process that
posted, a copy that was put back, a transaction that came to nothing: all leave another head than
the one remembered, and then nothing is remembered. What is asked once only, such as whether an
order is posted, is always looked up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from timebank.ledger.facts import (
    Account,
    Currency,
    Fact,
    Governance,
    Holders,
    Member,
    MemberKey,
)
from timebank.ledger.state import State
from timebank.storage.journal import Head

LASTING = (Governance, Currency, Holders, Account, Member, MemberKey)
"""What the next order is likely to ask for again."""

MOST = 50_000
"""So many facts are remembered; beyond that, all are forgotten. A wijk has a third of it."""


@dataclass(slots=True)
class Memory:
    """The lasting facts at one head, as far as somebody asked for them."""

    _head: Head | None = None
    _state: State = field(default_factory=State)

    def take(self, head: Head) -> State | None:
        """Return what is remembered at this head, or None; it is then no longer remembered.

        So a batch that fails halfway leaves nothing behind.
        """
        kept, self._head = self._head, None
        return self._state if kept == head else None

    def keep(self, head: Head, state: State, facts: Iterable[Fact]) -> None:
        """Remember this state, with those of the facts that last, at a head that is committed."""
        state.put(*(fact for fact in facts if isinstance(fact, LASTING)))
        if state.size <= MOST:
            self._head, self._state = head, state
