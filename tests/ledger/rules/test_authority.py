"""Who may do what: keys, scopes, caps and approvals."""

from typing import Any

import pytest

from tests.passkeys import Passkey
from tests.town import Town
from tests.world import ORIGIN, a_commitment, seed
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.facts import KeyDay
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.signing.canonical import encode, to_base64url
from timebank.signing.messages import Tag, secret_hash

DAY = 86_400


def pay_with(town: Town, device: str, amount: int, currency: str = "UUR") -> VerifiedOrder:
    """Return a payment by Joop to Amina (in credits: to Bart), signed by one of his devices."""
    payee = "amina" if currency == "UUR" else "bart"
    order = town.order(orders.Pay((town.leg("joop", payee, amount, currency),)), "joop")
    return town.signed(order, device)


def give_joop_a_key(town: Town, **changes: Any) -> None:
    town.post(town.add_key("joop", "tablet", **changes))


# ---- whose key


def test_a_key_nobody_knows_is_refused(town: Town):
    town.refuses(Code.UNKNOWN_KEY, pay_with(town, "a stranger", 1))


def test_someone_elses_key_is_refused(town: Town):
    town.refuses(Code.NOT_AUTHORIZED, pay_with(town, "amina", 1))


def test_someone_elses_account_is_refused(town: Town):
    body = orders.Pay((town.leg("joop", "amina", 1),))
    town.refuses(Code.NOT_AUTHORIZED, town.by(body, "amina"))


def test_signing_along_without_need_is_refused(town: Town):
    body = orders.Pay((town.leg("joop", "amina", 1),))
    town.refuses(Code.NOT_AUTHORIZED, town.by(body, "joop", "amina"))


def test_a_revoked_key_is_refused(town: Town):
    give_joop_a_key(town)
    late = pay_with(town, "tablet", 1)
    town.do(orders.RevokeKey(town.member("joop"), town.key("tablet").id), "joop")
    town.refuses(Code.KEY_REVOKED, late)
    town.post(pay_with(town, "joop", 1))


def test_a_suspended_member_does_nothing_until_the_block_is_lifted(town: Town):
    reason = a_commitment("telefoon kwijt")
    town.do(orders.Suspend(town.member("joop"), True, reason), "els")
    town.refuses(Code.MEMBER_SUSPENDED, town.pay("joop", "amina", 1))
    town.refuses(Code.MEMBER_SUSPENDED, town.pay("amina", "joop", 1))
    town.refuses(Code.MEMBER_SUSPENDED, town.add_key("joop", "tablet"))
    town.refuses(Code.MEMBER_SUSPENDED, town.by(orders.Leave(town.member("joop")), "joop"))
    town.do(orders.Suspend(town.member("joop"), False, reason), "els")
    town.post(town.pay("joop", "amina", 1))


def test_a_member_who_left_does_nothing(town: Town):
    town.do(orders.Leave(town.member("joop")), "joop")
    town.refuses(Code.MEMBER_LEFT, town.pay("joop", "amina", 1))
    town.refuses(Code.MEMBER_LEFT, town.pay("amina", "joop", 1))
    town.refuses(Code.MEMBER_LEFT, town.add_key("joop", "tablet"))


# ---- scopes


def test_a_key_without_the_scope_is_refused(town: Town):
    give_joop_a_key(town, scopes=("manage",))
    town.refuses(Code.KEY_SCOPE, pay_with(town, "tablet", 1))
    leave = town.order(orders.Leave(town.member("joop")), "joop")
    town.post(town.signed(leave, "tablet"))


def test_a_key_that_may_only_pay_manages_and_approves_nothing(town: Town):
    town.post(town.add_key("els", "tablet", scopes=("pay",)))
    leave = town.order(orders.Leave(town.member("els")), "els")
    town.refuses(Code.KEY_SCOPE, town.signed(leave, "tablet"))
    block = orders.Suspend(town.member("joop"), True, a_commitment("diefstal"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.signed(town.order(block, "els"), "tablet"))


# ---- caps


def test_a_key_pays_up_to_its_daily_cap_and_again_the_next_day(town: Town):
    give_joop_a_key(town, caps=(orders.Cap("UUR", 60),))
    town.now -= town.now % DAY  # midnight, UTC
    town.wait(DAY)
    town.post(pay_with(town, "tablet", 45))
    refusal = town.refuses(Code.DAILY_CAP, pay_with(town, "tablet", 16))
    assert refusal.details == {"currency": "UUR", "cap": 60, "spent": 61}
    town.post(pay_with(town, "tablet", 15))
    town.refuses(Code.DAILY_CAP, pay_with(town, "tablet", 1))
    town.wait(DAY - 1)
    town.refuses(Code.DAILY_CAP, pay_with(town, "tablet", 1))
    town.wait(1)
    town.post(pay_with(town, "tablet", 60))
    assert [fact.spent for fact in town.state.all(KeyDay)] == [60, 60]


def test_a_cap_is_of_one_key_and_one_currency(town: Town):
    town.deposit_and_issue()
    town.post(town.pay("werk", "joop", 5_000, "WIJK"))
    give_joop_a_key(town, caps=(orders.Cap("UUR", 0),))
    town.refuses(Code.DAILY_CAP, pay_with(town, "tablet", 1))
    town.post(pay_with(town, "tablet", 5_000, "WIJK"))
    town.post(pay_with(town, "joop", 1))


def test_a_cap_counts_all_legs_of_a_payment(town: Town):
    give_joop_a_key(town, caps=(orders.Cap("UUR", 60),))
    legs = (town.leg("joop", "amina", 31), town.leg("joop", "els", 30))
    order = town.order(orders.Pay(legs), "joop")
    town.refuses(Code.DAILY_CAP, town.signed(order, "tablet"))


def test_a_cap_holds_over_a_batch(town: Town):
    give_joop_a_key(town, caps=(orders.Cap("UUR", 60),))
    batch = [town.order(orders.Pay((town.leg("joop", "amina", n),)), "joop") for n in (30, 31)]
    town.refuses(Code.DAILY_CAP, *town.batch(batch, "tablet"))


def test_a_cap_counts_refunds_redemptions_and_retirements(town: Town):
    line = town.deposit_and_issue(1_000, to="bart")[0]
    assert line
    town.post(town.add_key("bart", "till", caps=(orders.Cap("WIJK", 100),)))
    paid = town.pay("bart", "noor", 500, "WIJK")
    town.post(paid)
    town.post(town.add_key("noor", "till of noor", caps=(orders.Cap("WIJK", 100),)))
    account = town.account("bart", "WIJK")
    redeem = town.order(orders.Redeem(account, "WIJK", 101, a_commitment("iban")), "bart")
    town.refuses(Code.DAILY_CAP, town.signed(redeem, "till"))
    refund = town.order(
        orders.Refund(paid.order.identity, (town.leg("noor", "bart", 101, "WIJK"),)), "noor"
    )
    town.refuses(Code.DAILY_CAP, town.signed(refund, "till of noor"))
    retire = town.order(orders.Retire(account, "WIJK", 101), "bart")
    town.refuses(Code.DAILY_CAP, town.signed(retire, "till", "truus", "kees"))


# ---- approvals


def set_limit(town: Town, of: str = "joop") -> orders.SetLimit:
    return orders.SetLimit(town.member(of), town.account(of), "UUR", -60, 60)


def test_too_few_approvals_are_refused(town: Town):
    refusal = town.refuses(Code.TOO_FEW_APPROVALS, town.by(set_limit(town), "els"))
    assert refusal.details == {"counted": 1, "needed": 2}
    town.do(set_limit(town), "els", "farid")


def test_an_approval_by_someone_without_the_role_does_not_count(town: Town):
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(set_limit(town), "els", "truus", "amina"))


def test_the_same_approval_twice_is_refused(town: Town):
    town.refuses(Code.DOUBLE_APPROVAL, town.by(set_limit(town), "els", "els"))


def test_two_keys_of_one_person_are_one_person(town: Town):
    town.post(town.add_key("els", "tablet"))
    town.refuses(Code.DOUBLE_APPROVAL, town.by(set_limit(town), "els", "tablet"))


def test_a_beneficiary_does_not_approve(town: Town):
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(set_limit(town, "els"), "els", "farid"))


def test_an_approval_by_a_suspended_or_former_member_is_refused(town: Town):
    reason = a_commitment("ruzie")
    town.do(orders.Suspend(town.member("farid"), True, reason), "els")
    town.refuses(Code.MEMBER_SUSPENDED, town.by(set_limit(town), "els", "farid"))


def test_a_role_that_was_taken_no_longer_approves(town: Town):
    town.do(orders.SetRole(town.member("joop"), "coordinator", True), "els", "farid")
    proposal = town.by(set_limit(town, "amina"), "els", "joop")
    town.do(orders.SetRole(town.member("joop"), "coordinator", False), "els", "farid")
    town.refuses(Code.TOO_FEW_APPROVALS, proposal)


def test_the_author_of_a_proposal_is_among_its_signers(town: Town):
    order = town.order(set_limit(town), "joop")
    town.refuses(Code.NOT_AUTHORIZED, town.signed(order, "els", "farid"))


# ---- passkeys


def add_passkey(town: Town, passkey: Passkey, **grant: Any) -> VerifiedOrder:
    """Return the order by which Joop enrols a passkey."""
    invitation = town.voucher("passkey", by="joop", purpose="add_key", kind=None, limits=None)
    body = orders.AddKey(
        invitation, to_base64url(seed("secret passkey")), town.member("joop"), passkey.grant()
    )
    order = town.order(body, "joop")
    return verify_bytes(order.data, [passkey.authorize(order.data)])


def pay_by(town: Town, passkey: Passkey) -> VerifiedOrder:
    order = town.order(orders.Pay((town.leg("joop", "amina", 1),)), "joop")
    return verify_bytes(order.data, [passkey.authorize(order.data)])


def test_a_passkey_pays(town: Town):
    town.post(add_passkey(town, Passkey("joop")))
    town.post(pay_by(town, Passkey("joop")))
    assert town.balance("joop") == -1


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(Passkey("joop", origin="https://evil.test"), id="another origin"),
        pytest.param(Passkey("joop", origin="http://wijk.test"), id="without TLS"),
        pytest.param(Passkey("joop", origin="https://wijk.test:8443"), id="another port"),
        pytest.param(Passkey("joop", origin="https://wijk.test.evil.test"), id="a longer host"),
        pytest.param(Passkey("joop", rp_id="evil.test"), id="another relying party"),
    ],
)
def test_a_passkey_used_elsewhere_is_refused(town: Town, elsewhere: Passkey):
    town.refuses(Code.BAD_ORIGIN, add_passkey(town, elsewhere))
    town.post(add_passkey(town, Passkey("joop")))
    town.refuses(Code.BAD_ORIGIN, pay_by(town, elsewhere))


def test_origin_and_relying_party_belong_together(town: Town):
    second = orders.Origin("https://www.wijk.test", "www.wijk.test")
    town.do(orders.SetOrigins((ORIGIN, second)), "els", "farid")
    town.post(add_passkey(town, Passkey("joop")))
    town.post(pay_by(town, Passkey("joop", second.origin, second.rp_id)))
    town.refuses(Code.BAD_ORIGIN, pay_by(town, Passkey("joop", second.origin, ORIGIN.rp_id)))


def test_an_origin_that_was_removed_no_longer_counts(town: Town):
    town.post(add_passkey(town, Passkey("joop")))
    town.do(orders.SetOrigins(()), "els", "farid")
    town.refuses(Code.BAD_ORIGIN, pay_by(town, Passkey("joop")))


def test_a_voucher_signed_by_a_passkey_elsewhere_is_refused(town: Town):
    town.post(add_passkey(town, Passkey("joop")))
    voucher = orders.Voucher(
        town.ledger,
        "ab" * 16,
        "add_key",
        town.member("joop"),
        town.now,
        town.now + 60,
        secret_hash(seed("secret tablet")),
        ("pay",),
        (),
    )
    data = encode(write(voucher))
    for passkey, code in (
        (Passkey("joop", origin="https://evil.test"), Code.BAD_ORIGIN),
        (Passkey("joop"), None),
    ):
        body = orders.AddKey(
            orders.Invitation(voucher, passkey.authorize(data, Tag.INVITATION)),
            to_base64url(seed("secret tablet")),
            town.member("joop"),
            orders.KeyGrant("ed25519", to_base64url(town.key("tablet").spki), ("pay",), ()),
        )
        verified = town.signed(town.order(body, "joop"), "tablet")
        if code is None:
            town.post(verified)
        else:
            town.refuses(code, verified)
