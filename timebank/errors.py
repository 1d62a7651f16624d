"""Everything the engine can say no with.

    TimebankError
    ├── Refusal        this order is not posted; `code` says why, `details` with what
    ├── Unfit          an account or a file cannot be used; `code` says why, `details` with what
    └── Unavailable    nothing can be posted now; `code` says what the volunteer must look at

Codes are part of the protocol: they never change meaning and are never reused. The web turns a
code into a sentence, the CLI into an exit status.
"""

from enum import StrEnum


class Code(StrEnum):
    """Why an order is refused."""

    # The bytes are not an order.
    TOO_LARGE = "too_large"
    NOT_CANONICAL = "not_canonical"
    BAD_FIELD = "bad_field"
    UNKNOWN_TYPE = "unknown_type"
    # The signature does not hold.
    BAD_KEY = "bad_key"
    BAD_SIGNATURE = "bad_signature"
    BAD_CHALLENGE = "bad_challenge"
    BAD_ORIGIN = "bad_origin"
    NOT_VERIFIED_USER = "not_verified_user"
    # The order is not for this ledger, or not for now.
    OTHER_LEDGER = "other_ledger"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    VALID_TOO_LONG = "valid_too_long"
    # The ledger does not know what it names.
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_ENTRY = "unknown_entry"
    # It was used before.
    ORDER_ID_USED = "order_id_used"
    ALREADY_POSTED = "already_posted"
    ID_TAKEN = "id_taken"
    REQUEST_USED = "request_used"
    INVITATION_USED = "invitation_used"
    WITHDRAWN = "withdrawn"
    ALREADY_SETTLED = "already_settled"
    # Whoever signed may not do this.
    NOT_AUTHORIZED = "not_authorized"
    KEY_REVOKED = "key_revoked"
    KEY_NOT_ACTIVE = "key_not_active"
    KEY_SCOPE = "key_scope"
    MEMBER_SUSPENDED = "member_suspended"
    MEMBER_LEFT = "member_left"
    TOO_FEW_APPROVALS = "too_few_approvals"
    DOUBLE_APPROVAL = "double_approval"
    TOO_FEW_HOLDERS = "too_few_holders"
    ROLE_CONFLICT = "role_conflict"
    BAD_INVITATION = "bad_invitation"
    INVITATION_EXPIRED = "invitation_expired"
    # The rules of the currency or the order do not allow it.
    PAYER_IS_PAYEE = "payer_is_payee"
    DUPLICATE_LEG = "duplicate_leg"
    WRONG_CURRENCY = "wrong_currency"
    NOT_BETWEEN_THESE = "not_between_these"
    POLICY_FORBIDS = "policy_forbids"
    NO_AGREEMENT = "no_agreement"
    BELOW_MINIMUM = "below_minimum"
    WRONG_FEE = "wrong_fee"
    REQUEST_DIFFERS = "request_differs"
    REQUEST_EXPIRED = "request_expired"
    NOT_THE_PAYEE = "not_the_payee"
    RETURNS_TOO_MUCH = "returns_too_much"
    BACKING_TOO_SMALL = "backing_too_small"
    BUDGET_ENDED = "budget_ended"
    BALANCE_NOT_ZERO = "balance_not_zero"
    LIMIT_NOT_ALLOWED = "limit_not_allowed"
    BATCH_INCOMPLETE = "batch_incomplete"
    # A limit is in the way; later it may not be.
    BELOW_FLOOR = "below_floor"
    ABOVE_CEILING = "above_ceiling"
    DAILY_CAP = "daily_cap"


PASSING = frozenset({Code.BELOW_FLOOR, Code.ABOVE_CEILING, Code.DAILY_CAP})
"""Refusals for a passing reason. They are remembered until the order expires, so that a late
retry of the same order surprises nobody."""


class Down(StrEnum):
    """Why nothing can be posted at all."""

    CLOCK = "clock"
    GUARD_MISMATCH = "guard_mismatch"
    GUARD_MISSING = "guard_missing"
    GUARD_UNREADABLE = "guard_unreadable"
    GUARD_UNWRITABLE = "guard_unwritable"
    JUST_RESTORED = "just_restored"
    NOT_A_LEDGER = "not_a_ledger"
    NEWER_SCHEMA = "newer_schema"
    OLDER_SCHEMA = "older_schema"
    TRIGGERS_MISSING = "triggers_missing"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    LOST_CONNECTION = "lost_connection"
    RULES_UNKNOWN = "rules_unknown"
    NO_LOG_KEY = "no_log_key"
    FINDINGS = "findings"


class Flaw(StrEnum):
    """Why a bank account, or a file from or for a bank, cannot be used."""

    # An account to pay to, or the wijk's own.
    BAD_IBAN = "bad_iban"
    BAD_BIC = "bad_bic"
    BAD_HOLDER = "bad_holder"
    BAD_TOWN = "bad_town"
    NO_OWN_ACCOUNT = "no_own_account"
    UNREADABLE_ACCOUNT = "unreadable_account"
    AMOUNT_TOO_LARGE = "amount_too_large"
    NOT_SEPA = "not_sepa"
    NO_SUCH_PAYOUT = "no_such_payout"
    # A file of payments: not what the treasurers signed for.
    PAYMENTS_CHANGED = "payments_changed"
    # A file from the bank.
    FILE_TOO_LARGE = "file_too_large"
    FILE_WITH_ENTITIES = "file_with_entities"
    FILE_BROKEN = "file_broken"
    NOT_A_STATEMENT = "not_a_statement"
    OTHER_ACCOUNT = "other_account"
    NOT_IN_EURO = "not_in_euro"
    BAD_AMOUNT = "bad_amount"
    BALANCES_DIFFER = "balances_differ"
    # A line of it.
    UNKNOWN_LINE = "unknown_line"
    LINE_DIFFERS = "line_differs"
    LINE_RECORDED = "line_recorded"
    RECORDED_BY_HAND = "recorded_by_hand"
    LINE_IMPORTED = "line_imported"


class TimebankError(Exception):
    """Root of everything raised on purpose."""


class Refusal(TimebankError):
    """This order is not posted and nothing has changed."""

    def __init__(self, code: Code, **details: str | int) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.code} ({details})" if details else str(self.code)


class Unfit(TimebankError):
    """A bank account or file cannot be used, and nothing has changed."""

    def __init__(self, code: Flaw, **details: str | int) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.code} ({details})" if details else str(self.code)


class Unavailable(TimebankError):
    """Nothing can be posted until a person has looked; `hint` says at what, in English."""

    def __init__(self, code: Down, hint: str) -> None:
        super().__init__(code, hint)
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.hint}"
