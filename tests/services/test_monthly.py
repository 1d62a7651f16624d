"""A statement is the journal: what there was, what happened, what there is, for everybody."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.conftest import Village, copy_of, new_village, reopened
from tests.services.test_statements import names
from tests.world import a_commitment
from timebank.errors import Refusal
from timebank.ledger import orders
from timebank.services import membership, monthly, statements
from timebank.services.monthly import Statement, Vat
from timebank.services.periods import Period, month_of, read_period
from timebank.settings import Settings
from timebank.storage.journal import rows

DAY = 86_400


@pytest.fixture(name="held")
def _held(market, tmp_path):
    village = reopened(copy_of(market, tmp_path))
    yield village
    village.bank.close()


def of(village: Village, name: str, period: Period) -> Statement:
    return monthly.statement(village.bank, village.world.member(name), period)


def postings(village: Village) -> list[tuple[int, int, str, int]]:
    """Every posting as the journal's entries have it: seq, time, account, amount."""
    with village.bank.engine.connect() as conn:
        return [
            (row.seq, row.time, account, amount)
            for row in rows(conn)
            for account, amount in row.postings
        ]


def check_everybody(village: Village, periods: list[Period]) -> None:
    """Each statement of each member is exactly their postings, and begins where one ended."""
    journal = postings(village)
    for person in membership.people_of(village.bank):
        accounts = {account: code for code, account in person.accounts.items()}
        before = dict.fromkeys(accounts.values(), 0)
        for period in periods:
            found = monthly.statement(village.bank, person.id, period)
            since, until = period.bounds
            expected = Counter(
                (seq, accounts[account])
                for seq, time, account, _ in journal
                if account in accounts and since <= time < until
            )
            told = {(line.seq, code) for line in found.lines for code in line.amounts}
            assert told == set(expected)
            for column in found.columns:
                mine = [line for line in found.lines if column.currency in line.amounts]
                moved = sum(line.amounts[column.currency] for line in mine)
                account = person.accounts[column.currency]
                assert column.opening == before[column.currency]
                assert column.opening + moved == column.closing
                assert column.closing == sum(
                    amount
                    for _, time, where, amount in journal
                    if where == account and time < until
                )
                running = column.opening
                for line in mine:
                    running += line.amounts[column.currency]
                    assert line.balances[column.currency] == running
                before[column.currency] = column.closing
        for balance in statements.balances(village.bank, person.id):
            assert before[balance.currency] == balance.balance


def test_everybody_s_months_and_year_are_the_journal(held):
    check_everybody(held, [Period(2026, month) for month in range(8, 13)])
    check_everybody(held, [Period(2025), Period(2026), Period(2027)])


PAYERS = ["joop", "amina", "els", "werk", "bart"]
STEP = st.tuples(
    st.sampled_from(PAYERS),
    st.sampled_from(PAYERS),
    st.sampled_from(["UUR", "WIJK"]),
    st.integers(1, 400),
    st.sampled_from([0, 1, 3 * DAY, 20 * DAY]),
    st.booleans(),
)


@settings(max_examples=15)
@given(steps=st.lists(STEP, max_size=12))
def test_whatever_happened_the_months_of_everybody_add_up(steps, tmp_path_factory):
    village = new_village(Settings.of(str(tmp_path_factory.mktemp("months") / "wijk.db")))
    try:
        world = village.world
        village.issue(100_000)
        for payer, payee, currency, amount, seconds, back in steps:
            village.wait(seconds)
            verified = world.pay(payer, payee, amount, currency) if payer != payee else None
            posted = attempt(village, verified)
            if posted and back:
                leg = world.leg(payee, payer, max(1, amount // 2), currency)
                order = world.order(orders.Refund(posted.identity, (leg,)), payee)
                attempt(village, world.signed(order, payee))
        first = month_of(statements.local(world.now - 300 * DAY).date())
        periods = [first]
        while len(periods) < 14:
            periods.append(periods[-1].after)
        check_everybody(village, periods)
    finally:
        village.bank.close()


def attempt(village: Village, verified):
    """Post what the rules allow; most that hypothesis thinks of they do not."""
    if verified is None:
        return None
    try:
        return village.post(verified)
    except Refusal:
        return None


def test_hours_and_credits_of_one_payment_are_one_line(village):
    names(village)
    village.issue()
    world = village.world
    village.do(
        world.pay_body(world.leg("werk", "joop", 30), world.leg("werk", "joop", 450, "WIJK")),
        "werk",
    )
    found = of(village, "joop", month_of(statements.local(world.now).date()))
    (line,) = found.lines
    assert line.amounts == line.balances == {"UUR": 30, "WIJK": 450}
    assert (line.names, len(line.reference)) == (("Werk",), 4)
    assert [column.currency for column in found.columns] == ["UUR", "WIJK"]
    assert [column.vat for column in found.columns] == [Vat.BARTER, Vat.VOUCHER]


def test_a_month_ends_at_midnight_in_the_neighbourhood(village):
    period = month_of(statements.local(village.clock.now()).date())
    for at in (period.bounds[1] - 1, period.bounds[1]):
        village.wait(at - village.clock.now())
        village.post(village.world.pay("joop", "amina", 5))
    assert [len(of(village, "joop", each).lines) for each in (period, period.after)] == [1, 1]


def test_a_shop_s_month_is_by_day_with_what_it_gave_back_and_handed_in(held):
    period = month_of(statements.local(held.clock.now()).date())
    found = of(held, "bart", period)
    taken = monthly.takings(found, "WIJK")
    assert (taken.received, taken.returned, taken.redeemed, taken.fee) == (1_200, 0, 1_000, 0)
    assert taken.paid_out == 1_000
    (day,) = taken.days
    assert (day.count, day.received, day.other) == (2, 1_200, -1_000)
    assert monthly.takings(of(held, "noor", period), "WIJK").paid_out == 0
    (column,) = [each for each in found.columns if each.currency == "WIJK"]
    total = taken.received - taken.returned + sum(day.other for day in taken.days)
    assert column.opening + total == column.closing


def test_the_fee_of_a_redemption_stands_apart(village):
    village.issue()
    world = village.world
    policy = next(
        item for item in membership.currencies(village.bank).values() if item.code == "WIJK"
    ).policy
    terms = orders.Redeeming(0, 200, fund=world.account("werk", "WIJK"))
    village.do(orders.SetPolicy("WIJK", replace(policy, redeeming=terms)), "els", "farid")
    village.post(world.pay("werk", "bart", 10_000, "WIJK"))
    body = orders.Redeem(world.account("bart", "WIJK"), "WIJK", 4_900, a_commitment("iban"), 100)
    village.do(body, "bart")
    period = month_of(statements.local(world.now).date())
    taken = monthly.takings(of(village, "bart", period), "WIJK")
    assert (taken.redeemed, taken.fee) == (4_900, 100)
    assert monthly.takings(of(village, "werk", period), "WIJK").fee == 0


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_its_days_and_follows_the_one_before(text, first, last):
    period = read_period(text)
    assert (period.first, period.last, str(period)) == (first, last, text)
    assert period.after.before == period
    assert period.before.after == period
    assert period.bounds[1] == period.after.bounds[0]


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-1", "26", "1999", "2026-11-01"])
def test_what_is_no_month_or_year_is_none(text):
    with pytest.raises(ValueError, match="month"):
        read_period(text)
