"""The append-only journal: Merkle tree, checkpoints, receipts, audit bundles. Pure."""

from timebank.errors import TimebankError


class ProofError(TimebankError):
    """What was shown does not prove what it claims; the message says where, in English.

    Raised for a proof that fails and for bytes that are not a proof at all: whoever checks must
    refuse both alike.
    """
