"""Which facts an order's rule looks at: declared here, purely, so that storage can fetch them.

`reads` is asked again with what was found (an account leads to its owner) until it names nothing
new. The Governance, Currency and Holders facts that exist are few and always loaded.
"""

from collections.abc import Iterator
from typing import TypeVar

from timebank.ledger import orders
from timebank.ledger.codec import write
from timebank.ledger.facts import (
    Account,
    Agreement,
    BankLine,
    Currency,
    Fact,
    Governance,
    Holders,
    Key,
    KeyDay,
    Member,
    MemberKey,
    OrderId,
    Posted,
    Redemption,
    Returned,
    Used,
)
from timebank.ledger.rules.authority import DAY
from timebank.ledger.state import Ref, State
from timebank.ledger.verified import VerifiedOrder
from timebank.signing.canonical import encode, from_base64url
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag, digest, identity

F = TypeVar("F", bound=Fact)


def reads(state: State, time: int, verified: VerifiedOrder) -> set[Ref]:
    """Return the facts this order needs that the state does not know yet."""
    refs = set(_header(verified))
    refs.update(_body(state, time, verified.order))
    for ref in tuple(refs):
        if ref[0] is Account or ref[0] is MemberKey:
            refs.update(_follow(state, time, ref))
    return {ref for ref in refs if not state.knows(ref)}


def _header(verified: VerifiedOrder) -> Iterator[Ref]:
    order = verified.order
    yield Posted, order.identity
    yield OrderId, f"{order.header.author}:{order.header.id}"
    yield Used, f"withdrawn:{order.identity}"
    for signed in verified.signed:
        yield MemberKey, signed.key_id
    if verified.invitation is not None:
        yield MemberKey, verified.invitation.key_id


def _body(state: State, time: int, order: orders.Order) -> Iterator[Ref]:
    match order.body:
        case orders.Pay(legs=legs, request=request):
            yield from _legs(legs)
            if request is not None:
                yield Used, f"request:{request.digest}"
                for credit in request.credits:
                    yield Account, credit.payee
        case orders.Refund(payment=entry, legs=legs) | orders.Correct(entry=entry, legs=legs):
            yield from _legs(legs)
            yield from _given_back(state, entry, legs)
        case orders.Admit() | orders.AddKey():
            yield from _joining(time, order.body)
        case orders.Retire(payer=payer, currency=currency):
            yield Account, payer
            yield from _clearing(state, currency)
        case orders.Agree(member=member, currency=currency):
            yield Currency, currency
            yield Agreement, f"{member}:{currency}"
        case orders.Redeem(payer=payer, currency=currency):
            yield Account, payer
            yield from _clearing(state, currency)
            # Whoever hands in is the author; the account may be opened in the same batch.
            yield Agreement, f"{order.header.author}:{currency}"
            found = _peek(state, Currency, currency)
            yield from _fund(found.policy) if found else ()
        case orders.Issue(payee=payee, currency=currency, backing=backing):
            yield Account, payee
            yield from _clearing(state, currency)
            for cited in backing:
                yield BankLine, cited.line
        case orders.RecordBank(bank=bank, counter=counter):
            yield Account, bank
            yield Account, counter
        case orders.Settle():
            yield from _settling(state, order.body)
        case orders.SetLimit(member=member, account=account, currency=currency):
            yield Member, member
            yield Account, account
            yield Currency, currency
        case orders.SetPolicy(currency=currency, policy=policy):
            yield Currency, currency
            yield from _fund(policy)
        case orders.SetRole(member=member, role=role):
            yield Member, member
            yield Holders, role
            yield from _holders(state, member)
        case orders.Leave(member=member):
            yield Member, member
            yield from _holders(state, member)
        case orders.Suspend(member=member):
            yield Member, member
        case orders.RevokeKey(key=key):
            yield MemberKey, key
        case orders.DefineCurrency(currency=definition, accounts=accounts):
            yield Currency, definition.code
            yield from _fund(definition.policy)
            for item in accounts:
                yield Account, item.account
        case orders.Withdraw(order=inner):
            withdrawn = identity(encode(inner))
            yield Posted, withdrawn
            yield Used, f"withdrawn:{withdrawn}"
        case orders.Genesis():
            yield from _founding(order.body)


def _legs(legs: tuple[orders.Leg, ...]) -> Iterator[Ref]:
    for leg in legs:
        yield Account, leg.payer
        yield Account, leg.payee
        yield Currency, leg.currency


def _given_back(state: State, entry: str, legs: tuple[orders.Leg, ...]) -> Iterator[Ref]:
    yield Posted, entry
    yield Redemption, entry
    for leg in legs:
        yield Returned, f"{entry}:{leg.payee}:{leg.payer}"
    posted = _peek(state, Posted, entry)
    if posted is None:
        return
    for cited in posted.backing:
        yield BankLine, cited.line
    for leg in legs if posted.payment else ():
        yield Returned, f"{posted.payment}:{leg.payer}:{leg.payee}"


def _joining(time: int, body: orders.Admit | orders.AddKey) -> Iterator[Ref]:
    yield Member, body.member
    key = key_id(from_base64url(body.key.spki))
    yield MemberKey, key
    yield from _spent(time, key, body.key.caps)  # it may pay in the same batch
    yield Used, f"invitation:{digest(Tag.INVITATION, encode(write(body.invitation.voucher))).hex()}"
    for opened in body.accounts if isinstance(body, orders.Admit) else ():
        yield Account, opened.account
        yield Currency, opened.currency


def _clearing(state: State, code: str) -> Iterator[Ref]:
    yield Currency, code
    currency = _peek(state, Currency, code)
    if currency is not None:
        yield Account, currency.contra
        yield Account, currency.redemption


def _fund(policy: orders.Policy) -> Iterator[Ref]:
    if policy.redeeming is not None and policy.redeeming.fund is not None:
        yield Account, policy.redeeming.fund


def _settling(state: State, body: orders.Settle) -> Iterator[Ref]:
    yield from _clearing(state, body.currency)
    yield Account, body.transit
    yield Account, body.outside
    for payout in body.payouts:
        yield Redemption, payout.redemption
        yield Account, payout.payee


def _holders(state: State, member_id: str) -> Iterator[Ref]:
    """Whoever changes a role or leaves is counted against everyone who holds the same roles."""
    for holders in state.all(Holders):
        for holder in holders.members:
            yield Member, holder
    member = _peek(state, Member, member_id)
    for _, account in member.accounts if member else ():
        yield Account, account


def _founding(body: orders.Genesis) -> Iterator[Ref]:
    yield Governance, ""
    for threshold in body.thresholds:
        yield Holders, threshold.role
    for definition in body.currencies:
        yield Currency, definition.code
        yield from _fund(definition.policy)
    for item in body.accounts:
        yield Account, item.account
    for founder in body.founders:
        yield Member, founder.member
        yield MemberKey, key_id(from_base64url(founder.key.spki))
        for opened in founder.accounts:
            yield Account, opened.account


def _follow(state: State, time: int, ref: Ref) -> Iterator[Ref]:
    """An account leads to its owner, a key to its member and to what it has paid today."""
    kind, key = ref
    if kind is Account:
        account = _peek(state, Account, key)
        if account is not None and account.owner:
            yield Member, account.owner
    elif kind is MemberKey:
        found = _peek(state, MemberKey, key)
        if found is not None:
            yield Member, found.member
            yield from _spent(time, found.id, found.caps)


def _spent(time: int, key: Key, caps: orders.Caps) -> Iterator[Ref]:
    for cap in caps:
        yield KeyDay, f"{key}:{cap.currency}:{time // DAY}"


def _peek(state: State, kind: type[F], key: Key) -> F | None:
    found: F | None = state.peek((kind, key))
    return found
