"""`export`: the books of a year in one file, for whoever has the passphrase."""

import json
import stat
from io import BytesIO
from pathlib import Path

import pytest
from pyzipper import AESZipFile

from tests.cli.conftest import PHRASE, Wijk
from tests.services.formats.programs import COMPANY

FORMATS = ["xaf", "hledger", "beancount", "csv"]
YEAR = ("--year", "2026")


@pytest.fixture(name="house")
def _house(wijk: Wijk) -> Wijk:
    wijk.do("settings", "set", "legal_name", COMPANY.name)
    wijk.do("settings", "set", "rsin", COMPANY.rsin)
    wijk.give_credits("Werk", "100,00")
    wijk.ask("pay", "Amina", "1:30", "--for", "fiets maken", *wijk.as_("Joop"))
    return wijk


@pytest.fixture(name="secret")
def _secret(wijk: Wijk) -> Path:
    path = wijk.folder / "phrase"
    path.write_text(f"{PHRASE}\n")
    path.chmod(0o600)
    return path


def opened(path: Path) -> bytes:
    with AESZipFile(BytesIO(path.read_bytes())) as zipped:
        zipped.setpassword(PHRASE.encode())
        return b"".join(zipped.read(name) for name in zipped.namelist())


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_asks_twice_for_a_passphrase_and_is_for_its_owner_alone(house, format):
    out = house.folder / "jaar.zip"
    result = house.run("export", format, out, *YEAR, typed=f"{PHRASE}\n{PHRASE}\n", phrase=None)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert b"fiets maken" not in opened(out)


@pytest.mark.parametrize("format", FORMATS)
def test_names_and_texts_come_along_only_when_asked_for(house, secret, format):
    out = house.folder / "jaar.zip"
    house.do("export", format, out, *YEAR, "--names", "--passphrase-file", secret)
    assert b"Werk" in opened(out)
    assert (b"fiets maken" in opened(out)) == (format != "xaf")  # hours are not in an auditfile


def test_a_script_may_give_the_passphrase_on_its_input(house):
    out = house.folder / "jaar.zip"
    result = house.run("export", "csv", out, *YEAR, "--passphrase-file", "-", typed=f"{PHRASE}\n")
    assert result.exit_code == 0, result.output
    assert opened(out)


def test_the_log_says_who_took_what(house, secret):
    member = next(item["id"] for item in house.ask("member", "list") if item["name"] == "Truus")
    for number, options in enumerate(([], ["--names"])):
        out = house.folder / f"{number}.zip"
        house.do(
            "export", "csv", out, *YEAR, "--passphrase-file", secret, *options,
            *(house.as_("Truus") if options else ()),
        )  # fmt: skip
        house.clock.advance(1)
    house.do(
        "export",
        "hledger",
        house.folder / "x",
        "--from",
        "2026-09-01",
        "--to",
        "2026-09-30",
        "--plain",
    )
    plain, named, bare = house.ask("export", "list")
    assert (named["by"], named["names"], named["encrypted"]) == (member, True, True)
    assert (bare["by"], bare["names"], bare["encrypted"]) == ("operator", False, True)
    assert (plain["encrypted"], plain["from"], plain["to"]) == (False, "2026-09-01", "2026-09-30")
    said = house.do("export", "list")
    assert "operator" in said
    assert "Truus" in said
    assert "2026-09-01 to 2026-09-30" in said


def test_a_short_passphrase_is_refused_and_nothing_is_written_or_logged(house, secret):
    secret.write_text("kort\n")
    out = house.folder / "jaar.zip"
    house.refuses("short_passphrase", "export", "csv", out, *YEAR, "--passphrase-file", secret)
    assert not out.exists()
    assert house.ask("export", "list") == []


def test_a_passphrase_that_others_can_read_is_refused(house, secret):
    secret.chmod(0o644)
    out = house.folder / "jaar.zip"
    house.refuses("open_to_others", "export", "csv", out, *YEAR, "--passphrase-file", secret)


def test_a_file_that_is_there_stays_as_it_is(house, secret):
    out = house.folder / "jaar.zip"
    out.write_text("van vorig jaar")
    house.refuses("exists", "export", "csv", out, *YEAR, "--passphrase-file", secret)
    assert out.read_text() == "van vorig jaar"


def test_an_auditfile_needs_to_know_whose_books_they_are(wijk):
    wijk.refuses("not_exported", "export", "xaf", wijk.folder / "x", *YEAR, "--plain")


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--year", "2026", "--from", "2026-01-01"),
        ("--from", "2026-01-01"),
        ("--from", "2026-02-01", "--to", "2026-01-31"),
        ("--year", "2026", "--plain", "--names"),
        ("--year", "12"),
        ("--from", "2026-01-01", "--to", "9999-12-31"),
    ],
)
def test_what_is_asked_must_make_sense(house, options):
    out = house.folder / "x"
    assert house.run("export", "csv", out, *options).exit_code == 2
    assert not out.exists()
    assert json.loads(house.do("export", "list", "--json")) == []
