"""Every table, as SQLAlchemy Core. The database states the invariants it can state by itself.

    journal_   the truth; entries, postings, nodes and checkpoints are only ever added to
    fold_      what the journal adds up to; may be dropped and rebuilt
    kept_      what is not in the journal; may be erased

No foreign key points from kept to fold or journal, nor from the journal to the fold: each kind can
be checked, rebuilt or erased without asking another.

Columns of a `fold_` table are the fields of its fact, by name, before them its `key` where that is
not one of them; structured fields are canonical JSON. Amounts are minor units, times whole UTC
seconds; ids and hashes that people meet are lower-case hex, those of the Merkle tree are bytes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from timebank.units import MAX_AMOUNT

SCHEMA = "0002"
"""The revision in `migrations/versions` that these tables are at. Revisions sort as text."""

APPEND_ONLY = ("journal_entries", "journal_postings", "journal_nodes", "journal_checkpoints")
"""Tables that a row is only ever added to: triggers see to that."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Sorted and compared by their bytes on both: nothing in here depends on a server's language.
Words = Text().with_variant(Text(collation="C"), "postgresql")
# 64 bits everywhere. SQLite's STRICT tables know one kind of integer and no booleans.
Whole = BigInteger().with_variant(Integer(), "sqlite")
Flag = Boolean(create_constraint=False).with_variant(Integer(), "sqlite")


def _table(name: str, *parts: Column[Any] | CheckConstraint | UniqueConstraint | Index) -> Table:
    """A table that SQLite types strictly, with its rows in its key where that is not a number."""
    keys = [part for part in parts if isinstance(part, Column) and part.primary_key]
    keyed_by_number = len(keys) == 1 and keys[0].type is Whole
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=keyed_by_number)


def _key(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _text(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _whole(name: str) -> Column[int]:
    return Column(name, Whole, nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


def _within(column: str, low: int = -MAX_AMOUNT, high: int = MAX_AMOUNT) -> CheckConstraint:
    return _check(column, f"{column} BETWEEN {low} AND {high}")


def _amount(column: str) -> CheckConstraint:
    return _within(column, low=0)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return _check(column, f"{column} IN ({', '.join(repr(value) for value in values)})")


# ---- the journal

journal_entries = _table(
    "journal_entries",
    _key("seq", Whole),
    _whole("time"),
    _text("type"),
    _text("author"),
    _text("order_id"),
    _text("identity"),
    _bytes("leaf"),
    # Last, so that reading leaf hashes need not walk over the entries.
    _bytes("entry"),
    UniqueConstraint("identity"),
    # In this order the newest ids are close together, whoever wrote them.
    UniqueConstraint("order_id", "author"),
    _check("seq", "seq >= 0"),
    _check("leaf", "length(leaf) = 32"),
)
journal_postings = _table(
    "journal_postings",
    _key("seq", Whole),
    _key("n", Whole),
    _text("account"),
    _whole("amount"),
    _within("amount"),
    _check("nonzero", "amount <> 0"),
    Index(None, "account", "seq"),
)
journal_nodes = _table(
    "journal_nodes",
    _key("level", Whole),
    _key("idx", Whole),
    _bytes("hash"),
    _check("level", "level IN (8, 16, 24, 32, 40, 48)"),
    _check("hash", "length(hash) = 32"),
)
journal_checkpoints = _table(
    "journal_checkpoints",
    _key("size", Whole),
    _bytes("root"),
    _whole("time"),
    _check("size", "size > 0"),
    _check("root", "length(root) = 32"),
)
journal_head = _table(
    "journal_head",
    _key("id", Whole),
    _whole("size"),
    _whole("time"),
    _bytes("frontier"),
    _check("single", "id = 1"),
    _check("size", "size >= 0"),
)

# ---- the fold

fold_governance = _table(
    "fold_governance",
    _key("key"),
    _text("ledger"),
    _whole("rules"),
    _text("log_key"),
    _whole("key_delay"),
    _text("thresholds"),
    _text("origins"),
    _check("single", "key = ''"),
    _check("rules", "rules >= 1"),
)
fold_currencies = _table(
    "fold_currencies",
    _key("code"),
    _text("unit"),
    _text("policy"),
    _text("contra"),
    _text("redemption"),
    _whole("credit_given"),
    _whole("issued"),
    _whole("retired"),
    _whole("reserve"),
    _check("code", "length(code) BETWEEN 3 AND 8"),
    _one_of("unit", "minute", "cent"),
    _amount("credit_given"),
    _amount("issued"),
    _amount("retired"),
    _within("reserve"),
)
# No rule that a balance is at least its floor or at most its ceiling: tightening a limit does not
# invalidate the past, and a refund may exceed a ceiling.
fold_accounts = _table(
    "fold_accounts",
    _key("id"),
    _text("kind"),
    _text("currency"),
    _text("owner"),
    Column("floor", Whole),
    Column("ceiling", Whole),
    _whole("balance"),
    _one_of("kind", "member", "bank", "contra", "outside", "redemption", "transit"),
    _check("currency", "length(currency) BETWEEN 3 AND 8"),
    _check("owner", "(kind = 'member') = (owner <> '')"),
    _within("floor", high=0),
    _within("ceiling", low=0),
    _within("balance"),
)
fold_members = _table(
    "fold_members",
    _key("id"),
    _text("kind"),
    _text("status"),
    _text("roles"),
    _text("accounts"),
    _text("name"),
    _one_of("kind", "person", "shop", "organisation"),
    _one_of("status", "active", "suspended", "left"),
)
fold_holders = _table("fold_holders", _key("role"), _text("members"))
fold_keys = _table(
    "fold_keys",
    _key("id"),
    _text("member"),
    _text("scheme"),
    _text("spki"),
    _text("scopes"),
    _text("caps"),
    _whole("active_from"),
    Column("revoked", Flag, nullable=False),
    _one_of("scheme", "ed25519", "webauthn-es256"),
    Index(None, "member"),
)
fold_key_days = _table(
    "fold_key_days",
    _key("key"),
    _text("key_id"),
    _text("currency"),
    _whole("day"),
    _whole("spent"),
    _amount("spent"),
)
fold_used = _table(
    "fold_used",
    _key("key"),
    _text("kind"),
    _text("what"),
    _text("by"),
    _one_of("kind", "invitation", "request", "withdrawn"),
)
fold_returned = _table(
    "fold_returned",
    _key("key"),
    _text("entry"),
    _text("payer"),
    _text("payee"),
    _whole("amount"),
    _amount("amount"),
)
fold_bank_lines = _table(
    "fold_bank_lines",
    _key("line"),
    _text("currency"),
    _whole("amount"),
    _whole("cited"),
    _within("amount"),
    _amount("cited"),
)
fold_redemptions = _table(
    "fold_redemptions",
    _key("redemption"),
    _text("account"),
    _text("currency"),
    _whole("open"),
    _text("settled_by"),
    _amount("open"),
)
fold_agreements = _table(
    "fold_agreements",
    _key("key"),
    _text("member"),
    _text("currency"),
    _text("agreement"),
)

# ---- what is kept beside the journal; what has become of it is for the journal to say

kept_openings = _table("kept_openings", _key("commitment"), _bytes("salt"), _text("text"))
kept_documents = _table(
    "kept_documents", _key("digest"), _text("title"), _text("text"), _whole("created")
)
kept_codes = _table(
    "kept_codes",
    _key("code"),
    _text("member"),
    _whole("created"),
    Column("revoked", Whole),
    Index(None, "member"),
)
kept_requests = _table(
    "kept_requests",
    _key("id"),
    _text("code"),
    _text("payee"),
    _bytes("request"),
    _text("memo"),
    _whole("created"),
    _whole("expires"),
    Column("cancelled", Flag, nullable=False),
    UniqueConstraint("code"),
)
kept_invitations = _table(
    "kept_invitations",
    _key("secret_hash"),
    _bytes("voucher"),
    _bytes("authorization"),
    _text("label"),
    _whole("created"),
    _whole("expires"),
)
kept_refusals = _table(
    "kept_refusals", _key("identity"), _text("code"), _text("details"), _whole("until")
)
kept_sessions = _table(
    "kept_sessions",
    _key("token_hash"),
    _text("member"),
    _text("key_id"),
    _whole("created"),
    Column("revoked", Whole),
)
kept_tills = _table(
    "kept_tills",
    _key("token_hash"),
    _text("member"),
    _text("label"),
    _whole("created"),
    Column("revoked", Whole),
    Index(None, "member"),
)
kept_proposals = _table(
    "kept_proposals",
    _key("identity"),
    _text("type"),
    _bytes("order"),
    _bytes("authorizations"),
    _whole("created"),
    _whole("expires"),
)
kept_passkeys = _table(
    "kept_passkeys",
    _key("key_id"),
    _text("member"),
    Column("credential_id", LargeBinary),
    _text("label"),
    _whole("created"),
    Index(None, "member"),
    Index(None, "credential_id"),
)
# A seal that does not fit the journal is kept as well: it is what tells of a second history.
kept_seals = _table(
    "kept_seals",
    _key("member"),
    _key("size", Whole),
    _key("root"),
    _text("key_id"),
    _whole("time"),
    _bytes("authorization"),
    _check("size", "size > 0"),
)
# Who looked at whose account. `reader` is "" for who works on the server's command line.
kept_readings = _table(
    "kept_readings",
    _key("id"),
    _text("reader"),
    _text("member"),
    _text("what"),
    _whole("time"),
    Index(None, "member", "id"),
)
# Files from and for the bank, whose digests the journal commits to.
kept_files = _table(
    "kept_files",
    _key("digest"),
    _text("kind"),
    _text("name"),
    _whole("created"),
    _bytes("data"),
    _check("digest", "length(digest) = 64"),
    _one_of("kind", "pain", "camt"),
)
# `identity` is the one order that may record the line, so that nobody books it twice.
kept_bank_lines = _table(
    "kept_bank_lines",
    _key("id"),
    _text("file"),
    _whole("position"),
    _text("day"),
    _whole("amount"),
    _text("reference"),
    _text("batch"),
    _text("details"),
    Column("identity", Words),
    _within("amount"),
)
# `identity` is the one order that issues a returned payout's credits again.
kept_reissues = _table("kept_reissues", _key("redemption"), _text("line"), _text("identity"))
kept_settings = _table("kept_settings", _key("name"), _text("value"))
kept_rewards = _table(
    "kept_rewards",
    _key("digest"),
    _text("payer"),
    _text("name"),
    _whole("created"),
    _bytes("content"),
    Index(None, "payer"),
)
kept_allowances = _table(
    "kept_allowances",
    _key("member"),
    _key("period"),
    _key("created", Whole),
    _whole("up_to"),
    _text("reason"),
    _text("by"),
    _amount("up_to"),
)
kept_exports = _table(
    "kept_exports",
    _key("id"),
    _whole("time"),
    _text("by"),
    _text("format"),
    _text("first"),
    _text("last"),
    Column("names", Flag, nullable=False),
    Column("encrypted", Flag, nullable=False),
    _text("sha256"),
    _one_of("format", "beancount", "csv", "hledger", "xaf"),
    _check("secret", "encrypted OR NOT names"),
)
# How the books were found to be: a row for each check, and when a run of them last began.
kept_checks = _table(
    "kept_checks",
    _key("name"),
    _whole("checked"),
    _whole("size"),
    _bytes("root"),
    _text("findings"),
    _check("size", "size >= 0"),
)
kept_check_runs = _table(
    "kept_check_runs",
    _key("depth"),
    _whole("started"),
    _whole("finished"),
    _one_of("depth", "quick", "full"),
)
