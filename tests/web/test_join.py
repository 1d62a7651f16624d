"""Coming in by an invitation, and who tries to come in without one."""

import pytest

from tests.passkeys import Passkey
from tests.web.conftest import Street
from tests.web.invited import agree, come_in, drafted, invite, invite_device, signed
from tests.world import seed
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.entries import parse_entry
from timebank.services import membership, receipts
from timebank.services.membership import INVITATION_SECONDS, Device
from timebank.signing.canonical import encode
from timebank.signing.keys import SigningKey

PASSKEY = Passkey("newcomer")
DEVICE_KEY = SigningKey.from_seed(seed("device key of the newcomer"))


def newcomer(street: Street, name: str = "Nieuwe Buur") -> str:
    (found,) = [one for one in membership.people_of(street.bank) if one.name == name]
    return found.id


def only_device(street: Street) -> Device:
    (device,) = membership.devices(street.bank, newcomer(street))
    return device


def test_a_newcomer_with_a_passkey_is_a_member_and_signed_in(street):
    browser = street.browser()
    come_in(browser, invite(street), PASSKEY)
    assert "Dag Nieuwe Buur" in browser.page("/thuis")
    assert only_device(street).key.id == PASSKEY.id


def test_a_device_key_pays_only_and_so_much_a_day(street):
    browser = street.browser()
    come_in(browser, invite(street), DEVICE_KEY)
    key = only_device(street).key
    assert key.scopes == ("pay",)
    assert {cap.currency: cap.amount for cap in key.caps} == {"UUR": 240, "WIJK": 5000}


def test_a_shop_lands_on_its_till(street):
    browser, code = street.browser(), invite(street, "shop")
    agree(browser, code, "Kaas Karin")
    draft = drafted(browser, code, PASSKEY)
    answer = browser.post(f"/U/{code}/klaar", json=signed(draft, PASSKEY))
    assert answer.json["go"] == "/kassa"


def test_a_code_works_in_lower_case_and_with_dashes(street):
    code = invite(street)
    assert street.browser().get(f"/u/{code.lower()}").status_code == 200
    assert street.browser().get(f"/U/{code[:4]}-{code[4:]}").status_code == 200


def test_the_steps_come_in_order_and_the_name_can_be_changed(street):
    browser, code = street.browser(), invite(street)
    assert "Hoe heet u?" in browser.page(f"/U/{code}")
    browser.post(f"/U/{code}", {"name": "  Verkeerde   naam "})
    assert "Wie ziet wat?" in browser.page(f"/U/{code}")
    browser.post(f"/U/{code}/akkoord", {})
    assert "U heet hier Verkeerde naam." in browser.page(f"/U/{code}")
    assert 'value="Verkeerde naam"' in browser.page(f"/U/{code}?stap=naam")
    browser.post(f"/U/{code}", {"name": "Goede naam"})
    assert "U heet hier Goede naam." in browser.page(f"/U/{code}")


@pytest.mark.parametrize("name", ["", "   ", "\u202egnaj"])
def test_a_name_is_asked_until_there_is_one(street, name):
    answer = street.browser().post(f"/U/{invite(street)}", {"name": name})
    assert answer.status_code == 422
    assert "Vul uw naam in." in answer.text


def test_nothing_is_drafted_before_name_and_agreement(street):
    browser, code = street.browser(), invite(street)
    asked = {"spki": "A" * 59, "scheme": "ed25519"}
    assert browser.post(f"/U/{code}/ontwerp", json=asked).status_code == 422


@pytest.mark.parametrize("asked", [[], {}, {"scheme": "rsa", "spki": "AA"}, {"scheme": "ed25519"}])
def test_a_draft_for_no_key_is_refused(street, asked):
    browser, code = street.browser(), invite(street)
    agree(browser, code)
    assert browser.post(f"/U/{code}/ontwerp", json=asked).status_code == 422


def test_an_unknown_expired_or_used_invitation_lets_nobody_in(street):
    used = invite(street)
    come_in(street.browser(), used, PASSKEY)
    old = invite(street)
    street.clock.advance(INVITATION_SECONDS + 1)
    found = {code: street.browser().get(f"/U/{code}") for code in (used, old, "A" * 32, "zomaar")}
    assert [answer.status_code for answer in found.values()] == [410, 410, 404, 404]
    assert "al gebruikt" in found[used].text
    assert "verlopen" in found[old].text


def test_the_same_bytes_again_sign_the_newcomer_in_once_more(street):
    browser, code = street.browser(), invite(street)
    agree(browser, code)
    sent = signed(drafted(browser, code, PASSKEY), PASSKEY)
    first = browser.post(f"/U/{code}/klaar", json=sent).json
    assert browser.post(f"/U/{code}/klaar", json=sent).json == first


def test_who_has_the_whole_journal_cannot_sign_in_with_what_is_in_it(street):
    code = invite(street)
    come_in(street.browser(), code, PASSKEY)
    entry = parse_entry(list(receipts.entries(street.bank))[-1])
    thief = street.browser()
    sent = {
        "order": encode(entry.order).decode(),
        "authorizations": list(entry.authorizations),
        "openings": [],
    }
    answer = thief.post(f"/U/{code}/klaar", json=sent)
    assert answer.json["state"] == "refused"
    assert thief.client.get_cookie(street.app.config["WHO_COOKIE"]) is None
    assert thief.get("/thuis").status_code == 302


def test_only_the_order_that_was_drafted_here_is_posted_here(street):
    browser, code = street.browser(), invite(street)
    agree(browser, code)
    drafted(browser, code, PASSKEY)
    pay = street.world.pay("joop", "amina", 30)
    sent = {
        "order": pay.order.data.decode(),
        "authorizations": street.world.signatures(pay.order, "joop"),
    }
    assert browser.post(f"/U/{code}/klaar", json=sent).json["code"] == Code.BAD_INVITATION


def test_a_draft_signed_by_another_key_is_refused(street):
    browser, code = street.browser(), invite(street)
    agree(browser, code)
    draft = drafted(browser, code, PASSKEY)
    answer = browser.post(f"/U/{code}/klaar", json=signed(draft, Passkey("another")))
    assert answer.json["code"] == Code.NOT_AUTHORIZED
    assert browser.get("/thuis").status_code == 302


def test_a_passkey_made_for_another_site_is_refused(street):
    browser, code = street.browser(), invite(street)
    agree(browser, code)
    draft = drafted(browser, code, PASSKEY)
    elsewhere = Passkey("newcomer", origin="https://kwaad.example")
    answer = browser.post(f"/U/{code}/klaar", json=signed(draft, elsewhere))
    assert answer.json["code"] == Code.BAD_ORIGIN


def test_a_second_device_is_that_member_s_own(street):
    browser, code = street.browser(), invite_device(street, "joop")
    assert "Dit wordt een toestel van joop." in browser.page(f"/U/{code}")
    draft = drafted(browser, code, PASSKEY)
    answer = browser.post(f"/U/{code}/klaar", json=signed(draft, PASSKEY))
    assert answer.json["state"] == "posted"
    assert "Dag joop" in browser.page("/thuis")
    ids = [device.key.id for device in membership.devices(street.bank, street.world.member("joop"))]
    assert PASSKEY.id in ids


def test_a_second_device_gets_no_more_than_it_was_offered(street):
    caps = (orders.Cap("UUR", 60),)
    browser = street.browser()
    code = invite_device(street, "joop", scopes=("pay",), caps=caps)
    draft = drafted(browser, code, DEVICE_KEY)
    assert (
        browser.post(f"/U/{code}/klaar", json=signed(draft, DEVICE_KEY)).json["state"] == "posted"
    )
    devices = membership.devices(street.bank, street.world.member("joop"))
    (added,) = [device.key for device in devices if device.key.scopes == ("pay",)]
    assert {cap.currency: cap.amount for cap in added.caps} == {"UUR": 60, "WIJK": 5000}
