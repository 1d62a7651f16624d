"""Open the books and report all balances: the same payments in plain-text ledgers and in ours."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.history import bundle, kept, payments_of
from tests.benchmarks.measuring import Pair, Row, interleave, say, stopwatch
from tests.benchmarks.people import Neighbours
from timebank.ledger.facts import Account
from timebank.services.bank import Bank, open_bank
from timebank.services.proofs import verify_bundle
from timebank.storage.engine import reading
from timebank.storage.fold import every

PEERS = Path(__file__).parent / "peers"
Balances = dict[str, int]
Report = Callable[[], Balances]
"""Opens the books and returns the balance of every account that was paid from or to."""

_LINE = re.compile(r"^\s*(-?\d+)(?: UUR)?\s+A:(\w+)$", re.MULTILINE)


def measure(
    cache: Path, folder: Path, rounds: int, count: int, payments: int, peer_python: Path
) -> list[Row]:
    """Measure each program that is installed against our audit, and against our tables."""
    bank = open_bank(kept(cache, Neighbours(count=count), payments))
    path = folder / "books.bundle"
    bundle(bank, payments, path)
    expected = _write(path, folder)
    audit = _timed(lambda: _audited(path, bank.ledger), expected, payments)
    table = _timed(lambda: _stored(bank), expected, payments)
    pairs = []
    for name, report in _programs(folder, peer_python):
        other = _timed(report, expected, payments)
        pairs.append(Pair(f"{name}; ours: audit verify", audit, other))
        pairs.append(Pair(f"{name}; ours: from the tables", table, other))
    rows = interleave(pairs, rounds, warm=True)
    bank.close()
    return rows


def _timed(report: Report, expected: Balances, payments: int) -> Callable[[], float]:
    def side() -> float:
        with stopwatch() as passed:
            found = report()
        assert found == expected, "the balances differ"
        return payments / passed()

    return side


def _audited(path: Path, ledger: str) -> Balances:
    with path.open("rb") as lines:
        state = verify_bundle(lines, ledger).state
    return _balances(state.all(Account))


def _stored(bank: Bank) -> Balances:
    with reading(bank.engine) as conn:
        return _balances(every(conn, Account))


def _balances(accounts: Any) -> Balances:
    return {account.id: account.balance for account in accounts if account.balance}


def _programs(folder: Path, peer_python: Path) -> Iterator[tuple[str, Report]]:
    for name in ("ledger", "hledger"):
        if shutil.which(name):
            command = [name, "-f", str(folder / "books.journal"), "balance", "--flat"]
            yield name, partial(_read, command)
        else:
            say(f"{name} is not installed: no row for it")
    if peer_python.exists():
        script = str(PEERS / "beancount_balances.py")
        command = [str(peer_python), script, str(folder / "books.beancount")]
        yield "beancount", partial(_read_beancount, command)


def _read(command: list[str]) -> Balances:
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {account: int(amount) for amount, account in _LINE.findall(said) if int(amount)}


def _read_beancount(command: list[str]) -> Balances:
    # It would otherwise keep what it read, and have nothing to do the next time.
    environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    pairs = (line.split() for line in said.stdout.splitlines())
    return {
        account.removeprefix("Assets:A"): int(amount) for account, amount in pairs if int(amount)
    }


def _write(path: Path, folder: Path) -> Balances:
    """Write the payments as a journal for ledger and hledger and one for beancount."""
    balances = Counter[str]()
    with (
        (folder / "books.journal").open("w") as journal,
        (folder / "books.beancount").open("w") as beancount,
    ):
        opened: set[str] = set()
        for order in payments_of(path):
            day = datetime.fromtimestamp(order["created"], UTC).date()
            (leg,) = order["legs"]
            payer, payee, amount = leg["payer"], leg["payee"], leg["amount"]
            balances[payer] -= amount
            balances[payee] += amount
            for account in {payer, payee} - opened:
                opened.add(account)
                beancount.write(f"2020-01-01 open Assets:A{account} UUR\n")
            lines = [
                f"{day} * {order['id']}",
                f"    A:{payer}  {-amount} UUR",
                f"    A:{payee}  {amount} UUR",
            ]
            journal.write("\n".join(lines) + "\n\n")
            beancount.write(
                f'{day} * "{order["id"]}"\n  Assets:A{payer}  {-amount} UUR\n'
                f"  Assets:A{payee}  {amount} UUR\n"
            )
    return {account: balance for account, balance in balances.items() if balance}
