"""`make screenshots`: four phone screens for the README, taken from the demo's own ledger.

Piet pays Amina an hour and a half for mending his bicycle; Bakkerij Bart rings up bread.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browsers import ENGINE, FLAGS

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 20_000
ANDROID = (
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/156.0.0.0 Mobile Safari/537.36"
)


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """Play the demo on a free port and serve it; yield its document, links included."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        timebank = Path(sys.executable).with_name("timebank")
        program = subprocess.Popen(
            [timebank, "demo", "--json", f"--port={port}", f"--folder={folder}/demo"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert program.stdout
            yield _document(program.stdout)
        finally:
            program.terminate()
            program.communicate(timeout=20)


def _document(lines: Iterator[str]) -> dict[str, Any]:
    """Read the document, which ends with a brace on its own; the program goes on serving."""
    text = ""
    for line in lines:
        text += line
        if line == "}\n":
            document: dict[str, Any] = json.loads(text)
            return document
    raise SystemExit("the demo ended before it served anything")


def phone(browser: Browser, link: str) -> Page:
    """Return a phone that has just become a second key of the person this link is for."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, locale="nl-NL", user_agent=ANDROID
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(link)
    page.get_by_role("button", name="Maak mijn sleutel").click()
    page.get_by_role("button", name="Klaar, voeg dit toestel toe").click()
    page.get_by_role("navigation", name="Hoofdmenu").wait_for()
    return page


def shoot(page: Page, name: str) -> None:
    """Keep what is on this phone's screen."""
    page.evaluate("document.fonts.ready")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demo() as document, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ENGINE, args=FLAGS)
        links, origin = document["links"], document["address"]

        till = phone(browser, links["Bakkerij Bart"])
        till.goto(f"{origin}/kassa")
        till.get_by_label("Hoeveel credits?").fill("7,25")
        till.get_by_role("button", name="Laat de klant betalen").click()
        till.get_by_role("heading", name="Laat deze code scannen").wait_for()
        shoot(till, "till")

        amina = phone(browser, links["Amina"])
        amina.goto(f"{origin}/ontvangen")
        amina.get_by_label("Hoeveel tijd?").select_option("1 uur 30 min")
        amina.get_by_label("Waarvoor?").fill("fiets maken")
        amina.get_by_role("button", name="Maak de QR-code").click()
        amina.get_by_role("heading", name="Laat deze code scannen").wait_for()
        code = amina.locator("[data-put=code]").inner_text().replace(" ", "")

        piet = phone(browser, links["Piet"])
        piet.goto(f"{origin}/V/{code}")
        pay = piet.get_by_role("button", name="Betaal 1 uur 30 min")
        pay.wait_for()
        piet.wait_for_function("!document.querySelector('[data-sign-button]').disabled")
        shoot(piet, "check")
        pay.click()
        piet.get_by_role("heading", name="Betaald").wait_for()
        shoot(piet, "paid")
        piet.get_by_role("link", name="Bekijk de bon").click()
        piet.get_by_role("heading", name="Bon").wait_for()
        shoot(piet, "receipt")
        browser.close()
    for image in sorted(IMAGES.glob("*.png")):
        print(f"{image.relative_to(IMAGES.parents[1])}: {image.stat().st_size} bytes")


if __name__ == "__main__":
    main()
