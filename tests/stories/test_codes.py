"""The codes on the screens and on paper, read back by what a camera would use."""

import io

import pytest
import zxingcpp
from PIL import Image

pytestmark = pytest.mark.browser


def scanned(page):
    """Return the one code that can be read from what is on the screen."""
    shot = page.locator(".qr:visible").first.screenshot()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shot)))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_code_on_a_screen_can_be_scanned(wijk, neighbour, scheme):
    amina = neighbour("Amina Haddad")
    amina.settle(wijk)
    page = amina.page
    page.emulate_media(color_scheme=scheme)
    page.goto(wijk.origin + "/ontvangen")
    static = scanned(page)
    assert static.text.lower() == wijk.payee_link("Amina Haddad").lower()
    assert static.text.isupper()

    page.goto(wijk.origin + "/ontvangen/poster")
    poster = scanned(page)
    assert poster.text == static.text
    assert poster.ec_level == "H"

    page.goto(wijk.origin + "/ontvangen")
    page.get_by_label("Hoeveel tijd?").select_option("30 min")
    page.get_by_role("button", name="Maak de QR-code").click()
    page.get_by_role("heading", name="Laat deze code scannen").wait_for()
    code = page.locator("[data-put=code]").inner_text().replace(" ", "")
    assert scanned(page).text == f"{wijk.origin.upper()}/V/{code}"
    assert page.locator(".qr:visible").count() == 1


def test_the_page_that_pays_is_small(wijk, neighbour):
    joop, amina = neighbour("Joop Jansen"), neighbour("Amina Haddad")
    joop.settle(wijk)
    amina.settle(wijk)
    weight = []
    joop.page.on("response", lambda answer: weight.append(len(answer.body())))
    joop.page.goto(wijk.payee_link("Amina Haddad"))
    joop.page.get_by_label("Hoeveel tijd?").select_option("30 min")
    weight.clear()
    joop.page.get_by_role("button", name="Verder").click()
    joop.page.get_by_role("button", name="Betaal 30 min").wait_for()
    joop.page.wait_for_load_state("networkidle")
    assert 10_000 < sum(weight) < 150_000
