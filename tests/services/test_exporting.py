"""Books that leave the house are encrypted where there is a name in them, and always logged."""

import struct
from hashlib import sha256
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pytest
from pyzipper import AESZipFile

from tests.services.conftest import ON_SQLITE, hold_market
from tests.services.formats.programs import COMPANY
from timebank.services import auditing, house
from timebank.services.exporting import export, exported
from timebank.services.periods import Period

YEAR = Period(2026).span
PHRASE = "vier woorden op een rij"


def name_house(village) -> None:
    house.keep_setting(village.bank, "legal_name", COMPANY.name)
    house.keep_setting(village.bank, "rsin", COMPANY.rsin)


def opened(data: bytes, phrase: str = PHRASE) -> dict[str, bytes]:
    with AESZipFile(BytesIO(data)) as zipped:
        zipped.setpassword(phrase.encode())
        return {name: zipped.read(name) for name in zipped.namelist()}


@pytest.mark.parametrize("format", ["xaf", "hledger", "beancount", "csv"])
def test_an_export_opens_with_its_passphrase_and_holds_what_the_bare_one_holds(village, format):
    hold_market(village)
    name_house(village)
    sealed = export(village.bank, format, YEAR, passphrase=PHRASE)
    bare = export(village.bank, format, YEAR, passphrase=None)
    files = opened(sealed.data)
    if bare.suffix == ".zip":
        with ZipFile(BytesIO(bare.data)) as zipped:
            assert {name: zipped.read(name) for name in zipped.namelist()} == files
    else:
        assert list(files.values()) == [bare.data]
        assert all(name.endswith(bare.suffix) for name in files)
    assert sealed.suffix == ".zip"


@ON_SQLITE
def test_another_passphrase_opens_nothing(village):
    made = export(village.bank, "csv", YEAR, passphrase=PHRASE)
    with pytest.raises((RuntimeError, BadZipFile), match=r"(?i)password"):
        opened(made.data, PHRASE + "!")
    with pytest.raises((RuntimeError, NotImplementedError)), ZipFile(BytesIO(made.data)) as zipped:
        zipped.read(zipped.namelist()[0])


@ON_SQLITE
def test_every_file_in_it_is_marked_as_aes_256_for_whatever_opens_it(village):
    """As a reader without AES sees it: method 99, and its extra field with strength 3 (AE-x)."""
    made = export(village.bank, "csv", YEAR, passphrase=PHRASE)
    with ZipFile(BytesIO(made.data)) as zipped:
        assert zipped.infolist()
        for item in zipped.infolist():
            assert (item.flag_bits & 1, item.compress_type) == (1, 99)
            kind, size, _, vendor, strength, _ = struct.unpack("<HHH2sBH", item.extra[:11])
            assert (kind, size, vendor, strength) == (0x9901, 7, b"AE", 3)


def test_each_export_is_logged_with_who_what_and_which_bytes(village):
    hold_market(village)
    truus = village.world.member("truus")
    first = export(village.bank, "csv", YEAR, passphrase=PHRASE, names=True, by=truus)
    village.wait(60)
    second = export(village.bank, "hledger", YEAR, passphrase=None)
    assert exported(village.bank) == [second.logged, first.logged]
    assert first.logged.sha256 == sha256(first.data).hexdigest()
    assert (first.logged.by, first.logged.names, first.logged.encrypted) == (truus, True, True)
    assert (second.logged.by, second.logged.names, second.logged.encrypted) == ("", False, False)
    assert second.logged.time == first.logged.time + 60
    assert (first.logged.first, first.logged.last) == (YEAR.first, YEAR.last)
    assert auditing.check(village.bank) == []


def test_names_never_leave_the_house_bare(village):
    with pytest.raises(ValueError, match="encrypted"):
        export(village.bank, "csv", YEAR, passphrase=None, names=True)
    assert exported(village.bank) == []


def test_an_auditfile_of_a_house_without_a_number_is_not_made(village):
    with pytest.raises(ValueError, match="RSIN"):
        export(village.bank, "xaf", YEAR, passphrase=PHRASE)
    assert exported(village.bank) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("rsin", "111222334"), ("rsin", "1234567890"), ("kvk", "1234567"), ("kvk", "1234567x")],
)
def test_a_number_that_cannot_be_is_not_kept(village, name, value):
    with pytest.raises(ValueError, match="number"):
        house.keep_setting(village.bank, name, value)
    assert house.settings(village.bank)[name] == ""


def test_progress_is_told_up_to_the_last_entry(village):
    hold_market(village)
    seen: list[int] = []
    export(village.bank, "csv", YEAR, passphrase=None, progress=seen.append)
    assert seen == list(range(1, auditing.entry_count(village.bank) + 1))
