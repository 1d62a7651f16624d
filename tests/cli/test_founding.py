"""Starting a ledger, and what it says of itself."""

import re
import stat
from collections.abc import Callable

import pytest

from tests.cli.conftest import PHRASE, Wijk, init_options


def test_init_makes_a_ledger_and_prints_the_id_for_on_paper(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    said = wijk.do("init", *init_options(wijk.folder))
    assert re.search(r"^ledger id +[0-9a-f]{64}$", said, re.MULTILINE)
    assert "Put the ledger id on paper" in said
    for name in ("timebank.db", "timebank.db.guard", "timebank.db.log-key"):
        assert stat.S_IMODE((wijk.folder / name).stat().st_mode) == 0o600
    assert [item["name"] for item in wijk.ask("member", "list")] == sorted(
        ["Els", "Farid", "Truus", "Kees", "Joop", "Amina"]
    )
    assert wijk.ask("audit", "check")["findings"] == []


def test_init_asks_each_founder_for_their_passphrase(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    founders = wijk.run(
        "init", *init_options(wijk.folder), "--json", typed=f"{PHRASE}\n" * 6, phrase=None
    )
    assert founders.exit_code == 0, founders.output
    assert founders.stderr.count("Passphrase of") == 6


def test_a_founder_with_a_wrong_passphrase_founds_nothing(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    typed = f"{PHRASE}\nwrong\n"
    result = wijk.run("init", *init_options(wijk.folder), typed=typed, phrase=None)
    assert result.exit_code == 1
    assert not list(wijk.folder.glob("timebank.db*"))


def test_init_never_touches_a_ledger_that_is_there(wijk: Wijk) -> None:
    before = {file: file.read_bytes() for file in wijk.folder.iterdir()}
    wijk.refuses("not_a_ledger", "init", *init_options(wijk.folder))
    assert {file: file.read_bytes() for file in wijk.folder.iterdir()} == before


def test_thresholds_out_of_reach_found_nothing(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    wijk.refuses(
        "too_few_holders", "init", *init_options(wijk.folder), "--threshold", "issue=issuer:3"
    )
    assert not list(wijk.folder.glob("timebank.db*"))


def test_one_founder_with_two_names_founds_nothing(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    twice = ("--founder", f"Els2:{wijk.key('Els')}:coordinator")
    wijk.refuses("id_taken", "init", *init_options(wijk.folder), *twice)
    assert not list(wijk.folder.glob("timebank.db*"))


@pytest.mark.parametrize(
    "option",
    [
        ("--founder", "Els"),
        ("--founder", ":els.key:coordinator"),
        ("--founder", "Els:no-such.key:coordinator"),
        ("--origin", "wijk.test"),
        ("--origin", "https://wijk.test/path"),
        ("--threshold", "issue=issuer"),
        ("--threshold", "pay=issuer:2"),
        ("--threshold", "issue=king:2"),
        ("--threshold", "issue=issuer:0"),
        ("--hours-below", "10"),
        ("--credits-above", "1:00"),
    ],
    ids=" ".join,
)
def test_what_is_not_well_formed_is_a_usage_error(
    keys: Callable[[], Wijk], option: tuple[str, str]
) -> None:
    wijk = keys()
    result = wijk.run("init", *init_options(wijk.folder), *option)
    assert result.exit_code == 2, result.output
    assert not list(wijk.folder.glob("timebank.db*"))


def test_an_unknown_role_is_a_usage_error(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    king = ("--founder", f"Els:{wijk.key('Els')}:king")
    result = wijk.run("init", *init_options(wijk.folder), *king)
    assert result.exit_code == 2
    assert "'king'" in result.stderr


def test_limits_and_codes_are_chosen_at_the_founding(keys: Callable[[], Wijk]) -> None:
    wijk = keys()
    chosen = ("--hours", "UREN", "--hours-below", "3:00", "--credits", "DUIT")
    wijk.do("init", *init_options(wijk.folder), *chosen)
    wijk.pay("Joop", "Amina", "3:00")
    wijk.refuses("below_floor", "pay", "Amina", "UREN=0:01", *wijk.as_("Joop"))
    assert {item["currency"] for item in wijk.ask("balance", "Joop")} == {"UREN", "DUIT"}


def test_settings_are_kept_and_can_be_changed(wijk: Wijk) -> None:
    found = wijk.ask("settings", "get")
    assert found == dict.fromkeys(found, "") | {
        "base_url": "https://wijk.test",
        "help_hours": "ma-vr 9-17",
        "help_name": "Buurthuis De Linde",
        "help_phone": "010-1234567",
        "wijk": "De Linde",
    }
    wijk.do("settings", "set", "help_phone", "010-7654321")
    assert wijk.do("settings", "get", "help_phone") == "010-7654321\n"
    assert "telephone" in wijk.do("settings", "get")


def test_no_setting_but_those_of_the_wijk_can_be_set(wijk: Wijk) -> None:
    assert wijk.run("settings", "set", "restored_at", "0").exit_code == 2
    assert wijk.run("settings", "set", "base_url", "javascript:alert(1)").exit_code == 2
    assert wijk.ask("settings", "get", "base_url") == {"base_url": "https://wijk.test"}
