"""What the treasury needs: shops' agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables; those there are stay as they were."""
    _create_fold()
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
