"""A journal of five entries, the same in every run, for the golden files and the attacks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from timebank.journal.checkpoints import Checkpoint, sign_note
from timebank.journal.merkle import Frontier, inclusion_proof, leaf_hash
from timebank.journal.receipts import Receipt
from timebank.signing import canonical, messages
from timebank.signing.keys import SigningKey


@dataclass(frozen=True)
class Journal:
    log_key: SigningKey
    genesis: bytes
    entries: tuple[bytes, ...]

    @property
    def ledger(self) -> str:
        return messages.ledger_id(self.genesis)

    @property
    def checkpoint(self) -> Checkpoint:
        frontier, _ = Frontier().extend(map(leaf_hash, self.entries))
        return Checkpoint(self.ledger, frontier.size, frontier.root())

    @property
    def note(self) -> str:
        return sign_note(self.checkpoint, self.log_key)

    def read(self, level: int, start: int, count: int) -> Sequence[bytes]:
        assert level == 0
        return [leaf_hash(each) for each in self.entries[start : start + count]]

    def receipt(self, index: int) -> Receipt:
        proof = tuple(inclusion_proof(index, len(self.entries), self.read))
        return Receipt(self.entries[index], self.genesis, index, proof, self.note)


def make_journal(log_key: SigningKey, seqs: Sequence[int] = range(5)) -> Journal:
    genesis = {"log_key": canonical.to_base64url(log_key.spki), "nonce": "00", "type": "genesis"}
    orders = [genesis, *({"id": f"{number:032x}", "type": "pay"} for number in range(1, 5))]
    entries = [
        canonical.encode({"order": order, "seq": seq, "time": 1_700_000_000 + seq})
        for seq, order in zip(seqs, orders, strict=True)
    ]
    return Journal(log_key, canonical.encode(genesis), tuple(entries))


@pytest.fixture(scope="session")
def journal() -> Journal:
    return make_journal(SigningKey.from_seed(bytes(range(32))))


@pytest.fixture(scope="session")
def other_journal() -> Journal:
    """Like `journal` in everything but its log key, and therefore in its ledger id."""
    return make_journal(SigningKey.from_seed(bytes(32)))


@pytest.fixture(scope="session")
def misnumbered_journal() -> Journal:
    """Signed by the log, and yet its last entry was made for another place."""
    return make_journal(SigningKey.from_seed(bytes(range(32))), [0, 1, 2, 3, 5])
