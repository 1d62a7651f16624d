"""One's own devices: seeing them, blocking one, inviting another."""

import re

from tests.web.conftest import Street
from timebank import ids
from timebank.services import membership
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag


def test_a_second_device_joins_on_a_link_that_the_first_one_signed(street: Street) -> None:
    joop = street.browser("joop")
    page = joop.page("/toestellen/nieuw")
    (code,) = set(re.findall(r"HTTP://LOCALHOST/U/([0-9A-Z]{32})", page))
    assert joop.sign(page, tag=Tag.INVITATION).get_json() == {"state": "posted"}
    invitation = membership.find_invitation(street.bank, ids.code_bytes(code))
    assert invitation.voucher.purpose == "add_key"
    assert invitation.voucher.issuer == street.world.member("joop")


def test_a_device_is_blocked_with_ones_own_signature(street: Street) -> None:
    street.post(street.world.add_key("joop", "tablet"))
    tablet = key_id(street.world.key("tablet").spki)
    joop = street.browser("joop")
    page = joop.page(f"/toestellen/{tablet}/blokkeren")
    assert joop.sign(page).get_json()["state"] == "posted"
    assert street.browser("joop", key="tablet").get("/meer").status_code == 302
    assert "Geblokkeerd" in joop.page("/meer")
    assert joop.get(f"/toestellen/{tablet}/blokkeren").status_code == 409


def test_this_device_is_pointed_out_before_it_is_blocked(street: Street) -> None:
    street.post(street.world.add_key("joop", "tablet"))
    own, tablet = (key_id(street.world.key(name).spki) for name in ("joop", "tablet"))
    joop = street.browser("joop")
    assert joop.page("/meer").count("Dit toestel<") == 1
    assert "Dit toestel gebruikt u nu." in joop.page(f"/toestellen/{own}/blokkeren")
    assert "Dit toestel gebruikt u nu." not in joop.page(f"/toestellen/{tablet}/blokkeren")


def test_blocking_the_last_device_comes_with_a_warning(street: Street) -> None:
    own = key_id(street.world.key("joop").spki)
    assert "uw laatste toestel" in street.browser("joop").page(f"/toestellen/{own}/blokkeren")


def test_nobody_blocks_a_device_of_another(street: Street) -> None:
    other = key_id(street.world.key("amina").spki)
    assert street.browser("joop").get(f"/toestellen/{other}/blokkeren").status_code == 404
    joop = street.browser("joop")
    mine = key_id(street.world.key("joop").spki)
    page = joop.page(f"/toestellen/{mine}/blokkeren")
    assert joop.sign(page, signer="amina").get_json()["state"] == "refused"


def test_more_shows_what_fits_ones_roles(street: Street) -> None:
    shown = {
        who: set(re.findall(r'class="row-link" href="([^"]+)"', street.browser(who).page("/meer")))
        for who in ("joop", "bart", "els", "truus")
    }
    assert not shown["joop"] & {"/leden", "/uitnodigen", "/voorstellen", "/dag", "/kassas"}
    assert {"/dag", "/kassas", "/inwisselen"} <= shown["bart"]
    assert {"/leden", "/uitnodigen", "/voorstellen"} <= shown["els"]
    assert "/voorstellen" in shown["truus"]
    assert "/leden" not in shown["truus"]


def test_every_link_leads_somewhere(street: Street) -> None:
    for who in ("joop", "bart", "els", "truus"):
        browser = street.browser(who)
        links = re.findall(r'class="row-link" href="([^"]+)"', browser.page("/meer"))
        assert links, who
        for href in links:
            assert browser.get(href, follow_redirects=True).status_code == 200, href
