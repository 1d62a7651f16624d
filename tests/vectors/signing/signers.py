"""Those who sign in the vectors: Ed25519 keys, and passkeys with the browser around them."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
ORDER, BATCH, LOGIN = "timebank:order:v1", "timebank:batch:v1", "timebank:login:v1"
LEDGER = "1e" * 32
ORIGIN = "https://wijk.example"


def message(tag: str, data: bytes) -> bytes:
    return tag.encode() + b"\0" + data


def digest(tag: str, data: bytes) -> bytes:
    return hashlib.sha256(message(tag, data)).digest()


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_b64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def ed25519_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())


P256_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
# x = 0 is on the curve with y = sqrt(b); spelt as p it must not be.
P256_X_IS_P = P256_P.to_bytes(32, "big") + pow(P256_B, (P256_P + 1) // 4, P256_P).to_bytes(
    32, "big"
)


class Passkey:
    """An authenticator and its browser, in as far as an assertion shows them."""

    def __init__(self, seed: bytes) -> None:
        secret = int.from_bytes(hashlib.sha256(seed).digest(), "big") % P256_N
        self.key = ec.derive_private_key(secret, ec.SECP256R1())
        public = self.key.public_key()
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
        self.compressed_spki = b"\x30\x39" + algorithm + b"\x03\x22\0" + point

    def sign(self, signed: bytes) -> bytes:
        return self.key.sign(signed, ec.ECDSA(SHA256(), deterministic_signing=True))

    def authorize(
        self,
        challenge: bytes,
        /,
        flags: int = 0x05,
        rest: bytes = b"",
        raw: bytes | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        client = {"type": "webauthn.get", "challenge": b64u(challenge), "origin": ORIGIN, **members}
        client = {name: member for name, member in client.items() if member is not None}
        client_data = raw or json.dumps(client, separators=(",", ":")).encode()
        data = hashlib.sha256(b"wijk.example").digest() + bytes([flags, 0, 0, 0, 0]) + rest
        return {
            "scheme": "webauthn-es256",
            "spki": b64u(self.spki),
            "authenticator_data": b64u(data),
            "client_data": b64u(client_data),
            "signature": b64u(self.sign(data + hashlib.sha256(client_data).digest())),
        }
