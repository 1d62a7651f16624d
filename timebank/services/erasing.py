"""Forgetting who somebody was, after they have left: the journal keeps ids and loses nothing."""

from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import Redemption
from timebank.services.bank import Bank
from timebank.services.holdings import member_of
from timebank.storage import fold, journal, people
from timebank.storage.engine import writing


def erase(bank: Bank, member: str) -> int:
    """Forget, for good, a member's name and the bank accounts they were paid on; say how many.

    What they wrote with a payment stays: it is in the statement of whom they paid as well. Every
    proof still holds. Raises Refusal UNKNOWN_MEMBER, and ValueError for who has not left: their
    name is still on others' screens.
    """
    with writing(bank.engine) as conn:
        found = member_of(conn, member)
        if found.status != "left":
            raise ValueError("a member leaves first, and is erased then")
        held = {account for _, account in found.accounts}
        paid = [
            item.redemption
            for item in fold.every(conn, Redemption)
            if item.account in held and not item.open
        ]
        entries = journal.entries_of(conn, paid).values()
        accounts = [str(parse_entry(entry).order["payout"]) for entry in entries]
        known = people.texts(conn, [found.name, *accounts])
        people.erase(conn, known)
        return len(known)
