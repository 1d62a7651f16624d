"""Tables for a spreadsheet: nothing in them runs, and a Dutch one reads them as they are."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.services.sheets import FORMULA, amount_cell, safe_cell, sheet, word_cell
from timebank.units import Unit


@pytest.mark.parametrize(
    "text", ["=1+1", "+31", "-x", "@SUM(A1)", "\t=1", " =1", "\r=1", "1E23", "12", "\uff1d1"]
)
def test_a_cell_is_never_a_formula_or_a_number(text):
    assert word_cell(text) == "'" + text.strip()


@pytest.mark.parametrize("text", ["brood", "W8JQ", "2 broden", "a=b", ""])
def test_other_cells_stay_as_they_are(text):
    assert word_cell(text) == text


@given(st.text())
def test_whatever_was_typed_is_one_line_and_no_formula(text):
    cell = safe_cell(text)
    assert not cell.startswith(FORMULA)
    assert not set("\r\n\t") & set(cell)


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=4))
def test_a_table_reads_back_as_it_was_written(rows):
    safe = [[word_cell(text) for text in row] for row in rows]
    text = sheet(safe)
    assert text.startswith("\ufeff")
    read = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";")
    assert list(read) == safe


def test_amounts_have_the_mark_of_the_reader_s_language():
    assert amount_cell(-1250, Unit.CENT) == "-12,50"
    assert amount_cell(1250, Unit.CENT, ".") == "12.50"
    assert amount_cell(-90, Unit.MINUTE) == "-1:30"
    assert sheet([["a", "1,50"]]) == "\ufeffa;1,50\r\n"
    assert sheet([["a", "1.50"]], ".") == "\ufeffa,1.50\r\n"
