"""A year of another community's payments through our engine, and what the importer refuses."""

import io
from itertools import pairwise

import pytest

from tests.replays.history import Transaction, read, write
from tests.replays.replay import Replay
from tests.replays.synthetic import history
from timebank.errors import Code


def test_a_history_ends_as_a_model_of_it_does_and_every_program_agrees(tmp_path):
    replay = Replay(history(7, users=200, payments=2_500, days=180), tmp_path)
    replay.run()
    replay.check(tmp_path)
    replay.bank.close()
    # It would prove little if nothing had been refused for either reason, or nothing handed in.
    assert replay.outcomes["posted"] > 1_000
    assert replay.outcomes[Code.BELOW_FLOOR] > 10
    assert replay.outcomes[Code.ABOVE_CEILING] > 3
    assert len(replay.redeemed) > 10


def test_a_made_up_history_is_the_same_every_time_and_reads_back_as_written():
    made = history(3, users=50, payments=200, days=60)
    assert made == history(3, users=50, payments=200, days=60)
    assert made != history(4, users=50, payments=200, days=60)
    assert read(io.StringIO("".join(write(made)))) == made
    assert all(before.time <= after.time for before, after in pairwise(made))


def test_a_made_up_history_has_hubs_circles_and_a_burst():
    made = history(5, users=200, payments=4_000, days=200)
    paid = [item.payee for item in made if item.payee and item.text != "chama"]
    most = sorted((paid.count(name) for name in set(paid)), reverse=True)
    assert sum(most[: len(most) // 10]) > len(paid) // 4
    chama = [item for item in made if item.text == "chama"]
    payers, payees = (sorted(getattr(item, side) for item in chama) for side in ("payer", "payee"))
    assert payers == payees
    days = [(item.time - made[0].time) // 86_400 for item in made if item.payer]
    assert sum(50 <= day < 100 for day in days) > 1.5 * sum(100 <= day < 150 for day in days)


def test_times_are_iso_or_seconds_and_lines_need_not_be_in_order():
    lines = ["time,payer,payee,amount,text\n", "2020-01-02,b,c,1.5,x\n", "1577836800,,b,2,\n"]
    assert read(lines) == [
        Transaction(1_577_836_800, "", "b", 200, ""),
        Transaction(1_577_923_200, "b", "c", 150, "x"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "2020-01-02,b,c,1.005,x",
        "2020-01-02,b,c,-1,x",
        "2020-01-02,b,c,0,x",
        "2020-01-02,b,c,veel,x",
        "2020-01-02,b,b,1,x",
        "gisteren,b,c,1,x",
        "2020-01-02,b,c",
    ],
)
def test_a_line_that_is_no_transaction_is_named(line):
    with pytest.raises(ValueError, match="line 3"):
        read(["time,payer,payee,amount,text\n", "2020-01-01,a,b,1,x\n", f"{line}\n"])


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match="first line"):
        read(["timeset,source,target,weight\n"])
