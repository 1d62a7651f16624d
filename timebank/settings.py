"""Where one ledger lives: its database, and the files beside it that no backup of it holds."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

STATE = "TIMEBANK_STATE"
"""Names the folder of what a ledger on PostgreSQL keeps outside its database."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A ledger's database (a path or URL) and the folder of its guard and log key."""

    database: str = field(repr=False)  # the URL may hold a password
    folder: Path
    name: str

    @classmethod
    def of(cls, database: str, state: Path | None = None) -> "Settings":
        """Return the settings of a ledger: a path, or a URL of SQLite or PostgreSQL.

        The other files stand beside a SQLite file. Those of a PostgreSQL database are named after
        it, in the folder `state`; without one, in that of TIMEBANK_STATE, or else the current one.
        """
        if _on_server(database):
            folder = state or Path(os.environ.get(STATE, "."))
            name = urlsplit(database).path.removeprefix("/").replace("/", "%2F")
            return cls(database, folder.absolute(), name or "timebank")
        path = Path(database.removeprefix("sqlite:///")).absolute()
        return cls(database, path.parent, path.name)

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for a ledger in a PostgreSQL database."""
        return None if _on_server(self.database) else self.folder / self.name

    @property
    def guard(self) -> Path:
        """The last checkpoint released; never part of a backup."""
        return self.folder / f"{self.name}.guard"

    @property
    def log_key(self) -> Path:
        """The key that signs checkpoints (PEM, 0600)."""
        return self.folder / f"{self.name}.log-key"

    @property
    def web_secret(self) -> Path:
        """What signs the web's cookies (0600); losing it signs everybody out, nothing more."""
        return self.folder / f"{self.name}.web-secret"


def _on_server(database: str) -> bool:
    scheme = database.partition("://")[0].partition("+")[0]
    return "://" in database and scheme in ("postgres", "postgresql")
