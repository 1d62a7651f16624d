"""Checking what somebody brought, a whole bundle or one receipt, with the ledger's id alone.

No database and no library but that of the curves: this is also what the one-file verifier runs.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from timebank.ledger.seals import Seal, sealer
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
    """What a verified bundle shows: its last checkpoint, the fold, and which auditors sealed it."""

    checkpoint: Checkpoint
    state: State
    sealers: tuple[str, ...] = ()


def verify_bundle(
    lines: Iterable[bytes],
    ledger: str,
    extends: str | None = None,
    progress: Progress = lambda seq: None,
    follow: Follower = lambda entry, order, before: None,
    seals: Sequence[Seal] = (),
) -> Verdict:
    """Check a whole journal with no database: signatures, rules, sums, limits, approvals, root.

    `ledger` is the id printed on paper, `extends` the text of an earlier checkpoint that this
    journal must contain, `seals` those that must hold in it. Raises ProofError or BrokenJournal at
    the first thing wrong, Refusal where a seal is not an auditor's. Who follows sees each entry
    before it is checked against the rules, and may rely on what it saw afterwards.
    """
    bundle = read_bundle(lines)
    earlier = read_note(extends) if extends is not None else None
    roots = _roots(seals)
    replay, genesis = Replay.empty(), b""
    times: dict[int, int] = {}
    for entry, verified in checked(_sealed(_containing(bundle.entries, earlier), roots)):
        if not genesis:
            genesis = verified.order.data
            if ledger_id(genesis) != ledger:
                raise ProofError("this is another ledger than the one asked for")
        follow(entry, verified.order, replay.state)
        replay.add(entry, verified)
        if entry.seq + 1 in roots:
            times[entry.seq + 1] = entry.time
        progress(entry.seq + 1)
    state = replay.finish()
    if earlier:
        open_note(extends or "", ledger, log_key(genesis))
    # That its size and root are those of the entries, reading the bundle has shown.
    checkpoint = open_note(bundle.note, ledger, log_key(genesis))
    return Verdict(checkpoint, state, tuple(_sealers(seals, state, times)))


def _roots(seals: Iterable[Seal]) -> dict[int, str]:
    """What the seals say of the first entries, by how many; ProofError where two contradict."""
    roots: dict[int, str] = {}
    for said in (seal.statement for seal in seals):
        if roots.setdefault(said.size, said.root) != said.root:
            raise ProofError(f"two seals on {said.size} entries are of different journals")
    return roots


def _sealers(seals: Iterable[Seal], state: State, times: Mapping[int, int]) -> Iterator[str]:
    """Yield who sealed; `times` are those of the last entries under each seal."""
    for seal in seals:
        said = seal.statement
        if said.time < times[said.size]:
            raise ProofError(f"the seal on {said.size} entries is older than the last of them")
        yield sealer(seal, state).id


def _sealed(entries: Iterable[bytes], roots: Mapping[int, str]) -> Iterator[bytes]:
    """Pass the entries on; ProofError where the first `size` of them have not a seal's root."""
    frontier, left = Frontier(), set(roots)
    for data in entries:
        yield data
        if left:
            frontier = frontier.append(leaf_hash(data))
            if frontier.size in left and frontier.root().hex() != roots[frontier.size]:
                raise ProofError(f"the seal on {frontier.size} entries is of another journal")
            left.discard(frontier.size)
    if left:
        raise ProofError(f"the journal is shorter than the {max(left)} entries of a seal")


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
