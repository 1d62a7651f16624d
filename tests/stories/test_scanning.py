"""Scanning in the page, with a camera and from a photo; and what is not ours is not followed."""

import re

import pytest

from tests.browsers import CHROMIUM, FLAGS
from tests.stories.film import photo, write_film
from timebank.services import requests

pytestmark = pytest.mark.browser

FOREIGN = "Deze code is niet van onze wijk."


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "camera.y4m"
    write_film(path, "")
    return path


@pytest.fixture(scope="module", name="chromium")
def _chromium(chromium, film):
    """A browser whose camera shows the film; who may use it is still asked."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            *FLAGS,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def joop(wijk, neighbour):
    somebody = neighbour("Joop Jansen")
    somebody.settle(wijk)
    somebody.context.grant_permissions(["camera"], origin=wijk.origin)
    somebody.asked = []
    somebody.page.on("request", lambda request: somebody.asked.append(request.url))
    somebody.page.goto(wijk.origin + "/betalen")
    return somebody


def printed(link):
    """Return a link as our QR codes hold it."""
    return link.upper()


def camera_is_on(page):
    return page.evaluate(
        "document.querySelector('[data-view]').srcObject?.getTracks()[0].readyState === 'live'"
    )


def test_the_camera_finds_whom_to_pay(wijk, joop, film):
    write_film(film, printed(wijk.payee_link("Amina")))
    assert not [url for url in joop.asked if "vendor/zxing" in url]
    joop.page.get_by_role("button", name="Scan met deze telefoon").click()
    joop.page.get_by_role("button", name="Verder").wait_for()
    joop.page.wait_for_url("**/B/*")
    joop.says("Amina")
    assert [url for url in joop.asked if url.endswith(".wasm")]
    assert not [url for url in joop.asked if not url.startswith((wijk.origin, "data:"))]


def test_a_code_of_somebody_else_is_not_followed_and_the_camera_keeps_looking(wijk, joop, film):
    write_film(film, "https://kwaad.example/B/K7M2Q9XA")
    joop.page.get_by_role("button", name="Scan met deze telefoon").click()
    joop.says(FOREIGN)
    assert camera_is_on(joop.page)
    assert joop.page.url == wijk.origin + "/betalen"


def test_the_camera_goes_off_when_it_is_stopped_by_hand(joop, film):
    write_film(film, "")
    page = joop.page
    start = page.get_by_role("button", name="Scan met deze telefoon")
    start.focus()
    page.keyboard.press("Enter")
    joop.says("De camera staat aan. Houd de QR-code in beeld.")
    assert camera_is_on(page)
    tracks = page.evaluate_handle("document.querySelector('[data-view]').srcObject.getTracks()")
    assert page.evaluate("document.activeElement.matches('[data-stop]')")
    page.keyboard.press("Escape")
    assert tracks.evaluate("tracks => tracks.map(track => track.readyState)") == ["ended"]
    assert page.evaluate("document.activeElement.matches('[data-scan]')")
    page.keyboard.press("Enter")
    joop.says("De camera staat aan.")
    page.get_by_role("button", name="Stop de camera").click()
    assert not camera_is_on(page)
    assert not page.locator("[data-say]:visible").count()


@pytest.mark.parametrize("event", ["visibilitychange", "pagehide"])
def test_the_camera_goes_off_when_nobody_looks_at_the_page(joop, film, event):
    write_film(film, "")
    page = joop.page
    page.get_by_role("button", name="Scan met deze telefoon").click()
    joop.says("De camera staat aan.")
    tracks = page.evaluate_handle("document.querySelector('[data-view]').srcObject.getTracks()")
    page.evaluate(
        """event => {
            Object.defineProperty(document, "hidden", {get: () => true});
            (event === "pagehide" ? window : document).dispatchEvent(new Event(event));
        }""",
        event,
    )
    assert tracks.evaluate("tracks => tracks.map(track => track.readyState)") == ["ended"]


def test_without_permission_the_page_says_what_to_do(wijk, joop):
    joop.context.clear_permissions()
    joop.page.get_by_role("button", name="Scan met deze telefoon").click()
    joop.says("De camera mag niet aan.")
    assert joop.page.get_by_role("button", name="Scan met deze telefoon").is_visible()


def test_without_a_camera_the_page_says_so(wijk, joop, chromium):
    flags = [*FLAGS, "--use-fake-device-for-media-stream=device-count=0"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=flags)
    kept = joop.context.storage_state()
    context = browser.new_context(storage_state=kept, locale="nl-NL")
    context.grant_permissions(["camera"], origin=wijk.origin)
    page = context.new_page()
    page.goto(wijk.origin + "/betalen")
    page.get_by_role("button", name="Scan met deze telefoon").click()
    page.get_by_text("Wij vinden geen camera.").locator("visible=true").wait_for()
    browser.close()


def test_a_browser_that_knows_no_camera_offers_photos_only(wijk, neighbour):
    somebody = neighbour("Bram", before="delete Navigator.prototype.mediaDevices;")
    somebody.settle(wijk)
    somebody.page.goto(wijk.origin + "/betalen")
    somebody.page.get_by_text("Kies een foto", exact=True).wait_for()
    assert somebody.page.get_by_role("button", name="Scan met deze telefoon").count() == 0


def test_a_photo_of_a_request_leads_to_it(wijk, joop):
    asked = requests.create(wijk.bank, wijk.world.member("amina"), {"UUR": 30}, "heg")
    joop.page.get_by_label("Kies een foto").set_input_files(
        photo(printed(f"{wijk.origin}/V/{asked.code}"))
    )
    joop.page.wait_for_url("**/V/*")
    joop.says("heg")


def test_a_photo_of_a_bare_code_leads_where_the_typed_code_does(wijk, joop):
    code = wijk.payee_link("Amina").rpartition("/")[2]
    joop.page.get_by_label("Kies een foto").set_input_files(photo(f"{code[:4]} {code[4:]}"))
    joop.page.wait_for_url("**/B/*", wait_until="commit")
    joop.says("Amina")


def test_a_photo_of_anything_else_leads_nowhere(wijk, joop):
    host = wijk.origin.removeprefix("http://")
    chooser = joop.page.get_by_label("Kies een foto")
    for text in (
        f"http://{host}.kwaad.example/B/K7M2Q9XA",
        f"http://{host}@kwaad.example/B/K7M2Q9XA",
        f"{wijk.origin}/uitloggen",
        f"{wijk.origin}/B/../leden",
        f"ftp://{host}/B/K7M2Q9XA",
        "javascript:location='/B/K7M2Q9XA'",
        "BCD\n002\n1\nSCT",
        "goedemorgen",
    ):
        chooser.set_input_files(photo(text))
        joop.says(FOREIGN)
        chooser.set_input_files(photo(""))
        joop.says("Op deze foto zien wij geen QR-code.")
    chooser.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"geen foto"})
    joop.says("Op deze foto zien wij geen QR-code.")
    assert joop.page.url == wijk.origin + "/betalen"


OWN_READER = """globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return %s; }
    async detect() { return [{rawValue: "%s"}]; }
};"""


@pytest.mark.parametrize(("formats", "fetched"), [('["qr_code"]', False), ("[]", True)])
def test_the_library_is_fetched_only_where_the_browser_cannot_read(
    wijk, neighbour, formats, fetched
):
    link = wijk.payee_link("Amina")
    somebody = neighbour("Bram", before=OWN_READER % (formats, link))
    somebody.settle(wijk)
    asked = []
    somebody.page.on("request", lambda request: asked.append(request.url))
    somebody.page.goto(wijk.origin + "/betalen")
    somebody.page.get_by_label("Kies een foto").set_input_files(photo(link))
    somebody.page.wait_for_url(re.compile("/B/"))
    assert any("vendor/zxing" in url for url in asked) is fetched
