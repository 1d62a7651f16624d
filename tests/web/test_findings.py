"""What the self-check found, as treasurers read it."""

import pytest

from tests.web.conftest import Street
from timebank.services import house, payments, proposals, selfcheck, settlement
from timebank_web import findings

SPOIL = "UPDATE fold_accounts SET balance = balance + 1 WHERE kind = 'bank'"


def test_books_in_order_say_when_they_were_looked_at(street: Street) -> None:
    assert "Laatste controle van de boeken: nog niet." in street.browser("truus").page(
        "/voorstellen"
    )
    selfcheck.quick(street.bank)
    page = street.browser("truus").page("/voorstellen")
    assert "Laatste controle van de boeken: vandaag om" in page
    assert "De boeken kloppen niet" not in page


@pytest.mark.parametrize("who", ["truus", "els"])
def test_a_finding_is_told_to_those_who_keep_the_books(street: Street, who: str) -> None:
    street.issue(50_000)
    with street.raw() as raw:
        raw.execute(SPOIL)
    selfcheck.quick(street.bank)
    page = street.browser(who).page("/voorstellen")
    assert "De boeken kloppen niet" in page
    assert "Een saldo is niet de som van zijn boekingen." in page
    assert "Gevonden: vandaag om" in page
    assert "sums: the balance of account" in page


def test_residents_are_told_nothing_and_pay_on(street: Street) -> None:
    with street.raw() as raw:
        raw.execute(SPOIL)
    selfcheck.quick(street.bank)
    assert "boeken kloppen niet" not in street.browser("joop").page("/thuis")
    street.post(street.world.pay("joop", "amina", 30))


def test_every_check_has_a_sentence_of_its_own() -> None:
    names = {function.__name__.removeprefix("check_") for function in selfcheck.FULL}
    assert {*names, selfcheck.NEWEST} <= findings._TITLES.keys()
    assert findings._TODO.keys() <= findings._TITLES.keys()


def test_who_signs_a_settlement_last_is_told_that_it_waits(street: Street) -> None:
    street.issue(50_000)
    house.keep_setting(street.bank, "bank_name", "De Linde")
    house.keep_setting(street.bank, "bank_iban", "NL44RABO0123456789")
    street.post(street.world.pay("werk", "bart", 1_000, "WIJK"))
    bart, truus = street.world.member("bart"), street.world.member("truus")
    account = "Bakkerij Bart, NL91 ABNA 0417 1643 00"
    street.send(payments.draft_redeem(street.bank, bart, "WIJK", 1_000, account), "bart")
    (planned,) = settlement.plan(street.bank, truus, "WIJK").runs
    draft = planned.draft
    proposals.propose(street.bank, draft, street.signatures(draft, "truus"))
    with street.raw() as raw:
        raw.execute(SPOIL)
    kees, path = street.browser("kees"), f"/voorstellen/{draft.order.identity}"
    assert (kees.sign(kees.page(path)).json or {})["go"] == path
    page = kees.page(path)
    assert "Getekend, maar het kan nu niet geboekt worden." in page
    assert "Er wordt nu niets uitbetaald" in page
    assert "Boek het nu" in page
    assert "Uitgevoerd" not in page
    with street.raw() as raw:
        raw.execute(SPOIL.replace("+", "-"))
    assert kees.post(f"{path}/boeken").status_code == 302
    assert "Uitgevoerd" in kees.page(path)
    assert selfcheck.findings(street.bank) == ()
