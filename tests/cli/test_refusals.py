"""Every way to say no has a sentence of its own."""

import pytest

from timebank.errors import Code, Down, Refusal, Unavailable
from timebank.journal import ProofError
from timebank.ledger.replay import BrokenJournal
from timebank.units import Unit
from timebank_cli.refusals import DOWNS, REFUSALS, Stop, tell_error


def test_every_code_has_a_sentence_and_no_two_have_the_same() -> None:
    assert set(REFUSALS) == set(Code)
    assert set(DOWNS) == set(Down)
    sentences = [*REFUSALS.values(), *DOWNS.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence == sentence.strip().rstrip(".") for sentence in sentences)


@pytest.mark.parametrize("code", Code)
def test_a_refusal_is_told_with_its_code(code: Code) -> None:
    told = tell_error(Refusal(code, detail="this"), {})
    assert told.code == code
    assert told.line.startswith("Not done: ")
    assert told.line.endswith(f" (detail this). [{code}]")


@pytest.mark.parametrize("code", Down)
def test_what_is_wrong_with_the_ledger_is_told_with_a_hint(code: Down) -> None:
    told = tell_error(Unavailable(code, "look at the disk"), {})
    assert told.code == code
    assert told.line.endswith(f": look at the disk. [{code}]")


def test_details_are_written_as_people_write_them() -> None:
    refusal = Refusal(
        Code.BELOW_FLOOR, account="ab" * 16, currency="UUR", shortfall=90, expires=1_790_000_000
    )
    line = tell_error(refusal, {"UUR": Unit.MINUTE}).line
    assert "account abababab…, currency UUR, shortfall 1:30, expires 2026-09-21 16:13" in line
    cover = tell_error(Refusal(Code.BACKING_TOO_SMALL, left=1250), {}).line
    assert "left 12,50" in cover


def test_details_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in tell_error(Refusal(Code.UNKNOWN_ENTRY, entry="\x1b[2J"), {}).line


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Stop("wrong_passphrase", "because"), "wrong_passphrase"),
        (ProofError("because"), "not_proven"),
        (BrokenJournal(3, "because"), "broken_journal"),
        (FileExistsError("because"), "file"),
        (OSError(28, "because", "a.db"), "file"),
    ],
)
def test_the_other_errors_have_a_code_too(error: Exception, code: str) -> None:
    told = tell_error(error, {})  # type: ignore[arg-type]  # all are of its kinds
    assert told.code == code
    assert "because" in told.line.lower()
