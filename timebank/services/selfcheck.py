"""The ledger looks at its own books: every hour, every night, and around each settlement.

A *quick* check reads the fold and the newest entries and takes a second; a *full* one is the whole
audit. What each check found is kept until it runs again and finds nothing. While anything stands,
nothing is settled. Payments go on: whoever pays did nothing wrong.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from timebank.errors import Down, TimebankError, Unavailable
from timebank.ledger.entries import parse_entry, verify_entry
from timebank.ledger.facts import Governance, Holders, MemberKey
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing
from timebank.services.auditing import Audit, Check
from timebank.services.bank import Bank
from timebank.services.proofs import Progress
from timebank.services.treasury_checks import TREASURY
from timebank.storage import checks, fold, journal
from timebank.storage.checks import Depth, Kept
from timebank.storage.engine import reading, writing

AT_MOST = 2_000
"""New entries that one quick check looks at; what is left waits for the next."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: which check found it, what it is, and since when it stands."""

    check: str
    detail: str
    since: int


def findings(bank: Bank) -> tuple[Finding, ...]:
    """Return what stands now, as the checks last found it."""
    with reading(bank.engine) as conn:
        return _standing(checks.every(conn))


def last_run(bank: Bank, depth: Depth) -> checks.Run:
    """Return when checks of this depth last began and ended."""
    with reading(bank.engine) as conn:
        return checks.run(conn, depth)


def require_clean(bank: Bank) -> None:
    """Check quickly, now; Unavailable FINDINGS where anything stands. For who settles."""
    if found := quick(bank):
        raise Unavailable(
            Down.FINDINGS,
            f"{len(found)} found by the self-check, the first by {found[0].check}:"
            f" {found[0].detail}; when it is put right, run timebank audit check",
        )


@contextmanager
def around(bank: Bank, orders: Sequence[VerifiedOrder]) -> Iterator[None]:
    """Check quickly before and after orders are posted of which one settles; else do nothing.

    Whatever road it comes by, no euro leaves on books that do not add up, nor does that go unseen.
    What is posted already gets its receipt, whatever was found since. Raises Unavailable FINDINGS.
    """
    settling = [item for item in orders if item.order.header.type == "settle"]
    serious = False
    if settling:
        with reading(bank.engine) as conn:
            posted = journal.find_entries(conn, [item.order.identity for item in settling])
            new = [item for item in settling if item.order.identity not in posted]
            serious = _by_settlers(conn, new)
        if serious:
            require_clean(bank)
    yield
    if serious:
        quick(bank)


def _by_settlers(conn: Connection, orders: Sequence[VerifiedOrder]) -> bool:
    """Whether anybody who may approve settlements signed one of these.

    The rules refuse all others anyhow, so nobody else can have the books checked as often as they
    like.
    """
    roles = {
        threshold.role
        for governance in fold.every(conn, Governance)
        for threshold in governance.thresholds
        if threshold.type == "settle"
    }
    holders = fold.load_facts(conn, [(Holders, role) for role in roles])
    may = {member for fact in holders if isinstance(fact, Holders) for member in fact.members}
    keys = {signed.key_id for item in orders for signed in item.signed}
    signers = fold.load_facts(conn, [(MemberKey, key) for key in keys])
    return any(isinstance(fact, MemberKey) and fact.member in may for fact in signers)


def claim(bank: Bank, depth: Depth, since: int) -> bool:
    """Say that this process checks now; False where any process began to at or after `since`."""
    if last_run(bank, depth).started >= since:
        return False
    with writing(bank.engine) as conn:
        last = checks.run(conn, depth)
        if last.started >= since:
            return False
        checks.keep_run(conn, replace(last, started=bank.clock.now()))
        return True


# ---- checking


def quick(bank: Bank) -> tuple[Finding, ...]:
    """Check the accounts and the newest entries, keep what was found, and return what stands.

    One read transaction, whose length does not depend on that of the journal but for one sum.
    """
    with reading(bank.engine) as conn:
        audit = Audit(bank, conn)
        results = [_kept(audit, function) for function in QUICK]
        results.append(_check_newest(audit))
    return _keep(bank, "quick", results)


def full(bank: Bank, progress: Progress = lambda seq: None) -> tuple[Finding, ...]:
    """Check everything, from the first entry on; keep what was found, and return what stands.

    In one read transaction: writers go on, and a SQLite file's log grows by what they write.
    """
    with reading(bank.engine) as conn:
        audit = Audit(bank, conn, progress)
        results = [_kept(audit, function) for function in FULL]
        size, root = journal.latest_checkpoint(conn)
        journal_holds = audit.replay is not None
    if journal_holds:
        results.append(Kept(NEWEST, bank.clock.now(), size, root, ()))
    return _keep(bank, "full", results)


QUICK: tuple[Check, ...] = (
    auditing.check_append_only,
    auditing.check_sums,
    auditing.check_guard,
    auditing.check_seals,
    *TREASURY,
)
FULL: tuple[Check, ...] = (*auditing.CHECKS, *TREASURY)
NEWEST = "newest"


def _kept(audit: Audit, function: Check) -> Kept:
    found = tuple((detail, 0) for detail in auditing.details(function, audit))
    size, root = journal.latest_checkpoint(audit.conn)
    return Kept(auditing.name_of(function), audit.bank.clock.now(), size, root, found)


def _check_newest(audit: Audit) -> Kept:
    """Check the entries that came since the last time; on from there only where they hold."""
    before = next((one for one in checks.every(audit.conn) if one.name == NEWEST), None)
    start = before.size if before else 0
    stop = min(journal.read_head(audit.conn).size, start + AT_MOST)

    def check_newest(audit: Audit) -> Iterator[str]:
        if before and journal.root_at(audit.conn, start) != before.root:
            yield f"the first {start} entries are no longer those that were checked"
        yield from _broken(audit, start, stop)

    result = _kept(audit, check_newest)
    if result.findings:
        return replace(result, size=start, root=before.root if before else b"")
    return replace(result, size=stop, root=journal.root_at(audit.conn, stop))


def _broken(audit: Audit, start: int, stop: int) -> Iterator[str]:
    """What is wrong with each of these entries by itself: its signatures, its row, its postings."""
    expected = start
    for row in journal.rows(audit.conn, start, stop):
        try:
            entry = parse_entry(row.entry)
            stored = auditing.row_of(entry, verify_entry(entry).order, row.entry)
        except TimebankError as error:
            yield f"entry {row.seq}: {error}"
        else:
            if stored != row:
                yield f"entry {row.seq}: its row or postings do not say what its bytes say"
        if row.seq != expected:
            yield f"entry {expected} is not there"
        expected = row.seq + 1
    if expected != stop:
        yield f"entry {expected} is not there"


# ---- keeping


def _keep(bank: Bank, depth: Depth, results: Sequence[Kept]) -> tuple[Finding, ...]:
    """Keep what was found, each since it was first found; return what stands.

    A database that nobody can write to is still checked, for those who look.
    """
    with reading(bank.engine) as conn:
        before = checks.every(conn)
    since = {(finding.check, finding.detail): finding.since for finding in _standing(before)}
    dated = [
        replace(
            one,
            findings=tuple(
                (detail, since.get((one.name, detail), one.checked)) for detail, _ in one.findings
            ),
        )
        for one in results
    ]
    try:
        with writing(bank.engine) as conn:
            checks.keep(conn, dated)
            run = checks.run(conn, depth)
            checks.keep_run(conn, replace(run, finished=bank.clock.now()))
    except Unavailable as error:
        if error.code is not Down.READ_ONLY:
            raise
    return _standing([*{one.name: one for one in (*before, *dated)}.values()])


def _standing(kept: Sequence[Kept]) -> tuple[Finding, ...]:
    return tuple(Finding(one.name, detail, since) for one in kept for detail, since in one.findings)
