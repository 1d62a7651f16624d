"""A seal as a file: one spelling, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import an_id, seed
from timebank.errors import Refusal
from timebank.ledger.seals import Seal, Statement, key_of, parse_seal
from timebank.signing.authorizations import authorize
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag

KEY = SigningKey.from_seed(seed("amina"))
STATEMENT = Statement("ab" * 32, "cd" * 32, 12, 1_790_000_000)
SEAL = Seal(STATEMENT, authorize(KEY, Tag.SEAL, STATEMENT.data))


def test_a_seal_reads_back_as_it_was_written() -> None:
    assert parse_seal(SEAL.text()) == SEAL
    assert key_of(SEAL) == KEY.id
    assert SEAL.text().count("\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        ('"size":12', '"size":0'),
        ('"size":12', '"size":12.0'),
        ('"size":12', '"size": 12'),
        ('"time":', '"when":'),
        ('"cd', '"CD'),
        ('"ledger"', '"extra":1,"ledger"'),
        ('"authorization":{', '"authorization":[{'),
    ],
)
def test_another_spelling_is_no_seal(change: tuple[str, str]) -> None:
    assert change[0] in SEAL.text()
    with pytest.raises(Refusal):
        parse_seal(SEAL.text().replace(*change))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(Refusal):
        parse_seal(text)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal):
        key_of(Seal(STATEMENT, {"scheme": an_id("x")}))
