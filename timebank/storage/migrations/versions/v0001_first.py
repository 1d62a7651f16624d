"""The first schema: journal, fold, and what is kept beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")

# What `INSERT OR REPLACE` would push aside: it removes rows without any delete trigger where the
# connection has not set `recursive_triggers`.
REPLACED = {
    "journal_entries": (
        "seq = NEW.seq OR identity = NEW.identity"
        " OR (author = NEW.author AND order_id = NEW.order_id)"
    ),
    "journal_postings": "seq = NEW.seq AND n = NEW.n",
    "journal_nodes": "level = NEW.level AND idx = NEW.idx",
    "journal_checkpoints": "size = NEW.size",
}


def upgrade() -> None:
    """Create everything in an empty database, with a head that says nothing has been posted."""
    _create_journal()
    _create_fold()
    _create_kept()
    _start_empty()
    _make_append_only()


def _start_empty() -> None:
    first = {"id": 1, "size": 0, "time": 0, "frontier": bytes(8)}
    head = sa.table("journal_head", *(sa.column(name) for name in first))
    op.execute(sa.insert(head).values(first))


def _make_append_only() -> None:
    if op.get_context().dialect.name == "sqlite":
        _refuse_changes_on_sqlite()
    else:
        _refuse_changes_on_postgresql()


def _refuse_changes_on_sqlite() -> None:
    for table, replaced in REPLACED.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        same = f"EXISTS (SELECT 1 FROM {table} WHERE {replaced})"
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {same} {refuse}"
        )


def _refuse_changes_on_postgresql() -> None:
    # 23001 is restrict_violation: an integrity error, as on SQLite.
    op.execute(
        "CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001'; END $$"
    )
    for table in REPLACED:
        for what in ("update", "delete", "truncate"):
            name = f"{table}_no_{what}"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
            )
            # ALWAYS: also in a session that replicates, or restores with triggers turned off.
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _create_journal() -> None:
    op.create_table(
        "journal_entries",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("order_id", TEXT, nullable=False),
        sa.Column("identity", TEXT, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(leaf) = 32", name=op.f("ck_journal_entries_leaf")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_journal_entries_seq")),
        sa.PrimaryKeyConstraint("seq", name="pk_journal_entries"),
        sa.UniqueConstraint("identity", name="uq_journal_entries_identity"),
        sa.UniqueConstraint("order_id", "author", name="uq_journal_entries_order_id_author"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "journal_postings",
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("n", WHOLE, autoincrement=False, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_journal_postings_nonzero")),
        sa.CheckConstraint(
            "amount BETWEEN -9007199254740991 AND 9007199254740991",
            name=op.f("ck_journal_postings_amount"),
        ),
        sa.PrimaryKeyConstraint("seq", "n", name="pk_journal_postings"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_journal_postings_account_seq", "journal_postings", ["account", "seq"], unique=False
    )
    op.create_table(
        "journal_nodes",
        sa.Column("level", WHOLE, autoincrement=False, nullable=False),
        sa.Column("idx", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_journal_nodes_hash")),
        sa.CheckConstraint("level IN (8, 16, 24, 32, 40, 48)", name=op.f("ck_journal_nodes_level")),
        sa.PrimaryKeyConstraint("level", "idx", name="pk_journal_nodes"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_checkpoints",
        sa.Column("size", WHOLE, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_journal_checkpoints_root")),
        sa.CheckConstraint("size > 0", name=op.f("ck_journal_checkpoints_size")),
        sa.PrimaryKeyConstraint("size", name="pk_journal_checkpoints"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "journal_head",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_head_single")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_journal_head_size")),
        sa.PrimaryKeyConstraint("id", name="pk_journal_head"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )


def _create_fold() -> None:
    op.create_table(
        "fold_governance",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("ledger", TEXT, nullable=False),
        sa.Column("rules", WHOLE, nullable=False),
        sa.Column("log_key", TEXT, nullable=False),
        sa.Column("key_delay", WHOLE, nullable=False),
        sa.Column("thresholds", TEXT, nullable=False),
        sa.Column("origins", TEXT, nullable=False),
        sa.CheckConstraint("key = ''", name=op.f("ck_fold_governance_single")),
        sa.CheckConstraint("rules >= 1", name=op.f("ck_fold_governance_rules")),
        sa.PrimaryKeyConstraint("key", name="pk_fold_governance"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_currencies",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("contra", TEXT, nullable=False),
        sa.Column("redemption", TEXT, nullable=False),
        sa.Column("credit_given", WHOLE, nullable=False),
        sa.Column("issued", WHOLE, nullable=False),
        sa.Column("retired", WHOLE, nullable=False),
        sa.Column("reserve", WHOLE, nullable=False),
        sa.CheckConstraint("unit IN ('minute', 'cent')", name=op.f("ck_fold_currencies_unit")),
        sa.CheckConstraint(
            "credit_given BETWEEN 0 AND 9007199254740991",
            name=op.f("ck_fold_currencies_credit_given"),
        ),
        sa.CheckConstraint(
            "issued BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_currencies_issued")
        ),
        sa.CheckConstraint("length(code) BETWEEN 3 AND 8", name=op.f("ck_fold_currencies_code")),
        sa.CheckConstraint(
            "reserve BETWEEN -9007199254740991 AND 9007199254740991",
            name=op.f("ck_fold_currencies_reserve"),
        ),
        sa.CheckConstraint(
            "retired BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_currencies_retired")
        ),
        sa.PrimaryKeyConstraint("code", name="pk_fold_currencies"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_accounts",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("floor", WHOLE, nullable=True),
        sa.Column("ceiling", WHOLE, nullable=True),
        sa.Column("balance", WHOLE, nullable=False),
        sa.CheckConstraint(
            "(kind = 'member') = (owner <> '')", name=op.f("ck_fold_accounts_owner")
        ),
        sa.CheckConstraint(
            "kind IN ('member', 'bank', 'contra', 'outside', 'redemption', 'transit')",
            name=op.f("ck_fold_accounts_kind"),
        ),
        sa.CheckConstraint(
            "balance BETWEEN -9007199254740991 AND 9007199254740991",
            name=op.f("ck_fold_accounts_balance"),
        ),
        sa.CheckConstraint(
            "ceiling BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_accounts_ceiling")
        ),
        sa.CheckConstraint(
            "floor BETWEEN -9007199254740991 AND 0", name=op.f("ck_fold_accounts_floor")
        ),
        sa.CheckConstraint(
            "length(currency) BETWEEN 3 AND 8", name=op.f("ck_fold_accounts_currency")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fold_accounts"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_members",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("roles", TEXT, nullable=False),
        sa.Column("accounts", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('person', 'shop', 'organisation')", name=op.f("ck_fold_members_kind")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'suspended', 'left')", name=op.f("ck_fold_members_status")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fold_members"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_holders",
        sa.Column("role", TEXT, nullable=False),
        sa.Column("members", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_fold_holders"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_keys",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("spki", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("caps", TEXT, nullable=False),
        sa.Column("active_from", WHOLE, nullable=False),
        sa.Column("revoked", FLAG, nullable=False),
        sa.CheckConstraint(
            "scheme IN ('ed25519', 'webauthn-es256')", name=op.f("ck_fold_keys_scheme")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fold_keys"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fold_keys_member", "fold_keys", ["member"], unique=False)
    op.create_table(
        "fold_key_days",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("day", WHOLE, nullable=False),
        sa.Column("spent", WHOLE, nullable=False),
        sa.CheckConstraint(
            "spent BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_key_days_spent")
        ),
        sa.PrimaryKeyConstraint("key", name="pk_fold_key_days"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_used",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('invitation', 'request', 'withdrawn')", name=op.f("ck_fold_used_kind")
        ),
        sa.PrimaryKeyConstraint("key", name="pk_fold_used"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_returned",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("entry", TEXT, nullable=False),
        sa.Column("payer", TEXT, nullable=False),
        sa.Column("payee", TEXT, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_returned_amount")
        ),
        sa.PrimaryKeyConstraint("key", name="pk_fold_returned"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_bank_lines",
        sa.Column("line", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("cited", WHOLE, nullable=False),
        sa.CheckConstraint(
            "amount BETWEEN -9007199254740991 AND 9007199254740991",
            name=op.f("ck_fold_bank_lines_amount"),
        ),
        sa.CheckConstraint(
            "cited BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_bank_lines_cited")
        ),
        sa.PrimaryKeyConstraint("line", name="pk_fold_bank_lines"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fold_redemptions",
        sa.Column("redemption", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("open", WHOLE, nullable=False),
        sa.Column("settled_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "open BETWEEN 0 AND 9007199254740991", name=op.f("ck_fold_redemptions_open")
        ),
        sa.PrimaryKeyConstraint("redemption", name="pk_fold_redemptions"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_kept() -> None:
    op.create_table(
        "kept_openings",
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("commitment", name="pk_kept_openings"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_codes",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("revoked", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_kept_codes"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_kept_codes_member", "kept_codes", ["member"], unique=False)
    op.create_table(
        "kept_requests",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("payee", TEXT, nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("memo", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.Column("cancelled", FLAG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_requests"),
        sa.UniqueConstraint("code", name="uq_kept_requests_code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_invitations",
        sa.Column("secret_hash", TEXT, nullable=False),
        sa.Column("voucher", sa.LargeBinary(), nullable=False),
        sa.Column("authorization", sa.LargeBinary(), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_kept_invitations"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_refusals",
        sa.Column("identity", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_kept_refusals"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_sessions",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("revoked", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_kept_sessions"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_tills",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("revoked", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_kept_tills"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_kept_tills_member", "kept_tills", ["member"], unique=False)
    op.create_table(
        "kept_proposals",
        sa.Column("identity", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("order", sa.LargeBinary(), nullable=False),
        sa.Column("authorizations", sa.LargeBinary(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("identity", name="pk_kept_proposals"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_passkeys",
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_kept_passkeys"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_kept_passkeys_credential_id", "kept_passkeys", ["credential_id"], unique=False
    )
    op.create_index("ix_kept_passkeys_member", "kept_passkeys", ["member"], unique=False)
    op.create_table(
        "kept_settings",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_settings"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
