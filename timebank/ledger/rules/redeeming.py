"""What shops do to be paid in euro: agree to the terms, and hand in credits on them."""

from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account, Agreement, Currency, Posted, Redemption
from timebank.ledger.orders import Agree, Leg, Policy, Redeem, Redeeming
from timebank.ledger.rules.authority import Case, authorized_by, spend_caps
from timebank.ledger.rules.moves import Legs, member_account, move
from timebank.ledger.state import State

NO_TERMS = Redeeming(minimum=0, fee=0)
"""On what terms a currency is redeemed whose policy names none."""


def agree(case: Case, body: Agree) -> Legs:
    """A shop agrees to the terms that its currency's policy names now."""
    found = authorized_by(case, {body.member}, "manage")
    currency = case.state.currency(body.currency)
    terms = currency.policy.redeeming
    if terms is None or terms.agreement != body.agreement:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    if found[body.member].member.kind not in currency.policy.redeemers:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    case.state.put(Agreement(body.member, body.currency, body.agreement))
    return ()


def redeem(case: Case, body: Redeem) -> Legs:
    """A shop hands in credits; they wait on the redemption account until they are settled.

    The fee goes to the fund also where that is suspended, or at its ceiling: no shop waits for it.
    """
    state = case.state
    account = member_account(state, body.payer, body.currency)
    found = authorized_by(case, {account.owner}, "pay")
    currency = state.currency(body.currency)
    if found[account.owner].member.kind not in currency.policy.redeemers:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    terms = _check_terms(state, currency, account.owner, body)
    legs: Legs = (Leg(body.payer, currency.redemption, body.currency, body.amount),)
    if body.fee is not None and terms.fund is not None:
        legs = (*legs, Leg(body.payer, terms.fund, body.currency, body.fee))
    spend_caps(case, found, legs)
    state.put(Redemption(case.order.identity, body.payer, body.currency, body.amount, ""))
    return move(state, legs, ceilings=False)


def fund_account(state: State, code: str, policy: Policy) -> Account | None:
    """Return the account that a new policy gives the fees for redeeming, if there is one.

    Raises Refusal where it is no account in this currency of a member who is active.
    """
    if policy.redeeming is None or policy.redeeming.fund is None:
        return None
    return member_account(state, policy.redeeming.fund, code)


def _check_terms(state: State, currency: Currency, owner: str, body: Redeem) -> Redeeming:
    """Return the terms; refuse without the agreement, below the minimum or with another fee."""
    terms = currency.policy.redeeming or NO_TERMS
    if terms.agreement is not None:
        signed = state.find(Agreement, f"{owner}:{currency.code}")
        if signed is None or signed.agreement != terms.agreement:
            raise Refusal(Code.NO_AGREEMENT, currency=currency.code)
    total = body.amount + (body.fee or 0)
    if total < terms.minimum:
        raise Refusal(Code.BELOW_MINIMUM, currency=currency.code, minimum=terms.minimum)
    fee = terms.fee_of(total, body.payer)
    if (body.fee or 0) != fee:
        raise Refusal(Code.WRONG_FEE, currency=currency.code, fee=fee)
    return terms


def reopen(state: State, posted: Posted, legs: Legs) -> None:
    """A corrected redemption has that much less to settle; one that was settled stays settled.

    Its fee is given back in proportion: what stays of it is the same part, rounded down, as what
    stays of the amount. So each correction gives back the fee that no longer stays, and no more.
    """
    redemption = state.find(Redemption, posted.identity)
    assert redemption is not None
    if redemption.settled_by:
        raise Refusal(Code.ALREADY_SETTLED)
    handed_in, *fees = posted.legs
    amount = _given_back(legs, handed_in)
    for fee in fees:
        back = fee_back(handed_in, fee, redemption.open, amount)
        if _given_back(legs, fee) != back:
            raise Refusal(Code.WRONG_FEE, currency=fee.currency, fee=back)
    state.put(replace(redemption, open=redemption.open - amount))


def fee_back(handed_in: Leg, fee: Leg, open: int, amount: int) -> int:
    """Return how much of a redemption's fee goes back with `amount` of what is still open."""
    stayed = fee.amount * open // handed_in.amount
    return stayed - fee.amount * (open - amount) // handed_in.amount


def _given_back(legs: Legs, original: Leg) -> int:
    return sum(leg.amount for leg in legs if leg.payer == original.payee)
