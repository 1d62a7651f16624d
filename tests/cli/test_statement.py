"""A month or year from the keyboard: equal to the journal, and a table for a spreadsheet."""

import csv
import io
import stat

import pytest

from tests.cli.conftest import Wijk


@pytest.fixture(name="lived")
def _lived(wijk: Wijk) -> Wijk:
    wijk.give_credits("Werk", "100,00")
    wijk.do("pay", "Joop", "12,50", "--for", "=plein vegen", *wijk.as_("Werk"))
    wijk.pay("Joop", "Bart", "4,50")
    wijk.clock.advance(40 * 86_400)
    wijk.pay("Joop", "Amina", "1:30")
    return wijk


def sheet(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_month_begins_where_the_month_before_ended(lived: Wijk) -> None:
    first, other = (lived.ask("statement", "Joop", "--month", f"2026-{m}") for m in ("09", "10"))
    assert [item["closing"] for item in first["balances"]] == [0, 800]
    assert [item["opening"] for item in other["balances"]] == [0, 800]
    assert [item["closing"] for item in other["balances"]] == [-90, 800]
    whole = lived.ask("statement", "Joop", "--year", "2026")
    assert whole["lines"] == first["lines"] + other["lines"]
    assert whole["balances"][0]["vat"] == "barter"


def test_a_month_is_written_for_a_dutch_spreadsheet(lived: Wijk) -> None:
    file = lived.folder / "september.csv"
    lived.do("statement", "Joop", "--month", "2026-09", "--csv", file)
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lived.refuses("file", "statement", "Joop", "--month", "2026-09", "--csv", file)
    head, opening, got, paid, closing = sheet(data.decode())
    assert head[5:8] == ["UUR", "UUR in minutes", "WIJK"]
    assert (got[3], got[7], paid[7]) == ("'=plein vegen", "12,50", "-4,50")
    assert (opening[4], closing[4], closing[9]) == ("opening balance", "closing balance", "8,00")


def test_hours_stand_there_to_read_and_to_add_up(lived: Wijk) -> None:
    rows = sheet(lived.do("statement", "Joop", "--month", "2026-10", "--csv", "-"))
    assert rows[2][5:8] == ["-1:30", "-90", ""]


def test_a_shop_s_month_says_what_it_took_and_handed_in(lived: Wijk) -> None:
    lived.do("redeem", "2,00", "--to", "Bart, NL91ABNA0417164300", *lived.as_("Bart"))
    (taken,) = lived.ask("statement", "Bart", "--year", "2026")["takings"]
    assert (taken["received"], taken["redeemed"], taken["fee"]) == (450, 200, 0)
    shown = lived.do("statement", "Bart", "--year", "2026")
    assert "WIJK handed in" in shown
    assert "ask your bookkeeper" in shown


@pytest.mark.parametrize(
    "options",
    [
        ("--month", "2026"),
        ("--year", "2026-09"),
        ("--month", "september"),
        ("--month", "2026-09", "--year", "2026"),
        ("--month", "2026-09", "--currency", "UUR"),
        ("--csv", "-"),
        ("--month", "2026-09", "--csv", "-", "--json"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(lived: Wijk, options: tuple[str, ...]) -> None:
    assert lived.run("statement", "Joop", *options).exit_code == 2
