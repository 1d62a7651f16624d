"""The walls: what every answer carries, and what never gets in."""

import re
import stat

import pytest

from tests.web.conftest import close_street, open_street
from timebank.services import house
from timebank_web import create_app, security

PAGES = (
    "/", "/hulp", "/privacy", "/openbaar", "/inloggen", "/thuis", "/ontvangen",
    "/ontvangen/poster", "/boekingen", "/meer", "/nergens", "/static/css/base.css",
)  # fmt: skip

SCANNING_PAGES = ("/betalen", "/controle")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_walls(street, path):
    answer = street.browser("joop").get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    answer.close()


@pytest.mark.parametrize("path", PAGES[:-1] + SCANNING_PAGES)
def test_no_page_holds_what_its_own_policy_forbids(street, path):
    text = street.browser("joop").get(path).text
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)


@pytest.mark.parametrize("path", SCANNING_PAGES)
def test_only_where_codes_are_scanned_is_there_a_camera_and_compiled_code(street, path):
    scanning, usual = street.browser("joop").get(path), street.browser("joop").get("/thuis")
    policy = scanning.headers["Content-Security-Policy"]
    assert policy.replace(" 'wasm-unsafe-eval'", "", 1) == usual.headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    allowed = scanning.headers["Permissions-Policy"]
    assert "camera=(self)" in allowed
    assert allowed.replace("(self)", "()") == usual.headers["Permissions-Policy"].replace(
        "(self)", "()"
    )


def test_no_page_is_kept_by_the_browser(street):
    assert street.browser("joop").get("/thuis").headers["Cache-Control"] == "no-store"


def test_a_form_without_a_token_is_refused(street):
    browser = street.browser("joop")
    answer = browser.client.post("/ontvangen", data={}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert "Laad de pagina opnieuw" in answer.text


def test_a_script_without_a_token_is_refused_with_a_sentence(street):
    browser = street.browser("joop")
    answer = browser.client.post("/orders", json={}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert answer.json["error"] == "csrf"


def test_another_browser_s_token_is_refused(street):
    page = street.browser("amina").get("/hulp").text
    (token,) = re.findall(r'csrf-token" content="([^"]+)', page)
    answer = street.browser("joop").post("/ontvangen", {}, headers={"X-CSRFToken": token})
    assert answer.status_code == 400


@pytest.mark.parametrize("origin", ["https://kwaad.example", "null", "http://localhost.kwaad", ""])
def test_a_request_from_another_site_is_refused(street, origin):
    answer = street.browser("joop").post("/ontvangen", {}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 422), ("same-site", 403), ("cross-site", 403), ("", 403)]
)
def test_without_an_origin_the_browser_must_say_it_is_our_own_page(street, site, status):
    browser = street.browser("joop")
    page = browser.get("/hulp").text
    (token,) = re.findall(r'csrf-token" content="([^"]+)', page)
    headers = {"X-CSRFToken": token, "Sec-Fetch-Site": site}
    assert browser.client.post("/ontvangen", data={}, headers=headers).status_code == status


@pytest.mark.parametrize(
    "sent", [{"json": {"order": "a" * 200_000}}, {"data": {"memo": "a" * 200_000}}]
)
def test_a_body_over_the_cap_is_refused_in_words(street, sent):
    answer = street.browser("joop").post("/orders", **sent)
    assert answer.status_code == 413
    assert "te groot" in answer.text


@pytest.mark.parametrize("path", ["/B/%00", "/bon/%00", "/leden?naam=%00"])
def test_what_no_database_keeps_is_not_looked_up(street, path):
    assert street.browser("els").get(path).status_code in (400, 404)


def test_a_form_or_script_with_a_nul_is_refused(street):
    joop = street.browser("joop")
    assert joop.post("/betalen", {"code": "A\0B"}).status_code == 400
    assert joop.post("/orders", json={"order": "\0", "authorizations": []}).status_code == 400


def test_a_hasty_member_waits_and_nobody_else_does(street):
    hasty, other = street.browser("joop"), street.browser("amina")
    statuses = [hasty.post("/orders", json={}).status_code for _ in range(31)]
    assert statuses == [422] * 30 + [429]
    assert "Wacht een minuut" in hasty.post("/orders", json={}).json["message"]
    assert other.post("/orders", json={}).status_code == 422


def test_who_is_not_signed_in_is_counted_by_address(street):
    def knock(address):
        return street.browser().get("/V/AAAA", environ_base={"REMOTE_ADDR": address}).status_code

    assert [knock("10.0.0.1") for _ in range(61)] == [404] * 60 + [429]
    assert knock("10.0.0.2") == 404
    assert {knock(f"2001:db8::{count}") for count in range(1, 61)} == {404}
    assert knock("2001:db8::ffff") == 429


def test_on_plain_http_cookies_are_kept_from_scripts_and_other_sites(street):
    cookies = street.browser().get("/").headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_behind_https_cookies_are_bound_to_the_host(settings):
    street = open_street(settings)
    house.keep_setting(street.bank, "base_url", "https://wijk.test")
    secure = create_app(settings, street.clock)
    answer = secure.test_client().get("/", base_url="https://wijk.test")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-timebank-form=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"]
    assert secure.config["WHO_COOKIE"] == "__Host-timebank"
    secure.extensions["timebank"].close()
    close_street(street)


def test_the_web_secret_is_made_once_and_for_its_owner_only(settings):
    first = security.web_secret(settings.web_secret)
    assert security.web_secret(settings.web_secret) == first
    assert len(first) == 64
    assert stat.S_IMODE(settings.web_secret.stat().st_mode) == 0o600


def test_without_its_guard_the_bank_says_that_nothing_can_be_posted(street):
    browser = street.browser("joop")
    street.bank.settings.guard.unlink()
    signed = street.world.pay("joop", "amina", 30)
    sent = {"order": signed.order.data.decode(), "authorizations": []}
    sent["authorizations"] = street.world.signatures(signed.order, "joop")
    answer = browser.post("/orders", json=sent)
    assert answer.status_code == 503
    assert answer.json["error"] == "guard_missing"
    assert "state" not in answer.json
