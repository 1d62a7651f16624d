"""How the ledger is governed: its founding, and every later change of roles, limits and rules."""

from collections import Counter
from dataclasses import replace

from timebank.errors import Code, Refusal
from timebank.ledger.codec import bad_field
from timebank.ledger.facts import (
    Account,
    Currency,
    Governance,
    Holders,
    Member,
    MemberKey,
    Posted,
    Used,
)
from timebank.ledger.orders import (
    APPROVED_TYPES,
    CurrencyDefinition,
    DefineCurrency,
    Genesis,
    MemberKind,
    OpenedAccount,
    Role,
    SetLimit,
    SetOrigins,
    SetPolicy,
    SetRole,
    SystemAccount,
    Withdraw,
)
from timebank.ledger.rules.authority import (
    Case,
    authorized_by,
    check_approvals,
    check_enough_holders,
    check_origin,
)
from timebank.ledger.rules.members import (
    GOVERNING,
    change_credit,
    grant_key,
    open_account,
    put_new,
)
from timebank.ledger.rules.moves import Legs
from timebank.ledger.rules.redeeming import fund_account
from timebank.ledger.state import State
from timebank.signing.canonical import from_base64url
from timebank.signing.keys import load_public_key
from timebank.units import MAX_AMOUNT


def genesis(case: Case, body: Genesis) -> Legs:
    """Found the ledger. Every founder signs; thresholds must be reachable from the start."""
    state = case.state
    if state.find(Governance, "") is not None:
        raise Refusal(Code.OTHER_LEDGER)
    load_public_key(from_base64url(body.log_key), "ed25519")
    if {item.type for item in body.thresholds} != APPROVED_TYPES:
        raise bad_field("thresholds")
    state.put(
        Governance(
            case.order.ledger,
            body.rules,
            body.log_key,
            body.key_delay,
            body.thresholds,
            body.origins,
        )
    )
    for definition in body.currencies:
        accounts = tuple(item for item in body.accounts if item.currency == definition.code)
        _define(state, definition, accounts)
    if {item.currency for item in body.accounts} - {item.code for item in body.currencies}:
        raise bad_field("accounts")
    _put_founders(case, body)
    for definition in body.currencies:
        fund_account(state, definition.code, definition.policy)
    for threshold in body.thresholds:
        check_enough_holders(state, threshold.role)
    return ()


def _put_founders(case: Case, body: Genesis) -> None:
    state = case.state
    holders: dict[Role, list[str]] = {}
    for founder in body.founders:
        check_roles(founder.kind, founder.roles)
        put_new(
            state,
            Member(founder.member, founder.kind, "active", founder.roles, (), founder.name),
        )
        for opened in founder.accounts:
            open_account(state, founder.member, opened)
        grant_key(state, founder.member, founder.key, case.time)
        for role in founder.roles:
            holders.setdefault(role, []).append(founder.member)
    state.put(*(Holders(role, tuple(sorted(members))) for role, members in holders.items()))
    signed = Counter(verified.key_id for verified in case.verified.signed)
    if signed != Counter(key.id for key in state.all(MemberKey)):
        raise Refusal(Code.NOT_AUTHORIZED)
    for verified in case.verified.signed:
        check_origin(verified, body.origins)
    if case.author not in {founder.member for founder in body.founders}:
        raise Refusal(Code.NOT_AUTHORIZED)


def _define(
    state: State, definition: CurrencyDefinition, accounts: tuple[SystemAccount, ...]
) -> None:
    """Put a currency with exactly the clearing accounts its policy needs."""
    kinds = Counter(item.kind for item in accounts)
    needed = Counter(
        {
            "mutual": (),
            "backed": ("contra",),
            "budget": ("contra",),
            "euro": ("bank", "outside", "transit"),
        }[definition.policy.kind]
    )
    if definition.policy.redeemers:
        needed["redemption"] += 1
    if kinds != needed or any(item.currency != definition.code for item in accounts):
        raise bad_field("accounts")
    ids = {item.kind: item.account for item in accounts}
    put_new(
        state,
        Currency(
            definition.code,
            definition.unit,
            definition.policy,
            ids.get("contra", ""),
            ids.get("redemption", ""),
        ),
    )
    for item in accounts:
        bounded = item.kind == "bank"
        put_new(
            state,
            Account(
                item.account,
                item.kind,
                item.currency,
                floor=0 if bounded else None,
                ceiling=MAX_AMOUNT if bounded else None,
            ),
        )


def check_roles(kind: MemberKind, roles: tuple[Role, ...]) -> None:
    """Refuse an auditor who makes the books, and a role for what is no person.

    Or one person behind a shop could approve twice.
    """
    if ("auditor" in roles and GOVERNING & set(roles)) or (roles and kind != "person"):
        raise Refusal(Code.ROLE_CONFLICT)


def set_limit(case: Case, body: SetLimit) -> Legs:
    """New limits for a member's account; tightening them never invalidates the past."""
    state = case.state
    member = state.member(body.member)
    if member.status == "left":
        raise Refusal(Code.MEMBER_LEFT, member=member.id)
    check_approvals(case, {body.member})
    account = state.find(Account, body.account)
    if account is None:
        opened = OpenedAccount(body.account, body.currency, body.floor, body.ceiling)
        open_account(state, body.member, opened)
        return ()
    if account.owner != body.member or account.currency != body.currency:
        raise Refusal(Code.UNKNOWN_ACCOUNT, account=body.account)
    change_credit(state, account, body.floor)
    state.put(replace(account, floor=body.floor, ceiling=body.ceiling))
    return ()


def set_role(case: Case, body: SetRole) -> Legs:
    """Give or take a role. Treasurers do not appoint auditors."""
    state = case.state
    member = state.member(body.member)
    if member.status == "left":
        raise Refusal(Code.MEMBER_LEFT, member=member.id)
    check_approvals(
        case, {body.member}, not_holding="treasurer" if body.role == "auditor" else None
    )
    roles = (set(member.roles) | {body.role}) if body.held else (set(member.roles) - {body.role})
    after = replace(member, roles=tuple(sorted(roles)))
    check_roles(after.kind, after.roles)
    holders = set(state.holders(body.role)) - {body.member}
    if body.held:
        holders.add(body.member)
    state.put(after, Holders(body.role, tuple(sorted(holders))))
    if not body.held:
        check_enough_holders(state, body.role)
    return ()


def set_policy(case: Case, body: SetPolicy) -> Legs:
    """Change a currency's rules from here on; what kind of money it is never changes.

    Whose account is to get the fees for redeeming does not count among those who approve.
    """
    currency = case.state.currency(body.currency)
    fund = fund_account(case.state, body.currency, body.policy)
    check_approvals(case, {fund.owner} if fund else ())
    redeemable = bool(currency.redemption)
    if body.policy.kind != currency.policy.kind or bool(body.policy.redeemers) != redeemable:
        raise Refusal(Code.POLICY_FORBIDS, currency=body.currency)
    case.state.put(replace(currency, policy=body.policy))
    return ()


def set_origins(case: Case, body: SetOrigins) -> Legs:
    """Replace the web origins whose passkeys count."""
    check_approvals(case, ())
    case.state.put(replace(case.state.governance, origins=body.origins))
    return ()


def define_currency(case: Case, body: DefineCurrency) -> Legs:
    """Add a currency. Members' accounts in it are opened by set_limit, or on joining.

    So there is no fund yet that could get a fee for redeeming: set_policy names it later.
    """
    check_approvals(case, ())
    _define(case.state, body.currency, body.accounts)
    fund_account(case.state, body.currency.code, body.currency.policy)
    return ()


def withdraw(case: Case, body: Withdraw) -> Legs:
    """See to it that an order never posts: its author may, and who could have approved it."""
    order = body.withdrawn
    if order.ledger != case.order.ledger:
        raise Refusal(Code.OTHER_LEDGER)
    scope = "approve" if order.header.type in APPROVED_TYPES else "pay"
    signer = authorized_by(case, {case.author}, scope)[case.author]
    if order.header.author != case.author:
        roles = {
            item.role for item in case.state.governance.thresholds if item.type == order.header.type
        }
        if not roles & set(signer.member.roles):
            raise Refusal(Code.NOT_AUTHORIZED)
    if case.state.find(Posted, order.identity):
        raise Refusal(Code.ALREADY_POSTED)
    used = Used("withdrawn", order.identity, case.order.identity)
    if case.state.find(Used, used.key):
        raise Refusal(Code.WITHDRAWN)
    case.state.put(used)
    return ()
