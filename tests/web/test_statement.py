"""One's own month: on the screen, on paper, and as a table that a Dutch spreadsheet opens."""

import csv
import io

import pytest

from tests.services.conftest import ON_SQLITE
from tests.web.conftest import Street
from timebank.services import payments
from timebank.services.posting import post_one

pytestmark = ON_SQLITE  # what is shown, whichever database it is from


@pytest.fixture(name="lived")
def _lived(street: Street) -> Street:
    street.issue(50_000)
    pay(street, "werk", "joop", {"WIJK": 1_250, "UUR": 90}, "=plein vegen")
    pay(street, "joop", "bart", {"WIJK": 450}, "brood")
    street.wait(20 * 86_400)
    pay(street, "joop", "amina", {"UUR": 30}, "thee")
    return street


def pay(street: Street, payer: str, payee: str, amounts: dict[str, int], memo: str) -> None:
    member = street.world.member
    draft = payments.draft_pay(street.bank, member(payer), member(payee), amounts, memo)
    post_one(street.bank, draft.submission(street.world.signatures(draft.order, payer)))


def rows(street: Street, who: str, path: str) -> list[list[str]]:
    answer = street.browser(who).get(path)
    assert answer.mimetype == "text/csv"
    text = answer.get_data(as_text=True)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_a_month_says_what_there_was_what_happened_and_what_there_is(lived: Street) -> None:
    joop = lived.browser("joop")
    page = joop.page("/overzicht/2026-09")
    assert "Overzicht september 2026" in page
    assert "Van werk" in page
    assert "12,50 credits erbij" in page
    assert "1 uur 30 min erbij" in page
    assert "daarna 8,00 credits" in page
    assert "boeking" in page
    assert "btw" not in page
    october = joop.page("/overzicht/2026-10")
    assert "thee" in october
    assert "brood" not in october
    assert "1 uur 30 min" in october
    whole = joop.page("/overzicht/2026")
    assert "thee" in whole
    assert "brood" in whole


def test_the_address_alone_leads_to_this_month(lived: Street) -> None:
    answer = lived.browser("joop").get("/overzicht")
    assert answer.headers["Location"] == "/overzicht/2026-10"


def test_a_month_as_a_table_has_a_row_for_each_entry_and_one_before_and_after(lived) -> None:
    head, opening, got, paid, closing = rows(lived, "joop", "/overzicht/2026-09/tabel.csv")
    assert head == [
        "datum", "tijd", "met wie", "waarvoor", "soort", "Uren", "Uren in minuten", "Credits",
        "saldo Uren", "saldo Credits", "kenmerk", "boeking",
    ]  # fmt: skip
    assert opening[4:10] == ["beginsaldo", "", "", "", "0:00", "0,00"]
    assert got[:10] == [
        "2026-09-21", "16:13", "werk", "'=plein vegen", "Ontvangen", "1:30", "90", "12,50",
        "1:30", "12,50",
    ]  # fmt: skip
    assert (paid[2], paid[5], paid[7]) == ("bart", "", "-4,50")
    assert closing[4:10] == ["eindsaldo", "", "", "", "1:30", "8,00"]


def test_a_shop_s_month_has_its_days_and_what_to_ask_a_bookkeeper(lived: Street) -> None:
    lived.post(lived.world.redeem("bart", 200))
    bart = lived.browser("bart")
    page = bart.page("/overzicht/2026-09")
    assert "Per dag" in page
    assert "21 sep" in page
    assert "Vraag uw boekhouder" in page
    assert "2016/1065" in page
    october = bart.page("/overzicht/2026-10")
    assert "Ingewisseld" in october


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "nu", "1999", "2026-10-01", "2026-10x"])
def test_what_is_no_month_is_not_there(lived: Street, text: str) -> None:
    assert lived.browser("joop").get(f"/overzicht/{text}").status_code == 404
    assert lived.browser("joop").get(f"/overzicht/{text}/tabel.csv").status_code == 404


def test_a_month_without_anything_says_so(lived: Street) -> None:
    assert "In deze tijd is niets gebeurd." in lived.browser("joop").page("/overzicht/2020-01")


def test_in_english_the_table_has_points_and_commas(lived: Street) -> None:
    joop = lived.browser("joop")
    joop.get("/taal/en")
    text = joop.get("/overzicht/2026-09/tabel.csv").get_data(as_text=True)
    first = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[2]
    assert "12.50" in first
