"""Proposal files: an order on its way past the people who must sign it.

A file holds `{"order", "authorizations", "openings"}` and is its owner's alone (0600): the openings
are texts that the journal only has a commitment of. What is signed is also kept in the ledger's
database, so that the treasurers' screen shows it; the file alone is enough to post it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from timebank import ids
from timebank.errors import Code, Refusal
from timebank.ledger.orders import APPROVED_TYPES, Order, parse_order
from timebank.ledger.verified import verify_bytes
from timebank.services import membership, settlement
from timebank.services.bank import Bank
from timebank.services.drafts import Draft, read_submission
from timebank.services.posting import Posted, post_one
from timebank.services.proposals import propose as keep
from timebank.services.proposals import threshold
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import Value
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag
from timebank_cli.desk import Desk
from timebank_cli.keyfiles import create_private
from timebank_cli.output import emit, facts, moment
from timebank_cli.refusals import Stop
from timebank_cli.wording import Words, describe, summary, words_of

_MAX_BYTES = 1 << 20
UNFINISHED = (Code.TOO_FEW_APPROVALS, Code.NOT_AUTHORIZED)
"""What is said of an order that more people have to sign."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order, its texts, and the authorizations it has so far."""

    draft: Draft
    authorizations: tuple[Value, ...]

    def signed_by(self, key: SigningKey) -> "Proposal":
        """Return it with one more signature."""
        added = authorize(key, Tag.ORDER, self.draft.order.data)
        return Proposal(self.draft, (*self.authorizations, added))

    def members(self, bank: Bank) -> list[str]:
        """Return who has signed. Raises Refusal where a signature does not hold."""
        if not self.authorizations:
            return []
        signed = verify_bytes(self.draft.order.data, self.authorizations).signed
        return [membership.member_of_key(bank, item.key_id).id for item in signed]

    def post(self, bank: Bank) -> Posted:
        """Post it; raises Refusal or Unavailable, or Unfit for a file that pays something else."""
        settlement.check_payments(bank, self.draft)
        return post_one(bank, self.draft.submission(self.authorizations))


out_option = click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a proposal file, also where one signature would be enough.",
)

# ---- files


def read_file(path: Path) -> Proposal:
    """Return what a proposal file holds; Stop `not_a_proposal`, or Refusal for a bad order."""
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    try:
        if len(data) > _MAX_BYTES:
            raise ValueError
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Stop("not_a_proposal", f"{path} is not a proposal file") from None
    read = read_submission(value)
    return Proposal(Draft(parse_order(read.order), read.openings), tuple(read.authorizations))


def create_file(path: Path, proposal: Proposal) -> None:
    """Write a new proposal file (0600); FileExistsError rather than overwrite one."""
    create_private(path, _bytes(proposal))


def replace_file(path: Path, proposal: Proposal) -> None:
    """Write a proposal file anew, in one step: it is never half there."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    create_private(fresh, _bytes(proposal))
    os.replace(fresh, path)


def default_name(draft: Draft, suffix: str = ".json") -> Path:
    """Return a name for a proposal's file, with the four characters people can compare."""
    order = draft.order
    return Path(f"{order.header.type}-{ids.reference(order.identity)}{suffix}")


def _bytes(proposal: Proposal) -> bytes:
    wire = proposal.draft.wire()
    document: dict[str, Any] = {
        "order": wire["order"],
        "authorizations": list(proposal.authorizations),
        "openings": wire["openings"],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


# ---- what commands do with them


def propose(desk: Desk, draft: Draft, key: SigningKey, file: Path | None) -> None:
    """Sign a draft, then post it if that is enough; else keep it and write its file."""
    proposal = Proposal(draft, ()).signed_by(key)
    if file is None:
        try:
            tell_posted(desk, draft, proposal.post(desk.bank))
            return
        except Refusal as refusal:
            if refusal.code not in UNFINISHED:
                raise
    file = file or default_name(draft)
    create_file(file, proposal)
    try:
        keep(desk.bank, draft, list(proposal.authorizations))
    except Refusal:
        file.unlink()
        raise
    tell_waiting(desk, file, proposal)


def sign(desk: Desk, path: Path, proposal: Proposal, key: SigningKey) -> Proposal:
    """Add a signature to a proposal and its file; Refusal DOUBLE_APPROVAL for a second one."""
    check_ledger(desk, proposal)
    person = membership.member_of_key(desk.bank, key.id)
    if person.id in proposal.members(desk.bank):
        raise Refusal(Code.DOUBLE_APPROVAL, member=person.id)
    settlement.check_payments(desk.bank, proposal.draft)
    signed = proposal.signed_by(key)
    replace_file(path, signed)
    if proposal.draft.order.header.type in APPROVED_TYPES:
        keep(desk.bank, signed.draft, list(signed.authorizations))
    return signed


def check_ledger(desk: Desk, proposal: Proposal) -> None:
    """Raise Refusal OTHER_LEDGER for a proposal to another ledger than this one."""
    if proposal.draft.order.ledger != desk.bank.ledger:
        raise Refusal(Code.OTHER_LEDGER)


def description(desk: Desk, draft: Draft) -> str:
    """Return what an order does, in words and with names."""
    return facts(describe(draft.order, _words(desk, draft)))


def _words(desk: Desk, draft: Draft) -> Words:
    texts = {opening.commitment: opening.text for opening in draft.openings}
    return words_of(desk.bank, desk.units(), texts)


def tell_waiting(desk: Desk, file: Path, proposal: Proposal) -> None:
    """Say that a proposal is not posted yet, and what to do."""
    order, signed = proposal.draft.order, proposal.members(desk.bank)
    names = [desk.member(member).name for member in signed]
    document = {
        "state": "waiting",
        "file": str(file),
        "identity": order.identity,
        "reference": ids.reference(order.identity),
        "type": order.header.type,
        "signed": signed,
        "expires": order.header.expires,
    }
    text = (
        f"{description(desk, proposal.draft)}\n\n"
        f"Signed by {', '.join(names)}. Nothing is posted yet.\n"
        f"{_next_step(desk, file, order, len(signed))}"
    )
    emit(document, text)


def _next_step(desk: Desk, file: Path, order: Order, signed: int) -> str:
    """What to do after so many signatures. Whether each of them counts, is for posting to say."""
    submit = f"before {moment(order.header.expires)}: timebank submit {file}"
    needed = threshold(desk.bank, order.header.type)
    if needed is not None and signed >= needed.count:
        return f"Enough have signed. Next, {submit}"
    return f"Next, by somebody else: timebank sign {file} --key THEIR-KEY\nand then, {submit}"


def tell_posted(desk: Desk, draft: Draft, posted: Posted) -> None:
    """Say that an order is in the journal, for good."""
    reference = ids.reference(posted.identity)
    document = {
        "state": "posted",
        "identity": posted.identity,
        "reference": reference,
        "seq": posted.seq,
        "time": posted.time,
    }
    text = (
        f"{facts(summary(draft.order, _words(desk, draft)))}\n\n"
        f"Posted as entry {posted.seq} at {moment(posted.time)}. Reference {reference}."
    )
    emit(document, text)


def post_signed(desk: Desk, draft: Draft, keys: Sequence[SigningKey]) -> None:
    """Sign an order of one's own and post it."""
    proposal = Proposal(draft, ())
    for key in keys:
        proposal = proposal.signed_by(key)
    tell_posted(desk, draft, proposal.post(desk.bank))
