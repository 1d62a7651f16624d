"""Rewards from the keyboard: look, sign once, run again."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PHRASE, Wijk
from timebank.signing.authorizations import MAX_BATCH
from timebank_cli.keyfiles import PASSPHRASE_VARIABLE

TODAY = "21-9-2026"


@pytest.fixture(name="funded")
def _funded(wijk: Wijk) -> Wijk:
    wijk.give_credits("Werk", "2000,00")
    return wijk


def write(wijk: Wijk, *lines: str, name: str = "beloning.csv") -> Path:
    file = wijk.folder / name
    file.write_text("persoon;bedrag;datum;klus\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def line(person: str, amount: str, job: str = "plein vegen") -> str:
    return f"{person};{amount};{TODAY};{job}"


def states(document: dict[str, Any]) -> list[str]:
    return [item["state"] for item in document["lines"]]


def test_a_file_is_looked_at_signed_once_and_paid(funded: Wijk) -> None:
    file = write(funded, line("Amina", "12,50"), line("Joop", "1:30"))
    assert states(funded.ask("reward", "preview", file)) == ["ready", "ready"]
    assert funded.balance("Amina", "WIJK") == 0
    assert states(funded.ask("reward", "run", file, *funded.as_("Werk"))) == ["paid", "paid"]
    assert (funded.balance("Amina", "WIJK"), funded.balance("Joop")) == (1250, 90)
    again = funded.do("reward", "run", file, *funded.as_("Werk"))
    assert "0 paid now, 2 paid before, 0 waiting." in again
    assert "paid, entry" in again
    assert funded.balance("Amina", "WIJK") == 1250


def test_the_preview_says_what_is_wrong_in_each_line_and_the_run_pays_nobody(funded: Wijk) -> None:
    file = write(
        funded, line("Amina", "5"), line("Niemand", "0"), line("Bart", "5"), f"Joop;5;morgen;{''}"
    )
    looked = funded.run("reward", "preview", file)
    assert looked.exit_code == 1
    for words in (
        "nobody here is called that; the amount is zero",
        "this is a shop or organisation",
        "not a date: write 21-11-2026; no job",
        "ready",
    ):
        assert words in looked.stdout or "; ".join(reversed(words.split("; "))) in looked.stdout
    result = funded.run("reward", "run", file, *funded.as_("Werk"))
    assert result.exit_code == 1
    assert result.stderr.rstrip().endswith("[file_not_ready]")
    assert funded.balance("Amina", "WIJK") == 0


@pytest.mark.parametrize(
    "content",
    [b"x" * 10_000_000, b"PK\x03\x04", b"", b"naam;datum;klus\nA;1-1-2026;hek\n", b'a;"b'],
    ids=["10 MB", "a workbook", "empty", "a column missing", "broken"],
)
def test_a_file_that_is_no_table_is_refused(funded: Wijk, content: bytes) -> None:
    file = funded.folder / "bad.csv"
    file.write_bytes(content)
    funded.refuses("bad_file", "reward", "preview", file)
    funded.refuses("bad_file", "reward", "run", file, *funded.as_("Werk"))


def test_what_waits_is_paid_once_a_treasurer_has_said_why(funded: Wijk) -> None:
    file = write(funded, line("Amina", "210"), line("Amina", "15", "thee"), line("Joop", "5"))
    assert states(funded.ask("reward", "run", file, *funded.as_("Werk"))) == [
        "paid", "waits", "paid",
    ]  # fmt: skip
    (waits,) = funded.ask("reward", "waiting")
    assert (waits["name"], waits["period"], waits["total"]) == ("Amina", "2026-09", 22_500)
    shown = funded.do("reward", "waiting")
    assert "vrijwilligersregeling, dewve.nl (2025)" in shown
    assert "newest known" in shown
    asked = ("reward", "allow", "Amina", "2026-09", "225,00", "--reason", "extra klus")
    funded.refuses("not_authorized", *asked, *funded.as_("Els"))
    funded.do(*asked, *funded.as_("Truus"))
    assert funded.do("reward", "waiting") == "Nothing waits.\n"
    after = funded.ask("reward", "run", file, *funded.as_("Werk"))
    assert states(after) == ["paid", "paid", "paid"]
    assert funded.balance("Amina", "WIJK") == 22_500


def test_not_enough_pays_nobody(wijk: Wijk) -> None:
    file = write(wijk, line("Amina", "5"))
    wijk.give_credits("Werk", "4,00")
    result = wijk.run("reward", "run", file, *wijk.as_("Werk"))
    assert "Not enough: 1,00 WIJK is missing." in result.stdout
    assert result.exit_code == 1
    wijk.refuses("policy_forbids", "reward", "run", file, *wijk.as_("Joop"))


def test_an_odd_period_is_a_usage_error(funded: Wijk) -> None:
    for period in ("november", "2026-13", "26-11"):
        args = ("reward", "allow", "Amina", period, "5", "--reason", "x", *funded.as_("Truus"))
        assert funded.run(*args).exit_code == 2


KILLED = 9
CUT = f"""
import os, sys
from timebank.clock import SetClock
from timebank.services import rewards
from timebank_cli.main import main

post = rewards.post

def cut(*args):
    if sys.argv[1] == "after":
        post(*args)
    os._exit({KILLED})

rewards.post = cut
main(sys.argv[3:], obj=SetClock(int(sys.argv[2])))
"""


@pytest.mark.parametrize(("where", "paid"), [("before", 0), ("after", MAX_BATCH)])
def test_a_run_that_was_killed_pays_nobody_twice(funded: Wijk, where: str, paid: int) -> None:
    """A real process, killed before or after its first batch is in the journal."""
    count = MAX_BATCH + 4
    file = write(funded, *(line("Amina", "0,10", f"klus {n}") for n in range(count)))
    args = ("reward", "run", file, *funded.as_("Werk"))
    done = subprocess.run(
        [sys.executable, "-c", CUT, where, str(funded.clock.now()),
         "--database", str(funded.database), *map(str, args)],
        env=os.environ | {PASSPHRASE_VARIABLE: PHRASE},
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == KILLED, done.stderr
    assert funded.balance("Amina", "WIJK") == paid * 10
    shown = funded.do(*args)
    assert f"{count - paid} paid now, {paid} paid before, 0 waiting." in shown
    assert funded.balance("Amina", "WIJK") == count * 10
    assert funded.ask("audit", "check")["findings"] == []
