"""What treasurers and issuers do: record bank lines, issue, retire and settle."""

from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account, BankLine, Currency, Redemption
from timebank.ledger.orders import Issue, Leg, RecordBank, Retire, Settle
from timebank.ledger.rules.authority import Case, check_approvals, check_scope, spend_caps
from timebank.ledger.rules.moves import Legs, member_account, move
from timebank.ledger.state import State


def record_bank(case: Case, body: RecordBank) -> Legs:
    """A line on the bank statement: money from outside, to outside, or a payout on its way."""
    state = case.state
    bank = _system_account(state, body.bank, ("bank",))
    counter = _system_account(state, body.counter, ("outside", "transit"))
    if bank.currency != counter.currency:
        raise Refusal(Code.WRONG_CURRENCY, currency=counter.currency, account=counter.id)
    if body.amount == 0:
        raise Refusal(Code.BAD_FIELD, field="amount")
    check_approvals(case, ())
    state.put(BankLine(case.order.identity, bank.currency, body.amount, 0))
    if body.amount > 0:
        return move(state, (Leg(counter.id, bank.id, bank.currency, body.amount),))
    return move(state, (Leg(bank.id, counter.id, bank.currency, -body.amount),))


def issue(case: Case, body: Issue) -> Legs:
    """New credits, against bank lines with enough left, or within a budget that has not ended."""
    state = case.state
    account = member_account(state, body.payee, body.currency)
    check_approvals(case, {account.owner})
    currency = state.currency(body.currency)
    if currency.policy.kind == "backed":
        _cite(state, body)
    elif currency.policy.kind == "budget":
        _check_budget(case, currency, body)
    else:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    legs = move(state, (Leg(currency.contra, body.payee, body.currency, body.amount),))
    if currency.policy.kind == "backed":
        check_cover(state)
    return legs


def _cite(state: State, body: Issue) -> None:
    if sum(cited.amount for cited in body.backing) != body.amount:
        raise Refusal(Code.BACKING_TOO_SMALL, left=0)
    for cited in body.backing:
        line = state.find(BankLine, cited.line)
        if line is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=cited.line)
        left = max(0, line.amount - line.cited)
        if cited.amount > left:
            raise Refusal(Code.BACKING_TOO_SMALL, left=left)
        state.put(replace(line, cited=line.cited + cited.amount))


def check_cover(state: State) -> None:
    """All backed credits in circulation together never exceed the euro in reserve."""
    currencies = tuple(state.all(Currency))
    reserve = sum(currency.reserve for currency in currencies)
    circulating = sum(
        currency.in_circulation for currency in currencies if currency.policy.kind == "backed"
    )
    if circulating > reserve:
        raise Refusal(Code.BACKING_TOO_SMALL, left=0)


def _check_budget(case: Case, currency: Currency, body: Issue) -> None:
    budget = currency.policy.budget
    assert budget is not None
    if body.backing:
        raise Refusal(Code.BAD_FIELD, field="backing")
    if case.time > budget.until:
        raise Refusal(Code.BUDGET_ENDED, until=budget.until)
    left = budget.amount - currency.issued
    if body.amount > left:
        raise Refusal(Code.BACKING_TOO_SMALL, left=max(0, left))


def retire(case: Case, body: Retire) -> Legs:
    """Credits go back to where they were issued from, with their owner's signature too."""
    account = member_account(case.state, body.payer, body.currency)
    found = check_approvals(case, ())
    if account.owner not in found:
        raise Refusal(Code.NOT_AUTHORIZED)
    owner = found[account.owner]
    check_scope(owner.key, "pay")
    contra = case.state.currency(body.currency).contra
    if not contra:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    legs = (Leg(body.payer, contra, body.currency, body.amount),)
    spend_caps(case, {account.owner: owner}, legs)
    return move(case.state, legs)


def settle(case: Case, body: Settle) -> Legs:
    """Retire what was redeemed, and book as many euro cents from transit to outside."""
    state = case.state
    currency = state.currency(body.currency)
    transit = _system_account(state, body.transit, ("transit",))
    outside = _system_account(state, body.outside, ("outside",))
    if transit.currency != outside.currency:
        raise Refusal(Code.WRONG_CURRENCY, currency=outside.currency, account=outside.id)
    owners = set()
    for payout in body.payouts:
        redemption = state.find(Redemption, payout.redemption)
        if redemption is None or redemption.account != payout.payee:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=payout.redemption)
        if redemption.currency != body.currency:
            raise Refusal(Code.WRONG_CURRENCY, currency=body.currency, account=payout.payee)
        if redemption.settled_by or redemption.open == 0:
            raise Refusal(Code.ALREADY_SETTLED, entry=payout.redemption)
        if payout.amount != redemption.open:
            raise Refusal(Code.REQUEST_DIFFERS, entry=payout.redemption)
        owners.add(state.account(payout.payee).owner)
        state.put(replace(redemption, open=0, settled_by=case.order.identity))
    check_approvals(case, owners)
    total = sum(payout.amount for payout in body.payouts)
    legs = move(
        state,
        (
            Leg(currency.redemption, currency.contra, body.currency, total),
            Leg(transit.id, outside.id, transit.currency, total),
        ),
    )
    if currency.policy.kind != "backed":
        check_cover(state)  # euro that cover one currency are not paid out for another
    return legs


def _system_account(state: State, account_id: str, kinds: tuple[str, ...]) -> Account:
    account = state.account(account_id)
    if account.kind not in kinds:
        raise Refusal(Code.NOT_BETWEEN_THESE, account=account_id)
    return account
