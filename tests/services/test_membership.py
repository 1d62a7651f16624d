"""Joining, leaving, keys and names."""

from typing import Any

import pytest

from tests.services.conftest import Village
from tests.world import grant, seed
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import auditing, membership, proofs, receipts, statements
from timebank.services.membership import Unsigned
from timebank.signing.authorizations import authorize
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag
from timebank.storage import people
from timebank.storage.engine import writing


def invite(village: Village, by: str = "els", **options: Any) -> Unsigned:
    """Keep an invitation that `by` has signed."""
    unsigned = membership.draft_voucher(village.bank, village.world.member(by), **options)
    signed(village, unsigned, by)
    return unsigned


def signed(village: Village, unsigned: Unsigned, by: str) -> None:
    signature = authorize(village.world.key(by), Tag.INVITATION, unsigned.data)
    membership.keep_invitation(village.bank, unsigned.voucher, signature, "voor de buurvrouw")


def join(village: Village, name: str, secret: bytes) -> str:
    """Join with this link under this name; return the new member's id."""
    draft = membership.draft_admit(village.bank, secret, grant(village.world.key(name)), name)
    village.send(draft, name)
    return draft.order.header.author


def refused(code: Code):
    return pytest.raises(Refusal, match=f"^{code}")


def test_a_newcomer_joins_with_the_secret_from_the_link_and_is_known_by_name(village):
    member = join(village, "Sara", invite(village).secret)
    person = membership.person(village.bank, member)
    assert (person.name, person.kind, person.status) == ("Sara", "person", "active")
    assert set(person.accounts) == {"UUR", "WIJK"}
    assert member in [found.id for found in membership.people_of(village.bank)]
    assert auditing.check(village.bank) == []


def test_without_limits_an_invitation_gives_the_widest_the_policies_allow(village):
    voucher = invite(village, kind="shop").voucher
    assert voucher.limits == (orders.Limits("WIJK", 0, 500_000),)
    assert {limit.currency for limit in invite(village).voucher.limits or ()} == {"UUR", "WIJK"}


def test_an_invitation_works_once(village):
    secret = invite(village).secret
    join(village, "Sara", secret)
    with refused(Code.INVITATION_USED):
        membership.find_invitation(village.bank, secret)
    with refused(Code.INVITATION_USED):
        join(village, "Tom", secret)


def test_of_two_newcomers_with_one_link_only_the_first_joins(village):
    secret, bank = invite(village).secret, village.bank
    drafts = [
        (name, membership.draft_admit(bank, secret, grant(village.world.key(name)), name))
        for name in ("Sara", "Tom")
    ]
    village.send(drafts[0][1], "Sara")
    with refused(Code.INVITATION_USED):
        village.send(drafts[1][1], "Tom")


def test_an_invitation_expires(village):
    secret = invite(village).secret
    village.wait(membership.INVITATION_SECONDS)
    membership.find_invitation(village.bank, secret)
    village.wait(1)
    with refused(Code.INVITATION_EXPIRED):
        membership.find_invitation(village.bank, secret)


def test_a_guessed_secret_opens_nothing(village):
    invite(village)
    with refused(Code.BAD_INVITATION):
        membership.find_invitation(village.bank, seed("guessed")[:20])


def test_an_invitation_that_its_issuer_did_not_sign_is_not_kept(village):
    unsigned = membership.draft_voucher(village.bank, village.world.member("els"))
    for other in ("joop", "nobody here"):
        with refused(Code.BAD_INVITATION):
            signed(village, unsigned, other)
    signature = authorize(village.world.key("els"), Tag.ORDER, unsigned.data)
    with refused(Code.BAD_SIGNATURE):
        membership.keep_invitation(village.bank, unsigned.voucher, signature)
    with refused(Code.BAD_INVITATION):
        membership.find_invitation(village.bank, unsigned.secret)


def test_an_invitation_by_someone_who_is_no_registrar_admits_nobody(village):
    secret = invite(village, by="joop").secret
    with refused(Code.BAD_INVITATION):
        join(village, "Sara", secret)


def test_a_second_device_joins_on_an_invitation_by_the_member_and_can_pay(village):
    joop = village.world.member("joop")
    unsigned = membership.draft_key_voucher(village.bank, joop, ("pay",))
    signed(village, unsigned, "joop")
    key = village.world.key("joop tablet")
    draft = membership.draft_add_key(village.bank, unsigned.secret, grant(key, scopes=("pay",)))
    village.send(draft, "joop tablet")
    membership.keep_device(village.bank, joop, key.spki, b"handle", "tablet")
    devices = membership.devices(village.bank, joop)
    assert sorted((device.label, device.credential) for device in devices) == [
        ("", b""),
        ("tablet", b"handle"),
    ]
    assert {membership.member_of_key(village.bank, item.key.id).id for item in devices} == {joop}
    world = village.world
    order = world.order(world.pay_body(world.leg("joop", "amina", 5)), "joop")
    village.post(world.signed(order, "joop tablet"))


def test_a_revoked_key_is_nobody_s_and_still_listed(village):
    joop = village.world.member("joop")
    (device,) = membership.devices(village.bank, joop)
    village.send(
        membership.draft_revoke_key(village.bank, village.world.member("els"), joop, device.key.id),
        "els",
    )
    with refused(Code.KEY_REVOKED):
        membership.member_of_key(village.bank, device.key.id)
    (device,) = membership.devices(village.bank, joop)
    assert device.key.revoked
    with refused(Code.UNKNOWN_KEY):
        membership.member_of_key(village.bank, "0" * 64)


def test_a_suspended_member_pays_nothing_until_the_block_is_lifted(village):
    els, joop = village.world.member("els"), village.world.member("joop")
    for suspended in (True, False):
        draft = membership.draft_suspend(village.bank, els, joop, suspended, "telefoon kwijt")
        village.send(draft, "els")
        status = membership.person(village.bank, joop).status
        assert status == ("suspended" if suspended else "active")
        if suspended:
            with refused(Code.MEMBER_SUSPENDED):
                village.post(village.world.pay("joop", "amina", 5))
    village.post(village.world.pay("joop", "amina", 5))


def test_who_leaves_is_gone_and_stays_in_the_list_as_gone(village):
    joop = village.world.member("joop")
    village.send(membership.draft_leave(village.bank, joop), "joop")
    assert membership.person(village.bank, joop).status == "left"
    with refused(Code.MEMBER_LEFT):
        village.post(village.world.pay("joop", "amina", 5))


def test_an_unknown_member_is_refused(village):
    with refused(Code.UNKNOWN_MEMBER):
        membership.person(village.bank, "0" * 32)


def test_erasing_a_name_breaks_no_receipt_no_audit_and_no_bundle(village):
    member = join(village, "Sara", invite(village).secret)
    paid = village.post(village.world.pay("joop", "amina", 5))
    before = receipts.receipt(village.bank, paid.identity)
    bundle = list(auditing.export(village.bank))
    hidden = next(opening.commitment for opening in openings(village) if opening.text == "Sara")
    with writing(village.bank.engine) as conn:
        people.erase(conn, [hidden])
    assert membership.person(village.bank, member).name == ""
    assert auditing.check(village.bank) == []
    assert receipts.receipt(village.bank, paid.identity) == before
    assert list(auditing.export(village.bank)) == bundle
    proofs.verify_bundle(bundle, village.bank.ledger)
    assert statements.history(village.bank, member) == []
    assert "Sara" not in str(village.tables())
    if file := village.bank.settings.file:
        village.bank.close()
        assert b"Sara" not in file.read_bytes()


def openings(village: Village) -> list[people.Opening]:
    with writing(village.bank.engine) as conn:
        return list(people.openings(conn))


def test_a_voucher_for_another_ledger_is_of_no_use_here(village):
    unsigned = membership.draft_voucher(village.bank, village.world.member("els"))
    other = orders.Voucher(
        **{name: getattr(unsigned.voucher, name) for name in unsigned.voucher.__slots__}
        | {"ledger": "0" * 64}
    )
    signed(village, Unsigned(other, unsigned.secret), "els")
    with refused(Code.OTHER_LEDGER):
        join(village, "Sara", unsigned.secret)


def test_a_key_that_is_somebody_s_already_cannot_join_again(village):
    secret = invite(village).secret
    key = SigningKey.from_seed(seed("key of joop"))
    draft = membership.draft_admit(village.bank, secret, grant(key), "Joop Twee")
    with refused(Code.ID_TAKEN):
        village.send(draft, "joop")
