"""A bank line is a payout's only where everything says so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.services.matching import Kind, Owed, Why, match
from timebank.storage.bank_lines import Detail, Line

ONE = Owed("r1", "RF1", 100, "s1", "MSG1")
TWO = Owed("r2", "RF2", 250, "s1", "MSG1")
OTHER = Owed("r3", "RF3", 100, "s2", "MSG2")
OWED = [ONE, TWO, OTHER]


def part(reference: str, amount: int | None, returned: str = "") -> Detail:
    return Detail(reference, amount, "", "", "", returned)


def line(amount: int, *parts: Detail, name: str = "l", batch: tuple[str, ...] = ()) -> Line:
    return Line(name, 0, "2026-09-21", amount, name, batch, parts)


def what(*lines: Line, owed: list[Owed] = OWED) -> list[object]:
    found = match(lines, owed)
    return [found[each.id].why or (found[each.id].kind, found[each.id].payouts) for each in lines]


def test_a_line_pays_the_payout_it_refers_to():
    assert what(line(-100, part("RF1", 100))) == [(Kind.PAID, (ONE,))]
    assert what(line(-100, part("RF1", None))) == [(Kind.PAID, (ONE,))]


def test_a_line_pays_several_at_once():
    assert what(line(-350, part("RF1", 100), part("RF2", 250))) == [(Kind.PAID, (ONE, TWO))]


def test_a_line_of_a_whole_file_pays_all_of_it():
    nothing = part("NOTPROVIDED", None)
    assert what(line(-350, nothing, batch=("MSG1",))) == [(Kind.PAID, (ONE, TWO))]


def test_a_line_brings_back_the_payout_it_refers_to():
    assert what(line(100, part("RF1", 100, "AC04"))) == [(Kind.RETURNED, (ONE,))]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (line(-100, part("NOTPROVIDED", 100)), Why.NO_REFERENCE),
        (line(-100), Why.NO_REFERENCE),
        (line(100, part("", 100)), Why.NO_REFERENCE),
        (line(-350, part("", None), batch=("MSG9",)), Why.NO_REFERENCE),
        (line(-100, part("RF2", 100)), Why.OTHER_AMOUNT),
        (line(-99, part("RF1", None)), Why.OTHER_AMOUNT),
        (line(-100, part("RF1", 99)), Why.OTHER_AMOUNT),
        (line(-100, part("RF1", -100)), Why.OTHER_AMOUNT),
        (line(-250, part("", None), batch=("MSG1",)), Why.OTHER_AMOUNT),
        (line(-200, part("RF1", 100), part("", 100)), Why.PARTLY),
        (line(-200, part("RF1", 100), part("RF1", 100)), Why.TWO_PAYOUTS),
        (line(-350, part("", None), batch=("MSG1", "MSG2")), Why.TWO_PAYOUTS),
        (line(100, part("RF1", 100)), Why.NOT_A_RETURN),
        (line(90, part("RF1", 90, "AC04")), Why.OTHER_AMOUNT),
    ],
)
def test_what_is_not_certain_is_not_matched(found, why):
    assert what(found) == [why]


def test_a_reference_of_two_payouts_is_neithers():
    twin = replace(OTHER, reference="RF1")
    assert what(line(-100, part("RF1", 100)), owed=[ONE, twin]) == [Why.TWO_PAYOUTS]


def test_a_payout_is_paid_once():
    lines = [line(-100, part("RF1", 100), name=name) for name in "ab"]
    assert what(*lines) == [(Kind.PAID, (ONE,)), Why.PAID_BEFORE]
    whole = line(-350, part("", None), batch=("MSG1",), name="c")
    assert what(lines[0], whole)[1] is Why.PAID_BEFORE


def test_a_payout_comes_back_once():
    lines = [line(100, part("RF1", 100, "AC04"), name=name) for name in "ab"]
    assert what(*lines) == [(Kind.RETURNED, (ONE,)), Why.RETURNED_BEFORE]


references = st.sampled_from(["RF1", "RF2", "RF3", "", "X"])
amounts = st.sampled_from([100, 250, 350, 99, 200])
details = st.builds(part, references, st.one_of(st.none(), amounts), st.sampled_from(["", "AC04"]))


@given(
    st.lists(
        st.tuples(
            amounts,
            st.sampled_from([1, -1]),
            st.lists(details, max_size=3),
            st.sampled_from([(), ("MSG1",), ("MSG2",), ("MSG1", "MSG2")]),
        ),
        max_size=8,
    )
)
def test_whatever_the_bank_says_nobody_is_taken_for_paid_or_returned_twice(found):
    lines = [
        line(amount * sign, *parts, name=str(number), batch=batch)
        for number, (amount, sign, parts, batch) in enumerate(found)
    ]
    matched = match(lines, OWED)
    for kind, sign in ((Kind.PAID, -1), (Kind.RETURNED, 1)):
        taken = [
            payout.redemption
            for each in lines
            if matched[each.id].kind is kind
            for payout in matched[each.id].payouts
        ]
        assert len(taken) == len(set(taken))
        for each in lines:
            if matched[each.id].kind is kind:
                total = sum(payout.amount for payout in matched[each.id].payouts)
                assert each.amount == sign * total
