"""Rewarding many people at once, from a file: looked at first, signed once, paid line by line.

Each line is a payment of its own, so that a receipt shows nobody else's (`reward_lines.py`).
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, commit
from timebank.services.posting import Posted, Refused, Submission, post
from timebank.services.reward_lines import Line, Preview, look
from timebank.signing.authorizations import MAX_BATCH
from timebank.signing.canonical import Value
from timebank.storage import rewards
from timebank.storage.engine import reading, writing

Sign = Callable[[Sequence[orders.Order]], Sequence[Value]]
"""Returns the authorizations that go beside each of these orders, signed as one batch."""


class NotReady(Exception):
    """The file has lines with something wrong, or the payer has too little; nothing was paid."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(preview)
        self.preview = preview


# ---- paying


def draft(bank: Bank, preview: Preview) -> list[Draft]:
    """Return the next orders to sign as one batch: as many of the ready lines as one may hold."""
    return [_draft(bank, preview.payer, line) for line in preview.of("ready")[:MAX_BATCH]]


def _draft(bank: Bank, payer: str, line: Line) -> Draft:
    opening = commit(line.memo)
    leg = orders.Leg(line.payer_account, line.account, line.currency, line.row.amount)
    body = orders.Pay((leg,), opening.commitment)
    return Draft(bank.draft(body, author=payer, id=line.order_id), (opening,))


def run(bank: Bank, payer: str, content: bytes, sign: Sign, done: Callable[[int], None]) -> Preview:
    """Pay every line that is ready, and return the file as it is then.

    A batch posts as a whole or not at all; `done` hears how many lines are paid. Cut short, it goes
    on where it was when it is run again. Raises NotReady before anything is paid, BadFile, Refusal
    (of a batch, after those before it were paid), or Unavailable.
    """
    preview = look(bank, payer, content)
    if (preview.of("ready") and not preview.can_pay) or preview.of("wrong"):
        raise NotReady(preview)
    while preview.of("ready"):
        batch = draft(bank, preview)
        values = sign([item.order for item in batch])
        post_signed(bank, preview, [item.submission(values) for item in batch])
        preview = look(bank, payer, content)
        done(len(preview.of("paid")))
    return preview


def post_signed(bank: Bank, preview: Preview, submissions: Sequence[Submission]) -> list[Posted]:
    """Post orders that were drafted from a file, all or none.

    Raises Refusal: POLICY_FORBIDS where one is of no line that may be paid now, or as posting does.
    """
    known = {line.order_id for line in preview.lines if line.state in ("ready", "paid")}
    for item in submissions:
        header = orders.parse_order(item.order).header
        if header.author != preview.payer or header.id not in known:
            raise Refusal(Code.POLICY_FORBIDS)
    posted = []
    for outcome in post(bank, submissions):
        if isinstance(outcome, Refused):
            raise outcome.refusal
        posted.append(outcome)
    return posted


# ---- files that were sent in

KEPT_SECONDS = 92 * 86_400
"""How long a file is kept: long enough for a treasurer to look at what waits."""


MOST_FILES = 100
"""As many files as are kept of one payer."""


def keep(bank: Bank, payer: str, name: str, content: bytes) -> str:
    """Keep a file that can be read, so that it can be signed later; return what it is called.

    Files of more than three months ago are erased, and the oldest of a payer who sent in too many.
    """
    digest = sha256(payer.encode() + b"\0" + content).hexdigest()
    now = bank.clock.now()
    with writing(bank.engine) as conn:
        rewards.forget(conn, now - KEPT_SECONDS)
        rewards.keep(conn, rewards.File(digest, payer, name[:80], now, content))
        rewards.forget_all_but(conn, payer, MOST_FILES)
    return digest


def kept_file(bank: Bank, payer: str, digest: str) -> rewards.File:
    """Return a file of this payer; Refusal UNKNOWN_ENTRY."""
    with reading(bank.engine) as conn:
        found = rewards.find(conn, digest)
    if found is None or found.payer != payer:
        raise Refusal(Code.UNKNOWN_ENTRY, entry=digest)
    return found


def kept_files(bank: Bank, payer: str) -> list[rewards.File]:
    """Return what this payer sent in, the newest first."""
    with reading(bank.engine) as conn:
        return rewards.files(conn, payer)
