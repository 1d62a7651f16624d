"""Two neighbours, two phones: paying by code, and everything that can go wrong on the way."""

import re

import pytest

from timebank.services import requests

pytestmark = pytest.mark.browser


@pytest.fixture
def amina(wijk, neighbour):
    somebody = neighbour("Amina Haddad")
    somebody.settle(wijk)
    return somebody


@pytest.fixture
def joop(wijk, neighbour):
    somebody = neighbour("Joop Jansen")
    somebody.settle(wijk)
    return somebody


def ask(payee, time, memo=""):
    """Let the payee make a one-off code; return its link."""
    page = payee.page
    page.goto(payee.origin + "/ontvangen")
    page.get_by_label("Hoeveel tijd?").select_option(time)
    page.get_by_label("Waarvoor?").fill(memo)
    page.get_by_role("button", name="Maak de QR-code").click()
    page.get_by_role("heading", name="Laat deze code scannen").wait_for()
    code = page.locator("[data-put=code]").inner_text()
    return f"{payee.origin}/V/{code.replace(' ', '')}"


def test_a_neighbour_is_paid_by_their_static_code(wijk, amina, joop):
    page = joop.page
    page.goto(wijk.payee_link("Amina Haddad"))
    joop.says("Amina Haddad")
    page.get_by_label("Hoeveel tijd?").select_option("1 uur 30 min")
    page.get_by_label("Waarvoor?").fill("fiets maken")
    page.get_by_role("button", name="Verder").click()
    joop.says("U betaalt Amina Haddad voor het eerst.")
    joop.says("fiets maken")
    joop.says("u staat dan rood")
    page.get_by_role("button", name="Betaal 1 uur 30 min").click()
    joop.says("Betaald")
    reference = page.locator(".reference").inner_text()
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}", reference)
    amina.page.goto(wijk.origin + "/thuis")
    amina.says("Van Joop Jansen")
    amina.page.get_by_role("link", name="Van Joop Jansen").click()
    amina.says("fiets maken")
    assert amina.page.locator(".reference").inner_text() == reference
    assert wijk.balance("Amina Haddad") == 90


def test_the_payee_s_page_says_by_itself_that_it_is_paid_with_the_same_reference(wijk, amina, joop):
    link = ask(amina, "1 uur", "tuin")
    joop.page.goto(link)
    joop.says("tuin")
    joop.page.get_by_role("button", name="Betaal 1 uur").click()
    joop.says("Betaald")
    reference = joop.page.locator(".reference").inner_text()
    amina.says("Joop Jansen")
    assert amina.page.locator("[data-put=reference]").inner_text() == reference
    assert amina.page.locator("[data-put=payer]").inner_text() == "Joop Jansen"
    amina.page.get_by_role("link", name="Bekijk de bon").click()
    amina.says("tuin")


def test_a_cancelled_prompt_pays_nothing_and_can_be_tried_again(wijk, amina, joop):
    joop.page.goto(ask(amina, "30 min"))
    joop.refuse_the_finger()
    joop.page.get_by_role("button", name="Betaal 30 min").click()
    joop.says("Er is niets betaald.")
    assert wijk.balance("Joop Jansen") == 0
    joop.refuse_the_finger(False)
    joop.page.get_by_role("button", name="Betaal 30 min").click()
    joop.says("Betaald")
    assert wijk.balance("Joop Jansen") == -30


def test_an_expired_code_is_explained_and_pays_nothing(wijk, amina, joop):
    link = ask(amina, "30 min")
    wijk.clock.advance(requests.REQUEST_SECONDS + 1)
    joop.page.goto(link)
    joop.says("Deze code is verlopen. Vraag om een nieuwe code.")
    amina.says("De tijd is om")
    assert wijk.balance("Joop Jansen") == 0


def test_a_code_that_expires_while_it_is_checked_is_refused(wijk, amina, joop):
    joop.page.goto(ask(amina, "30 min"))
    wijk.clock.advance(requests.REQUEST_SECONDS + 1)
    joop.page.get_by_role("button", name="Betaal 30 min").click()
    joop.says("Deze code is verlopen. Vraag om een nieuwe code.")
    joop.says("Er is niets betaald.")


def test_a_used_code_is_refused_for_the_next_one(wijk, amina, joop, neighbour):
    bram = neighbour("Bram de Wit")
    bram.settle(wijk)
    link = ask(amina, "30 min")
    joop.page.goto(link)
    bram.page.goto(link)
    joop.page.get_by_role("button", name="Betaal 30 min").click()
    joop.says("Betaald")
    bram.page.get_by_role("button", name="Betaal 30 min").click()
    bram.says("Met deze code is al betaald.")
    bram.page.goto(link)
    bram.says("Met deze code is al betaald.")
    assert wijk.balance("Bram de Wit") == 0


def test_a_network_lost_while_sending_is_not_certain_and_the_same_bytes_pay_once(wijk, amina, joop):
    link = ask(amina, "1 uur")
    before = wijk.entries()
    page = joop.page
    page.goto(link)
    sent = []

    def answer_lost(route):
        sent.append(route.request.post_data)
        if len(sent) == 1:
            route.fetch()  # it arrives and posts, but the phone never hears
        route.abort("connectionreset")

    page.route("**/orders", answer_lost)
    page.route("**/orders/*", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name="Betaal 1 uur").click()
    page.get_by_role("heading", name="Nog niet zeker").wait_for(timeout=20_000)
    assert page.get_by_role("button", name="Betaal 1 uur").count() == 0
    page.unroute_all()
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data))
    page.get_by_role("button", name="Vraag het opnieuw").click()
    joop.says("Betaald")
    assert sent[0] == sent[-1]
    assert len(sent) == 2
    assert wijk.entries() == before + 1
    assert wijk.balance("Joop Jansen") == -60


@pytest.mark.parametrize(
    "tampering",
    [
        "document.querySelector('[data-leg]').dataset.amount = '600'",
        "document.querySelector('[data-money]').textContent = '10 min'",
        "document.querySelector('[data-opening]').textContent = 'iets anders'",
        "document.querySelector('[data-leg]').dataset.payeeAccount = '0'.repeat(32)",
        "document.querySelector('[data-field=expires]').dataset.int = '99'",
    ],
)
def test_a_page_that_shows_something_else_than_it_sends_signs_nothing(wijk, amina, joop, tampering):
    page = joop.page
    page.goto(wijk.payee_link("Amina Haddad"))
    page.get_by_label("Hoeveel tijd?").select_option("1 uur")
    page.get_by_label("Waarvoor?").fill("fiets maken")
    # In place before the page's own scripts run.
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        "  const here = document.querySelector('[data-leg]');"
        f" if (document.readyState === 'interactive' && here) {{ {tampering} }}"
        "})"
    )
    page.get_by_role("button", name="Verder").click()
    joop.says("Er klopt iets niet. Er is niets betaald.")
    assert not page.get_by_role("button", name="Betaal 1 uur").is_visible()


def test_who_has_too_little_is_told_before_signing(wijk, amina, joop):
    joop.page.goto(ask(amina, "12 uur"))
    joop.says("U hebt 2 uur te weinig.")
    assert joop.page.locator("[data-sign-button]").count() == 0
    assert wijk.balance("Joop Jansen") == 0


def test_a_stranger_logs_in_and_comes_back_to_the_payment(wijk, amina, joop):
    link = ask(amina, "30 min")
    joop.context.clear_cookies()
    joop.page.goto(link)
    joop.says("Log eerst in.")
    assert "Amina" not in joop.page.content()
    joop.page.get_by_role("link", name="Inloggen").click()
    joop.page.get_by_role("button", name="Inloggen").click()
    joop.page.get_by_role("button", name="Betaal 30 min").click()
    joop.says("Betaald")
