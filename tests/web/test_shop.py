"""The till, giving back, closing the day and handing in credits."""

import csv
import io
import re

import pytest

from tests.web.conftest import Street
from timebank.ledger import orders
from timebank.services import payments, requests, settlement, statements
from timebank.services.drafts import Draft, commit
from timebank_web.words import MINUS

JSON = {"Accept": "application/json"}


@pytest.fixture(name="busy")
def _busy(street: Street) -> Street:
    """A street where people have credits to spend."""
    street.issue(50_000)
    for name in ("joop", "amina"):
        street.post(street.world.pay("werk", name, 5_000, "WIJK"))
    return street


def till_link(street: Street, shop: str = "bart") -> str:
    return f"/kassa/{requests.open_till(street.bank, street.world.member(shop), 'Toonbank')}"


def pay_code(street: Street, who: str, code: str) -> str:
    """Pay what a code asks, with this person's key; return the payment's identity."""
    draft = payments.draft_answer(
        street.bank, street.world.member(who), requests.find(street.bank, code)
    )
    return street.send(draft, who).identity


def pay(street: Street, who: str, shop: str, amount: int, memo: str, currency: str = "WIJK") -> str:
    opening = commit(memo)
    body = orders.Pay((street.world.leg(who, shop, amount, currency),), opening.commitment)
    return street.send(Draft(street.world.order(body, who), (opening,)), who).identity


# ---- the till


def test_a_shop_asks_an_amount_and_sees_it_paid(busy: Street) -> None:
    bart = busy.browser("bart")
    asked = bart.post("/kassa", {"kind": "credits", "credits": "4,50"}, headers=JSON).get_json()
    assert asked["amount"] == "4,50 credits"
    assert bart.get(asked["status"], headers=JSON).get_json() == {"state": "open"}
    identity = pay_code(busy, "joop", asked["code"])
    paid = bart.get(asked["status"], headers=JSON).get_json()
    assert (paid["state"], paid["payer"], paid["amount"]) == ("paid", "joop", "4,50 credits")
    assert identity in paid["receipt"]
    assert "1 betaling, samen 4,50 credits" in bart.page("/kassa")


@pytest.mark.parametrize("credits", ["", "0", "0,00", "-1", "1,2,3", "abc", "1e3"])
def test_a_till_says_what_is_wrong_with_an_amount(busy: Street, credits: str) -> None:
    answer = busy.browser("bart").post(
        "/kassa", {"kind": "credits", "credits": credits}, headers=JSON
    )
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["credits"]


def test_without_javascript_the_till_answers_with_a_page(busy: Street) -> None:
    bart = busy.browser("bart")
    answer = bart.post("/kassa", {"kind": "credits", "credits": "4,50"})
    assert answer.status_code == 302
    assert "4,50 credits" in bart.page(answer.headers["Location"])


def test_staff_with_a_link_ask_and_see_paid_without_the_owners_key(busy: Street) -> None:
    staff, link = busy.browser(), till_link(busy)
    asked = staff.post(link, {"kind": "credits", "credits": "2,00"}, headers=JSON).get_json()
    pay_code(busy, "amina", asked["code"])
    paid = staff.get(asked["status"], headers=JSON).get_json()
    assert (paid["state"], paid["payer"]) == ("paid", "amina")


def test_a_till_link_shows_no_balance_no_day_and_no_receipt(busy: Street) -> None:
    pay(busy, "joop", "bart", 1_234, "taart")
    staff, link = busy.browser(), till_link(busy)
    page = staff.page(link)
    assert "12,34" not in page
    assert "Vandaag" not in page
    assert "data-receipt" not in page
    asked = staff.post(link, {"kind": "credits", "credits": "2,00"}, headers=JSON).get_json()
    pay_code(busy, "amina", asked["code"])
    paid = staff.get(asked["status"], headers=JSON).get_json()
    assert "receipt" not in paid
    assert "bewijs" not in staff.page(f"{link}/{asked['code'].replace(' ', '')}")


@pytest.mark.parametrize(
    "path", ["/kassas", "/dag", "/inwisselen", "/teruggeven", "/thuis", "/boekingen", "/meer"]
)
def test_a_till_link_opens_nothing_else(busy: Street, path: str) -> None:
    staff = busy.browser()
    staff.page(till_link(busy))
    answer = staff.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/inloggen"


def test_a_till_link_sees_no_request_of_another_shop(busy: Street) -> None:
    other = requests.create(busy.bank, busy.world.member("noor"), {"WIJK": 300})
    staff, link = busy.browser(), till_link(busy)
    assert staff.get(f"{link}/{other.code}/stand").status_code == 404
    assert staff.get(f"{link}/{other.code}").status_code == 404
    staff.post(f"{link}/{other.code}/stop")
    assert not requests.find(busy.bank, other.code).cancelled


def test_a_link_works_in_upper_case_as_the_qr_code_has_it(busy: Street) -> None:
    page = busy.browser("bart").post("/kassas", {"name": "Kraam buiten"}).text
    (url,) = set(re.findall(r"HTTP://LOCALHOST(/KASSA/[0-9A-Z]+)", page))
    assert "bart" in busy.browser().get(url, follow_redirects=True).text
    assert "bart" in busy.browser().page(url.lower())


def test_a_link_is_shown_once_and_a_stopped_one_works_no_more(busy: Street) -> None:
    bart = busy.browser("bart")
    made = bart.post("/kassas", {"name": "Kraam buiten"}).text
    (url,) = set(re.findall(r"HTTP://LOCALHOST(/KASSA/[0-9A-Z]+)", made))
    again = bart.page("/kassas")
    assert "Kraam buiten" in again
    assert url not in again
    (stop,) = re.findall(r'action="(/kassas/[0-9a-f]+/stop)"', again)
    assert busy.browser("noor").post(stop).status_code == 302
    assert busy.browser().get(url.lower()).status_code == 200, "another shop cannot stop it"
    assert bart.post(stop).status_code == 302
    assert busy.browser().get(url.lower()).status_code == 404
    assert "Kraam buiten" not in bart.page("/kassas")


def test_a_blocked_shop_receives_no_more_at_its_tills(busy: Street) -> None:
    link = till_link(busy)
    busy.do(orders.Suspend(busy.world.member("bart"), True, "ab" * 32), "els")
    assert busy.browser().get(link).status_code == 404


# ---- giving back


def test_a_shop_gives_a_whole_payment_back(busy: Street) -> None:
    identity, bart = pay(busy, "joop", "bart", 450, "brood"), busy.browser("bart")
    assert f"/teruggeven/{identity}" in bart.page("/teruggeven")
    assert "brood" in bart.page(f"/teruggeven/{identity}")
    check = bart.post(f"/teruggeven/{identity}", {"whole": "yes"}).text
    assert bart.sign(check).get_json()["state"] == "posted"
    assert busy.balance("joop", "WIJK") == 5_000
    assert "Alles is al teruggegeven" in bart.page(f"/teruggeven/{identity}")
    assert bart.post(f"/teruggeven/{identity}", {"whole": "yes"}).status_code == 409


def test_a_shop_gives_a_part_back_and_never_more_than_is_left(busy: Street) -> None:
    identity, bart = pay(busy, "joop", "bart", 450, "brood"), busy.browser("bart")
    check = bart.post(f"/teruggeven/{identity}", {"kind": "credits", "credits": "2,00"}).text
    assert bart.sign(check).get_json()["state"] == "posted"
    assert busy.balance("joop", "WIJK") == 4_750
    more = bart.post(f"/teruggeven/{identity}", {"kind": "credits", "credits": "2,51"})
    assert more.status_code == 422
    assert "U kunt nog 2,50 credits teruggeven." in more.text


def test_a_payment_of_another_day_is_found_by_its_reference(busy: Street) -> None:
    identity = pay(busy, "joop", "bart", 450, "brood")
    busy.wait(3 * 86_400)
    bart = busy.browser("bart")
    assert identity not in bart.page("/teruggeven")
    reference = statements.entry_of(busy.bank, identity)[0].reference
    assert identity in bart.page(f"/teruggeven?kenmerk={reference.lower()}")
    assert "niet gevonden" in bart.page("/teruggeven?kenmerk=ZZZZ")


def test_nobody_gives_back_what_another_received(busy: Street) -> None:
    identity = pay(busy, "joop", "bart", 450, "brood")
    assert busy.browser("noor").get(f"/teruggeven/{identity}").status_code == 409
    assert busy.browser("joop").post(f"/teruggeven/{identity}", {"whole": "yes"}).status_code == 409


def test_a_neighbour_gives_hours_back_to_the_minute(street: Street) -> None:
    identity = pay(street, "joop", "amina", 50, "ramen", "UUR")
    amina = street.browser("amina")
    assert '<option value="50"' in amina.page(f"/teruggeven/{identity}")
    check = amina.post(f"/teruggeven/{identity}", {"kind": "hours", "minutes": "50"}).text
    assert amina.sign(check).get_json()["state"] == "posted"
    assert street.balance("joop") == 0


def test_a_part_goes_back_in_both_currencies_at_once(busy: Street) -> None:
    legs = (busy.world.leg("joop", "werk", 30), busy.world.leg("joop", "werk", 450, "WIJK"))
    identity = busy.do(orders.Pay(legs), "joop").identity
    hours, credits = busy.balance("joop"), busy.balance("joop", "WIJK")
    werk = busy.browser("werk")
    asked = {"kind": "both", "minutes": "15", "credits": "2,00"}
    check = werk.post(f"/teruggeven/{identity}", asked).text
    assert "15 min en 2,00 credits" in check
    assert werk.sign(check).get_json()["state"] == "posted"
    assert busy.balance("joop") == hours + 15
    assert busy.balance("joop", "WIJK") == credits + 200
    assert "15 min en 2,50 credits" in werk.page(f"/teruggeven/{identity}")


# ---- the day


def test_the_day_adds_up_with_refunds_apart(busy: Street) -> None:
    pay(busy, "joop", "bart", 450, "brood")
    identity = pay(busy, "amina", "bart", 1_000, "taart")
    bart = busy.browser("bart")
    bart.sign(bart.post(f"/teruggeven/{identity}", {"kind": "credits", "credits": "2,50"}).text)
    page = bart.page("/dag")
    rows = re.findall(
        r"<tr><td>([^<]*)</td><td class=\"num\">([^<]*)</td><td[^>]*>([^<]*)</td></tr>", page
    )
    assert rows == [
        ("Ontvangen", "2", "14,50 credits"),
        ("Teruggegeven", "1", f"{MINUS}2,50 credits"),
        ("Samen", "3", "12,00 credits"),
    ]
    assert "amina" in page


def test_a_day_holds_its_own_payments_only(busy: Street) -> None:
    pay(busy, "joop", "bart", 450, "brood")
    today = statements.local(busy.clock.now()).date()
    busy.wait(86_400)
    bart = busy.browser("bart")
    assert "4,50" not in bart.page("/dag")
    assert "4,50" in bart.page(f"/dag/{today}")


@pytest.mark.parametrize("day", ["2026-13-01", "1-1-2026", "20260901", "2199-01-01", "1999-01-01"])
def test_a_day_that_is_none_is_not_found(street: Street, day: str) -> None:
    assert street.browser("bart").get(f"/dag/{day}").status_code == 404


def test_the_table_holds_no_formulas(busy: Street) -> None:
    memo = '=HYPERLINK("http://kwaad.example";"klik")'
    pay(busy, "joop", "bart", 450, memo)
    today = statements.local(busy.clock.now()).date()
    answer = busy.browser("bart").get(f"/dag/{today}/tabel.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[1][3] == "'" + memo
    assert rows[1][6] == "4,50"


# ---- handing in


GOOD = {"credits": "3,00", "name": "Bakkerij Bart", "iban": "NL91 ABNA 0417 1643 00"}


def test_a_shop_hands_credits_in(busy: Street) -> None:
    pay(busy, "joop", "bart", 450, "brood")
    bart = busy.browser("bart")
    check = bart.post("/inwisselen", GOOD).text
    assert "Bakkerij Bart, NL91 ABNA 0417 1643 00" in check
    assert bart.sign(check).get_json()["state"] == "posted"
    (waiting,) = settlement.waiting(busy.bank, "WIJK")
    assert (waiting.amount, waiting.destination) == (300, "Bakkerij Bart, NL91 ABNA 0417 1643 00")
    assert "Wacht op uitbetalen" in bart.page("/inwisselen")


def test_the_account_number_is_not_in_the_journal(busy: Street) -> None:
    pay(busy, "joop", "bart", 450, "brood")
    bart = busy.browser("bart")
    check = bart.post("/inwisselen", GOOD).text
    assert bart.sign(check).get_json()["state"] == "posted"
    with busy.raw() as database:
        for (entry,) in database.execute("select entry from journal_entries"):
            assert b"ABNA" not in entry


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("credits", "5,00"),
        ("credits", "0"),
        ("credits", "-3"),
        ("name", "  "),
        ("iban", "NL91 ABNA 0417 1643 01"),
        ("iban", "NL91"),
        ("iban", ""),
    ],
)
def test_what_is_wrong_with_handing_in_stands_beside_the_field(
    busy: Street, field: str, value: str
) -> None:
    pay(busy, "joop", "bart", 450, "brood")
    page = busy.browser("bart").post("/inwisselen", GOOD | {field: value}).text
    assert f'id="{field}-error" data-error="{field}" role="alert">' in page
    assert "data-sign" not in page
