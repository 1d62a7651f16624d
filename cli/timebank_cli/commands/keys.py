"""`key`: key files."""

from pathlib import Path

import click

from timebank.signing.canonical import to_base64url
from timebank.signing.keys import SigningKey
from timebank_cli.command import Group
from timebank_cli.keyfiles import (
    EXISTING_FILE,
    KeyFile,
    create_key,
    new_passphrase,
    passphrase_option,
)
from timebank_cli.output import emit, facts
from timebank_cli.refusals import Stop


@click.group("key", cls=Group)
def key() -> None:
    """Make and look at key files."""


@key.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
def new(file: Path, passphrase_file: Path | None) -> None:
    """Make a new key in FILE, encrypted under a passphrase.

    Only its owner can read the file, and an existing file is never overwritten. Keep a copy of
    the file on a USB stick, and the passphrase on paper in another place.
    """
    if file.exists():
        raise Stop("exists", f"{file} is there already; nothing was changed")
    made = create_key(file, new_passphrase(passphrase_file, file))
    _tell(file, made)


@key.command("show")
@click.argument("file", type=EXISTING_FILE)
@passphrase_option
def show(file: Path, passphrase_file: Path | None) -> None:
    """Print the id and the public key of a key FILE."""
    _tell(file, KeyFile(file, passphrase_file).open())


def _tell(file: Path, shown: SigningKey) -> None:
    spki = to_base64url(shown.spki)
    emit(
        {"file": str(file), "id": shown.id, "scheme": "ed25519", "spki": spki},
        facts([("file", str(file)), ("key id", shown.id), ("public key", spki)]),
    )


COMMANDS = (key,)
