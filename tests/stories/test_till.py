"""A shop and its customers: the owner's till, the staff's link, giving back, closing the day."""

import pytest

from timebank.services import requests
from timebank_web.words import MINUS

pytestmark = pytest.mark.browser


@pytest.fixture
def bart(wijk, neighbour):
    """The baker at his till, signed in with a passkey of his own."""
    somebody = neighbour("Bakker Bart")
    somebody.return_as(wijk, "bart", "/kassa")
    return somebody


@pytest.fixture
def joop(wijk, neighbour):
    somebody = neighbour("Joop Jansen")
    somebody.settle(wijk)
    wijk.give_credits("Joop Jansen", 5_000)
    return somebody


def ring_up(till, keys):
    """Press these keys and ask the customer to pay; return the code."""
    for key in keys:
        till.get_by_role("button", name="Komma" if key == "," else key, exact=True).click()
    till.get_by_role("button", name="Laat de klant betalen").click()
    till.get_by_role("heading", name="Laat deze code scannen").wait_for()
    return till.locator("[data-put=code]").inner_text().replace(" ", "")


def pay(customer, code, amount):
    page = customer.page
    page.goto(f"{customer.origin}/V/{code}")
    page.get_by_role("button", name=f"Betaal {amount}").click()
    customer.says("Betaald")
    return page.locator(".reference").inner_text()


def test_the_till_says_paid_by_itself_and_takes_the_next_customer(wijk, bart, joop):
    till = bart.page
    reference = pay(joop, ring_up(till, "4,50"), "4,50 credits")
    till.get_by_role("heading", name="Betaald").wait_for()
    assert till.locator("[data-put=reference]").inner_text() == reference
    assert till.locator("[data-put=payer]").inner_text() == "Joop Jansen"
    assert till.locator("[data-put=paid]").inner_text() == "4,50 credits"
    till.get_by_role("button", name="Volgende klant").click()
    till.get_by_text("1 betaling, samen 4,50 credits").wait_for()
    assert till.get_by_label("Hoeveel credits?").input_value() == ""
    pay(joop, ring_up(till, "2"), "2,00 credits")
    till.get_by_role("heading", name="Betaald").wait_for()
    assert wijk.balance("Bakker Bart", "WIJK") == 650


def test_the_till_makes_a_sound_when_it_is_paid(wijk, joop, neighbour):
    somebody = neighbour(
        "Bakker Bart",
        before="""
        window.notes = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...when) {
          window.notes += 1;
          start.apply(this, when);
        };
        """,
    )
    till = somebody.page
    secret = requests.open_till(wijk.bank, wijk.member("Bakker Bart"), "Toonbank")
    till.goto(f"{wijk.origin}/kassa/{secret}")
    pay(joop, ring_up(till, "1"), "1,00 credits")
    till.get_by_role("heading", name="Betaald").wait_for()
    assert till.evaluate("window.notes") == 2


def test_staff_work_the_till_without_the_owner_s_key(wijk, bart, joop, neighbour):
    page = bart.page
    page.goto(wijk.origin + "/kassas")
    page.get_by_label("Naam van de kassa").fill("Toonbank")
    page.get_by_role("button", name="Maak de link").click()
    link = page.locator("[data-copy-text]").inner_text()
    staff = neighbour("Sam", passkeys=False).page
    staff.goto(link)
    assert staff.get_by_role("navigation", name="Hoofdmenu").count() == 0
    reference = pay(joop, ring_up(staff, "3"), "3,00 credits")
    staff.get_by_role("heading", name="Betaald").wait_for()
    assert staff.locator("[data-put=reference]").inner_text() == reference
    assert staff.get_by_role("link", name="Bekijk de bon").count() == 0
    page.goto(wijk.origin + "/kassas")
    page.get_by_role("button", name="Stop deze link Toonbank").click()
    staff.reload()
    staff.get_by_role("heading", name="Niet gevonden").wait_for()


def test_a_customer_who_walks_away_leaves_nothing_behind(wijk, bart, joop):
    till = bart.page
    code = ring_up(till, "9")
    till.get_by_role("button", name="Stoppen").click()
    till.get_by_role("button", name="Laat de klant betalen").wait_for()
    joop.page.goto(f"{wijk.origin}/V/{code}")
    assert joop.page.locator("[data-sign-button]").count() == 0
    assert wijk.balance("Joop Jansen", "WIJK") == 5_000


def test_a_shop_gives_back_and_the_day_adds_up(wijk, bart, joop):
    page = bart.page
    pay(joop, ring_up(page, "4,50"), "4,50 credits")
    page.get_by_role("heading", name="Betaald").wait_for()
    page.goto(wijk.origin + "/teruggeven")
    page.get_by_role("link", name="Van Joop Jansen").click()
    page.get_by_text("Een deel teruggeven").click()
    page.get_by_label("Hoeveel credits?").fill("1,50")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Geef 1,50 credits terug").click()
    bart.says("Teruggegeven")
    assert wijk.balance("Joop Jansen", "WIJK") == 4_700
    page.goto(wijk.origin + "/dag")
    rows = page.get_by_role("region", name="Totalen").locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Ontvangen", "1", "4,50 credits"],
        ["Teruggegeven", "1", f"{MINUS}1,50 credits"],
        ["Samen", "2", "3,00 credits"],
    ]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download als tabel").click()
    table = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 3


def test_a_shop_hands_in_its_credits(wijk, bart, joop):
    page = bart.page
    pay(joop, ring_up(page, "40"), "40,00 credits")
    page.goto(wijk.origin + "/inwisselen")
    page.get_by_label("Hoeveel credits?").fill("24,00")
    page.get_by_label("Rekeningnummer").fill("nl91abna0417164300")
    page.get_by_role("button", name="Verder").click()
    bart.says("Bakker Bart, NL91 ABNA 0417 1643 00")
    page.get_by_role("button", name="Wissel 24,00 credits in").click()
    bart.says("Ingewisseld")
    assert wijk.balance("Bakker Bart", "WIJK") == 1_600
