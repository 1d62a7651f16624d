"""One transaction each: read facts, ask the ledger to decide, append, answer. See README.md."""
