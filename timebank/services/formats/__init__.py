"""The books of a period as files for other programs: each module gets `Books` and returns files."""
