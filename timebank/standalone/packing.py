"""The one-file verifier, put together: a zip that Python runs (PEP 441).

The same bytes wherever the same versions are installed: names sorted, one fixed time, nothing
compressed (zlib's bytes differ between versions). So everybody can compare its SHA-256.
"""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

NAME = "timebank-verify.pyz"

_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = (
    "import sys\n\n"
    "if sys.version_info < (3, 11):\n"
    '    sys.exit("Python 3.11 of nieuwer is nodig. Python 3.11 or newer is needed.")\n\n'
    "from timebank.standalone.program import main\n\n"
    # Where processes are started afresh (Windows, macOS), each reads this file again.
    'if __name__ == "__main__":\n'
    "    sys.exit(main())\n"
)
_WHOLE = ("signing", "ledger", "journal")
_SINGLE = (
    "__init__.py",
    "errors.py",
    "ids.py",
    "units.py",
    "services/__init__.py",
    "services/proofs.py",
    "services/verifying.py",
    "standalone/__init__.py",
    "standalone/program.py",
    "standalone/words.py",
)
# What the curves need: the names in their distributions, without their tests.
_LIBRARIES = ("ecdsa", "six")
_OLDEST = (1980, 1, 1, 0, 0, 0)


@cache
def pack() -> bytes:
    """Return the file. Packed once, as the program does not change while it runs."""
    buffer = io.BytesIO(_SHEBANG)
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(_contents()):
            info = zipfile.ZipInfo(name, _OLDEST)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def digest() -> str:
    """Return the file's SHA-256 in hex: what stands beside it, and on paper."""
    return sha256(pack()).hexdigest()


def _contents() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    engine = files("timebank")
    for name in _SINGLE:
        yield f"timebank/{name}", engine.joinpath(name).read_bytes()
    for name in _WHOLE:
        yield from _modules(engine.joinpath(name), f"timebank/{name}")
    for library in _LIBRARIES:
        yield from _distributed(library)


def _modules(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        inside = f"{path}/{each.name}"
        if each.is_dir():
            yield from _modules(each, inside)
        elif each.name.endswith(".py"):
            yield inside, each.read_bytes()


def _distributed(library: str) -> Iterator[tuple[str, bytes]]:
    found = distribution(library)
    for path in found.files or ():
        name = path.as_posix()
        if path.name == "LICENSE":
            yield f"licenses/{library}", Path(path.locate()).read_bytes()
        elif name.endswith(".py") and not path.name.startswith("test_"):
            yield name, Path(path.locate()).read_bytes()
