"""Invitations of `tests.world`, and the way in for who has one."""

from typing import Any

from tests.passkeys import Passkey
from tests.web.conftest import Browser, Street
from timebank import ids
from timebank.ledger import orders
from timebank.services import membership
from timebank.services.membership import Unsigned
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag

Key = Passkey | SigningKey
CREDENTIAL = to_base64url(b"credential of the newcomer")


def invite(street: Street, kind: orders.MemberKind = "person") -> str:
    """Return the code of an invitation by the registrar."""
    voucher = membership.draft_voucher(street.bank, street.world.member("els"), kind)
    return _keep(street, voucher, "els")


def invite_device(street: Street, who: str, **terms: Any) -> str:
    """Return the code by which a member adds another device."""
    voucher = membership.draft_key_voucher(street.bank, street.world.member(who), **terms)
    return _keep(street, voucher, who)


def _keep(street: Street, unsigned: Unsigned, signer: str) -> str:
    signature = authorize(street.world.key(signer), Tag.INVITATION, unsigned.data)
    membership.keep_invitation(street.bank, unsigned.voucher, signature)
    return ids.code(unsigned.secret)


def agree(browser: Browser, code: str, name: str = "Nieuwe Buur") -> None:
    """Give a name and agree to who sees what."""
    assert browser.post(f"/U/{code}", {"name": name}).status_code == 302
    assert browser.post(f"/U/{code}/akkoord", {"accept": "yes"}).status_code == 302


def drafted(browser: Browser, code: str, key: Key) -> dict[str, Any]:
    """Ask for the order by which this key comes in."""
    scheme = "webauthn-es256" if isinstance(key, Passkey) else "ed25519"
    asked = {"spki": to_base64url(key.spki), "scheme": scheme}
    answer = browser.post(f"/U/{code}/ontwerp", json=asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def signed(draft: dict[str, Any], key: Key) -> dict[str, Any]:
    """Return a draft as its new key sends it in."""
    data = draft["order"].encode()
    sent = {"order": draft["order"], "openings": draft["openings"]}
    if isinstance(key, Passkey):
        return {**sent, "authorizations": [key.authorize(data)], "credential_id": CREDENTIAL}
    return {**sent, "authorizations": [authorize(key, Tag.ORDER, data)]}


def come_in(browser: Browser, code: str, key: Key, name: str = "Nieuwe Buur") -> None:
    """Join from beginning to end."""
    agree(browser, code, name)
    answer = browser.post(f"/U/{code}/klaar", json=signed(drafted(browser, code, key), key))
    assert answer.status_code == 200, answer.text
