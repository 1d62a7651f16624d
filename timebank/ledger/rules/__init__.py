"""`decide`: may this order post now, and what changes if it does?

The same function posts on the server, is replayed by the auditor and is driven by the tests. It
reads a `State`, writes nothing, and answers with a `Decision` or raises a `Refusal`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Fact, Governance, OrderId, Posted, Used
from timebank.ledger.rules import governance, members, payments, redeeming, treasury
from timebank.ledger.rules.authority import Case
from timebank.ledger.rules.moves import Legs
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder

VERSION = 1
"""The rules this code knows. A ledger that names others is not posted to."""

Posting = tuple[str, int]

RULES: dict[type[Any], Callable[[Case, Any], Legs]] = {
    orders.Genesis: governance.genesis,
    orders.Admit: members.admit,
    orders.Leave: members.leave,
    orders.Suspend: members.suspend,
    orders.AddKey: members.add_key,
    orders.RevokeKey: members.revoke_key,
    orders.Pay: payments.pay,
    orders.Refund: payments.refund,
    orders.RecordBank: treasury.record_bank,
    orders.Issue: treasury.issue,
    orders.Retire: treasury.retire,
    orders.Agree: redeeming.agree,
    orders.Redeem: redeeming.redeem,
    orders.Settle: treasury.settle,
    orders.Correct: payments.correct,
    orders.Withdraw: governance.withdraw,
    orders.SetLimit: governance.set_limit,
    orders.SetRole: governance.set_role,
    orders.SetPolicy: governance.set_policy,
    orders.SetOrigins: governance.set_origins,
    orders.DefineCurrency: governance.define_currency,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An order may post: its postings in pairs (payer, payee), and every fact that changes."""

    verified: VerifiedOrder
    postings: tuple[Posting, ...]
    facts: tuple[Fact, ...]


def decide(state: State, time: int, seq: int, verified: VerifiedOrder) -> Decision:
    """Return what posting the order as entry `seq` at this time does, or raise Refusal."""
    case = Case(state.fork(), time, verified)
    order = verified.order
    _check_header(case)
    legs = RULES[type(order.body)](case, order.body)
    backing = order.body.backing if isinstance(order.body, orders.Issue) else ()
    payment = order.body.payment if isinstance(order.body, orders.Refund) else ""
    header = order.header
    case.state.put(
        OrderId(header.author, header.id, order.identity),
        Posted(order.identity, seq, header.type, header.author, legs, backing, payment),
    )
    return Decision(verified, postings_of(legs), case.state.changed())


def decide_batch(
    state: State, time: int, seq: int, batch: Sequence[VerifiedOrder]
) -> list[Decision]:
    """Decide orders that post together or not at all, each on what the ones before it changed.

    Raises the Refusal of the first that may not post, or BATCH_INCOMPLETE where the orders are not
    exactly those their signers listed, in that order.
    """
    identities = tuple(verified.order.identity for verified in batch)
    if len(batch) == 1 and batch[0].batch == identities:
        return [decide(state, time, seq, batch[0])]  # most are alone
    scratch = state.fork()
    decisions = []
    for offset, verified in enumerate(batch):
        if verified.batch != identities:
            raise Refusal(Code.BATCH_INCOMPLETE)
        decision = decide(scratch, time, seq + offset, verified)
        scratch.put(*decision.facts)
        decisions.append(decision)
    return decisions


def postings_of(legs: Legs) -> tuple[Posting, ...]:
    """Return two postings per leg: the payer's, then the payee's."""
    return tuple(
        posting for leg in legs for posting in ((leg.payer, -leg.amount), (leg.payee, leg.amount))
    )


def _check_header(case: Case) -> None:
    """For this ledger, not posted or withdrawn before, and now."""
    order, header = case.order, case.order.header
    found = case.state.find(Governance, "")
    if header.ledger is not None and (found is None or header.ledger != found.ledger):
        raise Refusal(Code.OTHER_LEDGER)
    if case.state.find(Posted, order.identity):
        raise Refusal(Code.ALREADY_POSTED)
    if case.state.find(OrderId, f"{header.author}:{header.id}"):
        raise Refusal(Code.ORDER_ID_USED)
    if case.state.find(Used, f"withdrawn:{order.identity}"):
        raise Refusal(Code.WITHDRAWN)
    if case.time < header.created - members.CLOCK_SKEW:
        raise Refusal(Code.NOT_YET, created=header.created)
    if case.time > header.expires:
        raise Refusal(Code.EXPIRED, expires=header.expires)
