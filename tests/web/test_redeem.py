"""Shops and their euro: the terms first, the fee before signing, and how far each payout is."""

from dataclasses import replace

import pytest

from tests.web.conftest import Street
from timebank.ledger import orders
from timebank.services import agreements, house, settlement, settlement_runs

TEXT = "Wij betalen elke vrijdag uit.\n\nU mag elke dag stoppen."
FORM = {"credits": "100,00", "name": "Bakkerij Bart", "iban": "NL91ABNA0417164300"}


@pytest.fixture(name="asked")
def _asked(street: Street) -> Street:
    """The street, where shops sign an agreement, hand in at least 25,00 and pay 1,5%."""
    world = street.world
    street.issue(50_000)
    street.post(world.pay("werk", "bart", 30_000, "WIJK"))
    opening = agreements.keep_document(street.bank, "Afspraken 2026", TEXT)
    (policy,) = [one.policy for one in world.founding().currencies if one.code == "WIJK"]
    terms = orders.Redeeming(2_500, 150, world.account("werk", "WIJK"), opening.commitment)
    policy = replace(policy, redeeming=terms)
    street.do(orders.SetPolicy("WIJK", policy), "els", "farid", openings=(opening,))
    return street


def test_the_terms_are_read_and_signed_before_the_first_time(asked: Street) -> None:
    bart = asked.browser("bart")
    page = bart.page("/inwisselen")
    assert "Afspraken 2026" in page
    assert "U mag elke dag stoppen." in page
    assert "1,5% van wat u inwisselt, voor werk" in page
    assert "Hoeveel credits?" not in page
    assert bart.post("/inwisselen", FORM).status_code == 409
    assert bart.sign(page).get_json()["state"] == "posted"
    assert "Hoeveel credits?" in bart.page("/inwisselen")
    assert agreements.agreed(asked.bank, asked.world.member("bart"), "WIJK")


def test_treasurers_see_which_shops_have_agreed(asked: Street) -> None:
    bart, truus = asked.browser("bart"), asked.browser("truus")
    assert truus.page("/uitbetalen").count("Nog niet akkoord") == 3
    bart.sign(bart.page("/inwisselen"))
    assert truus.page("/uitbetalen").count("Nog niet akkoord") == 2


def test_a_text_that_is_not_kept_is_not_signed_unread(street: Street) -> None:
    (policy,) = [one.policy for one in street.world.founding().currencies if one.code == "WIJK"]
    terms = orders.Redeeming(0, 0, None, "ab" * 32)
    policy = replace(policy, redeeming=terms)
    street.do(orders.SetPolicy("WIJK", policy), "els", "farid")
    page = street.browser("bart").page("/inwisselen")
    assert "Teken niets wat u niet kunt lezen." in page
    assert "data-sign-button" not in page


def test_minimum_and_fee_are_told_before_signing(asked: Street) -> None:
    bart = asked.browser("bart")
    bart.sign(bart.page("/inwisselen"))
    little = bart.post("/inwisselen", FORM | {"credits": "24,99"})
    assert little.status_code == 422
    assert "U kunt vanaf 25,00 credits inwisselen." in little.text
    page = bart.post("/inwisselen", FORM).text
    assert 'data-field="fee" data-int="150" data-money>1,50 credits' in page
    assert 'data-field="amount" data-int="9850" data-money>98,50 euro' in page
    assert bart.sign(page).get_json()["state"] == "posted"
    (waiting,) = settlement.waiting(asked.bank, "WIJK")
    assert waiting.amount == 9_850
    assert asked.balance("bart", "WIJK") == 20_000


def test_a_shop_sees_how_far_its_euro_are(asked: Street) -> None:
    bart, world = asked.browser("bart"), asked.world
    bart.sign(bart.page("/inwisselen"))
    bart.sign(bart.post("/inwisselen", FORM).text)
    assert "Wacht op uitbetalen" in bart.page("/inwisselen")
    house.keep_setting(asked.bank, "bank_name", "De Linde")
    house.keep_setting(asked.bank, "bank_iban", "NL44RABO0123456789")
    truus, kees = asked.browser("truus"), asked.browser("kees")
    truus.sign(truus.post("/uitbetalen/plan/WIJK").text)
    assert "Staat klaar om te betalen" in bart.page("/inwisselen")
    assert "Maak een uitbetaling" not in truus.page("/uitbetalen")
    (run,) = settlement_runs.runs(asked.bank)
    page = kees.page(f"/voorstellen/{run.identity}")
    assert "NL91 ABNA 0417 1643 00" in page
    kees.sign(page)
    assert "Onderweg" in bart.page("/inwisselen")
    file = truus.get(f"/uitbetalen/{run.identity}/betaalbestand.xml")
    assert b"NL91ABNA0417164300" in file.data
    assert world.member("bart").encode() not in file.data


def test_a_file_for_the_bank_is_not_there_before_enough_have_signed(asked: Street) -> None:
    bart, truus = asked.browser("bart"), asked.browser("truus")
    bart.sign(bart.page("/inwisselen"))
    bart.sign(bart.post("/inwisselen", FORM).text)
    assert "De rekening van de wijk is nog niet ingesteld." in truus.page("/uitbetalen")
    assert truus.post("/uitbetalen/plan/WIJK").status_code == 409
    house.keep_setting(asked.bank, "bank_name", "De Linde")
    house.keep_setting(asked.bank, "bank_iban", "NL44RABO0123456789")
    truus.sign(truus.post("/uitbetalen/plan/WIJK").text)
    (run,) = settlement_runs.runs(asked.bank)
    assert truus.get(f"/uitbetalen/{run.identity}/betaalbestand.xml").status_code == 404


def test_an_account_that_no_sepa_payment_reaches_is_said_at_once(asked: Street) -> None:
    bart = asked.browser("bart")
    bart.sign(bart.page("/inwisselen"))
    answer = bart.post("/inwisselen", FORM | {"iban": "TR33 0006 1005 1978 6457 8413 26"})
    assert answer.status_code == 422
    assert "Naar een rekening in dat land kan de wijk niet betalen." in answer.text


def test_the_account_of_the_last_time_is_filled_in(street: Street) -> None:
    street.issue(50_000)
    street.post(street.world.pay("werk", "bart", 30_000, "WIJK"))
    bart = street.browser("bart")
    assert 'value="NL91' not in bart.page("/inwisselen")
    bart.sign(bart.post("/inwisselen", FORM).text)
    page = bart.page("/inwisselen")
    assert 'value="NL91 ABNA 0417 1643 00"' in page
    assert 'value="Bakkerij Bart"' in page
    noor = street.browser("noor").page("/inwisselen")
    assert 'value="NL91' not in noor
