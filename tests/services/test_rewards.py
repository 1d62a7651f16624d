"""Many people rewarded from one file: seen beforehand, signed once, never paid twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.conftest import Village, new_village
from tests.services.test_statements import names
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.services import allowances, auditing, payments, requests, reward_lines, rewards
from timebank.services.parameters import Name
from timebank.services.periods import Period
from timebank.services.posting import post
from timebank.services.reward_file import BadFile, Problem
from timebank.settings import Settings
from timebank.signing.authorizations import MAX_BATCH, authorize_batch
from timebank.storage import people
from timebank.storage.engine import writing

HEAD = "persoon;bedrag;datum;klus\n"
TODAY = "21-9-2026"  # the day of tests.world.NOW


@pytest.fixture(name="wijk")
def _wijk(village: Village) -> Village:
    names(village)
    village.issue(500_000)
    return village


def file(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines)).encode()


def line(person: str, amount: str, job: str = "plein vegen") -> str:
    return f"{person};{amount};{TODAY};{job}"


def look(wijk: Village, content: bytes, payer: str = "werk") -> reward_lines.Preview:
    return reward_lines.look(wijk.bank, wijk.world.member(payer), content)


def signing(wijk: Village, name: str = "werk"):
    def sign(batch):
        key, ledger = wijk.world.key(name), wijk.bank.ledger
        return [authorize_batch(key, ledger, [order.identity for order in batch])]

    return sign


def run(wijk: Village, content: bytes, done=lambda count: None) -> reward_lines.Preview:
    return rewards.run(wijk.bank, wijk.world.member("werk"), content, signing(wijk), done)


def entries(wijk: Village) -> int:
    return wijk.bank.guard.read().size


FOUR = file(
    line("Amina", "12,50"), line("Joop", "1:30"), line("Els", "20"), line("Amina", "0:30", "thee")
)


def test_a_file_is_paid_one_entry_a_line_under_one_signature(wijk):
    before = entries(wijk)
    paid = run(wijk, FOUR)
    assert [item.state for item in paid.lines] == ["paid"] * 4
    assert entries(wijk) == before + 4
    assert wijk.balance("amina", "WIJK") == 1250
    assert (wijk.balance("joop"), wijk.balance("amina")) == (90, 30)
    assert paid.lines[0].memo == "plein vegen, 21-09-2026"


def test_the_same_file_again_pays_nobody_and_says_which_lines_were_paid(wijk):
    first = run(wijk, FOUR)
    again = run(wijk, FOUR)
    assert [item.entry for item in again.lines] == [item.entry for item in first.lines]
    assert wijk.balance("amina", "WIJK") == 1250


def test_a_file_that_another_program_saved_anew_is_the_same_file(wijk):
    run(wijk, FOUR)
    size = entries(wijk)
    text = FOUR.decode().replace(";", "\t").replace("\n", "\r\n").replace("12,50", "12.50")
    assert {item.state for item in run(wijk, text.encode("utf-16")).lines} == {"paid"}
    assert entries(wijk) == size


def test_a_line_that_was_mended_is_paid_and_its_neighbours_are_not_paid_again(wijk):
    with pytest.raises(rewards.NotReady):
        run(wijk, file(line("Amina", "5"), line("Jop", "6")))
    run(wijk, file(line("Amina", "5")))
    run(wijk, file(line("Amina", "5"), line("Joop", "6")))
    assert (wijk.balance("amina", "WIJK"), wijk.balance("joop", "WIJK")) == (500, 600)


def test_with_one_line_wrong_nobody_is_paid(wijk):
    before = entries(wijk)
    with pytest.raises(rewards.NotReady) as caught:
        run(wijk, file(line("Amina", "5"), line("Niemand", "6"), line("Joop", "7")))
    assert entries(wijk) == before
    states = [item.state for item in caught.value.preview.lines]
    assert states == ["ready", "wrong", "ready"]


def one(wijk: Village, text: str) -> reward_lines.Line:
    (found,) = look(wijk, file(text)).lines
    return found


def test_a_person_is_named_by_name_id_or_the_code_on_their_poster(wijk):
    amina = wijk.world.member("amina")
    code = requests.payee_code(wijk.bank, amina)
    for text in ("amina", " AMINA ", amina, code, code.lower(), f"https://wijk.test/B/{code}"):
        assert one(wijk, line(text, "5")).member == amina


def call(wijk: Village, who: str, name: str) -> None:
    """Let somebody be called so from now on."""
    with writing(wijk.bank.engine) as conn:
        found = next(item for item in people.openings(conn) if item.text == who)
        people.keep_opening(conn, people.Opening(found.commitment, found.salt, name))


def test_two_people_of_one_name_are_told_apart_by_their_ids_only(wijk):
    call(wijk, "Joop", "Amina")
    assert one(wijk, line("Amina", "5")).problems == (Problem.AMBIGUOUS_PERSON,)
    assert one(wijk, line(wijk.world.member("joop"), "5")).state == "ready"


def test_who_has_left_does_not_stand_in_the_way_of_a_namesake(wijk):
    wijk.do(orders.Leave(wijk.world.member("joop")), "joop")
    assert one(wijk, line("Joop", "5")).problems == (Problem.LEFT,)
    call(wijk, "Joop", "Amina")
    assert one(wijk, line("Amina", "5")).member == wijk.world.member("amina")


def test_a_blocked_person_an_unknown_one_and_a_shop_are_said_to_be_so(wijk):
    wijk.do(orders.Suspend(wijk.world.member("joop"), True, "ab" * 32), "els")
    assert one(wijk, line("Joop", "5")).problems == (Problem.SUSPENDED,)
    assert one(wijk, line("Bart", "5")).problems == (Problem.NOT_A_PERSON,)
    assert one(wijk, line("Werk", "5")).problems == (Problem.NOT_A_PERSON,)
    assert one(wijk, line("Wie?", "5")).problems == (Problem.UNKNOWN_PERSON,)


def test_who_was_blocked_after_being_paid_was_paid(wijk):
    run(wijk, FOUR)
    wijk.do(orders.Suspend(wijk.world.member("joop"), True, "ab" * 32), "els")
    assert {item.state for item in look(wijk, FOUR).lines} == {"paid"}


def test_who_is_called_as_somebody_elses_code_does_not_get_their_reward(wijk):
    code = requests.payee_code(wijk.bank, wijk.world.member("amina"))
    call(wijk, "Joop", code)
    assert one(wijk, line(code, "5")).problems == (Problem.AMBIGUOUS_PERSON,)


def test_a_line_that_is_in_the_file_twice_is_wrong_however_the_person_is_written(wijk):
    amina = wijk.world.member("amina")
    content = file(line("Amina", "5"), line(amina, "5,00"), line("Amina", "5", "thee"))
    states = [(item.state, item.problems) for item in look(wijk, content).lines]
    assert states == [("ready", ()), ("wrong", (Problem.REPEATED,)), ("ready", ())]


def test_what_an_account_cannot_hold_is_said_beforehand(wijk):
    found = look(wijk, file(line("Joop", "29:00"), line("Joop", "1:30", "thee"))).lines
    assert [item.problems for item in found] == [(), (Problem.TOO_MUCH,)]


def test_a_file_of_powers_of_two_does_not_tell_what_somebody_has(wijk):
    powers = [2**n for n in range(9)]
    content = file(
        *(line("Joop", f"{one // 60}:{one % 60:02}", f"klus {one}") for one in reversed(powers))
    )
    before = [item.state for item in look(wijk, content).lines]
    wijk.post(wijk.world.pay("joop", "amina", 137))
    assert [item.state for item in look(wijk, content).lines] == before
    wijk.post(wijk.world.pay("amina", "joop", 137))


def test_who_pays_sees_what_is_missing_and_nobody_is_paid(wijk):
    content = file(*(line("Joop", "9:00", f"klus {n}") for n in range(2)))
    short = look(wijk, content)
    assert (short.sums[0].currency, short.sums[0].short) == ("UUR", 18 * 60 - 600)
    with pytest.raises(rewards.NotReady):
        run(wijk, content)
    assert wijk.balance("joop") == 0


def test_only_an_organisation_rewards(wijk):
    for payer in ("joop", "bart"):
        with pytest.raises(Refusal) as caught:
            look(wijk, FOUR, payer)
        assert caught.value.code is Code.POLICY_FORBIDS
    with pytest.raises(BadFile):
        look(wijk, b"x" * 10_000_000)


def test_somebody_else_s_signature_pays_nobody(wijk):
    with pytest.raises(Refusal) as caught:
        rewards.run(
            wijk.bank, wijk.world.member("werk"), FOUR, signing(wijk, "joop"), lambda count: None
        )
    assert caught.value.code is Code.NOT_AUTHORIZED
    assert wijk.balance("amina", "WIJK") == 0


def test_an_order_that_no_line_asks_for_is_not_posted_with_them(wijk):
    preview = look(wijk, FOUR)
    stray = payments.draft_pay(
        wijk.bank, wijk.world.member("werk"), wijk.world.member("farid"), {"WIJK": 5}
    )
    drafts = [*rewards.draft(wijk.bank, preview), stray]
    values = signing(wijk)([item.order for item in drafts])
    with pytest.raises(Refusal) as caught:
        rewards.post_signed(wijk.bank, preview, [item.submission(values) for item in drafts])
    assert caught.value.code is Code.POLICY_FORBIDS


def test_two_who_send_the_same_file_at_once_pay_it_once(wijk):
    preview = look(wijk, FOUR)
    one_batch, other = (rewards.draft(wijk.bank, preview) for _ in range(2))
    sign = signing(wijk)
    for drafts in (one_batch, other):
        values = sign([item.order for item in drafts])
        post(wijk.bank, [item.submission(values) for item in drafts])
    assert wijk.balance("amina", "WIJK") == 1250
    with pytest.raises(Refusal) as caught:
        rewards.post_signed(wijk.bank, preview, [item.submission(values) for item in other])
    assert caught.value.code is Code.ORDER_ID_USED


class Killed(BaseException):
    """The machine went off."""


def test_a_long_file_goes_on_where_it_was_cut_short(wijk):
    count = MAX_BATCH + 3
    content = file(*(line("Amina", "0,10", f"klus {n}") for n in range(count)))

    def kill(paid: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        run(wijk, content, kill)
    assert wijk.balance("amina", "WIJK") == MAX_BATCH * 10
    heard: list[int] = []
    assert {item.state for item in run(wijk, content, heard.append).lines} == {"paid"}
    assert wijk.balance("amina", "WIJK") == count * 10
    assert heard == [count]


LINES = st.tuples(
    st.sampled_from(["Amina", "Joop", "Els"]),
    st.sampled_from(["5", "0,50", "1:30", "0:05"]),
    st.sampled_from(["hek", "thee"]),
)


@settings(max_examples=8)
@given(files=st.lists(st.lists(LINES, min_size=1, max_size=5, unique=True), max_size=6))
def test_whatever_is_sent_in_again_and_again_each_line_is_paid_once(files, tmp_path_factory):
    wijk = new_village(Settings.of(str(tmp_path_factory.mktemp("files") / "wijk.db")))
    try:
        names(wijk)
        wijk.issue(500_000)
        for lines in files:
            run(wijk, file(*(line(*parts) for parts in lines)))
        paid = {parts for lines in files for parts in lines}
        for name in ("Amina", "Joop", "Els"):
            mine = [amount for who, amount, _ in paid if who == name]
            minutes = sum({"1:30": 90, "0:05": 5}.get(amount, 0) for amount in mine)
            cents = sum({"5": 500, "0,50": 50}.get(amount, 0) for amount in mine)
            assert wijk.balance(name.lower()) == minutes
            assert wijk.balance(name.lower(), "WIJK") == cents
        # `names` gives people other names than those they committed to.
        assert [one for one in auditing.check(wijk.bank) if one.check != "openings"] == []
    finally:
        wijk.bank.close()


def test_an_order_id_gives_nothing_away(wijk):
    """Who reads the journal and guesses a line must not see that it was right."""
    first = look(wijk, FOUR).lines[0].order_id
    with writing(wijk.bank.engine) as conn:
        people.keep_setting(conn, reward_lines.SECRET, "00" * 32)
    assert look(wijk, FOUR).lines[0].order_id != first


# ---- against the parameters


def test_totals_count_what_organisations_gave_and_not_what_neighbours_paid(wijk):
    world = wijk.world
    run(wijk, file(line("Amina", "100"), line("Amina", "1:30")))
    wijk.do(world.pay_body(world.leg("joop", "amina", 45)), "joop")
    wijk.post(world.pay("amina", "bart", 4_000, "WIJK"))
    credits, hours = look(wijk, file(line("Amina", "50", "thee"), line("Amina", "0:10"))).totals
    assert (credits.month, credits.month_after, credits.year_after) == (10_000, 15_000, 15_000)
    assert credits.month_limit is not None
    assert (hours.month, hours.month_after, hours.month_limit) == (90, 100, None)


def test_what_was_given_back_does_not_count(wijk):
    world = wijk.world
    paid = wijk.post(world.pay("werk", "amina", 10_000, "WIJK"))
    leg = world.leg("amina", "werk", 4_000, "WIJK")
    wijk.do(orders.Refund(paid.identity, (leg,)), "amina")
    (total,) = look(wijk, file(line("Amina", "1"))).totals
    assert total.month == 6_000


def test_above_a_parameter_a_line_waits_and_the_others_are_paid(wijk):
    content = file(line("Amina", "200"), line("Amina", "10,01", "thee"), line("Joop", "5"))
    paid = run(wijk, content)
    assert [item.state for item in paid.lines] == ["paid", "waits", "paid"]
    (above,) = paid.lines[1].above
    assert (str(above.period), above.total, above.parameter.cents) == ("2026-09", 21_001, 21_000)
    assert above.parameter.parameter.name is Name.VOLUNTEER_MONTH
    assert (above.parameter.parameter.year, above.parameter.dated) == (2025, True)
    assert wijk.balance("amina", "WIJK") == 20_000


def test_exactly_the_parameter_is_not_above_it(wijk):
    assert one(wijk, line("Amina", "210")).state == "ready"
    assert one(wijk, line("Amina", "210,01")).state == "waits"


def kept(wijk: Village, content: bytes) -> None:
    rewards.keep(wijk.bank, wijk.world.member("werk"), "september.csv", content)


def allow(wijk: Village, by: str, up_to: int, period: str = "2026-09", reason: str = "extra"):
    year, _, month = period.partition("-")
    return allowances.allow(
        wijk.bank,
        wijk.world.member(by),
        wijk.world.member("amina"),
        Period(int(year), int(month or 0)),
        up_to,
        reason,
    )


def test_a_treasurer_sees_what_waits_says_why_and_then_it_is_paid(wijk):
    content = file(line("Amina", "200"), line("Amina", "30", "thee"), line("Amina", "20", "hek"))
    kept(wijk, content)
    run(wijk, content)
    (waits,) = allowances.waiting(wijk.bank)
    assert (waits.name, str(waits.period), waits.total) == ("Amina", "2026-09", 25_000)
    assert [item.row.number for item in waits.lines] == [3, 4]
    allow(wijk, "truus", waits.total, reason="twee grote klussen")
    assert allowances.waiting(wijk.bank) == []
    run(wijk, content)
    assert wijk.balance("amina", "WIJK") == 25_000
    (recorded,) = allowances.allowances(wijk.bank)
    assert (recorded.reason, recorded.by) == ("twee grote klussen", wijk.world.member("truus"))


def test_what_was_allowed_reaches_as_far_as_it_says(wijk):
    allow(wijk, "truus", 22_000)
    assert one(wijk, line("Amina", "220")).state == "ready"
    assert one(wijk, line("Amina", "220,01")).state == "waits"
    assert one(wijk, line("Joop", "220")).state == "waits"


def test_a_year_waits_by_itself(wijk):
    for _month in range(8):
        wijk.post(wijk.world.pay("werk", "amina", 20_000, "WIJK"))
    wijk.wait(40 * 86_400)
    wijk.post(wijk.world.pay("werk", "amina", 50_000, "WIJK"))
    content = (HEAD + "Amina;0,01;31-10-2026;thee").encode()
    (found,) = look(wijk, content).lines
    assert [str(item.period) for item in found.above] == ["2026-10", "2026"]
    allow(wijk, "truus", 60_000, "2026-10")
    (found,) = look(wijk, content).lines
    assert [str(item.period) for item in found.above] == ["2026"]


@pytest.mark.parametrize("by", ["els", "joop", "werk"])
def test_only_a_treasurer_may_allow_it(wijk, by):
    with pytest.raises(Refusal) as caught:
        allow(wijk, by, 22_000)
    assert caught.value.code is Code.NOT_AUTHORIZED


def test_nobody_allows_themselves_and_nobody_without_a_reason(wijk):
    truus = wijk.world.member("truus")
    with pytest.raises(Refusal) as caught:
        allowances.allow(wijk.bank, truus, truus, Period(2026, 9), 30_000, "voor mij")
    assert caught.value.code is Code.NOT_AUTHORIZED
    for reason, up_to in ((" \n", 5), ("x" * 201, 5), ("extra", 0)):
        with pytest.raises(Refusal) as caught:
            allow(wijk, "truus", up_to, reason=reason)
        assert caught.value.code is Code.BAD_FIELD


def test_a_file_is_kept_for_its_payer_and_not_for_ever(wijk):
    werk = wijk.world.member("werk")
    digest = rewards.keep(wijk.bank, werk, "september.csv", FOUR)
    assert rewards.kept_file(wijk.bank, werk, digest).content == FOUR
    with pytest.raises(Refusal):
        rewards.kept_file(wijk.bank, wijk.world.member("bart"), digest)
    wijk.wait(rewards.KEPT_SECONDS + 1)
    rewards.keep(wijk.bank, werk, "later.csv", FOUR + b"\n")
    assert [item.name for item in rewards.kept_files(wijk.bank, werk)] == ["later.csv"]


def test_of_one_payer_only_so_many_files_are_kept(wijk, monkeypatch):
    monkeypatch.setattr(rewards, "MOST_FILES", 3)
    werk, bart = wijk.world.member("werk"), wijk.world.member("bart")
    rewards.keep(wijk.bank, bart, "bart.csv", FOUR)
    for number in range(5):
        wijk.wait(1)
        rewards.keep(wijk.bank, werk, f"{number}.csv", FOUR + b"\n" * number)
    assert [item.name for item in rewards.kept_files(wijk.bank, werk)] == [
        "4.csv",
        "3.csv",
        "2.csv",
    ]
    assert len(rewards.kept_files(wijk.bank, bart)) == 1


def test_what_waits_does_not_fill_an_account(wijk):
    """A line above a parameter is not paid, so it takes no room from those that are."""
    joop, account = wijk.world.member("joop"), wijk.world.account("joop", "WIJK")
    wijk.do(orders.SetLimit(joop, account, "WIJK", 0, 25_000), "els", "farid")
    found = look(wijk, file(line("Joop", "211"), line("Joop", "50", "thee"))).lines
    assert [item.state for item in found] == ["waits", "ready"]
