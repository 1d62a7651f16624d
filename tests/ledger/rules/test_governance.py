"""Founding, roles, limits, policies, origins, currencies, and withdrawing what was proposed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.passkeys import Passkey
from tests.town import Town
from tests.world import (
    CREDITS,
    FOUNDERS,
    HOURS,
    LOG_KEY,
    ORIGIN,
    World,
    a_commitment,
    an_id,
    grant,
)
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account, Currency, Governance, Holders, Member, MemberKey, Used
from timebank.ledger.rules import decide
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import ED25519_SPKI_PREFIX

NOTE = a_commitment("notitie")
COORDINATORS = ("els", "farid")

# ---- genesis


def found(body: orders.Genesis, *signers: str, author: str = "els") -> State:
    """Return the state of a ledger that is founded like this."""
    world = World()
    order = world.order(body, author, ledger=None)
    verified = world.signed(order, *signers or tuple(FOUNDERS))
    state = State()
    state.put(*decide(state, world.now, 0, verified).facts)
    return state


def not_founded(code: Code, body: orders.Genesis, *signers: str, author: str = "els") -> None:
    with pytest.raises(Refusal) as caught:
        found(body, *signers, author=author)
    assert caught.value.code is code, caught.value


def test_a_genesis_puts_the_ledger_its_currencies_and_its_founders(town: Town):
    body = town.founding()
    assert town.state.governance == Governance(
        town.ledger, 1, to_base64url(LOG_KEY.spki), 0, body.thresholds, body.origins
    )
    assert [item.code for item in town.state.all(Currency)] == ["EUR", "UUR", "WIJK"]
    wijk = town.money("WIJK")
    assert (wijk.contra, wijk.redemption) == (town.system("contra"), town.system("redemption"))
    assert town.money("UUR").credit_given == 7 * 600
    bank = town.state.account(town.system("bank"))
    assert (bank.floor, bank.ceiling) == (0, 2**53 - 1)
    contra = town.state.account(town.system("contra"))
    assert (contra.floor, contra.ceiling) == (None, None)
    assert len(list(town.state.all(Member))) == len(list(town.state.all(MemberKey))) == 9
    assert town.state.holders("registrar") == tuple(
        sorted(town.member(name) for name in COORDINATORS)
    )


def test_every_founder_signs_and_nobody_else():
    body = World().founding()
    everyone = tuple(FOUNDERS)
    not_founded(Code.NOT_AUTHORIZED, body, *everyone[:-1])
    not_founded(Code.NOT_AUTHORIZED, body, *everyone, "stranger")
    not_founded(Code.NOT_AUTHORIZED, body, *everyone, "els")
    not_founded(Code.NOT_AUTHORIZED, body, *everyone[:-1], "els")
    not_founded(Code.NOT_AUTHORIZED, body, author="stranger")


def test_a_founders_passkey_must_be_from_an_origin_of_the_ledger():
    world = World()
    for passkey, good in ((Passkey("els"), True), (Passkey("els", "https://evil.test"), False)):
        body = world.founding()
        founders = tuple(
            replace(founder, key=passkey.grant())
            if founder.member == world.member("els")
            else founder
            for founder in body.founders
        )
        order = world.order(replace(body, founders=founders), "els", ledger=None)
        others = world.signatures(order, *(name for name in FOUNDERS if name != "els"))
        verified = verify_bytes(order.data, [*others, passkey.authorize(order.data)])
        if good:
            decide(State(), world.now, 0, verified)
        else:
            with pytest.raises(Refusal) as caught:
                decide(State(), world.now, 0, verified)
            assert caught.value.code is Code.BAD_ORIGIN


def change_founder(name: str, **changes: Any) -> orders.Genesis:
    world = World()
    body = world.founding()
    founders = tuple(
        replace(founder, **changes) if founder.member == world.member(name) else founder
        for founder in body.founders
    )
    return replace(body, founders=founders)


def test_a_founder_is_no_auditor_of_their_own_books():
    not_founded(
        Code.ROLE_CONFLICT, change_founder("els", roles=("auditor", "coordinator", "registrar"))
    )
    found(change_founder("joop", roles=("auditor",)))


def test_thresholds_can_be_met_from_the_start():
    not_founded(Code.TOO_FEW_HOLDERS, change_founder("truus", roles=("issuer",)))
    body = World().founding()
    thresholds = (replace(body.thresholds[0], count=3), *body.thresholds[1:])
    not_founded(Code.TOO_FEW_HOLDERS, replace(body, thresholds=thresholds))


def test_there_is_a_threshold_for_every_proposal_and_for_nothing_else():
    body = World().founding()
    not_founded(Code.BAD_FIELD, replace(body, thresholds=body.thresholds[1:]))
    extra = orders.Threshold("teleport", "issuer", 1)
    thresholds = tuple(sorted((*body.thresholds, extra), key=lambda item: item.type))
    not_founded(Code.BAD_FIELD, replace(body, thresholds=thresholds))


def test_each_currency_has_exactly_the_accounts_its_kind_needs():
    body = World().founding()
    for index in range(len(body.accounts)):
        accounts = body.accounts[:index] + body.accounts[index + 1 :]
        not_founded(Code.BAD_FIELD, replace(body, accounts=accounts))
    for code, kind in (("UUR", "contra"), ("WIJK", "bank"), ("WIJK", "contra"), ("GOUD", "bank")):
        extra = orders.SystemAccount("ff" * 16, code, kind)
        not_founded(Code.BAD_FIELD, replace(body, accounts=(*body.accounts, extra)))


def test_a_founder_has_accounts_only_in_currencies_for_their_kind():
    world = World()
    hours = orders.OpenedAccount(world.account("bart"), "UUR", 0, 60)
    not_founded(Code.POLICY_FORBIDS, change_founder("bart", accounts=(hours,)))
    gold = orders.OpenedAccount(world.account("joop"), "GOUD", 0, 60)
    not_founded(Code.UNKNOWN_CURRENCY, change_founder("joop", accounts=(gold,)))


def test_founders_get_no_more_credit_than_the_policy_gives():
    world = World()
    hours = orders.OpenedAccount(world.account("joop"), "UUR", -100_000, 60)
    not_founded(Code.LIMIT_NOT_ALLOWED, change_founder("joop", accounts=(hours,)))


def test_no_two_founders_share_a_key_or_an_account():
    world = World()
    not_founded(Code.ID_TAKEN, change_founder("joop", key=grant(world.key("amina"))))
    taken = orders.OpenedAccount(world.account("amina"), "UUR", 0, 60)
    not_founded(Code.ID_TAKEN, change_founder("joop", accounts=(taken,)))


def test_a_log_key_is_a_sound_key():
    weak = to_base64url(ED25519_SPKI_PREFIX + bytes(32))
    not_founded(Code.BAD_KEY, replace(World().founding(), log_key=weak))


# ---- set_limit


def limit(town: Town, floor: int, ceiling: int, name: str = "joop", **changes) -> VerifiedOrder:
    body = orders.SetLimit(town.member(name), town.account(name), "UUR", floor, ceiling)
    return town.by(replace(body, **changes), *COORDINATORS)


def test_a_limit_counts_as_credit_that_is_given(town: Town):
    before = town.money("UUR").credit_given
    town.post(limit(town, -60, 60))
    account = town.state.account(town.account("joop"))
    assert (account.floor, account.ceiling) == (-60, 60)
    assert town.money("UUR").credit_given == before - 540
    left = 100_000 - town.money("UUR").credit_given
    refusal = town.refuses(Code.LIMIT_NOT_ALLOWED, limit(town, -60 - left - 1, 60))
    assert refusal.details["total"] == 100_000
    town.post(limit(town, -60 - left, 60))
    town.post(limit(town, 0, 0))


def test_credit_may_be_taken_back_when_too_much_was_given(town: Town):
    """A policy that became stricter refuses more credit, never less."""
    policy = replace(town.money("UUR").policy, credit_total=0)
    town.do(orders.SetPolicy("UUR", policy), *COORDINATORS)
    town.refuses(Code.LIMIT_NOT_ALLOWED, limit(town, -601, 60))
    town.post(limit(town, -599, 60))


def test_a_limit_opens_an_account_where_there_is_none(town: Town):
    town.post(town.admit("fatima", town.voucher("fatima", limits=())))
    town.post(limit(town, -60, 120, "fatima"))
    account = town.account("fatima")
    assert town.who("fatima").accounts == (("UUR", account),)
    assert town.state.account(account) == Account(
        account, "member", "UUR", town.member("fatima"), -60, 120
    )
    town.post(town.pay("fatima", "joop", 60))


def test_nobody_has_two_accounts_in_a_currency(town: Town):
    town.refuses(Code.ID_TAKEN, limit(town, -60, 60, account=an_id("second")))


def test_no_account_is_opened_in_a_currency_not_for_that_kind(town: Town):
    town.refuses(Code.POLICY_FORBIDS, limit(town, 0, 60, "bart"))
    town.refuses(Code.UNKNOWN_CURRENCY, limit(town, 0, 1, account=an_id("new"), currency="GOUD"))


def test_backed_money_is_never_lent(town: Town):
    account = town.account("joop", "WIJK")
    town.refuses(Code.LIMIT_NOT_ALLOWED, limit(town, -1, 60, account=account, currency="WIJK"))


def test_a_limit_is_of_the_members_own_account(town: Town):
    town.refuses(Code.UNKNOWN_ACCOUNT, limit(town, 0, 60, account=town.account("amina")))
    town.refuses(Code.UNKNOWN_ACCOUNT, limit(town, 0, 60, account=town.system("bank")))
    town.refuses(Code.UNKNOWN_ACCOUNT, limit(town, 0, 60, account=town.account("joop", "WIJK")))
    town.refuses(Code.UNKNOWN_MEMBER, limit(town, 0, 60, member="00" * 16))


def test_who_left_gets_no_limits(town: Town):
    town.do(orders.Leave(town.member("joop")), "joop")
    town.refuses(Code.MEMBER_LEFT, limit(town, 0, 60))


# ---- set_role


def set_role(town: Town, name: str, role: orders.Role, held: bool = True, by=COORDINATORS):
    return town.by(orders.SetRole(town.member(name), role, held), *by)


def test_a_role_is_given_and_taken(town: Town):
    town.post(set_role(town, "joop", "treasurer"))
    assert town.who("joop").roles == ("treasurer",)
    assert town.member("joop") in town.state.holders("treasurer")
    town.post(set_role(town, "joop", "treasurer", held=False))
    assert town.who("joop").roles == ()
    assert town.member("joop") not in town.state.holders("treasurer")


def test_a_role_given_twice_is_held_once(town: Town):
    for _ in range(2):
        town.post(set_role(town, "joop", "treasurer"))
    assert town.state.holders("treasurer").count(town.member("joop")) == 1
    assert town.who("joop").roles == ("treasurer",)


@pytest.mark.parametrize("role", ["coordinator", "issuer", "registrar", "treasurer"])
def test_an_auditor_has_no_other_role(town: Town, role: orders.Role):
    town.post(set_role(town, "joop", "auditor"))
    town.refuses(Code.ROLE_CONFLICT, set_role(town, "joop", role))
    town.post(set_role(town, "amina", role))
    town.refuses(Code.ROLE_CONFLICT, set_role(town, "amina", "auditor"))


def test_treasurers_do_not_appoint_auditors(town: Town):
    town.post(set_role(town, "joop", "coordinator"))
    town.post(set_role(town, "joop", "treasurer"))
    by = ("els", "joop")
    town.post(set_role(town, "amina", "issuer", by=by))
    town.post(set_role(town, "amina", "issuer", held=False, by=by))
    town.refuses(Code.TOO_FEW_APPROVALS, set_role(town, "amina", "auditor", by=by))
    town.post(set_role(town, "amina", "auditor"))
    town.refuses(Code.TOO_FEW_APPROVALS, set_role(town, "amina", "auditor", held=False, by=by))


def test_nobody_votes_on_their_own_role(town: Town):
    town.refuses(Code.TOO_FEW_APPROVALS, set_role(town, "els", "treasurer"))
    town.post(set_role(town, "joop", "coordinator"))
    town.post(set_role(town, "els", "treasurer", by=("farid", "joop")))


def test_a_role_is_not_taken_when_too_few_would_hold_it(town: Town):
    refusal = town.refuses(Code.TOO_FEW_HOLDERS, set_role(town, "truus", "treasurer", held=False))
    assert refusal.details == {"role": "treasurer", "active": 1, "needed": 2}
    town.post(set_role(town, "joop", "treasurer"))
    town.post(set_role(town, "truus", "treasurer", held=False))


def test_a_blocked_holder_is_not_counted_among_those_who_remain(town: Town):
    town.post(set_role(town, "joop", "treasurer"))
    town.do(orders.Suspend(town.member("joop"), True, NOTE), "els")
    town.refuses(Code.TOO_FEW_HOLDERS, set_role(town, "truus", "treasurer", held=False))


def test_who_is_not_there_gets_no_role(town: Town):
    town.refuses(Code.UNKNOWN_MEMBER, set_role(town, "stranger", "auditor"))
    town.do(orders.Leave(town.member("joop")), "joop")
    town.refuses(Code.MEMBER_LEFT, set_role(town, "joop", "auditor"))


def test_the_first_holder_of_a_role_makes_it_a_fact(town: Town):
    assert town.state.find(Holders, "auditor") is None
    town.post(set_role(town, "joop", "auditor"))
    assert town.state.find(Holders, "auditor") == Holders("auditor", (town.member("joop"),))


# ---- set_policy, set_origins, define_currency


def test_a_policy_changes_and_its_kind_does_not(town: Town):
    policy = replace(HOURS.policy, floor=-60)
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(orders.SetPolicy("UUR", policy), "els"))
    town.do(orders.SetPolicy("UUR", policy), *COORDINATORS)
    assert town.money("UUR").policy == policy
    town.refuses(Code.LIMIT_NOT_ALLOWED, town.admit("fatima"))
    backed = replace(HOURS.policy, kind="backed", credit_total=0, basis=a_commitment("grond"))
    for wrong in (CREDITS.policy, backed):
        town.refuses(Code.POLICY_FORBIDS, town.by(orders.SetPolicy("UUR", wrong), *COORDINATORS))
    unredeemed = replace(CREDITS.policy, redeemers=())
    town.refuses(Code.POLICY_FORBIDS, town.by(orders.SetPolicy("WIJK", unredeemed), *COORDINATORS))
    town.refuses(Code.UNKNOWN_CURRENCY, town.by(orders.SetPolicy("GOUD", policy), *COORDINATORS))


def test_origins_are_replaced(town: Town):
    second = orders.Origin("https://www.wijk.test", "wijk.test")
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(orders.SetOrigins((second,)), "els"))
    town.do(orders.SetOrigins((ORIGIN, second)), *COORDINATORS)
    assert town.state.governance.origins == (ORIGIN, second)


def test_a_currency_is_added_and_used(town: Town):
    care = orders.DefineCurrency(replace(HOURS, code="ZORG"), ())
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(care, "els"))
    town.do(care, *COORDINATORS)
    for name in ("joop", "amina"):
        changes = {"account": town.account(name, "ZORG"), "currency": "ZORG"}
        town.post(limit(town, -60, 60, name, **changes))
    town.post(town.pay("joop", "amina", 60, "ZORG"))


def test_a_currency_is_defined_once_with_accounts_of_its_own(town: Town):
    accounts = (
        orders.SystemAccount("00" * 16, "GOUD", "contra"),
        orders.SystemAccount("11" * 16, "GOUD", "redemption"),
    )
    gold = orders.DefineCurrency(replace(CREDITS, code="GOUD"), accounts)
    for wrong, code in (
        (replace(gold, currency=replace(HOURS, code="UUR"), accounts=()), Code.ID_TAKEN),
        (replace(gold, accounts=accounts[:1]), Code.BAD_FIELD),
        (replace(gold, accounts=()), Code.BAD_FIELD),
        (
            replace(gold, accounts=(accounts[0], replace(accounts[1], currency="WIJK"))),
            Code.BAD_FIELD,
        ),
        (
            replace(gold, accounts=(accounts[0], replace(accounts[1], kind="contra"))),
            Code.BAD_FIELD,
        ),
        (
            replace(
                gold,
                accounts=tuple(
                    sorted(
                        (accounts[0], replace(accounts[1], account=town.account("joop"))),
                        key=lambda item: item.account,
                    )
                ),
            ),
            Code.ID_TAKEN,
        ),
    ):
        town.refuses(code, town.by(wrong, *COORDINATORS))
    town.do(gold, *COORDINATORS)


# ---- withdraw


def withdraw(town: Town, verified: VerifiedOrder, name: str) -> VerifiedOrder:
    return town.by(orders.Withdraw(json.loads(verified.order.data)), name)


def test_an_order_that_its_author_withdrew_never_posts(town: Town):
    pay = town.pay("joop", "amina", 90)
    withdrawal = withdraw(town, pay, "joop")
    town.post(withdrawal)
    used = Used("withdrawn", pay.order.identity, withdrawal.order.identity)
    assert list(town.state.all(Used)) == [used]
    town.refuses(Code.WITHDRAWN, pay)
    town.refuses(Code.WITHDRAWN, withdraw(town, pay, "joop"))


def test_a_proposal_is_withdrawn_by_anyone_who_could_have_approved_it(town: Town):
    proposal = limit(town, 0, 60)
    town.refuses(Code.NOT_AUTHORIZED, withdraw(town, proposal, "truus"))
    town.refuses(Code.NOT_AUTHORIZED, withdraw(town, proposal, "joop"))
    town.post(withdraw(town, proposal, "farid"))
    town.refuses(Code.WITHDRAWN, proposal)


def test_a_strangers_payment_is_not_withdrawn(town: Town):
    pay = town.pay("joop", "amina", 90)
    for name in ("amina", "els", "truus"):
        town.refuses(Code.NOT_AUTHORIZED, withdraw(town, pay, name))
    town.post(pay)


def test_what_has_posted_is_not_withdrawn(town: Town):
    pay = town.pay("joop", "amina", 90)
    town.post(pay)
    town.refuses(Code.ALREADY_POSTED, withdraw(town, pay, "joop"))
    town.refuses(Code.ALREADY_POSTED, withdraw(town, town.genesis, "els"))


def test_an_order_of_another_ledger_is_not_withdrawn_here(town: Town):
    elsewhere = town.pay("joop", "amina", 90, ledger="00" * 32)
    town.refuses(Code.OTHER_LEDGER, withdraw(town, elsewhere, "joop"))


def test_a_withdrawal_is_signed_by_its_author_alone(town: Town):
    proposal = limit(town, 0, 60)
    body = orders.Withdraw(json.loads(proposal.order.data))
    town.refuses(Code.NOT_AUTHORIZED, town.by(body, "els", "farid"))
    town.refuses(Code.NOT_AUTHORIZED, town.signed(town.order(body, "els"), "farid"))
