"""Tables and columns: the only layer that knows a database is there."""
