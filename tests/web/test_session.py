"""Signing in: a signature over a challenge that this very browser was given."""

import json
import re
from typing import Any

from tests.passkeys import Passkey
from tests.web.conftest import Browser
from tests.web.invited import CREDENTIAL, come_in, invite
from timebank.errors import Code
from timebank.ledger import orders
from timebank.services.sessions import LOGIN_SECONDS
from timebank.signing.authorizations import authorize
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag


def challenge(browser: Browser) -> str:
    """Open the login page; return what it asks to sign."""
    (found,) = re.findall(r'id="order-draft">(.*?)</script>', browser.page("/inloggen"))
    return str(json.loads(found)["order"])


def attempt(browser: Browser, text: str, who: str, tag: Tag = Tag.LOGIN) -> Any:
    """Send a signature over this text by somebody's key."""
    signature = authorize(browser.world.key(who), tag, text.encode())
    return browser.post("/inloggen", json={"order": text, "authorizations": [signature]}).json


def test_who_signs_the_challenge_is_signed_in(street):
    browser = street.browser()
    assert attempt(browser, challenge(browser), "joop") == {"state": "posted", "go": "/thuis"}
    assert "Dag joop" in browser.page("/thuis")


def test_a_shop_begins_at_its_till(street):
    browser = street.browser()
    assert attempt(browser, challenge(browser), "bart")["go"] == "/kassa"


def test_a_passkey_is_found_by_its_credential(street):
    passkey = Passkey("newcomer")
    come_in(street.browser(), invite(street), passkey)
    browser = street.browser()
    text = challenge(browser)
    signature = passkey.authorize(text.encode(), Tag.LOGIN)
    del signature["spki"]
    sent = {"order": text, "authorizations": [signature], "credential_id": CREDENTIAL}
    assert browser.post("/inloggen", json=sent).json["state"] == "posted"
    assert "Dag Nieuwe Buur" in browser.page("/thuis")


def test_an_unknown_credential_is_told_what_to_do(street):
    browser = street.browser()
    text = challenge(browser)
    signature = Passkey("stranger").authorize(text.encode(), Tag.LOGIN)
    del signature["spki"]
    sent = {"order": text, "authorizations": [signature], "credential_id": CREDENTIAL}
    answer = browser.post("/inloggen", json=sent).json
    assert answer["code"] == Code.UNKNOWN_KEY
    assert "nieuwe sleutel" in answer["message"]


def test_a_challenge_is_worth_nothing_in_another_browser(street):
    overheard = challenge(street.browser())
    thief = street.browser()
    challenge(thief)
    assert attempt(thief, overheard, "joop")["state"] == "refused"
    assert thief.get("/thuis").status_code == 302


def test_a_challenge_opens_one_session(street):
    browser = street.browser()
    text = challenge(browser)
    attempt(browser, text, "joop")
    browser.post("/uitloggen")
    assert attempt(browser, text, "joop")["state"] == "refused"


def test_a_challenge_does_not_last(street):
    browser = street.browser()
    text = challenge(browser)
    street.clock.advance(LOGIN_SECONDS + 1)
    answer = attempt(browser, text, "joop")
    assert answer["code"] == Code.EXPIRED
    assert answer["go"] == "/inloggen"
    assert "Dat duurde te lang." in browser.page("/inloggen")


def test_a_signature_under_another_tag_is_no_login(street):
    browser = street.browser()
    assert attempt(browser, challenge(browser), "joop", Tag.ORDER)["code"] == Code.BAD_SIGNATURE


def test_a_key_nobody_has_or_that_was_blocked_is_no_login(street):
    browser = street.browser()
    assert attempt(browser, challenge(browser), "niemand")["code"] == Code.UNKNOWN_KEY
    joop = street.world.member("joop")
    street.do(orders.RevokeKey(joop, key_id(street.world.key("joop").spki)), "els")
    assert attempt(browser, challenge(browser), "joop")["code"] == Code.KEY_REVOKED


def test_a_blocked_key_ends_its_sessions_at_once(street):
    browser = street.browser("joop")
    browser.page("/thuis")
    joop = street.world.member("joop")
    street.do(orders.RevokeKey(joop, key_id(street.world.key("joop").spki)), "els")
    assert browser.get("/thuis").headers["Location"] == "/inloggen"


def test_who_was_on_the_way_somewhere_comes_there_after_signing_in(street):
    browser = street.browser()
    assert browser.get("/boekingen?direction=in").status_code == 302
    assert attempt(browser, challenge(browser), "joop")["go"] == "/boekingen?direction=in"


def test_who_logs_out_is_gone_here_and_on_the_server(street):
    browser = street.browser("joop")
    token = browser.client.get_cookie("timebank").value
    browser.post("/uitloggen")
    assert browser.get("/thuis").status_code == 302
    browser.client.set_cookie("timebank", token)
    assert browser.get("/thuis").status_code == 302


def test_a_suspended_member_reads_one_page_with_the_number_to_call(street):
    browser = street.browser("joop")
    street.do(orders.Suspend(street.world.member("joop"), True, "ab" * 32), "els")
    for path in ("/thuis", "/betalen", "/boekingen"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "U bent geblokkeerd." in answer.text
    assert "Hulp" in browser.page("/hulp")


def test_what_is_no_login_is_refused(street):
    browser = street.browser()
    text = challenge(browser)
    for sent in (
        [],
        {"order": text},
        {"order": text, "authorizations": []},
        {"order": text, "authorizations": ["x"]},
        {"order": text, "authorizations": [{}], "credential_id": "*"},
    ):
        answer = browser.post("/inloggen", json=sent).json
        assert answer["state"] == "refused", sent
