"""Settlement: what shops handed in, planned into one file for the bank, signed for, and paid.

    waiting → plan → (two treasurers sign) → posted → the bank pays → its lines come in

Every step looks first at what is there, so each can be done again after it was cut short. Nobody is
paid twice: an order settles a redemption once, and the file for the bank is always the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Flaw, Refusal, Unfit
from timebank.ledger import orders
from timebank.ledger.facts import Account, Member, Redemption
from timebank.services import files, house, pain, selfcheck, statements
from timebank.services.accounts import (
    MAX_HOLDER,
    Debtor,
    PayTo,
    bank_text,
    is_sepa,
    parse_pay_to,
    payment_reference,
)
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit, draft_proposal
from timebank.services.files import File, PaymentsName, payments_named
from timebank.services.reconciling import settled
from timebank.services.treasury import system_accounts
from timebank.storage import fold, journal, people
from timebank.storage.engine import reading

MOST = 256
"""As many payouts as one order may hold (`orders.Settle.payouts`)."""


@dataclass(frozen=True, slots=True)
class Payout:
    """One redemption to be paid: the shop, the euro cents, and where it wants them.

    `destination` is the text its shop signed, "" where that was erased; `to` is what it says, None
    where the bank cannot be told to pay it, with `flaw` saying why.
    """

    redemption: str
    account: str
    member: str
    name: str
    currency: str
    amount: int
    destination: str
    to: PayTo | None
    flaw: Flaw | None

    @property
    def reference(self) -> str:
        """The reference by which the bank and the shop know this payment (ISO 11649)."""
        return payment_reference(self.redemption)

    @property
    def sent_name(self) -> str:
        """The holder's name in the characters that go to the bank; show it where it differs."""
        return bank_text(self.to.name, MAX_HOLDER) if self.to else ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A settlement to sign: the order, what it pays, and the file that it commits to."""

    draft: Draft
    payouts: tuple[Payout, ...]
    file: File


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned, in orders of at most `MOST` payouts, and what was left out of it."""

    runs: tuple[Planned, ...]
    left_out: tuple[Payout, ...]


def waiting(bank: Bank, currency: str | None = None) -> list[Payout]:
    """Return every redemption that waits to be paid, by shop; `flaw` says which cannot be."""
    with reading(bank.engine) as conn:
        return _payouts(
            conn,
            [
                (item.redemption, item.account, item.currency, item.open)
                for item in fold.every(conn, Redemption)
                if currency in (None, item.currency) and item.open and not item.settled_by
            ],
        )


def last_destination(bank: Bank, shop: str, currency: str) -> PayTo | None:
    """Return where a shop asked to be paid the last time; None where that is not kept."""
    moved = statements.history(bank, shop, currency=currency, limit=500)
    last = [move.identity for move in moved if move.type == "redeem"][:1]
    with reading(bank.engine) as conn:
        found = people.payouts(conn, last)
    try:
        return parse_pay_to("".join(found.values()))
    except Unfit:
        return None


def payouts_of(bank: Bank, settle: orders.Settle) -> list[Payout]:
    """Return the list a settlement pays, before and after it was posted: it is the same list."""
    with reading(bank.engine) as conn:
        return _payouts(
            conn,
            [
                (item.redemption, item.payee, settle.currency, item.amount)
                for item in settle.payouts
            ],
        )


def _payouts(conn: Connection, items: Sequence[tuple[str, str, str, int]]) -> list[Payout]:
    """Put names and destinations to redemptions (redemption, account, currency, amount)."""
    accounts = fold.load_facts(conn, [(Account, account) for _, account, _, _ in items])
    owners = {fact.id: fact.owner for fact in accounts if isinstance(fact, Account)}
    members = fold.load_facts(conn, [(Member, owner) for owner in owners.values() if owner])
    commitments = {fact.id: fact.name for fact in members if isinstance(fact, Member)}
    names = people.names(conn, commitments.values())
    handed_in = fold.load_facts(conn, [(Redemption, redemption) for redemption, _, _, _ in items])
    by_whom = {fact.redemption: fact.account for fact in handed_in if isinstance(fact, Redemption)}
    destinations = people.payouts(conn, by_whom)
    payouts = []
    for redemption, account, currency, amount in items:
        member = owners.get(account, "")
        destination, to = "", None
        flaw: Flaw | None = Flaw.NO_SUCH_PAYOUT
        # A proposal may name whatever it likes: no account is shown beside another's name.
        if member and by_whom.get(redemption) == account:
            destination = destinations.get(redemption, "")
            to, flaw = _payable(destination, amount)
        name = names.get(commitments.get(member, ""), "")
        payouts.append(
            Payout(redemption, account, member, name, currency, amount, destination, to, flaw)
        )
    return sorted(payouts, key=lambda payout: (payout.name, payout.redemption))


def _payable(destination: str, amount: int) -> tuple[PayTo | None, Flaw | None]:
    """Where a destination says to pay, or why nobody can be told to pay it."""
    if not destination:
        return None, Flaw.UNREADABLE_ACCOUNT
    if amount > pain.MOST_CENTS:
        return None, Flaw.AMOUNT_TOO_LARGE
    try:
        to = parse_pay_to(destination)
    except Unfit as unfit:
        return None, unfit.code
    return (to, None) if is_sepa(to.iban) else (None, Flaw.NOT_SEPA)


# ---- planning


def plan(bank: Bank, author: str, currency: str, form: pain.Format = pain.FORMATS[0]) -> Plan:
    """Make the orders that settle all that can be paid, each with its file for the bank.

    The files are kept; nothing is signed or posted. Raises Unfit NO_OWN_ACCOUNT, and Unavailable
    FINDINGS where the books do not add up: then no euro leaves.
    """
    selfcheck.require_clean(bank)
    own = house.own_account(bank)
    found = waiting(bank, currency)
    payable = [payout for payout in found if payout.to]
    parts = [payable[start : start + MOST] for start in range(0, len(payable), MOST)]
    return Plan(
        tuple(_planned(bank, author, currency, own, part, form) for part in parts),
        tuple(payout for payout in found if not payout.to),
    )


def _planned(
    bank: Bank,
    author: str,
    currency: str,
    own: Debtor,
    payouts: Sequence[Payout],
    form: pain.Format,
) -> Planned:
    created = bank.clock.now()
    data = pain.write(own, _payments(payouts), created, form)
    name = PaymentsName(form, files.digest(data))
    file = files.keep_payments(bank, _file_name(payouts), created, data)
    draft = draft_settle(bank, author, currency, payouts, name, created)
    return Planned(draft, tuple(payouts), file)


def _payments(payouts: Iterable[Payout]) -> list[pain.Payment]:
    # By redemption, as in the order: names can be erased and must not change the file's order.
    ordered = sorted(payouts, key=lambda payout: payout.redemption)
    return [
        pain.Payment(payout.redemption, payout.to, payout.amount) for payout in ordered if payout.to
    ]


def _file_name(payouts: Iterable[Payout | orders.Payout]) -> str:
    message = pain.message_id([payout.redemption for payout in payouts])
    return f"uitbetaling-{message[:12]}.xml"


def draft_settle(
    bank: Bank,
    author: str,
    currency: str,
    payouts: Sequence[Payout],
    file: PaymentsName,
    created: int,
) -> Draft:
    """Return the order that retires these redemptions and books their euro as paid out.

    It commits to the file for the bank, so that the file that was paid can be told from another;
    the two bear the same time.
    """
    with reading(bank.engine) as conn:
        system = system_accounts(conn)
    opening = commit(file.text)
    lines = sorted(
        (orders.Payout(item.redemption, item.account, item.amount) for item in payouts),
        key=lambda payout: payout.redemption,
    )
    body = orders.Settle(
        currency, system["transit"], system["outside"], tuple(lines), opening.commitment
    )
    return draft_proposal(bank, author, body, opening, created=created)


# ---- the file that was signed for


def check_payments(bank: Bank, draft: Draft) -> None:
    """Refuse a settlement whose file would pay anything but its list: before each signature, and
    before it is posted. Other orders pass, and so does one that is in the journal.

    An order commits to a digest, which its author could take from any file. So the file is written
    again from what the order itself pays. Raises Unfit PAYMENTS_CHANGED, or NO_OWN_ACCOUNT.
    """
    body = draft.order.body
    if not isinstance(body, orders.Settle):
        return
    with reading(bank.engine) as conn:
        posted = journal.find_entries(conn, [draft.order.identity])
        kept = people.openings_in(conn, draft.order.data)
    if not posted:
        name = _name_in((*kept, *draft.openings), body)
        _write_again(bank, draft.order, body, name)


def payments_file(bank: Bank, draft: Draft) -> File:
    """Return the file for the bank that a settlement commits to, byte for byte.

    The kept one, or where that was lost one made again. Raises Unfit PAYMENTS_CHANGED where neither
    is a file of these payments that was signed for: an account was erased since, the text behind
    the commitment was, or the order names the file of another settlement.
    """
    body = draft.order.body
    if not isinstance(body, orders.Settle):
        raise Refusal(Code.UNKNOWN_ENTRY, entry=draft.order.identity)
    name = _name_in(draft.openings, body)
    kept = files.find(bank, name.digest)
    if kept is not None and files.digest(kept.data) == name.digest:
        redemptions = [payout.redemption for payout in body.payouts]
        if kept.kind != "pain" or not pain.pays(kept.data, redemptions):
            raise Unfit(Flaw.PAYMENTS_CHANGED)
        return kept
    data = _write_again(bank, draft.order, body, name)
    return files.keep_payments(bank, _file_name(body.payouts), draft.order.header.created, data)


def _name_in(openings: Iterable[people.Opening], body: orders.Settle) -> PaymentsName:
    texts = {opening.commitment: opening.text for opening in openings if opening.holds}
    name = payments_named(texts.get(body.file, ""))
    if name is None:
        raise Unfit(Flaw.PAYMENTS_CHANGED)
    return name


def _write_again(bank: Bank, order: orders.Order, body: orders.Settle, name: PaymentsName) -> bytes:
    """The file of what an order pays; Unfit PAYMENTS_CHANGED where that is not the one it names."""
    payouts = payouts_of(bank, body)
    form = next((each for each in pain.FORMATS if each == name.format), None)
    if form is None or any(payout.to is None for payout in payouts):
        raise Unfit(Flaw.PAYMENTS_CHANGED)
    data = pain.write(house.own_account(bank), _payments(payouts), order.header.created, form)
    if files.digest(data) != name.digest:
        raise Unfit(Flaw.PAYMENTS_CHANGED)
    return data


def posted_file(bank: Bank, identity: str) -> File:
    """Return the file for the bank of a settlement that is in the journal.

    Raises Refusal UNKNOWN_ENTRY while it is not: a file that is not there cannot be paid too early.
    """
    with reading(bank.engine) as conn:
        order = settled(conn).get(identity)
        if order is None:
            raise Refusal(Code.UNKNOWN_ENTRY, entry=identity)
        openings = people.openings_in(conn, order.data)
    return payments_file(bank, Draft(order, openings))
