"""On what terms shops redeem: the text they agree to, kept outside the journal, and who agreed.

The policy of a currency commits to `<title>, sha256 <hex>`, and a shop signs that commitment. The
text itself is kept by its digest: whoever has it can show that it is the one that was signed.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.facts import Account, Agreement, Currency
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit, tidy
from timebank.services.holdings import member_of
from timebank.storage import documents, fold, people
from timebank.storage.engine import reading, writing

MAX_TITLE = 120
MAX_DOCUMENT = 60_000
_OPENING = re.compile(r"(?P<title>.+), sha256 (?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a shop should know before it redeems. Amounts are in minor units.

    `fee` is in hundredths of a percent of what is handed in; `fund` is the member it goes to, with
    their display name ("" once erased). `agreement` is the commitment that shops sign, None where
    they need not; `title` and `text` are what it commits to, "" where that is not kept here.
    """

    currency: str
    minimum: int = 0
    fee: int = 0
    fund: str = ""
    fund_name: str = ""
    agreement: str | None = None
    title: str = ""
    text: str = ""

    def fee_of(self, total: int) -> int:
        """Return the fee that a shop other than the fund pays for handing in so much."""
        return total * self.fee // 10_000


def keep_document(bank: Bank, title: str, text: str) -> people.Opening:
    """Keep an agreement's text, and return the opening for a policy's `agreement`.

    Its lines end in one newline, whatever they ended in. Raises Refusal BAD_FIELD for a title or
    text that is empty or too long.
    """
    title, text = tidy(title), _lines(text)
    if not 0 < len(title) <= MAX_TITLE:
        raise Refusal(Code.BAD_FIELD, field="title", most=MAX_TITLE)
    if not 0 < len(text) <= MAX_DOCUMENT:
        raise Refusal(Code.BAD_FIELD, field="text", most=MAX_DOCUMENT)
    digest = documents.digest_of(text)
    with writing(bank.engine) as conn:
        documents.keep(conn, documents.Document(digest, title, text, bank.clock.now()))
    return commit(f"{title}, sha256 {digest}")


def terms(bank: Bank, currency: str) -> Terms:
    """Return on what terms a currency is redeemed now; Refusal UNKNOWN_CURRENCY.

    A text that no longer has its digest is not shown: nobody should sign on another than they see.
    """
    with reading(bank.engine) as conn:
        redeeming = _currency(conn, currency).policy.redeeming
        if redeeming is None:
            return Terms(currency)
        title, text = _document(conn, redeeming.agreement)
        fund, fund_name = _owner(conn, redeeming.fund)
    return Terms(
        currency,
        redeeming.minimum,
        redeeming.fee,
        fund,
        fund_name,
        redeeming.agreement,
        title,
        text,
    )


def agreed(bank: Bank, member: str, currency: str) -> bool:
    """Say whether a member may redeem as far as agreements go: theirs is the one asked for now."""
    with reading(bank.engine) as conn:
        redeeming = _currency(conn, currency).policy.redeeming
        if redeeming is None or redeeming.agreement is None:
            return True
        found = fold.find(conn, Agreement, f"{member}:{currency}")
    return found is not None and found.agreement == redeeming.agreement


def draft_agree(bank: Bank, member: str, currency: str) -> Draft:
    """Return the order by which a shop agrees to the terms of now, with what it commits to.

    Raises Refusal UNKNOWN_CURRENCY, or POLICY_FORBIDS where there is nothing to agree to.
    """
    with reading(bank.engine) as conn:
        redeeming = _currency(conn, currency).policy.redeeming
        if redeeming is None or redeeming.agreement is None:
            raise Refusal(Code.POLICY_FORBIDS, currency=currency)
        order = bank.draft(orders.Agree(member, currency, redeeming.agreement), author=member)
        return Draft(order, people.openings_in(conn, order.data))


def _lines(text: str) -> str:
    """The text as it is kept: what `tidy` takes from a line, taken from each of them."""
    lines = (tidy(line) for line in text.removeprefix("\ufeff").splitlines())
    return "\n".join(lines).strip("\n")


def _document(conn: Connection, agreement: str | None) -> tuple[str, str]:
    """The title and text behind a commitment, as far as they are kept and belong to it."""
    opening = people.texts(conn, [agreement]).get(agreement) if agreement else None
    if opening is None:
        return "", ""
    match = _OPENING.fullmatch(opening)
    if match is None:
        return opening, ""
    found = documents.find(conn, match["digest"])
    return match["title"], found.text if found and found.whole else ""


def _owner(conn: Connection, account: str | None) -> tuple[str, str]:
    """Whose account it is, and what they are called."""
    if account is None:
        return "", ""
    found = fold.find(conn, Account, account)
    assert found
    member = member_of(conn, found.owner)
    return member.id, people.names(conn, [member.name]).get(member.name, "")


def _currency(conn: Connection, code: str) -> Currency:
    found = fold.find(conn, Currency, code)
    if found is None:
        raise Refusal(Code.UNKNOWN_CURRENCY, currency=code)
    return found
