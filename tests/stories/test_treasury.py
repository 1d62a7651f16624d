"""Two treasurers, each with a browser and a passkey, look after the wijk's money together."""

import pytest

from timebank.ledger.facts import Currency
from timebank.services import proposals
from timebank.storage import fold
from timebank.storage.engine import reading

pytestmark = pytest.mark.browser


@pytest.fixture
def come_in(wijk, neighbour):
    """A function that lets a founder in, with a passkey of this phone."""

    def enter(name, **more):
        somebody = neighbour(name.title(), **more)
        page = somebody.page
        page.goto(wijk.invite_device(name))
        page.get_by_role("button", name="Maak mijn sleutel").click()
        page.get_by_role("button", name="Klaar, voeg dit toestel toe").click()
        page.wait_for_url("**/thuis")
        return somebody

    return enter


@pytest.fixture
def truus(come_in):
    return come_in("truus")


@pytest.fixture
def kees(come_in):
    return come_in("kees")


def in_circulation(wijk):
    with reading(wijk.bank.engine) as conn:
        return next(one for one in fold.every(conn, Currency) if one.code == "WIJK").in_circulation


def propose_issue(truus, wijk, amount="500,00"):
    page = truus.page
    page.goto(wijk.origin + "/voorstellen/nieuw/credits")
    page.get_by_label("Voor wie?").select_option("De Wijkploeg")
    page.get_by_label("Hoeveel?").fill(amount)
    page.get_by_label("Waarvoor?").fill("onderhoud portieken")
    page.get_by_role("button", name="Verder").click()
    truus.says("Wat dit doet met de dekking")
    page.get_by_role("button", name="Teken dit voorstel").click()


def record_deposit(truus, wijk, amount="600,00"):
    page = truus.page
    page.goto(wijk.origin + "/voorstellen/nieuw/bankregel")
    page.get_by_label("Bij", exact=True).check()
    page.get_by_label("Hoeveel euro?").fill(amount)
    page.get_by_label("De regel van het afschrift").fill("3 nov Corporatie onderhoud")
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Teken dit voorstel").click()
    truus.says("Het is geboekt, als boeking")


def test_two_treasurers_issue_together_each_with_a_passkey(wijk, truus, kees):
    record_deposit(truus, wijk)
    propose_issue(truus, wijk)
    truus.says("Getekend.")
    truus.says("Nog 1 handtekening nodig, van Kees.")
    assert in_circulation(wijk) == 0
    page = kees.page
    page.goto(wijk.origin + "/thuis")
    kees.says("1 ding te doen")
    page.get_by_role("link", name="Deze week").click()
    page.get_by_role("link", name="Credits maken").click()
    kees.says("onderhoud portieken")
    kees.says("1 van 2 akkoord")
    page.get_by_role("button", name="Teken dit voorstel").click()
    kees.says("Genoeg mensen hebben getekend. Het is geboekt")
    assert in_circulation(wijk) == 50_000
    assert wijk.balance("De Wijkploeg", "WIJK") == 50_000
    truus.page.goto(wijk.origin + "/week")
    truus.says("Er is niets te doen.")


def test_a_finger_that_is_refused_signs_nothing(wijk, truus, kees):
    record_deposit(truus, wijk)
    propose_issue(truus, wijk)
    truus.says("Getekend.")
    (waiting,) = [one for one in proposals.proposals(wijk.bank) if one.state == "open"]
    kees.page.goto(f"{wijk.origin}/voorstellen/{waiting.order.identity}")
    kees.refuse_the_finger()
    kees.page.get_by_role("button", name="Teken dit voorstel").click()
    kees.says("Er is niets getekend. U kunt het opnieuw proberen.")
    assert in_circulation(wijk) == 0


def test_a_page_that_shows_another_amount_signs_nothing(wijk, truus):
    record_deposit(truus, wijk)
    truus.page.add_init_script(
        """document.addEventListener('readystatechange', () => {
          const place = document.querySelector('[data-field=amount]');
          if (place) place.textContent = '5,00 credits';
        })"""
    )
    page = truus.page
    page.goto(wijk.origin + "/voorstellen/nieuw/credits")
    page.get_by_label("Voor wie?").select_option("De Wijkploeg")
    page.get_by_label("Hoeveel?").fill("500,00")
    page.get_by_label("Waarvoor?").fill("onderhoud")
    page.get_by_role("button", name="Verder").click()
    truus.says("Er klopt iets niet. Er is niets getekend.")


def test_a_proposal_is_withdrawn_with_a_passkey_and_nobody_can_sign_it_any_more(wijk, truus, kees):
    record_deposit(truus, wijk)
    propose_issue(truus, wijk)
    truus.says("Getekend.")
    (waiting,) = [one for one in proposals.proposals(wijk.bank) if one.state == "open"]
    kees.page.goto(f"{wijk.origin}/voorstellen/{waiting.order.identity}")
    truus.page.get_by_role("link", name="Trek het voorstel in").click()
    truus.page.get_by_role("button", name="Trek dit voorstel in").click()
    truus.says("Het voorstel is ingetrokken.")
    kees.page.get_by_role("button", name="Teken dit voorstel").click()
    kees.says("Dit voorstel is ingetrokken.")
    assert in_circulation(wijk) == 0


def test_a_key_that_a_browser_keeps_signs_no_proposal(wijk, come_in):
    somebody = come_in("truus", passkeys=False)
    somebody.page.goto(wijk.origin + "/voorstellen/nieuw/bankregel")
