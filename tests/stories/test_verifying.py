"""'Klopt dit bewijs?': a receipt is checked by the browser itself, and a changed one is not."""

import re

import pytest

from tests.services.conftest import submission
from tests.stories.film import photo
from timebank.services import receipts
from timebank.services.posting import post_one

pytestmark = pytest.mark.browser


@pytest.fixture
def paid(wijk):
    return post_one(wijk.bank, submission(wijk.world.pay("amina", "joop", 90))).identity


@pytest.fixture
def proof(wijk, paid):
    return receipts.receipt(wijk.bank, paid)


@pytest.fixture
def visitor(wijk, neighbour):
    somebody = neighbour("Bezoeker", passkeys=False)
    somebody.page.goto(wijk.origin + "/controle")
    return somebody


def as_file(proof):
    return {"name": "bon.tlog-proof", "mimeType": "text/plain", "buffer": proof.encode()}


def check(page, proof):
    page.get_by_label("Of kies het bestand").set_input_files(as_file(proof))
    page.get_by_role("button", name="Controleer").click()


def fact(page, name):
    return page.locator(f"[data-put={name}]").inner_text()


def test_a_receipt_holds_and_says_what_was_paid(wijk, visitor, paid, proof):
    page, world = visitor.page, wijk.world
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    check(page, proof)
    page.get_by_role("heading", name="Dit bewijs klopt", exact=True).wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Dit bewijs klopt"
    assert fact(page, "type") == "Betaling"
    assert fact(page, "identity") == paid
    assert fact(page, "place") == f"{wijk.entries() - 1}, in een boek van {wijk.entries()}"
    assert "21 september 2026" in fact(page, "time")
    legs = page.locator("dd[data-legs]").inner_text()
    assert "1 uur 30 min" in legs
    assert f"van rekening {world.account('amina', 'UUR')}" in legs
    assert f"naar rekening {world.account('joop', 'UUR')}" in legs
    assert re.search(r"Sleutel zonder website\s+[0-9a-f]{64}", fact(page, "keys"))
    visitor.says("Wat dit niet laat zien")
    assert not [url for url in sent if "/static/" not in url]


def test_one_changed_byte_and_it_does_not_hold(visitor, proof):
    page = visitor.page
    places = [proof.index("extra ") + 40, proof.index("index ") + 6, len(proof) - 30]
    for place in places:
        other = "A" if proof[place] != "A" else "B"
        if proof[place].isdigit():
            other = str((int(proof[place]) + 1) % 10)
        check(page, proof[:place] + other + proof[place + 1 :])
        page.get_by_role("heading", name="Dit bewijs klopt niet").wait_for()
        assert page.locator("[data-why]:visible").count() == 1
        assert not page.locator("[data-facts]").is_visible()
        check(page, proof)
        page.get_by_role("heading", name="Dit bewijs klopt", exact=True).wait_for()


def test_another_ledger_s_number_does_not_hold(visitor, proof):
    page = visitor.page
    page.get_by_label("Boeknummer").fill("ab" * 32)
    check(page, proof)
    page.get_by_role("heading", name="Dit bewijs klopt niet").wait_for()
    visitor.says("Het is van een ander boek, of het boeknummer is niet goed.")


def test_a_number_may_be_typed_with_spaces_and_must_be_whole(wijk, visitor, proof):
    page, ledger = visitor.page, wijk.bank.ledger
    field = page.get_by_label("Boeknummer")
    assert field.input_value() == ledger
    field.fill(ledger[:-1])
    check(page, proof)
    visitor.says("Het boeknummer heeft 64 tekens")
    field.fill(" ".join(re.findall("....", ledger)).upper())
    check(page, proof)
    page.get_by_role("heading", name="Dit bewijs klopt", exact=True).wait_for()


def test_what_is_no_receipt_does_not_hold(visitor):
    check(visitor.page, "hallo")
    visitor.page.get_by_role("heading", name="Dit bewijs klopt niet").wait_for()
    visitor.says("Dit is geen bewijs van een bon.")


def test_a_payer_shares_a_receipt_that_a_stranger_checks_from_its_code(wijk, neighbour, visitor):
    joop, amina = neighbour("Joop Jansen"), neighbour("Amina Haddad")
    joop.settle(wijk)
    amina.settle(wijk)
    page = joop.page
    page.goto(wijk.payee_link("Amina Haddad"))
    page.get_by_label("Hoeveel tijd?").select_option("1 uur")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Betaal 1 uur").click()
    joop.says("Betaald")
    reference = page.locator(".reference").inner_text()
    page.goto(wijk.origin + "/thuis")
    page.get_by_role("link", name="Aan Amina Haddad").click()
    link = page.locator("[data-copy-text]").inner_text()
    page.get_by_text("Klopt deze bon echt?").click()
    page.get_by_role("link", name="Controleer deze bon").click()
    page.get_by_role("heading", name="Dit bewijs klopt", exact=True).wait_for()
    assert fact(page, "reference") == reference
    assert "Sleutel van een toestel, op " + wijk.origin in fact(page, "keys")
    other = visitor.page
    other.get_by_label("Kies een foto").set_input_files(photo(link))
    other.get_by_role("heading", name="Dit bewijs klopt", exact=True).wait_for()
    assert fact(other, "reference") == reference
    other.get_by_label("Of plak de link van een bon").fill(link.partition("?")[0])
    other.get_by_role("button", name="Controleer").click()
    visitor.says("Wij vinden deze bon niet, of u mag hem niet zien.")


def test_a_server_that_gives_another_receipt_is_caught(wijk, visitor, paid):
    page = visitor.page
    other = post_one(wijk.bank, submission(wijk.world.pay("joop", "amina", 30))).identity
    page.route(
        "**/bewijs.tlog-proof*",
        lambda route: route.fulfill(body=receipts.receipt(wijk.bank, other)),
    )
    page.get_by_label("Of plak de link van een bon").fill(f"{wijk.origin}/bewijs/{paid}?deel=x")
    page.get_by_role("button", name="Controleer").click()
    visitor.says("Het is het bewijs van een andere bon dan in de link staat.")


def test_links_of_others_are_not_followed(wijk, visitor, paid):
    page = visitor.page
    for link in (f"https://kwaad.example/bewijs/{paid}", wijk.origin + "/bewijs/x", "hallo"):
        page.get_by_label("Of plak de link van een bon").fill(link)
        page.get_by_role("button", name="Controleer").click()
        visitor.says("Deze link is niet van een bon van onze wijk.")
        page.reload()
    page.get_by_label("Kies een foto").set_input_files(photo(wijk.payee_link("Amina")))
    visitor.says("Dit is geen code van een bon van onze wijk.")
    page.get_by_role("button", name="Controleer").click()
    visitor.says("Scan een code, plak een link of kies een bestand.")
