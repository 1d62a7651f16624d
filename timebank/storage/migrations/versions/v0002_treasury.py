"""What the treasury needs: agreements and their documents, and which exports left the house."""

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
    _create_exports()


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
