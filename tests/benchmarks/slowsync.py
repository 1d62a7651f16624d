"""A slower disk on request: a few lines of C between every program of the run and its syncs."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
_NUMBER = "SLOWSYNC"


def preload() -> None:
    """Start this program again with the C part under it. Without a compiler nothing happens.

    Only at its start can a program be given what stands under it; what it starts inherits it.
    """
    if available():
        atexit.register(shutil.rmtree, Path(os.environ[_NUMBER]).parent)
        return
    compiler = shutil.which("cc")
    if compiler is None:
        print("No C compiler (cc): no rows with slower syncs.", file=sys.stderr)
        return
    folder = Path(tempfile.mkdtemp(prefix="timebank-slowsync-"))
    folder.chmod(0o755)  # the PostgreSQL server runs as somebody else
    library, number = folder / "slowsync.so", folder / "microseconds"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    number.write_bytes(bytes(4))
    os.environ |= {"LD_PRELOAD": str(library), _NUMBER: str(number)}
    os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks", *sys.argv[1:]])


def available() -> bool:
    """Say whether syncs can be made slower."""
    return _NUMBER in os.environ


def delays() -> tuple[int, ...]:
    """Return the extra milliseconds per sync to measure with."""
    return (0, 1, 5) if available() else (0,)


def set_delay(milliseconds: int) -> None:
    """Let every sync, of every program of this run, take so much longer from now on."""
    if available():
        # In place: the number is mapped by programs that run.
        with open(os.environ[_NUMBER], "r+b") as file:
            file.write((milliseconds * 1000).to_bytes(4, sys.byteorder))


def without() -> dict[str, str]:
    """Return the environment for a program that is to run without it."""
    return {name: text for name, text in os.environ.items() if name not in ("LD_PRELOAD", _NUMBER)}
