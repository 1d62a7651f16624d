"""Both verifiers over the same files: the engine's own, and the one in JavaScript."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import playwright

from timebank.errors import Refusal
from timebank.journal import ProofError
from timebank.ledger.facts import Account, Currency
from timebank.ledger.replay import BrokenJournal
from timebank.ledger.state import State
from timebank.services.proofs import check_receipt, verify_bundle

JUDGE = Path(__file__).parent / "judge.mjs"
# Whoever has no Node has the one that drives the browser in other tests.
NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle, or a receipt, to be judged for a ledger."""

    name: str
    ledger: str
    bundle: bytes = b""
    receipt: str | None = None
    extends: str | None = None

    def wire(self) -> str:
        fields = asdict(self) | {"bundle": self.bundle.decode("latin-1")}
        return json.dumps({key: value for key, value in fields.items() if value is not None})


def totals(state: State) -> dict[str, Any]:
    """Return balances and totals as the other verifier prints them."""
    accounts = {
        account.id: {
            "currency": account.currency,
            "kind": account.kind,
            "balance": str(account.balance),
        }
        for account in state.all(Account)
    }
    currencies = {
        currency.code: {
            "issued": str(currency.issued),
            "retired": str(currency.retired),
            "reserve": str(currency.reserve),
            "credit": str(currency.credit_given),
        }
        for currency in state.all(Currency)
    }
    return {"accounts": accounts, "currencies": currencies}


def by_engine(case: Case) -> dict[str, Any]:
    """Return what the engine's verifier says."""
    try:
        if case.receipt is not None:
            checked = check_receipt(case.receipt, case.ledger)
            return {"holds": True, "seq": checked.entry.seq, "size": checked.checkpoint.size}
        verdict = verify_bundle(BytesIO(case.bundle), case.ledger, case.extends)
        return {"holds": True, "size": verdict.checkpoint.size, **totals(verdict.state)}
    except (ProofError, BrokenJournal, Refusal) as broken:
        return {"holds": False, "reason": repr(broken)}
    except Exception as error:  # to be told apart from a verdict, and shown
        return {"crashed": repr(error)}


def by_javascript(cases: Iterable[Case], *options: str) -> Iterator[dict[str, Any]]:
    """Yield what the verifier in JavaScript says of each case; one process judges them all."""
    command = [NODE, str(JUDGE), *options]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as judge,
        ThreadPoolExecutor(1) as pool,
    ):
        assert judge.stdin
        assert judge.stdout
        stdin = judge.stdin

        def feed() -> None:
            with stdin:
                stdin.writelines(f"{case.wire()}\n".encode() for case in cases)

        feeding = pool.submit(feed)
        for line in judge.stdout:
            yield json.loads(line)
        feeding.result()


@dataclass(frozen=True, slots=True)
class Disagreement:
    case: Case
    engine: dict[str, Any]
    javascript: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.case.name}\n  engine: {self.engine}\n  javascript: {self.javascript}"


def compare(cases: list[Case]) -> tuple[int, list[Disagreement]]:
    """Return how many cases hold, and those on which the verifiers differ."""
    held, differences = 0, []
    for case, javascript in zip(cases, by_javascript(cases), strict=True):
        engine = by_engine(case)
        held += engine.get("holds", False)
        if not agree(engine, javascript):
            differences.append(Disagreement(case, engine, javascript))
    return held, differences


def agree(engine: dict[str, Any], javascript: dict[str, Any]) -> bool:
    """Whether the verdicts are the same; of what holds, all that both tell as well."""
    if not engine.get("holds"):
        return "crashed" not in engine and javascript.get("holds") is False
    return all(javascript.get(name) == value for name, value in engine.items())
