"""The group that every command hangs under."""

import click

import timebank


@click.group()
@click.version_option(timebank.__version__, prog_name="timebank")
def main() -> None:
    """Keep the ledger of a neighbourhood's own money."""
