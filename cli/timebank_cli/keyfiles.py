"""Key files: one Ed25519 key, encrypted under a passphrase, for its owner's eyes only (0600)."""

import functools
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from timebank.services import membership
from timebank.services.bank import Bank
from timebank.services.membership import Person
from timebank.signing.keys import SigningKey, WrongPassphrase, seal, unseal
from timebank_cli.refusals import Stop

SHORTEST_PASSPHRASE = 12
PASSPHRASE_VARIABLE = "TIMEBANK_PASSPHRASE"
_MAX_BYTES = 16_384
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

Callback = TypeVar("Callback", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file and where its passphrase comes from: a file, the environment, or a question."""

    path: Path
    passphrase_file: Path | None = None

    def open(self) -> SigningKey:
        """Return the key. Raises Stop for a file open to others, no key file, or a wrong phrase."""
        data = read_private(self.path)
        phrase = given_passphrase(self.passphrase_file)
        if phrase is None:
            phrase = click.prompt(f"Passphrase of {self.path}", hide_input=True, err=True)
        try:
            return unseal(data, phrase)
        except WrongPassphrase:
            raise Stop(
                "wrong_passphrase", f"the passphrase does not open {self.path}; nothing was signed"
            ) from None
        except ValueError as error:
            raise Stop("not_a_key_file", f"{self.path} is {error}") from None

    def signer(self, bank: Bank) -> tuple[SigningKey, Person]:
        """Return the key and the member it is of; Refusal UNKNOWN_KEY or KEY_REVOKED."""
        key = self.open()
        return key, membership.member_of_key(bank, key.id)


def key_option(callback: Callback) -> Callback:
    """Give a command `--key` and `--passphrase-file`; it gets a `KeyFile` as `key`."""

    @functools.wraps(callback)
    def with_key(*args: Any, key: Path, passphrase_file: Path | None, **kwargs: Any) -> Any:
        return callback(*args, key=KeyFile(key, passphrase_file), **kwargs)

    key_file = click.option(
        "--key", type=EXISTING_FILE, required=True, metavar="FILE", help="Key file to sign with."
    )
    return key_file(passphrase_option(with_key))  # type: ignore[return-value]  # a wrapper of it


def passphrase_option(callback: Callback) -> Callback:
    """Give a command `--passphrase-file`."""
    return click.option(
        "--passphrase-file",
        type=EXISTING_FILE,
        metavar="FILE",
        help=f"File (0600) with the passphrase on its first line, for scripts; or set"
        f" {PASSPHRASE_VARIABLE}.",
    )(callback)


def given_passphrase(file: Path | None) -> str | None:
    """Return the passphrase that a script gives, or None where a person must be asked."""
    if file is not None:
        return read_private(file).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    return os.environ.get(PASSPHRASE_VARIABLE)


def new_passphrase(file: Path | None, path: Path) -> str:
    """Return a passphrase for a new key file, asked twice; Stop when it is too short."""
    phrase = given_passphrase(file)
    return long_enough(ask_new(path) if phrase is None else phrase)


def ask_new(path: Path) -> str:
    """Ask twice for a new passphrase."""
    phrase: str = click.prompt(
        f"New passphrase for {path}", hide_input=True, confirmation_prompt=True, err=True
    )
    return phrase


def long_enough(phrase: str) -> str:
    """Return a passphrase for a new file; Stop when it is too short."""
    if len(phrase) < SHORTEST_PASSPHRASE:
        raise Stop(
            "short_passphrase",
            f"take at least {SHORTEST_PASSPHRASE} characters, such as four words. Whoever copies"
            " this file can try a great many on it, quickly; only length stops them",
        )
    return phrase


def create_key(path: Path, phrase: str) -> SigningKey:
    """Make a new key and its file (0600), never overwriting one."""
    key = SigningKey.from_seed(secrets.token_bytes(32))
    create_private(path, seal(key, phrase))
    return key


def create_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read; FileExistsError where there is one already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path) -> bytes:
    """Return what is in a secret file; Stop where others can read it too."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
            raise Stop("open_to_others", f"others can read {path}; first type: chmod 600 {path}")
        return file.read(_MAX_BYTES)
