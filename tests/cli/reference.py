"""The README's table of commands, made of their own help: `python -m tests.cli.reference`."""

from collections.abc import Iterator
from pathlib import Path

import click

from timebank_cli.main import main

README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- commands -->\n", "<!-- /commands -->\n"


def commands(
    group: click.Group = main, *names: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words by which it is called."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


def table() -> str:
    """Return the table: what to type, and the first sentence of its help."""
    rows = [
        f"| `{' '.join([*names, *arguments(command)])}` | {sentence(command)} |\n"
        for names, command in commands()
    ]
    return "| timebank … | |\n|---|---|\n" + "".join(rows)


def arguments(command: click.Command) -> list[str]:
    """What must or may be typed after a command, but for its options."""
    context = click.Context(command)
    return [
        param.make_metavar(context).replace("|", "/")
        for param in command.params
        if isinstance(param, click.Argument)
    ]


def sentence(command: click.Command) -> str:
    """Return the first paragraph of its help, on one line."""
    return " ".join((command.help or "").split("\n\n")[0].split())


def with_table(readme: str) -> str:
    """Return the README with the table between its two marks."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{table()}{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
