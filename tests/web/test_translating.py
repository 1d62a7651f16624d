"""Every text a neighbour reads goes through Babel: in a made-up language no Dutch is left.

The made-up language puts each text between guillemets. What then stands outside them is either
data (names, codes, numbers) or a text that nobody could ever translate.
"""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

import timebank_web
from tests.services.conftest import ON_SQLITE
from timebank.services import house, requests

pytestmark = ON_SQLITE  # what is shown, whichever database it is from

SOURCES = Path(timebank_web.__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "later": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
DATA = {
    "joop", "bart", "amina", "Lindewijk", "Buurthuis", "Linde", "maandag", "localhost", "CSV",
    "Nederlands", "Wft", "art", "lid", "onder", "dnb",
}  # fmt: skip
READ = {"alt", "aria-label", "placeholder", "title", "data-left-text", "data-title"}


def catalog():
    made = Catalog(locale="en")
    found = extract_from_dir(SOURCES, METHODS, keywords=KEYWORDS)
    for _file, _line, text, _comments, meaning in found:
        if isinstance(text, tuple):
            made.add(text, tuple(f"«{one}»" for one in text))
        else:
            made.add(text, f"«{text}»", context=meaning)
    return made


@pytest.fixture(name="abroad")
def _abroad(street, tmp_path):
    """The street, in a language in which every text is between guillemets."""
    folder = tmp_path / "translations" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog())
    babel = street.app.extensions["babel"]
    babel.translation_directories = [str(folder.parents[1])]
    babel.default_locale = "en"
    for name, value in {
        "wijk": "Lindewijk",
        "help_name": "Buurthuis Linde",
        "help_hours": "maandag",
    }.items():
        house.keep_setting(street.bank, name, value)
    return street


class Texts(HTMLParser):
    """What somebody reads or hears on a page."""

    def __init__(self):
        super().__init__()
        self.said = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        self.said += [value for name, value in attrs if name in READ and value]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.said.append(data)


def left_over(page):
    """Return the words of a page that did not go through Babel."""
    reader = Texts()
    reader.feed(page)
    said = "\n".join(reader.said)
    while (fewer := re.sub(r"«[^«»]*»", " ", said)) != said:
        said = fewer
    said = re.sub(r"\b(?:[0-9A-Z]{4}|[0-9a-f]{64})\b", " ", said)  # codes and hashes
    return [word for word in re.findall(r"[^\W\d_]{3,}", said) if word not in DATA]


PAGES = [
    ("", "/"), ("", "/hulp"), ("", "/privacy"), ("", "/openbaar"), ("", "/inloggen"),
    ("", "/nergens"), ("", "/U/AAAAAAAA"), ("joop", "/thuis"), ("joop", "/betalen"),
    ("joop", "/ontvangen"), ("joop", "/boekingen"), ("joop", "/meer"), ("bart", "/kassa"),
    ("bart", "/kassas"), ("bart", "/dag"), ("bart", "/inwisselen"), ("bart", "/teruggeven"),
    ("els", "/leden"), ("els", "/uitnodigen"), ("truus", "/voorstellen"),
    ("truus", "/week"), ("truus", "/voorstellen/nieuw"), ("els", "/voorstellen/nieuw/grens"),
    ("truus", "/voorstellen/nieuw/bankregel"), ("truus", "/voorstellen/nieuw/terugdraaien"),
    ("truus", "/voorstellen/nieuw/credits"), ("els", "/voorstellen/nieuw/taak"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_no_word_of_a_page_is_beyond_translation(abroad, who, path):
    names = {"els", "farid", "truus", "kees", "noor", "werk"}
    text = abroad.browser(who).get(path).text
    assert "«" in text
    assert [word for word in left_over(text) if word not in names] == []


def test_the_check_screen_too_is_translated(abroad):
    code = requests.payee_code(abroad.bank, abroad.world.member("amina"))
    form = {"kind": "hours", "minutes": "90"}
    page = abroad.browser("joop").post(f"/B/{code}", form).text
    assert left_over(page) == []
