"""Paying, giving back, and looking at what came of it."""

import re

import pytest

from tests.cli.conftest import ON_BOTH, Wijk

pytestmark = ON_BOTH


def test_a_payment_moves_hours_and_says_so(wijk: Wijk) -> None:
    said = wijk.do("pay", "Amina", "1:30", "--for", "fiets maken", *wijk.as_("Joop"))
    assert "1:30 UUR" in said
    assert "fiets maken" in said
    assert re.search(r"Posted as entry \d+ at 2026-09-21 \d\d:\d\d\. Reference \w{4}\.", said)
    assert (wijk.balance("Joop"), wijk.balance("Amina")) == (-90, 90)


def test_one_payment_in_two_currencies(wijk: Wijk) -> None:
    wijk.give_credits("Werk", "100,00")
    wijk.pay("Werk", "Joop", "20,00")
    posted = wijk.pay("Joop", "Werk", "0:30", "4,50")
    assert (wijk.balance("Joop"), wijk.balance("Joop", "WIJK")) == (-30, 1550)
    receipt = wijk.ask("receipt", posted["identity"])
    assert receipt["reference"] == posted["reference"]


def test_an_amount_may_name_its_currency(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "UUR=2:00")
    assert wijk.balance("Amina") == 120


@pytest.mark.parametrize("amount", ["2", "1:60", "0:00", "0,00", "-1:00", "12,5", "EUR=1,00", "x"])
def test_an_amount_that_is_none_is_a_usage_error(wijk: Wijk, amount: str) -> None:
    result = wijk.run("pay", *wijk.as_("Joop"), "--", "Amina", amount)
    if amount == "2":  # two credits, which Joop does not have
        assert result.exit_code == 1
    else:
        assert result.exit_code == 2, result.output
    assert wijk.balance("Joop") == 0


def test_a_payment_below_the_floor_is_refused_and_changes_nothing(wijk: Wijk) -> None:
    refused = wijk.refuses("below_floor", "pay", "Amina", "10:01", *wijk.as_("Joop"))
    assert refused["details"]["shortfall"] == 1
    assert wijk.balance("Joop") == 0


def test_a_refusal_is_a_sentence_with_amounts_as_people_write_them(wijk: Wijk) -> None:
    result = wijk.run("pay", "Amina", "12:00", *wijk.as_("Joop"))
    assert result.stdout == ""
    assert result.stderr.startswith("Not done: The balance is too low for this (")
    assert "shortfall 2:00" in result.stderr


def test_paying_oneself_is_refused(wijk: Wijk) -> None:
    wijk.refuses("payer_is_payee", "pay", "Joop", "1:00", *wijk.as_("Joop"))


def test_a_shop_is_not_paid_in_hours(wijk: Wijk) -> None:
    wijk.refuses("unknown_account", "pay", "Bart", "1:00", *wijk.as_("Joop"))


def test_members_are_named_by_id_by_its_beginning_and_by_exact_name(wijk: Wijk) -> None:
    (amina,) = (item["id"] for item in wijk.ask("member", "list") if item["name"] == "Amina")
    for name in (amina, amina[:6], "Amina"):
        wijk.pay("Joop", name, "0:10")
    assert wijk.balance("Amina") == 30
    for name in ("amina", "Ami", amina[:3], amina + "0"):
        wijk.refuses("unknown_name", "pay", name, "0:10", *wijk.as_("Joop"))


def test_a_name_that_fits_two_members_pays_neither(wijk: Wijk) -> None:
    """A newcomer takes the beginning of somebody's id for a name, to be paid in their stead."""
    (amina,) = (item["id"] for item in wijk.ask("member", "list") if item["name"] == "Amina")
    link = wijk.ask("invite", "Mallory", *wijk.as_("Els"))["link"]
    wijk.do("key", "new", wijk.key("mallory"))
    wijk.do("join", link, "--name", amina[:8], *wijk.as_("mallory"))
    wijk.refuses("ambiguous_name", "pay", amina[:8], "1:00", *wijk.as_("Joop"))
    wijk.pay("Joop", amina, "1:00")
    assert wijk.balance("Amina") == 60


def test_a_request_is_paid_once_and_exactly(wijk: Wijk) -> None:
    asked = wijk.ask("qr", "Amina", "1:30", "--for", "fiets maken")
    wijk.do("pay", "--request", asked["link"], *wijk.as_("Joop"))
    assert wijk.balance("Amina") == 90
    wijk.refuses("request_used", "pay", "--request", asked["code"], *wijk.as_("Els"))
    assert wijk.ask("statement", "Joop")[0]["memo"] == "fiets maken"


def test_a_request_that_is_too_old_is_refused(wijk: Wijk) -> None:
    asked = wijk.ask("qr", "Amina", "1:30", "--minutes", "2")
    wijk.clock.advance(121)
    wijk.refuses("request_expired", "pay", "--request", asked["code"], *wijk.as_("Joop"))


@pytest.mark.parametrize(
    "args", [(), ("Amina",), ("Amina", "1:00", "--request", "X"), ("--request", "X", "--for", "x")]
)
def test_pay_wants_a_payee_and_amounts_or_a_request(wijk: Wijk, args: tuple[str, ...]) -> None:
    assert wijk.run("pay", *args, *wijk.as_("Joop")).exit_code == 2


def test_a_payee_gives_back_part_and_then_the_rest(wijk: Wijk) -> None:
    paid = wijk.pay("Joop", "Amina", "1:30")
    wijk.do("refund", paid["seq"], "0:30", "--for", "te veel", *wijk.as_("Amina"))
    assert wijk.balance("Joop") == -60
    wijk.do("refund", paid["identity"], *wijk.as_("Amina"))
    assert wijk.balance("Joop") == 0
    assert wijk.run("refund", paid["seq"], "0:01", *wijk.as_("Amina")).exit_code == 2


def test_only_who_was_paid_gives_back(wijk: Wijk) -> None:
    paid = wijk.pay("Joop", "Amina", "1:30")
    wijk.refuses("not_the_payee", "refund", paid["seq"], *wijk.as_("Els"))
    wijk.refuses("unknown_entry", "refund", "0", *wijk.as_("Amina"))
    wijk.refuses("unknown_entry", "refund", "9" * 80, *wijk.as_("Amina"))


def test_a_statement_tells_in_columns_json_and_csv(wijk: Wijk) -> None:
    wijk.do("pay", "Amina", "1:30", "--for", "=fiets, maken", *wijk.as_("Joop"))
    wijk.clock.advance(86_400)
    wijk.pay("Joop", "Els", "0:15")
    lines = wijk.do("statement", "Joop").splitlines()
    assert lines[0].split() == ["WHEN", "WITH", "FOR", "AMOUNT", "BALANCE", "REF", "NR"]
    assert [line.split()[2] for line in lines[1:]] == ["Els", "Amina"]
    assert "-1:30 UUR" in lines[2]
    newest, first = wijk.ask("statement", "Joop")
    assert (newest["amount"], first["amount"], first["memo"]) == (-15, -90, "=fiets, maken")
    assert first["names"] == ["Amina"]


def test_a_statement_of_some_days_or_the_newest_only(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:00")
    wijk.clock.advance(2 * 86_400)
    wijk.pay("Joop", "Amina", "2:00")
    first, second = "2026-09-21", "2026-09-23"

    def amounts(*options: str) -> list[int]:
        return [item["amount"] for item in wijk.ask("statement", "Joop", *options)]

    assert amounts() == [-120, -60]
    assert amounts("--to", first) == [-60]
    assert amounts("--from", second) == [-120]
    assert amounts("--last", "1") == [-120]
    assert amounts("--currency", "WIJK") == []


def test_names_cannot_steer_the_terminal(wijk: Wijk) -> None:
    """Names are cleaned when they are kept; here somebody wrote one into the database itself."""
    wijk.edit("UPDATE kept_openings SET text = 'Ami\x1b[2Jna' WHERE text = 'Amina'")
    for args in (("member", "list"), ("balance",), ("member", "show", "Ami\x1b[2Jna")):
        said = wijk.do(*args)
        assert "\x1b" not in said
        assert "Ami?[2Jna" in said


def test_a_member_leaves_with_nothing_owed(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:00")
    wijk.refuses("balance_not_zero", "leave", *wijk.as_("Joop"))
    wijk.pay("Amina", "Joop", "1:00")
    wijk.do("leave", *wijk.as_("Joop"))
    wijk.refuses("member_left", "pay", "Amina", "1:00", *wijk.as_("Joop"))
