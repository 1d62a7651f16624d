"""`make bench`: the engine beside what the machine can do at most, and beside other ledgers."""
