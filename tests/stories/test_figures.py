"""The figures of the wijk, looked at by anybody on a phone: drawn, readable, and in a table too."""

import pytest

from tests.services.conftest import Village
from tests.services.test_statistics import (
    NEIGHBOURS,
    NOVEMBER,
    OCTOBER,
    SHOPS,
    everybody_helps,
    shops_are_paid,
    until,
)
from tests.stories.test_access import inspector
from timebank.ledger import orders

pytestmark = pytest.mark.browser
__all__ = ["inspector"]


@pytest.fixture(name="told")
def _told(wijk):
    """Two months in which enough neighbours and shops took part."""
    village = Village(wijk.world, wijk.bank, wijk.clock)
    for name in NEIGHBOURS:
        village.post(village.world.admit(name))
    limits = (orders.Limits("WIJK", 0, 500_000),)
    village.post(
        village.world.admit("slager", village.world.voucher("slager", kind="shop", limits=limits))
    )
    for end in (OCTOBER, NOVEMBER):
        village.issue(150_000)
        everybody_helps(village, minutes=60)
        shops_are_paid(village, *SHOPS, amount=12_345)
        until(village, end)
    return wijk


def test_the_figures_are_drawn_for_everybody(told, neighbour, inspector):
    page = neighbour("").page
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{told.origin}/openbaar")
    drawings = page.get_by_role("img")
    named = [drawing.get_attribute("aria-label") for drawing in drawings.all()]
    assert len([name for name in named if name and "oktober 2026" in name.lower()]) == 3
    for bar in page.locator(".drawing rect.hatched").all():
        assert "pattern" in bar.evaluate(
            "bar => document.querySelector(bar.getAttribute('fill').slice(4, -1)).tagName"
        )
    assert page.locator(".drawing rect.full").count() == 4
    for summary in page.locator("figure summary").all():
        summary.click()
    page.get_by_role("table").get_by_text("2.259,30 credits").wait_for()
    inspector.look(page, "/openbaar with figures", targets=True)
    assert complaints == []
