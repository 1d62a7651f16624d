"""The parts that orders are made of, declared field by field, each with what makes it well-formed.

A value that contradicts itself cannot be made: its constructor raises Refusal BAD_FIELD.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal

from timebank.errors import Code, Refusal
from timebank.ledger.codec import Ascending, Binary, Hex, Length, Match, Range, write
from timebank.signing.authorizations import parse_authorization
from timebank.signing.canonical import encode
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
