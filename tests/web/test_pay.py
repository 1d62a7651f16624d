"""From a code to the check screen, and the codes that lead nowhere."""

import html
import json
import re

import pytest

from timebank.ledger import orders
from timebank.services import requests

MEMO = "fiets <b>maken</b>"


def code_of(street, who):
    return requests.payee_code(street.bank, street.world.member(who))


def ask(street, who, **amounts):
    return requests.create(street.bank, street.world.member(who), amounts, "tuin")


def hidden(page):
    """Return the values of the order that are on a page, by field."""
    return dict(re.findall(r'data-field="([^"]+)" data-(?:text|int|json)="([^"]*)"', page))


def test_a_static_code_asks_the_amount_and_then_shows_everything_once_more(street):
    browser, code = street.browser("joop"), code_of(street, "amina")
    assert "amina" in browser.page(f"/B/{code}")
    answer = browser.post(f"/B/{code}", {"kind": "hours", "minutes": "90", "memo": MEMO})
    page = answer.text
    assert "<b>maken</b>" not in page
    assert MEMO in html.unescape(page)
    assert "1 uur 30 min" in page
    assert "U betaalt amina voor het eerst." in page
    assert browser.sign(page).json["state"] == "posted"
    assert MEMO in html.unescape(street.browser("amina").page("/thuis"))


def test_the_page_holds_every_value_of_the_order_it_lets_sign(street):
    answer = street.browser("joop").post(
        f"/B/{code_of(street, 'amina')}", {"kind": "hours", "minutes": "90", "memo": MEMO}
    )
    page = html.unescape(answer.text)
    (draft,) = re.findall(r'id="order-draft">(.*?)</script>', page)
    order = json.loads(json.loads(draft)["order"])
    shown = hidden(page)
    assert shown.keys() == order.keys() - {"legs", "type"}
    assert all(shown[name] == str(order[name]) for name in shown)
    (leg,) = order["legs"]
    for name in ("payer", "payee", "currency", "amount"):
        mark = "payee-account" if name == "payee" else name
        assert f'data-{mark}="{leg[name]}"' in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "hours", "minutes": "0"}, "minutes"),
        ({"kind": "hours", "minutes": "-15"}, "minutes"),
        ({"kind": "hours", "minutes": "99999999999999999999"}, "minutes"),
        ({"kind": "hours", "minutes": "1½"}, "minutes"),
        ({"kind": "hours"}, "minutes"),
        ({"kind": "credits", "credits": "0"}, "credits"),
        ({"kind": "credits", "credits": "-1,00"}, "credits"),
        ({"kind": "credits", "credits": "1e9"}, "credits"),
        ({"kind": "credits", "credits": "2,5"}, "credits"),
        ({"kind": "credits", "credits": ""}, "credits"),
        ({"kind": "both", "minutes": "30", "credits": "x"}, "credits"),
    ],
)
def test_an_amount_that_is_none_is_asked_again(street, form, field):
    answer = street.browser("joop").post(f"/B/{code_of(street, 'werk')}", form)
    assert answer.status_code == 422
    assert f'id="{field}-error" data-error="{field}" role="alert">' in answer.text


def test_two_currencies_are_paid_at_once(street):
    street.issue(10_000)
    street.post(street.world.pay("werk", "joop", 2_000, "WIJK"))
    browser = street.browser("joop")
    form = {"kind": "both", "minutes": "30", "credits": "4,50"}
    page = browser.post(f"/B/{code_of(street, 'werk')}", form).text
    assert "Betaal 30 min en 4,50 credits" in page
    assert browser.sign(page).json["state"] == "posted"


def test_who_has_too_little_cannot_sign(street):
    form = {"kind": "credits", "credits": "4,50"}
    page = street.browser("joop").post(f"/B/{code_of(street, 'bart')}", form).text
    assert "U hebt 4,50 credits te weinig." in page
    assert "data-sign" not in page


def test_a_neighbour_cannot_be_paid_in_what_only_shops_take(street):
    page = street.browser("joop").page(f"/B/{code_of(street, 'amina')}")
    assert "Hoeveel credits?" not in page


def test_a_stranger_sees_a_shop_s_name_and_no_resident_s(street):
    stranger = street.browser()
    assert "Betalen aan bart" in stranger.page(f"/B/{code_of(street, 'bart')}")
    assert "amina" not in stranger.page(f"/B/{code_of(street, 'amina')}")
    assert "amina" not in stranger.page(f"/V/{ask(street, 'amina', UUR=30).code}")


def test_a_request_fixes_payee_and_amount(street):
    browser, asked = street.browser("joop"), ask(street, "amina", UUR=45)
    page = browser.page(f"/V/{asked.code}")
    assert "45 min" in page
    assert "tuin" in page
    assert browser.sign(page).json["state"] == "posted"
    assert browser.get(f"/V/{asked.code}").headers["Location"].startswith("/klaar/")


def test_codes_work_in_lower_case_too(street):
    browser = street.browser("joop")
    page = browser.page(f"/b/{code_of(street, 'amina').lower()}")
    (there,) = re.findall(r'data-amounts method="post" action="([^"]+)"', page)
    assert browser.post(there, {"kind": "hours", "minutes": "30"}).status_code == 200
    assert browser.get(f"/v/{ask(street, 'amina', UUR=30).code.lower()}").status_code == 200


def test_a_used_an_expired_and_a_stopped_code_are_each_explained(street):
    used, stopped, old = (ask(street, "amina", UUR=30) for _ in range(3))
    payer = street.browser("joop")
    payer.sign(payer.page(f"/V/{used.code}"))
    requests.cancel(street.bank, street.world.member("amina"), stopped.code)
    other = street.browser("els")
    assert "Met deze code is al betaald." in other.get(f"/V/{used.code}").text
    assert "Deze code is gestopt." in other.get(f"/V/{stopped.code}").text
    street.clock.advance(requests.REQUEST_SECONDS + 1)
    answer = other.get(f"/V/{old.code}")
    assert answer.status_code == 410
    assert "Deze code is verlopen." in answer.text


def test_one_s_own_code_is_not_paid(street):
    browser = street.browser("joop")
    assert "uw eigen code" in browser.get(f"/B/{code_of(street, 'joop')}").text
    asked = ask(street, "joop", UUR=30)
    assert browser.get(f"/V/{asked.code}").headers["Location"] == f"/verzoek/{asked.code}"


def test_who_is_blocked_is_not_paid(street):
    street.do(orders.Suspend(street.world.member("amina"), True, "ab" * 32), "els")
    answer = street.browser("joop").get(f"/B/{code_of(street, 'amina')}")
    assert answer.status_code == 409
    assert "geblokkeerd" in answer.text


def test_a_code_of_nobody_is_explained(street):
    for path in ("/B/AAAAAAAA", "/V/AAAAAAAAAAAAAAAA", "/V/é"):
        answer = street.browser("joop").get(path)
        assert answer.status_code == 404
        assert "andere wijk" in answer.text


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("{payee}", "/B/{payee}"),
        ("{start} {end}", "/B/{payee}"),
        ("http://wijk.test/B/{payee}", "/B/{payee}"),
        ("{asked}", "/V/{asked}"),
        ("A" * 32, "/U/" + "A" * 32),
    ],
)
def test_a_typed_code_leads_where_a_scan_would(street, typed, there):
    amina = street.world.member("amina")
    payee = requests.payee_code(street.bank, amina)
    asked = requests.create(street.bank, amina, {"UUR": 15}).code
    codes = {"payee": payee, "asked": asked, "start": payee[:4].lower(), "end": payee[4:]}
    answer = street.browser("joop").post("/betalen", {"code": typed.format(**codes)})
    assert answer.headers["Location"] == there.format(**codes)


@pytest.mark.parametrize("typed", ["K7M2 Q9XA", "AAAA BBBB CCCC DDDD"])
def test_a_well_formed_code_that_is_nobodys_is_asked_again(street, typed):
    for who in ("joop", ""):
        answer = street.browser(who).post("/betalen", {"code": typed})
        assert answer.status_code == 422
        assert "Deze code kennen wij niet." in answer.text
        assert f'value="{typed}"' in answer.text


@pytest.mark.parametrize("typed", ["", "K7M2", "éééééééé", "../../..", "<script>"])
def test_a_typed_code_that_is_none_is_asked_again(street, typed):
    for who in ("joop", ""):
        answer = street.browser(who).post("/betalen", {"code": typed})
        assert answer.status_code == 422
        assert "Deze code klopt niet." in answer.text
