"""Who is who, and holds which accounts and keys: what most services look up first."""

from collections.abc import Iterable

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account, Member, MemberKey
from timebank.storage import fold, people


def member_of(conn: Connection, member: str) -> Member:
    """Return a member; Refusal UNKNOWN_MEMBER."""
    found = fold.find(conn, Member, member)
    if found is None:
        raise Refusal(Code.UNKNOWN_MEMBER, member=member)
    return found


def account_of(conn: Connection, member: str, currency: str) -> str:
    """Return a member's account in a currency; Refusal UNKNOWN_MEMBER or UNKNOWN_ACCOUNT."""
    accounts = dict(member_of(conn, member).accounts)
    if currency not in accounts:
        raise Refusal(Code.UNKNOWN_ACCOUNT, currency=currency)
    return accounts[currency]


def accounts_of(conn: Connection, member: str) -> dict[str, Account]:
    """Return a member's accounts by id; Refusal UNKNOWN_MEMBER."""
    return fold.find_all(
        conn, Account, [account for _, account in member_of(conn, member).accounts]
    )


def names_of(conn: Connection, members: Iterable[str]) -> dict[str, str]:
    """Return the display names of these members by their ids; "" for one that was erased."""
    hidden = {member.id: member.name for member in fold.find_all(conn, Member, members).values()}
    names = people.names(conn, hidden.values())
    return {member: names.get(commitment, "") for member, commitment in hidden.items()}


def owners_of(conn: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return whose each of these keys is, by key; one that nobody has is left out."""
    return {key.id: key.member for key in fold.find_all(conn, MemberKey, keys).values()}
