"""What shops do to be paid in euro: agree to the terms, and hand in credits on them."""

from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Agreement, Currency, Posted, Redemption, Returned
from timebank.ledger.orders import Agree, Leg, Redeem
from timebank.ledger.rules.authority import Case, authorized_by, spend_caps
from timebank.ledger.rules.moves import Legs, member_account, move
from timebank.ledger.state import State


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
    """A shop hands in credits; they wait on the redemption account until they are settled."""
    state = case.state
    account = member_account(state, body.payer, body.currency)
    found = authorized_by(case, {account.owner}, "pay")
    currency = state.currency(body.currency)
    if found[account.owner].member.kind not in currency.policy.redeemers:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    legs: Legs = (Leg(body.payer, currency.redemption, body.currency, body.amount),)
    if body.fee is not None:
        legs = (*legs, Leg(body.payer, _fund(state, currency), body.currency, body.fee))
    _check_terms(state, currency, account.owner, body)
    spend_caps(case, found, legs)
    state.put(Redemption(case.order.identity, body.payer, body.currency, body.amount, ""))
    return move(state, legs)


def _fund(state: State, currency: Currency) -> str:
    """Where the fee goes: an account of a member who is active."""
    terms = currency.policy.redeeming
    if terms is None or terms.fund is None:
        raise Refusal(Code.WRONG_FEE, fee=0)
    return member_account(state, terms.fund, currency.code).id


def _check_terms(state: State, currency: Currency, owner: str, body: Redeem) -> None:
    """Refuse without the agreement, below the minimum, or with another fee than the policy's."""
    terms = currency.policy.redeeming
    if terms is None:
        return
    if terms.agreement is not None:
        signed = state.find(Agreement, f"{owner}:{currency.code}")
        if signed is None or signed.agreement != terms.agreement:
            raise Refusal(Code.NO_AGREEMENT, currency=currency.code)
    total = body.amount + (body.fee or 0)
    if total < terms.minimum:
        raise Refusal(Code.BELOW_MINIMUM, currency=currency.code, minimum=terms.minimum)
    # The fund itself pays no fee: it would pay itself.
    fee = 0 if body.payer == terms.fund else terms.fee_of(total)
    if (body.fee or 0) != fee:
        raise Refusal(Code.WRONG_FEE, fee=fee)


def reopen(state: State, posted: Posted, legs: Legs) -> None:
    """A corrected redemption has that much less to settle; one that was settled stays settled.

    Its fee is given back in proportion: what stays of it is the same part, rounded down, as what
    stays of the amount.
    """
    redemption = state.find(Redemption, posted.identity)
    assert redemption is not None
    if redemption.settled_by:
        raise Refusal(Code.ALREADY_SETTLED)
    amount, *fees = posted.legs
    left = redemption.open - sum(leg.amount for leg in legs if leg.payer == amount.payee)
    for fee in fees:
        returned = state.find(Returned, f"{posted.identity}:{fee.payer}:{fee.payee}")
        kept = fee.amount * left // amount.amount
        if fee.amount - (returned.amount if returned else 0) != kept:
            raise Refusal(Code.WRONG_FEE, fee=kept)
    state.put(replace(redemption, open=left))
