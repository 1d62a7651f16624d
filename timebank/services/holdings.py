"""Who holds which accounts: what most services look up before they draft anything."""

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger.facts import Account, Member
from timebank.storage import fold


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
