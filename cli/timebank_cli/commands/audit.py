"""`audit`: check the books, here or on a laptop that has only the bundle."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from timebank.ledger.seals import parse_seal
from timebank.services import auditing, proofs, receipts, selfcheck
from timebank.standalone import packing
from timebank_cli.command import REFUSED, Group
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE
from timebank_cli.output import emit, facts, progress, table


@click.group("audit", cls=Group)
def audit() -> None:
    """Check the books."""


@audit.command("check")
@pass_desk
@click.pass_context
def check(ctx: click.Context, desk: Desk) -> None:
    """Check the whole database: journal, signatures, rules, sums, tables, treasury, guard.

    What is found stops settlement, until this command finds it put right.
    """
    with progress("Checking", auditing.entry_count(desk.bank)) as done:
        findings = selfcheck.full(desk.bank, lambda seq: done(seq + 1))
    document = {
        "ledger": desk.bank.ledger,
        "findings": [
            {"check": item.check, "detail": item.detail, "since": item.since} for item in findings
        ],
    }
    if not findings:
        emit(document, "No findings: the books are in order.")
        return
    rows = [(item.check, item.detail) for item in findings]
    emit(document, table(("CHECK", "WHAT DOES NOT FIT"), rows))
    ctx.exit(REFUSED)


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@pass_desk
def export(desk: Desk, *, file: Path) -> None:
    """Write the audit bundle, the whole journal without names, to a new FILE."""
    length = auditing.entry_count(desk.bank)
    partial = file.with_name(f"{file.name}.part")
    if file.exists():
        raise FileExistsError(f"{file} is there already")
    with partial.open("wb") as data, progress("Exporting", length) as done:
        for number, line in enumerate(auditing.export(desk.bank), start=1):
            data.write(line)
            done(min(number, length))
    partial.rename(file)
    document = {"file": str(file), "ledger": desk.bank.ledger, "size": length}
    emit(document, f"{length} entries of ledger {desk.bank.ledger}\nwritten to {file}.")


@audit.command("checkpoint")
@pass_desk
def checkpoint(desk: Desk) -> None:
    """Print the newest checkpoint: keep it, and check a later bundle with --extends."""
    note = receipts.latest_note(desk.bank)
    emit({"ledger": desk.bank.ledger, "checkpoint": note}, note.removesuffix("\n"))


@audit.command("verify")
@click.argument("bundle", type=EXISTING_FILE)
@click.option("--ledger", required=True, metavar="ID", help="The ledger's id, from paper.")
@click.option(
    "--extends",
    type=EXISTING_FILE,
    metavar="FILE",
    help="A checkpoint from before, that the bundle must contain.",
)
@click.option(
    "--seal",
    "sealed",
    type=EXISTING_FILE,
    multiple=True,
    metavar="FILE",
    help="An auditor's seal that must hold in it; may be repeated.",
)
def verify(*, bundle: Path, ledger: str, extends: Path | None, sealed: tuple[Path, ...]) -> None:
    """Check a BUNDLE with nothing but the ledger's id: no database, no trust in the server.

    Replays every signature, rule, sum, limit and approval, from the first entry to the last.
    """
    earlier = text_of(extends) if extends else None
    with bundle.open("rb") as data, progress("Verifying", bundle.stat().st_size) as done:
        verdict = proofs.verify_bundle(
            lines_of(data),
            ledger,
            earlier,
            lambda size: done(data.tell()),
            seals=[parse_seal(text_of(file)) for file in sealed],
        )
    found, digest = verdict.checkpoint, proofs.fold_digest(verdict.state)
    document = {
        "ledger": ledger,
        "size": found.size,
        "root": found.root.hex(),
        "state": digest,
        "extends": str(extends) if extends else None,
        "sealed_by": list(verdict.sealers),
    }
    lines = [
        ("ledger", ledger),
        ("entries", str(found.size)),
        ("root", found.root.hex()),
        ("state", digest),
        *(("sealed by", member) for member in verdict.sealers),
        *([("contains", f"the checkpoint in {extends}")] if extends else []),
    ]
    emit(document, f"{facts(lines)}\n\nThe bundle holds: signatures, rules, sums and limits.")


@audit.command("verifier")
@click.argument("file", type=click.Path(path_type=Path))
def verifier(*, file: Path) -> None:
    """Write the verifier as one FILE, for a laptop that has only Python.

    There: python FILE BUNDLE --ledger ID. It has the same bytes wherever this version is
    installed, so that its SHA-256 can be compared.
    """
    if file.exists():
        raise FileExistsError(f"{file} is there already")
    file.write_bytes(packing.pack())
    document = {"file": str(file), "sha256": packing.digest()}
    emit(document, f"{facts([('written to', str(file)), ('SHA-256', packing.digest())])}")


MAX_LINE = 1 << 21
"""No entry and no note is as long as this."""


def text_of(file: Path) -> str:
    """What is in a file that should be a checkpoint; bytes that are no text make it none."""
    with file.open("rb") as data:
        return data.read(MAX_LINE).decode("utf-8", "replace")


def lines_of(data: BinaryIO) -> Iterator[bytes]:
    """The lines of a bundle, none so long that it fills the memory."""
    return iter(lambda: data.readline(MAX_LINE), b"")


COMMANDS = (audit,)
