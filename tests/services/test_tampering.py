"""Whoever changes one value in the database behind the ledger's back is found, and named.

After the tests of GNU Taler's auditor: each column of each table of the journal and the fold is
edited once, with the triggers dropped and put back as if nothing had happened.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.services.conftest import Village, copy_of, new_village, reopened, submission
from timebank.ledger.facts import (
    Account,
    Agreement,
    BankLine,
    Currency,
    Governance,
    Holders,
    KeyDay,
    Member,
    MemberKey,
    Redemption,
    Returned,
    Used,
)
from timebank.services import auditing
from timebank.services.posting import post
from timebank.settings import Settings
from timebank.storage.tables import metadata

NAMED = {
    "journal_entries": ("journal", "entry "),
    "journal_postings": ("journal", "entry "),
    "journal_nodes": ("tree", "nodes"),
    "journal_checkpoints": ("tree", "checkpoint"),
    "journal_head": ("tree", ""),
    "fold_governance": ("fold", Governance.__name__),
    "fold_currencies": ("fold", Currency.__name__),
    "fold_accounts": ("fold", Account.__name__),
    "fold_members": ("fold", Member.__name__),
    "fold_holders": ("fold", Holders.__name__),
    "fold_keys": ("fold", MemberKey.__name__),
    "fold_key_days": ("fold", KeyDay.__name__),
    "fold_used": ("fold", Used.__name__),
    "fold_returned": ("fold", Returned.__name__),
    "fold_bank_lines": ("fold", BankLine.__name__),
    "fold_redemptions": ("fold", Redemption.__name__),
    "fold_agreements": ("fold", Agreement.__name__),
    "kept_openings": ("openings", "commitment"),
}
"""For each table that is audited: which check finds an edit, and a word of what it says."""

HARMLESS = {("journal_head", "id"), ("fold_governance", "key")}
"""These tables have one row, which nobody looks up by this."""


@pytest.fixture(scope="session", name="long")
def _long(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A journal long enough to have stored nodes above its leaves."""
    settings = Settings.of(str(tmp_path_factory.mktemp("long") / "wijk.db"))
    village = new_village(settings)
    payments = [village.world.pay("joop", "amina", 1) for _ in range(259)]
    post(village.bank, [submission(payment) for payment in payments])
    village.bank.close()
    return settings


@pytest.fixture(name="opened")
def _opened(request, tmp_path) -> Iterator[Village]:
    table = request.getfixturevalue("table")
    name = "long" if table == "journal_nodes" else "market"
    village = reopened(copy_of(request.getfixturevalue(name), tmp_path))
    yield village
    village.bank.close()


@contextmanager
def unguarded(village: Village) -> Iterator[sqlite3.Connection]:
    """A connection on which no trigger and no constraint stands in the way."""
    with village.raw() as raw:
        triggers = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger'"
        ).fetchall()
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("BEGIN")
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
        for _, sql in triggers:
            raw.execute(sql)
        raw.execute("COMMIT")


def names_it(village: Village, table: str, *instead: str) -> bool:
    check, word = instead or NAMED[table]
    findings = auditing.check(village.bank)
    return any(finding.check == check and word in finding.detail for finding in findings)


def broken(value: Any) -> Any:
    """Something else of the same type."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, str):
        return value[:-1] + ("1" if value[-1:] == "0" else "0")
    return 0 if value is None else value + 1000


def plausible(value: str) -> str:
    """Something else that still reads as what it was: canonical JSON with one leaf changed."""
    changed = _with_a_leaf_changed(json.loads(value))
    return json.dumps(changed, separators=(",", ":"), sort_keys=True)


def _with_a_leaf_changed(value: Any) -> Any:
    if isinstance(value, dict):
        name = sorted(value)[-1]
        return value | {name: _with_a_leaf_changed(value[name])}
    if isinstance(value, list):
        return value[:-1] if value else ["pay"]
    return broken(value)


STRUCTURED = {"thresholds", "origins", "policy", "roles", "accounts", "members", "scopes", "caps"}
"""The columns that hold canonical JSON."""


def edits() -> list[tuple[str, str, Callable[[Any], Any]]]:
    return [
        (table.name, column.name, edit)
        for table in metadata.sorted_tables
        if table.name in NAMED
        for column in table.columns
        if (table.name, column.name) not in HARMLESS
        for edit in ((broken, plausible) if column.name in STRUCTURED else (broken,))
    ]


def test_every_table_of_the_journal_and_the_fold_is_in_the_matrix():
    audited = {name for name in metadata.tables if name.startswith(("journal_", "fold_"))}
    assert audited <= NAMED.keys()


@pytest.mark.parametrize("table", sorted(NAMED))
def test_nothing_is_found_where_nobody_touched_anything(opened: Village, table: str):
    with unguarded(opened) as raw:
        rows = f"SELECT count(*) FROM {table}"
        assert raw.execute(rows).fetchone() > (0,), "or the tests below edit nothing"
    assert auditing.check(opened.bank) == []


@pytest.mark.parametrize(("table", "column", "edit"), edits())
def test_an_edited_value_is_found_and_named(
    opened: Village, table: str, column: str, edit: Callable[[Any], Any]
):
    with unguarded(opened) as raw:
        key = ", ".join(c.name for c in metadata.tables[table].primary_key)
        # The last row: a genesis is never asked for by its place, a fact is by its key.
        found = f'SELECT {key}, "{column}" FROM {table} ORDER BY {key} DESC LIMIT 1'
        *place, value = raw.execute(found).fetchone()
        where = " AND ".join(f"{name} = ?" for name in key.split(", "))
        raw.execute(f'UPDATE {table} SET "{column}" = ? WHERE {where}', (edit(value), *place))
        assert raw.execute("SELECT changes()").fetchone() == (1,)
    assert names_it(opened, table)


@pytest.mark.parametrize("table", sorted(NAMED.keys() - {"kept_openings"}))
def test_a_deleted_row_is_found_and_named(opened: Village, table: str):
    with unguarded(opened) as raw:
        key = ", ".join(c.name for c in metadata.tables[table].primary_key)
        last = f"SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1"
        raw.execute(f"DELETE FROM {table} WHERE ({key}) = ({last})")
        assert raw.execute("SELECT changes()").fetchone() == (1,)
    # Where the journal ends is said by its head, not by its last entry.
    assert names_it(opened, table, *(("tree", "head") if table == "journal_entries" else ()))


@pytest.mark.parametrize("table", sorted(NAMED.keys() - {"journal_head"}))
def test_an_inserted_row_is_found_and_named(opened: Village, table: str):
    """The row is a copy of another under a key, and with unique values, of its own."""
    unique = {"journal_entries": {"seq", "identity", "order_id"}}
    with unguarded(opened) as raw:
        raw.row_factory = sqlite3.Row
        keys = {column.name for column in metadata.tables[table].primary_key}
        row = dict(raw.execute(f"SELECT * FROM {table} LIMIT 1").fetchone())
        for name in unique.get(table, keys):
            row[name] = row[name] + 999 if isinstance(row[name], int) else row[name] + "0"
        marks = ", ".join("?" for _ in row)
        raw.execute(f"INSERT INTO {table} VALUES ({marks})", tuple(row.values()))
    assert names_it(opened, table)


@pytest.mark.parametrize("table", ["journal_entries"])
def test_triggers_that_are_gone_are_named(opened: Village, table: str):
    with opened.raw() as raw:
        raw.execute(f"DROP TRIGGER {table}_no_update")
    (finding,) = auditing.check(opened.bank)
    assert (finding.check, finding.detail) == ("append_only", "journal_entries_no_update")


@pytest.mark.parametrize("table", ["journal_entries"])
def test_an_entry_changed_together_with_everything_that_is_computed_from_it_is_found(
    opened: Village, table: str
):
    """Whoever can write the database cannot sign for Joop."""
    with unguarded(opened) as raw:
        found = "SELECT seq, entry FROM journal_entries WHERE type = 'pay' ORDER BY seq LIMIT 1"
        seq, entry = raw.execute(found).fetchone()
        changed = entry.replace(b":4000", b":4001").replace(b",4000]", b",4001]")
        changed = changed.replace(b",-4000]", b",-4001]")
        assert changed != entry
        raw.execute("UPDATE journal_entries SET entry = ? WHERE seq = ?", (changed, seq))
        raw.execute("UPDATE journal_postings SET amount = 4001 WHERE amount = 4000")
        raw.execute("UPDATE journal_postings SET amount = -4001 WHERE amount = -4000")
    findings = auditing.check(opened.bank)
    assert any(f"entry {seq}: bad_signature" in finding.detail for finding in findings)
