"""Starting a ledger: the database, the log key, the guard, and then the genesis order."""

import shutil
from pathlib import Path

from sqlalchemy import Engine

from timebank.clock import Clock, SystemClock
from timebank.errors import Down, Unavailable
from timebank.journal.checkpoints import Checkpoint
from timebank.journal.merkle import EMPTY_ROOT
from timebank.ledger.orders import Genesis, parse_order
from timebank.ledger.rules import decide_batch
from timebank.ledger.state import State
from timebank.ledger.verified import verify_bytes
from timebank.services.bank import Bank, open_bank, write_log_key
from timebank.services.guard import sync_folder
from timebank.services.posting import Submission, post_one
from timebank.settings import Settings
from timebank.signing.canonical import from_base64url
from timebank.signing.keys import SigningKey
from timebank.storage import journal
from timebank.storage.engine import create_schema, open_engine, reading


def check_free(settings: Settings) -> None:
    """Raise Unavailable NOT_A_LEDGER where a ledger, or a file of one, is at this place already."""
    file = settings.file
    for path in (file, settings.guard, settings.log_key):
        if path and path.exists():
            hint = f"{path} is there already; nothing was changed"
            if file is None:
                hint += f". If no ledger was founded with it, move {path.name} away"
            elif not file.exists():
                hint += f". Its database {file} is gone: put it back, or move {path.name} away"
            raise Unavailable(Down.NOT_A_LEDGER, hint)


def found(
    settings: Settings, genesis: Submission, log_seed: bytes, clock: Clock | None = None
) -> Bank:
    """Create a ledger from its genesis order, signed by every founder, and open it.

    Raises Refusal for a genesis that does not hold, before any file is made, and Unavailable
    NOT_A_LEDGER where there is something at this place already.
    """
    order = parse_order(genesis.order)
    verified = verify_bytes(genesis.order, genesis.authorizations)
    if not isinstance(order.body, Genesis) or (
        from_base64url(order.body.log_key) != SigningKey.from_seed(log_seed).spki
    ):
        raise ValueError("the genesis must name the log key of this ledger")
    check_free(settings)
    clock = clock or SystemClock()
    decide_batch(State(), clock.now(), 0, [verified])
    settings.folder.mkdir(parents=True, exist_ok=True)
    if settings.file:
        _found_in_file(settings, settings.file, genesis, log_seed, clock)
    else:
        _create(settings, genesis, log_seed, clock)
    return open_bank(settings, clock)


def _found_in_file(
    settings: Settings, file: Path, genesis: Submission, log_seed: bytes, clock: Clock
) -> None:
    # Out of sight until it is whole: an init that was cut short is simply done again.
    cradle = settings.folder / f".{settings.name}.founding"
    shutil.rmtree(cradle, ignore_errors=True)
    cradle.mkdir(mode=0o700)
    try:
        made = Settings.of(str(cradle / settings.name))
        _create(made, genesis, log_seed, clock)
        check_free(settings)
        made.log_key.rename(settings.log_key)
        made.guard.rename(settings.guard)
        (made.folder / made.name).rename(file)
        sync_folder(settings.folder)
    finally:
        shutil.rmtree(cradle)


def _create(settings: Settings, genesis: Submission, log_seed: bytes, clock: Clock) -> None:
    engine = open_engine(settings.database)
    try:
        _create_tables(engine)
        bank = Bank(settings, engine, clock, write_log_key(settings, log_seed))
        bank.guard.write(Checkpoint(parse_order(genesis.order).ledger, 0, EMPTY_ROOT))
        post_one(bank, genesis)
    finally:
        engine.dispose()


def _create_tables(engine: Engine) -> None:
    """Create the tables on a server or in a file; empty ones of an init cut short will do too."""
    try:
        create_schema(engine)
    except Unavailable as error:
        if error.code is not Down.NOT_A_LEDGER:
            raise
        with reading(engine) as conn:
            if journal.read_head(conn).size:
                raise
