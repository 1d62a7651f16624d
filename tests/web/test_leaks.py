"""What a page tells only to whom it is for, and never without a trace where it says so."""

import json
import re

import pytest

from tests.services.conftest import ON_SQLITE
from tests.web.conftest import Street
from tests.world import HOURS
from timebank.ledger import orders
from timebank.services import (
    house,
    membership,
    payments,
    proposals,
    readings,
    settlement,
)
from timebank.services.drafts import commit
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import to_base64url
from timebank.signing.messages import Tag
from timebank_web.views import join

pytestmark = ON_SQLITE  # what is shown, whichever database it is from

SECRET = "naar de dokter gebracht"


@pytest.fixture(name="audited")
def _audited(street: Street) -> Street:
    """A street with an auditor, Noud."""
    street.post(street.world.admit("noud"))
    role = orders.SetRole(street.world.member("noud"), "auditor", True)
    street.do(role, "els", "farid")
    return street


def noted(street: Street, name: str) -> set[str]:
    return {seen.what for seen in readings.readings_of(street.bank, street.world.member(name))}


def test_an_auditor_who_withdraws_an_order_of_their_own_reads_no_other_s_text(audited: Street):
    world, memo = audited.world, commit(SECRET)
    leg = world.leg("joop", "amina", 30)
    audited.do(orders.Pay((leg,), memo.commitment), "joop", openings=(memo,))
    named = world.order(orders.Pay((world.leg("noud", "els", 1),), memo.commitment), "noud")
    posted = audited.do(orders.Withdraw(json.loads(named.data)), "noud")
    page = audited.browser("noud").page(f"/kascommissie/boekingen/{posted.identity}")
    assert SECRET not in page


def test_everybody_on_a_member_s_page_sees_that_an_auditor_looked(audited: Street):
    audited.post(audited.world.pay("joop", "amina", 30))
    audited.browser("noud").page(f"/kascommissie/leden/{audited.world.member('amina')}")
    assert noted(audited, "amina") == {"statement"}
    assert noted(audited, "joop") == {"statement"}
    assert noted(audited, "kees") == set()


def test_a_coordinator_sees_no_account_of_a_shop_in_a_settlement(street: Street):
    world, bank = street.world, street.bank
    house.keep_setting(bank, "bank_name", "De Linde")
    house.keep_setting(bank, "bank_iban", "NL44RABO0123456789")
    street.issue(50_000)
    street.post(world.pay("werk", "noor", 1_000, "WIJK"))
    account = "Groente Noor, NL91 ABNA 0417 1643 00"
    street.send(payments.draft_redeem(bank, world.member("noor"), "WIJK", 300, account), "noor")
    (planned,) = settlement.plan(bank, world.member("truus"), "WIJK").runs
    proposals.propose(bank, planned.draft, street.signatures(planned.draft, "truus"))
    path = f"/voorstellen/{planned.draft.order.identity}"
    assert "NL91 ABNA 0417 1643 00" in street.browser("kees").page(path)
    assert "NL91" not in street.browser("els").page(path)


def test_asking_for_an_entry_by_its_four_characters_is_limited(street: Street):
    truus = street.browser("truus")
    path = "/voorstellen/nieuw/terugdraaien?number=1&kenmerk="
    codes = [truus.get(f"{path}{number:04}").status_code for number in range(31)]
    assert codes == [200] * 30 + [429]


def test_a_key_that_a_browser_keeps_has_a_cap_in_money_it_may_come_to_hold(street: Street):
    world, bank = street.world, street.bank
    policy = HOURS.policy
    street.do(
        orders.DefineCurrency(orders.CurrencyDefinition("KLUS", "minute", policy), ()),
        "els",
        "farid",
    )
    unsigned = membership.draft_key_voucher(bank, world.member("joop"))
    signed = authorize(world.key("joop"), Tag.INVITATION, unsigned.data)
    membership.keep_invitation(bank, unsigned.voucher, signed)
    spki = to_base64url(world.key("oude telefoon").spki)
    with street.app.test_request_context("/"):
        grant = join._grant(unsigned.voucher, "ed25519", spki)
    assert {cap.currency for cap in grant.caps} == {"KLUS", "UUR", "WIJK"}


def test_who_gives_back_sees_what_they_got_and_not_what_another_got(street: Street):
    world = street.world
    legs = (world.leg("joop", "amina", 11), world.leg("joop", "els", 23))
    paid = street.do(orders.Pay(legs), "joop")
    page = re.sub(r"<[^>]+>|\s+", " ", street.browser("amina").page(f"/teruggeven/{paid.identity}"))
    assert "11 min" in page
    assert "23 min" not in page
