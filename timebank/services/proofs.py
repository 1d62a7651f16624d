"""Checking what somebody brought, a whole bundle or one receipt, with the ledger's id alone.

No database and no library but that of the curves: this is also what the one-file verifier runs.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from timebank.errors import Code, Refusal
from timebank.journal import ProofError
from timebank.journal.bundles import read_bundle
from timebank.journal.checkpoints import Checkpoint, open_note, read_note
from timebank.journal.merkle import Frontier, leaf_hash
from timebank.journal.receipts import log_key, verify_receipt
from timebank.ledger.entries import Entry, parse_entry, verify_entry
from timebank.ledger.facts import Fact, OrderId, Posted
from timebank.ledger.orders import Order
from timebank.ledger.replay import Replay
from timebank.ledger.state import State
from timebank.services.verifying import checked
from timebank.signing.messages import ledger_id

Progress = Callable[[int], None]
Follower = Callable[[Entry, Order, State], None]
"""Sees an entry, its order, and the state before the batch that it is in."""
STORED: tuple[type[Fact], ...] = tuple(
    kind for kind in get_args(Fact) if kind not in (OrderId, Posted)
)
"""The facts that have a table."""


# ---- a bundle


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verified bundle shows: the ledger, its last checkpoint, and the fold."""

    checkpoint: Checkpoint
    state: State


def verify_bundle(
    lines: Iterable[bytes],
    ledger: str,
    extends: str | None = None,
    progress: Progress = lambda seq: None,
    follow: Follower = lambda entry, order, before: None,
) -> Verdict:
    """Check a whole journal with no database: signatures, rules, sums, limits, approvals, root.

    `ledger` is the id printed on paper, `extends` the text of an earlier checkpoint that this
    journal must contain. Raises ProofError or BrokenJournal at the first thing wrong. Who follows
    sees each entry before it is checked against the rules, and may rely on what it saw afterwards.
    """
    bundle = read_bundle(lines)
    earlier = read_note(extends) if extends is not None else None
    replay, genesis = Replay.empty(), b""
    for entry, verified in checked(_containing(bundle.entries, earlier)):
        if not genesis:
            genesis = verified.order.data
            if ledger_id(genesis) != ledger:
                raise ProofError("this is another ledger than the one asked for")
        follow(entry, verified.order, replay.state)
        replay.add(entry, verified)
        progress(entry.seq + 1)
    state = replay.finish()
    if earlier:
        open_note(extends or "", ledger, log_key(genesis))
    # That its size and root are those of the entries, reading the bundle has shown.
    return Verdict(open_note(bundle.note, ledger, log_key(genesis)), state)


def _containing(entries: Iterable[bytes], earlier: Checkpoint | None) -> Iterator[bytes]:
    """Pass the entries on; ProofError where they do not begin with those of the checkpoint."""
    frontier = Frontier()
    for data in entries:
        yield data
        if earlier and frontier.size < earlier.size:
            frontier = frontier.append(leaf_hash(data))
            if frontier.size == earlier.size and frontier.root() != earlier.root:
                raise ProofError("the journal does not contain the earlier checkpoint")
    if earlier and frontier.size < earlier.size:
        raise ProofError("the journal is shorter than the earlier checkpoint")


def fold_digest(state: State) -> str:
    """Return one hash of all facts: two verifiers that agree on it agree on everything."""
    lines = sorted(repr(fact) for fact in _kept_facts(state))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _kept_facts(state: State) -> Iterator[Fact]:
    for kind in STORED:
        yield from state.all(kind)


# ---- a receipt


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a verified receipt proves: this entry, these signers, this place in the journal."""

    entry: Entry
    order: Order
    key_ids: tuple[str, ...]
    checkpoint: Checkpoint


def check_receipt(text: str, ledger: str) -> CheckedReceipt:
    """Check a receipt with nothing but the ledger's id.

    Raises ProofError where the proof does not hold, Refusal where a signature inside does not.
    """
    proven = verify_receipt(text, ledger)
    entry = parse_entry(proven.entry_bytes)
    verified = verify_entry(entry)
    if verified.order.ledger != ledger:
        raise Refusal(Code.OTHER_LEDGER)
    return CheckedReceipt(
        entry,
        verified.order,
        tuple(signed.key_id for signed in verified.signed),
        proven.checkpoint,
    )
