"""`node cli.js`, the second verifier as a command."""

import json
import subprocess
from pathlib import Path

import pytest

import timebank_web
from tests.vectors.bundles.generate import STORIES
from tests.verifier.framing import lines_of
from tests.verifier.judging import NODE
from tests.verifier.mutations import Book
from tests.verifier.receipts import receipt
from tests.verifier.sealing import canonical, checkpoint, leaf
from tests.world import LOG_KEY_SEED

COMMAND = Path(timebank_web.__file__).parent / "static" / "verify" / "cli.js"
FOLDER = Path(__file__).parents[1] / "vectors" / "bundles"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [NODE, str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(name="book")
def _book() -> Book:
    return Book("payments", (FOLDER / "payments.bundle").read_bytes())


@pytest.mark.parametrize("name", STORIES)
def test_a_bundle_that_holds_exits_with_zero(name: str):
    path = FOLDER / f"{name}.bundle"
    book = Book(name, path.read_bytes())
    done = run(path, "--ledger", book.ledger)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"holds: {len(book.entries)} entries, root ")


def test_the_answer_can_be_read_by_a_program(book: Book):
    done = run(FOLDER / "payments.bundle", "--ledger", book.ledger, "--json")
    answer = json.loads(done.stdout.splitlines()[1])
    assert answer["holds"]
    assert answer["size"] == len(book.entries)
    assert sum(int(account["balance"]) for account in answer["accounts"].values()) == 0
    assert answer["currencies"]["UUR"]["credit"] == "4500"


def test_a_bundle_that_does_not_hold_exits_with_one_and_says_where(book: Book, tmp_path: Path):
    path = tmp_path / "broken.bundle"
    path.write_bytes(book.bundle.replace(b'"amount":30', b'"amount":31', 1))
    done = run(path, "--ledger", book.ledger, "--json")
    assert done.returncode == 1
    line, answer = done.stdout.splitlines()
    assert line == "does not hold: entry 1: a signature that does not hold"
    assert json.loads(answer)["seq"] == 1


def test_a_bundle_must_extend_an_earlier_checkpoint(book: Book, tmp_path: Path):
    leaves = [leaf(entry) for entry in lines_of(book)]
    for name, kept, status in (("same", leaves[:5], 0), ("other", [*leaves[:4], bytes(32)], 1)):
        path = tmp_path / name
        path.write_text(checkpoint(book.ledger, kept, LOG_KEY_SEED), encoding="utf-8")
        done = run(FOLDER / "payments.bundle", "--ledger", book.ledger, "--extends", path)
        assert done.returncode == status, done


def test_a_receipt_can_be_checked(book: Book, tmp_path: Path):
    path = tmp_path / "receipt.txt"
    genesis = canonical(book.entries[0]["order"])
    path.write_text(receipt(book.ledger, lines_of(book), 2, genesis), encoding="utf-8")
    done = run(path, "--receipt", "--ledger", book.ledger)
    assert done.stdout == f"holds: entry 2, a pay, is among {len(book.entries)}\n"
    assert run(path, "--receipt", "--ledger", "00" * 32).returncode == 1


def test_what_cannot_be_checked_exits_with_two(book: Book, tmp_path: Path):
    for arguments in ((), (tmp_path / "nothing", "--ledger", book.ledger), (tmp_path, "--new")):
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr
