"""How long until the payee sees that they were paid, in a real browser on the payee's page."""

import time
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tests.benchmarks import slowsync
from tests.benchmarks.load import Connection
from tests.benchmarks.pages import COOKIE, form_headers, raw, serving, tokens
from tests.benchmarks.people import Neighbours, settle
from tests.browsers import ENGINE, FLAGS
from timebank.services import requests
from timebank.services.bank import open_bank
from timebank.services.payments import draft_answer
from timebank.signing.canonical import encode

AIM_SECONDS = 2.0


def measure(folder: Path, payments: int) -> list[float]:
    """Return the seconds from sending each payment to `Betaald` on the payee's screen."""
    neighbours = Neighbours(count=10)
    settings = settle(neighbours, str(folder / "wijk.db"), folder)
    seen = tokens(settings, neighbours)
    payee, *payers = neighbours.residents
    bank = open_bank(settings)
    taken = []
    with serving(settings) as address, sync_playwright() as playwright:
        host, port = address.split(":")
        browser = playwright.chromium.launch(
            executable_path=ENGINE, args=FLAGS, env={**slowsync.without()}
        )
        context = browser.new_context()
        context.add_cookies([{"name": COOKIE, "value": seen[payee], "url": f"http://{address}"}])
        page = context.new_page()
        form = form_headers(address)
        for turn in range(payments):
            payer = payers[turn % len(payers)]
            asked = requests.create(bank, neighbours.member(payee), {"UUR": 1})
            page.goto(f"http://{address}/verzoek/{asked.code}")
            page.locator("[data-part=open]").first.wait_for(state="visible")
            draft = draft_answer(bank, neighbours.member(payer), asked)
            body = draft.wire()
            signed = {
                "order": body["order"],
                "authorizations": [neighbours.sign(payer, draft.order.data)],
                "openings": body["openings"],
            }
            cookie = f"{form['Cookie']}; {COOKIE}={seen[payer]}"
            request = raw(address, "/orders", {**form, "Cookie": cookie}, encode(signed))
            page.wait_for_timeout(137 * turn % 1000)  # somewhere between two looks of the page
            start = time.perf_counter()
            Connection(host, int(port)).ask(request)
            page.locator("[data-part=paid]").first.wait_for(state="visible")
            taken.append(time.perf_counter() - start)
        browser.close()
    bank.close()
    return taken


def told(taken: list[float]) -> str:
    """Say it in a sentence."""
    return f"median {median(taken):.2f} s, longest {max(taken):.2f} s, of {len(taken)} payments"
