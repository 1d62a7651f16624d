"""What a command prints: one JSON document with --json, aligned words without."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from timebank.services.statements import local

JSON_MODE = "timebank_cli.json"
_NO_NAME = "(no name)"


def wants_json() -> bool:
    """Whether this command was given --json."""
    return bool(click.get_current_context().meta.get(JSON_MODE))


def emit(document: Any, text: str) -> None:
    """Print the outcome of a command: the document with --json, else the text."""
    if wants_json():
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif text:
        click.echo(text)


def tell(text: str) -> None:
    """Say something on the way, beside the outcome."""
    click.echo(text, err=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> str:
    """Return aligned columns; those named in `right` (words of the head) line up at the right."""
    cells = [list(head), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    ragged = set(right.split())

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if name in ragged else cell.ljust(width)
            for name, cell, width in zip(head, row, widths, strict=True)
        ).rstrip()

    return "\n".join(line(row) for row in cells)


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return labels with their values, one under another."""
    width = max(len(label) for label, _ in pairs)
    return "\n".join(f"{label.ljust(width)}  {printable(value)}".rstrip() for label, value in pairs)


def printable(text: str) -> str:
    """Return the text without what could steer a terminal: neighbours choose their own names."""
    return "".join(char if char.isprintable() else "?" for char in text)


def named(name: str) -> str:
    """Return a display name, or words for one that was erased."""
    return printable(name) or _NO_NAME


def show_percent(hundredths: int) -> str:
    """Write 250 hundredths of a percent as "2,5 %"."""
    whole, part = divmod(hundredths, 100)
    return f"{whole},{part:02}".rstrip("0").rstrip(",") + " %"


def moment(seconds: int) -> str:
    """Return a time as the clock in the neighbourhood shows it."""
    return f"{local(seconds):%Y-%m-%d %H:%M}"


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar beside the output while something takes long; call it with how far it is."""
    with click.progressbar(
        length=max(1, length), label=label, file=sys.stderr, hidden=wants_json()
    ) as bar:
        yield lambda done: bar.update(done - bar.pos)
