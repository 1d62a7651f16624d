"""Every order the ledger knows, declared field by field. The declaration is the wire format.

An order is one flat JSON object: the fields of `Header` and the fields of its body. It says what
its author wants; it does nothing until `rules.decide` has agreed (docs/protocol.md, "Orders").
"""

from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Annotated, Any, Literal

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Ascending, Binary, Hex, Length, Match, Range, read, write
from timebank.signing.authorizations import parse_authorization
from timebank.signing.canonical import MAX_BYTES, Value, decode, encode
from timebank.signing.messages import identity as identity_of
from timebank.signing.messages import ledger_id
from timebank.units import MAX_AMOUNT

Id = Annotated[str, Hex(16)]
Hash = Annotated[str, Hex(32)]
Commitment = Annotated[str, Hex(32)]
Amount = Annotated[int, Range(1, MAX_AMOUNT)]
SignedAmount = Annotated[int, Range(-MAX_AMOUNT, MAX_AMOUNT)]
Floor = Annotated[int, Range(-MAX_AMOUNT, 0)]
Ceiling = Annotated[int, Range(0, MAX_AMOUNT)]
Time = Annotated[int, Range(0, 2**40)]
MAX_FEE = 5_000
"""The highest fee for redeeming: half of what is handed in (hundredths of a percent)."""
CurrencyCode = Annotated[str, Match(r"[A-Z]{3,8}")]
MemberKind = Literal["person", "shop", "organisation"]
Role = Literal["auditor", "coordinator", "issuer", "registrar", "treasurer"]
Scope = Literal["approve", "manage", "pay"]
SystemKind = Literal["bank", "contra", "outside", "redemption", "transit"]


@dataclass(frozen=True, slots=True)
class Header:
    """What every order carries. `ledger` is absent in a genesis only."""

    id: Id
    type: str
    author: Id
    created: Time
    expires: Time
    ledger: Hash | None = None


# ---- the parts orders are made of


@dataclass(frozen=True, slots=True)
class Leg:
    """So much of one currency from payer to payee (both account ids)."""

    payer: Id
    payee: Id
    currency: CurrencyCode
    amount: Amount

    def __post_init__(self) -> None:
        if self.payer == self.payee:
            raise Refusal(Code.PAYER_IS_PAYEE)

    @property
    def reversed(self) -> "Leg":
        """The leg that undoes this one."""
        return Leg(self.payee, self.payer, self.currency, self.amount)


Legs = Annotated[tuple[Leg, ...], Length(1, 16)]


@dataclass(frozen=True, slots=True)
class Credit:
    """So much of one currency to a payee's account."""

    payee: Id
    currency: CurrencyCode
    amount: Amount


@dataclass(frozen=True, slots=True)
class Request:
    """A payee's one-off request, carried whole by the payment that answers it."""

    id: Id
    payee: Id
    credits: Annotated[tuple[Credit, ...], Length(1, 16)]
    expires: Time
    memo: Commitment | None = None

    @property
    def digest(self) -> str:
        """What is used up by an answer: all of it, so that another amount is another request."""
        return sha256(encode(write(self))).hexdigest()


@dataclass(frozen=True, slots=True)
class Cap:
    """The most a key may pay per UTC day."""

    currency: CurrencyCode
    amount: Annotated[int, Range(0, MAX_AMOUNT)]


Caps = Annotated[tuple[Cap, ...], Length(0, 16), Ascending("currency")]
Scopes = Annotated[tuple[Scope, ...], Length(1, 3), Ascending()]


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """A public key and what it may do."""

    scheme: Literal["ed25519", "webauthn-es256"]
    spki: Annotated[str, Binary(44, 91)]
    scopes: Scopes
    caps: Caps


@dataclass(frozen=True, slots=True)
class Limits:
    """How far below and above zero a member's account in a currency may go."""

    currency: CurrencyCode
    floor: Floor
    ceiling: Ceiling


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """A new account of a member, with its limits."""

    account: Id
    currency: CurrencyCode
    floor: Floor
    ceiling: Ceiling


OpenedAccounts = Annotated[tuple[OpenedAccount, ...], Length(0, 16), Ascending("currency")]


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a registrar (admit) or a member (add_key) signs beforehand under the invitation tag.

    `issuer` is the member whose key signs. `secret` is the hash of what is in the link.
    """

    ledger: Hash
    id: Id
    purpose: Literal["admit", "add_key"]
    issuer: Id
    created: Time
    expires: Time
    secret: Hash
    scopes: Scopes
    caps: Caps
    kind: MemberKind | None = None
    limits: Annotated[tuple[Limits, ...], Length(0, 16), Ascending("currency")] | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A voucher and the authorization over it (a value of `signing.authorizations`)."""

    voucher: Voucher
    authorization: dict[str, Any]

    def __post_init__(self) -> None:
        parse_authorization(self.authorization)


@dataclass(frozen=True, slots=True)
class Budget:
    """An earmarked grant: how much may be issued in all, until when, and for what."""

    amount: Amount
    until: Time
    purpose: Commitment


@dataclass(frozen=True, slots=True)
class Redeeming:
    """On what terms shops redeem: the least at a time, a fee, and an agreement they signed.

    `fee` is in hundredths of a percent of what is handed in, and goes to the account `fund`.
    `agreement` commits to the text that each of them signs (`Agree`) before the first time.
    """

    minimum: Annotated[int, Range(0, MAX_AMOUNT)]
    fee: Annotated[int, Range(0, MAX_FEE)]
    fund: Id | None = None
    agreement: Commitment | None = None

    def __post_init__(self) -> None:
        if (self.fund is not None) != (self.fee > 0):
            raise Refusal(Code.BAD_FIELD, field="redeeming.fund")

    def fee_of(self, total: int, payer: str) -> int:
        """Return the fee for handing in so much, in minor units, rounded down.

        The fund itself pays none: it would pay itself.
        """
        return 0 if payer == self.fund else total * self.fee // 10_000


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one currency (docs/protocol.md, "Currency policies").

    `floor` and `ceiling` are the widest limits an invitation may give; `credit_total` bounds the
    sum of all credit given (-floor over the open accounts). Credit is for mutual money only: a
    member below zero in backed money would be money that nothing backs. Money that is worth euro
    goes from residents to shops, unless the ledger says on what `basis` everyone may pay everyone.
    """

    kind: Literal["mutual", "backed", "budget", "euro"]
    payments: Literal["everyone", "members-to-shops", "nobody"]
    holders: Annotated[tuple[MemberKind, ...], Ascending()]
    redeemers: Annotated[tuple[MemberKind, ...], Ascending()]
    floor: Floor
    ceiling: Ceiling
    credit_total: Annotated[int, Range(0, MAX_AMOUNT)]
    budget: Budget | None = None
    basis: Commitment | None = None
    redeeming: Redeeming | None = None

    def __post_init__(self) -> None:
        if (self.budget is not None) != (self.kind == "budget"):
            raise Refusal(Code.BAD_FIELD, field="policy.budget")
        if self.credit_total and self.kind != "mutual":
            raise Refusal(Code.BAD_FIELD, field="policy.credit_total")
        if self.redeemers and self.kind in ("mutual", "euro"):
            raise Refusal(Code.BAD_FIELD, field="policy.redeemers")
        if "person" in self.redeemers:
            raise Refusal(Code.BAD_FIELD, field="policy.redeemers")
        if self.kind == "euro" and (self.holders or self.payments != "nobody"):
            raise Refusal(Code.BAD_FIELD, field="policy.holders")
        if self.for_euro and self.payments == "everyone" and self.basis is None:
            raise Refusal(Code.BAD_FIELD, field="policy.basis")
        if self.redeeming is not None and not self.redeemers:
            raise Refusal(Code.BAD_FIELD, field="policy.redeeming")

    @property
    def for_euro(self) -> bool:
        """Whether it is euro, or worth euro to somebody."""
        return self.kind in ("backed", "euro") or bool(self.redeemers)


@dataclass(frozen=True, slots=True)
class CurrencyDefinition:
    """A currency as it is defined, with its minor unit. Hours are never worth euros."""

    code: CurrencyCode
    unit: Literal["minute", "cent"]
    policy: Policy

    def __post_init__(self) -> None:
        if self.policy.for_euro and self.unit != "cent":
            raise Refusal(Code.BAD_FIELD, field="currency.unit")


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """An account that belongs to the ledger itself, not to a member."""

    account: Id
    currency: CurrencyCode
    kind: SystemKind


@dataclass(frozen=True, slots=True)
class Founder:
    """A member who is there from the first entry."""

    member: Id
    kind: MemberKind
    roles: Annotated[tuple[Role, ...], Ascending()]
    key: KeyGrant
    accounts: OpenedAccounts
    name: Commitment


@dataclass(frozen=True, slots=True)
class Threshold:
    """So many distinct holders of a role must authorize an order of this type."""

    type: Annotated[str, Match(r"[a-z_]{3,20}")]
    role: Role
    count: Annotated[int, Range(1, 9)]


@dataclass(frozen=True, slots=True)
class Origin:
    """A web origin and relying-party id whose passkey signatures the ledger accepts."""

    origin: Annotated[str, Match(r"https?://[a-z0-9.-]{1,100}(:[0-9]{1,5})?")]
    rp_id: Annotated[str, Match(r"[a-z0-9.-]{1,100}")]


Origins = Annotated[tuple[Origin, ...], Length(0, 16), Ascending("origin")]


@dataclass(frozen=True, slots=True)
class CitedLine:
    """So much of a recorded bank line backs an issue."""

    line: Hash
    amount: Amount


@dataclass(frozen=True, slots=True)
class Payout:
    """A redemption to be settled: its order, the shop's account and the amount."""

    redemption: Hash
    payee: Id
    amount: Amount


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
