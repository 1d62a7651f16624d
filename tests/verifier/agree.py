"""Compare the two verifiers at length: `python -m tests.verifier.agree [HOW MANY] [FROM]`.

First over all that the tests of the ledger post and are refused, then over bundles that are
changed thousands of times. Prints on what the two differ, and exits with 1 if there is anything.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.vectors.bundles.generate import STORIES
from tests.verifier.judging import Case, compare
from tests.verifier.mutations import books_of, mutation
from tests.verifier.recording import RECORDED

FOLDER = Path(__file__).parents[1] / "vectors" / "bundles"
LEDGER_TESTS = Path(__file__).parents[1] / "ledger"


def recorded() -> Iterator[Case]:
    """Yield what the tests of the ledger try."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cases"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.verifier.recording"]
        environment = os.environ | {RECORDED: str(path)}
        subprocess.run([*command, str(LEDGER_TESTS)], env=environment, check=True)
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = json.loads(line)
            yield Case(**fields | {"bundle": fields["bundle"].encode("latin-1")})


def changed(count: int, start: int) -> Iterator[Case]:
    books = books_of(FOLDER, *STORIES)
    for number in range(start, start + count):
        yield mutation(number, books)


def tell(what: str, cases: Iterator[Case]) -> int:
    """Compare the verifiers on these cases; return on how many they differ."""
    seen, held, differ = 0, 0, 0
    while some := list(islice(cases, 500)):
        holding, differences = compare(some)
        seen, held, differ = seen + len(some), held + holding, differ + len(differences)
        for difference in differences:
            print(difference)
        print(f"{what}: {seen} bundles, of which {held} hold; {differ} differ", flush=True)
    return differ


def main(count: int = 6_000, start: int = 0) -> int:
    differ = tell("from the tests of the ledger", recorded())
    return int(differ + tell("changed", changed(count, start)) > 0)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
