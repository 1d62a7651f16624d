"""Checking the books, here and far away from the server."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Wijk


@pytest.fixture(name="busy")
def _busy(wijk: Wijk) -> Wijk:
    wijk.give_credits("Werk", "500,00")
    wijk.pay("Werk", "Bart", "300,00")
    wijk.pay("Joop", "Amina", "1:30")
    return wijk


def ledger_of(wijk: Wijk) -> str:
    return str(wijk.ask("audit", "check")["ledger"])


def bundle_of(wijk: Wijk, name: str = "bundle") -> Path:
    file = wijk.folder / name
    wijk.do("audit", "export", file)
    return file


def test_clean_books_have_no_findings(busy: Wijk) -> None:
    assert "in order" in busy.do("audit", "check")


def test_a_changed_balance_is_found(busy: Wijk) -> None:
    conn = sqlite3.connect(busy.database)
    conn.execute("UPDATE fold_accounts SET balance = balance + 60 WHERE balance = 90")
    conn.commit()
    conn.close()
    result = busy.run("audit", "check")
    assert result.exit_code == 1
    assert "fold" in result.stdout
    assert "sums" in result.stdout


def test_what_was_found_stands_until_it_is_found_put_right(busy: Wijk) -> None:
    with closing(sqlite3.connect(busy.database, isolation_level=None)) as conn:
        conn.execute("UPDATE fold_bank_lines SET cited = cited + 1")
        found = json.loads(busy.run("audit", "check", "--json").stdout)["findings"]
        assert {item["check"] for item in found} == {"backing", "fold"}
        assert all(item["since"] == busy.clock.now() for item in found)
        conn.execute("UPDATE fold_bank_lines SET cited = cited - 1")
    assert busy.ask("audit", "check")["findings"] == []


def test_a_bundle_is_verified_without_a_database(busy: Wijk, tmp_path: Path) -> None:
    bundle, ledger = bundle_of(busy), ledger_of(busy)
    far = Wijk(tmp_path / "far")
    far.folder.mkdir()
    verdict = far.ask("audit", "verify", bundle, "--ledger", ledger)
    assert (verdict["ledger"], verdict["size"]) == (ledger, 7)
    assert "The bundle holds" in far.do("audit", "verify", bundle, "--ledger", ledger)
    assert not list(far.folder.iterdir())


def test_a_bundle_extends_what_was_on_paper(busy: Wijk) -> None:
    ledger, first = ledger_of(busy), busy.folder / "first"
    first.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    assert first.read_text() == busy.do("audit", "checkpoint")
    busy.pay("Joop", "Amina", "0:30")
    later = bundle_of(busy)
    verdict = busy.ask("audit", "verify", later, "--ledger", ledger, "--extends", first)
    assert verdict["extends"] == str(first)
    second = busy.folder / "second"
    second.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    busy.pay("Joop", "Amina", "0:30")
    third = busy.folder / "third"
    third.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    busy.do("audit", "verify", later, "--ledger", ledger, "--extends", second)
    busy.refuses("not_proven", "audit", "verify", later, "--ledger", ledger, "--extends", third)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"timebank/ledger/x\n"])
def test_what_is_no_checkpoint_proves_nothing(busy: Wijk, data: bytes) -> None:
    paper = busy.folder / "paper"
    paper.write_bytes(data)
    checked = ("audit", "verify", bundle_of(busy), "--ledger", ledger_of(busy))
    busy.refuses("not_proven", *checked, "--extends", paper)


def test_a_bundle_of_another_ledger_is_refused(busy: Wijk) -> None:
    busy.refuses("not_proven", "audit", "verify", bundle_of(busy), "--ledger", "ab" * 32)


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.9, 0.99])
def test_a_flipped_byte_is_found(busy: Wijk, part: float) -> None:
    bundle, ledger = bundle_of(busy), ledger_of(busy)
    data = bytearray(bundle.read_bytes())
    data[int(len(data) * part)] ^= 1
    bundle.write_bytes(data)
    result = busy.run("audit", "verify", bundle, "--ledger", ledger, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] in {"not_proven", "broken_journal"}


@pytest.mark.parametrize("data", [b"", b"\n", b"x" * (1 << 22), b"\xff\n"])
def test_a_file_that_is_no_bundle_is_refused(busy: Wijk, data: bytes) -> None:
    other = busy.folder / "other"
    other.write_bytes(data)
    assert busy.run("audit", "verify", other, "--ledger", "ab" * 32).exit_code == 1


def test_an_export_overwrites_nothing_and_leaves_no_half_file(busy: Wijk) -> None:
    bundle = bundle_of(busy)
    before = bundle.read_bytes()
    busy.refuses("file", "audit", "export", bundle)
    assert bundle.read_bytes() == before
    assert not bundle.with_name("bundle.part").exists()


def test_no_name_or_text_is_in_a_bundle(busy: Wijk) -> None:
    busy.do("pay", "Amina", "0:10", "--for", "fiets maken", *busy.as_("Joop"))
    data = bundle_of(busy).read_bytes()
    for word in (b"Amina", b"Joop", b"Bart", b"fiets", b"onderhoud"):
        assert word not in data


# ---- receipts


def test_a_receipt_is_verified_with_the_ledger_id_alone(busy: Wijk, tmp_path: Path) -> None:
    paid, ledger = busy.pay("Joop", "Amina", "1:00"), ledger_of(busy)
    file = busy.folder / "bon.tlog-proof"
    busy.do("receipt", paid["seq"], "--out", file)
    assert busy.do("receipt", paid["identity"]) == file.read_text()
    far = Wijk(tmp_path / "far")
    far.folder.mkdir()
    proven = far.ask("verify", file, "--ledger", ledger)
    assert (proven["identity"], proven["seq"]) == (paid["identity"], paid["seq"])
    assert proven["keys"] == [busy.ask("key", "show", busy.key("Joop"))["id"]]
    assert sorted(amount for _, amount in proven["postings"]) == [-60, 60]
    said = far.do("verify", file, "--ledger", ledger)
    assert "1:00 UUR" in said
    assert paid["reference"] in said
    far.refuses("not_proven", "verify", file, "--ledger", "ab" * 32)
    busy.refuses("file", "receipt", paid["seq"], "--out", file)


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_changed_receipt_proves_nothing(busy: Wijk, part: float) -> None:
    ledger, file = ledger_of(busy), busy.folder / "bon"
    busy.do("receipt", 5, "--out", file)
    data = bytearray(file.read_bytes())
    data[int(len(data) * part)] ^= 1
    file.write_bytes(data)
    assert busy.run("verify", file, "--ledger", ledger).exit_code == 1


def test_there_is_no_receipt_of_what_was_not_posted(busy: Wijk) -> None:
    busy.refuses("unknown_entry", "receipt", "999")
    busy.refuses("unknown_entry", "receipt", "ab" * 32)
    busy.refuses("unknown_entry", "receipt", "²")


def test_a_lost_guard_is_started_again_from_a_checkpoint(busy: Wijk) -> None:
    note = busy.folder / "checkpoint.txt"
    note.write_text(str(busy.ask("audit", "checkpoint")["checkpoint"]))
    result = busy.run("guard", "rebuild", "--extends", note)
    assert result.exit_code == 1
    busy.database.with_name(busy.database.name + ".guard").unlink()
    assert "Posting waits" in busy.do("guard", "rebuild", "--extends", note)
