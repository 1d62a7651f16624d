"""Copies, putting one back, and databases that cannot be worked with."""

import json
import os
import re
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import Wijk
from timebank.ledger.orders import ONLINE_SECONDS
from timebank_cli.main import main


def copy(wijk: Wijk, name: str = "copy.db") -> Path:
    file = wijk.folder / name
    wijk.do("backup", file)
    return file


def test_a_backup_is_its_owners_alone_and_overwrites_nothing(wijk: Wijk) -> None:
    file = copy(wijk)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    wijk.refuses("file", "backup", file)
    assert file.read_bytes() == before


def test_the_newest_copy_waits_one_expiry_and_then_posts(wijk: Wijk) -> None:
    paid = wijk.pay("Joop", "Amina", "1:30")
    restored = wijk.ask("restore", copy(wijk), "--replace")
    assert restored["trouble"] is None
    assert restored["posts_from"] == wijk.clock.now() + ONLINE_SECONDS
    assert wijk.balance("Joop") == -90
    pay = ("pay", "Amina", "1:00", *wijk.as_("Joop"))
    wijk.refuses("just_restored", *pay)
    wijk.clock.advance(ONLINE_SECONDS - 1)
    wijk.refuses("just_restored", *pay)
    wijk.clock.advance(1)
    wijk.do(*pay)
    assert wijk.balance("Joop") == -150
    assert wijk.ask("receipt", paid["identity"])["identity"] == paid["identity"]
    assert wijk.ask("audit", "check")["findings"] == []


def test_an_older_copy_refuses_to_post_or_sign(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:30")
    older = copy(wijk)
    wijk.pay("Joop", "Amina", "2:00")
    newer = copy(wijk, "newer.db")
    result = wijk.run("restore", older, "--replace")
    assert result.exit_code == 0
    assert re.search(r"^It will not post: .*older copy.*\[guard_mismatch\]$", result.stderr, re.M)
    wijk.clock.advance(1)
    assert wijk.ask("restore", older, "--replace")["trouble"]["code"] == "guard_mismatch"
    for _ in range(2):
        wijk.refuses("guard_mismatch", "pay", "Amina", "1:00", *wijk.as_("Joop"))
        wijk.clock.advance(ONLINE_SECONDS)
    wijk.refuses("guard_mismatch", "receipt", "1")
    wijk.refuses("guard_mismatch", "audit", "export", wijk.folder / "bundle")
    assert not (wijk.folder / "bundle").exists()
    assert [item["check"] for item in findings(wijk)] == ["guard"]
    assert wijk.ask("restore", newer, "--replace")["trouble"] is None
    wijk.clock.advance(ONLINE_SECONDS)
    wijk.pay("Joop", "Amina", "0:30")
    assert wijk.balance("Joop") == -240


def findings(wijk: Wijk) -> list[dict[str, str]]:
    result = wijk.run("audit", "check", "--json")
    assert result.exit_code == 1
    found: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    return found


def test_a_restore_sets_the_database_aside_and_loses_nothing(wijk: Wijk) -> None:
    older = copy(wijk)
    wijk.pay("Joop", "Amina", "1:30")
    (wijk.folder / "timebank.db-wal").write_bytes(b"a log that belongs to the old database")
    wijk.refuses("file", "restore", older)
    aside = Path(wijk.ask("restore", older, "--replace")["aside"])
    assert aside.name == f"timebank.db.before-restore-{wijk.clock.now()}"
    assert aside.with_name(aside.name + "-wal").read_bytes().startswith(b"a log that")
    assert wijk.balance("Joop") == 0
    aside.with_name(aside.name + "-wal").unlink()
    wijk.clock.advance(1)
    wijk.ask("restore", copy_of(wijk, aside), "--replace")
    assert wijk.balance("Joop") == -90


def copy_of(wijk: Wijk, file: Path) -> Path:
    target = wijk.folder / f"again-{file.name}"
    shutil.copy2(file, target)
    return target


def test_a_restore_touches_neither_guard_nor_log_key(wijk: Wijk) -> None:
    older = copy(wijk)
    wijk.pay("Joop", "Amina", "1:30")
    kept = [wijk.folder / f"timebank.db.{name}" for name in ("guard", "log-key")]
    before = [file.read_bytes() for file in kept]
    wijk.do("restore", older, "--replace")
    assert [file.read_bytes() for file in kept] == before


def test_a_copy_can_be_tried_elsewhere_but_does_not_post_there(wijk: Wijk, tmp_path: Path) -> None:
    file = copy(wijk)
    elsewhere = Wijk(tmp_path / "elsewhere", wijk.clock)
    elsewhere.folder.mkdir()
    shutil.copy2(wijk.key("Joop"), elsewhere.folder)
    assert elsewhere.ask("restore", file)["trouble"]["code"] == "guard_missing"
    assert [item["check"] for item in findings(elsewhere)] == ["guard"]
    elsewhere.refuses("guard_missing", "pay", "Amina", "1:00", *elsewhere.as_("Joop"))


@pytest.mark.parametrize("spoil", ["cut", "flip", "other", "empty"])
def test_a_copy_that_is_not_whole_replaces_nothing(wijk: Wijk, spoil: str) -> None:
    wijk.pay("Joop", "Amina", "1:30")
    file = copy(wijk)
    data = file.read_bytes()
    if spoil == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif spoil == "flip":
        with sqlite3.connect(file) as conn:
            conn.execute("UPDATE journal_head SET size = size - 1")
        conn.close()
    elif spoil == "other":
        file.write_bytes(b"SQLite format 3\x00" + bytes(4096))
    else:
        file.write_bytes(b"")
    before = wijk.database.read_bytes()
    result = wijk.run("restore", file, "--replace")
    assert result.exit_code == 1
    assert "[not_a_ledger]" in result.stderr
    assert wijk.database.read_bytes() == before
    assert wijk.balance("Joop") == -90


def test_an_upgrade_of_a_ledger_of_today_changes_nothing(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:30")
    wijk.do("upgrade")
    assert wijk.balance("Joop") == -90
    assert wijk.ask("audit", "check")["findings"] == []


# ---- databases that cannot be worked with


def test_where_there_is_no_ledger_it_says_so_and_makes_none(tmp_path: Path) -> None:
    wijk = Wijk(tmp_path)
    for args in (("balance",), ("audit", "check"), ("backup", "x"), ("upgrade",)):
        wijk.refuses("not_a_ledger", *args)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [b"", b"a letter to the buurthuis\n" * 400])
def test_another_file_is_not_a_ledger_and_is_left_alone(tmp_path: Path, data: bytes) -> None:
    wijk = Wijk(tmp_path)
    wijk.database.write_bytes(data)
    for args in (("balance",), ("upgrade",), ("audit", "check")):
        wijk.refuses("not_a_ledger", *args)
    assert wijk.database.read_bytes() == data


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    wijk = Wijk(tmp_path)
    conn = sqlite3.connect(wijk.database)
    conn.execute("CREATE TABLE recipes (name TEXT)")
    conn.commit()
    conn.close()
    before = wijk.database.read_bytes()
    for args in (("balance",), ("upgrade",)):
        wijk.refuses("not_a_ledger", *args)
    assert wijk.database.read_bytes() == before


def test_a_newer_ledger_is_refused(wijk: Wijk) -> None:
    conn = sqlite3.connect(wijk.database)
    conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.commit()
    conn.close()
    for args in (("balance",), ("upgrade",), ("pay", "Amina", "1:00", *wijk.as_("Joop"))):
        wijk.refuses("newer_schema", *args)


def test_a_ledger_without_its_protection_does_not_post(wijk: Wijk) -> None:
    conn = sqlite3.connect(wijk.database)
    conn.execute("DROP TRIGGER journal_entries_no_delete")
    conn.commit()
    conn.close()
    wijk.refuses("triggers_missing", "pay", "Amina", "1:00", *wijk.as_("Joop"))


def test_a_ledger_that_cannot_be_written_says_whose_it_is(wijk: Wijk) -> None:
    """Root may write everything, so this is tried as somebody else where we are root."""
    wijk.database.chmod(0o400)
    if os.geteuid() == 0:
        refused = as_nobody(wijk)
        assert "[read_only]" in refused
        return
    wijk.refuses("read_only", "pay", "Amina", "1:00", *wijk.as_("Joop"))


def as_nobody(wijk: Wijk) -> str:
    """Run `balance` in a child that gave up its rights; return what it said."""
    nobody = 65_534
    for part in (wijk.folder, *wijk.folder.parents):
        if part.stat().st_uid == os.geteuid() and part != Path("/") and part.parent != Path("/"):
            part.chmod(part.stat().st_mode | 0o055)
    for file in wijk.folder.iterdir():
        file.chmod(0o444)
    said = wijk.folder.parent / "said"
    said.touch()
    said.chmod(0o666)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)
        result = wijk.run("balance")
        said.write_text(f"{result.exit_code} {result.stderr}")
        os._exit(0)
    os.waitpid(child, 0)
    return said.read_text()


def test_a_log_key_that_is_gone_is_named(wijk: Wijk) -> None:
    paid = wijk.pay("Joop", "Amina", "1:30")
    (wijk.folder / "timebank.db.log-key").unlink()
    wijk.refuses("no_log_key", "receipt", paid["identity"])


def test_a_guard_that_is_gone_or_spoilt_stops_posting(wijk: Wijk) -> None:
    pay = ("pay", "Amina", "1:00", *wijk.as_("Joop"))
    guard = wijk.folder / "timebank.db.guard"
    data = guard.read_bytes()
    guard.write_bytes(data[:-5])
    wijk.refuses("guard_unreadable", *pay)
    guard.unlink()
    wijk.refuses("guard_missing", *pay)
    guard.write_bytes(data)
    wijk.do(*pay)


def test_a_clock_behind_the_journal_stops_posting(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:00")
    wijk.clock.advance(-3600)
    wijk.refuses("clock", "pay", "Amina", "1:00", *wijk.as_("Joop"))


def test_the_ledger_may_be_named_by_url_or_variable(wijk: Wijk) -> None:
    for database in (f"sqlite:///{wijk.database}", str(wijk.database)):
        runner = CliRunner(env={"TIMEBANK_DATABASE": database})
        assert runner.invoke(main, ["member", "list"]).exit_code == 0
        assert CliRunner().invoke(main, ["--database", database, "member", "list"]).exit_code == 0


def test_the_ledger_is_a_file_in_the_current_folder_by_default(
    wijk: Wijk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(wijk.folder)
    monkeypatch.delenv("TIMEBANK_DATABASE", raising=False)
    assert "Amina" in CliRunner().invoke(main, ["member", "list"]).output
