"""A neighbourhood to measure with: many residents, each with a key, who pay one another."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.passkeys import Passkey
from tests.services.conftest import submission
from tests.world import LOG_KEY_SEED, World, grant, seed
from timebank.clock import SetClock
from timebank.ledger import orders
from timebank.ledger.orders import Order
from timebank.services.bank import Bank
from timebank.services.founding import found
from timebank.services.posting import Posted, Submission, post
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.canonical import Value, to_base64url
from timebank.signing.keys import SigningKey, key_id
from timebank.signing.messages import Tag

SCHEMES = ("ed25519", "webauthn")
FOUNDED = 1_700_000_000
"""Always the same, so that a ledger made in an earlier run is this one."""


class KeptPasskey(Passkey):
    """A passkey that does not work out its key again for every signature."""

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        return super().private

    @cached_property
    def spki(self) -> bytes:
        return super().spki


@dataclass
class Neighbours(World):
    """The world of the tests with so many residents, whose keys are of one scheme."""

    now: int = FOUNDED
    count: int = 1000
    scheme: str = "ed25519"
    _keys: dict[str, SigningKey | Passkey] = field(default_factory=dict)
    last_payer: int = 0
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def founding(self) -> orders.Genesis:
        """Found it with room for everybody to stand in the red."""
        genesis = super().founding()
        currencies = tuple(
            replace(item, policy=replace(item.policy, credit_total=10**9))
            if item.code == "UUR"
            else item
            for item in genesis.currencies
        )
        return replace(genesis, currencies=currencies)

    @cached_property
    def residents(self) -> list[str]:
        return [f"resident {number}" for number in range(self.count)]

    def resident_key(self, name: str) -> SigningKey | Passkey:
        if name not in self._keys:
            passkey = self.scheme == "webauthn"
            self._keys[name] = (
                KeptPasskey(name) if passkey else SigningKey.from_seed(seed("key of " + name))
            )
        return self._keys[name]

    def sign(self, name: str, data: bytes) -> Value:
        key = self.resident_key(name)
        return key.authorize(data) if isinstance(key, Passkey) else authorize(key, Tag.ORDER, data)

    def joining(self, name: str) -> Submission:
        """Return the order by which a resident joins."""
        invitation = self.voucher(name)
        key = self.resident_key(name)
        body = orders.Admit(
            invitation,
            to_base64url(seed("secret " + name)),
            self.member(name),
            key.grant() if isinstance(key, Passkey) else grant(key),
            tuple(
                orders.OpenedAccount(
                    self.account(name, limit.currency), limit.currency, limit.floor, limit.ceiling
                )
                for limit in invitation.voucher.limits or ()
            ),
            seed("name " + name).hex(),
        )
        return self.submission(self.order(body, name), name)

    def submission(self, order: Order, signer: str) -> Submission:
        return Submission(order.data, [self.sign(signer, order.data)])

    def payment(self) -> tuple[Order, str]:
        """Return the next payment, of one to three minutes, and who is to sign it.

        Everybody pays in turn, and in the next round somebody else: so many know many. In a round
        everybody pays and receives the same, so nobody comes near a limit however long it goes on.
        """
        turn_of_all, payer = divmod(next(self._turns), self.count)
        jump = 1 + 7 * turn_of_all % (self.count - 1)
        names, self.last_payer = self.residents, payer
        payee = names[(payer + jump) % self.count]
        body = self.pay_body(self.leg(names[payer], payee, 1 + turn_of_all % 3))
        return self.order(body, names[payer]), names[payer]

    def payments(self, count: int) -> list[Submission]:
        """Return signed payments, made now."""
        self.now = int(time.time())
        return [self.submission(*self.payment()) for _ in range(count)]


def settle(neighbours: Neighbours, database: str, folder: Path) -> Settings:
    """Found the ledger at this place, let everybody join, and close it."""
    settings = Settings.of(database, folder)
    clock = SetClock(FOUNDED)
    bank = found(settings, submission(neighbours.genesis), LOG_KEY_SEED, clock)
    for some in parts([neighbours.joining(name) for name in neighbours.residents], 100):
        post_all(bank, some)
    bank.close()
    return settings


def post_all(bank: Bank, submissions: list[Submission]) -> None:
    """Post these together; every one must be posted, or the figure is of something else."""
    for outcome in post(bank, submissions):
        assert isinstance(outcome, Posted), outcome


def post_parts(bank: Bank, batches: list[list[Submission]]) -> None:
    """Post these together, and then those."""
    for some in batches:
        post_all(bank, some)


def parts(items: list[Submission], size: int) -> list[list[Submission]]:
    """Split into lists of this size."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def key_of(neighbours: Neighbours, name: str) -> str:
    """Return the id of a resident's key."""
    return key_id(neighbours.resident_key(name).spki)
