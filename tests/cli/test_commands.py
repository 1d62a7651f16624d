"""What holds for every command there is, and will be."""

import click
import pytest
from click.testing import CliRunner

from tests.cli.reference import END, README, START, commands, table, with_table
from timebank_cli.command import Command, Group
from timebank_cli.main import main

EVERY = dict(commands())


def test_the_commands_that_neighbours_were_promised_are_there() -> None:
    promised = """
        init, key new, key show, invite, member list, member show, member suspend, issue,
        settle plan, settle run, sign, submit, withdraw, pay, refund, redeem, balance, statement,
        qr, audit check, audit export, audit verify, verify, backup, restore, serve
    """
    assert {tuple(name.split()) for name in promised.split(",")} <= set(EVERY)


@pytest.mark.parametrize("names", EVERY, ids=" ".join)
def test_a_command_has_help_for_itself_and_each_of_its_options(names: tuple[str, ...]) -> None:
    command = EVERY[names]
    assert command.help
    assert command.help.split("\n")[0].strip().endswith((".", ":"))
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
    result = CliRunner().invoke(main, [*names, "--help"])
    assert result.exit_code == 0
    assert f"Usage: main {' '.join(names)}" in result.output


@pytest.mark.parametrize("names", EVERY, ids=" ".join)
def test_a_command_can_answer_a_program(names: tuple[str, ...]) -> None:
    command = EVERY[names]
    assert isinstance(command, Command)
    assert "--json" in {text for option in command.params for text in option.opts}


@pytest.mark.parametrize("names", EVERY, ids=" ".join)
def test_an_option_that_is_none_is_a_usage_error(names: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, [*names, "--no-such-option"]).exit_code == 2


def test_every_group_says_what_it_is_for() -> None:
    groups = [item for item in main.commands.values() if isinstance(item, click.Group)]
    assert groups
    for group in groups:
        assert isinstance(group, Group)
        assert group.help


def test_the_readme_tells_of_every_command_in_its_own_words() -> None:
    readme = README.read_text()
    assert START in readme
    assert END in readme
    assert with_table(readme) == readme, "run: python -m tests.cli.reference"


def test_the_table_names_every_command() -> None:
    listed = table()
    for names in EVERY:
        assert f"| `{' '.join(names)}" in listed
