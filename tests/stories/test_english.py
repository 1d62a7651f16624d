"""Somebody who reads English: switching, paying, and the pages of the pay path for everybody."""

import pytest

from tests.stories.test_access import Inspector
from timebank_web import create_app
from timebank_web.words import money

pytestmark = pytest.mark.browser

AMOUNTS = [
    *((minor, "UUR") for minor in (0, 1, 15, 60, 61, 90, 120, 750, 6_000, 60_001)),
    *((minor, "WIJK") for minor in (1, 5, 99, 450, 1_250, 99_999, 100_000, 123_456_789)),
]
READ_BACK = """async ([texts, language]) => {
  const { minorUnits } = await import("/static/js/order.js");
  return texts.map(text => minorUnits(text, language));
}"""
PRESSED = """async keys => {
  const { press, tidy } = await import("/static/js/keypad.js");
  return keys.map(([mark, row]) => tidy([...row].reduce(press, ""), mark));
}"""


@pytest.fixture
def amina(wijk, neighbour):
    somebody = neighbour("Amina Haddad")
    somebody.settle(wijk)
    return somebody


@pytest.fixture
def joop(wijk, neighbour):
    """Joop, who switches to English on the first page that he sees."""
    somebody = neighbour("Joop Jansen")
    somebody.settle(wijk)
    somebody.page.goto(wijk.origin + "/thuis")
    somebody.page.get_by_role("link", name="English").click()
    somebody.says("Hello Joop Jansen")
    return somebody


def test_a_payment_in_english_from_switching_to_receipt_is_for_everybody(wijk, amina, joop):
    page, inspector = joop.page, Inspector()
    assert page.url == wijk.origin + "/thuis"
    inspector.look(page, "home", targets=True)
    page.goto(wijk.origin + "/hulp")
    inspector.look(page, "help")
    page.goto(wijk.payee_link("Amina Haddad"))
    page.get_by_label("How much time?").select_option("1 hour 30 min")
    page.get_by_label("What for?").fill("repair a bike")
    page.get_by_role("button", name="Next").click()
    joop.says("You are paying Amina Haddad for the first time.")
    joop.says("that is below zero")
    inspector.look(page, "check", targets=True)
    page.get_by_role("button", name="Pay 1 hour 30 min").click()
    page.get_by_role("heading", name="Paid").wait_for()
    inspector.look(page, "paid", targets=True)
    page.get_by_role("link", name="See the receipt").click()
    joop.says("You paid")
    assert wijk.balance("Amina Haddad") == 90
    page.goto(wijk.origin + "/thuis")
    joop.says("You are 1 hour 30 min below zero.")
    page.get_by_role("link", name="Nederlands").click()
    joop.says("U staat 1 uur 30 min rood.")
    assert inspector.problems == []


def test_credits_are_keyed_in_and_paid_with_a_point_for_a_comma(wijk, joop):
    wijk.give_credits("Joop Jansen", 120_000)
    page = joop.page
    page.goto(wijk.payee_link("Bakker Bart"))
    for key in ("1", "0", "0", "0", "Point", "5"):
        page.get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Pay 1,000.50 credits").click()
    page.get_by_role("heading", name="Paid").wait_for()
    assert wijk.balance("Joop Jansen", "WIJK") == 19_950


def test_receiving_in_english_is_for_everybody(wijk, amina, joop):
    page, inspector = joop.page, Inspector()
    page.goto(wijk.origin + "/ontvangen")
    page.get_by_role("button", name="Make the QR code").click()
    joop.says("Choose how much time.")
    inspector.look(page, "receive", targets=True)
    page.get_by_label("How much time?").select_option("1 hour")
    page.get_by_role("button", name="Make the QR code").click()
    page.get_by_role("heading", name="Let the other person scan this code").wait_for()
    inspector.look(page, "receive, code", targets=True)
    code = page.locator("[data-put=code]").inner_text().replace(" ", "")
    amina.page.goto(f"{wijk.origin}/V/{code}")
    amina.page.get_by_role("button", name="Betaal 1 uur").click()
    amina.says("Betaald")
    joop.says("The other phone shows the same characters:")
    assert page.locator("[data-put=paid]").inner_text() == "1 hour"
    assert inspector.problems == []


@pytest.mark.parametrize(
    "tampering",
    [
        "document.querySelector('[data-money]').textContent = '10 min'",
        "document.querySelector('[data-money]').textContent = '1 uur'",
        "document.documentElement.lang = 'nl'",
        "document.documentElement.lang = ''",
    ],
)
def test_a_page_that_shows_another_amount_or_language_signs_nothing(wijk, amina, joop, tampering):
    page = joop.page
    page.goto(wijk.payee_link("Amina Haddad"))
    page.get_by_label("How much time?").select_option("1 hour")
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        "  const here = document.querySelector('[data-leg]');"
        f" if (document.readyState === 'interactive' && here) {{ {tampering} }}"
        "})"
    )
    page.get_by_role("button", name="Next").click()
    joop.says("Something is not right. Nothing was paid.")
    assert wijk.balance("Joop Jansen") == 0


def test_the_signing_page_reads_every_amount_back_in_its_own_language_only(wijk, neighbour):
    page = neighbour("Niemand").page
    page.goto(wijk.origin + "/")
    app = create_app(wijk.bank.settings, wijk.clock)
    written = {}
    for language in ("nl", "en"):
        with app.test_request_context(headers={"Accept-Language": language}):
            written[language] = [money(minor, currency) for minor, currency in AMOUNTS]
    app.extensions["timebank"].close()
    meant = [minor for minor, _currency in AMOUNTS]
    for language, texts in written.items():
        assert page.evaluate(READ_BACK, [texts, language]) == meant
    for language, other in (("nl", "en"), ("en", "nl"), ("nl", "fr"), ("en", "")):
        strange = [text for text in written[language] if not text.replace(" min", "").isdigit()]
        found = page.evaluate(READ_BACK, [strange, other])
        assert [one for one in found if one == one] == [], (language, other)  # NaN, each of them


def test_the_keys_write_the_mark_of_the_language(wijk, neighbour):
    page = neighbour("Niemand").page
    page.goto(wijk.origin + "/")
    pressed = page.evaluate(
        PRESSED,
        [[",", "12,5"], [",", ",5"], [".", "12.5"], [".", ".5"], [".", "7"], [",", "1,2,3"]],
    )
    assert pressed == ["12,50", "0,50", "12.50", "0.50", "7.00", "1,23"]
