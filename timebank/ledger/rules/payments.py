"""What members do with their balances: pay and refund; and what is booked back: correct."""

from collections import Counter
from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.facts import BankLine, Posted, Returned, Used
from timebank.ledger.orders import Correct, Leg, Pay, Refund, Request
from timebank.ledger.rules.authority import Case, authorized_by, check_approvals, spend_caps
from timebank.ledger.rules.moves import Legs, check_distinct, member_account, move
from timebank.ledger.rules.redeeming import reopen
from timebank.ledger.rules.treasury import check_cover
from timebank.ledger.state import State

CORRECTABLE = ("pay", "refund", "redeem", "issue", "retire")


def pay(case: Case, body: Pay) -> Legs:
    """Payer to payee, as the currency's policy allows, answering a request where there is one."""
    state = case.state
    check_distinct(body.legs)
    payers = set()
    for leg in body.legs:
        payer = member_account(state, leg.payer, leg.currency)
        payee = member_account(state, leg.payee, leg.currency)
        payers.add(payer.owner)
        check_between(state, leg)
        if payer.owner == payee.owner:
            raise Refusal(Code.PAYER_IS_PAYEE)
    found = authorized_by(case, payers, "pay")
    if body.request is not None:
        _answer(case, body, body.request)
    spend_caps(case, found, body.legs)
    return move(state, body.legs)


def check_between(state: State, leg: Leg) -> None:
    """Refuse a payment that the currency's policy does not allow between these two kinds."""
    payments = state.currency(leg.currency).policy.payments
    payer = state.member(state.account(leg.payer).owner).kind
    payee = state.member(state.account(leg.payee).owner).kind
    shops_only = payments == "members-to-shops" and payer != "organisation"
    if payments == "nobody" or (shops_only and payee == "person"):
        raise Refusal(Code.NOT_BETWEEN_THESE, currency=leg.currency)


def _answer(case: Case, body: Pay, request: Request) -> None:
    """A request is answered once, in time, with exactly its amounts, to its payee."""
    if case.time > request.expires:
        raise Refusal(Code.REQUEST_EXPIRED, expires=request.expires)
    asked = Counter[tuple[str, str]]()
    for credit in request.credits:
        if case.state.account(credit.payee).owner != request.payee:
            raise Refusal(Code.REQUEST_DIFFERS)
        asked[credit.payee, credit.currency] += credit.amount
    paid = Counter[tuple[str, str]]()
    for leg in body.legs:
        paid[leg.payee, leg.currency] += leg.amount
    if asked != paid or request.memo != body.memo:
        raise Refusal(Code.REQUEST_DIFFERS)
    used = Used("request", request.digest, case.order.identity)
    if case.state.find(Used, used.key):
        raise Refusal(Code.REQUEST_USED)
    case.state.put(used)


def refund(case: Case, body: Refund) -> Legs:
    """The payee gives back at most what was paid; the payer's ceiling does not stand in the way."""
    posted = _posted(case, body.payment, ("pay",))
    check_distinct(body.legs)
    payees = set()
    for leg in body.legs:
        payees.add(member_account(case.state, leg.payer, leg.currency).owner)
        member_account(case.state, leg.payee, leg.currency)
        _give_back(case.state, posted, leg)
    if case.author not in payees:
        raise Refusal(Code.NOT_THE_PAYEE)
    found = authorized_by(case, payees, "pay")
    spend_caps(case, found, body.legs)
    return move(case.state, body.legs, ceilings=False)


def correct(case: Case, body: Correct) -> Legs:
    """Holders of the role book an entry back; the limits of both members step aside for it."""
    state = case.state
    posted = _posted(case, body.entry, CORRECTABLE)
    check_distinct(body.legs)
    owners = set()
    for leg in body.legs:
        _give_back(state, posted, leg)
        if posted.type == "refund":
            _keep(state, posted.payment, leg)
        owner = state.account(leg.payee).owner
        for account_id in (leg.payer, leg.payee):
            member = state.account(account_id).owner
            if member and state.member(member).status == "left":
                raise Refusal(Code.MEMBER_LEFT, member=member)
        if owner:
            owners.add(owner)
    check_approvals(case, owners)
    if posted.type == "redeem":
        reopen(state, posted, body.legs)
    if posted.backing:
        _release(state, posted, body)
    legs = move(state, body.legs, floors=False, ceilings=False, undoing=True)
    if posted.type == "retire":
        check_cover(state)  # it brings credits back into circulation
    return legs


def _posted(case: Case, identity: str, types: tuple[str, ...]) -> Posted:
    posted = case.state.find(Posted, identity)
    if posted is None or posted.type not in types:
        raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
    return posted


def _give_back(state: State, posted: Posted, leg: Leg) -> None:
    """Count what is given back of a leg, over all refunds and corrections, and never too much."""
    original = next(
        (
            item
            for item in posted.legs
            if (item.payer, item.payee, item.currency) == (leg.payee, leg.payer, leg.currency)
        ),
        None,
    )
    if original is None:
        raise Refusal(Code.RETURNS_TOO_MUCH, left=0)
    before = state.find(Returned, f"{posted.identity}:{original.payer}:{original.payee}")
    returned = before.amount if before else 0
    if returned + leg.amount > original.amount:
        raise Refusal(Code.RETURNS_TOO_MUCH, left=original.amount - returned)
    state.put(Returned(posted.identity, original.payer, original.payee, returned + leg.amount))


def _keep(state: State, payment: str, leg: Leg) -> None:
    """What a corrected refund gave back of a leg is with its payee, and may be given back again."""
    returned = state.find(Returned, f"{payment}:{leg.payer}:{leg.payee}")
    assert returned is not None
    state.put(replace(returned, amount=returned.amount - leg.amount))


def _release(state: State, posted: Posted, body: Correct) -> None:
    """A backed issue is corrected as a whole, and its bank lines may back another."""
    if sum(leg.amount for leg in body.legs) != sum(line.amount for line in posted.backing):
        raise Refusal(Code.POLICY_FORBIDS)
    for cited in posted.backing:
        line = state.find(BankLine, cited.line)
        assert line is not None
        state.put(replace(line, cited=line.cited - cited.amount))
