"""The treasurers' page of payouts: what a proposal cannot break, and what a line may be."""

import html

import pytest

from tests.web.conftest import Street
from timebank.ledger import orders
from timebank.services import bankfiles, house, payments, proposals, settlement, treasury
from timebank.services.drafts import Draft
from timebank.services.files import PaymentsName
from timebank_cli.demo.banking import Booking, Part, statement

OWN = "NL44RABO0123456789"
DAY = "2026-09-22"


@pytest.fixture(name="handed_in")
def _handed_in(street: Street) -> Street:
    """The street, where Noor waits for 3,00."""
    house.keep_setting(street.bank, "bank_name", "De Linde")
    house.keep_setting(street.bank, "bank_iban", OWN)
    street.issue(50_000)
    street.post(street.world.pay("werk", "noor", 1_000, "WIJK"))
    hand_in(street, 300)
    return street


def hand_in(street: Street, amount: int) -> None:
    noor, to = street.world.member("noor"), "Groente Noor, NL91 ABNA 0417 1643 00"
    street.send(payments.draft_redeem(street.bank, noor, "WIJK", amount, to), "noor")


def settle(street: Street) -> settlement.Planned:
    truus = street.world.member("truus")
    (planned,) = settlement.plan(street.bank, truus, "WIJK").runs
    street.send(planned.draft, "truus", "kees")
    return planned


def test_a_settlement_that_names_nobody_spoils_no_page(handed_in: Street) -> None:
    world = handed_in.world
    payout = orders.Payout("ab" * 32, "cd" * 16, 300)
    body = orders.Settle("WIJK", "11" * 16, "22" * 16, (payout,), "ee" * 32)
    draft = Draft(handed_in.bank.draft(body, author=world.member("joop")))
    proposals.propose(handed_in.bank, draft, [])
    truus = handed_in.browser("truus")
    assert "Wacht op handtekeningen" in truus.page("/uitbetalen")
    assert "Dit heeft geen winkel ingewisseld." in truus.page(f"/uitbetalen/{draft.order.identity}")
    handed_in.browser("noor").page("/inwisselen")


def test_a_second_treasurer_does_not_sign_for_the_file_of_another_settlement(
    handed_in: Street,
) -> None:
    old = settle(handed_in)
    hand_in(handed_in, 200)
    bank, truus = handed_in.bank, handed_in.world.member("truus")
    name, waits = PaymentsName("pain.001.001.09", old.file.digest), settlement.waiting(bank)
    crafted = settlement.draft_settle(bank, truus, "WIJK", waits, name, handed_in.clock.now())
    proposals.propose(bank, crafted, handed_in.signatures(crafted, "truus"))
    kees = handed_in.browser("kees")
    answer = kees.sign(kees.page(f"/voorstellen/{crafted.order.identity}"))
    assert answer.status_code == 409
    assert "Het betaalbestand is niet meer wat er getekend is." in answer.text
    assert settlement.waiting(bank) == waits


def test_a_line_that_may_be_one_recorded_by_hand_is_asked_about(handed_in: Street) -> None:
    bank, truus = handed_in.bank, handed_in.browser("truus")
    by_hand = treasury.draft_record_bank(bank, handed_in.world.member("truus"), 700, "rente")
    handed_in.send(by_hand, "truus")
    bookings = [Booking("A", DAY, 700), Booking("B", DAY, 700)]
    bankfiles.import_file(bank, "camt.xml", statement(OWN, bookings))
    page = truus.page("/uitbetalen")
    assert page.count("Is het dezelfde regel?") == 2
    assert "Boek deze regel<" not in page
    first, second = (item.kept.line.id for item in bankfiles.unrecorded(bank))
    truus.post(f"/uitbetalen/regel/{first}")
    assert "Dit bedrag is al met de hand geboekt." in truus.page("/uitbetalen")
    truus.post(f"/uitbetalen/regel/{first}/is/{by_hand.order.identity}")
    assert [item.kept.line.id for item in bankfiles.unrecorded(bank)] == [second]
    assert "Is het dezelfde regel?" not in truus.page("/uitbetalen")
    assert truus.post(f"/uitbetalen/regel/{second}").location.startswith("/voorstellen/")


def test_a_line_that_is_another_is_recorded_beside_it(handed_in: Street) -> None:
    bank, truus = handed_in.bank, handed_in.browser("truus")
    by_hand = treasury.draft_record_bank(bank, handed_in.world.member("truus"), 700, "rente")
    handed_in.send(by_hand, "truus")
    bankfiles.import_file(bank, "camt.xml", statement(OWN, [Booking("A", DAY, 700)]))
    (line,) = bankfiles.unrecorded(bank)
    answer = truus.post(f"/uitbetalen/regel/{line.kept.line.id}", {"apart": "1"})
    assert answer.location.startswith("/voorstellen/")


def test_credits_are_given_back_to_a_shop_by_name(handed_in: Street) -> None:
    """And what is counted are payouts: one shop can have two."""
    hand_in(handed_in, 200)
    planned = settle(handed_in)
    bank, truus = handed_in.bank, handed_in.browser("truus")
    assert "2 uitbetalingen" in truus.page("/uitbetalen")
    one = planned.payouts[0]
    paid = Booking(
        "P", DAY, -500, [Part(each.reference, each.amount, "Noor") for each in planned.payouts]
    )
    back = Booking("R", DAY, one.amount, [Part(one.reference, one.amount, "Noor", returned="AC04")])
    bankfiles.import_file(bank, "camt.xml", statement(OWN, [paid, back], opening=1_000))
    assert "2 uitbetalingen aan winkels" in truus.page("/uitbetalen")
    for line in bankfiles.unrecorded(bank):
        draft = bankfiles.draft_record(bank, handed_in.world.member("truus"), line.kept.line.id)
        handed_in.send(draft, "truus")
    assert "Geef noor de credits terug" in html.unescape(truus.page("/uitbetalen"))
