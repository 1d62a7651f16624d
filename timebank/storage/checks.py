"""How the books were found to be, check by check, and when they were last looked at."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, select

from timebank.storage.dialects import upsert
from timebank.storage.tables import kept_check_runs, kept_checks

Depth = Literal["quick", "full"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What one check found, as (detail, since when), and the checkpoint up to which it looked."""

    name: str
    checked: int
    size: int
    root: bytes
    findings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """When checks of this depth last began, and last ended; 0 for never."""

    depth: Depth
    started: int = 0
    finished: int = 0


_ALL = select(kept_checks).order_by(kept_checks.c.name)
_RUN = select(kept_check_runs).where(kept_check_runs.c.depth == bindparam("wanted"))


def every(conn: Connection) -> list[Kept]:
    """Return what each check found when it last ran, by its name."""
    return [
        Kept(row.name, row.checked, row.size, row.root, _findings(row.findings))
        for row in conn.execute(_ALL)
    ]


def keep(conn: Connection, results: Iterable[Kept]) -> None:
    """Keep what these checks found, in place of what they found before."""
    rows = [
        {
            "name": one.name,
            "checked": one.checked,
            "size": one.size,
            "root": one.root,
            "findings": json.dumps(one.findings),
        }
        for one in results
    ]
    if rows:
        conn.execute(upsert(conn, kept_checks), rows)


def run(conn: Connection, depth: Depth) -> Run:
    """Return when checks of this depth last began and ended."""
    row = conn.execute(_RUN, {"wanted": depth}).one_or_none()
    return Run(depth, row.started, row.finished) if row else Run(depth)


def keep_run(conn: Connection, run: Run) -> None:
    """Keep when checks of a depth began and ended."""
    values = {"depth": run.depth, "started": run.started, "finished": run.finished}
    conn.execute(upsert(conn, kept_check_runs), values)


def _findings(stored: str) -> tuple[tuple[str, int], ...]:
    return tuple((detail, since) for detail, since in json.loads(stored))
