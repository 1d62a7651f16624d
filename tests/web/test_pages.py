"""What everybody may read."""

import pytest

from tests.web.conftest import Street
from timebank.services import house


@pytest.mark.parametrize("path", ["/", "/hulp", "/privacy", "/openbaar"])
def test_every_page_says_where_help_is(street: Street, path: str) -> None:
    house.keep_setting(street.bank, "help_name", "Buurthuis De Linde")
    house.keep_setting(street.bank, "help_phone", "020 123 45 67")
    house.keep_setting(street.bank, "help_hours", "Elke werkdag van 9 tot 17 uur")
    page = street.browser().page(path)
    assert "Buurthuis De Linde" in page
    assert "020 123 45 67" in page
    assert 'href="tel:+31201234567"' in page
    assert "Elke werkdag van 9 tot 17 uur" in page


def test_the_front_door_leads_a_member_home(street: Street) -> None:
    assert "Inloggen" in street.browser().page("/")
    assert street.browser("joop").get("/").headers["Location"] == "/thuis"
