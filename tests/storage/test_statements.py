"""Statements against a ledger small enough to work out by hand, and against a plain sum."""

from collections import defaultdict
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.storage.rows import member_account, row, sides
from timebank.ledger.facts import Account, Member
from timebank.ledger.orders import Leg
from timebank.storage.engine import writing
from timebank.storage.fold import clear_fold, save_facts
from timebank.storage.journal import append, read_head, rows, stray_postings
from timebank.storage.statements import (
    Movement,
    TrialLine,
    balances,
    ever_paid,
    movements,
    of_entry,
    posting_sums,
    trial_balance,
)

AMINA, JOOP, BART, BART_WIJ, AMINA_WIJ = (member_account(n).id for n in range(1, 6))
CURRENCY = dict.fromkeys((AMINA, JOOP, BART), "HRS") | dict.fromkeys((BART_WIJ, AMINA_WIJ), "WIJ")
START = 1_700_000_000
JOURNAL = [
    [Leg(JOOP, AMINA, "HRS", 90)],
    [],
    [Leg(AMINA, BART, "HRS", 30), Leg(AMINA_WIJ, BART_WIJ, "WIJ", 450)],
    [Leg(AMINA, JOOP, "HRS", 20), Leg(BART, AMINA, "HRS", 5), Leg(AMINA, BART, "HRS", 1)],
]


def post(conn, journal):
    """One batch an hour."""
    totals = dict.fromkeys(CURRENCY, 0)
    start = read_head(conn).size
    for seq, legs in enumerate(journal, start):
        time = START + 3600 * seq
        append(conn, read_head(conn), [row(seq, time=time, legs=legs)], time)
        for account, amount in (side for leg in legs for side in sides(leg)):
            totals[account] += amount
    save_facts(
        conn,
        [
            replace(member_account(n, CURRENCY[account], totals[account]), id=account)
            for n, account in enumerate(CURRENCY, 1)
        ],
    )


@pytest.fixture
def ledger(conn):
    post(conn, JOURNAL)
    return conn


def movement(seq, account, amount, balance, *counterparts):
    made = row(seq)
    return Movement(
        seq, START + 3600 * seq, "pay", account, amount, made.identity, balance, counterparts
    )


def test_movements_are_newest_first_with_the_balance_each_left(ledger):
    assert movements(ledger, [AMINA, AMINA_WIJ], limit=10) == [
        movement(3, AMINA, -16, 44, JOOP, BART),
        movement(2, AMINA, -30, 60, BART),
        movement(2, AMINA_WIJ, -450, -450, BART_WIJ),
        movement(0, AMINA, 90, 90, JOOP),
    ]


def test_a_page_never_ends_in_the_middle_of_an_entry(ledger):
    mine = [AMINA, AMINA_WIJ]
    everything = movements(ledger, mine, limit=10)
    assert movements(ledger, mine, limit=2) == everything[:3]
    assert movements(ledger, mine, limit=1, before_seq=3) == everything[1:3]
    assert movements(ledger, mine, limit=9, before_seq=2) == everything[3:]
    assert movements(ledger, mine, limit=9, before_seq=0) == []


def test_a_period_includes_its_first_second_and_not_its_last(ledger):
    everything = movements(ledger, [AMINA], limit=10)
    hour = [START + 3600 * n for n in range(4)]
    assert movements(ledger, [AMINA], limit=9, since=hour[2]) == everything[:2]
    assert movements(ledger, [AMINA], limit=9, until=hour[2]) == everything[2:]
    assert movements(ledger, [AMINA], limit=9, since=hour[1], until=hour[3]) == everything[1:2]
    assert movements(ledger, [AMINA], limit=9, since=hour[3] + 1) == []


def test_an_account_without_movements_has_none(ledger):
    assert movements(ledger, ["nobody"], limit=9) == []
    assert movements(ledger, [], limit=9) == []


def test_an_entry_shows_every_account_it_touched(ledger):
    assert of_entry(ledger, 2) == [
        movement(2, AMINA, -30, 60, BART),
        movement(2, BART, 30, 30, AMINA),
        movement(2, AMINA_WIJ, -450, -450, BART_WIJ),
        movement(2, BART_WIJ, 450, 450, AMINA_WIJ),
    ]
    assert of_entry(ledger, 1) == []
    assert of_entry(ledger, 9) == []


def test_who_has_paid_whom_has_a_direction(ledger):
    assert ever_paid(ledger, [(JOOP, AMINA)])
    assert ever_paid(ledger, [(JOOP, BART), (AMINA, BART)])
    assert not ever_paid(ledger, [(JOOP, BART)])
    assert not ever_paid(ledger, [(JOOP, JOOP), (AMINA, BART_WIJ)])
    assert not ever_paid(ledger, [])


def test_a_payee_has_not_paid_by_being_paid(conn):
    post(conn, [[Leg(JOOP, AMINA, "HRS", 90)]])
    assert not ever_paid(conn, [(AMINA, JOOP)])


def test_a_members_balances_are_those_of_their_accounts(ledger):
    pairs = (("HRS", AMINA), ("WIJ", AMINA_WIJ))
    save_facts(ledger, [Member("amina", "person", "active", (), pairs, "")])
    found = balances(ledger, "amina")
    assert [(a.id, a.currency, a.balance) for a in found] == [
        (AMINA, "HRS", 44),
        (AMINA_WIJ, "WIJ", -450),
    ]
    assert balances(ledger, "nobody") == []


def test_the_trial_balance_lists_every_account_and_sums_to_zero(ledger):
    save_facts(ledger, [Account("contra", "contra", "WIJ")])
    found = trial_balance(ledger)
    assert list(found) == ["HRS", "WIJ"]
    assert found["WIJ"][-1] == TrialLine("contra", "contra", "", 0)
    assert {code: sum(line.balance for line in lines) for code, lines in found.items()} == {
        "HRS": 0,
        "WIJ": 0,
    }


def test_the_journal_is_read_whole_with_its_postings(ledger):
    expected = [row(n, time=START + 3600 * n, legs=legs) for n, legs in enumerate(JOURNAL)]
    assert list(rows(ledger)) == expected
    assert stray_postings(ledger) == []


@pytest.mark.parametrize(
    ("stray", "at"),
    [("(9, 0, 'x', 5)", 9), ("(1, 1, 'x', 5)", 1), ("(0, 3, 'x', 5)", 0), ("(0, -1, 'x', 5)", 0)],
)
def test_a_stray_posting_is_found(ledger, stray, at):
    ledger.execute(text(f"INSERT INTO journal_postings VALUES {stray}"))
    assert stray_postings(ledger) == [at]


legs = st.builds(
    lambda pair, amount: Leg(pair[0], pair[1], "HRS", amount),
    st.sampled_from(list(permutations([AMINA, JOOP, BART], 2))),
    st.integers(1, 100),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    journal=st.lists(st.lists(legs, max_size=4), min_size=1, max_size=12), size=st.integers(1, 5)
)
def test_pages_put_together_are_the_sum_of_the_postings(engine, journal, size):
    with writing(engine) as conn:
        clear_fold(conn)
        save = conn.begin_nested()
        post(conn, journal)
        totals = defaultdict(int)
        expected = []
        for seq, entry in enumerate(journal):
            for account in dict.fromkeys(a for leg in entry for a, _ in sides(leg)):
                amount = sum(n for leg in entry for a, n in sides(leg) if a == account)
                totals[account] += amount
                expected.append((seq, account, amount, totals[account]))
        assert posting_sums(conn) == totals
        found, before = [], None
        while page := movements(conn, [AMINA, JOOP, BART], limit=size, before_seq=before):
            found += [(m.seq, m.account, m.amount, m.balance) for m in page]
            before = page[-1].seq
        assert sorted(found) == sorted(expected)
        save.rollback()
