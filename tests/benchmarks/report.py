"""The figures as the tables of docs/benchmarks.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.measuring import Row

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def table(rows: Iterable[Row], ours: str, other: str) -> str:
    """Return rows as a table: both rates, their ratio with its spread, and the aim."""
    rows = list(rows)
    delays = any(row.pair.delay for row in rows)
    notes = any(row.note for row in rows)
    aims = any(row.pair.aim for row in rows)
    header = ["", *(["sync"] if delays else []), ours, other, "ratio", "lowest–highest"]
    header += [*(["aim"] if aims else []), *(["" * 1] if notes else [])]
    lines = [_line(header), _line(["---", *(["---:"] * (len(header) - 1))])]
    for row in rows:
        pair, cells = row.pair, [row.pair.name]
        cells += [f"+{pair.delay} ms" if pair.delay else "native"] if delays else []
        cells += [f"{_number(median(row.ours))} {pair.unit}", _number(median(row.other))]
        cells += [_ratio(row.ratio), f"{_ratio(min(row.ratios))}–{_ratio(max(row.ratios))}"]
        cells += [_aim(row)] if aims else []
        cells += [row.note] if notes else []
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def shares(found: dict[str, dict[str, float]]) -> str:
    """Return a profile as a table."""
    kinds = sorted(
        {kind for each in found.values() for kind in each},
        key=lambda kind: -sum(each.get(kind, 0) for each in found.values()),
    )
    lines = [_line(["", *found]), _line(["---", *(["---:"] * len(found))])]
    for kind in kinds:
        lines.append(_line([kind, *(f"{each.get(kind, 0):.0%}" for each in found.values())]))
    return "\n".join(lines) + "\n"


def section(title: str, text: str, *tables: str) -> str:
    """Return a section."""
    return "\n".join([f"### {title}\n", f"{text}\n", *tables])


def put(path: Path, figures: str) -> None:
    """Replace the figures in a document, which may not be there yet; its words stay."""
    text = path.read_text() if path.exists() else f"{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{BEGIN}\n{figures}\n{END}{after}")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _aim(row: Row) -> str:
    if row.pair.aim is None:
        return ""
    return f"{row.pair.aim:.2f} {'met' if row.ratio >= row.pair.aim else 'missed'}"


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
