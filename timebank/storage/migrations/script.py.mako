"""${message}."""

from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Leave the database at this revision; on SQLite, batch mode drops triggers: put them back."""
    ${upgrades if upgrades else "raise NotImplementedError"}
