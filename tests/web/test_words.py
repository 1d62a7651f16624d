"""What neighbours read: amounts, times, and a sentence for everything that is refused."""

import re
from collections.abc import Iterator

import pytest

from tests.services.conftest import ON_SQLITE
from tests.web.conftest import Street
from tests.world import NOW
from timebank.errors import Code, Down, Refusal, Unavailable
from timebank_web.words import SENTENCES, clock_time, day, money, sentence, together, when

pytestmark = ON_SQLITE  # nothing here asks the database

JARGON = re.compile(r"transactie|token|nonce|sessie|server|database|cache|error|order\b", re.I)


@pytest.fixture(autouse=True)
def _page(street: Street) -> Iterator[None]:
    with street.app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "UUR", "0 min"),
        (45, "UUR", "45 min"),
        (60, "UUR", "1 uur"),
        (90, "UUR", "1 uur 30 min"),
        (-90, "UUR", "\N{MINUS SIGN}1 uur 30 min"),
        (1250, "WIJK", "12,50 credits"),
        (5, "WIJK", "0,05 credits"),
        (123_456_789, "WIJK", "1.234.567,89 credits"),
        (-200, "WIJK", "\N{MINUS SIGN}2,00 credits"),
        (50_000, "EUR", "500,00 euro"),
    ],
)
def test_an_amount_is_written_as_people_say_it(minor, currency, text):
    assert money(minor, currency) == text


def test_two_amounts_are_one_line():
    assert together([(30, "UUR"), (450, "WIJK")]) == "30 min en 4,50 credits"


def test_times_are_those_of_the_neighbourhood():
    assert when(NOW) == "vandaag om 16:13"
    assert when(NOW - 86_400) == "gisteren om 16:13"
    assert when(NOW - 3 * 86_400) == "18 september 2026 om 16:13"
    assert day(1_767_222_000) == "1 januari 2026"
    assert clock_time(1_767_222_000 + 5 * 60) == "0:05"


def test_every_refusal_has_a_sentence():
    assert set(SENTENCES) == {*Code, *Down}


@pytest.mark.parametrize("code", [*Code, *Down])
def test_a_refusal_is_told_in_short_plain_sentences(code):
    error = Refusal(code) if isinstance(code, Code) else Unavailable(code, "hint")
    said = sentence(error)
    assert said.endswith(".")
    assert not JARGON.search(said)
    assert all(len(part.split()) <= 15 for part in said.split(". "))
