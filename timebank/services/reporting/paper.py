"""The report as PDF: A4, to sign and to keep."""

from datetime import UTC, datetime
from importlib.resources import files

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace

from timebank.services.reporting.showing import Words, is_code, is_figure
from timebank.services.reporting.values import Cell, Report, Section, Table

FONT = "hyperlegible"
INK, SOFT, LINE = (20, 33, 27), (74, 90, 82), (236, 240, 237)
_WIDTHS = {
    "what": 2.4, "account": 2.6, "value": 5, "detail": 5, "file": 3, "reason": 3, "root": 4,
    "sha256": 4, "member": 3, "shop": 3, "registrar": 3, "sealed_by": 2.5, "source": 3,
}  # fmt: skip
"""How wide a column is beside others, by its head; 1.5 otherwise."""


class _Paper(FPDF):
    """Sheets with the title and the number of the page below."""

    def __init__(self, words: Words, title: str) -> None:
        super().__init__(format="A4")
        self._words, self._title = words, title
        folder = files("timebank.services.reporting").joinpath("fonts")
        self.add_font(FONT, "", str(folder.joinpath("hyperlegible-regular.ttf")))
        self.add_font(FONT, "B", str(folder.joinpath("hyperlegible-bold.ttf")))
        self.set_margins(15, 16, 15)
        self.set_auto_page_break(True, 18)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(FONT, size=8)
        self.set_text_color(*SOFT)
        number = self._words.say("page", number=self.page_no())
        self.cell(0, 5, f"{self._title}, {number}", align="R")
        self.set_text_color(*INK)


def paper(report: Report, language: str = "nl") -> bytes:
    """Return the report as PDF in "nl" or "en"; the same bytes for the same report."""
    words = Words.of(language)
    title = words.say("title", year=report.year)
    sheets = _Paper(words, title)
    sheets.set_title(title)
    sheets.set_lang("nl-NL" if language == "nl" else "en-GB")
    # Of the report, not of the moment it was printed: two prints can be compared.
    sheets.set_creation_date(datetime(report.year, 12, 31, tzinfo=UTC))
    sheets.add_page()
    sheets.set_text_color(*INK)
    _text(sheets, title, 18, "B", after=1)
    _text(sheets, words.say("lead"), 10.5, after=3)
    for section in report.sections:
        _section(sheets, section, words)
    return bytes(sheets.output())


def _section(sheets: FPDF, section: Section, words: Words) -> None:
    if sheets.will_page_break(48):
        sheets.add_page()
    sheets.ln(3)
    _text(sheets, words.say(f"section.{section.key}"), 13, "B", after=0.5)
    _text(sheets, words.say(f"about.{section.key}"), 9.5, after=0)
    sheets.set_text_color(*SOFT)
    _text(sheets, words.say(f"source.{section.source}"), 8.5, after=2)
    sheets.set_text_color(*INK)
    for table in section.tables:
        if table.rows:
            _table(sheets, table, words)
        else:
            _text(sheets, f"{words.title(table)}: {words.say('none')}", 9.5, after=2)


def _table(sheets: FPDF, table: Table, words: Words) -> None:
    if sheets.will_page_break(24):
        sheets.add_page()
    _text(sheets, words.title(table), 9.5, "B", after=1)
    sheets.set_font(FONT, size=8.5)
    first = table.rows[0]
    with sheets.table(
        col_widths=tuple(_WIDTHS.get(head, 1.5) for head in table.heads),
        text_align=tuple(
            "RIGHT" if is_figure(head, cell) else "LEFT"
            for head, cell in zip(table.heads, first, strict=True)
        ),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_color=LINE,
        cell_fill_mode=TableCellFillMode.NONE,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=4.6,
        padding=(0.6, 1),
        repeat_headings=1,
    ) as rows:
        heads = rows.row()
        for head in table.heads:
            heads.cell(words.say(f"head.{head}"))
        for each in table.rows:
            row = rows.row()
            for cell in each:
                row.cell(_shown(words, cell))
    sheets.ln(2.5)


def _shown(words: Words, cell: Cell) -> str:
    text = words.cell(cell)
    # In fours, so that two people can compare it and a line can end between them.
    if is_code(cell):
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return text


def _text(sheets: FPDF, text: str, size: float, style: str = "", *, after: float) -> None:
    sheets.set_font(FONT, style, size)
    sheets.multi_cell(0, size * 0.48, text, new_x="LMARGIN", new_y="NEXT", align="L")
    sheets.ln(after)
