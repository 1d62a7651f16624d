"""The ledger's rules. Pure: see README.md."""
