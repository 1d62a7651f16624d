"""The printable pages, as a printer gets them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

SHEETS = sorted((Path(__file__).parents[2] / "docs/nl").glob("*.html"))


def test_there_is_a_page_for_everybody_who_does_something() -> None:
    names = {sheet.stem for sheet in SHEETS}
    assert names == {"bewoner", "kascommissie", "penningmeester", "winkel"}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_it_is_one_sheet_of_paper(chromium: Browser, sheet: Path) -> None:
    page = chromium.new_page()
    page.goto(sheet.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
