"""That somebody looked is noted, and shown to whom it is about."""

import pytest

from tests.services.conftest import ON_SQLITE, Village
from timebank.ledger.facts import Member
from timebank.services import readings
from timebank.services.drafts import commit
from timebank.storage import fold, people
from timebank.storage.engine import reading, writing

pytestmark = ON_SQLITE


def test_who_looked_is_shown_with_what_and_when(village: Village) -> None:
    joop, els = village.world.member("joop"), village.world.member("els")
    readings.note(village.bank, els, [joop], "statement")
    village.wait(60)
    readings.note(village.bank, readings.OPERATOR, [joop, joop], "balance")
    newest, oldest = readings.readings_of(village.bank, joop)
    assert (newest.reader, newest.what) == (readings.OPERATOR, "balance")
    assert (oldest.reader, oldest.what, newest.time - oldest.time) == (els, "statement", 60)


def test_looking_at_oneself_is_no_news(village: Village) -> None:
    joop = village.world.member("joop")
    readings.note(village.bank, joop, [joop], "statement")
    assert readings.readings_of(village.bank, joop) == []


def test_nobody_sees_who_looked_at_another(village: Village) -> None:
    joop, els = village.world.member("joop"), village.world.member("els")
    readings.note(village.bank, els, [joop], "member")
    assert readings.readings_of(village.bank, village.world.member("amina")) == []


@pytest.mark.parametrize("kept", [True, False])
def test_a_reader_is_named_until_their_name_is_erased(village: Village, kept: bool) -> None:
    joop, els = village.world.member("joop"), village.world.member("els")
    with reading(village.bank.engine) as conn:
        (member,) = fold.load_facts(conn, [(Member, els)])
    assert isinstance(member, Member)
    if kept:
        with writing(village.bank.engine) as conn:
            people.keep_opening(conn, people.Opening(member.name, commit("").salt, "Els"))
    readings.note(village.bank, els, [joop], "member")
    (seen,) = readings.readings_of(village.bank, joop)
    assert seen.name == ("Els" if kept else "")


def test_only_the_newest_are_shown(village: Village) -> None:
    joop, els = village.world.member("joop"), village.world.member("els")
    for _ in range(5):
        village.wait(1)
        readings.note(village.bank, els, [joop], "member")
    assert len(readings.readings_of(village.bank, joop, limit=3)) == 3
