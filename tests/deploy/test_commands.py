"""What the runbook and the units say, exists; and what can go wrong, is in the runbook."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from timebank.errors import Down
from timebank_cli.main import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DATABASE = "--database sqlite:////var/lib/timebank/wijk.db "

FENCED = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")


def runbook_lines() -> Iterator[str]:
    text = (DEPLOY / "RUNBOOK.md").read_text()
    for block in FENCED.findall(text):
        yield from block.splitlines()
    yield from (" ".join(span.split()) for span in INLINE.findall(FENCED.sub("", text)))


def unit_lines() -> Iterator[str]:
    for unit in DEPLOY.glob("*.service"):
        yield from re.findall(r"/opt/timebank/\.venv/bin/(timebank [^'\n]+)", unit.read_text())


def commands() -> list[str]:
    """What follows `timebank` in every command; the runbook writes `ledger` for the long form."""
    lines = [*runbook_lines(), *unit_lines()]
    long = [line.removeprefix("timebank ") for line in lines if line.startswith("timebank ")]
    short = [
        DATABASE + line.removeprefix("ledger ") for line in lines if line.startswith("ledger ")
    ]
    return sorted({*long, *short})


def test_the_commands_are_found() -> None:
    assert sum(" serve" in command for command in commands()) == 1
    assert len(commands()) >= 8


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_written_down_exists(command: str) -> None:
    result = CliRunner().invoke(main, [*shlex.split(command), "--help"])
    assert result.exit_code == 0, result.output


def test_a_make_target_that_is_written_down_exists() -> None:
    lines = "\n".join(runbook_lines())
    written = set(re.findall(r"^sudo make ([a-z]+)", lines, re.MULTILINE))
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert written
    assert written <= set(targets)


def test_caddy_passes_on_to_the_port_that_the_unit_serves() -> None:
    served = re.search(r" serve --port (\d+)$", (DEPLOY / "timebank.service").read_text(), re.M)
    assert served is not None
    assert f"reverse_proxy 127.0.0.1:{served[1]}\n" in (DEPLOY / "Caddyfile").read_text()


def test_the_runbook_knows_every_reason_for_not_posting() -> None:
    explained = set(INLINE.findall(FENCED.sub("", (DEPLOY / "RUNBOOK.md").read_text())))
    assert set(Down) <= explained
