"""When the guard itself was lost: start a new one, on evidence from outside the machine."""

from timebank.errors import Down, Unavailable
from timebank.journal import ProofError
from timebank.journal.checkpoints import Checkpoint, open_note
from timebank.journal.receipts import log_key
from timebank.ledger.entries import parse_entry
from timebank.services import auditing, selfcheck
from timebank.services.bank import Bank
from timebank.services.posting import RESTORED_AT
from timebank.services.proofs import Progress
from timebank.signing.canonical import encode
from timebank.storage import journal, people
from timebank.storage.engine import writing


def rebuild_guard(bank: Bank, extends: str, progress: Progress) -> Checkpoint:
    """Write a guard for what the database holds, and return the checkpoint it starts from.

    `extends` is the newest checkpoint anybody has on paper or in a receipt: the database must
    contain it, and pass every check. Posting then waits one maximum expiry. What was acknowledged
    after that checkpoint and is not in this database cannot be found out here; whoever holds a
    receipt of it can show it. Raises ProofError for a checkpoint that does not fit, Unavailable
    GUARD_MISMATCH where there still is a guard, or the books are not in order.
    """
    with bank.guard.locked():
        _check_gone(bank)
        found = auditing.check(bank, progress, selfcheck.FULL)
        findings = [item for item in found if item.check != "guard"]
        if findings:
            raise Unavailable(
                Down.GUARD_MISMATCH, f"the books are not in order: {findings[0].detail}"
            )
        with writing(bank.engine) as conn:
            genesis = journal.entry_bytes(conn, 0)
            assert genesis is not None
            key = log_key(encode(parse_entry(genesis).order))
            earlier = open_note(extends, bank.ledger, key)
            head = journal.read_head(conn, lock=True)
            if earlier.size > head.size:
                raise ProofError(
                    f"the checkpoint has {earlier.size} entries, this database {head.size}:"
                    " it is not the newest"
                )
            if journal.root_at(conn, earlier.size) != earlier.root:
                raise ProofError("this database does not contain the checkpoint")
            people.keep_setting(conn, RESTORED_AT, str(bank.clock.now()))
            checkpoint = Checkpoint(bank.ledger, head.size, head.frontier.root())
        bank.guard.write(checkpoint)
    return checkpoint


def _check_gone(bank: Bank) -> None:
    try:
        bank.guard.read()
    except Unavailable:
        return
    raise Unavailable(
        Down.GUARD_MISMATCH,
        f"there is a guard at {bank.settings.guard}; a new one is only for when it was lost",
    )
