"""`settle import`: what the bank did, from its statement file into the journal."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from timebank.services import bankfiles
from timebank.services.bankfiles import Imported
from timebank.services.camt import MAX_FILE
from timebank.services.matching import Kind
from timebank.services.membership import Person
from timebank.services.reconciling import Matched, Returned
from timebank.signing.keys import SigningKey
from timebank.units import Unit, show_amount
from timebank_cli.bank_words import line_document, line_rows
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, key_option
from timebank_cli.output import emit, progress
from timebank_cli.proposing import default_name
from timebank_cli.recording import Step, may_issue, post_kept, write_kept

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass
class _Done:
    """What one import came to."""

    recorded: list[tuple[Matched, Step]] = field(default_factory=list)
    reissues: list[tuple[Returned, Path | None]] = field(default_factory=list)


@click.command("import", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@click.option("--to", "folder", type=_FOLDER, default=".", help="Folder for proposal files.")
@key_option
@pass_desk
def import_(desk: Desk, *, file: Path, folder: Path, key: KeyFile) -> None:
    """Read a bank statement FILE (camt.053): close payouts, book returns, list the rest.

    Signs with a treasurer's key. What matches a payout is recorded; for one that came back, the
    credits are proposed to be issued to the shop again. What does not match is listed and left:
    see `bank lines` and `bank record`. Again, or after it was cut short, it goes on where it was.
    """
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE + 1)
    imported = bankfiles.import_file(desk.bank, file.name, data)
    signing, treasurer = key.signer(desk.bank)
    done = _Done()
    by_hand = bankfiles.by_hand(desk.bank)
    matched = [
        item
        for item in bankfiles.unrecorded(desk.bank)
        if item.match.kind is not Kind.UNMATCHED and item.kept.line.amount not in by_hand
    ]
    with progress("Recording", len(matched)) as bar:
        for number, item in enumerate(matched, start=1):
            draft = bankfiles.draft_record(desk.bank, treasurer.id, item.kept.line.id)
            done.recorded.append((item, post_kept(desk, draft, signing)))
            bar(number)
    _reissue(desk, folder, signing, treasurer, done)
    _tell(desk, imported, done)


def _reissue(desk: Desk, folder: Path, signing: SigningKey, person: Person, done: _Done) -> None:
    """Propose the credits of what came back; one who may not issue only sees that it waits."""
    for back in bankfiles.came_back(desk.bank):
        if back.reissued:
            continue
        if may_issue(desk, person.id):
            draft = bankfiles.draft_reissue(desk.bank, person.id, back)
            file = folder / default_name(draft)
            write_kept(desk, draft, signing, file)
            done.reissues.append((back, file))
        else:
            done.reissues.append((back, None))


def _tell(desk: Desk, imported: Imported, done: _Done) -> None:
    by_hand = bankfiles.by_hand(desk.bank)
    left = [
        item
        for item in bankfiles.unrecorded(desk.bank)
        if item.match.kind is Kind.UNMATCHED or item.kept.line.amount in by_hand
    ]
    document = {
        "sha256": imported.digest,
        "already": imported.already,
        "new": len(imported.fresh),
        "known": imported.known,
        "recorded": [
            line_document(item)
            | {"identity": step.identity, "seq": step.posted.seq if step.posted else None}
            | {"signed": step.signed}
            for item, step in done.recorded
        ],
        "reissues": [
            {
                "redemption": back.owed.redemption,
                "amount": back.owed.amount,
                "proposal": str(file) if file else None,
            }
            for back, file in done.reissues
        ],
        "unmatched": [line_document(item) for item in left],
    }
    emit(document, "\n".join(_lines(imported, done, left, by_hand)))


def _lines(
    imported: Imported, done: _Done, left: Sequence[Matched], by_hand: Container[int]
) -> list[str]:
    known = f", {imported.known} known already" if imported.known else ""
    said = [f"{len(imported.fresh)} new lines{known}. SHA-256 {imported.digest}"]
    if imported.already:
        said = ["This very file was imported before; nothing in it is new."]
    for item, step in done.recorded:
        euro = show_amount(abs(item.kept.line.amount), Unit.CENT)
        what = "paid to shops" if item.match.kind is Kind.PAID else "came back"
        state = f"recorded as entry {step.posted.seq}" if step.posted else _waits(step)
        said.append(f"{item.kept.line.day}  {euro} euro {what}: {state}.")
    for back, file in done.reissues:
        euro = show_amount(back.owed.amount, Unit.CENT)
        next_ = f"timebank sign {file} --key THEIR-KEY" if file else "an issuer imports too"
        said.append(f"To be issued to the shop again: {euro}. Next: {next_}")
    if any(item.kept.line.amount in by_hand for item in left):
        said += ["", "Of an amount that was recorded by hand: where it is the same, name it with"]
        said.append("timebank bank record --from LINE --entry ENTRY")
    if left:
        said += ["", "Not matched, and not recorded (timebank bank record --from LINE):"]
        said.append(line_rows(left))
    return said


def _waits(step: Step) -> str:
    return f"waits for more signatures ({step.signed} so far); another treasurer imports it too"
