"""What the treasury needs: agreements, documents, rewards, seals, and who looked at what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables; those there are stay as they were."""
    _create_fold()
    _create_audit()
    _create_documents()
    _create_kept_rewards()


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
