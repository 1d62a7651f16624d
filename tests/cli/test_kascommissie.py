"""The kascommissie at the command line: report, sample, seal, and the verifier as one file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Wijk
from timebank.services import readings
from timebank.services.bank import open_bank
from timebank.settings import Settings


@pytest.fixture(name="busy")
def _busy(wijk: Wijk) -> Wijk:
    """A wijk with a deposit, purchases, and Amina as its auditor."""
    wijk.give_credits("Werk", "500,00")
    wijk.pay("Werk", "Bart", "300,00")
    wijk.pay("Joop", "Amina", "1:30")
    file = wijk.proposal("propose", "role", "Amina", "auditor", *wijk.as_("Els"))
    wijk.approve(file, "Farid")
    return wijk


def seen_by(wijk: Wijk, name: str) -> list[str]:
    """What was looked at of somebody, the newest first."""
    member = wijk.ask("member", "list")
    (found,) = [each["id"] for each in member if each["name"] == name]
    bank = open_bank(Settings.of(str(wijk.database)), wijk.clock)
    try:
        return [each.what for each in readings.readings_of(bank, found)]
    finally:
        bank.close()


def test_the_report_is_written_as_a_page_and_as_paper(busy: Wijk) -> None:
    page, paper = busy.folder / "report.html", busy.folder / "report.pdf"
    busy.do("audit", "report", "--year", 2026, "--html", page, "--pdf", paper)
    assert "Saldibalans" in page.read_text()
    assert paper.read_bytes().startswith(b"%PDF")
    busy.refuses("file", "audit", "report", "--year", 2026, "--html", page)


def test_the_report_of_a_bundle_is_that_of_the_database(busy: Wijk, tmp_path: Path) -> None:
    bundle = busy.folder / "bundle"
    busy.do("audit", "export", bundle)
    served = busy.ask("audit", "report", "--year", 2026)
    far = Wijk(tmp_path / "far")
    far.folder.mkdir()
    options = ("--year", 2026, "--bundle", bundle, "--ledger", served["ledger"])
    alone = far.ask("audit", "report", *options)
    assert not list(far.folder.iterdir())
    figures = [each for each in served["sections"] if each["source"] != "database"]
    assert alone["sections"] == figures


def test_the_report_is_printed_when_no_file_is_named(busy: Wijk) -> None:
    text = busy.do("audit", "report", "--year", 2026, "--english")
    assert "TRIAL BALANCE" in text
    assert "500.00 WIJK" in text


def test_a_year_without_entries_has_no_report(busy: Wijk) -> None:
    busy.refuses("no_such_year", "audit", "report", "--year", 2031)


def test_names_in_a_report_are_noted_as_read(busy: Wijk) -> None:
    busy.pay("Joop", "Amina", "8:00")
    text = busy.do("audit", "report", "--year", 2026, "--names")
    assert "Joop (" in text
    assert seen_by(busy, "Joop") == ["member"]


@pytest.mark.parametrize(
    "options", [("--bundle", __file__), ("--ledger", "ab"), ("--extends", __file__)]
)
def test_options_that_do_not_go_together_are_a_usage_error(
    busy: Wijk, options: tuple[str, ...]
) -> None:
    assert busy.run("audit", "report", "--year", 2026, *options).exit_code == 2


def test_a_sample_is_drawn_by_the_root_and_noted(busy: Wijk) -> None:
    drawn = busy.ask("audit", "sample", 3)
    assert drawn["root"] in busy.do("audit", "sample", 3)
    assert drawn["drawn"] == busy.ask("audit", "sample", 3, "--size", drawn["size"])["drawn"]
    name = drawn["drawn"][0]["name"]
    assert seen_by(busy, name) == ["sample"] * 3
    assert "[ ]" in busy.do("audit", "sample", 2, "--by-activity")


def test_a_sample_by_an_auditor_says_who_looked(busy: Wijk) -> None:
    busy.do("audit", "sample", 8, *busy.as_("Amina"))
    bank = open_bank(Settings.of(str(busy.database)), busy.clock)
    (joop,) = [each["id"] for each in busy.ask("member", "list") if each["name"] == "Joop"]
    assert [each.name for each in readings.readings_of(bank, joop)] == ["Amina"]
    bank.close()


def test_looking_at_one_member_is_noted(busy: Wijk) -> None:
    busy.do("balance", "Joop")
    busy.do("statement", "Joop")
    busy.do("member", "show", "Joop")
    busy.do("balance")
    assert sorted(seen_by(busy, "Joop")) == ["balance", "member", "statement"]


def test_an_auditor_seals_a_checkpoint_from_a_file(busy: Wijk) -> None:
    paper = busy.folder / "paper"
    paper.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    kept = busy.ask("audit", "seal", paper, *busy.as_("Amina"))
    assert kept["size"] == busy.ask("audit", "sample", 1)["size"]
    busy.refuses("not_authorized", "audit", "seal", paper, *busy.as_("Kees"))
    assert "in order" in busy.do("audit", "check")
    text = busy.do("audit", "report", "--year", 2026)
    assert f"Amina ({kept['member'][:8]})" in text


def test_a_seal_travels_as_a_file(busy: Wijk, tmp_path: Path) -> None:
    paper, sealed = busy.folder / "paper", busy.folder / "seal.json"
    paper.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    far = Wijk(tmp_path / "far")
    far.folder.mkdir()
    far.do("audit", "seal", paper, "--key", busy.key("Amina"), "--out", sealed)
    busy.do("audit", "seal", "--keep", sealed)
    bundle, ledger = busy.folder / "bundle", busy.ask("audit", "check")["ledger"]
    busy.do("audit", "export", bundle)
    verdict = far.ask("audit", "verify", bundle, "--ledger", ledger, "--seal", sealed)
    assert len(verdict["sealed_by"]) == 1
    far.refuses("file", "audit", "seal", paper, "--key", busy.key("Amina"), "--out", sealed)


def test_a_seal_on_another_history_is_refused_and_reported(busy: Wijk) -> None:
    sealed, paper = busy.folder / "seal.json", busy.folder / "paper"
    paper.write_text(busy.ask("audit", "checkpoint")["checkpoint"])
    other = Wijk(busy.folder / "other")
    lines = paper.read_text().split("\n")
    lines[2] = "A" * 42 + "E="
    paper.write_text("\n".join(lines))
    other.folder.mkdir()
    other.do("audit", "seal", paper, "--key", busy.key("Amina"), "--out", sealed)
    busy.refuses("not_proven", "audit", "seal", "--keep", sealed)
    assert "seals" in busy.run("audit", "check").stdout


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_canonical"),
        ("[]", "bad_field"),
        ("{}", "bad_field"),
        ('{"authorization":{},"ledger":"ab"}', "bad_field"),
        ("[" * 100_000, "too_large"),
    ],
)
def test_what_is_no_seal_is_refused(busy: Wijk, text: str, code: str) -> None:
    file = busy.folder / "seal.json"
    file.write_text(text)
    busy.refuses(code, "audit", "seal", "--keep", file)


def test_sealing_wants_a_checkpoint_and_a_key_or_a_seal(busy: Wijk) -> None:
    for options in ((), (busy.key("Amina"),), ("--key", busy.key("Amina"))):
        assert busy.run("audit", "seal", *options).exit_code == 2


def test_the_verifier_is_written_and_checks_the_bundle(busy: Wijk) -> None:
    bundle, verifier = busy.folder / "bundle", busy.folder / "timebank-verify.pyz"
    busy.do("audit", "export", bundle)
    digest = busy.ask("audit", "verifier", verifier)["sha256"]
    ledger = busy.ask("audit", "check")["ledger"]
    command = [sys.executable, "-I", "-S", str(verifier), str(bundle), "--ledger", ledger, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    verdict = busy.ask("audit", "verify", bundle, "--ledger", ledger)
    answer = json.loads(done.stdout)
    assert [answer[name] for name in ("size", "root", "state")] == [
        verdict[name] for name in ("size", "root", "state")
    ]
    assert len(digest) == 64
    busy.refuses("file", "audit", "verifier", verifier)
