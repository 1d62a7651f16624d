"""Settling, cut short at every step and run again."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PHRASE, Wijk
from timebank_cli.keyfiles import PASSPHRASE_VARIABLE

IBAN = "Bakkerij Bart, NL91ABNA0417164300"
KILLED = 9


@pytest.fixture(name="redeemed")
def _redeemed(wijk: Wijk) -> Wijk:
    """A wijk where Bart waits for 240,00 in two parts, and Werk for 10,00."""
    wijk.give_credits("Werk", "500,00")
    wijk.pay("Werk", "Bart", "300,00")
    for amount in ("200,00", "40,00"):
        wijk.do("redeem", amount, "--to", IBAN, *wijk.as_("Bart"))
    wijk.do("redeem", "10,00", "--to", "=Werk", *wijk.as_("Werk"))
    return wijk


def plan(wijk: Wijk) -> tuple[Path, Path]:
    document = wijk.ask("settle", "plan", "--to", wijk.folder, *wijk.as_("Truus"))
    (files,) = document["files"]
    return Path(files["proposal"]), Path(files["list"])


def settled(wijk: Wijk) -> bool:
    """Whether everything was paid out, once."""
    (cover,) = wijk.ask("bank", "cover")
    state = (cover["retired"], cover["in_circulation"], cover["reserve"])
    assert state in {(0, 50_000, 50_000), (25_000, 25_000, 25_000)}
    return bool(cover["retired"])


def test_a_plan_lists_what_waits_and_posts_nothing(redeemed: Wijk) -> None:
    proposal, payouts = plan(redeemed)
    assert not settled(redeemed)
    for file in (proposal, payouts):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(payouts.read_text())))
    assert [(row["name"], row["destination"], row["euro"]) for row in rows] == sorted(
        [
            ("Bart", IBAN, "200,00"),
            ("Bart", IBAN, "40,00"),
            ("Werk", "'=Werk", "10,00"),
        ],
        key=lambda row: [each["euro"] for each in rows].index(row[2]),
    )


def test_the_second_treasurer_runs_the_plan_and_the_list_is_the_same(redeemed: Wijk) -> None:
    proposal, payouts = plan(redeemed)
    planned = payouts.read_bytes()
    (ran,) = redeemed.ask("settle", "run", proposal, *redeemed.as_("Kees"))
    assert ran["total"] == 25_000
    assert settled(redeemed)
    assert payouts.read_bytes() == planned
    payouts.unlink()
    assert redeemed.ask("settle", "run", proposal, *redeemed.as_("Kees")) == [ran]
    assert payouts.read_bytes() == planned
    assert settled(redeemed)
    redeemed.do("bank", "record", "out", "250,00", "--line", "uitbetaald", "--payout",
                *redeemed.as_("Truus"))  # fmt: skip
    assert settled(redeemed)
    assert redeemed.ask("audit", "check")["findings"] == []


def test_one_treasurer_does_not_settle_alone(redeemed: Wijk) -> None:
    proposal, _ = plan(redeemed)
    redeemed.refuses("too_few_approvals", "settle", "run", proposal, *redeemed.as_("Truus"))
    redeemed.refuses("too_few_approvals", "settle", "run", proposal, *redeemed.as_("Joop"))
    assert not settled(redeemed)


def test_a_shop_that_redeems_does_not_approve_it(redeemed: Wijk) -> None:
    proposal, _ = plan(redeemed)
    redeemed.refuses("too_few_approvals", "settle", "run", proposal, *redeemed.as_("Bart"))
    assert not settled(redeemed)


# Where a run can be cut short: before it signed, with the signature in the file, with the order
# in the journal, and with half a list on the disk. Each is a kill of a real process, there.
CUTS = {
    "before it signs": "settle.sign",
    "after it signed": "Proposal.post",
    "after it posted": "settle._write_list",
    "while it writes the list": "settle.os.replace",
}

CUT = f"""
import os, sys
from timebank.clock import SetClock
from timebank_cli.commands import settle
from timebank_cli.main import main
from timebank_cli.proposing import Proposal

owner, _, name = sys.argv[1].rpartition(".")
setattr(eval(owner), name, lambda *_: os._exit({KILLED}))
main(sys.argv[3:], obj=SetClock(int(sys.argv[2])))
"""


def killed(wijk: Wijk, where: str, *args: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CUT, where, str(wijk.clock.now()),
         "--database", str(wijk.database), *map(str, args)],
        env=os.environ | {PASSPHRASE_VARIABLE: PHRASE},
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == KILLED, done.stderr


@pytest.mark.parametrize("where", CUTS.values(), ids=CUTS.keys())
def test_a_run_that_was_killed_is_run_again(redeemed: Wijk, where: str) -> None:
    proposal, payouts = plan(redeemed)
    planned = payouts.read_bytes()
    payouts.unlink()
    killed(redeemed, where, "settle", "run", proposal, *redeemed.as_("Kees"))
    assert not payouts.exists()
    (ran,) = redeemed.ask("settle", "run", proposal, *redeemed.as_("Kees"))
    assert settled(redeemed)
    assert payouts.read_bytes() == planned
    assert redeemed.ask("settle", "run", proposal, *redeemed.as_("Kees")) == [ran]
    assert redeemed.ask("audit", "check")["findings"] == []


def test_a_plan_that_was_killed_is_planned_again(redeemed: Wijk) -> None:
    killed(redeemed, "settle.create_file", "settle", "plan", "--to", redeemed.folder,
           *redeemed.as_("Truus"))  # fmt: skip
    proposal, _ = plan(redeemed)
    redeemed.do("settle", "run", proposal, *redeemed.as_("Kees"))
    assert settled(redeemed)


def test_of_two_plans_only_one_is_paid(redeemed: Wijk) -> None:
    first, second = plan(redeemed), plan(redeemed)
    redeemed.do("settle", "run", first[0], *redeemed.as_("Kees"))
    before = second[1].read_bytes()
    redeemed.refuses("already_settled", "settle", "run", second[0], *redeemed.as_("Kees"))
    assert second[1].read_bytes() == before
    assert settled(redeemed)


def test_several_plans_are_run_at_once(redeemed: Wijk) -> None:
    first, _ = plan(redeemed)
    redeemed.do("settle", "run", first, *redeemed.as_("Kees"))
    redeemed.do("redeem", "60,00", "--to", IBAN, *redeemed.as_("Bart"))
    second, _ = plan(redeemed)
    both = redeemed.ask("settle", "run", first, second, *redeemed.as_("Kees"))
    assert [item["total"] for item in both] == [25_000, 6_000]


def test_a_plan_with_nothing_to_pay_makes_no_file(wijk: Wijk) -> None:
    document = wijk.ask("settle", "plan", "--to", wijk.folder, *wijk.as_("Truus"))
    assert document == {"currency": "WIJK", "payouts": [], "files": []}


def test_another_proposal_is_no_settlement(redeemed: Wijk) -> None:
    other = redeemed.proposal("propose", "role", "Joop", "auditor", *redeemed.as_("Els"))
    redeemed.refuses("not_a_settlement", "settle", "run", other, *redeemed.as_("Kees"))


def test_a_list_that_is_not_what_was_signed_is_refused(redeemed: Wijk) -> None:
    """The opening of the list's digest is left out of the file: then nobody can know the list."""
    proposal, payouts = plan(redeemed)
    value: dict[str, Any] = json.loads(proposal.read_text())
    proposal.write_text(json.dumps(value | {"openings": []}))
    payouts.unlink()
    redeemed.refuses("list_changed", "settle", "run", proposal, *redeemed.as_("Kees"))
    assert not payouts.exists()
    assert not settled(redeemed)


def test_only_a_shop_redeems_and_only_what_it_has(redeemed: Wijk) -> None:
    redeemed.refuses("below_floor", "redeem", "60,01", "--to", IBAN, *redeemed.as_("Bart"))
    redeemed.pay("Werk", "Joop", "5,00")
    redeemed.refuses("policy_forbids", "redeem", "5,00", "--to", IBAN, *redeemed.as_("Joop"))
