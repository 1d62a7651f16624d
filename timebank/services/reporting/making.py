"""Making a year report, from a bundle alone or from the database that a bundle is made of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from timebank.journal.checkpoints import Checkpoint
from timebank.services import auditing, parameters, proofs, seals, selfcheck
from timebank.services.bank import Bank
from timebank.services.holdings import names_of
from timebank.services.parameters import Name
from timebank.services.proofs import Progress
from timebank.services.reporting import banking, ledger, suspicions
from timebank.services.reporting.banking import BankFile
from timebank.services.reporting.chronicle import Chronicle
from timebank.services.reporting.values import (
    Cell,
    Hidden,
    Moment,
    Report,
    Section,
    Table,
    Who,
    Word,
)
from timebank.services.statements import day_bounds
from timebank.storage import files, people
from timebank.storage.engine import reading


def from_bundle(
    lines: Iterable[bytes],
    ledger_id: str,
    year: int,
    extends: str | None = None,
    progress: Progress = lambda seq: None,
    bank_files: Sequence[BankFile] = (),
    texts: Mapping[str, str] | None = None,
) -> Report:
    """Return the report of a year from a bundle, which is verified on the way; no database.

    `bank_files` are those from and for the bank, that the journal is laid beside; `texts` those
    behind commitments, as far as they are known.

    Raises ProofError or BrokenJournal where the bundle does not hold, ValueError for a year in
    which this ledger was not there.
    """
    found = Chronicle(day_bounds(date(year, 1, 1))[0], day_bounds(date(year + 1, 1, 1))[0])
    verdict = proofs.verify_bundle(lines, ledger_id, extends, progress, found.follow)
    found.finish(verdict.state)
    if not found.seqs or found.last < found.start:
        raise ValueError(f"this ledger has nothing of the year {year}")
    limit = parameters.find(Name.LIMITED_NETWORK, date(year, 12, 31)).parameter
    sections = (
        _basis(verdict.checkpoint, found),
        *ledger.sections(found, limit.cents, f"{limit.source} ({limit.year})"),
        banking.section(found, bank_files, texts),
        suspicions.section(found),
    )
    checkpoint = verdict.checkpoint
    return Report(ledger_id, year, checkpoint.size, checkpoint.root.hex(), sections)


def from_bank(bank: Bank, year: int, progress: Progress = lambda seq: None) -> Report:
    """Return the report of a year from the database: that of its bundle, with what only it knows.

    Texts are filled in where they are kept; names are not (`with_names`). Raises as `from_bundle`.
    """
    texts = _texts(bank)
    report = from_bundle(
        auditing.export(bank),
        bank.ledger,
        year,
        progress=progress,
        bank_files=_kept_files(bank),
        texts=texts,
    )
    findings, sealed = selfcheck.full(bank), seals.seals(bank)
    added = (
        Section(
            "findings",
            "database",
            (
                Table(
                    "findings",
                    ("check", "detail"),
                    tuple((each.check, each.detail) for each in findings),
                ),
            ),
        ),
        Section(
            "seals",
            "database",
            (
                Table(
                    "seals",
                    ("sealed_by", "day", "size", "root"),
                    tuple(
                        (Who(each.member, each.name), Moment(each.time), each.size, each.root)
                        for each in sealed
                    ),
                ),
            ),
        ),
    )
    return _with_texts(texts, replace(report, sections=(*report.sections, *added)))


def with_names(bank: Bank, report: Report) -> Report:
    """Return the report with names beside ids. Note the reading first (`readings.note`)."""
    wanted = members_in(report)
    with reading(bank.engine) as conn:
        names = names_of(conn, wanted)

    def tell(cell: Cell) -> Cell:
        if isinstance(cell, Who):
            return replace(cell, name=names.get(cell.member, ""))
        return cell

    return report.told(tell)


def members_in(report: Report) -> list[str]:
    """Return every member that the report names by id."""
    cells = (
        cell
        for section in report.sections
        for table in section.tables
        for row in table.rows
        for cell in row
    )
    return list(dict.fromkeys(cell.member for cell in cells if isinstance(cell, Who)))


def _kept_files(bank: Bank) -> list[BankFile]:
    """Every file from and for the bank that is kept here, oldest first."""
    with reading(bank.engine) as conn:
        found = [files.find(conn, each.digest) for each in files.all_kept(conn)]
    return [BankFile(each.name, each.data) for each in found if each]


def _texts(bank: Bank) -> dict[str, str]:
    """The texts that are kept, by commitment; one that was changed is none."""
    with reading(bank.engine) as conn:
        return {each.commitment: each.text for each in people.openings(conn) if each.holds}


def _with_texts(known: Mapping[str, str], report: Report) -> Report:
    def tell(cell: Cell) -> Cell:
        if isinstance(cell, Hidden):
            return replace(cell, text=known.get(cell.commitment, ""))
        return cell

    return report.told(tell)


def _basis(checkpoint: Checkpoint, found: Chronicle) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = (
        (Word("ledger"), checkpoint.ledger),
        (Word("entries"), str(checkpoint.size)),
        (Word("root"), checkpoint.root.hex()),
        (Word("last_entry"), Moment(found.last)),
        (Word("entries_in_year"), str(found.entries)),
    )
    return Section("basis", "journal", (Table("basis", ("what", "value"), rows),))
