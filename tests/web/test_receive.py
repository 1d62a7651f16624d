"""Asking for money: the code on the payee's screen, and what it says once it is paid."""

import base64

import pytest

from timebank.services import house, requests
from timebank_web.current import link

JSON = {"Accept": "application/json"}


def made(street, who="amina", **form):
    answer = street.browser(who).post("/ontvangen", form, headers=JSON)
    return answer.json


def test_a_request_is_a_picture_a_code_and_an_amount(street):
    fresh = made(street, kind="hours", minutes="90", memo="fiets maken")
    assert fresh["amount"] == "1 uur 30 min"
    assert fresh["memo"] == "fiets maken"
    assert fresh["seconds"] == requests.REQUEST_SECONDS
    assert len(fresh["code"].replace(" ", "")) == 16
    svg = base64.b64decode(fresh["qr"].removeprefix("data:image/svg+xml;base64,"))
    assert b"<svg" in svg
    assert b"script" not in svg


def test_without_a_script_the_request_has_a_page_of_its_own(street):
    browser = street.browser("amina")
    answer = browser.post("/ontvangen", {"kind": "hours", "minutes": "30"})
    page = browser.page(answer.headers["Location"])
    assert "Laat deze code scannen" in page
    assert "30 min" in page


def test_an_empty_amount_is_asked_again_in_the_way_that_was_asked(street):
    browser = street.browser("amina")
    answer = browser.post("/ontvangen", {"kind": "hours"}, headers=JSON)
    assert (answer.status_code, answer.json) == (422, {"errors": {"minutes": "Kies hoeveel tijd."}})
    page = browser.post("/ontvangen", {"kind": "hours", "memo": "tuin"})
    assert page.status_code == 422
    assert 'value="tuin"' in page.text


def test_only_its_payee_follows_a_request(street):
    fresh = made(street, kind="hours", minutes="30")
    assert street.browser("amina").get(fresh["status"]).json == {"state": "open"}
    for path in (fresh["status"], fresh["cancel"].replace("stop", "stand")):
        assert street.browser("joop").get(path, headers=JSON).status_code == 404


def test_a_neighbour_cannot_stop_another_s_request(street):
    fresh = made(street, kind="hours", minutes="30")
    street.browser("joop").post(fresh["cancel"])
    assert street.browser("amina").get(fresh["status"]).json == {"state": "open"}
    street.browser("amina").post(fresh["cancel"])
    assert street.browser("amina").get(fresh["status"]).json == {"state": "cancelled"}


def test_once_paid_the_request_says_by_whom_and_shows_the_same_reference(street):
    fresh = made(street, kind="hours", minutes="30", memo="tuin")
    payer = street.browser("joop")
    posted = payer.sign(payer.page("/V/" + fresh["code"].replace(" ", ""))).json
    told = street.browser("amina").get(fresh["status"]).json
    assert told["state"] == "paid"
    assert told["payer"] == "joop"
    assert told["amount"] == "30 min"
    assert told["reference"] == posted["reference"]
    assert "tuin" in street.browser("amina").page(told["receipt"])


def test_time_makes_a_request_expire(street):
    fresh = made(street, kind="hours", minutes="30")
    street.clock.advance(requests.REQUEST_SECONDS + 1)
    assert street.browser("amina").get(fresh["status"]).json == {"state": "expired"}


def test_residents_ask_no_credits_and_shops_no_hours(street):
    assert "Hoeveel credits?" not in street.browser("joop").page("/ontvangen")
    assert "Hoeveel tijd?" not in street.browser("bart").page("/ontvangen")


@pytest.mark.parametrize(
    ("setting", "begin"),
    [("", "HTTP://LOCALHOST/B/"), ("https://wijk.test/", "HTTPS://WIJK.TEST/B/")],
)
def test_links_begin_with_the_setting_or_with_where_one_is(street, setting, begin):
    house.keep_setting(street.bank, "base_url", setting)
    with street.app.test_request_context():
        assert link("B", "K7M2Q9XA") == begin + "K7M2Q9XA"
