"""What the figures were measured on."""

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.backends.openssl import backend

from tests.postgres import programs


def lines() -> list[str]:
    """Return what a reader must know of the machine, a fact a line."""
    return [
        f"{os.cpu_count()} cores, {_processor()}; {_memory()} GiB; {_system()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{_said('postgres', '--version')}",
        f"cryptography {version('cryptography')} ({backend.openssl_version_text()}), "
        f"SQLAlchemy {version('sqlalchemy')}, psycopg {version('psycopg')}, "
        f"waitress {version('waitress')}",
        f"a sync of the disk (fdatasync, `pg_test_fsync`) takes {_sync()}",
    ]


def load() -> str:
    """Return the load average of the last minute: near 0 before a run that counts."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _system() -> str:
    return platform.freedesktop_os_release()["PRETTY_NAME"]


def _said(program: str, *arguments: str) -> str:
    ran = subprocess.run([str(programs() / program), *arguments], capture_output=True, text=True)
    return ran.stdout.strip()


def _sync() -> str:
    found = re.search(r"fdatasync\s.*?(\d+) usecs/op", _said("pg_test_fsync", "-s", "1"))
    return f"{found[1]} µs" if found else "an unknown time"
