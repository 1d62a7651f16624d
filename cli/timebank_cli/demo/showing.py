"""What the demo leaves in its folder, and the proof that it is right: audit, bundle, receipt."""

import fcntl
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from timebank.services import auditing, proofs, receipts, selfcheck
from timebank.services.bank import Bank
from timebank.services.posting import Posted
from timebank.services.proofs import Verdict
from timebank.services.reporting import making
from timebank.services.reporting.page import page
from timebank.services.reporting.paper import paper as paper_of
from timebank.services.selfcheck import Finding
from timebank.services.statements import local
from timebank_cli.demo.wijk import PASSPHRASE
from timebank_cli.output import progress
from timebank_cli.refusals import Stop

MARK = "demo.txt"
BUNDLE = "bundle.txt"
CHECKPOINT = "checkpoint-week-4.txt"
RECEIPT = "receipt-joop.txt"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the audit found, and what the bundle proved with no database."""

    findings: tuple[Finding, ...]
    bundle: Path
    verdict: Verdict
    text: str


def prepare(folder: Path) -> TextIO:
    """Make the folder anew, and hold it for as long as what is returned stays open.

    Raises Stop `not_a_demo` where it holds anything but an earlier demo, `demo_running` where that
    is still being made or served.
    """
    mark = folder / MARK
    if folder.exists():
        if any(folder.iterdir()) and not mark.exists():
            raise Stop("not_a_demo", f"{folder} holds something else; choose another --folder")
        if mark.exists():
            with mark.open() as earlier:
                _hold(earlier, folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    held = mark.open("w", encoding="utf-8")
    _hold(held, folder)
    held.write(
        "Made by `timebank demo`, which throws all of this away when it runs again.\n"
        f"Passphrase of every key file: {PASSPHRASE}\n"
    )
    held.flush()
    return held


def _hold(mark: TextIO, folder: Path) -> None:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stop(
            "demo_running",
            f"a demo is running in {folder}: stop it (Ctrl-C), or choose another --folder",
        ) from None


def show(
    bank: Bank, folder: Path, paper: str, keepsake: Posted, bank_files: Sequence[str]
) -> Shown:
    """Audit the ledger; export it and verify the bundle alone; hand out and check a receipt.

    And write the year report, that anybody can make again from the bundle and the bank's files.

    Raises ProofError, BrokenJournal or Refusal where the bundle or the receipt does not hold.
    """
    length = auditing.entry_count(bank)
    with progress("Audit", length) as done:
        findings = selfcheck.full(bank, lambda seq: done(seq + 1))
    bundle = folder / BUNDLE
    with bundle.open("wb") as file:
        file.writelines(auditing.export(bank))
    with bundle.open("rb") as lines, progress("Bundle", length) as done:
        verdict = proofs.verify_bundle(lines, bank.ledger, paper, done)
    (folder / CHECKPOINT).write_text(paper, encoding="utf-8")
    receipt = receipts.receipt(bank, keepsake.identity)
    proofs.check_receipt(receipt, bank.ledger)
    (folder / RECEIPT).write_text(receipt, encoding="utf-8")
    text = _text(findings, verdict, folder, bank.ledger)
    return Shown(findings, bundle, verdict, f"{text}\n{_report(bank, folder, bank_files)}")


def _report(bank: Bank, folder: Path, bank_files: Sequence[str]) -> str:
    year = local(bank.clock.now()).year
    report = making.from_bank(bank, year)
    html = folder / f"report-{year}.html"
    html.write_text(page(report, "nl"), "utf-8")
    html.with_suffix(".pdf").write_bytes(paper_of(report, "nl"))
    beside = " ".join(f"--bank-file {folder / name}" for name in bank_files)
    return (
        f"Year report: {html}, and a PDF beside it. From the bundle and the bank's files alone:\n"
        f"        timebank audit report --year {year} {beside} --bundle {folder / BUNDLE}"
        f" --ledger {bank.ledger}"
    )


def _text(findings: tuple[Finding, ...], verdict: Verdict, folder: Path, ledger: str) -> str:
    size = verdict.checkpoint.size
    audit = [f"Audit: {size} entries, no findings."]
    if findings:
        audit = [f"Audit: {len(findings)} findings:"]
        audit += [f"  {item.check}: {item.detail}" for item in findings]
    return "\n".join(
        [
            *audit,
            f"Bundle: {size} entries verified with no database, and they extend the checkpoint"
            " printed in week 4.",
            f"        timebank audit verify {folder / BUNDLE} --ledger {ledger}",
            "Receipt: Joop's payment for his bicycle proves itself.",
            f"        timebank verify {folder / RECEIPT} --ledger {ledger}",
        ]
    )
