"""Where the time of posting and of auditing goes: a profile, added up by what is being done."""

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.history import bundle
from tests.benchmarks.people import Neighbours, parts, post_parts, settle
from timebank.journal.bundles import read_bundle
from timebank.ledger.entries import parse_entry, verify_entry
from timebank.ledger.replay import Replay
from timebank.services.bank import open_bank

WORK = (
    ("verifying signatures", ("'verify' of 'cryptography",)),
    ("waiting for the disk", ("posix.fsync", "'commit' of", "'replace'", "posix.open")),
    ("SQLite", ("sqlite3",)),
    ("SQLAlchemy", ("/sqlalchemy/",)),
    ("JSON and canonical bytes", ("/json/", "canonical.py", "re.Pattern", "_json", "base64")),
    ("parsing orders", ("/ledger/codec.py", "/ledger/orders.py", "/ledger/entries.py")),
    ("keys and authorizations", ("/signing/", "ed25519", "openssl")),
    ("rules", ("/ledger/",)),
    ("hashing and the tree", ("/journal/", "hashlib")),
    ("storage and services", ("/timebank/",)),
)
"""What is being done, by what the name of the place contains; the first that fits."""

REST = "Python itself (dataclasses, lists, strings)"


def measure(folder: Path, count: int, payments: int) -> dict[str, dict[str, float]]:
    """Return the share of each kind of work, for each of the things that are done most."""
    neighbours = Neighbours(count=count)
    bank = open_bank(settle(neighbours, str(folder / "wijk.db"), folder))
    alone = parts(neighbours.payments(payments // 4), 1)
    together = parts(neighbours.payments(payments), 100)
    found = {
        "posting 1 at a time": _shares(lambda: post_parts(bank, alone)),
        "posting 100 at a time": _shares(lambda: post_parts(bank, together)),
    }
    path = folder / "profiled.bundle"
    bundle(bank, payments, path)
    bank.close()
    found["audit verify"] = _shares(lambda: _audit(path))
    return found


def _audit(path: Path) -> None:
    """What `verify_bundle` does, without its processes: a profile sees one process only."""
    replay = Replay.empty()
    with path.open("rb") as lines:
        for data in read_bundle(lines).entries:
            entry = parse_entry(data)
            replay.add(entry, verify_entry(entry))
    replay.finish()


def _shares(work: Callable[[], None]) -> dict[str, float]:
    profile = cProfile.Profile()
    profile.runcall(work)
    times: dict[str, float] = defaultdict(float)
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]]
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, seconds, _, _) in stats.items():
        times[_kind(f"{file} {function}")] += seconds
    total = sum(times.values())
    return {kind: seconds / total for kind, seconds in times.items()}


def _kind(place: str) -> str:
    return next((kind for kind, marks in WORK if any(mark in place for mark in marks)), REST)
