"""Who is looking: shown by a signature, ended with the key, and never able to move anything."""

import pytest

from tests.passkeys import Passkey
from tests.services.conftest import Village
from tests.world import seed
from timebank.errors import Code, Refusal
from timebank.services import membership, sessions
from timebank.services.posting import post_one
from timebank.services.sessions import Challenge
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag


def answer(village: Village, data: bytes, name: str = "joop", tag: Tag = Tag.LOGIN):
    return authorize(village.world.key(name), tag, data)


def log_in(village: Village, name: str = "joop") -> str:
    data = sessions.challenge(village.bank).data
    token, visitor = sessions.log_in(village.bank, data, answer(village, data, name))
    assert visitor.member == village.world.member(name)
    return token


def refuses(village: Village, code: Code, data: bytes, authorization) -> None:
    with pytest.raises(Refusal) as caught:
        sessions.log_in(village.bank, data, authorization)
    assert caught.value.code is code
    with village.raw() as raw:
        assert raw.execute("SELECT count(*) FROM kept_sessions").fetchone() == (0,)


def test_who_signs_the_challenge_is_the_visitor_until_they_leave(village):
    token = log_in(village)
    visitor = sessions.visitor(village.bank, token)
    assert visitor
    assert visitor.member == village.world.member("joop")
    sessions.end(village.bank, token)
    assert sessions.visitor(village.bank, token) is None


def test_a_token_that_was_never_given_is_nobody_s(village):
    log_in(village)
    for token in ("", "0" * 43, "\ud800", "é" * 1000):
        assert sessions.visitor(village.bank, token) is None


def test_a_token_is_not_in_the_database(village):
    token = log_in(village)
    assert token not in str(village.tables())


def test_the_signature_is_over_this_challenge_and_no_other(village):
    first, second = (sessions.challenge(village.bank).data for _ in range(2))
    refuses(village, Code.BAD_SIGNATURE, first, answer(village, second))


@pytest.mark.parametrize("tag", [tag for tag in Tag if tag is not Tag.LOGIN])
def test_what_was_signed_as_something_else_is_no_login(village, tag):
    data = sessions.challenge(village.bank).data
    refuses(village, Code.BAD_SIGNATURE, data, answer(village, data, tag=tag))


def test_a_challenge_of_another_ledger_is_refused(village):
    nonce = to_base64url(seed("nonce"))
    data = Challenge("0" * 64, nonce, village.clock.now()).data
    refuses(village, Code.OTHER_LEDGER, data, answer(village, data))


@pytest.mark.parametrize(("seconds", "good"), [(300, True), (301, False)])
def test_a_challenge_is_good_for_five_minutes(village, seconds, good):
    data = sessions.challenge(village.bank).data
    village.wait(seconds)
    if good:
        sessions.log_in(village.bank, data, answer(village, data))
    else:
        refuses(village, Code.EXPIRED, data, answer(village, data))


def test_a_challenge_from_the_future_is_refused(village):
    nonce = to_base64url(seed("nonce"))
    data = Challenge(village.bank.ledger, nonce, village.clock.now() + 60).data
    refuses(village, Code.EXPIRED, data, answer(village, data))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"ledger":1}', b"\xff" * 40, b"{" * 9000])
def test_what_is_no_challenge_is_refused(village, data):
    with pytest.raises(Refusal):
        sessions.log_in(village.bank, data, answer(village, data))


def test_a_stranger_s_key_logs_nobody_in(village):
    data = sessions.challenge(village.bank).data
    refuses(village, Code.UNKNOWN_KEY, data, answer(village, data, "a stranger"))


def test_blocking_a_key_ends_its_sessions_and_no_other(village):
    tokens = {name: log_in(village, name) for name in ("joop", "amina")}
    joop = village.world.member("joop")
    (device,) = membership.devices(village.bank, joop)
    draft = membership.draft_revoke_key(
        village.bank, village.world.member("els"), joop, device.key.id
    )
    village.send(draft, "els")
    assert sessions.visitor(village.bank, tokens["joop"]) is None
    assert sessions.visitor(village.bank, tokens["amina"]) is not None
    data = sessions.challenge(village.bank).data
    with pytest.raises(Refusal) as caught:
        sessions.log_in(village.bank, data, answer(village, data))
    assert caught.value.code is Code.KEY_REVOKED


# ---- passkeys


@pytest.fixture(name="passkey")
def _passkey(village) -> Passkey:
    """Amina's phone, enrolled as a second key of hers."""
    passkey, amina = Passkey("phone"), village.world.member("amina")
    unsigned = membership.draft_key_voucher(village.bank, amina)
    signature = authorize(village.world.key("amina"), Tag.INVITATION, unsigned.data)
    membership.keep_invitation(village.bank, unsigned.voucher, signature)
    draft = membership.draft_add_key(village.bank, unsigned.secret, passkey.grant())
    post_one(village.bank, draft.submission([passkey.authorize(draft.order.data)]))
    membership.keep_device(village.bank, amina, passkey.spki, b"credential", "telefoon")
    return passkey


def test_a_passkey_logs_its_member_in(village, passkey):
    data = sessions.challenge(village.bank).data
    _, visitor = sessions.log_in(village.bank, data, passkey.authorize(data, Tag.LOGIN))
    assert visitor.member == village.world.member("amina")
    found = sessions.spki_of_credential(village.bank, b"credential")
    assert found == to_base64url(passkey.spki)
    assert sessions.spki_of_credential(village.bank, b"another") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": "https://evil.test"}, Code.BAD_ORIGIN),
        ({"rp_id": "evil.test"}, Code.BAD_ORIGIN),
        ({"flags": 0x01}, Code.NOT_VERIFIED_USER),
    ],
)
def test_a_passkey_asked_on_another_page_or_without_a_finger_is_refused(
    village, passkey, changes, code
):
    data = sessions.challenge(village.bank).data
    elsewhere = Passkey("phone", **changes)
    refuses(village, code, data, elsewhere.authorize(data, Tag.LOGIN))


def test_the_key_of_a_member_is_not_taken_over_by_naming_its_credential(village, passkey):
    """Els claims that her key is what a browser knows by Amina's credential id."""
    village.wait(1)
    els = SigningKey.from_seed(seed("key of els"))
    membership.keep_device(village.bank, village.world.member("els"), els.spki, b"credential", "x")
    found = sessions.spki_of_credential(village.bank, b"credential")
    assert found == to_base64url(passkey.spki)
