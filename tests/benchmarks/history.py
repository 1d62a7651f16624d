"""Long journals, made by the engine's own rules and storage without checking signatures again."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import say
from tests.benchmarks.people import FOUNDED, Neighbours, key_of, settle
from tests.world import LOG_KEY, ORIGIN
from timebank.journal.bundles import write_bundle
from timebank.journal.checkpoints import Checkpoint, sign_note
from timebank.journal.merkle import Frontier, leaf_hash
from timebank.ledger.entries import entry_bytes
from timebank.ledger.facts import Account
from timebank.ledger.orders import Order
from timebank.ledger.rules import decide_batch
from timebank.ledger.state import State
from timebank.ledger.verified import VerifiedOrder
from timebank.services.bank import Bank, open_bank
from timebank.settings import Settings
from timebank.signing.authorizations import Verified
from timebank.signing.canonical import Value, encode
from timebank.signing.keys import Scheme
from timebank.storage import fold, journal
from timebank.storage.engine import reading, writing

ENGINE = Path(__file__).parents[2] / "timebank"
AT_ONCE = 1000
SAID = 50_000


@dataclass
class Growing:
    """A ledger that grows by payments, faster than anybody could post them."""

    neighbours: Neighbours
    bank: Bank
    state: State

    @classmethod
    def of(cls, neighbours: Neighbours, bank: Bank) -> "Growing":
        with reading(bank.engine) as conn:
            state = State(fold.all_facts(conn))
        return cls(neighbours, bank, state)

    def grow(self, count: int) -> None:
        """Append so many payments, each signed by its payer."""
        for start in range(0, count, AT_ONCE):
            if start % SAID == 0:
                say(f"{start:,}", end=" ")
            payments = [self.neighbours.payment() for _ in range(min(AT_ONCE, count - start))]
            signed = self._signed(payments)
            with writing(self.bank.engine) as conn:
                head = journal.read_head(conn, lock=True)
                rows = [
                    self._row(head.size + number, order, payer, signed[number])
                    for number, (order, payer) in enumerate(payments)
                ]
                accounts = {name: amount for row in rows for name, amount in row.postings}
                found = (self.state.find(Account, name) for name in accounts)
                fold.save_facts(conn, [fact for fact in found if fact])
                head = journal.append(conn, head, rows, FOUNDED)
                self.bank.guard.write(Checkpoint(self.bank.ledger, head.size, head.frontier.root()))

    def _signed(self, payments: list[tuple[Order, str]]) -> list[Value]:
        """Sign on every core: the library lets other threads go on while it does."""
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as pool:
            shares = pool.map(self._sign, [payments[number::cores] for number in range(cores)])
        signed: list[Value] = [""] * len(payments)
        for number, share in enumerate(shares):
            signed[number::cores] = share
        return signed

    def _sign(self, payments: list[tuple[Order, str]]) -> list[Value]:
        return [self.neighbours.sign(payer, order.data) for order, payer in payments]

    def _row(self, seq: int, order: Order, payer: str, authorization: Value) -> journal.Row:
        passkey = self.neighbours.scheme == "webauthn"
        signed = Verified(
            key_of(self.neighbours, payer),
            Scheme.WEBAUTHN_ES256 if passkey else Scheme.ED25519,
            None,
            ORIGIN.origin if passkey else None,
            sha256(ORIGIN.rp_id.encode()).digest() if passkey else None,
        )
        verified = VerifiedOrder(order, encode([authorization]), (signed,))
        (decision,) = decide_batch(self.state, FOUNDED, seq, [verified])
        # That it was posted is not kept: in memory half a million would be too many.
        self.state.put(*(fact for fact in decision.facts if isinstance(fact, Account)))
        data = entry_bytes(seq, FOUNDED, decision)
        header = order.header
        return journal.Row(
            seq,
            FOUNDED,
            header.type,
            header.author,
            header.id,
            order.identity,
            data,
            leaf_hash(data),
            decision.postings,
        )


def bundle(bank: Bank, payments: int, path: Path) -> None:
    """Write an audit bundle of the first so many payments of a ledger."""
    with reading(bank.engine) as conn:
        first = next(
            seq
            for seq, data in enumerate(journal.entries(conn))
            if json.loads(data)["order"]["type"] == "pay"
        )
        entries = list(islice(journal.entries(conn), first + payments))
    frontier, _ = Frontier().extend(leaf_hash(data) for data in entries)
    note = sign_note(Checkpoint(bank.ledger, frontier.size, frontier.root()), LOG_KEY)
    with path.open("wb") as file:
        file.writelines(write_bundle(entries, note))


def payments_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the orders of the payments in a bundle."""
    with path.open("rb") as lines:
        for line in lines:
            if line == b"\n":
                return
            order = json.loads(line)["order"]
            if order["type"] == "pay":
                yield order


def kept(folder: Path, neighbours: Neighbours, total: int) -> Settings:
    """Return a ledger of so many payments, and whatever was posted to it in earlier runs.

    Made once: kept in this folder until the engine, or what is asked for, changes.
    """
    asked = f"{neighbours.scheme}-{neighbours.count}-{total}"
    place = folder / f"{asked}-{_engine()}"
    settings = Settings.of(str(place / "wijk.db"))
    if (place / "whole").exists():
        return settings
    for old in folder.glob(f"{asked}-*"):
        shutil.rmtree(old)
    say(f"a ledger of {total:,} payments, {neighbours.scheme}:", end=" ")
    place.mkdir(parents=True)
    settle(neighbours, str(place / "wijk.db"), place)
    bank = open_bank(settings)
    Growing.of(neighbours, bank).grow(total)
    say("made")
    bank.close()
    (place / "whole").touch()
    return settings


def _engine() -> str:
    """What the engine is, in a few characters."""
    digest = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
