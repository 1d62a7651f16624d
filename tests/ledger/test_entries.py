"""Entries: their bytes are canonical, and no byte in them goes unnoticed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.test_orders import BODIES
from tests.town import Town
from timebank.errors import Code, Refusal
from timebank.journal.merkle import leaf_hash
from timebank.ledger import orders
from timebank.ledger.entries import MAX_ENTRY_BYTES, entry_bytes, parse_entry, verify_entry
from timebank.ledger.orders import TYPES, Order
from timebank.ledger.replay import BrokenJournal, Replay
from timebank.ledger.rules import Decision
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder
from timebank.signing.authorizations import MAX_BATCH, authorize_batch
from timebank.signing.canonical import encode

TOWN = Town()
PAID = TOWN.post(TOWN.pay("joop", "amina", 90))
FOUNDED, ENTRY = TOWN.entries


def fold(*entries: bytes) -> State:
    replay = Replay.empty()
    for data in entries:
        entry = parse_entry(data)
        replay.add(entry, verify_entry(entry))
    return replay.finish()


def test_an_entry_is_its_order_its_authorizations_and_its_postings():
    entry = parse_entry(ENTRY)
    joop, amina = TOWN.account("joop"), TOWN.account("amina")
    assert entry.seq == 1
    assert entry.time == TOWN.now
    assert entry.moved() == ((joop, -90), (amina, 90))
    assert verify_entry(entry) == PAID.verified


def test_the_bytes_of_an_entry_are_the_canonical_encoding_of_what_it_says():
    for seq, data in enumerate(TOWN.entries):
        fields = json.loads(data)
        assert encode(fields) == data
        assert fields["seq"] == seq
        assert set(fields) == {"authorizations", "order", "postings", "seq", "time"}
    assert encode(json.loads(ENTRY)["order"]) == PAID.verified.order.data


def unchecked(order: Order) -> bytes:
    """Return an entry with this order, whether or not the rules would let it post."""
    verified = VerifiedOrder(order, encode([]), ())
    return entry_bytes(0, 0, Decision(verified, (), ()))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_whatever_is_an_order_fits_in_an_entry_also_when_it_is_withdrawn(name: str):
    """An entry puts one level around an order: what posts must never be too deep to read back."""
    header: dict[str, Any] = {"ledger": None} if name == "genesis" else {}
    order = TOWN.order(BODIES[name](TOWN), "els", **header)
    assert parse_entry(unchecked(order)).order == json.loads(order.data)
    if name != "withdraw":
        withdrawal = TOWN.order(orders.Withdraw(json.loads(order.data)), "els")
        assert parse_entry(unchecked(withdrawal)).order == json.loads(withdrawal.data)


def test_the_largest_order_with_the_largest_authorizations_fits_in_an_entry():
    identities = [f"{number:064x}" for number in range(MAX_BATCH)]
    value = authorize_batch(TOWN.key("joop"), TOWN.ledger, identities)
    assertion = {"authenticator_data": "A" * 1366, "client_data": "A" * 5462}
    postings = 2 * 16 * len(f'["{"0" * 32}",{-(2**53)}],')
    assert 65_536 + 32 * len(encode([value | assertion])) + postings + 100 < MAX_ENTRY_BYTES


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seq": -1}, Code.BAD_FIELD),
        ({"seq": True}, Code.BAD_FIELD),
        ({"time": "now"}, Code.BAD_FIELD),
        ({"order": []}, Code.BAD_FIELD),
        ({"authorizations": {}}, Code.BAD_FIELD),
        ({"authorizations": [1]}, Code.BAD_FIELD),
        ({"note": 1}, Code.BAD_FIELD),
        ({"postings": [["ab" * 16]]}, Code.BAD_FIELD),
        ({"postings": [["ab" * 16, 1, 1]]}, Code.BAD_FIELD),
        ({"postings": [["ab" * 16, True]]}, Code.BAD_FIELD),
        ({"postings": [[1, "ab" * 16]]}, Code.BAD_FIELD),
        ({"postings": [["AB" * 16, 1]]}, Code.BAD_FIELD),
        ({"postings": ["ab" * 16]}, Code.BAD_FIELD),
    ],
)
def test_a_malformed_entry_is_refused(changes: dict[str, Any], code: Code):
    with pytest.raises(Refusal) as caught:
        parse_entry(encode(json.loads(ENTRY) | changes))
    assert caught.value.code is code


@pytest.mark.parametrize("name", ["authorizations", "order", "postings", "seq", "time"])
def test_an_entry_without_one_of_its_parts_is_refused(name: str):
    fields = json.loads(ENTRY)
    del fields[name]
    with pytest.raises(Refusal) as caught:
        parse_entry(encode(fields))
    assert caught.value.code is Code.BAD_FIELD


def test_an_entry_over_its_size_cap_is_refused():
    with pytest.raises(Refusal) as caught:
        parse_entry(b"[" * (MAX_ENTRY_BYTES + 1))
    assert caught.value.code is Code.TOO_LARGE


@given(st.integers(0, len(ENTRY) - 1), st.integers(1, 255))
def test_one_mutated_byte_in_an_entry_is_refused(position: int, change: int):
    """All but its time: an order may post at any moment it is valid, so that the leaf tells."""
    data = bytearray(ENTRY)
    data[position] ^= change
    assert leaf_hash(bytes(data)) != leaf_hash(ENTRY)
    try:
        fold(FOUNDED, bytes(data))
    except (Refusal, BrokenJournal):
        return
    assert replace(parse_entry(bytes(data)), time=TOWN.now) == parse_entry(ENTRY)


def test_every_byte_of_the_time_is_covered_by_the_leaf():
    later = ENTRY.replace(b'"time":%d' % TOWN.now, b'"time":%d' % (TOWN.now + 1))
    fold(FOUNDED, later)
    assert leaf_hash(later) != leaf_hash(ENTRY)
