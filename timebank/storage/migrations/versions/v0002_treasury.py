"""What the treasury needs: agreements, bank files, and what is kept of rewards and checks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables; those there are stay as they were."""
    _create_fold()
    _create_documents()
    _create_audit()
    _create_bank_files()
    _create_kept_rewards()
    _create_exports()
    _create_checks()


def _create_fold() -> None:
    op.create_table(
        "fold_agreements",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_fold_agreements"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_documents() -> None:
    op.create_table(
        "kept_documents",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_documents"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_audit() -> None:
    op.create_table(
        "kept_seals",
        sa.Column("member", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("key_id", TEXT, nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.Column("authorization", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_kept_seals_size")),
        sa.PrimaryKeyConstraint("member", "size", "root", name="pk_kept_seals"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_readings",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("reader", TEXT, nullable=False),
        sa.Column("member", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_readings"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_kept_readings_member_id", "kept_readings", ["member", "id"])


def _create_bank_files() -> None:
    op.create_table(
        "kept_files",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_kept_files_digest")),
        sa.CheckConstraint("kind IN ('pain', 'camt')", name=op.f("ck_kept_files_kind")),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_files"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_bank_lines",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("file", TEXT, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.Column("identity", TEXT, nullable=True),
        sa.CheckConstraint(
            "amount BETWEEN -9007199254740991 AND 9007199254740991",
            name=op.f("ck_kept_bank_lines_amount"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kept_bank_lines"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_reissues",
        sa.Column("redemption", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("identity", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("redemption", name="pk_kept_reissues"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_kept_rewards() -> None:
    op.create_table(
        "kept_rewards",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("payer", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_rewards"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_kept_rewards_payer", "kept_rewards", ["payer"], unique=False)
    op.create_table(
        "kept_allowances",
        sa.Column("member", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("up_to", WHOLE, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.CheckConstraint(
            "up_to BETWEEN 0 AND 9007199254740991", name=op.f("ck_kept_allowances_up_to")
        ),
        sa.PrimaryKeyConstraint("member", "period", "created", name="pk_kept_allowances"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_exports() -> None:
    op.create_table(
        "kept_exports",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("time", WHOLE, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("first", TEXT, nullable=False),
        sa.Column("last", TEXT, nullable=False),
        sa.Column("names", FLAG, nullable=False),
        sa.Column("encrypted", FLAG, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.CheckConstraint(
            "format IN ('beancount', 'csv', 'hledger', 'xaf')",
            name=op.f("ck_kept_exports_format"),
        ),
        sa.CheckConstraint("encrypted OR NOT names", name=op.f("ck_kept_exports_secret")),
        sa.PrimaryKeyConstraint("id", name="pk_kept_exports"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_checks() -> None:
    op.create_table(
        "kept_checks",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("checked", WHOLE, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("findings", TEXT, nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_kept_checks_size")),
        sa.PrimaryKeyConstraint("name", name="pk_kept_checks"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_check_runs",
        sa.Column("depth", TEXT, nullable=False),
        sa.Column("started", WHOLE, nullable=False),
        sa.Column("finished", WHOLE, nullable=False),
        sa.CheckConstraint("depth IN ('quick', 'full')", name=op.f("ck_kept_check_runs_depth")),
        sa.PrimaryKeyConstraint("depth", name="pk_kept_check_runs"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
