"""Keys: which public keys are accepted, and what it means that one signed.

Two schemes, each with exactly one encoding of a key, the DER SubjectPublicKeyInfo (SPKI):

- `ed25519` (RFC 8032, RFC 8410). Verification is cofactorless: the signature is valid when the
  encoding of [S]B - [k]A equals its first half byte for byte, and S < L. A is canonical (RFC 8032
  §5.1.3: y < p, and no sign for x = 0) and not of small order: with such a key one signature fits
  many messages. R is therefore canonical by comparison. An A with a small-order part beside a
  large one, and a small-order R, are accepted: only the holder of the key can make them.
- `webauthn-es256`: ECDSA on P-256 with SHA-256, an uncompressed point on the curve, a signature
  in DER. ECDSA is malleable, (r, n-s) is valid beside (r, s): never use a signature as an id.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from timebank.errors import Code, Refusal

try:
    from timebank.signing.native import ed25519, p256
except ModuleNotFoundError:  # the verifier in one file, on a computer that has only Python
    from timebank.signing.portable import ed25519, p256

if TYPE_CHECKING:
    from timebank.signing.native import PrivateKey

ED25519_SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
P256_SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

_SEALED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"

# The y of every point of small order on edwards25519: orders 4, 1, 2, 8 and 8. Either sign of x
# with one of these is refused, so are x = 0 with a sign (y = 1 and y = -1) and every y >= p.
_P = 2**255 - 19
_Y_OF_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})


class Scheme(StrEnum):
    """How a key signs."""

    ED25519 = "ed25519"
    WEBAUTHN_ES256 = "webauthn-es256"


class WrongPassphrase(ValueError):
    """The passphrase does not open this key file (or the file is damaged inside)."""


def key_id(spki: bytes) -> str:
    """What a key is known by: SHA-256 of its SPKI, in hex."""
    return hashlib.sha256(spki).hexdigest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that passed every check of its scheme. Made by `load_public_key`."""

    spki: bytes
    scheme: Scheme
    id: str
    _holds: Callable[[bytes, bytes], bool] = field(repr=False, compare=False)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises Refusal BAD_SIGNATURE unless this key signed exactly this message."""
        if not self._holds(signature, message):
            raise Refusal(Code.BAD_SIGNATURE, key=self.id)


@lru_cache(maxsize=4096)
def load_public_key(spki: bytes, scheme: str) -> PublicKey:
    """The key with this SPKI. Raises Refusal BAD_KEY for every other encoding and weak key.

    Kept, because the same people sign again and again.
    """
    if scheme == Scheme.ED25519:
        holds = _load_ed25519(spki)
    elif scheme == Scheme.WEBAUTHN_ES256:
        holds = _load_p256(spki)
    else:
        raise Refusal(Code.BAD_KEY, detail="unknown scheme")
    return PublicKey(spki, Scheme(scheme), key_id(spki), holds)


def _load_ed25519(spki: bytes) -> Callable[[bytes, bytes], bool]:
    prefix, point = spki[:-32], spki[-32:]
    if prefix != ED25519_SPKI_PREFIX:
        raise Refusal(Code.BAD_KEY, detail="not the SPKI of an Ed25519 key")
    y = int.from_bytes(point, "little") % 2**255  # the highest bit is the sign of x
    if y >= _P:
        raise Refusal(Code.BAD_KEY, detail="not a canonical encoding")
    if y in _SMALL_ORDER_Y:
        raise Refusal(Code.BAD_KEY, detail="a point of small order")
    return ed25519(point)


def _load_p256(spki: bytes) -> Callable[[bytes, bytes], bool]:
    prefix, coordinates = spki[:-64], spki[-64:]
    if prefix != P256_SPKI_PREFIX:
        raise Refusal(Code.BAD_KEY, detail="not the SPKI of an uncompressed P-256 key")
    try:
        return p256(coordinates)
    except ValueError:
        raise Refusal(Code.BAD_KEY, detail="not a point on P-256") from None


# What follows needs `native`, which is looked up when it is used: whoever only checks goes without.


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key. Made by `from_seed` or `unseal`; never shown by `repr`."""

    spki: bytes
    id: str
    _key: "PrivateKey" = field(repr=False, compare=False)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """The key of 32 secret random bytes (RFC 8032 §5.1.5). ValueError for another length."""
        from timebank.signing.native import PrivateKey

        return _signing_key(PrivateKey.from_seed(seed))

    def sign(self, message: bytes) -> bytes:
        """The one signature, 64 bytes, of this key on this message."""
        return self._key.sign(message)


def seal(key: SigningKey, passphrase: str) -> bytes:
    """The bytes of a key file: PKCS #8 in PEM, encrypted under the passphrase (RFC 5958, 8018).

    The library draws salt and IV itself, so this is the one function here that gives other bytes
    each time. It does little against guessing: the passphrase must be long. ValueError when empty.
    """
    return key._key.to_pem(passphrase.encode("utf-8"))


def unseal(data: bytes, passphrase: str) -> SigningKey:
    """The key in a key file. Raises WrongPassphrase, or ValueError if it is no Ed25519 key file."""
    from timebank.signing.native import PrivateKey

    if not data.startswith(_SEALED):
        raise ValueError("not an encrypted key file")
    try:
        key = PrivateKey.from_pem(data, passphrase.encode("utf-8"))
    except ValueError:
        raise WrongPassphrase("the passphrase does not open this key file") from None
    except TypeError:
        raise ValueError("not an Ed25519 key") from None
    return _signing_key(key)


def _signing_key(key: "PrivateKey") -> SigningKey:
    spki = ED25519_SPKI_PREFIX + key.point
    return SigningKey(spki, key_id(spki), key)
