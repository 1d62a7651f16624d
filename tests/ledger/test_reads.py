"""What a decision reads is declared. `Town` checks it for every order of every test; here is how.

A server fetches what `reads` names, and decides on that alone: it must come to the same decision
or refusal as an auditor who has every fact.
"""

import pytest

from tests.town import Town
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.facts import Account, Currency, Governance, Holders, KeyDay, Member, MemberKey
from timebank.ledger.reads import reads
from timebank.ledger.rules import decide
from timebank.ledger.state import State, UndeclaredRead


def test_a_payment_reads_two_accounts_their_owners_and_the_key(town: Town):
    """And no more: a payment is cheap in a ledger of any size."""
    town.post(town.add_key("joop", "tablet", caps=(orders.Cap("UUR", 60),)))
    order = town.order(orders.Pay((town.leg("joop", "amina", 30),)), "joop")
    state = town.fetch([town.signed(order, "tablet")])
    kept = {kind: sum(1 for _ in state.all(kind)) for kind in (Account, Member, MemberKey, KeyDay)}
    assert kept == {Account: 2, Member: 2, MemberKey: 1, KeyDay: 0}


def test_what_was_fetched_is_not_asked_again(town: Town):
    verified = town.pay("joop", "amina", 30)
    assert reads(town.fetch([verified]), town.now, verified) == set()
    assert reads(town.state, town.now, verified) == set()


def test_a_rule_that_reads_what_was_not_declared_fails_loudly(town: Town):
    state = State([town.state.governance], complete=False)
    with pytest.raises(UndeclaredRead):
        decide(state, town.now, 1, town.pay("joop", "amina", 30))


def test_what_was_looked_for_and_not_found_is_known_to_be_absent():
    state = State(complete=False)
    state.load([(Account, "ab" * 16)], [])
    assert state.find(Account, "ab" * 16) is None
    assert state.knows((Account, "ab" * 16))
    assert state.fork().knows((Account, "ab" * 16))
    assert not state.fork().knows((Account, "cd" * 16))
    with pytest.raises(UndeclaredRead):
        state.fork().find(Account, "cd" * 16)


def test_in_a_batch_a_new_key_with_a_cap_may_pay_at_once(town: Town):
    """What the second order needs to know of the first one's key is declared by the first."""
    enrol = town.add_key("joop", "tablet", caps=(orders.Cap("UUR", 60),)).order
    for amount in (61, 60):
        pay = town.order(orders.Pay((town.leg("joop", "amina", amount),)), "joop")
        batch = town.batch([enrol, pay], "tablet")
        if amount > 60:
            town.refuses(Code.DAILY_CAP, *batch)
        else:
            town.post(*batch)
    assert town.balance("joop") == -60


def test_in_a_batch_a_newcomer_may_be_there_already(town: Town):
    joining = town.admit("fatima").order
    pay = town.order(orders.Pay((town.leg("fatima", "joop", 30),)), "fatima")
    leave = town.order(orders.Leave(town.member("fatima")), "fatima")
    town.refuses(Code.BALANCE_NOT_ZERO, *town.batch([joining, pay, leave], "fatima"))
    town.post(*town.batch([joining, pay], "fatima"))


def test_in_a_batch_an_issue_cites_the_line_before_it(town: Town):
    line = town.record_bank(500).order
    cited = (orders.CitedLine(line.identity, 500),)
    issue = town.order(orders.Issue(town.account("werk", "WIJK"), "WIJK", 500, cited), "truus")
    town.post(*town.batch([line, issue], "truus", "kees"))
    assert town.balance("werk", "WIJK") == 500


def test_the_few_facts_that_are_always_loaded_are_enough_to_begin_with(town: Town):
    state = town.fetch([])
    for kind in (Governance, Currency, Holders):
        assert list(state.all(kind)) == list(town.state.all(kind))
