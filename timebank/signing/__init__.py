"""The bytes that are signed, the keys that sign them and what a signature proves. Pure."""
