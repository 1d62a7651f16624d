"""The one-file verifier, run as on a stranger's laptop: Python, and nothing that was installed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.town import Town
from tests.vectors.bundles.generate import STORIES
from tests.verifier.edges import SIGNATURES
from tests.verifier.framing import lines_of
from tests.verifier.judging import Case, by_engine
from tests.verifier.mutations import Book, books_of, mutation
from tests.verifier.receipts import receipt
from tests.verifier.sealing import canonical, checkpoint, leaf, seal
from tests.world import LOG_KEY_SEED
from timebank.journal.merkle import Frontier, leaf_hash
from timebank.ledger import orders
from timebank.ledger.seals import Seal, Statement
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank.standalone import packing

FOLDER = Path(__file__).parents[1] / "vectors" / "bundles"
BARE = ("-I", "-S")  # without site-packages, environment, or the folder one stands in


@pytest.fixture(scope="module", name="verifier")
def _verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stick") / packing.NAME
    file.write_bytes(packing.pack())
    return file


@pytest.fixture(name="book")
def _book() -> Book:
    return Book("payments", (FOLDER / "payments.bundle").read_bytes())


def run(verifier: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *BARE, str(verifier), *map(str, arguments)]
    return subprocess.run(
        command, cwd=verifier.parent, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("name", STORIES)
def test_a_bundle_that_holds_is_said_to_hold(verifier: Path, name: str) -> None:
    path = FOLDER / f"{name}.bundle"
    book = Book(name, path.read_bytes())
    done = run(verifier, path, "--ledger", book.ledger)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Het klopt: alle handtekeningen" in done.stdout
    assert "alleen Python" in done.stdout
    answer = json.loads(run(verifier, path, "--ledger", book.ledger, "--json").stdout)
    assert answer["holds"]
    assert answer["size"] == len(book.entries)


def test_it_speaks_english_when_asked(verifier: Path, book: Book) -> None:
    path = FOLDER / "payments.bundle"
    done = run(verifier, path, "--ledger", book.ledger, "--english")
    assert "It holds: all signatures, rules, sums and limits." in done.stdout


def test_a_changed_amount_is_found_and_located(verifier: Path, book: Book, tmp_path: Path) -> None:
    path = tmp_path / "changed.bundle"
    path.write_bytes(book.bundle.replace(b'"amount":30', b'"amount":31', 1))
    done = run(verifier, path, "--ledger", book.ledger)
    assert done.returncode == 1
    assert done.stderr.startswith("Het klopt niet. boeking 1: ")
    assert json.loads(run(verifier, path, "--ledger", book.ledger, "--json").stdout)["seq"] == 1


def same_verdict(verifier: Path, folder: Path, case: Case) -> bool:
    """Whether it judges as the engine does, which has another library for the curves."""
    path = folder / "case.bundle"
    path.write_bytes(case.bundle)
    done = run(verifier, path, "--ledger", case.ledger)
    assert done.returncode == (0 if by_engine(case)["holds"] else 1), (case.name, done.stderr)
    return done.returncode == 0


def test_it_judges_whatever_is_changed_as_the_engine_does(verifier: Path, tmp_path: Path) -> None:
    books = books_of(FOLDER, *STORIES)
    held = [same_verdict(verifier, tmp_path, mutation(number, books)) for number in range(30)]
    assert 0 < sum(held) < len(held)


def test_it_judges_the_edges_of_signatures_as_the_engine_does(
    verifier: Path, tmp_path: Path, book: Book
) -> None:
    # Every fourth: each starts a program of its own, and tests/signing tries all on both back ends.
    cases = [case for edges in SIGNATURES for case, _ in edges(book)]
    held = [same_verdict(verifier, tmp_path, case) for case in cases[::4]]
    assert 0 < sum(held) < len(held)


def test_an_earlier_checkpoint_must_be_contained(
    verifier: Path, book: Book, tmp_path: Path
) -> None:
    leaves = [leaf(entry) for entry in lines_of(book)]
    for name, kept, status in (("same", leaves[:5], 0), ("other", [*leaves[:4], bytes(32)], 1)):
        path = tmp_path / name
        path.write_text(checkpoint(book.ledger, kept, LOG_KEY_SEED), encoding="utf-8")
        file = FOLDER / "payments.bundle"
        done = run(verifier, file, "--ledger", book.ledger, "--extends", path)
        assert done.returncode == status, done


def test_a_receipt_is_known_by_its_first_line(verifier: Path, book: Book, tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    genesis = canonical(book.entries[0]["order"])
    path.write_text(receipt(book.ledger, lines_of(book), 2, genesis), encoding="utf-8")
    done = run(verifier, path, "--ledger", book.ledger)
    assert done.returncode == 0, done.stderr
    assert "Het bewijs klopt" in done.stdout
    assert run(verifier, path, "--ledger", "00" * 32).returncode == 1


def test_what_cannot_be_checked_exits_with_two(verifier: Path, book: Book, tmp_path: Path) -> None:
    missing = (tmp_path / "nothing", "--ledger", book.ledger)
    misnamed = (FOLDER / "payments.bundle", "--ledger", "12")
    for arguments in ((), missing, misnamed, (tmp_path, "--new")):
        assert run(verifier, *arguments).returncode == 2


def test_a_file_cannot_steer_the_terminal(verifier: Path, book: Book, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(b"\x1b[2J\n\n{}\n")
    done = run(verifier, path, "--ledger", book.ledger)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


def test_a_long_journal_is_checked_by_processes_started_afresh(
    verifier: Path, tmp_path: Path
) -> None:
    """As on Windows and macOS, where a process does not begin as a copy of another."""
    start = tmp_path / "start.py"
    start.write_text(
        "import multiprocessing, runpy, sys\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method('spawn')\n"
        f"    sys.path.insert(0, {str(verifier)!r})\n"
        f"    sys.argv = [{str(verifier)!r}, *sys.argv[1:]]\n"
        f"    runpy.run_path({str(verifier)!r}, run_name='__main__')\n"
    )
    town = Town()
    for _ in range(300):
        town.post(town.pay("joop", "amina", 1))
        town.post(town.pay("amina", "joop", 1))
    ledger = town.genesis.order.ledger
    path = tmp_path / "long.bundle"
    path.write_bytes(seal(ledger, town.entries, LOG_KEY_SEED))
    command = [sys.executable, *BARE, str(start), str(path), "--ledger", ledger, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == len(town.entries)


def test_the_file_has_the_same_bytes_each_time_it_is_made() -> None:
    first = packing.pack()
    packing.pack.cache_clear()
    assert packing.pack() == first
    assert len(packing.digest()) == 64


def test_the_file_holds_the_pure_layers_and_nothing_that_posts(verifier: Path) -> None:
    names = zipfile.ZipFile(verifier).namelist()
    assert names == sorted(names)
    assert {"__main__.py", "timebank/ledger/rules/payments.py", "licenses/ecdsa"} <= set(names)
    assert not [name for name in names if "storage" in name or "test" in name.split("/")[-1]]
    assert {info.date_time[0] for info in zipfile.ZipFile(verifier).infolist()} == {1980}


def test_a_seal_must_hold_in_the_bundle(verifier: Path, tmp_path: Path) -> None:
    town = Town()
    town.do(orders.SetRole(town.member("amina"), "auditor", True), "els", "farid")
    ledger, root = town.genesis.order.ledger, merkle_root(town.entries)
    bundle = tmp_path / "bundle"
    bundle.write_bytes(seal(ledger, town.entries, LOG_KEY_SEED))
    for name, who, said, status in (
        ("good", "amina", root, 0),
        ("other", "amina", "ab" * 32, 1),
        ("no auditor", "joop", root, 1),
    ):
        statement = Statement(ledger, said, len(town.entries), town.now)
        path = tmp_path / name
        made = Seal(statement, authorize(town.key(who), Tag.SEAL, statement.data))
        path.write_text(made.text())
        done = run(verifier, bundle, "--ledger", ledger, "--seal", path)
        assert done.returncode == status, (name, done.stderr)
    assert (
        town.member("amina")
        in run(verifier, bundle, "--ledger", ledger, "--seal", tmp_path / "good").stdout
    )


def merkle_root(entries: list[bytes]) -> str:
    return Frontier().extend([leaf_hash(each) for each in entries])[0].root().hex()
