"""A passkey and the browser around it, as far as an assertion shows them."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.world import ALL_SCOPES, seed
from timebank.ledger import orders
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag, batch_data, digest

PRESENT, VERIFIED = 0x01, 0x04


@dataclass(frozen=True)
class Passkey:
    """A deterministic ES256 key that answers for one relying party, from one page."""

    name: str
    origin: str = "https://wijk.test"
    rp_id: str = "wijk.test"
    flags: int = PRESENT | VERIFIED

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(
            int.from_bytes(seed("passkey of " + self.name)[:31], "big") + 1, ec.SECP256R1()
        )

    @property
    def spki(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def id(self) -> str:
        return key_id(self.spki)

    def grant(
        self, *, scopes: tuple[orders.Scope, ...] = ALL_SCOPES, caps: tuple[orders.Cap, ...] = ()
    ) -> orders.KeyGrant:
        return orders.KeyGrant("webauthn-es256", to_base64url(self.spki), scopes, caps)

    def authorize(self, data: bytes, tag: Tag = Tag.ORDER, **client: Any) -> dict[str, Any]:
        """Return the authorization of `data`; `client` overrides members of the client data."""
        members = {
            "type": "webauthn.get",
            "challenge": to_base64url(digest(tag, data)),
            "origin": self.origin,
        }
        client_data = json.dumps(members | client).encode()
        authenticator = sha256(self.rp_id.encode()).digest() + bytes([self.flags, 0, 0, 0, 0])
        signature = self.private.sign(
            authenticator + sha256(client_data).digest(),
            ec.ECDSA(SHA256(), deterministic_signing=True),
        )
        return {
            "scheme": "webauthn-es256",
            "spki": to_base64url(self.spki),
            "authenticator_data": to_base64url(authenticator),
            "client_data": to_base64url(client_data),
            "signature": to_base64url(signature),
        }

    def authorize_batch(self, ledger: str, identities: list[str]) -> dict[str, Any]:
        data = batch_data(ledger, identities)
        return self.authorize(data, Tag.BATCH) | {"batch": identities}
