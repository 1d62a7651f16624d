"""Rows to append: an entry's content does not matter to storage."""

from hashlib import sha256

from timebank.journal.merkle import leaf_hash
from timebank.ledger.facts import Account
from timebank.storage.journal import Row


def member_account(n, currency="HRS", balance=0):
    return Account(f"{n:032x}", "member", currency, f"{n:031x}f", -600, 600, balance)


def row(seq, *, type="pay", time=1_700_000_000, legs=()):
    entry = f'{{"seq":{seq}}}'.encode()
    postings = [side for leg in legs for side in sides(leg)]
    return Row(
        seq=seq,
        time=time,
        type=type,
        author=f"{seq % 7:032x}",
        order_id=f"{seq:032x}",
        identity=sha256(entry).hexdigest(),
        entry=entry,
        leaf=leaf_hash(entry),
        postings=tuple(postings),
    )


def sides(leg):
    return (leg.payer, -leg.amount), (leg.payee, leg.amount)
