"""Run by Alembic: migrates the connection that `engine` hands over, in its transaction."""

from alembic import context

from timebank.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
