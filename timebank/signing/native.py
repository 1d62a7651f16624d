"""The curves as `cryptography` has them: for the server, and wherever that library is installed.

`portable` is the same for a computer that has only Python. Which keys are accepted is decided
before either is asked, in `keys`.
"""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

Holds = Callable[[bytes, bytes], bool]
"""Whether a signature, the first, is by this key over the message, the second."""


def ed25519(point: bytes) -> Holds:
    """Return the check of an Ed25519 key of 32 bytes, which `keys` found acceptable."""
    key = Ed25519PublicKey.from_public_bytes(point)

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return holds


def p256(coordinates: bytes) -> Holds:
    """Return the check of a P-256 key, x and y of 32 bytes each; ValueError off the curve."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + coordinates)

    def holds(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    return holds


class PrivateKey:
    """An Ed25519 private key: `point` is its public half."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.point = key.public_key().public_bytes_raw()
        self.sign = key.sign

    @classmethod
    def from_seed(cls, seed: bytes) -> "PrivateKey":
        """Return the key of 32 bytes; ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, data: bytes, passphrase: bytes) -> "PrivateKey":
        """Return the key in encrypted PKCS #8.

        Raises TypeError where it is of another kind, ValueError where the passphrase does not fit.
        """
        try:
            key = serialization.load_pem_private_key(data, passphrase)
        except TypeError:  # an empty passphrase
            raise ValueError("a passphrase is not empty") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("not an Ed25519 key")
        return cls(key)

    def to_pem(self, passphrase: bytes) -> bytes:
        """Return PKCS #8 in PEM, encrypted; ValueError for an empty passphrase."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase),
        )
