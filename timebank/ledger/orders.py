"""Every order the ledger knows, declared field by field. The declaration is the wire format.

An order is one flat JSON object: the fields of `Header` and the fields of its body. It says what
its author wants; it does nothing until `rules.decide` has agreed (docs/protocol.md, "Orders").
What orders are made of stands in `parts.py`, and is named from here too.
"""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Ascending, Binary, Length, Range, read, write
from timebank.ledger.parts import (
    MAX_FEE as MAX_FEE,
)
from timebank.ledger.parts import (
    Amount as Amount,
)
from timebank.ledger.parts import (
    Budget as Budget,
)
from timebank.ledger.parts import (
    Cap as Cap,
)
from timebank.ledger.parts import (
    Caps as Caps,
)
from timebank.ledger.parts import (
    Ceiling as Ceiling,
)
from timebank.ledger.parts import (
    CitedLine as CitedLine,
)
from timebank.ledger.parts import (
    Commitment as Commitment,
)
from timebank.ledger.parts import (
    Credit as Credit,
)
from timebank.ledger.parts import (
    CurrencyCode as CurrencyCode,
)
from timebank.ledger.parts import (
    CurrencyDefinition as CurrencyDefinition,
)
from timebank.ledger.parts import (
    Floor as Floor,
)
from timebank.ledger.parts import (
    Founder as Founder,
)
from timebank.ledger.parts import (
    Hash as Hash,
)
from timebank.ledger.parts import (
    Id as Id,
)
from timebank.ledger.parts import (
    Invitation as Invitation,
)
from timebank.ledger.parts import (
    KeyGrant as KeyGrant,
)
from timebank.ledger.parts import (
    Leg as Leg,
)
from timebank.ledger.parts import (
    Legs as Legs,
)
from timebank.ledger.parts import (
    Limits as Limits,
)
from timebank.ledger.parts import (
    MemberKind as MemberKind,
)
from timebank.ledger.parts import (
    OpenedAccount as OpenedAccount,
)
from timebank.ledger.parts import (
    OpenedAccounts as OpenedAccounts,
)
from timebank.ledger.parts import (
    Origin as Origin,
)
from timebank.ledger.parts import (
    Origins as Origins,
)
from timebank.ledger.parts import (
    Payout as Payout,
)
from timebank.ledger.parts import (
    Policy as Policy,
)
from timebank.ledger.parts import (
    Redeeming as Redeeming,
)
from timebank.ledger.parts import (
    Request as Request,
)
from timebank.ledger.parts import (
    Role as Role,
)
from timebank.ledger.parts import (
    Scope as Scope,
)
from timebank.ledger.parts import (
    Scopes as Scopes,
)
from timebank.ledger.parts import (
    SignedAmount as SignedAmount,
)
from timebank.ledger.parts import (
    SystemAccount as SystemAccount,
)
from timebank.ledger.parts import (
    SystemKind as SystemKind,
)
from timebank.ledger.parts import (
    Threshold as Threshold,
)
from timebank.ledger.parts import (
    Time as Time,
)
from timebank.ledger.parts import (
    Voucher as Voucher,
)
from timebank.signing.canonical import MAX_BYTES, Value, decode, encode
from timebank.signing.messages import identity as identity_of
from timebank.signing.messages import ledger_id


@dataclass(frozen=True, slots=True)
class Header:
    """What every order carries. `ledger` is absent in a genesis only."""

    id: Id
    type: str
    author: Id
    created: Time
    expires: Time
    ledger: Hash | None = None


# ---- the orders


@dataclass(frozen=True, slots=True)
class Genesis:
    """Start a ledger. Authorized by every founder."""

    nonce: Annotated[str, Binary(32, 32)]
    rules: Literal[1]
    log_key: Annotated[str, Binary(44, 44)]
    key_delay: Annotated[int, Range(0, 30 * 86_400)]
    currencies: Annotated[tuple[CurrencyDefinition, ...], Length(1, 16), Ascending("code")]
    accounts: Annotated[tuple[SystemAccount, ...], Length(0, 64), Ascending("account")]
    founders: Annotated[tuple[Founder, ...], Length(1, 32), Ascending("member")]
    thresholds: Annotated[tuple[Threshold, ...], Ascending("type")]
    origins: Origins


@dataclass(frozen=True, slots=True)
class Admit:
    """Join on a registrar's invitation. Authorized by the new key."""

    invitation: Invitation
    secret: Annotated[str, Binary(16, 32)]
    member: Id
    key: KeyGrant
    accounts: OpenedAccounts
    name: Commitment


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the ledger, with every balance at zero. Authorized by the member."""

    member: Id


@dataclass(frozen=True, slots=True)
class Suspend:
    """Block a member, or lift the block. Authorized by m-of-n."""

    member: Id
    suspended: bool
    reason: Commitment


@dataclass(frozen=True, slots=True)
class AddKey:
    """Give a member another key, on an invitation by an own key. Authorized by the new key."""

    invitation: Invitation
    secret: Annotated[str, Binary(16, 32)]
    member: Id
    key: KeyGrant


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Block a key at once. Authorized by its member, or by m-of-n."""

    member: Id
    key: Hash


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay. Authorized by the owner of every account that is debited."""

    legs: Legs
    memo: Commitment | None = None
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Give back (part of) a payment. Authorized by who was paid."""

    payment: Hash
    legs: Legs
    memo: Commitment | None = None


@dataclass(frozen=True, slots=True)
class RecordBank:
    """Book a bank line in euro: `amount` came in (positive) or went out (negative). m-of-n."""

    bank: Id
    counter: Id
    amount: SignedAmount
    line: Commitment


@dataclass(frozen=True, slots=True)
class Issue:
    """Bring credits into circulation, citing what backs them. m-of-n."""

    payee: Id
    currency: CurrencyCode
    amount: Amount
    backing: Annotated[tuple[CitedLine, ...], Length(0, 16), Ascending("line")]
    memo: Commitment | None = None


@dataclass(frozen=True, slots=True)
class Retire:
    """Take credits out of circulation. m-of-n, and the owner of the account."""

    payer: Id
    currency: CurrencyCode
    amount: Amount
    memo: Commitment | None = None


@dataclass(frozen=True, slots=True)
class Agree:
    """Agree to the terms on which a currency is redeemed. Authorized by the shop."""

    member: Id
    currency: CurrencyCode
    agreement: Commitment


@dataclass(frozen=True, slots=True)
class Redeem:
    """Offer credits for euro. Authorized by the shop; `payout` commits to name and IBAN.

    `amount` is paid out; `fee` is on top of it, where the policy asks for one.
    """

    payer: Id
    currency: CurrencyCode
    amount: Amount
    payout: Commitment
    fee: Amount | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """Retire redeemed credits and book the euro that go out for them. m-of-n."""

    currency: CurrencyCode
    transit: Id
    outside: Id
    payouts: Annotated[tuple[Payout, ...], Length(1, 256), Ascending("redemption")]
    file: Commitment


@dataclass(frozen=True, slots=True)
class Correct:
    """Book (part of) an entry back, with a reason; both stay visible. m-of-n."""

    entry: Hash
    legs: Legs
    reason: Commitment


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Make sure that an order of one's own, or a proposal one may sign, never posts.

    The order is well-formed itself, and no withdrawal: what nobody declared has no place in the
    journal, and an order that nests as deeply as it may would not fit in an entry.
    """

    order: dict[str, Any]

    def __post_init__(self) -> None:
        if isinstance(self.withdrawn.body, Withdraw):
            raise Refusal(Code.BAD_FIELD, field="order.type")

    @property
    def withdrawn(self) -> "Order":
        """The order that shall never post."""
        return parse_order(encode(self.order))


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Set a member's limits in a currency; opens the account where there is none. m-of-n."""

    member: Id
    account: Id
    currency: CurrencyCode
    floor: Floor
    ceiling: Ceiling


@dataclass(frozen=True, slots=True)
class SetRole:
    """Give a member a role, or take it. m-of-n."""

    member: Id
    role: Role
    held: bool


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Change the policy of a currency; its kind stays. m-of-n."""

    currency: CurrencyCode
    policy: Policy


@dataclass(frozen=True, slots=True)
class SetOrigins:
    """Replace the web origins whose passkeys count. m-of-n."""

    origins: Origins


@dataclass(frozen=True, slots=True)
class DefineCurrency:
    """Add a currency with its system accounts. m-of-n."""

    currency: CurrencyDefinition
    accounts: Annotated[tuple[SystemAccount, ...], Length(0, 8), Ascending("account")]


Body = (
    Genesis | Admit | Leave | Suspend | AddKey | RevokeKey | Pay | Refund | RecordBank | Issue
    | Retire | Agree | Redeem | Settle | Correct | Withdraw | SetLimit | SetRole | SetPolicy
    | SetOrigins | DefineCurrency
)  # fmt: skip

TYPES: dict[str, type[Body]] = {
    "genesis": Genesis,
    "admit": Admit,
    "leave": Leave,
    "suspend": Suspend,
    "add_key": AddKey,
    "revoke_key": RevokeKey,
    "pay": Pay,
    "refund": Refund,
    "record_bank": RecordBank,
    "issue": Issue,
    "retire": Retire,
    "agree": Agree,
    "redeem": Redeem,
    "settle": Settle,
    "correct": Correct,
    "withdraw": Withdraw,
    "set_limit": SetLimit,
    "set_role": SetRole,
    "set_policy": SetPolicy,
    "set_origins": SetOrigins,
    "define_currency": DefineCurrency,
}
_NAMES = {cls: name for name, cls in TYPES.items()}

APPROVED_TYPES = frozenset({
    "suspend", "revoke_key", "record_bank", "issue", "retire", "settle", "correct", "set_limit",
    "set_role", "set_policy", "set_origins", "define_currency",
})  # fmt: skip
"""Types that m-of-n holders of a role authorize; genesis sets a threshold for each."""

ONLINE_SECONDS = 15 * 60
PROPOSAL_SECONDS = 30 * 86_400
_HEADER = frozenset(field.name for field in fields(Header))


@dataclass(frozen=True, slots=True)
class Order:
    """A well-formed order: its bytes, its identity and what they say."""

    data: bytes
    identity: str
    header: Header
    body: Body

    @property
    def ledger(self) -> str:
        """The id of the ledger it is for; a genesis founds its own."""
        return self.header.ledger or ledger_id(self.data)


def parse_order(data: bytes) -> Order:
    """Return the order these bytes are.

    Raises Refusal: TOO_LARGE, NOT_CANONICAL, UNKNOWN_TYPE, BAD_FIELD, VALID_TOO_LONG.
    """
    return read_order(decode(data), data)


def read_order(value: Value, data: bytes) -> Order:
    """Return the order that a decoded value is, and `data` its encoding; raises as `parse_order`.

    For whoever has decoded it already, as a part of something larger.
    """
    if len(data) > MAX_BYTES:
        raise Refusal(Code.TOO_LARGE, bytes=len(data), max_bytes=MAX_BYTES)
    if type(value) is not dict:
        raise Refusal(Code.BAD_FIELD, field="order")
    header = read(Header, {name: value[name] for name in value if name in _HEADER})
    cls = TYPES.get(header.type)
    if cls is None:
        raise Refusal(Code.UNKNOWN_TYPE)
    if (header.ledger is None) != (cls is Genesis):
        raise Refusal(Code.BAD_FIELD, field="ledger")
    slow = header.type in APPROVED_TYPES or cls is Genesis
    longest = PROPOSAL_SECONDS if slow else ONLINE_SECONDS
    if not 0 < header.expires - header.created <= longest:
        raise Refusal(Code.VALID_TOO_LONG, seconds=longest)
    body = read(cls, {name: value[name] for name in value if name not in _HEADER})
    return Order(data, identity_of(data), header, body)


def build_order(
    body: Body, *, ledger: str | None, id: str, author: str, created: int, expires: int
) -> Order:
    """Return the order that says this, checked like one that came from outside."""
    header = Header(id, _NAMES[type(body)], author, created, expires, ledger)
    return parse_order(encode({**_object(write(header)), **_object(write(body))}))


def _object(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict)
    return value
