"""Signs of one person behind several members: found where they are, and nowhere else."""

from tests.services.conftest import ON_SQLITE, Village, submission
from timebank.ledger import orders
from timebank.services import auditing
from timebank.services.posting import post
from timebank.services.reporting import making
from timebank.services.reporting.values import Report, Who

pytestmark = ON_SQLITE
DAY = 86_400


def report(village: Village) -> Report:
    bundle = list(auditing.export(village.bank))
    return making.from_bundle(bundle, village.bank.ledger, 2026)


def members(village: Village, key: str) -> list[str]:
    found = next(each for each in report(village).section("signals").tables if each.key == key)
    names = {village.world.member(name): name for name in (*PEOPLE, "els")}
    return [names[cell.member] for row in found.rows for cell in row if isinstance(cell, Who)]


PEOPLE = ("joop", "amina", "farid", "truus", "kees", "pop1", "pop2", "pop3")


def admit(village: Village, *names: str) -> None:
    for name in names:
        village.post(village.world.admit(name))


def busy(village: Village) -> None:
    """A neighbourhood where people help each other."""
    for payer, payee in (
        ("joop", "amina"),
        ("farid", "truus"),
        ("amina", "farid"),
        ("kees", "joop"),
    ):
        village.wait(3 * DAY)
        village.post(village.world.pay(payer, payee, 45))


def test_an_ordinary_neighbourhood_raises_no_question(village: Village) -> None:
    admit(village, "pop1")
    busy(village)
    village.post(village.world.pay("pop1", "joop", 60))
    for key in ("never_earned", "closed_groups", "rounds"):
        assert members(village, key) == []


def test_who_goes_to_the_floor_at_once_and_never_earns_is_named(village: Village) -> None:
    admit(village, "pop1")
    busy(village)
    village.post(village.world.pay("pop1", "joop", 290))
    assert members(village, "never_earned") == ["pop1"]
    village.post(village.world.pay("amina", "pop1", 15))
    assert members(village, "never_earned") == []


def test_members_who_pay_only_each_other_are_a_group(village: Village) -> None:
    admit(village, "pop1", "pop2")
    busy(village)
    village.post(village.world.pay("pop1", "pop2", 60))
    assert sorted(members(village, "closed_groups")) == ["pop1", "pop2"]
    village.post(village.world.pay("pop2", "joop", 60))
    assert members(village, "closed_groups") == []


def test_an_amount_that_goes_round_within_a_day_is_a_circle(village: Village) -> None:
    admit(village, "pop1", "pop2", "pop3")
    busy(village)
    for payer, payee in (("pop1", "pop2"), ("pop2", "pop3"), ("pop3", "pop1")):
        village.wait(600)
        village.post(village.world.pay(payer, payee, 77))
    assert sorted(members(village, "rounds")) == ["pop1", "pop2", "pop3"]


def test_the_same_way_round_over_weeks_is_ordinary(village: Village) -> None:
    admit(village, "pop1", "pop2", "pop3")
    busy(village)
    for payer, payee in (("pop1", "pop2"), ("pop2", "pop3"), ("pop3", "pop1")):
        village.wait(3 * DAY)
        village.post(village.world.pay(payer, payee, 77))
    assert members(village, "rounds") == []


def test_paying_back_once_is_ordinary_and_often_is_not(village: Village) -> None:
    busy(village)
    for times in range(3):
        village.wait(60)
        village.post(village.world.pay("joop", "amina", 77))
        village.post(village.world.pay("amina", "joop", 77))
        assert bool(members(village, "rounds")) == (times > 0)


def test_the_credit_given_is_told_by_who_invited(village: Village) -> None:
    admit(village, "pop1", "pop2")
    village.post(village.world.pay("pop1", "joop", 120))
    (row,) = next(
        each for each in report(village).section("signals").tables if each.key == "invited"
    ).rows
    who, count, credit, used = row
    assert isinstance(who, Who)
    assert who.member == village.world.member("els")
    # Both are amounts, or this fails.
    assert (count, credit.minor, used.minor) == (2, 600, 120)  # type: ignore[union-attr]


def test_payments_signed_as_a_batch_are_counted(
    village: Village,
) -> None:
    world = village.world
    admit(village, "pop1")
    first = world.order(orders.Pay((world.leg("joop", "amina", 5),)), "joop")
    second = world.order(orders.Pay((world.leg("joop", "pop1", 5),)), "joop")
    post(village.bank, [submission(each) for each in world.batch([first, second], "joop")])
    assert report(village).size == 4
