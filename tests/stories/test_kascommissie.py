"""The kascommissie: seals with a finger what they checked, and is seen where they looked."""

import pytest

from timebank.ledger import orders
from timebank.ledger.verified import verify_bytes
from timebank.services import seals
from timebank.services.posting import Submission, post_one

pytestmark = pytest.mark.browser


@pytest.fixture
def amina(wijk, neighbour):
    """The auditor, signed in with a passkey of her own."""
    world = wijk.world
    role = orders.SetRole(world.member("amina"), "auditor", True)
    order = world.order(role, "els")
    post_one(wijk.bank, Submission(order.data, world.signatures(order, "els", "farid")))
    assert verify_bytes(order.data, world.signatures(order, "els", "farid"))
    somebody = neighbour("Amina")
    somebody.return_as(wijk, "amina")
    return somebody


def test_an_auditor_seals_what_her_own_laptop_showed(wijk, amina):
    page = amina.page
    page.goto(wijk.origin + "/meer")
    page.get_by_role("link", name="Kascommissie").click()
    page.get_by_role("link", name="Ik heb dit gecontroleerd").click()
    amina.says(seals.draft(wijk.bank).root)
    page.get_by_role("button", name="Ik heb dit gecontroleerd").click()
    amina.says("U hebt voor deze stand getekend.")
    (seal,) = seals.seals(wijk.bank)
    assert (seal.name, seal.size) == ("Amina", seals.draft(wijk.bank).size)


def test_a_page_that_shows_another_root_gets_no_signature(wijk, amina):
    page = amina.page
    page.add_init_script(
        """document.addEventListener('readystatechange', () => {
          const place = document.querySelector('[data-field=root]');
          if (place) place.dataset.text = 'ab'.repeat(32);
        })"""
    )
    page.goto(wijk.origin + "/kascommissie/tekenen")
    amina.says("Er klopt iets niet.")
    assert seals.seals(wijk.bank) == []


def test_who_does_not_put_a_finger_on_it_seals_nothing(wijk, amina):
    page = amina.page
    page.goto(wijk.origin + "/kascommissie/tekenen")
    amina.refuse_the_finger()
    page.get_by_role("button", name="Ik heb dit gecontroleerd").click()
    amina.says("Er is niets getekend.")
    assert seals.seals(wijk.bank) == []


def test_whose_page_was_opened_sees_by_whom(wijk, amina, neighbour):
    joop = neighbour("Joop Jansen")
    joop.settle(wijk)
    joop.page.goto(wijk.origin + "/thuis")
    page = amina.page
    page.goto(wijk.origin + "/kascommissie/leden")
    page.get_by_label("Zoek op naam").fill("jansen")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Joop Jansen").click()
    amina.says("Dit lid kan zien dat u hier keek.")
    joop.page.goto(wijk.origin + "/meer")
    joop.page.get_by_role("link", name="Wie keek in mijn gegevens?").click()
    joop.says("Amina")
    joop.says("Keek naar: uw overzicht")
