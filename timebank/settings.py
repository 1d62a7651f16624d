"""Where one ledger lives: its database, and the files beside it that no backup of it holds."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """A ledger's database (a path or URL) and the folder of its guard and log key."""

    database: str
    folder: Path
    name: str

    @classmethod
    def of(cls, database: str) -> "Settings":
        """Return the settings of a ledger in a SQLite file: the other files stand beside it."""
        path = Path(database.removeprefix("sqlite:///")).absolute()
        return cls(database, path.parent, path.name)

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
