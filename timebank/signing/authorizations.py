"""Authorizations: what travels beside an order to show who wants it.

On the wire an authorization is a canonical JSON object, binary in base64url:

    {"scheme": "ed25519", "spki", "signature", "batch"?}
    {"scheme": "webauthn-es256", "spki", "signature", "authenticator_data", "client_data", "batch"?}

It signs `message(tag, data)`: an Ed25519 key the message itself, a passkey its SHA-256 as the
challenge. With `batch`, a list of order identities, it signs that list instead of one order, and
stands beside each of them.

An authorization says that a key signed. Whether that key may do this is for the ledger, and so are
the origin and rpIdHash of a passkey.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from timebank.errors import Code, Refusal
from timebank.signing.canonical import Value, from_base64url, is_hex, to_base64url
from timebank.signing.keys import Scheme, SigningKey, key_id, load_public_key
from timebank.signing.messages import Tag, batch_data, digest, identity, message
from timebank.signing.webauthn import Assertion

MAX_BATCH = 256

_FIELDS = {
    Scheme.ED25519: {"scheme", "spki", "signature"},
    Scheme.WEBAUTHN_ES256: {"scheme", "spki", "signature", "authenticator_data", "client_data"},
}
_ED25519_SIGNATURE_BYTES = 64
_MAX_ES256_SIGNATURE_BYTES = 72  # two INTEGERs of 33 bytes in a SEQUENCE


@dataclass(frozen=True, slots=True)
class Authorization:
    """A well-formed authorization, as received. Nothing has been verified yet."""

    scheme: Scheme
    spki: bytes
    signature: bytes
    batch: tuple[str, ...] | None = None
    assertion: Assertion | None = None

    def __post_init__(self) -> None:
        passkey = self.scheme is Scheme.WEBAUTHN_ES256
        if passkey != (self.assertion is not None):
            raise Refusal(Code.BAD_FIELD, field="scheme")
        size = len(self.signature)
        if size > _MAX_ES256_SIGNATURE_BYTES if passkey else size != _ED25519_SIGNATURE_BYTES:
            raise Refusal(Code.BAD_FIELD, field="signature")
        if self.batch is not None and not _is_batch(self.batch):
            raise Refusal(Code.BAD_FIELD, field="batch")

    @property
    def key_id(self) -> str:
        """The id of the key that is said to have signed."""
        return key_id(self.spki)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verified authorization proves. `origin` and `rp_id_hash` come from a passkey."""

    key_id: str
    scheme: Scheme
    batch: tuple[str, ...] | None
    origin: str | None
    rp_id_hash: bytes | None


def parse_authorization(value: Value) -> Authorization:
    """The authorization in a decoded value, which may be hostile.

    Raises Refusal BAD_FIELD unless it has exactly the fields of its scheme, each well formed.
    """
    if not isinstance(value, dict):
        raise Refusal(Code.BAD_FIELD, field="authorization")
    scheme = _scheme(value.get("scheme"))
    if value.keys() - {"batch"} != _FIELDS[scheme]:
        raise Refusal(Code.BAD_FIELD, field="authorization", detail="not its exact fields")
    assertion = None
    if scheme is Scheme.WEBAUTHN_ES256:
        assertion = Assertion(_binary(value, "authenticator_data"), _binary(value, "client_data"))
    batch = None
    if "batch" in value:
        batch = _list(value["batch"])
    return Authorization(
        scheme, _binary(value, "spki"), _binary(value, "signature"), batch, assertion
    )


def verify(authorization: Authorization, tag: Tag, data: bytes) -> Verified:
    """What `authorization` proves about `data`, signed under `tag`.

    Raises Refusal BAD_KEY, BAD_CHALLENGE, BAD_ORIGIN (asked from within another site's page),
    NOT_VERIFIED_USER or BAD_SIGNATURE. A batch is never an authorization of one message: see
    `verify_order`.
    """
    if authorization.batch is not None:
        raise Refusal(Code.BAD_SIGNATURE, detail="signed as a batch")
    return _verify(authorization, tag, data)


def verify_order(authorization: Authorization, order_bytes: bytes, ledger: str) -> Verified:
    """What `authorization` proves about an order in `ledger`, signed alone or in a batch.

    Raises Refusal as `verify` does; BAD_SIGNATURE for a batch that does not list this order.
    """
    batch = authorization.batch
    if batch is None:
        return _verify(authorization, Tag.ORDER, order_bytes)
    if identity(order_bytes) not in batch:
        raise Refusal(Code.BAD_SIGNATURE, detail="not in the batch")
    return _verify(authorization, Tag.BATCH, batch_data(ledger, batch))


def authorize(
    key: SigningKey, tag: Tag, data: bytes, batch: Sequence[str] | None = None
) -> dict[str, Value]:
    """An Ed25519 authorization of `data` under `tag`, ready to be encoded."""
    value: dict[str, Value] = {
        "scheme": Scheme.ED25519.value,
        "spki": to_base64url(key.spki),
        "signature": to_base64url(key.sign(message(tag, data))),
    }
    if batch is not None:
        value["batch"] = list(batch)
    return value


def authorize_batch(key: SigningKey, ledger: str, identities: Sequence[str]) -> dict[str, Value]:
    """One Ed25519 authorization for all these orders, to put beside each of them."""
    return authorize(key, Tag.BATCH, batch_data(ledger, identities), batch=identities)


def _verify(authorization: Authorization, tag: Tag, data: bytes) -> Verified:
    key = load_public_key(authorization.spki, authorization.scheme)
    assertion = authorization.assertion
    if assertion is None:
        key.verify(authorization.signature, message(tag, data))
    else:
        assertion.verify(digest(tag, data))
        key.verify(authorization.signature, assertion.signed)
    return Verified(
        key_id=key.id,
        scheme=key.scheme,
        batch=authorization.batch,
        origin=assertion.origin if assertion else None,
        rp_id_hash=assertion.rp_id_hash if assertion else None,
    )


def _scheme(value: object) -> Scheme:
    for scheme in Scheme:
        if value == scheme:
            return scheme
    raise Refusal(Code.BAD_FIELD, field="scheme")


def _binary(fields: dict[str, Value], name: str) -> bytes:
    text = fields[name]
    if not isinstance(text, str):
        raise Refusal(Code.BAD_FIELD, field=name)
    try:
        return from_base64url(text)
    except Refusal:
        raise Refusal(Code.BAD_FIELD, field=name) from None


def _list(value: Value) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise Refusal(Code.BAD_FIELD, field="batch")
    return tuple(value)


def _is_batch(identities: tuple[str, ...]) -> bool:
    return (
        1 <= len(identities) <= MAX_BATCH
        and len(set(identities)) == len(identities)
        and all(is_hex(item, 32) for item in identities)
    )
