"""Play another currency's history through the engine: `python -m tests.replays.replay [CSV]`.

Every transaction is an order of its own, signed by who paid. Beside the ledger runs a model of a
few lines, which says beforehand what is refused and why; any difference ends it. Without a CSV a
year of a thousand people is made up.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.replays import synthetic
from tests.replays.history import Transaction, read
from tests.services.conftest import submission
from tests.services.formats.programs import check_programs
from tests.world import LOG_KEY_SEED, World, a_commitment, seed
from timebank.clock import SetClock
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.facts import Account
from timebank.services.auditing import export
from timebank.services.bank import Bank
from timebank.services.bookkeeping import keep_books
from timebank.services.founding import found
from timebank.services.periods import Period
from timebank.services.posting import Posted, Submission, post
from timebank.services.proofs import verify_bundle
from timebank.services.statements import local
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag
from timebank.storage.people import Opening

T = TypeVar("T")

AT_ONCE = 250
"""Orders in one call of `post`."""
LONGEST_SETTLEMENT = 256
"""Payouts in one order (`orders.Settle.payouts`)."""
PURSE = "werk"
"""The organisation that hands out; in a history it is the payer ""."""
CEILINGS = {"person": 600_00, "shop": 20_000_00}
PLENTY = 10**12


@dataclass
class Folk(World):
    """The world of the tests where everybody pays everybody in credits, and shops hand them in."""

    _keys: dict[str, SigningKey] = field(default_factory=dict)

    def founding(self) -> orders.Genesis:
        genesis = super().founding()
        currencies = tuple(
            replace(
                item,
                policy=replace(
                    item.policy,
                    payments="everyone",
                    basis=a_commitment("as in the history that is replayed"),
                    ceiling=PLENTY,
                ),
            )
            if item.code == "WIJK"
            else item
            for item in genesis.currencies
        )
        founders = tuple(
            replace(
                founder,
                accounts=tuple(
                    replace(account, ceiling=PLENTY) if account.currency == "WIJK" else account
                    for account in founder.accounts
                ),
            )
            for founder in genesis.founders
        )
        return replace(genesis, currencies=currencies, founders=founders)

    def key(self, name: str) -> SigningKey:
        if name not in self._keys:
            self._keys[name] = super().key(name)
        return self._keys[name]

    def submission(self, body: orders.Body, *signers: str, text: str = "") -> Submission:
        order = self.order(body, signers[0])
        signatures = [authorize(self.key(name), Tag.ORDER, order.data) for name in signers]
        openings = (_opening(text),) if text else ()
        return Submission(order.data, signatures, openings)


@cache
def _opening(text: str) -> Opening:
    return Opening(a_commitment(text), seed("salt " + text), text)


@dataclass
class Model:
    """What each has, and what a payment must end in; all that the engine is compared with."""

    kinds: dict[str, str]
    balances: Counter[str] = field(default_factory=Counter)

    def pay(self, payer: str, payee: str, amount: int) -> Code | None:
        """Book a payment, or say why it is refused. The payer's floor is looked at first."""
        if self.balances[payer] < amount:
            return Code.BELOW_FLOOR
        ceiling = CEILINGS.get(self.kinds.get(payee, ""))
        if ceiling is not None and self.balances[payee] + amount > ceiling:
            return Code.ABOVE_CEILING
        self.balances[payer] -= amount
        self.balances[payee] += amount
        return None


class Replay:
    """A ledger founded for this history, everybody in it, and the model beside it."""

    def __init__(self, transactions: Sequence[Transaction], folder: Path) -> None:
        self.transactions = transactions
        self.outcomes: Counter[str] = Counter()
        self.redeemed: list[tuple[str, str, int]] = []
        start = transactions[0].time - 3_600
        self.world, self.clock = Folk(now=start), SetClock(start)
        settings = Settings.of(str(folder / "wijk.db"))
        genesis = submission(self.world.genesis)
        self.bank: Bank = found(settings, genesis, LOG_KEY_SEED, self.clock)
        shops = {item.payer for item in transactions if not item.payee}
        names = sorted({name for item in transactions for name in (item.payer, item.payee)} - {""})
        self.model = Model({name: "shop" if name in shops else "person" for name in names})

    def run(self) -> None:
        """Let everybody join, play every transaction, and pay out what was handed in."""
        self._admit()
        self._fund(sum(item.amount for item in self.transactions if not item.payer))
        for _, day in groupby(self.transactions, lambda item: local(item.time).date()):
            for some in _parts(list(day)):
                self._play(some)
        self._settle()

    def _admit(self) -> None:
        for some in _parts(list(self.model.kinds.items())):
            self._post([self._joining(name, kind) for name, kind in some])

    def _joining(self, name: str, kind: str) -> Submission:
        limits = (orders.Limits("WIJK", 0, CEILINGS[kind]),)
        voucher = self.world.voucher(_known_as(name), kind=kind, limits=limits)
        return submission(self.world.admit(_known_as(name), voucher))

    def _fund(self, total: int) -> None:
        line = self.world.record_bank(total)
        issue = self.world.issue(PURSE, total, line.order.identity)
        self._post([submission(line), submission(issue)])
        self.model.balances[PURSE] = total

    def _play(self, some: Sequence[Transaction]) -> None:
        self._wait_until(some[-1].time)
        sent = [self._order(item) for item in some]
        for item, outcome in zip(some, post(self.bank, sent), strict=True):
            predicted = self.model.pay(item.payer or PURSE, item.payee or "handed in", item.amount)
            said = None if isinstance(outcome, Posted) else outcome.refusal.code
            assert said == predicted, (item, said, predicted)
            self.outcomes[said or "posted"] += 1
            if isinstance(outcome, Posted) and not item.payee:
                self.redeemed.append((outcome.identity, item.payer, item.amount))

    def _order(self, item: Transaction) -> Submission:
        payer = _known_as(item.payer)
        if not item.payee:
            account = self.world.account(payer, "WIJK")
            body = orders.Redeem(account, "WIJK", item.amount, a_commitment("account of " + payer))
            return self.world.submission(body, payer)
        leg = self.world.leg(payer, _known_as(item.payee), item.amount, "WIJK")
        memo = a_commitment(item.text) if item.text else None
        return self.world.submission(orders.Pay((leg,), memo), payer, text=item.text)

    def _settle(self) -> None:
        transit, outside = self.world.system("transit"), self.world.system("outside")
        for some in _parts(sorted(self.redeemed), LONGEST_SETTLEMENT):
            payouts = tuple(
                orders.Payout(identity, self.world.account(_known_as(name), "WIJK"), amount)
                for identity, name, amount in some
            )
            body = orders.Settle("WIJK", transit, outside, payouts, a_commitment("file"))
            self._post([self.world.submission(body, "truus", "kees")])
            self.model.balances["handed in"] -= sum(payout.amount for payout in payouts)

    def _post(self, sent: list[Submission]) -> None:
        for outcome in post(self.bank, sent):
            assert isinstance(outcome, Posted), outcome.refusal

    def _wait_until(self, time: int) -> None:
        self.clock.advance(time - self.clock.now())
        self.world.now = time

    # ---- what must hold afterwards

    def check(self, folder: Path) -> None:
        """Replay the bundle without the database, and have other programs read the exports."""
        state = verify_bundle(export(self.bank), self.bank.ledger).state
        balances = {account.id: account.balance for account in state.all(Account)}
        for name in (*self.model.kinds, PURSE):
            assert (
                balances[self.world.account(_known_as(name), "WIJK")] == self.model.balances[name]
            ), name
        assert balances[self.world.system("redemption")] == self.model.balances["handed in"] == 0
        sums: Counter[str] = Counter()
        for account in state.all(Account):
            sums[account.currency] += account.balance
        assert not any(sums.values()), sums
        years = range(
            local(self.transactions[0].time).year, local(self.transactions[-1].time).year + 1
        )
        for year in years:
            books = keep_books(self.bank, Period(year).span, names=True)
            check_programs(books, folder)
        assert books.closing() == balances


def _known_as(name: str) -> str:
    """The name of somebody in the world: never one of its founders, but for the purse."""
    return f"user {name}" if name not in ("", PURSE) else PURSE


def _parts(items: Sequence[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def main(path: str | None = None) -> None:
    if path:
        with Path(path).open(newline="") as lines:
            transactions = read(lines)
    else:
        transactions = synthetic.history(1, users=1_000, payments=30_000, days=365)
    with TemporaryDirectory() as folder:
        replay, start = Replay(transactions, Path(folder)), time.perf_counter()
        replay.run()
        played = time.perf_counter()
        print(f"{len(transactions)} transactions of {len(replay.model.kinds)} people", end="")
        print(f" in {played - start:.0f} s: {dict(replay.outcomes)}", flush=True)
        replay.check(Path(folder))
        print(f"all agree on them after {time.perf_counter() - played:.0f} s more")
        replay.bank.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
