"""The first order of a ledger, put together from what its founders choose."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timebank import ids
from timebank.ledger import orders
from timebank.services.drafts import Draft, commit
from timebank.services.membership import ALL_SCOPES
from timebank.signing.canonical import to_base64url
from timebank.signing.keys import SigningKey

HOLDERS_OF_HOURS: tuple[orders.MemberKind, ...] = ("organisation", "person")
HOLDERS_OF_CREDITS: tuple[orders.MemberKind, ...] = ("organisation", "person", "shop")
REDEEMERS: tuple[orders.MemberKind, ...] = ("organisation", "shop")
EURO = orders.CurrencyDefinition(
    "EUR", "cent", orders.Policy("euro", "nobody", (), (), 0, 0, credit_total=0)
)

THRESHOLDS: Mapping[str, tuple[orders.Role, int]] = {
    "suspend": ("coordinator", 1),
    "revoke_key": ("coordinator", 1),
    "record_bank": ("treasurer", 1),
    "issue": ("issuer", 2),
    "retire": ("issuer", 2),
    "settle": ("treasurer", 2),
    "correct": ("treasurer", 2),
    "set_limit": ("coordinator", 2),
    "set_role": ("coordinator", 2),
    "set_policy": ("coordinator", 2),
    "set_origins": ("coordinator", 2),
    "define_currency": ("coordinator", 2),
}
"""Who approves what, unless the founders choose otherwise. What must be quick needs one."""

_ORIGIN = re.compile(r"(https?://([a-z0-9.-]{1,100})(?::[0-9]{1,5})?)/?")


@dataclass(frozen=True, slots=True)
class Founder:
    """A person who is there from the first entry."""

    name: str
    key: SigningKey
    roles: tuple[orders.Role, ...]


def hours(code: str, below: int, above: int, total: int) -> orders.CurrencyDefinition:
    """Return hours as mutual credit: everyone may go `below` zero, together at most `total`."""
    policy = orders.Policy("mutual", "everyone", HOLDERS_OF_HOURS, (), -below, above, total)
    return orders.CurrencyDefinition(code, "minute", policy)


def credits(code: str, above: int) -> orders.CurrencyDefinition:
    """Return credits backed by euro, which members spend in shops and shops redeem."""
    policy = orders.Policy(
        "backed", "members-to-shops", HOLDERS_OF_CREDITS, REDEEMERS, 0, above, credit_total=0
    )
    return orders.CurrencyDefinition(code, "cent", policy)


def origin(url: str) -> orders.Origin:
    """Return a web address whose passkeys count; ValueError for one that cannot be."""
    match = _ORIGIN.fullmatch(url.strip().lower())
    if match is None:
        raise ValueError(f"{url!r} is not an address such as https://wijk.example.nl")
    return orders.Origin(match[1], match[2])


def system_accounts(definition: orders.CurrencyDefinition) -> tuple[orders.SystemAccount, ...]:
    """Return the ledger's own accounts that a currency of this kind needs, by id."""
    kinds: dict[str, tuple[orders.SystemKind, ...]] = {
        "mutual": (),
        "backed": ("contra",),
        "budget": ("contra",),
        "euro": ("bank", "outside", "transit"),
    }
    needed = kinds[definition.policy.kind]
    if definition.policy.redeemers:
        needed = (*needed, "redemption")
    made = [orders.SystemAccount(random_id(), definition.code, kind) for kind in needed]
    return tuple(sorted(made, key=lambda item: item.account))


def draft_genesis(
    founders: Sequence[Founder],
    currencies: Sequence[orders.CurrencyDefinition],
    thresholds: Mapping[str, tuple[orders.Role, int]],
    origins: Sequence[orders.Origin],
    log_key: SigningKey,
    *,
    key_delay: int,
    now: int,
) -> Draft:
    """Return the genesis order that every founder must sign; the first of them is its author."""
    currencies = sorted(currencies, key=lambda item: item.code)
    openings = [commit(founder.name) for founder in founders]
    members = [
        _founder(founder, opening.commitment, currencies)
        for founder, opening in zip(founders, openings, strict=True)
    ]
    accounts = [account for item in currencies for account in system_accounts(item)]
    body = orders.Genesis(
        to_base64url(secrets.token_bytes(32)),
        1,
        to_base64url(log_key.spki),
        key_delay,
        tuple(currencies),
        tuple(sorted(accounts, key=lambda item: item.account)),
        tuple(sorted(members, key=lambda item: item.member)),
        tuple(orders.Threshold(name, *thresholds[name]) for name in sorted(thresholds)),
        tuple(sorted(origins, key=lambda item: item.origin)),
    )
    order = orders.build_order(
        body,
        ledger=None,
        id=ids.order_id(now * 1000, secrets.token_bytes(ids.ID_BYTES)),
        author=members[0].member,
        created=now,
        expires=now + orders.ONLINE_SECONDS,
    )
    return Draft(order, tuple(openings))


def random_id() -> str:
    """Return a new id of a member or account."""
    return ids.random_id(secrets.token_bytes(ids.ID_BYTES))


def grant(key: SigningKey) -> orders.KeyGrant:
    """Return a key file's key with every scope and no cap."""
    return orders.KeyGrant("ed25519", to_base64url(key.spki), ALL_SCOPES, ())


def _founder(
    founder: Founder, name: str, currencies: Sequence[orders.CurrencyDefinition]
) -> orders.Founder:
    accounts = tuple(
        orders.OpenedAccount(random_id(), item.code, item.policy.floor, item.policy.ceiling)
        for item in currencies
        if "person" in item.policy.holders
    )
    return orders.Founder(random_id(), "person", founder.roles, grant(founder.key), accounts, name)
