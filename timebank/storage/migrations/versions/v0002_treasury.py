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
