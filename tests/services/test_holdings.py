"""Who is who, and holds which accounts and keys."""

import pytest

from tests.world import a_commitment, seed
from timebank.errors import Code, Refusal
from timebank.services.holdings import account_of, accounts_of, member_of, names_of, owners_of
from timebank.storage import people
from timebank.storage.engine import reading, writing
from timebank.storage.people import Opening


def test_a_member_has_one_account_in_each_currency_they_hold(village):
    with reading(village.bank.engine) as conn:
        hours, credits = (
            account_of(conn, village.world.member("joop"), code) for code in ("UUR", "WIJK")
        )
        assert set(accounts_of(conn, village.world.member("joop"))) == {hours, credits}
        assert (
            accounts_of(conn, village.world.member("joop"))[hours].owner
            == member_of(conn, village.world.member("joop")).id
        )
        assert hours == village.world.account("joop", "UUR")


def test_a_shop_holds_no_hours(village):
    with reading(village.bank.engine) as conn, pytest.raises(Refusal) as caught:
        account_of(conn, village.world.member("bart"), "UUR")
    assert (caught.value.code, caught.value.details) == (Code.UNKNOWN_ACCOUNT, {"currency": "UUR"})


@pytest.mark.parametrize(
    "look", [member_of, accounts_of, lambda conn, member: account_of(conn, member, "UUR")]
)
def test_nobody_holds_nothing(village, look):
    with reading(village.bank.engine) as conn, pytest.raises(Refusal) as caught:
        look(conn, "0" * 32)
    assert caught.value.code is Code.UNKNOWN_MEMBER


def test_names_and_keys_lead_to_the_members_they_are_of(village):
    world = village.world
    key, stranger = world.key("joop").id, "0" * 64
    with reading(village.bank.engine) as conn:
        assert names_of(conn, [world.member("joop"), "0" * 32]) == {world.member("joop"): ""}
        assert owners_of(conn, [key, stranger]) == {key: world.member("joop")}
    with writing(village.bank.engine) as conn:
        people.keep_opening(conn, Opening(a_commitment("joop"), seed("salt joop"), "joop"))
        assert names_of(conn, [world.member("joop")]) == {world.member("joop"): "joop"}
