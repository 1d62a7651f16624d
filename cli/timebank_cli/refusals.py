"""The one place where an error becomes a sentence for a volunteer, and a code for a program."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from timebank.errors import Code, Down, Flaw, Refusal, TimebankError, Unavailable, Unfit
from timebank.journal import ProofError
from timebank.ledger.replay import BrokenJournal
from timebank.units import Unit, show_amount
from timebank_cli.output import moment, printable


class Stop(TimebankError):
    """The command line itself says no: a wrong passphrase, a name that fits two members."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Told:
    """An error in words: its code, a sentence, and the details the ledger gave with it."""

    code: str
    sentence: str
    details: Mapping[str, str | int] = field(default_factory=dict)
    shown: str = ""

    @property
    def line(self) -> str:
        """What stands on the screen."""
        extra = f" ({self.shown})" if self.shown else ""
        sentence = self.sentence[:1].upper() + self.sentence[1:].removesuffix(".")
        return f"Not done: {printable(sentence + extra)}. [{self.code}]"


def tell_error(error: TimebankError | OSError, units: Mapping[str, Unit]) -> Told:
    """Return what to tell about an error; `units` lets amounts in it be written as such."""
    if isinstance(error, Refusal):
        shown = ", ".join(_detail(name, error.details, units) for name in error.details)
        return Told(error.code, REFUSALS[error.code], error.details, shown)
    if isinstance(error, Unfit):
        shown = ", ".join(_detail(name, error.details, units) for name in error.details)
        return Told(error.code, UNFITS[error.code], error.details, shown)
    if isinstance(error, Unavailable):
        return Told(error.code, f"{DOWNS[error.code]}: {error.hint}")
    if isinstance(error, Stop):
        return Told(error.code, error.sentence)
    if isinstance(error, BrokenJournal):
        return Told("broken_journal", f"the journal breaks its own rules: {error}")
    if isinstance(error, ProofError):
        return Told("not_proven", f"this does not prove what it should: {error}")
    if isinstance(error, OSError):
        return Told("file", f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return Told("error", str(error))


_ID = re.compile(r"[0-9a-f]{32,64}")
_AMOUNTS = {"cap", "excess", "fee", "left", "minimum", "shortfall", "spent", "total"}
_TIMES = {"active_from", "created", "expires", "until"}


def _detail(name: str, details: Mapping[str, str | int], units: Mapping[str, Unit]) -> str:
    value, label = details[name], name.replace("_", " ")
    if isinstance(value, int) and name in _TIMES:
        return f"{label} {moment(value)}"
    if isinstance(value, int) and name in _AMOUNTS:
        # Without a currency it is about cover, and cover is in euro.
        currency = str(details.get("currency", ""))
        unit = units.get(currency) if currency else Unit.CENT
        return f"{label} {value if unit is None else show_amount(value, unit)}"
    return f"{label} {_short(str(value))}"


def _short(value: str) -> str:
    """An id in a sentence needs no more than its beginning; --json has all of it."""
    return f"{value[:8]}…" if _ID.fullmatch(value) else value


REFUSALS: Mapping[Code, str] = {
    Code.TOO_LARGE: "the order is larger than an order may be",
    Code.NOT_CANONICAL: "the bytes are not written the one way an order is written",
    Code.BAD_FIELD: "a part of the order is missing or not well formed",
    Code.UNKNOWN_TYPE: "this program does not know that type of order",
    Code.BAD_KEY: "this is not a key that the ledger can trust",
    Code.BAD_SIGNATURE: "a signature does not belong to this order and key",
    Code.BAD_CHALLENGE: "the passkey signed something else",
    Code.BAD_ORIGIN: "the passkey signed on another website",
    Code.NOT_VERIFIED_USER: "the passkey did not check who was using it",
    Code.OTHER_LEDGER: "this was made for another ledger",
    Code.NOT_YET: "this order is from the future; is a clock wrong?",
    Code.EXPIRED: "this order was signed too long ago; make it again",
    Code.VALID_TOO_LONG: "this order asks to be valid for longer than is allowed",
    Code.UNKNOWN_MEMBER: "the ledger does not know this member",
    Code.UNKNOWN_ACCOUNT: "there is no such account; not everybody holds every currency",
    Code.UNKNOWN_CURRENCY: "the ledger does not know this currency",
    Code.UNKNOWN_KEY: "the ledger does not know this key",
    Code.UNKNOWN_ENTRY: "there is no such entry, or it is of another type",
    Code.ORDER_ID_USED: "another order with this id was posted before",
    Code.ALREADY_POSTED: "this was posted already",
    Code.ID_TAKEN: "this id, account or key is taken",
    Code.REQUEST_USED: "this request was paid already",
    Code.INVITATION_USED: "this invitation was used already",
    Code.WITHDRAWN: "this order was withdrawn and can never be posted",
    Code.ALREADY_SETTLED: "this redemption was settled already",
    Code.NOT_AUTHORIZED: "the signatures are not those that this order needs",
    Code.KEY_REVOKED: "this key was blocked",
    Code.KEY_NOT_ACTIVE: "this key does not work yet",
    Code.KEY_SCOPE: "this key was not given the right to do that",
    Code.MEMBER_SUSPENDED: "this member is suspended",
    Code.MEMBER_LEFT: "this member has left",
    Code.TOO_FEW_APPROVALS: "not enough people with the right role have signed",
    Code.DOUBLE_APPROVAL: "the same member signed twice",
    Code.TOO_FEW_HOLDERS: "too few people would be left in this role",
    Code.ROLE_CONFLICT: "these roles do not go together: an auditor does not keep the books",
    Code.BAD_INVITATION: "this is not an invitation that works here",
    Code.INVITATION_EXPIRED: "this invitation is too old; ask for a new one",
    Code.PAYER_IS_PAYEE: "payer and payee are the same",
    Code.DUPLICATE_LEG: "two amounts go between the same two accounts",
    Code.WRONG_CURRENCY: "the account is in another currency",
    Code.NOT_BETWEEN_THESE: "this currency is not for a payment between these two",
    Code.POLICY_FORBIDS: "the policy of this currency does not allow that",
    Code.NO_AGREEMENT: "first agree to the terms for handing in: timebank agree",
    Code.BELOW_MINIMUM: "that is less than can be handed in at a time",
    Code.WRONG_FEE: "the fee is not the one that the policy asks for",
    Code.REQUEST_DIFFERS: "this is not what was asked",
    Code.REQUEST_EXPIRED: "the request is too old; ask for a new code",
    Code.NOT_THE_PAYEE: "only who was paid can give back",
    Code.RETURNS_TOO_MUCH: "that is more than is left to give back",
    Code.BACKING_TOO_SMALL: "there is not enough euro behind it",
    Code.BUDGET_ENDED: "the budget has ended",
    Code.BALANCE_NOT_ZERO: "a balance is not zero yet",
    Code.LIMIT_NOT_ALLOWED: "the policy does not allow limits as wide as these",
    Code.BATCH_INCOMPLETE: "these orders were signed together and must be sent together",
    Code.BELOW_FLOOR: "the balance is too low for this",
    Code.ABOVE_CEILING: "the receiver's balance would become too high",
    Code.DAILY_CAP: "this key has reached its limit for today",
}

DOWNS: Mapping[Down, str] = {
    Down.CLOCK: "the clock cannot be trusted",
    Down.GUARD_MISMATCH: "this database lacks something that was acknowledged; nothing is posted",
    Down.GUARD_MISSING: "the guard file is gone; nothing is posted",
    Down.GUARD_UNREADABLE: "the guard file is spoilt; nothing is posted",
    Down.GUARD_UNWRITABLE: "it may be in the books already, so look before you try again",
    Down.JUST_RESTORED: "the ledger waits after a restore",
    Down.NOT_A_LEDGER: "there is no ledger here",
    Down.NEWER_SCHEMA: "this ledger is newer than this program",
    Down.OLDER_SCHEMA: "this ledger is older than this program",
    Down.TRIGGERS_MISSING: "the database has lost what protects its journal",
    Down.READ_ONLY: "the ledger cannot be written",
    Down.LOCKED: "another program keeps the ledger locked",
    Down.LOST_CONNECTION: "the database does not answer",
    Down.RULES_UNKNOWN: "this ledger follows rules that this program does not know",
    Down.NO_LOG_KEY: "the key that seals checkpoints is not here",
    Down.FINDINGS: "the books do not add up, so nothing is settled",
}

UNFITS: Mapping[Flaw, str] = {
    Flaw.BAD_IBAN: "this is not an IBAN: its length or check digits are wrong",
    Flaw.BAD_BIC: "this is not a BIC",
    Flaw.BAD_HOLDER: "the name of the account's holder is missing, too long, or unknown to banks",
    Flaw.BAD_TOWN: "a town is one short line without a comma",
    Flaw.NO_OWN_ACCOUNT: "the wijk's own bank account is not known: timebank settings set bank_name"
    " and bank_iban",
    Flaw.UNREADABLE_ACCOUNT: "where to pay to was erased",
    Flaw.AMOUNT_TOO_LARGE: "banks take no amount as large as this",
    Flaw.NOT_SEPA: "no SEPA payment reaches an account in that country",
    Flaw.NO_SUCH_PAYOUT: "that account has handed in nothing under that name",
    Flaw.PAYMENTS_CHANGED: "the payment file is not the one that was signed for, and cannot be made"
    " again: an account was erased or changed since. Withdraw this settlement and plan another",
    Flaw.FILE_TOO_LARGE: "the file is too large to be a statement",
    Flaw.FILE_WITH_ENTITIES: "the file declares entities, as no bank does; it was not read",
    Flaw.FILE_BROKEN: "the file is cut off or is no XML; download it again",
    Flaw.NOT_A_STATEMENT: "the file is not a camt.053 statement that this program can read",
    Flaw.OTHER_ACCOUNT: "the statement is of another account than the wijk's own",
    Flaw.NOT_IN_EURO: "the statement is not in euro",
    Flaw.BAD_AMOUNT: "an amount in the file is not a whole number of cents with one direction",
    Flaw.BALANCES_DIFFER: "the lines do not lead from the opening balance to the closing balance",
    Flaw.UNKNOWN_LINE: "there is no such bank line, or more than one; see: timebank bank lines",
    Flaw.LINE_DIFFERS: "that bank line has another amount, or went the other way",
    Flaw.LINE_RECORDED: "that bank line is recorded already, or about to be",
    Flaw.RECORDED_BY_HAND: "a line of that amount was recorded by hand: where it is this one, name"
    " it with --entry; where it is another, say --apart",
    Flaw.LINE_IMPORTED: "a line of that amount was imported: where it is this one, record it with"
    " --from; where it is another, say --apart",
}
