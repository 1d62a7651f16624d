"""The curves for a computer that has only Python: checking signatures, never making them.

The same answers as `native` for every signature, wrong ones included; tests/signing holds the two
against each other. Some milliseconds for each.
"""

from collections.abc import Callable
from hashlib import sha256

from ecdsa import NIST256p, VerifyingKey
from ecdsa.errors import MalformedPointError
from ecdsa.keys import BadSignatureError
from ecdsa.util import sigdecode_der

from timebank.signing import edwards

Holds = Callable[[bytes, bytes], bool]


def ed25519(point: bytes) -> Holds:
    """Return the check of an Ed25519 key of 32 bytes, which `keys` found acceptable."""
    decoded = edwards.decode(point)
    minus_a = edwards.table(edwards.negated(decoded)) if decoded else None

    def holds(signature: bytes, message: bytes) -> bool:
        # A key that is no point verifies nothing, as in `native`.
        return minus_a is not None and edwards.holds(minus_a, point, signature, message)

    return holds


def p256(coordinates: bytes) -> Holds:
    """Return the check of a P-256 key, x and y of 32 bytes each; ValueError off the curve."""
    try:
        key = VerifyingKey.from_string(coordinates, NIST256p)
    except MalformedPointError:
        raise ValueError("not a point on P-256") from None

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message, sha256, sigdecode_der)
        except BadSignatureError:
            return False
        except TypeError:
            # The sum is the point at infinity, which has no x (ecdsa 0.19 takes its x modulo n).
            # Only who has the key can make such a signature, and it is none (SEC 1 §4.1.4).
            return False
        return True

    return holds
