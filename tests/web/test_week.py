"""What there is to do this week, and for whom: only what they can do themselves is counted."""

import pytest

from tests.web.conftest import Street
from timebank.ledger import orders


@pytest.fixture(name="redeemed")
def _redeemed(street: Street) -> Street:
    world = street.world
    street.issue(10_000, "bart")
    street.post(world.redeem("bart", 3_000))
    street.do(orders.SetRole(world.member("joop"), "issuer", True), "els", "farid")
    return street


def test_who_pays_shops_has_their_redemptions_to_do(redeemed: Street) -> None:
    truus = redeemed.browser("truus")
    assert "1 ding te doen" in truus.page("/thuis")
    page = truus.page("/week")
    assert "1 keer ingewisseld" in page
    assert "Naar uitbetalen" in page


@pytest.mark.parametrize("who", ["joop", "els"])
def test_who_cannot_pay_shops_is_not_told_that_it_waits_for_them(
    redeemed: Street, who: str
) -> None:
    browser = redeemed.browser(who)
    assert "Niets te doen" in browser.page("/thuis")
    page = browser.page("/week")
    assert "Er is niets te doen." in page
    assert "ingewisseld" not in page
    assert "Naar uitbetalen" not in page


def test_the_yearly_volume_says_of_which_money_it_is(redeemed: Street) -> None:
    assert "Omzet in twaalf maanden: Credits" in redeemed.browser("truus").page("/week")
