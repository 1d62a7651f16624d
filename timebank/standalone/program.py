"""The program in the one file: check a bundle or a receipt, say what was found, exit 0, 1 or 2.

    python timebank-verify.pyz FILE --ledger ID [--extends CHECKPOINT] [--seal FILE]…

0: it holds. 1: it does not. 2: it could not be checked. Without a FILE it asks, so that it can be
started with two clicks.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from timebank.errors import Refusal
from timebank.journal import ProofError
from timebank.ledger.entries import Entry
from timebank.ledger.facts import Currency
from timebank.ledger.orders import Order
from timebank.ledger.replay import BrokenJournal
from timebank.ledger.seals import parse_seal
from timebank.ledger.state import State
from timebank.services.proofs import check_receipt, fold_digest, verify_bundle
from timebank.standalone.words import DUTCH, ENGLISH
from timebank.units import Unit, show_amount

HOLDS, BROKEN, UNCHECKED = 0, 1, 2
MAX_LINE = 1 << 21
"""No entry, no receipt and no note is as long as this."""
_RECEIPT = b"c2sp.org/tlog-proof@"
_LEDGER = re.compile(r"[0-9a-f]{64}")

Told = tuple[dict[str, Any], list[tuple[str, str]], str]
"""For programs, for people as label and value, and the verdict."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name; return the status to exit with."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Windows console may know few letters
    words = ENGLISH if "--english" in given else DUTCH
    asked = not given and sys.stdin is not None and sys.stdin.isatty()
    options = _ask(words) if asked else _parser(words).parse_args(given)
    status = _run(options, words)
    if asked:
        input(words["enter"])
    return status


def _parser(words: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("timebank-verify.pyz", description=words["about"])
    parser.add_argument("file", type=Path, metavar="FILE", help=words["file"])
    parser.add_argument("--ledger", required=True, metavar="ID", help=words["ledger"])
    parser.add_argument("--extends", type=Path, metavar="FILE", help=words["extends"])
    parser.add_argument(
        "--seal", type=Path, action="append", default=[], metavar="FILE", help=words["seal"]
    )
    parser.add_argument("--english", action="store_true", help=words["english"])
    parser.add_argument("--json", action="store_true", help=words["json"])
    return parser


def _ask(words: Mapping[str, str]) -> argparse.Namespace:
    print(words["about"])
    file = input(words["ask_file"]).strip().strip("\"'")
    ledger = "".join(input(words["ask_ledger"]).split()).lower()
    return argparse.Namespace(file=Path(file), ledger=ledger, extends=None, seal=[], json=False)


def _run(options: argparse.Namespace, words: Mapping[str, str]) -> int:
    if not _LEDGER.fullmatch(options.ledger):
        return _stop(words["bad_ledger"], words, options.json)
    try:
        document, facts, verdict = _check(options, words)
    except BrokenJournal as error:
        return _broken(error.reason, error.seq, words, options.json)
    except (ProofError, Refusal) as error:
        return _broken(str(error), None, words, options.json)
    except OSError as error:
        return _stop(f"{error.filename}: {error.strerror}", words, options.json)
    if options.json:
        print(json.dumps({"holds": True, **document}, indent=2))
    else:
        width = max(len(label) for label, _ in facts)
        print("\n".join(f"{label.ljust(width)}  {value}" for label, value in facts))
        print(f"\n{verdict}")
    return HOLDS


def _check(options: argparse.Namespace, words: Mapping[str, str]) -> Told:
    with options.file.open("rb") as data:
        is_receipt = data.read(len(_RECEIPT)) == _RECEIPT
        data.seek(0)
        if is_receipt:
            text = data.read(MAX_LINE + 1).decode("utf-8", "replace")
            return _receipt(text, options.ledger, words)
        return _bundle(data, options, words)


def _bundle(data: BinaryIO, options: argparse.Namespace, words: Mapping[str, str]) -> Told:
    earlier = _text(options.extends) if options.extends else None
    times: list[int] = []
    progress = _Progress(words["working"], options.file.stat().st_size)

    def follow(entry: Entry, order: Order, before: State) -> None:
        times[1:] = [entry.time]

    found = verify_bundle(
        _lines(data),
        options.ledger,
        earlier,
        lambda seq: progress.show(data.tell()),
        follow,
        [parse_seal(_text(file)) for file in options.seal],
    )
    progress.end()
    checkpoint, digest = found.checkpoint, fold_digest(found.state)
    document = {
        "ledger": checkpoint.ledger,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "state": digest,
        "first": times[0],
        "last": times[-1],
        "sealed_by": list(found.sealers),
        "in_circulation": {
            each.code: each.in_circulation for each in found.state.all(Currency) if each.contra
        },
    }
    facts = [
        (words["ledger_is"], checkpoint.ledger),
        (words["entries"], str(checkpoint.size)),
        (words["from"], _moment(times[0])),
        (words["until"], _moment(times[-1])),
        *(
            (
                words["circulation"],
                f"{show_amount(each.in_circulation, Unit(each.unit))} {each.code}",
            )
            for each in found.state.all(Currency)
            if each.contra
        ),
        (words["root"], checkpoint.root.hex()),
        (words["state"], digest),
        (words["library"], _library(words)),
    ]
    facts += [(words["sealed_by"], member) for member in found.sealers]
    if options.extends:
        facts.append((words["contains"], str(options.extends)))
    return document, facts, words["holds"]


def _receipt(text: str, ledger: str, words: Mapping[str, str]) -> Told:
    found = check_receipt(text, ledger)
    document = {
        "ledger": ledger,
        "seq": found.entry.seq,
        "type": found.order.header.type,
        "time": found.entry.time,
        "identity": found.order.identity,
        "postings": [list(posting) for posting in found.entry.moved()],
        "keys": list(found.key_ids),
        "size": found.checkpoint.size,
        "root": found.checkpoint.root.hex(),
    }
    facts = [
        (words["ledger_is"], ledger),
        (words["entry"], f"{found.entry.seq}, {words['of']} {found.checkpoint.size}"),
        (words["type"], found.order.header.type),
        (words["time"], _moment(found.entry.time)),
        *((words["key"], key) for key in found.key_ids),
        (words["root"], found.checkpoint.root.hex()),
        (words["library"], _library(words)),
    ]
    return document, facts, words["receipt_holds"]


def _broken(reason: str, seq: int | None, words: Mapping[str, str], as_json: bool) -> int:
    if as_json:
        print(json.dumps({"holds": False, "seq": seq, "reason": reason}, indent=2))
    where = "" if seq is None else f"{words['at_entry']} {seq}: "
    print(f"{words['broken']}. {where}{_plain(reason)}", file=sys.stderr)
    return BROKEN


def _stop(reason: str, words: Mapping[str, str], as_json: bool) -> int:
    if as_json:
        print(json.dumps({"holds": None, "reason": reason}, indent=2))
    print(f"{words['unreadable']}: {_plain(reason)}", file=sys.stderr)
    return UNCHECKED


def _plain(text: str) -> str:
    """The text without what could steer a terminal: the file may be hostile."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _moment(seconds: int) -> str:
    """A time as this computer's clock shows it; Windows has no time zones for Python."""
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M}"


def _library(words: Mapping[str, str]) -> str:
    return "cryptography" if find_spec("cryptography") else words["only_python"]


def _text(file: Path) -> str:
    with file.open("rb") as data:
        return data.read(MAX_LINE).decode("utf-8", "replace")


def _lines(data: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: data.readline(MAX_LINE), b"")


class _Progress:
    """How far it is, on one line beside the outcome, where somebody looks at a terminal."""

    def __init__(self, label: str, length: int) -> None:
        self._label, self._length, self._shown = label, max(1, length), -1
        self._visible = sys.stderr is not None and sys.stderr.isatty()

    def show(self, done: int) -> None:
        percent = 100 * done // self._length
        if self._visible and percent != self._shown:
            self._shown = percent
            print(f"\r{self._label} {percent:3d}%", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._visible:
            print(file=sys.stderr)
