"""Somebody comes in by an invitation, with a passkey or where there is none with a device key."""

import pytest

from timebank.services import membership

pytestmark = pytest.mark.browser

WITHOUT_PASSKEYS = "delete window.PublicKeyCredential;"


def test_a_newcomer_joins_by_invitation_with_a_passkey(wijk, neighbour):
    amina = neighbour("Amina Haddad")
    amina.join(wijk.invite())
    amina.says("Dag Amina Haddad")
    (device,) = membership.devices(wijk.bank, wijk.member("Amina Haddad"))
    assert device.key.scheme == "webauthn-es256"
    assert device.key.scopes == ("approve", "manage", "pay")


def test_a_browser_without_passkeys_gets_a_capped_key_that_pays_and_logs_in(wijk, neighbour):
    joop = neighbour("Joop Jansen", passkeys=False, before=WITHOUT_PASSKEYS)
    page = joop.page
    page.goto(wijk.invite())
    page.get_by_label("Hoe heet u?").fill(joop.name)
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Dat is goed, verder").click()
    joop.says("4 uur en 50,00 credits per dag")
    page.get_by_role("button", name="Maak een sleutel in deze browser").click()
    page.get_by_role("button", name="Klaar, doe mij mee").click()
    page.wait_for_url("**/thuis")

    (device,) = membership.devices(wijk.bank, wijk.member("Joop Jansen"))
    assert device.key.scheme == "ed25519"
    assert device.key.scopes == ("pay",)
    assert {cap.currency: cap.amount for cap in device.key.caps} == {"UUR": 240, "WIJK": 5000}

    joop.context.clear_cookies()
    page.goto(wijk.origin + "/inloggen")
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url("**/thuis")
    pay(joop, wijk.payee_link("Amina"), "1 uur")
    joop.says("Betaald")
    assert wijk.balance("Joop Jansen") == -60


def test_a_member_adds_a_second_device_and_may_block_the_first(wijk, neighbour):
    second = neighbour("Joop")
    second.page.goto(wijk.invite_device("joop"))
    second.says("Dit wordt een toestel van Joop.")
    second.page.get_by_role("button", name="Maak mijn sleutel").click()
    second.page.get_by_role("button", name="Klaar, voeg dit toestel toe").click()
    second.page.wait_for_url("**/thuis")
    second.says("Dag Joop")
    assert len(membership.devices(wijk.bank, wijk.member("Joop"))) == 2


def test_a_used_invitation_lets_nobody_in_twice(wijk, neighbour):
    link = wijk.invite()
    neighbour("Amina Haddad").join(link)
    other = neighbour("Iemand Anders")
    other.page.goto(link)
    other.says("Deze uitnodiging is al gebruikt.")


def test_who_logs_out_comes_back_with_the_passkey(wijk, neighbour):
    amina = neighbour("Amina Haddad")
    amina.join(wijk.invite())
    amina.page.goto(wijk.origin + "/meer")
    amina.page.get_by_role("button", name="Uitloggen op dit toestel").click()
    amina.page.goto(wijk.origin + "/inloggen")
    amina.page.get_by_role("button", name="Inloggen").click()
    amina.page.wait_for_url("**/thuis")
    amina.says("Dag Amina Haddad")


def test_who_cancels_while_joining_can_simply_try_again(wijk, neighbour):
    amina = neighbour("Amina Haddad")
    page = amina.page
    page.goto(wijk.invite())
    page.get_by_label("Hoe heet u?").fill(amina.name)
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="Dat is goed, verder").click()
    amina.refuse_the_finger()
    page.get_by_role("button", name="Maak mijn sleutel").click()
    amina.says("Er is nog niets veranderd.")
    amina.refuse_the_finger(False)
    page.get_by_role("button", name="Maak mijn sleutel").click()
    page.get_by_role("button", name="Klaar, doe mij mee").click()
    page.wait_for_url("**/thuis")


def pay(neighbour, link, time):
    """Pay so much time by a static code, up to the tap on the button."""
    page = neighbour.page
    page.goto(link)
    page.get_by_label("Hoeveel tijd?").select_option(time)
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name=f"Betaal {time}").click()
