"""`receipt` and `verify`: proof of an entry, and checking it alone."""

from pathlib import Path

import click

from timebank import ids
from timebank.journal.receipts import parse_receipt
from timebank.ledger.orders import Genesis, parse_order
from timebank.services import proofs, receipts
from timebank.units import Unit
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import EXISTING_FILE, create_private
from timebank_cli.output import emit, facts, moment
from timebank_cli.wording import Words, describe

_MAX_BYTES = 1 << 20


@click.command("receipt", cls=Command)
@click.argument("entry")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@pass_desk
def receipt(desk: Desk, *, entry: str, out: Path | None) -> None:
    """Print the receipt of ENTRY, named by its number or identity."""
    identity = receipts.identity_of(desk.bank, entry)
    text = receipts.receipt(desk.bank, identity)
    document = {"identity": identity, "reference": ids.reference(identity), "receipt": text}
    if out is None:
        emit(document, text.removesuffix("\n"))
        return
    create_private(out, text.encode())
    emit({**document, "file": str(out)}, f"Written to {out}.")


@click.command("verify", cls=Command)
@click.argument("file", type=EXISTING_FILE)
@click.option("--ledger", required=True, metavar="ID", help="The ledger's id, from paper.")
def verify(*, file: Path, ledger: str) -> None:
    """Check the receipt in FILE with the ledger's id and nothing else: no database, no network."""
    with file.open("rb") as data:
        text = data.read(_MAX_BYTES).decode("utf-8", "replace")
    checked = proofs.check_receipt(text, ledger)
    genesis = parse_order(parse_receipt(text).genesis_bytes).body
    assert isinstance(genesis, Genesis)
    units = {item.code: Unit(item.unit) for item in genesis.currencies}
    entry, checkpoint = checked.entry, checked.checkpoint
    document = {
        "identity": checked.order.identity,
        "reference": ids.reference(checked.order.identity),
        "type": checked.order.header.type,
        "seq": entry.seq,
        "time": entry.time,
        "postings": [list(posting) for posting in entry.moved()],
        "keys": list(checked.key_ids),
        "checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex()},
    }
    lines = [
        *describe(checked.order, Words(units=units)),
        *(("signed by key", key) for key in checked.key_ids),
        ("posted", f"as entry {entry.seq} at {moment(entry.time)}"),
        ("reference", ids.reference(checked.order.identity)),
        ("checkpoint", f"{checkpoint.size} entries, root {checkpoint.root.hex()}"),
    ]
    emit(document, f"{facts(lines)}\n\nThe receipt holds: this is in the ledger, for good.")


COMMANDS = (receipt, verify)
