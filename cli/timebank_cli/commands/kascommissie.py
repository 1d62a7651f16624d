"""What the kascommissie does: a year report, a sample of members to phone, a seal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from timebank.ledger.seals import Seal, parse_seal
from timebank.services import auditing, readings, sampling, seals
from timebank.services.bank import Bank
from timebank.services.reporting import making
from timebank.services.reporting.banking import BankFile
from timebank.services.reporting.page import page
from timebank.services.reporting.paper import paper
from timebank.services.reporting.showing import Words, is_figure
from timebank.services.reporting.values import Report
from timebank.services.sampling import Drawn, Sample
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank_cli.commands.audit import audit, lines_of, text_of
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, KeyFile, passphrase_option
from timebank_cli.output import emit, facts, moment, named, progress, table
from timebank_cli.refusals import Stop

Callback = TypeVar("Callback", bound=Callable[..., Any])
NEW_FILE = click.Path(path_type=Path, dir_okay=False)


def _optional_key(callback: Callback) -> Callback:
    """Give a command `--key` and `--passphrase-file`: whose reading it is."""
    return click.option(
        "--key",
        type=EXISTING_FILE,
        metavar="FILE",
        help="Key file of who reads this; without it, it is noted as read on the server.",
    )(passphrase_option(callback))


def reader_of(bank: Bank, key: Path | None, passphrase_file: Path | None) -> str:
    """Return the member whose key file this is, or the operator without one."""
    if key is None:
        return readings.OPERATOR
    return KeyFile(key, passphrase_file).signer(bank)[1].id


# ---- the year report


@audit.command("report")
@click.option("--year", type=click.IntRange(2000, 2099), required=True, help="Which year.")
@click.option("--html", type=NEW_FILE, metavar="FILE", help="Write a page to a new FILE.")
@click.option("--pdf", type=NEW_FILE, metavar="FILE", help="Write paper to a new FILE.")
@click.option("--bundle", type=EXISTING_FILE, metavar="FILE", help="From a bundle; no database.")
@click.option("--ledger", metavar="ID", help="With --bundle: the ledger's id, from paper.")
@click.option(
    "--extends", type=EXISTING_FILE, metavar="FILE", help="With --bundle: an earlier checkpoint."
)
@click.option(
    "--bank-file",
    "bank_files",
    type=EXISTING_FILE,
    multiple=True,
    metavar="FILE",
    help="With --bundle: a pain.001 or camt.053 file to lay beside it; repeat for each.",
)
@click.option("--names", is_flag=True, help="With names of members; their reading is noted.")
@click.option("--english", is_flag=True, help="In English.")
@_optional_key
@pass_desk
def report(
    desk: Desk,
    *,
    year: int,
    html: Path | None,
    pdf: Path | None,
    bundle: Path | None,
    ledger: str | None,
    extends: Path | None,
    bank_files: tuple[Path, ...],
    names: bool,
    english: bool,
    key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Make the year report: from the database, or the same figures from a bundle alone.

    Trial balances, issues and their backing, settlement, corrections, members at limits, signals
    of one person behind several members, findings, seals. Without --html or --pdf it is printed.
    """
    if (
        (bundle is None) != (ledger is None)
        or (bundle and names)
        or ((extends or bank_files) and not bundle)
    ):
        raise click.UsageError("--bundle and --ledger go together, and know no names")
    for file in (html, pdf):
        if file and file.exists():
            raise FileExistsError(f"{file} is there already")
    try:
        if bundle and ledger:
            found = _from_bundle(bundle, ledger, year, extends, bank_files)
        else:
            found = _from_bank(desk.bank, year)
    except ValueError as error:
        raise Stop("no_such_year", str(error)) from None
    if names:
        reader = reader_of(desk.bank, key, passphrase_file)
        readings.note(desk.bank, reader, making.members_in(found), "member")
        found = making.with_names(desk.bank, found)
    language = "en" if english else "nl"
    if html:
        html.write_text(page(found, language), "utf-8")
    if pdf:
        pdf.write_bytes(paper(found, language))
    written = [str(file) for file in (html, pdf) if file]
    text = f"written to {', '.join(written)}" if written else _printed(found, Words.of(language))
    emit({**_document(found), "files": written}, text)


def _from_bundle(
    bundle: Path, ledger: str, year: int, extends: Path | None, bank_files: tuple[Path, ...]
) -> Report:
    beside = [BankFile(file.name, file.read_bytes()) for file in bank_files]
    earlier = text_of(extends) if extends else None
    with bundle.open("rb") as data, progress("Verifying", bundle.stat().st_size) as done:
        return making.from_bundle(
            lines_of(data), ledger, year, earlier, lambda size: done(data.tell()), beside
        )


def _from_bank(bank: Bank, year: int) -> Report:
    with progress("Verifying", auditing.entry_count(bank)) as done:
        return making.from_bank(bank, year, done)


def _document(found: Report) -> dict[str, Any]:
    words = Words.of("en")
    return {
        "ledger": found.ledger,
        "year": found.year,
        "size": found.size,
        "root": found.root,
        "sections": [
            {
                "key": section.key,
                "source": section.source,
                "tables": [
                    {
                        "key": each.key,
                        "heads": list(each.heads),
                        "rows": [[words.cell(cell) for cell in row] for row in each.rows],
                    }
                    for each in section.tables
                ],
            }
            for section in found.sections
        ],
    }


def _printed(found: Report, words: Words) -> str:
    parts = [words.say("title", year=found.year)]
    for section in found.sections:
        parts.append(words.say(f"section.{section.key}").upper())
        for each in section.tables:
            if not each.rows:
                parts.append(f"{words.title(each)}: {words.say('none')}")
                continue
            heads = [words.say(f"head.{head}") for head in each.heads]
            right = " ".join(
                words.say(f"head.{head}")
                for head, cell in zip(each.heads, each.rows[0], strict=True)
                if is_figure(head, cell)
            )
            rows = [[words.cell(cell) for cell in row] for row in each.rows]
            parts.append(f"{words.title(each)}\n{table(heads, rows, right=right)}")
    return "\n\n".join(parts)


# ---- a sample


@audit.command("sample")
@click.argument("count", type=click.IntRange(1, 500), default=10)
@click.option(
    "--by-activity", is_flag=True, help="Who took part in more entries is drawn more often."
)
@click.option(
    "--size", type=click.IntRange(1), metavar="N", help="By the checkpoint of N entries, again."
)
@_optional_key
@pass_desk
def sample(
    desk: Desk,
    *,
    count: int,
    by_activity: bool,
    size: int | None,
    key: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Draw COUNT members to phone, by the root of the newest checkpoint: nobody can choose who.

    Each active member has one ticket, the SHA-256 of root, member and a number; the lowest are
    drawn. With --by-activity each has one more for every entry. That they were drawn is noted,
    and each of them can see it. No telephone numbers are kept here.
    """
    reader = reader_of(desk.bank, key, passphrase_file)
    found = sampling.sample(desk.bank, reader, count, by_activity=by_activity, size=size)
    head = facts(
        [
            ("drawn by root", found.root),
            ("entries", str(found.size)),
            ("drawn", f"{len(found.drawn)} of {found.of} active members"),
        ]
    )
    text = "\n\n".join([head, *(_to_phone(desk, each) for each in found.drawn)])
    emit(_drawn(found), text)


def _to_phone(desk: Desk, drawn: Drawn) -> str:
    lines = [f"{named(drawn.name)}  ({drawn.kind}, {drawn.member[:8]})"]
    for balance in drawn.balances:
        lines.append(f"  [ ] balance {desk.show(balance.balance, balance.currency)}")
    for move in drawn.last:
        with_whom = ", ".join(named(name) for name in move.names) or "the ledger"
        amount = desk.show(move.amount, move.currency)
        lines.append(f"  [ ] {moment(move.time)}  {amount}  {with_whom}  {move.reference}")
    lines.append("  [ ] knows of no other account of their own")
    return "\n".join(lines)


def _drawn(found: Sample) -> dict[str, Any]:
    return {
        "root": found.root,
        "size": found.size,
        "members": found.of,
        "drawn": [
            {
                "member": each.member,
                "name": each.name,
                "kind": each.kind,
                "tickets": each.tickets,
                "balances": {one.currency: one.balance for one in each.balances},
                "last": [
                    {"seq": move.seq, "time": move.time, "amount": move.amount,
                     "currency": move.currency, "reference": move.reference}
                    for move in each.last
                ],
            }
            for each in found.drawn
        ],
    }  # fmt: skip


# ---- a seal


@audit.command("seal")
@click.argument("checkpoint", type=EXISTING_FILE, required=False)
@click.option("--key", type=EXISTING_FILE, metavar="FILE", help="Key file of the auditor.")
@passphrase_option
@click.option("--out", type=NEW_FILE, metavar="FILE", help="Write the seal to a new FILE only.")
@click.option("--keep", type=EXISTING_FILE, metavar="FILE", help="Keep a seal from this FILE.")
@pass_desk
def seal(
    desk: Desk,
    *,
    checkpoint: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    out: Path | None,
    keep: Path | None,
) -> None:
    """Sign the CHECKPOINT in a file, which you checked, with an auditor's key.

    On a laptop without the ledger, write it with --out; on the server, --keep FILE. A seal that is
    not about this ledger's own history is refused, and every later check reports it.
    """
    if (keep is None) == (checkpoint is None) or (checkpoint is None) != (key is None):
        raise click.UsageError("give a CHECKPOINT and a --key, or a seal to --keep")
    if checkpoint and key:
        statement = seals.statement_of(text_of(checkpoint), desk.clock.now())
        signing = KeyFile(key, passphrase_file).open()
        made = Seal(statement, authorize(signing, Tag.SEAL, statement.data))
        if out:
            if out.exists():
                raise FileExistsError(f"{out} is there already")
            out.write_text(made.text(), "utf-8")
            emit(
                {"seal": made.text(), "file": str(out)}, f"Sealed {statement.size} entries: {out}."
            )
            return
    else:
        assert keep is not None
        made = parse_seal(text_of(keep))
    kept = seals.keep(desk.bank, made)
    lines = [
        ("sealed by", named(kept.name)),
        ("entries", str(kept.size)),
        ("root", kept.root),
        ("when", moment(kept.time)),
    ]
    emit(
        {"member": kept.member, "size": kept.size, "root": kept.root, "time": kept.time},
        facts(lines),
    )


COMMANDS = ()
"""They are all under `audit`."""
