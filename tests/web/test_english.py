"""English beside Dutch: every text, chosen on any page, with amounts and times to match."""

import csv
import io
import re
from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tests.services.conftest import ON_SQLITE
from tests.web.test_translating import SOURCES, catalog
from tests.world import NOW
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.services import requests
from timebank_web.language import inside
from timebank_web.words import SENTENCES, day, euro, money, sentence, together, when

ENGLISH = SOURCES / "translations" / "en" / "LC_MESSAGES"
BLANK = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts(of: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the translations of every text in each meaning; two of one that has a plural."""
    return {(meaning(one), *forms(one.id)): forms(one.string or "") for one in of if one.id}


def meaning(one: Message) -> str:
    """Return what a text of several meanings means here; a compiled one has it as bytes."""
    context: object = one.context
    return context.decode() if isinstance(context, bytes) else str(context or "")


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(name="english", scope="module")
def _english():
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


@pytest.fixture(name="visitor")
def _visitor(street):
    """A function that lets somebody in who has chosen English."""

    def enter(who=""):
        browser = street.browser(who)
        browser.get("/taal/en")
        return browser

    return enter


@pytest.fixture(name="abroad")
def _abroad(street):
    with street.app.test_request_context(headers={"Accept-Language": "en"}):
        yield street


# ---- the texts


def test_every_text_has_a_translation_and_every_translation_a_text(english):
    translated = texts(english)
    assert set(translated) == set(texts(catalog())), "run: make translations"
    assert [text for text, said in translated.items() if not all(said)] == []
    assert [one.id for one in english if one.id and one.fuzzy] == []


def test_a_translation_fills_in_the_same_values(english):
    for text, said in texts(english).items():
        wanted = {frozenset(BLANK.findall(one)) for one in text[1:]}
        assert {frozenset(BLANK.findall(one)) for one in said} == wanted, text


def test_the_pages_read_the_translations_that_people_edit(english):
    with (ENGLISH / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert texts(compiled) == texts(english), "run: make translations"


@ON_SQLITE
@pytest.mark.parametrize("code", [*Code, *Down])
def test_a_refusal_is_told_in_short_english_sentences(abroad, code):
    error = Refusal(code) if isinstance(code, Code) else Unavailable(code, "hint")
    said = sentence(error)
    assert said.endswith(".")
    assert said not in [str(text._args[0]) for text in SENTENCES.values()]
    assert all(len(part.split()) <= 15 for part in said.split(". "))


# ---- amounts and times


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "UUR", "0 min"),
        (60, "UUR", "1 hour"),
        (90, "UUR", "1 hour 30 min"),
        (-150, "UUR", "\N{MINUS SIGN}2 hours 30 min"),
        (1250, "WIJK", "12.50 credits"),
        (123_456_789, "WIJK", "1,234,567.89 credits"),
        (-5, "EUR", "\N{MINUS SIGN}0.05 euros"),
    ],
)
def test_an_amount_is_written_as_people_say_it(abroad, minor, currency, text):
    assert money(minor, currency) == text


def test_several_amounts_and_times_are_written_so_too(abroad):
    assert together([(30, "UUR"), (450, "WIJK")]) == "30 min and 4.50 credits"
    assert euro(50_000) == "500.00 euros"
    assert when(NOW) == "today at 16:13"
    assert when(NOW - 86_400) == "yesterday at 16:13"
    assert day(NOW) == "21 September 2026"


@pytest.mark.parametrize("typed", ["4.50", "4,50"])
def test_an_amount_may_be_typed_with_a_point_or_a_comma_in_both_languages(street, visitor, typed):
    street.issue(50_000)
    street.post(street.world.pay("werk", "joop", 5_000, "WIJK"))
    code = requests.payee_code(street.bank, street.world.member("bart"))
    form = {"kind": "credits", "credits": typed}
    assert "Betaal 4,50 credits" in street.browser("joop").post(f"/B/{code}", form).text
    assert "Pay 4.50 credits" in visitor("joop").post(f"/B/{code}", form).text


def test_a_table_opens_in_an_english_spreadsheet(street, visitor):
    street.issue(50_000)
    street.post(street.world.pay("werk", "joop", 12_345, "WIJK"))
    text = visitor("joop").get("/boekingen/tabel.csv").text.removeprefix("\ufeff")
    header, row = csv.reader(io.StringIO(text))
    assert header == ["time", "who", "kind", "what for", "reference", "currency", "amount"]
    assert row[-1] == "123.45"


# ---- choosing


def test_nobody_has_chosen_yet_and_the_browser_is_dutch_or_silent_or_english(street):
    page = street.browser().get
    for said in ("", "nl-NL,nl;q=0.9,en;q=0.8", "fr-FR,fr;q=0.9"):
        assert '<html lang="nl">' in page("/", headers={"Accept-Language": said}).text
    for said in ("en", "en-US,en;q=0.9,nl;q=0.5", "ar,en;q=0.7"):
        assert '<html lang="en-GB">' in page("/", headers={"Accept-Language": said}).text


def test_a_choice_is_remembered_whatever_the_browser_says_and_after_signing_out(street):
    browser = street.browser("joop")
    dutch = {"Accept-Language": "nl"}
    chosen = browser.get("/taal/en?next=/meer")
    assert chosen.location == "/meer"
    assert "HttpOnly" in chosen.headers["Set-Cookie"]
    assert "SameSite=Lax" in chosen.headers["Set-Cookie"]
    assert "My devices" in browser.get("/meer", headers=dutch).text
    browser.post("/uitloggen")
    assert "Sign in" in browser.get("/", headers=dutch).text
    browser.get("/taal/nl")
    assert "Inloggen" in browser.get("/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("who", "path"),
    [("", "/"), ("", "/inloggen"), ("", "/nergens"), ("joop", "/thuis"), ("joop", "/leden"),
     ("joop", "/boekingen?direction=in&from=2026-01-01"), ("bart", "/kassa")],
)  # fmt: skip
def test_every_page_leads_to_itself_in_the_other_language(street, who, path):
    browser = street.browser(who)
    for name, language in (("English", "en"), ("Nederlands", "nl")):
        found = re.search(
            rf'href="([^"]+)" lang="{language}"[^>]*>{name}</a>', browser.get(path).text
        )
        assert found
        assert browser.get(found[1].replace("&amp;", "&")).location == path


def test_a_page_that_a_form_leads_to_switches_to_where_the_form_was(street):
    code = requests.payee_code(street.bank, street.world.member("amina"))
    page = street.browser("joop").post(f"/B/{code}", {"kind": "hours", "minutes": "60"}).text
    assert f'href="/taal/en?next=/B/{code}"' in page
    gone = street.browser("els").post(
        f"/leden/{street.world.member('joop')}/blokkeren", {"reason": "weg"}
    )
    assert 'href="/taal/en?next=/"' in gone.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://kwaad.example/", "//kwaad.example/", "/\\kwaad.example", "\\\\kwaad.example",
     "/\t/kwaad.example", "/\n/kwaad.example", " //kwaad.example", "thuis", ""],
)  # fmt: skip
def test_switching_leads_to_no_other_site(street, elsewhere):
    answer = street.browser().get("/taal/en", query_string={"next": elsewhere})
    assert answer.location == "/"
    assert inside(elsewhere) == "/"


def test_a_language_that_is_not_there_is_not_found_and_a_strange_choice_is_none(street):
    browser = street.browser()
    assert browser.get("/taal/xx").status_code == 404
    browser.client.set_cookie("timebank-language", "../../etc")
    assert '<html lang="nl">' in browser.get("/").text


# ---- what scripts read


def test_what_scripts_are_told_follows_the_language(visitor, street):
    browser = visitor("joop")
    asked = browser.post("/ontvangen", {"kind": "hours"}, headers={"Accept": "application/json"})
    assert asked.json == {"errors": {"minutes": "Choose how much time."}}
    refused = browser.post("/orders", json={})
    assert refused.json["message"] == "Something is wrong with this. Go back and start again."
    nobody = visitor().post("/orders", json={})
    assert nobody.json["message"] == "You are signed out. Sign in again."
