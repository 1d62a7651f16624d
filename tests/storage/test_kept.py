"""What is kept beside the journal: found by who holds the code or secret, gone when erased."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from tests.storage.rows import row
from timebank.errors import Code
from timebank.ledger.codec import write
from timebank.ledger.facts import Member
from timebank.ledger.orders import Voucher
from timebank.signing.canonical import encode, to_base64url
from timebank.signing.messages import commitment
from timebank.storage import (
    checks,
    codes,
    documents,
    invitations,
    passkeys,
    people,
    proposals,
    refusals,
    requests,
    rewards,
    sessions,
    tills,
)
from timebank.storage.fold import save_facts
from timebank.storage.journal import append, read_head
from timebank.storage.people import Opening

NOW = 1_700_000_000
NAME = Opening("1" * 64, bytes(32), "Amina")
WRITTEN = Opening(commitment(b"\x01" * 32, "Bart, NL91"), b"\x01" * 32, "Bart, NL91")
MEMO = Opening("2" * 64, b"\xff" * 32, "fiets maken, dankjewel ☺")


# ---- documents


def test_a_document_is_found_by_its_digest_and_kept_once(conn):
    document = documents.Document("1" * 64, "Afspraken", "Regel één\n\nRegel twee", NOW)
    documents.keep(conn, document)
    documents.keep(conn, document)
    assert documents.find(conn, "1" * 64) == document
    assert documents.find(conn, "2" * 64) is None


# ---- people


def test_a_text_is_found_by_its_commitment_until_it_is_erased(conn):
    people.keep_openings(conn, [NAME, MEMO])
    people.keep_openings(conn, [])
    people.keep_opening(conn, NAME)
    assert people.texts(conn, [MEMO.commitment, "3" * 64]) == {MEMO.commitment: MEMO.text}
    assert list(people.openings(conn)) == [NAME, MEMO]
    people.erase(conn, [MEMO.commitment])
    assert people.texts(conn, [NAME.commitment, MEMO.commitment]) == {NAME.commitment: NAME.text}
    assert list(people.openings(conn)) == [NAME]


def test_names_are_the_texts_that_members_committed_to(conn):
    people.keep_openings(conn, [NAME, MEMO])
    members = [
        Member("amina", "person", "active", (), (), NAME.commitment),
        Member("erased", "person", "left", (), (), "3" * 64),
    ]
    save_facts(conn, members)
    assert people.names(conn) == {NAME.commitment: "Amina"}
    assert people.names(conn, [NAME.commitment, "3" * 64]) == {NAME.commitment: "Amina"}
    assert people.names(conn, []) == {}


def test_the_openings_of_an_order_come_in_its_order(conn):
    people.keep_openings(conn, [NAME, MEMO])
    order = encode({"a": MEMO.commitment, "b": {"c": NAME.commitment}, "d": ["3" * 64, "no"]})
    assert people.openings_in(conn, order) == (MEMO, NAME)
    assert people.openings_in(conn, b"{}") == ()


def test_a_payout_goes_where_the_shop_wrote(conn):
    def redemption(seq, payout):
        order = {"payout": payout}
        fields = {"authorizations": [], "order": order, "postings": [], "seq": seq, "time": NOW}
        return encode(fields)

    rows = [
        replace(row(seq, time=NOW), entry=redemption(seq, payout))
        for seq, payout in enumerate([WRITTEN.commitment, "3" * 64, MEMO.commitment])
    ]
    append(conn, read_head(conn), rows, NOW)
    people.keep_opening(conn, WRITTEN)
    people.keep_opening(conn, MEMO)  # its text is not the one that was committed to
    wanted = [*(item.identity for item in rows), "nothing"]
    assert people.payouts(conn, wanted) == {rows[0].identity: WRITTEN.text}


def test_a_setting_is_what_was_kept_last(conn):
    assert people.setting(conn, "restored_at") is None
    people.keep_setting(conn, "restored_at", "1")
    people.keep_setting(conn, "restored_at", "2")
    assert people.setting(conn, "restored_at") == "2"


# ---- codes, tills, sessions


def test_a_code_stands_for_its_member_until_it_is_revoked(conn):
    assert codes.of_member(conn, "amina") is None
    codes.add(conn, "ABC", "amina", NOW)
    codes.add(conn, "XYZ", "joop", NOW)
    assert codes.find(conn, "ABC") == "amina"
    assert codes.of_member(conn, "amina") == "ABC"
    codes.revoke(conn, "amina", NOW + 1)
    assert codes.find(conn, "ABC") is None
    assert codes.of_member(conn, "amina") is None
    assert codes.find(conn, "XYZ") == "joop"
    codes.add(conn, "DEF", "amina", NOW + 2)
    assert codes.of_member(conn, "amina") == "DEF"


def test_a_code_that_was_revoked_is_never_given_again(conn):
    codes.add(conn, "ABC", "amina", NOW)
    codes.revoke(conn, "amina", NOW)
    with pytest.raises(IntegrityError):
        codes.add(conn, "ABC", "joop", NOW)


def test_a_till_receives_until_its_shop_closes_it(conn):
    tills.add(conn, "hash", "bakery", "toonbank", NOW)
    tills.add(conn, "other", "bakery", "markt", NOW + 1)
    assert tills.find(conn, "hash") == "bakery"
    tills.revoke(conn, "butcher", "hash", NOW)
    assert tills.find(conn, "hash") == "bakery", "only the shop itself closes its till"
    tills.revoke(conn, "bakery", "hash", NOW)
    assert tills.find(conn, "hash") is None
    assert tills.of_member(conn, "bakery") == [tills.Till("other", "bakery", "markt", NOW + 1)]


def test_a_session_lasts_until_it_is_revoked(conn):
    assert sessions.find(conn, "hash") is None
    sessions.add(conn, "hash", "amina", "key", NOW)
    sessions.add(conn, "other", "joop", "key 2", NOW)
    assert sessions.find(conn, "hash") == sessions.Session("hash", "amina", "key", NOW)
    sessions.revoke(conn, "hash", NOW + 1)
    assert sessions.find(conn, "hash") is None
    assert sessions.find(conn, "other") is not None


# ---- requests, invitations, proposals


def test_a_request_is_found_by_its_code_and_cancelled_by_its_payee(conn):
    request = requests.Kept("id", "CODE", "amina", b"{}", "fiets", NOW, NOW + 300, False)
    requests.add(conn, request)
    assert requests.find(conn, "OTHER") is None
    requests.cancel(conn, "joop", "CODE")
    assert repr(requests.find(conn, "CODE")) == repr(request)
    requests.cancel(conn, "amina", "CODE")
    found = requests.find(conn, "CODE")
    assert found is not None
    assert found.cancelled is True


def test_two_requests_never_share_a_code(conn):
    requests.add(conn, requests.Kept("1", "CODE", "amina", b"{}", "", NOW, NOW, False))
    with pytest.raises(IntegrityError):
        requests.add(conn, requests.Kept("2", "CODE", "joop", b"{}", "", NOW, NOW, False))


def test_an_invitation_is_opened_by_the_hash_of_its_secret(conn):
    voucher = Voucher(
        ledger="1" * 64,
        id="2" * 32,
        purpose="add_key",
        issuer="3" * 32,
        created=NOW,
        expires=NOW + 1,
        secret="4" * 64,
        scopes=("pay",),
        caps=(),
    )
    authorization = {
        "scheme": "ed25519",
        "spki": to_base64url(bytes(44)),
        "signature": to_base64url(bytes(64)),
    }
    kept = invitations.Kept(
        voucher.secret, encode(write(voucher)), encode(authorization), "Joop", NOW, NOW + 1
    )
    invitations.keep(conn, kept)
    invitations.keep(conn, kept)
    assert invitations.find(conn, "5" * 64) is None
    found = invitations.find(conn, voucher.secret)
    assert found == kept
    assert found.invitation().voucher == voucher
    assert found.invitation().authorization == authorization
    assert invitations.all_kept(conn) == [kept]


def test_a_proposal_gathers_authorizations(conn):
    first = proposals.Kept("1" * 64, "issue", b"{}", b"[]", NOW, NOW + 9)
    later = proposals.Kept("2" * 64, "settle", b"{}", b"[]", NOW + 1, NOW + 9)
    signed = proposals.Kept("1" * 64, "issue", b"{}", b'["x"]', NOW, NOW + 9)
    for proposal in (first, later, signed):
        proposals.keep(conn, proposal)
    assert proposals.find(conn, "1" * 64) == signed
    assert proposals.find(conn, "3" * 64) is None
    assert proposals.all_kept(conn) == [later, signed]


# ---- refusals, passkeys


def test_a_refusal_is_remembered_until_it_is_forgotten(conn):
    details = {"account": "a" * 32, "short": 15}
    refusals.keep(conn, "1" * 64, Code.BELOW_FLOOR, details, NOW)
    refusals.keep(conn, "2" * 64, Code.DAILY_CAP, {}, NOW + 1)
    asked = ["1" * 64, "2" * 64, "3" * 64]
    assert refusals.find_all(conn, asked) == {
        "1" * 64: refusals.Kept("below_floor", details),
        "2" * 64: refusals.Kept("daily_cap", {}),
    }
    refusals.forget(conn, NOW + 1)
    assert refusals.find_all(conn, asked) == {"2" * 64: refusals.Kept("daily_cap", {})}


def test_a_passkey_is_found_by_its_member_and_by_its_credential(conn):
    phone = passkeys.Passkey("k1", "amina", b"\x00\xff", "telefoon", NOW)
    laptop = passkeys.Passkey("k2", "amina", None, "laptop", NOW + 1)
    for passkey in (laptop, phone, passkeys.Passkey("k3", "joop", b"j", "", NOW)):
        passkeys.keep(conn, passkey)
    assert passkeys.of_member(conn, "amina") == [phone, laptop]
    assert passkeys.by_credential(conn, b"\x00\xff") == phone
    assert passkeys.by_credential(conn, b"none") is None


def test_a_credential_claimed_again_stays_with_who_had_it(conn):
    phone = passkeys.Passkey("k9", "amina", b"cred", "telefoon", NOW)
    passkeys.keep(conn, phone)
    passkeys.keep(conn, passkeys.Passkey("k1", "mallory", b"cred", "", NOW + 1))
    assert passkeys.by_credential(conn, b"cred") == phone


# ---- checks


def test_what_a_check_found_stands_until_it_finds_something_else(conn):
    found = checks.Kept("sums", NOW, 12, bytes(32), (("één cent te veel", NOW - 5),))
    clean = checks.Kept("guard", NOW, 12, bytes(32), ())
    checks.keep(conn, [found, clean])
    assert checks.every(conn) == [clean, found]
    checks.keep(conn, [replace(found, findings=())])
    checks.keep(conn, [])
    assert checks.every(conn) == [clean, replace(found, findings=())]


def test_a_run_is_remembered_by_its_depth(conn):
    checks.keep_run(conn, checks.Run("quick", NOW, 0))
    checks.keep_run(conn, checks.Run("quick", NOW, NOW + 1))
    assert checks.run(conn, "quick") == checks.Run("quick", NOW, NOW + 1)
    assert checks.run(conn, "full") == checks.Run("full", 0, 0)


# ---- rewards


def test_a_reward_file_is_kept_for_its_payer_until_it_is_forgotten(conn):
    first = rewards.File("1" * 64, "werk", "september.csv", NOW, b"\xef\xbb\xbfa;b\r\n")
    later = rewards.File("2" * 64, "werk", "", NOW + 1, b"x")
    others = rewards.File("3" * 64, "fonds", "", NOW + 2, b"y")
    for file in (first, later, others, first):
        rewards.keep(conn, file)
    assert rewards.find(conn, "1" * 64) == first
    assert rewards.find(conn, "4" * 64) is None
    assert rewards.files(conn, "werk") == [later, first]
    assert rewards.files(conn) == [others, later, first]
    rewards.forget(conn, NOW + 1)
    assert rewards.files(conn) == [others, later]


def test_what_a_treasurer_allowed_stays_beside_what_was_allowed_before(conn):
    first = rewards.Allowance("amina", "2026-11", NOW, 25_000, "extra klus", "truus")
    more = rewards.Allowance("amina", "2026-11", NOW + 5, 30_000, "nog een", "kees")
    other = rewards.Allowance("joop", "2026", NOW, 1, "x", "truus")
    for allowance in (first, more, other):
        rewards.allow(conn, allowance)
    assert rewards.allowances(conn) == [more, first, other]
    assert rewards.allowances(conn, ["amina"]) == [more, first]
    assert rewards.allowances(conn, []) == []
    with pytest.raises(IntegrityError), conn.begin_nested():
        rewards.allow(conn, rewards.Allowance("amina", "2026", NOW, -1, "x", "truus"))
