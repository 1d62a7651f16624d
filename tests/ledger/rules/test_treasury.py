"""Bank lines, issuing, retiring and settling."""

from dataclasses import replace

import pytest

from tests.town import Town
from tests.world import a_commitment, an_id
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.facts import BankLine, Redemption
from timebank.ledger.verified import VerifiedOrder

NOTE = a_commitment("notitie")


def bank_line(
    town: Town, amount: int, bank: str = "bank", counter: str = "outside"
) -> orders.RecordBank:
    return orders.RecordBank(town.system(bank), town.system(counter), amount, NOTE)


# ---- record_bank


def test_a_bank_line_comes_from_outside_or_goes_there(town: Town):
    deposit = town.record_bank(50_000)
    town.post(deposit)
    assert (town.balance_of("bank"), town.balance_of("outside")) == (50_000, -50_000)
    line = deposit.order.identity
    assert list(town.state.all(BankLine)) == [BankLine(line, "EUR", 50_000, 0)]
    town.do(bank_line(town, -20_000, counter="transit"), "kees")
    assert (town.balance_of("bank"), town.balance_of("transit")) == (30_000, 20_000)
    assert town.money("EUR").reserve == 50_000
    town.do(bank_line(town, -30_000), "kees")
    assert town.money("EUR").reserve == 20_000


def test_a_bank_account_is_never_overdrawn_in_the_books(town: Town):
    town.refuses(Code.BELOW_FLOOR, town.by(bank_line(town, -1), "kees"))


def test_a_bank_line_of_nothing_is_refused(town: Town):
    town.refuses(Code.BAD_FIELD, town.by(bank_line(town, 0), "kees"))


def test_a_bank_line_between_other_accounts_is_refused(town: Town):
    for bank, counter in (
        ("outside", "bank"),
        ("bank", "bank"),
        ("contra", "outside"),
        ("bank", "redemption"),
    ):
        body = bank_line(town, 100, bank, counter)
        town.refuses(Code.NOT_BETWEEN_THESE, town.by(body, "truus"))
    body = orders.RecordBank(town.system("bank"), town.account("joop"), 1, NOTE)
    town.refuses(Code.NOT_BETWEEN_THESE, town.by(body, "truus"))
    body = orders.RecordBank(town.system("bank"), "00" * 16, 1, NOTE)
    town.refuses(Code.UNKNOWN_ACCOUNT, town.by(body, "truus"))


def define_second_euro(town: Town) -> None:
    accounts = tuple(
        sorted(
            (
                orders.SystemAccount(an_id("second " + kind), "EURB", kind)
                for kind in ("bank", "outside", "transit")
            ),
            key=lambda item: item.account,
        )
    )
    policy = orders.Policy("euro", "nobody", (), (), 0, 0, 0)
    definition = orders.CurrencyDefinition("EURB", "cent", policy)
    town.do(orders.DefineCurrency(definition, accounts), "els", "farid")


def test_a_bank_line_is_in_one_currency(town: Town):
    define_second_euro(town)
    body = orders.RecordBank(town.system("bank"), an_id("second outside"), 1, NOTE)
    town.refuses(Code.WRONG_CURRENCY, town.by(body, "truus"))


def test_only_treasurers_record_bank_lines(town: Town):
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(bank_line(town, 100), "els"))


# ---- issue


def issue(town: Town, amount: int, *lines: tuple[str, int], to: str = "werk") -> orders.Issue:
    backing = tuple(orders.CitedLine(line, part) for line, part in sorted(lines))
    return orders.Issue(town.account(to, "WIJK"), "WIJK", amount, backing)


def recorded(town: Town, amount: int) -> str:
    line = town.record_bank(amount)
    town.post(line)
    return line.order.identity


def test_credits_are_issued_against_a_deposit(town: Town):
    line = recorded(town, 50_000)
    town.do(issue(town, 50_000, (line, 50_000)), "truus", "kees")
    assert town.balance("werk", "WIJK") == 50_000
    assert town.balance_of("contra") == -50_000
    assert town.money("WIJK").in_circulation == 50_000
    assert town.fact(BankLine, line).cited == 50_000


def test_a_line_backs_no_more_than_it_is(town: Town):
    line = recorded(town, 50_000)
    by = ("truus", "kees")
    town.refuses(Code.BACKING_TOO_SMALL, town.by(issue(town, 50_001, (line, 50_001)), *by))
    town.do(issue(town, 30_000, (line, 30_000)), *by)
    refusal = town.refuses(
        Code.BACKING_TOO_SMALL, town.by(issue(town, 20_001, (line, 20_001)), *by)
    )
    assert refusal.details == {"left": 20_000}
    town.do(issue(town, 20_000, (line, 20_000)), *by)
    town.refuses(Code.BACKING_TOO_SMALL, town.by(issue(town, 1, (line, 1)), *by))


def test_an_issue_cites_exactly_what_it_issues(town: Town):
    first, second = recorded(town, 100), recorded(town, 100)
    by = ("truus", "kees")
    for cited in ((), ((first, 100),), ((first, 100), (second, 51))):
        town.refuses(Code.BACKING_TOO_SMALL, town.by(issue(town, 150, *cited), *by))
    town.do(issue(town, 150, (first, 100), (second, 50)), *by)


def test_a_line_that_nobody_recorded_backs_nothing(town: Town):
    body = issue(town, 100, ("00" * 32, 100))
    town.refuses(Code.UNKNOWN_ENTRY, town.by(body, "truus", "kees"))


def test_money_that_went_out_backs_nothing(town: Town):
    recorded(town, 100)
    out = recorded(town, -50)
    body = issue(town, 50, (out, 50))
    town.refuses(Code.BACKING_TOO_SMALL, town.by(body, "truus", "kees"))


def test_credits_in_circulation_stay_covered_by_what_is_on_the_bank(town: Town):
    """The line has room, and yet the money has gone out again."""
    line = recorded(town, 50_000)
    recorded(town, -1)
    town.refuses(
        Code.BACKING_TOO_SMALL, town.by(issue(town, 50_000, (line, 50_000)), "truus", "kees")
    )
    town.do(issue(town, 49_999, (line, 49_999)), "truus", "kees")


def test_an_issue_needs_two_issuers_who_do_not_gain_by_it(town: Town):
    line = recorded(town, 100)
    body = issue(town, 100, (line, 100))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(body, "truus"))
    town.refuses(Code.DOUBLE_APPROVAL, town.by(body, "truus", "truus"))
    own = issue(town, 100, (line, 100), to="truus")
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(own, "truus", "kees"))


def test_an_issue_respects_the_ceiling(town: Town):
    line = recorded(town, 500_001)
    body = issue(town, 500_001, (line, 500_001))
    town.refuses(Code.ABOVE_CEILING, town.by(body, "truus", "kees"))


def test_hours_and_euros_are_not_issued(town: Town):
    line = recorded(town, 100)
    cited = (orders.CitedLine(line, 100),)
    body = orders.Issue(town.account("werk"), "UUR", 100, cited)
    town.refuses(Code.POLICY_FORBIDS, town.by(body, "truus", "kees"))
    body = orders.Issue(town.system("bank"), "EUR", 100, cited)
    town.refuses(Code.NOT_BETWEEN_THESE, town.by(body, "truus", "kees"))


# ---- budgets


@pytest.fixture
def budget(town: Town) -> Town:
    """The municipality grants 1.000,00 until tomorrow, which shops may redeem."""
    policy = orders.Policy(
        "budget",
        "members-to-shops",
        ("organisation", "shop"),
        ("shop",),
        0,
        500_000,
        0,
        orders.Budget(100_000, town.now + 86_400, NOTE),
    )
    accounts = (
        orders.SystemAccount(an_id("budget contra"), "BUURT", "contra"),
        orders.SystemAccount(an_id("budget redemption"), "BUURT", "redemption"),
    )
    definition = orders.CurrencyDefinition("BUURT", "cent", policy)
    body = orders.DefineCurrency(definition, tuple(sorted(accounts, key=lambda a: a.account)))
    town.do(body, "els", "farid")
    for name in ("werk", "bart"):
        account = town.account(name, "BUURT")
        limit = orders.SetLimit(town.member(name), account, "BUURT", 0, 500_000)
        town.do(limit, "els", "farid")
    return town


def granted(town: Town, amount: int, *lines: orders.CitedLine) -> VerifiedOrder:
    body = orders.Issue(town.account("werk", "BUURT"), "BUURT", amount, lines)
    return town.by(body, "truus", "kees")


def test_a_budget_is_issued_until_it_is_finished(budget: Town):
    budget.refuses(Code.BACKING_TOO_SMALL, granted(budget, 100_001))
    budget.post(granted(budget, 60_000))
    assert budget.refuses(Code.BACKING_TOO_SMALL, granted(budget, 40_001)).details == {
        "left": 40_000
    }
    budget.post(granted(budget, 40_000))


def test_a_budget_is_issued_until_it_ends(budget: Town):
    budget.wait(86_400)
    last = granted(budget, 1)
    budget.wait(1)
    budget.refuses(Code.BUDGET_ENDED, last)
    budget.now -= 1
    budget.post(last)


def test_a_budget_cites_no_bank_line(budget: Town):
    line = recorded(budget, 100)
    budget.refuses(Code.BAD_FIELD, granted(budget, 100, orders.CitedLine(line, 100)))


def test_euros_that_cover_credits_are_not_paid_out_for_a_budget(budget: Town):
    budget.deposit_and_issue(50_000)
    budget.post(granted(budget, 10_000))
    budget.post(budget.pay("werk", "bart", 10_000, "BUURT"))
    body = orders.Redeem(budget.account("bart", "BUURT"), "BUURT", 10_000, NOTE)
    redeem = budget.by(body, "bart")
    budget.post(redeem)
    settle = budget.settlement(redeem, currency="BUURT")
    budget.refuses(Code.BACKING_TOO_SMALL, budget.by(settle, "truus", "kees"))
    recorded(budget, 10_000)
    budget.do(settle, "truus", "kees")


def undo(town: Town, entry: VerifiedOrder, amount: int) -> VerifiedOrder:
    """Return the correction of so much of an issue or retirement of Werk's grant."""
    contra = town.money("BUURT").contra
    leg = orders.Leg(town.account("werk", "BUURT"), contra, "BUURT", amount)
    legs = (leg.reversed if isinstance(entry.order.body, orders.Retire) else leg,)
    return town.by(orders.Correct(entry.order.identity, legs, NOTE), "truus", "kees")


def told(town: Town) -> tuple[int, int, int]:
    grant = town.money("BUURT")
    assert grant.in_circulation == -town.state.account(grant.contra).balance
    return grant.issued, grant.retired, grant.in_circulation


def test_what_was_issued_of_a_budget_by_mistake_may_be_issued_again(budget: Town):
    mistake = granted(budget, 100_000)
    budget.post(mistake)
    budget.post(undo(budget, mistake, 30_000))
    assert told(budget) == (70_000, 0, 70_000)
    refusal = budget.refuses(Code.BACKING_TOO_SMALL, granted(budget, 30_001))
    assert refusal.details == {"left": 30_000}
    budget.post(granted(budget, 30_000))
    budget.refuses(Code.RETURNS_TOO_MUCH, undo(budget, mistake, 70_001))
    assert told(budget) == (100_000, 0, 100_000)


def test_a_retirement_that_is_corrected_is_no_new_issue_of_a_budget(budget: Town):
    """Nor does it free any of the grant: what was retired was issued, and stays so."""
    budget.post(granted(budget, 100_000))
    retire = budget.by(
        orders.Retire(budget.account("werk", "BUURT"), "BUURT", 40_000), "werk", "truus", "kees"
    )
    budget.post(retire)
    assert told(budget) == (100_000, 40_000, 60_000)
    budget.post(undo(budget, retire, 15_000))
    assert told(budget) == (100_000, 25_000, 75_000)
    budget.post(undo(budget, retire, 25_000))
    assert told(budget) == (100_000, 0, 100_000)
    budget.refuses(Code.BACKING_TOO_SMALL, granted(budget, 1))


# ---- retire


def test_credits_are_retired_with_their_owners_signature(town: Town):
    town.deposit_and_issue()
    body = orders.Retire(town.account("werk", "WIJK"), "WIJK", 20_000)
    town.refuses(Code.NOT_AUTHORIZED, town.by(body, "truus", "kees"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(body, "werk"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(body, "werk", "truus"))
    town.do(body, "werk", "truus", "kees")
    assert town.money("WIJK").in_circulation == 30_000
    assert town.balance("werk", "WIJK") == 30_000


def test_no_more_is_retired_than_there_is(town: Town):
    town.deposit_and_issue(100)
    body = orders.Retire(town.account("werk", "WIJK"), "WIJK", 101)
    town.refuses(Code.BELOW_FLOOR, town.by(body, "werk", "truus", "kees"))


def test_hours_are_not_retired(town: Town):
    body = orders.Retire(town.account("werk"), "UUR", 1)
    town.refuses(Code.POLICY_FORBIDS, town.by(body, "werk", "truus", "kees"))


def test_retiring_takes_a_key_that_may_pay(town: Town):
    town.deposit_and_issue(100)
    town.post(town.add_key("werk", "laptop", scopes=("approve",)))
    body = orders.Retire(town.account("werk", "WIJK"), "WIJK", 1)
    order = town.order(body, "werk")
    town.refuses(Code.KEY_SCOPE, town.signed(order, "laptop", "truus", "kees"))


# ---- settle


@pytest.fixture
def redeemed(town: Town) -> tuple[Town, VerifiedOrder]:
    """Bart has handed in 240,00 of the 500,00 in circulation."""
    town.deposit_and_issue()
    town.post(town.pay("werk", "bart", 24_000, "WIJK"))
    redeem = town.redeem("bart", 24_000)
    town.post(redeem)
    return town, redeem


def test_a_settlement_retires_credits_and_books_as_many_euros_out(redeemed):
    town, redeem = redeemed
    settle = town.by(town.settlement(redeem), "truus", "kees")
    town.post(settle)
    assert town.balance_of("redemption") == 0
    assert town.money("WIJK").in_circulation == 26_000
    assert (town.balance_of("transit"), town.money("EUR").reserve) == (-24_000, 26_000)
    redemption = town.fact(Redemption, redeem.order.identity)
    assert (redemption.open, redemption.settled_by) == (0, settle.order.identity)
    town.do(bank_line(town, -24_000, counter="transit"), "kees")
    assert town.balance_of("transit") == 0


def test_a_redemption_is_settled_once(redeemed):
    town, redeem = redeemed
    town.do(town.settlement(redeem), "truus", "kees")
    town.refuses(Code.ALREADY_SETTLED, town.by(town.settlement(redeem), "truus", "kees"))


def test_several_redemptions_are_settled_together_or_not_at_all(redeemed):
    town, redeem = redeemed
    town.post(town.pay("werk", "noor", 5_000, "WIJK"))
    second = town.redeem("noor", 5_000)
    town.post(second)
    wrong = orders.Payout("00" * 32, town.account("noor", "WIJK"), 1)
    both = town.settlement(redeem, second)
    town.refuses(
        Code.UNKNOWN_ENTRY,
        town.by(replace(both, payouts=(wrong, *both.payouts)), "truus", "kees"),
    )
    town.do(both, "truus", "kees")
    assert town.balance_of("transit") == -29_000


@pytest.mark.parametrize("amount", [23_999, 24_001])
def test_a_redemption_is_settled_for_what_it_is(redeemed, amount: int):
    town, redeem = redeemed
    payout = orders.Payout(redeem.order.identity, town.account("bart", "WIJK"), amount)
    body = town.settlement(redeem, payouts=(payout,))
    town.refuses(Code.REQUEST_DIFFERS, town.by(body, "truus", "kees"))


def test_a_payout_goes_to_the_shop_that_redeemed(redeemed):
    town, redeem = redeemed
    payout = orders.Payout(redeem.order.identity, town.account("noor", "WIJK"), 24_000)
    body = town.settlement(redeem, payouts=(payout,))
    town.refuses(Code.UNKNOWN_ENTRY, town.by(body, "truus", "kees"))


def test_a_settlement_is_not_approved_by_who_is_paid(redeemed):
    town, redeem = redeemed
    appoint = orders.SetRole(town.member("bart"), "treasurer", True)
    town.refuses(Code.ROLE_CONFLICT, town.by(appoint, "els", "farid"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(town.settlement(redeem), "bart", "kees"))
    town.refuses(Code.TOO_FEW_APPROVALS, town.by(town.settlement(redeem), "kees"))


def test_a_settlement_is_of_one_currency_and_between_euro_accounts(redeemed):
    town, redeem = redeemed
    by = ("truus", "kees")
    for changes, code in (
        ({"currency": "UUR"}, Code.WRONG_CURRENCY),
        ({"currency": "EUR"}, Code.WRONG_CURRENCY),
        ({"currency": "GOUD"}, Code.UNKNOWN_CURRENCY),
        ({"transit": town.system("bank")}, Code.NOT_BETWEEN_THESE),
        ({"outside": town.system("contra")}, Code.NOT_BETWEEN_THESE),
        ({"transit": "00" * 16}, Code.UNKNOWN_ACCOUNT),
    ):
        town.refuses(code, town.by(town.settlement(redeem, **changes), *by))
    define_second_euro(town)
    body = town.settlement(redeem, outside=an_id("second outside"))
    town.refuses(Code.WRONG_CURRENCY, town.by(body, *by))
