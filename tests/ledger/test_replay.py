"""Replay: a journal that was tampered with is found at the entry where it breaks."""

import json
from typing import Any

import pytest

from tests.town import Town, snapshot
from tests.world import FOUNDERS
from timebank.ledger import orders
from timebank.ledger.entries import entry_bytes, parse_entry, verify_entry
from timebank.ledger.replay import BrokenJournal, Replay
from timebank.ledger.rules import Decision
from timebank.ledger.state import State
from timebank.ledger.verified import verify_bytes
from timebank.signing.authorizations import authorize_batch
from timebank.signing.canonical import encode


@pytest.fixture
def busy(town: Town) -> Town:
    """A ledger of eight entries, of which the last three are one batch."""
    town.deposit_and_issue()
    town.wait(10)
    town.post(town.pay("joop", "amina", 90))
    town.wait(10)
    town.post(town.pay("werk", "joop", 1_000, "WIJK"))
    town.wait(10)
    batch = [
        town.order(orders.Pay((town.leg("amina", payee, 30),)), "amina")
        for payee in ("joop", "els", "kees")
    ]
    town.post(*town.batch(batch, "amina"))
    return town


def fold(entries: list[bytes]) -> State:
    replay = Replay.empty()
    for data in entries:
        entry = parse_entry(data)
        replay.add(entry, verify_entry(entry))
    return replay.finish()


def breaks_at(seq: int, entries: list[bytes], why: str) -> None:
    with pytest.raises(BrokenJournal) as caught:
        fold(entries)
    assert caught.value.seq == seq
    assert why in str(caught.value)


def edited(data: bytes, **changes: Any) -> bytes:
    return encode(json.loads(data) | changes)


def renumbered(entries: list[bytes]) -> list[bytes]:
    return [edited(data, seq=seq) for seq, data in enumerate(entries)]


def test_the_fold_of_the_entries_is_the_state_that_posted_them(busy: Town):
    assert snapshot(fold(busy.entries)) == snapshot(busy.state)


def test_an_empty_journal_adds_up_to_nothing():
    assert snapshot(fold([])) == {}


def test_a_journal_begins_with_its_genesis_and_has_only_one(busy: Town):
    breaks_at(0, renumbered(busy.entries[1:]), "other_ledger")
    other = Town(ledger="")
    order = other.order(other.founding(), "els", created=other.now + 1, ledger=None)
    second = entry_bytes(8, busy.now, Decision(other.signed(order, *FOUNDERS), (), ()))
    breaks_at(8, [*busy.entries, second], "other_ledger")


def test_changed_postings_are_found(busy: Town):
    joop, amina, els = (busy.account(name) for name in ("joop", "amina", "els"))
    for postings in (
        [[joop, -91], [amina, 91]],
        [[joop, -90], [els, 90]],
        [[joop, -90], [amina, 91]],
        [[amina, 90], [joop, -90]],
        [[joop, -90], [amina, 90], [els, 0]],
        [],
    ):
        entries = list(busy.entries)
        entries[3] = edited(entries[3], postings=postings)
        breaks_at(3, entries, "postings are not what its order says")


def test_reordered_entries_are_found(busy: Town):
    entries = list(busy.entries)
    entries[3], entries[4] = entries[4], entries[3]
    breaks_at(3, entries, "has number 4")
    breaks_at(4, renumbered(entries), "goes back in time")


def test_an_issue_before_its_deposit_is_found(busy: Town):
    entries = list(busy.entries)
    entries[1], entries[2] = entries[2], entries[1]
    breaks_at(1, renumbered(entries), "unknown_entry")


def test_a_dropped_entry_is_found(busy: Town):
    for seq in range(1, 7):
        entries = busy.entries[:seq] + busy.entries[seq + 1 :]
        breaks_at(seq, entries, f"has number {seq + 1}")


def test_a_dropped_entry_whose_consequences_were_renumbered_is_found(busy: Town):
    entries = renumbered(busy.entries[:2] + busy.entries[3:])
    breaks_at(3, entries, "below_floor")


def test_an_entry_twice_is_found(busy: Town):
    entries = busy.entries[:4] + busy.entries[3:]
    breaks_at(4, entries, "has number 3")
    breaks_at(4, renumbered(entries), "already_posted")


def test_a_batch_of_which_one_entry_is_missing_is_found(busy: Town):
    breaks_at(5, busy.entries[:-1], "a batch is incomplete at the end")
    breaks_at(5, renumbered(busy.entries[:5] + busy.entries[6:]), "a batch is incomplete")
    entries = [*busy.entries[:6], busy.entries[3], *busy.entries[6:]]
    breaks_at(6, renumbered(entries), "splits a batch")


def test_a_batch_in_another_order_or_at_two_times_is_found(busy: Town):
    entries = [*busy.entries[:5], busy.entries[6], busy.entries[5], busy.entries[7]]
    breaks_at(5, renumbered(entries), "batch_incomplete")
    entries = [*busy.entries[:7], edited(busy.entries[7], time=busy.now + 1)]
    breaks_at(7, entries, "splits a batch")


def test_time_does_not_go_back(busy: Town):
    entries = list(busy.entries)
    entries[3] = edited(entries[3], time=busy.now - 31)
    breaks_at(3, entries, "goes back in time")


def test_an_order_posted_outside_its_time_is_found(busy: Town):
    entries = list(busy.entries[:4])
    entries[3] = edited(entries[3], time=busy.now + 1_000)
    breaks_at(3, entries, "expired")


def test_an_order_whose_signers_listed_different_batches_is_found(town: Town):
    order = town.order(orders.Pay((town.leg("joop", "amina", 90),)), "joop")
    lists = [[order.identity], [order.identity, "00" * 32]]
    values = [authorize_batch(town.key("joop"), town.ledger, item) for item in lists]
    mixed = verify_bytes(order.data, values)
    entry = entry_bytes(1, town.now, Decision(mixed, (), ()))
    breaks_at(1, [*town.entries, entry], "batch_incomplete")


def test_a_batch_may_pay_to_an_account_that_it_opens(town: Town):
    """The sums of its entries are of accounts that the entries before them in it opened."""
    town.deposit_and_issue()
    opening = town.admit("fatima", town.voucher("fatima", limits=()))
    town.post(opening)
    limit = orders.SetLimit(
        town.member("fatima"), town.account("fatima", "WIJK"), "WIJK", 0, 10_000
    )
    batch = [
        town.order(limit, "els"),
        town.order(orders.Pay((town.leg("werk", "fatima", 500, "WIJK"),)), "werk"),
    ]
    identities = [order.identity for order in batch]
    values = {
        name: authorize_batch(town.key(name), town.ledger, identities)
        for name in ("els", "farid", "werk")
    }
    town.post(
        verify_bytes(batch[0].data, [values["els"], values["farid"]]),
        verify_bytes(batch[1].data, [values["werk"]]),
    )
    assert town.balance("fatima", "WIJK") == 500
    assert snapshot(fold(town.entries)) == snapshot(town.state)


def test_a_rule_that_would_not_sum_to_zero_is_found(busy: Town, monkeypatch: pytest.MonkeyPatch):
    """The sums are checked on their own, so that a mistake in a rule is found as well."""
    monkeypatch.setattr(
        "timebank.ledger.rules.postings_of",
        lambda legs: tuple((leg.payee, leg.amount) for leg in legs),
    )
    entries = list(busy.entries)
    entries[1] = edited(entries[1], postings=[[busy.system("bank"), 50_000]])
    breaks_at(1, entries, "does not sum to zero")
