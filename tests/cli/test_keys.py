"""Key files: encrypted, their owner's alone, and asked for politely."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import PHRASE, Wijk
from timebank.signing.keys import unseal


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_is_encrypted_and_its_owners_alone(wijk: Wijk, tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    os.umask(umask := os.umask(0))
    made = wijk.ask("key", "new", file)
    assert os.umask(umask) == umask
    assert mode(file) == 0o600
    assert file.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert unseal(file.read_bytes(), PHRASE).id == made["id"]
    assert wijk.ask("key", "show", file) == made


def test_a_key_file_is_never_overwritten(wijk: Wijk) -> None:
    before = wijk.key("Els").read_bytes()
    wijk.refuses("exists", "key", "new", wijk.key("Els"))
    assert wijk.key("Els").read_bytes() == before


def test_a_passphrase_is_asked_twice_and_both_must_agree(wijk: Wijk, tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    typed = f"{PHRASE}\n{PHRASE}!\n{PHRASE}\n{PHRASE}\n"
    result = wijk.run("key", "new", file, "--json", typed=typed, phrase=None)
    assert result.exit_code == 0, result.output
    assert "The two entered values do not match" in result.stderr
    assert PHRASE not in result.output
    unseal(file.read_bytes(), PHRASE)


def test_a_short_passphrase_is_refused_and_it_says_why(wijk: Wijk, tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    result = wijk.run("key", "new", file, phrase="elf tekens.")
    assert result.exit_code == 1
    assert "at least 12 characters" in result.stderr
    assert not file.exists()


def test_a_passphrase_may_come_from_a_file_that_only_its_owner_can_read(
    wijk: Wijk, tmp_path: Path
) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE + "\n")
    phrase.chmod(0o644)
    args = ("pay", "Amina", "1:00", *wijk.as_("Joop"), "--passphrase-file", phrase)
    wijk.refuses("open_to_others", *args)
    phrase.chmod(0o600)
    assert wijk.run(*args, phrase="something else entirely").exit_code == 0


def test_a_wrong_passphrase_signs_nothing(wijk: Wijk) -> None:
    result = wijk.run("pay", "Amina", "1:00", *wijk.as_("Joop"), typed="wrong\n", phrase=None)
    assert result.exit_code == 1
    assert "[wrong_passphrase]" in result.stderr
    assert wijk.balance("Joop") == 0


def test_a_passphrase_is_asked_beside_the_output(wijk: Wijk) -> None:
    result = wijk.run(
        "pay", "Amina", "1:00", *wijk.as_("Joop"), "--json", typed=PHRASE + "\n", phrase=None
    )
    assert result.exit_code == 0, result.output
    assert "Passphrase of" in result.stderr
    assert result.stdout.startswith("{")


@pytest.mark.parametrize("opened", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_can_read_is_refused(wijk: Wijk, opened: int) -> None:
    wijk.key("Joop").chmod(opened)
    result = wijk.run("pay", "Amina", "1:00", *wijk.as_("Joop"))
    assert (result.exit_code, wijk.balance("Joop")) == (1, 0)
    assert "chmod 600" in result.stderr


@pytest.mark.parametrize("data", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\xff" * 100_000])
def test_a_file_that_is_no_key_is_refused(wijk: Wijk, data: bytes) -> None:
    wijk.key("Joop").write_bytes(data)
    wijk.refuses("not_a_key_file", "pay", "Amina", "1:00", *wijk.as_("Joop"))


def test_a_key_the_ledger_does_not_know_is_refused(wijk: Wijk) -> None:
    wijk.do("key", "new", wijk.key("mallory"))
    wijk.refuses("unknown_key", "pay", "Amina", "1:00", *wijk.as_("mallory"))


def test_a_key_file_that_is_not_there_is_a_usage_error(wijk: Wijk) -> None:
    assert wijk.run("pay", "Amina", "1:00", *wijk.as_("Nobody")).exit_code == 2
