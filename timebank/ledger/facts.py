"""What the journal adds up to: immutable facts, each with a key, replaced as entries come.

The set of all facts is the *fold*. `State` holds it in memory, `storage` in tables; both can be
dropped and rebuilt from the journal.
"""

from dataclasses import dataclass
from typing import Literal

from timebank.ledger.orders import (
    Cap,
    CitedLine,
    CurrencyCode,
    Leg,
    MemberKind,
    Origin,
    Policy,
    Role,
    Scope,
    SystemKind,
    Threshold,
)

Key = str
AccountKind = Literal["member"] | SystemKind
Status = Literal["active", "suspended", "left"]


@dataclass(frozen=True, slots=True)
class Governance:
    """What holds for the ledger as a whole."""

    ledger: str
    rules: int
    log_key: str
    key_delay: int
    thresholds: tuple[Threshold, ...]
    origins: tuple[Origin, ...]

    @property
    def key(self) -> Key:
        return ""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency, its policy, its clearing accounts and its totals, in minor units.

    `credit_given` is the sum of -floor over open member accounts. `issued` counts what left the
    contra account and `retired` what came back, both less what was corrected. `reserve` is
    what stands on the bank and transit accounts of a euro currency.
    """

    code: CurrencyCode
    unit: Literal["minute", "cent"]
    policy: Policy
    contra: str = ""
    redemption: str = ""
    credit_given: int = 0
    issued: int = 0
    retired: int = 0
    reserve: int = 0

    @property
    def key(self) -> Key:
        return self.code

    @property
    def in_circulation(self) -> int:
        """What members hold or have handed in and not been paid for yet."""
        return self.issued - self.retired


@dataclass(frozen=True, slots=True)
class Account:
    """A balance in one currency. `floor` and `ceiling` are None where nothing limits it."""

    id: str
    kind: AccountKind
    currency: CurrencyCode
    owner: str = ""
    floor: int | None = None
    ceiling: int | None = None
    balance: int = 0

    @property
    def key(self) -> Key:
        return self.id

    def holding(self, balance: int) -> "Account":
        """Return the account with this balance."""
        # Field by field: `dataclasses.replace` takes longer than the rest of a booking.
        return Account(
            self.id, self.kind, self.currency, self.owner, self.floor, self.ceiling, balance
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A person, shop or organisation. `accounts` maps currency to account id, as sorted pairs."""

    id: str
    kind: MemberKind
    status: Status
    roles: tuple[Role, ...]
    accounts: tuple[tuple[str, str], ...]
    name: str

    @property
    def key(self) -> Key:
        return self.id


@dataclass(frozen=True, slots=True)
class Holders:
    """The members who hold a role."""

    role: Role
    members: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.role


@dataclass(frozen=True, slots=True)
class MemberKey:
    """A key of a member: what it may do, how much per day, since when, until when."""

    id: str
    member: str
    scheme: Literal["ed25519", "webauthn-es256"]
    spki: str
    scopes: tuple[Scope, ...]
    caps: tuple[Cap, ...]
    active_from: int
    revoked: bool = False

    @property
    def key(self) -> Key:
        return self.id


@dataclass(frozen=True, slots=True)
class KeyDay:
    """What a capped key has paid on a UTC day (whole days since 1970)."""

    key_id: str
    currency: CurrencyCode
    day: int
    spent: int

    @property
    def key(self) -> Key:
        return f"{self.key_id}:{self.currency}:{self.day}"


@dataclass(frozen=True, slots=True)
class Used:
    """Something that works once: an invitation, a payee's request, a withdrawn order.

    `by` is the identity of the order that used it.
    """

    kind: Literal["invitation", "request", "withdrawn"]
    what: str
    by: str

    @property
    def key(self) -> Key:
        return f"{self.kind}:{self.what}"


@dataclass(frozen=True, slots=True)
class OrderId:
    """An author's order id, taken by the order with this identity."""

    author: str
    id: str
    identity: str

    @property
    def key(self) -> Key:
        return f"{self.author}:{self.id}"


@dataclass(frozen=True, slots=True)
class Posted:
    """An order that has become the entry `seq`, and the legs it moved.

    `backing` is what an issue cited, `payment` what a refund gave back.
    """

    identity: str
    seq: int
    type: str
    author: str
    legs: tuple[Leg, ...]
    backing: tuple[CitedLine, ...] = ()
    payment: str = ""

    @property
    def key(self) -> Key:
        return self.identity


@dataclass(frozen=True, slots=True)
class Returned:
    """How much of one leg of an entry was refunded or corrected, less corrections of refunds."""

    entry: str
    payer: str
    payee: str
    amount: int

    @property
    def key(self) -> Key:
        return f"{self.entry}:{self.payer}:{self.payee}"


@dataclass(frozen=True, slots=True)
class BankLine:
    """A recorded bank line (by its order) and how much of it backs issues."""

    line: str
    currency: CurrencyCode
    amount: int
    cited: int

    @property
    def key(self) -> Key:
        return self.line


@dataclass(frozen=True, slots=True)
class Redemption:
    """Credits a shop has handed in: what is still open, and the settlement that paid it."""

    redemption: str
    account: str
    currency: CurrencyCode
    open: int
    settled_by: str

    @property
    def key(self) -> Key:
        return self.redemption


@dataclass(frozen=True, slots=True)
class Agreement:
    """The terms of redeeming (a commitment to their text) that a member agreed to last."""

    member: str
    currency: CurrencyCode
    agreement: str

    @property
    def key(self) -> Key:
        return f"{self.member}:{self.currency}"


Fact = (
    Governance | Currency | Account | Member | Holders | MemberKey | KeyDay | Used | OrderId
    | Posted | Returned | BankLine | Redemption | Agreement
)  # fmt: skip
"""OrderId and Posted are read from the journal itself; all others have a `fold_` table."""
