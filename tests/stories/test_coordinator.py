"""At the desk: blocking a lost telephone while its owner is still on the line, and inviting."""

import pytest

from timebank.services import membership

pytestmark = pytest.mark.browser


@pytest.fixture
def els(wijk, neighbour):
    """The coordinator, signed in with a passkey of her own."""
    somebody = neighbour("Els")
    somebody.return_as(wijk, "els")
    return somebody


def test_a_lost_telephone_is_blocked_in_two_clicks_and_a_signature(wijk, els, neighbour):
    joop = neighbour("Joop Jansen")
    joop.settle(wijk)
    joop.page.goto(wijk.origin + "/thuis")
    page = els.page
    page.goto(wijk.origin + "/leden")
    page.get_by_label("Zoek op naam").fill("jansen")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Joop Jansen").click()
    page.get_by_role("button", name="Blokkeer Joop Jansen").click()
    els.says("Telefoon kwijt")
    page.get_by_role("button", name="Blokkeer Joop Jansen").click()
    els.says("Joop Jansen is geblokkeerd.")
    assert membership.person(wijk.bank, wijk.member("Joop Jansen")).status == "suspended"
    joop.page.reload()
    joop.says("U bent geblokkeerd.")
    joop.says("020 123 45 67")


def test_a_block_is_not_signed_when_the_page_names_another(wijk, els, neighbour):
    joop = neighbour("Joop Jansen")
    joop.settle(wijk)
    joop.page.goto(wijk.origin + "/thuis")
    page = els.page
    page.goto(f"{wijk.origin}/leden/{wijk.member('Joop Jansen')}")
    page.add_init_script(
        f"""document.addEventListener('readystatechange', () => {{
          const place = document.querySelector('[data-field=member]');
          if (place) place.dataset.text = '{wijk.member("Amina")}';
        }})"""
    )
    page.get_by_role("button", name="Blokkeer Joop Jansen").click()
    els.says("Er klopt iets niet.")
    assert membership.person(wijk.bank, wijk.member("Joop Jansen")).status == "active"


def test_an_invitation_made_at_the_desk_lets_a_newcomer_in_once(wijk, els, neighbour):
    page = els.page
    page.goto(wijk.origin + "/uitnodigen")
    page.get_by_label("Bewoner").check()
    page.get_by_role("button", name="Verder").click()
    assert not page.locator("[data-copy-text]").is_visible()
    page.get_by_role("button", name="Maak de uitnodiging").click()
    els.says("De link is klaar.")
    link = page.locator("[data-copy-text]").inner_text()
    neighbour("Sara Yilmaz").join(link)
    assert membership.person(wijk.bank, wijk.member("Sara Yilmaz")).kind == "person"
    late = neighbour("Te Laat")
    late.page.goto(link)
    late.says("Deze uitnodiging is al gebruikt.")


def test_an_invitation_that_is_not_signed_opens_nothing(wijk, els, neighbour):
    page = els.page
    page.goto(wijk.origin + "/uitnodigen")
    page.get_by_role("button", name="Verder").click()
    els.refuse_the_finger()
    page.get_by_role("button", name="Maak de uitnodiging").click()
    els.says("Er is geen uitnodiging gemaakt.")
    assert not page.locator("[data-copy-text]").is_visible()
    link = page.locator("[data-copy-text]").text_content()
    curious = neighbour("Nieuwsgierig")
    curious.page.goto(link)
    curious.says("Deze uitnodiging")


def test_a_second_device_is_invited_by_the_first(wijk, els, neighbour):
    page = els.page
    page.goto(wijk.origin + "/meer")
    page.get_by_role("link", name="Tweede toestel toevoegen").click()
    page.get_by_role("button", name="Maak de link").click()
    els.says("De link is klaar.")
    link = page.locator("[data-copy-text]").inner_text()
    tablet = neighbour("Els")
    tablet.page.goto(link)
    tablet.page.get_by_role("button", name="Maak mijn sleutel").click()
    tablet.page.get_by_role("button", name="Klaar, voeg dit toestel toe").click()
    tablet.page.wait_for_url("**/thuis")
    page.goto(wijk.origin + "/meer")
    blocks = page.get_by_role("link", name="Blokkeer")
    before = blocks.count()
    others = page.get_by_role("listitem").filter(has_not_text="Dit toestel")
    others.get_by_role("link", name="Blokkeer").last.click()
    page.get_by_role("button", name="Blokkeer dit toestel").click()
    els.says("is geblokkeerd.")
    assert page.get_by_role("link", name="Blokkeer").count() == before - 1
