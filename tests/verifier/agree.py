"""Change bundles thousands of times: `python -m tests.verifier.agree [HOW MANY] [FROM]`.

Prints on what the two verifiers differ, and exits with 1 if there is anything.
"""

import sys
from pathlib import Path

from tests.vectors.bundles.generate import STORIES
from tests.verifier.judging import compare
from tests.verifier.mutations import Book, mutation

FOLDER = Path(__file__).parents[1] / "vectors" / "bundles"


def main(count: int = 6_000, start: int = 0, step: int = 500) -> int:
    books = [Book(name, (FOLDER / f"{name}.bundle").read_bytes()) for name in STORIES]
    held, differ = 0, 0
    for first in range(start, start + count, step):
        numbers = range(first, min(first + step, start + count))
        some, differences = compare([mutation(number, books) for number in numbers])
        held, differ = held + some, differ + len(differences)
        for difference in differences:
            print(difference)
        print(f"{numbers.stop - start} of {count}: {held} hold, {differ} differ", flush=True)
    return int(differ > 0)


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))
