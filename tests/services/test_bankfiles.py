"""The bank's lines in the journal: each once, for what it is, and never for a guess."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.banking import OWN
from tests.services.conftest import Village
from tests.services.test_settlement import BART, NOOR, plan, redeem
from timebank.errors import Flaw, Refusal, Unfit
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.services import (
    auditing,
    bankfiles,
    files,
    house,
    proposals,
    settlement,
    settlement_runs,
    treasury,
)
from timebank.services.matching import Kind, Why
from timebank.services.pain import message_id
from timebank.services.posting import Posted
from timebank.services.settlement import Payout
from timebank.storage import fold
from timebank.storage.engine import reading
from timebank_cli.demo.banking import Booking, Part, statement

DAY, LATER = "2026-09-22", "2026-09-25"


@pytest.fixture(name="paid_out")
def _paid_out(village: Village) -> Village:
    """A village where a settlement of 3,00 to Bart and 1,50 to Noor was posted."""
    house.keep_setting(village.bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(village.bank, "bank_iban", OWN)
    village.issue(1_000)
    redeem(village, "bart", 300, BART)
    redeem(village, "noor", 150, NOOR)
    village.send(plan(village).draft, "truus", "kees")
    return village


def payouts(village: Village) -> dict[str, Payout]:
    (run,) = settlement_runs.runs(village.bank)
    return {item.payout.redemption: item.payout for item in run.payouts}


def part(village: Village, amount: int, returned: str = "") -> Part:
    found = next(item for item in payouts(village).values() if item.amount == amount)
    return Part(found.reference, amount, found.sent_name, returned=returned)


def whole(village: Village) -> Booking:
    redemptions = [item.redemption for item in payouts(village).values()]
    return Booking("BATCH", DAY, -450, batch=message_id(redemptions))


def back(village: Village, amount: int = 150) -> Booking:
    return Booking("BACK", LATER, amount, [part(village, amount, "AC04")])


def imports(village: Village, *bookings: Booking, name: str = "camt.xml") -> bankfiles.Imported:
    return bankfiles.import_file(village.bank, name, statement(OWN, bookings))


def record(village: Village, reference: str, **how: bool) -> Posted:
    line = next(
        item.kept.line for item in bankfiles.lines(village.bank)
        if item.kept.line.reference == reference
    )  # fmt: skip
    truus = village.world.member("truus")
    return village.send(bankfiles.draft_record(village.bank, truus, line.id, **how), "truus")


def whats(village: Village) -> dict[str, object]:
    return {
        item.kept.line.reference: item.match.why or item.match.kind
        for item in bankfiles.lines(village.bank)
    }


def balance(village: Village, kind: str) -> int:
    with reading(village.bank.engine) as conn:
        return next(item.balance for item in fold.every(conn, Account) if item.kind == kind)


def state(village: Village) -> str:
    (run,) = settlement_runs.runs(village.bank)
    return run.state


def test_a_line_that_pays_a_settlement_empties_transit(paid_out):
    assert balance(paid_out, "transit") == -450
    imports(paid_out, whole(paid_out))
    assert (whats(paid_out), state(paid_out)) == ({"BATCH": Kind.PAID}, "posted")
    record(paid_out, "BATCH")
    assert (balance(paid_out, "transit"), balance(paid_out, "bank")) == (0, 550)
    assert state(paid_out) == "paid"
    assert bankfiles.unrecorded(paid_out.bank) == []
    assert auditing.check(paid_out.bank) == []


def test_the_journal_commits_to_the_file_and_the_banks_reference(paid_out):
    imported = imports(paid_out, whole(paid_out))
    posted = record(paid_out, "BATCH")
    (opening,) = proposals.proposal(paid_out.bank, posted.identity).openings
    named = files.line_named(opening.text)
    assert named is not None
    assert (named.digest, named.reference) == (imported.digest, "BATCH")
    kept = files.find(paid_out.bank, imported.digest)
    assert kept is not None
    assert bankfiles.read(kept.data).lines[0].reference == "BATCH"


def test_a_text_of_the_bank_as_long_as_it_likes_leaves_file_and_reference_whole(paid_out):
    words = "| ref x " * 30
    booking = Booking("R" * 35, DAY, 100, [Part("", 100, "N" * 70, text=words)])
    imported = imports(paid_out, booking)
    posted = record(paid_out, "R" * 35)
    (opening,) = proposals.proposal(paid_out.bank, posted.identity).openings
    named = files.line_named(opening.text)
    assert named is not None
    assert (named.digest, named.reference) == (imported.digest, "R" * 35)


def test_the_same_file_again_changes_nothing(paid_out):
    first = imports(paid_out, whole(paid_out))
    assert (first.already, len(first.fresh)) == (False, 1)
    record(paid_out, "BATCH")
    before = paid_out.tables()
    again = imports(paid_out, whole(paid_out), name="nog eens.xml")
    assert (again.already, len(again.fresh), again.known) == (True, 0, 1)
    assert paid_out.tables() == before


def test_files_that_overlap_or_come_out_of_order_hold_each_line_once(paid_out):
    batch, returned = whole(paid_out), back(paid_out)
    deposit = Booking("IN", "2026-09-20", 5_000)
    imports(paid_out, batch, returned, name="later.xml")
    second = imports(paid_out, deposit, batch, name="earlier.xml")
    assert ([line.reference for line in second.fresh], second.known) == (["IN"], 1)
    assert whats(paid_out) == {
        "IN": Why.NO_REFERENCE,
        "BATCH": Kind.PAID,
        "BACK": Kind.RETURNED,
    }


def test_a_return_that_is_imported_before_its_payment_is_a_return(paid_out):
    imports(paid_out, back(paid_out))
    record(paid_out, "BACK")
    imports(paid_out, whole(paid_out))
    record(paid_out, "BATCH")
    assert state(paid_out) == "returned"
    assert (balance(paid_out, "transit"), balance(paid_out, "bank")) == (0, 700)


def test_a_line_that_was_recorded_stays_what_it_was_when_an_earlier_one_comes_in(paid_out):
    later = Booking("LATER", LATER, -300, [part(paid_out, 300)])
    imports(paid_out, later)
    record(paid_out, "LATER")
    imports(paid_out, Booking("EARLIER", DAY, -300, [part(paid_out, 300)]))
    assert whats(paid_out) == {"EARLIER": Why.PAID_BEFORE, "LATER": Kind.PAID}


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (statement("NL91ABNA0417164300", [Booking("A", DAY, 1)]), Flaw.OTHER_ACCOUNT),
        (statement(OWN, [Booking("A", DAY, 1)])[:-40], Flaw.FILE_BROKEN),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', Flaw.FILE_WITH_ENTITIES),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_behind(paid_out, data, flaw):
    before = paid_out.tables()
    with pytest.raises(Unfit) as caught:
        bankfiles.import_file(paid_out.bank, "x.xml", data)
    assert caught.value.code is flaw
    assert paid_out.tables() == before


def test_there_is_one_order_for_a_line_whoever_wants_to_record_it(paid_out):
    imports(paid_out, whole(paid_out))
    (line,) = bankfiles.unrecorded(paid_out.bank)
    authors = [paid_out.world.member(name) for name in ("truus", "kees")] * 4
    with ThreadPoolExecutor(4) as pool:
        drafts = list(
            pool.map(
                lambda author: bankfiles.draft_record(paid_out.bank, author, line.kept.line.id),
                authors,
            )
        )
    assert len({draft.order.identity for draft in drafts}) == 1
    both = paid_out.send(drafts[0], "truus", "kees")
    assert paid_out.send(drafts[-1], "truus", "kees") == both
    assert balance(paid_out, "bank") == 550
    with pytest.raises(Unfit) as caught:
        bankfiles.draft_record(paid_out.bank, authors[0], line.kept.line.id)
    assert caught.value.code is Flaw.LINE_RECORDED


def test_an_order_that_expired_makes_room_for_another(paid_out):
    imports(paid_out, whole(paid_out))
    (line,) = bankfiles.unrecorded(paid_out.bank)
    truus = paid_out.world.member("truus")
    first = bankfiles.draft_record(paid_out.bank, truus, line.kept.line.id)
    paid_out.wait(orders.PROPOSAL_SECONDS + 600)
    second = bankfiles.draft_record(paid_out.bank, truus, line.kept.line.id)
    assert second.order.identity != first.order.identity
    with pytest.raises(Refusal):
        paid_out.send(first, "truus")
    paid_out.send(second, "truus")
    assert balance(paid_out, "bank") == 550


def test_what_no_reference_tells_a_treasurer_can(paid_out):
    imports(paid_out, Booking("LOOSE", DAY, -450))
    assert whats(paid_out) == {"LOOSE": Why.NO_REFERENCE}
    record(paid_out, "LOOSE", payout=True)
    assert balance(paid_out, "transit") == 0


def test_a_payout_that_came_back_is_issued_again_once_and_to_its_shop(paid_out):
    imports(paid_out, whole(paid_out), back(paid_out))
    record(paid_out, "BATCH")
    assert bankfiles.came_back(paid_out.bank) == []
    line = record(paid_out, "BACK")
    (returned,) = bankfiles.came_back(paid_out.bank)
    assert not returned.reissued
    who = paid_out.world.member
    draft = bankfiles.draft_reissue(paid_out.bank, who("truus"), returned)
    assert isinstance(draft.order.body, orders.Issue)
    assert draft.order.body.backing == (orders.CitedLine(line.identity, 150),)
    again = bankfiles.draft_reissue(paid_out.bank, who("kees"), returned)
    assert again.order.identity == draft.order.identity
    paid_out.send(draft, "truus", "kees")
    assert paid_out.balance("noor", "WIJK") == 150
    (returned,) = bankfiles.came_back(paid_out.bank)
    assert returned.reissued
    with pytest.raises(Unfit):
        bankfiles.draft_reissue(paid_out.bank, who("truus"), returned)
    (run,) = settlement_runs.runs(paid_out.bank)
    assert (run.state, run.total, run.paid, run.returned) == ("returned", 450, 450, 150)
    assert auditing.check(paid_out.bank) == []


def test_the_euro_of_a_return_back_nobody_elses_credits(paid_out):
    imports(paid_out, whole(paid_out), back(paid_out))
    record(paid_out, "BATCH")
    record(paid_out, "BACK")
    truus, werk = paid_out.world.member("truus"), paid_out.world.member("werk")
    with pytest.raises(Refusal):
        treasury.draft_issue(paid_out.bank, truus, werk, "WIJK", 150, "iets")


def test_a_shop_whose_payout_came_back_hands_in_and_is_paid_anew(paid_out):
    imports(paid_out, whole(paid_out), back(paid_out))
    record(paid_out, "BATCH")
    record(paid_out, "BACK")
    (returned,) = bankfiles.came_back(paid_out.bank)
    truus = paid_out.world.member("truus")
    paid_out.send(bankfiles.draft_reissue(paid_out.bank, truus, returned), "truus", "kees")
    redeem(paid_out, "noor", 1, NOOR)
    (waiting,) = settlement.waiting(paid_out.bank)
    assert waiting.reference != returned.owed.reference
    paid_out.send(plan(paid_out).draft, "truus", "kees")
    assert {run.state for run in settlement_runs.runs(paid_out.bank)} == {"returned", "posted"}


def test_a_line_recorded_by_hand_can_be_named_as_the_same(paid_out):
    truus = paid_out.world.member("truus")
    by_hand = paid_out.send(treasury.draft_record_bank(paid_out.bank, truus, 700, "x"), "truus")
    imports(paid_out, Booking("A", DAY, 700), Booking("B", DAY, 700), Booking("C", DAY, 800))
    a, b, c = (item.kept.line.id for item in bankfiles.lines(paid_out.bank))
    with pytest.raises(Unfit) as caught:
        bankfiles.link(paid_out.bank, c, by_hand.identity)
    assert caught.value.code is Flaw.LINE_DIFFERS
    bankfiles.link(paid_out.bank, a, by_hand.identity)
    with pytest.raises(Unfit) as caught:
        bankfiles.link(paid_out.bank, b, by_hand.identity)
    assert caught.value.code is Flaw.LINE_RECORDED
    assert [item.kept.line.id for item in bankfiles.unrecorded(paid_out.bank)] == [b, c]


def test_a_line_that_is_proposed_by_hand_is_asked_about_too(paid_out):
    bank, truus = paid_out.bank, paid_out.world.member("truus")
    draft = treasury.draft_record_bank(bank, truus, 700, "x")
    proposals.propose(bank, draft, paid_out.signatures(draft, "truus"))
    imports(paid_out, Booking("A", DAY, 700), Booking("B", DAY, 800))
    a, b = (item.kept.line.id for item in bankfiles.lines(bank))
    with pytest.raises(Unfit) as caught:
        bankfiles.draft_record(bank, truus, a)
    assert caught.value.code is Flaw.RECORDED_BY_HAND
    with pytest.raises(Unfit) as caught:
        bankfiles.link(bank, b, draft.order.identity)
    assert caught.value.code is Flaw.LINE_DIFFERS
    bankfiles.link(bank, a, draft.order.identity)
    assert 700 not in bankfiles.by_hand(bank)
    paid_out.send(draft, "truus")
    assert next(item for item in bankfiles.lines(bank) if item.kept.line.id == a).recorded


def test_a_line_that_was_imported_is_not_recorded_by_hand_unasked(paid_out):
    bank, truus = paid_out.bank, paid_out.world.member("truus")
    imports(paid_out, Booking("A", DAY, 700))
    with pytest.raises(Unfit) as caught:
        bankfiles.draft_by_hand(bank, truus, 700, "x")
    assert caught.value.code is Flaw.LINE_IMPORTED
    assert bankfiles.draft_by_hand(bank, truus, 700, "x", apart=True)
    assert bankfiles.draft_by_hand(bank, truus, -700, "x")


def test_a_line_that_was_recorded_by_hand_is_not_recorded_again_unasked(paid_out):
    truus = paid_out.world.member("truus")
    by_hand = paid_out.send(treasury.draft_record_bank(paid_out.bank, truus, 700, "x"), "truus")
    imports(paid_out, Booking("A", DAY, 700), Booking("B", DAY, 700), Booking("C", DAY, 800))
    a, b = (item.kept.line.id for item in bankfiles.lines(paid_out.bank)[:2])
    for line in (a, b):
        with pytest.raises(Unfit) as caught:
            bankfiles.draft_record(paid_out.bank, truus, line)
        assert caught.value.code is Flaw.RECORDED_BY_HAND
    found = bankfiles.by_hand(paid_out.bank)
    assert [(item.identity, item.amount) for item in found[700]] == [(by_hand.identity, 700)]
    record(paid_out, "C")
    bankfiles.link(paid_out.bank, a, by_hand.identity)
    assert bankfiles.by_hand(paid_out.bank) == {1_000: found[1_000]}
    record(paid_out, "B")
    assert bankfiles.unrecorded(paid_out.bank) == []


def test_another_line_of_the_same_amount_is_recorded_when_a_treasurer_says_so(paid_out):
    truus = paid_out.world.member("truus")
    paid_out.send(treasury.draft_record_bank(paid_out.bank, truus, 700, "x"), "truus")
    imports(paid_out, Booking("A", DAY, 700))
    record(paid_out, "A", apart=True)
    assert bankfiles.unrecorded(paid_out.bank) == []


def test_linking_and_recording_a_line_at_once_gives_it_one_entry(paid_out, monkeypatch):
    """Between looking the line up and writing, another treasurer records it."""
    truus = paid_out.world.member("truus")
    by_hand = paid_out.send(treasury.draft_record_bank(paid_out.bank, truus, 700, "x"), "truus")
    imports(paid_out, Booking("A", DAY, 700))
    (line,) = bankfiles.unrecorded(paid_out.bank)
    stale = bankfiles.find_line(paid_out.bank, line.kept.line.id)
    record(paid_out, "A", apart=True)
    monkeypatch.setattr(bankfiles, "find_line", lambda bank, start: stale)
    with pytest.raises(Unfit) as caught:
        bankfiles.link(paid_out.bank, line.kept.line.id, by_hand.identity)
    assert caught.value.code is Flaw.LINE_RECORDED
