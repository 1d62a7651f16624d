"""Signing and posting what is kept as a proposal: an order that there is one of, and no other."""

from dataclasses import dataclass
from pathlib import Path

from timebank.errors import Code, Refusal
from timebank.services import membership, proposals
from timebank.services.drafts import Draft
from timebank.services.posting import Posted
from timebank.signing.keys import SigningKey
from timebank_cli.desk import Desk
from timebank_cli.proposing import UNFINISHED, Proposal, replace_file


@dataclass(frozen=True, slots=True)
class Step:
    """How far an order came: posted, or waiting for signatures it has `signed` of."""

    identity: str
    posted: Posted | None
    signed: int


def sign_kept(desk: Desk, draft: Draft, key: SigningKey) -> Proposal:
    """Add this key's signature to those a kept proposal has, unless its member signed already."""
    kept = proposals.proposal(desk.bank, draft.order.identity)
    proposal = Proposal(kept.draft, kept.authorizations)
    person = membership.member_of_key(desk.bank, key.id)
    if person.id not in proposal.members(desk.bank):
        proposal = proposal.signed_by(key)
        proposals.propose(desk.bank, proposal.draft, list(proposal.authorizations))
    return proposal


def post_kept(desk: Desk, draft: Draft, key: SigningKey) -> Step:
    """Sign a kept proposal and post it, if that is enough; Refusal for any other reason."""
    proposal = sign_kept(desk, draft, key)
    identity = draft.order.identity
    try:
        return Step(identity, proposal.post(desk.bank), len(proposal.authorizations))
    except Refusal as refusal:
        if refusal.code not in UNFINISHED:
            raise
        return Step(identity, None, len(proposal.authorizations))


def write_kept(desk: Desk, draft: Draft, key: SigningKey, file: Path) -> Proposal:
    """Sign a kept proposal and write its file anew, for the next to sign."""
    proposal = sign_kept(desk, draft, key)
    replace_file(file, proposal)
    return proposal


def may_issue(desk: Desk, member: str) -> bool:
    """Whether a member holds the role that issues credits."""
    needed = proposals.threshold(desk.bank, "issue")
    if needed is None:
        raise Refusal(Code.NOT_AUTHORIZED)
    return needed.role in membership.person(desk.bank, member).roles
