"""What everybody may read."""

import re

import pytest

from tests.web.conftest import Street
from tests.world import FOUNDERS, LOG_KEY
from timebank.journal.checkpoints import open_note
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


def test_the_public_page_shows_totals_and_no_name(street: Street) -> None:
    street.issue(50_000)
    street.post(street.world.pay("werk", "joop", 1_234, "WIJK"))
    street.post(street.world.record_bank(1_000))
    page = street.browser().page("/openbaar")
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))
    assert facts["Gemaakt"] == facts["Nu in omloop"] == "500,00 credits"
    assert "510,00 euro" in page
    assert facts["Nummer van dit boek"] == street.bank.ledger
    assert "9 leden" in page
    assert "12,34" not in page
    main = page[page.index("<main") : page.index("</main>")]
    assert not [name for name in FOUNDERS if re.search(rf"\b{name}\b", main, re.IGNORECASE)]


def test_the_checkpoint_is_one_that_anybody_can_check(street: Street) -> None:
    street.post(street.world.pay("joop", "amina", 30))
    answer = street.browser().get("/openbaar/stand")
    assert answer.mimetype == "text/plain"
    checkpoint = open_note(answer.text, street.bank.ledger, LOG_KEY.spki)
    page = street.browser().page("/openbaar")
    assert checkpoint.root.hex() in page
    assert f"{checkpoint.size} boekingen" in page


def test_the_front_door_leads_a_member_home(street: Street) -> None:
    assert "Inloggen" in street.browser().page("/")
    assert street.browser("joop").get("/").headers["Location"] == "/thuis"
