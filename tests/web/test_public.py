"""The figures that everybody may see, and what cannot be read from them."""

import re
from datetime import date
from typing import Any

import pytest

from tests.services.conftest import ON_SQLITE
from tests.services.test_statistics import NEIGHBOURS, SHOPS, everybody_helps, shops_are_paid, until
from tests.web.conftest import Browser, Street
from tests.world import FOUNDERS, LOG_KEY, a_commitment, an_id
from timebank.journal.checkpoints import open_note
from timebank.ledger import orders
from timebank.ledger.seals import Seal
from timebank.services import seals
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag

pytestmark = ON_SQLITE  # what is shown, whichever database it is from

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture(name="wijk")
def _wijk(street: Street) -> Street:
    """A month in which twelve neighbours helped one another and three shops were paid."""
    for name in NEIGHBOURS:
        street.post(street.world.admit(name))
    limits = (orders.Limits("WIJK", 0, 500_000),)
    voucher = street.world.voucher("slager", kind="shop", limits=limits)
    street.post(street.world.admit("slager", voucher))
    street.issue(150_000)
    everybody_helps(street, minutes=60)
    shops_are_paid(street, *SHOPS, amount=12_345)
    until(street, OCTOBER)
    return street


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def rows_of(page: str) -> list[list[str]]:
    """The cells of every row of every table, without their heads."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    return [
        re.findall(r"<t[hd][^>]*>([^<]*)<", row)
        for body in bodies
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def document_of(browser: Browser) -> dict[str, Any]:
    return dict(browser.get("/openbaar/cijfers.json").json or {})


def test_each_chart_says_what_it_shows_and_stands_beside_its_table(wijk: Street) -> None:
    page = wijk.browser().page("/openbaar")
    assert rows_of(page) == [
        ["september 2026", "1.129,65 credits", "1.129,65 euro", "100%"],
        ["september 2026", "1.500,00 credits", "370,35 credits"],
        ["september 2026", "11 uur"],
    ]
    drawings = re.findall(r'<svg class="drawing"[^>]* role="img" aria-label="([^"]+)"', page)
    assert len(drawings) == page.count("<figure") == 3
    assert "11 uur" in drawings[2]
    assert "Eind september 2026: 1.129,65 credits in omloop, en 1.129,65 euro op de bank." in page
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert facts["Meegedaan in"] == "september 2026"
    assert (facts["Mensen"], facts["Winkels"]) == ("10 of meer", "3 of meer")
    assert facts["Laatste betaalopdracht voor winkels"] == "21 september 2026"


def test_figures_are_written_as_the_reader_writes_them(wijk: Street) -> None:
    browser = wijk.browser()
    browser.get("/taal/en")
    page = browser.page("/openbaar")
    assert rows_of(page)[0] == ["September 2026", "1,129.65 credits", "1,129.65 euros", "100%"]
    assert ">2,000</text>" in page
    assert ">Sep</text>" in page


def test_what_happens_today_changes_no_figure(wijk: Street) -> None:
    """Whoever loads the page before and after a payout learns nothing about that shop."""
    browser = wijk.browser()
    figures = rows_of(browser.page("/openbaar"))
    document = document_of(browser)
    shops_are_paid(wijk, "bart", amount=4_321)
    everybody_helps(wijk, people=["joop", "amina"])
    assert rows_of(browser.page("/openbaar")) == figures
    later = document_of(browser)
    assert later | {"last_settlement": ""} == document | {"last_settlement": ""}
    until(wijk, NOVEMBER)
    assert document_of(browser)["credits"] == document["credits"]
    assert document_of(browser)["hours"] == document["hours"]
    assert "43,21" not in browser.page("/openbaar")


def test_a_new_ledger_has_no_figures_yet(street: Street) -> None:
    street.issue(50_000)
    street.post(street.world.pay("werk", "joop", 1_234, "WIJK"))
    page = street.browser().page("/openbaar")
    assert "Nog geen cijfers" in page
    assert "500,00" not in page
    assert "12,34" not in page


def test_there_is_no_name_on_it(wijk: Street) -> None:
    main = main_of(wijk.browser().page("/openbaar"))
    everybody = [*FOUNDERS, *NEIGHBOURS, "slager"]
    assert not [name for name in everybody if re.search(rf"\b{name}\b", main, re.IGNORECASE)]


def test_whether_all_is_covered_is_told_today(wijk: Street) -> None:
    assert "Voor elke credit staat nu een euro op de bank." in wijk.browser().page("/openbaar")
    with wijk.raw() as raw:
        raw.execute("UPDATE fold_currencies SET reserve = 1 WHERE code = 'EUR'")
    page = wijk.browser().page("/openbaar")
    assert "Er staan nu te weinig euro’s op de bank" in page


def test_credits_of_a_budget_are_not_said_to_have_a_euro_behind_them(wijk: Street) -> None:
    world = wijk.world
    policy = orders.Policy(
        "budget",
        "members-to-shops",
        ("organisation", "shop"),
        (),
        0,
        10_000,
        credit_total=0,
        budget=orders.Budget(5_000, world.now + 86_400, a_commitment("buurtfeest")),
    )
    definition = orders.CurrencyDefinition("BON", "cent", policy)
    contra = orders.SystemAccount(an_id("contra BON"), "BON", "contra")
    wijk.do(orders.DefineCurrency(definition, (contra,)), "els", "farid")
    account = an_id("werk BON")
    wijk.do(orders.SetLimit(world.member("werk"), account, "BON", 0, 9_000), "els", "farid")
    assert "Credits uit een potje" not in wijk.browser().page("/openbaar")
    wijk.do(orders.Issue(account, "BON", 3_000, ()), "truus", "kees")
    page = wijk.browser().page("/openbaar")
    assert "Voor elke gedekte credit staat nu een euro op de bank." in page
    assert "Credits uit een potje tellen hierin niet mee." in page
    assert "Voor elke credit staat" not in page


def test_who_checked_the_books_and_when_is_there_for_everybody(wijk: Street) -> None:
    wijk.do(orders.SetRole(wijk.world.member("amina"), "auditor", True), "els", "farid")
    page = wijk.browser().page("/openbaar")
    assert "Nagekeken door de kascommissie" not in page
    statement = seals.draft(wijk.bank)
    signature = authorize(wijk.world.key("amina"), Tag.SEAL, statement.data)
    seals.keep(wijk.bank, Seal(statement, dict(signature)))
    page = wijk.browser().page("/openbaar")
    assert "Nagekeken door de kascommissie" in page
    assert "amina" in page
    assert "1 oktober 2026" in page
    (seal,) = document_of(wijk.browser())["seals"]
    assert seal == {"size": statement.size, "root": statement.root, "day": "2026-10-01"}


def test_the_same_figures_are_there_for_programs(wijk: Street) -> None:
    answer = wijk.browser().get("/openbaar/cijfers.json")
    assert answer.mimetype == "application/json"
    september = {"from": "2026-09-01", "until": "2026-10-01"}
    assert answer.json == {
        "ledger": wijk.bank.ledger,
        "until": "2026-10-01",
        "at_least": {"persons": 10, "shops": 3},
        "covered": True,
        "last_settlement": "2026-09-21",
        "seals": [],
        "credits": [
            {
                **september,
                "issued": 150_000,
                "retired": 37_035,
                "in_circulation": 112_965,
                "reserve": 112_965,
            }
        ],
        "hours": [{**september, "minutes": 660}],
        "taking_part": [{**september, "persons_at_least": 10, "shops_at_least": 3}],
    }


def test_the_checkpoint_is_one_that_anybody_can_check(street: Street) -> None:
    street.post(street.world.pay("joop", "amina", 30))
    answer = street.browser().get("/openbaar/stand")
    assert answer.mimetype == "text/plain"
    checkpoint = open_note(answer.text, street.bank.ledger, LOG_KEY.spki)
    page = street.browser().page("/openbaar")
    assert checkpoint.root.hex() in page
    assert f"{checkpoint.size} boekingen" in page
    assert street.bank.ledger in page
