"""The verifier as one file, for a laptop that has only Python."""
