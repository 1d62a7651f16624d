"""Two treasurers, each with a browser and a passkey, look after the wijk's money together."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.services.conftest import submission
from tests.world import NOW
from timebank.ledger.facts import Currency
from timebank.services import house, payments, proposals, settlement, settlement_runs, statements
from timebank.services.pain import message_id
from timebank.services.posting import post_one
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank.storage import fold
from timebank.storage.engine import reading
from timebank_cli.demo.banking import Booking, Part, statement

pytestmark = pytest.mark.browser


@pytest.fixture
def come_in(wijk, neighbour):
    """A function that lets a founder in, with a passkey of this phone."""

    def enter(name, **more):
        somebody = neighbour(name.title(), **more)
        somebody.return_as(wijk, name)
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


def test_a_key_that_only_a_browser_keeps_signs_no_proposal(wijk, neighbour):
    somebody = neighbour("Truus", passkeys=False)
    page = somebody.page
    page.goto(wijk.invite_device("truus"))
    page.get_by_role("button", name="Maak een sleutel in deze browser").click()
    page.get_by_role("button", name="Klaar, voeg dit toestel toe").click()
    page.wait_for_url("**/thuis")
    page.goto(wijk.origin + "/voorstellen/nieuw/bankregel")
    page.get_by_label("Hoeveel euro?").fill("1,00")
    page.get_by_label("De regel van het afschrift").fill("rente")
    page.get_by_role("button", name="Verder").click()
    somebody.says("Uw sleutel staat niet op dit toestel.")
    assert wijk.entries() == 2


@pytest.fixture
def redeemed(wijk, truus, kees):
    """Two shops have handed credits in, and wait for their euro."""
    world, bank = wijk.world, wijk.bank
    for name, value in (("bank_name", "Wijkonderneming De Linde"), ("bank_iban", OWN)):
        house.keep_setting(bank, name, value)
    post_one(bank, submission(world.record_bank(5_000)))
    wijk.give_credits("Bakker Bart", 24_000)
    wijk.give_credits("Groente Noor", 1_000)
    for name, total, account in (("bart", 24_000, BART), ("noor", 1_000, NOOR)):
        draft = payments.draft_redeem(bank, world.member(name), "WIJK", total, account)
        signature = authorize(world.key(name), Tag.ORDER, draft.order.data)
        post_one(bank, draft.submission([signature]))
    return wijk


OWN = "NL44RABO0123456789"
BART = "Bakkerij Bart, NL91 ABNA 0417 1643 00"
NOOR = "Groente Noor, BE68 5390 0754 7034"


def statement_of(wijk, *bookings):
    return {
        "name": "camt.xml",
        "mimeType": "application/xml",
        "buffer": statement(OWN, bookings, opening=25_000),
    }


def sign_here(somebody):
    somebody.page.get_by_role("button", name="Teken dit voorstel").click()
    somebody.page.get_by_role("button", name="Teken dit voorstel").wait_for(state="detached")


def test_shops_are_paid_from_plan_to_statement_with_one_return(redeemed, truus, kees):
    wijk, page = redeemed, truus.page
    page.goto(wijk.origin + "/week")
    truus.says("2 keer ingewisseld")
    page.get_by_role("link", name="Naar uitbetalen").click()
    truus.says("250,00 euro")
    page.get_by_role("button", name="Maak een uitbetaling").click()
    truus.says("Bakker Bart")
    truus.says("240,00 euro")
    sign_here(truus)
    truus.says("Nog 1 handtekening nodig, van Kees.")
    (run,) = settlement_runs.runs(wijk.bank)
    assert (run.state, run.total) == ("planned", 25_000)

    kees.page.goto(wijk.origin + "/week")
    kees.page.get_by_role("link", name="Uitbetalen aan winkels: 250,00 euro").click()
    sign_here(kees)
    kees.says("Genoeg mensen hebben getekend.")
    kees.page.goto(f"{wijk.origin}/uitbetalen/{run.identity}")
    with kees.page.expect_download() as waits:
        kees.page.get_by_role("link", name="Download het betaalbestand").click()
    sent = Path(waits.value.path()).read_bytes()
    assert b"pain.001.001.09" in sent
    assert sent == settlement.posted_file(wijk.bank, run.identity).data

    day = datetime.fromtimestamp(NOW, UTC).date().isoformat()
    (run,) = settlement_runs.runs(wijk.bank)
    parts = {item.payout.name: item.payout for item in run.payouts}
    noor = Part(parts["Groente Noor"].reference, 1_000, "Groente Noor", returned="AC04")
    out = Booking(
        "B1", day, -25_000, batch=message_id([item.payout.redemption for item in run.payouts])
    )
    page.goto(wijk.origin + "/uitbetalen")
    page.get_by_label("Afschrift van de bank").set_input_files(
        statement_of(
            wijk,
            out,
            Booking("B2", day, 1_000, [noor]),
            Booking("B3", day, -250, [Part("", 250, "Bank", text="kosten")]),
        )
    )
    page.get_by_role("button", name="Lees het afschrift").click()
    truus.says("Het afschrift is gelezen: 3 nieuwe regels.")
    truus.says("2 uitbetalingen aan winkels")
    truus.says("Kwam terug van de bank")
    truus.says("Een gewone regel, geen uitbetaling aan een winkel.")
    for what in ("2 uitbetalingen aan winkels", "Kwam terug van de bank", "Geen uitbetaling"):
        page.goto(wijk.origin + "/uitbetalen")
        row = page.get_by_role("listitem").filter(has_text=what)
        row.get_by_role("button", name="Boek deze regel").click()
        sign_here(truus)
        truus.says("Het is geboekt, als boeking")
    page.goto(wijk.origin + "/uitbetalen")
    truus.says("Alle regels zijn geboekt.")
    page.get_by_role("button", name="Geef Groente Noor de credits terug").click()
    sign_here(truus)
    kees.page.goto(wijk.origin + "/week")
    kees.page.get_by_role("link", name="Credits maken: 10,00 credits").click()
    sign_here(kees)
    kees.says("Genoeg mensen hebben getekend.")
    assert wijk.balance("Groente Noor", "WIJK") == 1_000
    page.goto(f"{wijk.origin}/uitbetalen/{run.identity}")
    truus.says("Teruggekomen op")
    truus.says("Betaald op")
    page.goto(wijk.origin + "/week")
    truus.says("Er is niets te doen.")


def test_a_statement_that_is_none_changes_nothing(redeemed, truus):
    page = truus.page
    page.goto(redeemed.origin + "/uitbetalen")
    file = {
        "name": "x.xml",
        "mimeType": "application/xml",
        "buffer": b"<html>geen afschrift</html>",
    }
    page.get_by_label("Afschrift van de bank").set_input_files(file)
    page.get_by_role("button", name="Lees het afschrift").click()
    truus.says("Er is niets veranderd.")


def test_a_correction_is_told_to_both_with_its_reason(wijk, truus, kees, neighbour):
    joop, amina = neighbour("Joop Jansen"), neighbour("Amina Haddad")
    joop.settle(wijk)
    amina.settle(wijk)
    joop.page.goto(wijk.payee_link("Amina Haddad"))
    joop.page.get_by_label("Hoeveel tijd?").select_option("1 uur 30 min")
    joop.page.get_by_role("button", name="Verder").click()
    joop.page.get_by_role("button", name="Betaal 1 uur 30 min").click()
    joop.says("Betaald")
    (move,) = statements.history(wijk.bank, wijk.member("Joop Jansen"))
    page = truus.page
    page.goto(wijk.origin + "/voorstellen/nieuw/terugdraaien")
    page.get_by_label("Nummer van de boeking").fill(str(move.seq))
    page.get_by_label("Kenmerk").fill(move.reference)
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("Van Joop Jansen naar Amina Haddad").fill("0:30")
    page.get_by_label("Reden").fill("een half uur te veel getypt")
    page.get_by_role("button", name="Verder").click()
    truus.says("Van Amina Haddad naar Joop Jansen")
    sign_here(truus)
    kees.page.goto(wijk.origin + "/week")
    kees.page.get_by_role("link", name="Boeking terugdraaien").click()
    kees.says("een half uur te veel getypt")
    sign_here(kees)
    kees.says("Genoeg mensen hebben getekend.")
    assert wijk.balance("Joop Jansen") == -60
    for somebody in (joop, amina):
        somebody.page.goto(wijk.origin + "/boekingen")
        somebody.says("een half uur te veel getypt")
        somebody.page.goto(f"{wijk.origin}/bewijs/{move.identity}")
        somebody.says("Teruggedraaid: 30 min")
        somebody.says("een half uur te veel getypt")
