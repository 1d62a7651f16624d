"""The facts `decide` may look at, in memory.

An auditor's state holds every fact. A server's state holds only those its batch declared to read:
asking it for another is a mistake in the code, and fails loudly instead of answering "none".
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from timebank.errors import Code, Refusal
from timebank.ledger.facts import (
    Account,
    Currency,
    Fact,
    Governance,
    Holders,
    Key,
    Member,
    MemberKey,
)

F = TypeVar("F", bound=Fact)
Ref = tuple[type[Any], Key]


class UndeclaredRead(LookupError):
    """A rule looked at a fact that `reads` had not declared."""


class State:
    """Facts by type and key. `fork` gives a scratch copy whose changes can be kept or forgotten."""

    __slots__ = ("_base", "_complete", "_facts")

    def __init__(self, facts: Iterable[Fact] = (), *, complete: bool = True) -> None:
        self._base: State | None = None
        self._complete = complete
        # By its type and key: so each is of the type in its reference, or None.
        self._facts: dict[Ref, Any] = {(type(fact), fact.key): fact for fact in facts}

    @property
    def size(self) -> int:
        """How much this layer knows, be it that there is nothing."""
        return len(self._facts)

    def fork(self) -> "State":
        """Return a scratch state on top of this one."""
        scratch = State()
        scratch._base = self
        return scratch

    def find(self, kind: type[F], key: Key) -> F | None:
        """Return the fact, or None where there is none."""
        layer = self
        ref: Ref = (kind, key)
        while ref not in layer._facts:
            if layer._base is None:
                if layer._complete:
                    return None
                raise UndeclaredRead(f"{kind.__name__} {key}")
            layer = layer._base
        fact: F | None = layer._facts[ref]
        return fact

    def peek(self, ref: Ref) -> Any:
        """Return what `find` would; None where that is not known."""
        layer: State | None = self
        while layer is not None:
            if ref in layer._facts:
                return layer._facts[ref]
            layer = layer._base
        return None

    def put(self, *facts: Fact) -> None:
        """Replace the facts with these keys."""
        for fact in facts:
            self._facts[type(fact), fact.key] = fact

    def load(self, refs: Iterable[Ref], facts: Iterable[Fact]) -> None:
        """Add what was looked up: the facts found, and that there is nothing at the other refs."""
        for ref in refs:
            self._facts.setdefault(ref, None)
        self.put(*facts)

    def knows(self, ref: Ref) -> bool:
        """Say whether `find` would answer: the fact was loaded, be it there or not."""
        layer: State | None = self
        while layer is not None:
            if ref in layer._facts or (layer._base is None and layer._complete):
                return True
            layer = layer._base
        return False

    def changed(self) -> tuple[Fact, ...]:
        """Return the facts put into this layer, in the order they were first put."""
        return tuple(fact for fact in self._facts.values() if fact is not None)

    def all(self, kind: type[F]) -> Iterator[F]:
        """Yield every fact of a type that this state holds, by key."""
        found: dict[Key, F] = {}
        layer: State | None = self
        while layer is not None:
            for fact in layer._facts.values():
                if isinstance(fact, kind):
                    found.setdefault(fact.key, fact)
            layer = layer._base
        yield from (found[key] for key in sorted(found))

    @property
    def governance(self) -> Governance:
        """The ledger-wide facts; only a genesis may be decided without them."""
        found = self.find(Governance, "")
        if found is None:
            raise Refusal(Code.OTHER_LEDGER)
        return found

    def member(self, member: str) -> Member:
        """Return the member or raise Refusal(UNKNOWN_MEMBER)."""
        found = self.find(Member, member)
        if found is None:
            raise Refusal(Code.UNKNOWN_MEMBER, member=member)
        return found

    def account(self, account: str) -> Account:
        """Return the account or raise Refusal(UNKNOWN_ACCOUNT)."""
        found = self.find(Account, account)
        if found is None:
            raise Refusal(Code.UNKNOWN_ACCOUNT, account=account)
        return found

    def currency(self, code: str) -> Currency:
        """Return the currency or raise Refusal(UNKNOWN_CURRENCY)."""
        found = self.find(Currency, code)
        if found is None:
            raise Refusal(Code.UNKNOWN_CURRENCY, currency=code)
        return found

    def key(self, key: str) -> MemberKey:
        """Return the key or raise Refusal(UNKNOWN_KEY)."""
        found = self.find(MemberKey, key)
        if found is None:
            raise Refusal(Code.UNKNOWN_KEY, key=key)
        return found

    def holders(self, role: str) -> tuple[str, ...]:
        """Return the members who hold a role."""
        found = self.find(Holders, role)
        return found.members if found else ()
