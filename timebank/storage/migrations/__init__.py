"""Alembic's side of the tables: how a database came to be what `tables.py` says."""
