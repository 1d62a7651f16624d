"""Settling, from what shops hand in to what the bank says: cut short at every step, run again."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import ON_BOTH, PHRASE, Wijk
from tests.world import NOW
from timebank.services.pain import message_id
from timebank_cli.demo.banking import Booking, Part, statement
from timebank_cli.keyfiles import PASSPHRASE_VARIABLE

OWN = "NL44RABO0123456789"
BART = "Bakkerij Bart, NL91 ABNA 0417 1643 00, Rotterdam"
WERK = "Wijkbedrijf Čapek & zn, BE68 5390 0754 7034"
DAY = datetime.fromtimestamp(NOW, UTC).date().isoformat()
KILLED = 9
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture(name="redeemed")
def _redeemed(wijk: Wijk) -> Wijk:
    """A wijk where Bart waits for 240,00 in two parts, and Werk for 10,00."""
    wijk.do("settings", "set", "bank_name", "Wijkonderneming De Linde")
    wijk.do("settings", "set", "bank_iban", "NL44 RABO 0123 4567 89")
    wijk.give_credits("Werk", "500,00")
    wijk.pay("Werk", "Bart", "300,00")
    for amount in ("200,00", "40,00"):
        wijk.do("redeem", amount, "--to", BART, *wijk.as_("Bart"))
    wijk.do("redeem", "10,00", "--to", WERK, *wijk.as_("Werk"))
    return wijk


def plan(wijk: Wijk, *options: str) -> Path:
    document = wijk.ask("settle", "plan", "--to", wijk.folder, *options, *wijk.as_("Truus"))
    (file,) = document["files"]
    return Path(file["proposal"])


def signed(wijk: Wijk) -> Path:
    proposal = plan(wijk)
    wijk.do("settle", "sign", proposal, *wijk.as_("Kees"))
    return proposal


def run(wijk: Wijk) -> tuple[Any, Path]:
    """Settle all that waits; return what was said of it, and the file for the bank."""
    (ran,) = wijk.ask("settle", "run", signed(wijk))
    return ran, Path(ran["payments"])


def settled(wijk: Wijk) -> bool:
    """Whether everything was settled, once."""
    (cover,) = wijk.ask("bank", "cover")
    state = (cover["retired"], cover["in_circulation"], cover["reserve"])
    assert state in {(0, 50_000, 50_000), (25_000, 25_000, 25_000)}
    return bool(cover["retired"])


def payouts(wijk: Wijk) -> list[Any]:
    (found,) = wijk.ask("settle", "list")
    return list(found["payouts"])


def part(payout: Any, returned: str = "") -> Part:
    return Part(payout["reference"], payout["amount"], payout["sent_name"], returned=returned)


def paid(wijk: Wijk, reference: str = "B1") -> Booking:
    """The bank's line that pays the one settlement there is, as one amount."""
    all_ = payouts(wijk)
    message = message_id([item["redemption"] for item in all_])
    return Booking(reference, DAY, -sum(item["amount"] for item in all_), batch=message)


def statement_file(wijk: Wijk, *bookings: Booking, name: str = "camt.xml") -> Path:
    file = wijk.folder / name
    file.write_bytes(statement(OWN, bookings, opening=50_000))
    return file


def imports(wijk: Wijk, *bookings: Booking, by: str = "Truus", name: str = "camt.xml") -> Any:
    file = statement_file(wijk, *bookings, name=name)
    return wijk.ask("settle", "import", file, "--to", wijk.folder, *wijk.as_(by))


def clean(wijk: Wijk) -> bool:
    return bool(wijk.ask("audit", "check")["findings"] == [])


# ---- plan and sign


@ON_BOTH
def test_a_plan_lists_what_waits_and_posts_nothing(redeemed: Wijk) -> None:
    document = redeemed.ask("settle", "plan", "--to", redeemed.folder, *redeemed.as_("Truus"))
    assert [(item["name"], item["amount"]) for item in document["payouts"]] in (
        [("Bart", 20_000), ("Bart", 4_000), ("Werk", 1_000)],
        [("Bart", 4_000), ("Bart", 20_000), ("Werk", 1_000)],
    )
    assert not settled(redeemed)
    (file,) = document["files"]
    assert stat.S_IMODE(Path(file["proposal"]).stat().st_mode) == 0o600
    assert not list(redeemed.folder.glob("*.xml")), "what is not there cannot be paid too early"


def test_letters_that_banks_refuse_are_shown_before_anybody_signs(redeemed: Wijk) -> None:
    said = redeemed.do("settle", "plan", "--to", redeemed.folder, *redeemed.as_("Truus"))
    assert "'Wijkbedrijf Čapek & zn' goes as 'Wijkbedrijf Capek + zn'" in said
    assert "Bakkerij Bart, NL91 ABNA 0417 1643 00, Rotterdam" in said
    (proposal,) = redeemed.folder.glob("settle-*.json")
    assert "goes as" in redeemed.do("settle", "sign", proposal, *redeemed.as_("Kees"))


def test_without_an_own_account_nothing_is_planned(redeemed: Wijk) -> None:
    redeemed.do("settings", "set", "bank_iban", "")
    redeemed.refuses(
        "no_own_account", "settle", "plan", "--to", redeemed.folder, *redeemed.as_("Truus")
    )


@pytest.mark.parametrize("number", ["NL44RABO0123456780", "NL44RABO012345678", "12345"])
def test_an_own_account_with_wrong_check_digits_is_refused(wijk: Wijk, number: str) -> None:
    wijk.refuses("bad_iban", "settings", "set", "bank_iban", number)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("Bakkerij Bart, NL91 ABNA 0417 1643 01", "bad_iban"),
        ("Bakkerij Bart", "bad_iban"),
        (", NL91 ABNA 0417 1643 00", "bad_holder"),
        ("☃, NL91 ABNA 0417 1643 00", "bad_holder"),
        (f"{'B' * 71}, NL91 ABNA 0417 1643 00", "bad_holder"),
        (f"Bart, NL91 ABNA 0417 1643 00, {'R' * 36}", "bad_town"),
    ],
)
def test_credits_are_not_handed_in_for_an_account_that_is_none(
    redeemed: Wijk, to: str, code: str
) -> None:
    redeemed.refuses(code, "redeem", "5,00", "--to", to, *redeemed.as_("Bart"))


def test_signing_again_changes_nothing(redeemed: Wijk) -> None:
    proposal = signed(redeemed)
    before = proposal.read_bytes()
    redeemed.do("settle", "sign", proposal, *redeemed.as_("Kees"))
    assert proposal.read_bytes() == before


def test_one_treasurer_does_not_settle_alone(redeemed: Wijk) -> None:
    proposal = plan(redeemed)
    redeemed.refuses("too_few_approvals", "settle", "run", proposal)
    redeemed.do("settle", "sign", proposal, *redeemed.as_("Joop"))
    redeemed.refuses("too_few_approvals", "settle", "run", proposal)
    assert not settled(redeemed)
    assert not list(redeemed.folder.glob("*.xml"))


def test_a_shop_that_redeems_does_not_approve_it(redeemed: Wijk) -> None:
    proposal = plan(redeemed)
    redeemed.do("settle", "sign", proposal, *redeemed.as_("Bart"))
    redeemed.refuses("too_few_approvals", "settle", "run", proposal)
    assert not settled(redeemed)


# ---- run


@ON_BOTH
def test_a_run_writes_the_file_that_was_signed_for(redeemed: Wijk) -> None:
    ran, payments = run(redeemed)
    assert ran["total"] == 25_000
    assert settled(redeemed)
    data = payments.read_bytes()
    assert stat.S_IMODE(payments.stat().st_mode) == 0o600
    assert sha256(data).hexdigest() == ran["sha256"]
    root = ElementTree.fromstring(data)
    assert root.findtext(f".//{PAIN}GrpHdr/{PAIN}CtrlSum") == "250.00"
    assert {node.text for node in root.iter(f"{PAIN}EndToEndId")} == {
        item["reference"] for item in payouts(redeemed)
    }
    payments.unlink()
    assert redeemed.ask("settle", "run", ran["proposal"]) == [ran]
    assert payments.read_bytes() == data
    assert settled(redeemed)
    assert clean(redeemed)


def test_a_payment_file_that_somebody_changed_is_put_right(redeemed: Wijk) -> None:
    ran, payments = run(redeemed)
    data = payments.read_bytes()
    payments.write_bytes(data.replace(b"NL91", b"NL19"))
    redeemed.do("settle", "run", ran["proposal"])
    assert payments.read_bytes() == data


def test_the_older_format_is_for_the_asking(redeemed: Wijk) -> None:
    proposal = plan(redeemed, "--format", "pain.001.001.03")
    redeemed.do("settle", "sign", proposal, *redeemed.as_("Kees"))
    (ran,) = redeemed.ask("settle", "run", proposal)
    assert b"pain.001.001.03" in Path(ran["payments"]).read_bytes()


# Where a step can be cut short: each is a kill of a real process, there.
PLAN_CUTS = {
    "before it keeps the payment file": "pain.write",
    "before it writes the proposal": "settle.create_file",
    "before others can see it": "settle.keep",
}
SIGN_CUTS = {
    "before it signs": "settle.sign",
    "with the signature not in the file yet": "proposing.os.replace",
    "with the signature in the file alone": "proposing.keep",
}
RUN_CUTS = {
    "before it posts": "proposing.Proposal.post",
    "before it is acknowledged": "guard.Guard.release",
    "after it posted": "settle._write_payments",
    "while it writes the file": "keyfiles.os.fsync",
    "before the file has its name": "settle.os.replace",
}
IMPORT_CUTS = {
    "before it keeps the lines": "bank_lines.keep",
    "before it reserves an order": "bank_lines.reserve",
    "before it signs": "recording.sign_kept",
    "before others see the signature": "proposals.propose",
    "before it records": "proposing.Proposal.post",
    "before it is acknowledged": "guard.Guard.release",
    "before it reserves an issue": "bank_lines.keep_reissue",
    "before it writes the issue": "recording.replace_file",
    "while it writes the issue": "keyfiles.os.fsync",
}

CUT = f"""
import os, sys
from types import SimpleNamespace
from timebank.clock import SetClock
from timebank.services import guard, pain, proposals
from timebank.storage import bank_lines
from timebank_cli import keyfiles, proposing, recording
from timebank_cli.commands import settle
from timebank_cli.main import main

def kill(*_, **__):
    os.kill(os.getpid(), {KILLED})

owner, _, name = sys.argv[1].rpartition(".")
if owner.endswith(".os"):  # in that module alone
    kill = SimpleNamespace(**vars(os) | {{name: kill}})
    owner, name = owner.removesuffix(".os"), "os"
setattr(eval(owner), name, kill)
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
    assert done.returncode == -KILLED, done.stderr


@pytest.mark.parametrize("where", PLAN_CUTS.values(), ids=PLAN_CUTS.keys())
def test_a_plan_that_was_killed_is_planned_again(redeemed: Wijk, where: str) -> None:
    killed(redeemed, where, "settle", "plan", "--to", redeemed.folder, *redeemed.as_("Truus"))
    run(redeemed)
    assert settled(redeemed)
    for left in redeemed.folder.glob("settle-*.json"):
        redeemed.run("settle", "sign", left, *redeemed.as_("Kees"))
        redeemed.run("settle", "run", left)
    assert settled(redeemed)


@pytest.mark.parametrize("where", SIGN_CUTS.values(), ids=SIGN_CUTS.keys())
def test_signing_that_was_killed_is_signed_again(redeemed: Wijk, where: str) -> None:
    proposal = plan(redeemed)
    killed(redeemed, where, "settle", "sign", proposal, *redeemed.as_("Kees"))
    redeemed.do("settle", "sign", proposal, *redeemed.as_("Kees"))
    (found,) = redeemed.ask("settle", "list")
    assert found["state"] == "signed"
    redeemed.do("settle", "run", proposal)
    assert settled(redeemed)


@pytest.mark.parametrize("where", RUN_CUTS.values(), ids=RUN_CUTS.keys())
def test_a_run_that_was_killed_is_run_again(redeemed: Wijk, where: str) -> None:
    proposal = signed(redeemed)
    killed(redeemed, where, "settle", "run", proposal)
    assert not proposal.with_suffix(".xml").exists()
    (ran,) = redeemed.ask("settle", "run", proposal)
    assert settled(redeemed)
    assert sha256(Path(ran["payments"]).read_bytes()).hexdigest() == ran["sha256"]
    assert redeemed.ask("settle", "run", proposal) == [ran]
    assert settled(redeemed)
    assert clean(redeemed)


@pytest.mark.parametrize("where", IMPORT_CUTS.values(), ids=IMPORT_CUTS.keys())
def test_an_import_that_was_killed_is_done_again(redeemed: Wijk, where: str) -> None:
    run(redeemed)
    back = next(item for item in payouts(redeemed) if item["amount"] == 4_000)
    bookings = [paid(redeemed), Booking("B2", DAY, 4_000, [part(back, "AC04")])]
    file = statement_file(redeemed, *bookings)
    killed(redeemed, where, "settle", "import", file, "--to", redeemed.folder,
           *redeemed.as_("Truus"))  # fmt: skip
    for _ in range(2):
        imports(redeemed, *bookings)
    (issue,) = redeemed.folder.glob("issue-*.json")
    redeemed.approve(issue, "Kees")
    again = imports(redeemed, *bookings)
    assert (again["already"], again["recorded"], again["reissues"]) == (True, [], [])
    (cover,) = redeemed.ask("bank", "cover")
    assert (cover["retired"], cover["reserve"]) == (25_000, 29_000)
    assert cover["issued"] == 54_000
    assert redeemed.balance("Bart", "WIJK") == 30_000 - 24_000 + 4_000
    assert len([line for line in redeemed.ask("bank", "lines", "--all") if line["recorded"]]) == 2
    assert clean(redeemed)


def test_of_two_plans_only_one_is_paid(redeemed: Wijk) -> None:
    first, second = signed(redeemed), signed(redeemed)
    redeemed.do("settle", "run", first)
    redeemed.refuses("already_settled", "settle", "run", second)
    assert not second.with_suffix(".xml").exists()
    assert settled(redeemed)


def test_several_plans_are_run_at_once(redeemed: Wijk) -> None:
    first = signed(redeemed)
    redeemed.do("settle", "run", first)
    redeemed.do("redeem", "60,00", "--to", BART, *redeemed.as_("Bart"))
    both = redeemed.ask("settle", "run", first, signed(redeemed))
    assert [item["total"] for item in both] == [25_000, 6_000]


def test_a_plan_with_nothing_to_pay_makes_no_file(redeemed: Wijk) -> None:
    run(redeemed)
    document = redeemed.ask("settle", "plan", "--to", redeemed.folder, *redeemed.as_("Truus"))
    assert document == {"currency": "WIJK", "payouts": [], "left_out": [], "files": []}


def test_another_proposal_is_no_settlement(redeemed: Wijk) -> None:
    other = redeemed.proposal("propose", "role", "Joop", "auditor", *redeemed.as_("Els"))
    redeemed.refuses("not_a_settlement", "settle", "run", other)
    redeemed.refuses("not_a_settlement", "settle", "sign", other, *redeemed.as_("Kees"))


def test_a_plan_that_does_not_say_what_file_it_is_for_is_refused(redeemed: Wijk) -> None:
    """The opening of the file's digest is left out: then nobody can know what was signed for."""
    proposal = signed(redeemed)
    value: dict[str, Any] = json.loads(proposal.read_text())
    proposal.write_text(json.dumps(value | {"openings": []}))
    redeemed.refuses("payments_changed", "settle", "run", proposal)
    assert not settled(redeemed)


def test_a_plan_that_names_the_file_of_another_is_signed_and_posted_by_no_command(
    redeemed: Wijk,
) -> None:
    """The first treasurer puts the digest of a file that was paid before in a right order."""
    first = signed(redeemed)
    redeemed.do("settle", "run", first)
    redeemed.do("redeem", "25,00", "--to", BART, *redeemed.as_("Bart"))
    second = plan(redeemed)
    old, new = json.loads(first.read_text()), json.loads(second.read_text())
    body = json.loads(new["order"]) | {"file": json.loads(old["order"])["file"]}
    order = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    crafted = {"order": order, "authorizations": [], "openings": old["openings"]}
    second.write_text(json.dumps(crafted))
    for command in (("settle", "sign"), ("sign",)):
        redeemed.refuses("payments_changed", *command, second, *redeemed.as_("Kees"))
    for command in (("settle", "run"), ("submit",)):
        redeemed.refuses("payments_changed", *command, second)


def test_only_a_shop_redeems_and_only_what_it_has(redeemed: Wijk) -> None:
    redeemed.refuses("below_floor", "redeem", "60,01", "--to", BART, *redeemed.as_("Bart"))
    redeemed.pay("Werk", "Joop", "5,00")
    redeemed.refuses("policy_forbids", "redeem", "5,00", "--to", BART, *redeemed.as_("Joop"))


# ---- import


def states(wijk: Wijk) -> Sequence[str]:
    return [item["state"] for item in wijk.ask("settle", "list")]


@ON_BOTH
def test_the_banks_line_closes_the_settlement(redeemed: Wijk) -> None:
    run(redeemed)
    assert states(redeemed) == ["posted"]
    (recorded,) = imports(redeemed, paid(redeemed))["recorded"]
    assert recorded["seq"]
    assert states(redeemed) == ["paid"]
    assert {item["paid_on"] for item in payouts(redeemed)} == {DAY}
    assert redeemed.ask("bank", "lines") == []
    assert clean(redeemed)


def test_lines_for_each_payout_close_it_too(redeemed: Wijk) -> None:
    run(redeemed)
    lines = [
        Booking(f"B{number}", DAY, -item["amount"], [part(item)])
        for number, item in enumerate(payouts(redeemed))
    ]
    assert len(imports(redeemed, *lines)["recorded"]) == 3
    assert states(redeemed) == ["paid"]


def test_what_does_not_match_is_listed_and_recorded_by_hand(redeemed: Wijk) -> None:
    run(redeemed)
    costs = Booking("B9", DAY, -195, [Part("", 195, "Bank", text="kosten")])
    done = imports(redeemed, costs)
    assert done["recorded"] == []
    (left,) = done["unmatched"]
    assert (left["why"], left["names"], left["texts"]) == ("no_reference", ["Bank"], ["kosten"])
    by = redeemed.as_("Truus")
    redeemed.refuses("line_differs", "bank", "record", "in", "1,95", "--from", left["line"], *by)
    redeemed.refuses("line_differs", "bank", "record", "out", "1,96", "--from", left["line"], *by)
    redeemed.refuses("unknown_line", "bank", "record", "out", "1,95", "--from", "0000", *by)
    redeemed.do("bank", "record", "out", "1,95", "--from", left["line"][:8], *by)
    assert redeemed.ask("bank", "lines") == []
    redeemed.refuses("line_recorded", "bank", "record", "out", "1,95", "--from", left["line"], *by)


def test_a_line_that_was_recorded_before_its_file_came_is_not_recorded_again(
    redeemed: Wijk,
) -> None:
    before = redeemed.ask("bank", "record", "in", "7,00", "--line", "rente", *redeemed.as_("Truus"))
    (left,) = imports(redeemed, Booking("B3", DAY, 700))["unmatched"]
    record = ("bank", "record", "in", "7,00", "--from", left["line"], *redeemed.as_("Truus"))
    redeemed.do(*record, "--entry", before["seq"])
    assert redeemed.ask("bank", "lines") == []
    redeemed.refuses("line_recorded", *record)


def test_a_line_of_an_amount_recorded_by_hand_is_not_recorded_unasked(redeemed: Wijk) -> None:
    redeemed.do("bank", "record", "in", "7,00", "--line", "rente", *redeemed.as_("Truus"))
    (left,) = imports(redeemed, Booking("B3", DAY, 700))["unmatched"]
    record = ("bank", "record", "in", "7,00", "--from", left["line"], *redeemed.as_("Truus"))
    redeemed.refuses("recorded_by_hand", *record)
    redeemed.do(*record, "--apart")
    assert redeemed.ask("bank", "lines") == []


def test_a_payout_recorded_by_hand_is_left_by_an_import_for_a_person(redeemed: Wijk) -> None:
    run(redeemed)
    line = paid(redeemed)
    by = redeemed.as_("Truus")
    redeemed.do("bank", "record", "out", "250,00", "--line", "batch", "--payout", *by)
    done = imports(redeemed, line)
    assert done["recorded"] == []
    (left,) = done["unmatched"]
    assert left["kind"] == "paid"
    assert clean(redeemed)


@ON_BOTH
def test_a_returned_payout_gives_its_shop_the_credits_again(redeemed: Wijk) -> None:
    run(redeemed)
    back = next(item for item in payouts(redeemed) if item["name"] == "Werk")
    held = redeemed.balance("Werk", "WIJK")
    done = imports(redeemed, paid(redeemed), Booking("B2", DAY, 1_000, [part(back, "AC04")]))
    (reissue,) = done["reissues"]
    assert reissue["amount"] == 1_000
    assert states(redeemed) == ["returned"]
    redeemed.approve(Path(reissue["proposal"]), "Kees")
    assert redeemed.balance("Werk", "WIJK") == held + 1_000
    (found,) = redeemed.ask("settle", "list")
    assert (found["total"], found["paid"], found["returned"]) == (25_000, 25_000, 1_000)
    (one,) = [item for item in found["payouts"] if item["returned_on"]]
    assert (one["reason"], one["reissued"]) == ("AC04", True)
    assert clean(redeemed)


def test_the_euro_that_came_back_back_nothing_but_that_shops_credits(redeemed: Wijk) -> None:
    run(redeemed)
    back = next(item for item in payouts(redeemed) if item["name"] == "Werk")
    imports(redeemed, paid(redeemed), Booking("B2", DAY, 1_000, [part(back, "AC04")]))
    redeemed.refuses(
        "backing_too_small", "issue", "Werk", "10,00", "--for", "iets", *redeemed.as_("Truus")
    )


@ON_BOTH
def test_the_same_file_again_says_so_and_changes_nothing(redeemed: Wijk) -> None:
    run(redeemed)
    line = paid(redeemed)
    imports(redeemed, line)
    again = imports(redeemed, line)
    assert (again["already"], again["new"], again["recorded"]) == (True, 0, [])
    assert settled(redeemed)
    file = redeemed.folder / "camt.xml"
    assert "imported before" in redeemed.do("settle", "import", file, *redeemed.as_("Truus"))


@pytest.mark.parametrize("by", ["Joop", "Els"])
def test_who_is_no_treasurer_records_nothing(redeemed: Wijk, by: str) -> None:
    run(redeemed)
    (recorded,) = imports(redeemed, paid(redeemed), by=by)["recorded"]
    assert recorded["seq"] is None
    assert states(redeemed) == ["posted"]
    imports(redeemed, paid(redeemed))
    assert states(redeemed) == ["paid"]


# ---- while the books do not add up


def test_nothing_is_planned_or_posted_while_the_books_do_not_add_up(redeemed: Wijk) -> None:
    file = signed(redeemed)
    with closing(sqlite3.connect(redeemed.database, isolation_level=None)) as conn:
        conn.execute("UPDATE fold_bank_lines SET cited = cited + 1000000")
        redeemed.refuses("findings", "settle", "run", file)
        redeemed.refuses("findings", "submit", file)
        options = ("--to", redeemed.folder, *redeemed.as_("Truus"))
        redeemed.refuses("findings", "settle", "plan", *options)
        assert not settled(redeemed)
        redeemed.pay("Joop", "Amina", "1:30")
        conn.execute("UPDATE fold_bank_lines SET cited = cited - 1000000")
    assert clean(redeemed)
    redeemed.do("settle", "run", file)
    assert settled(redeemed)


def test_a_line_that_somebody_began_with_and_left_is_freed_by_a_withdrawal(redeemed: Wijk) -> None:
    run(redeemed)
    file = statement_file(redeemed, paid(redeemed))
    killed(redeemed, "recording.sign_kept", "settle", "import", file, *redeemed.as_("Truus"))
    (waits,) = imports(redeemed, paid(redeemed), by="Kees")["recorded"]
    assert waits["seq"] is None, "it is Truus's, who has not signed"
    left = redeemed.folder / "left.json"
    redeemed.do("propose", "fetch", waits["identity"], left)
    redeemed.do("withdraw", left, *redeemed.as_("Kees"))
    (recorded,) = imports(redeemed, paid(redeemed), by="Kees")["recorded"]
    assert recorded["seq"]
    assert states(redeemed) == ["paid"]


def test_a_payout_that_was_none_stops_settling_until_it_is_taken_back(redeemed: Wijk) -> None:
    by = redeemed.as_("Truus")
    redeemed.do("bank", "record", "out", "10,00", "--line", "fout", "--payout", *by)
    redeemed.refuses("findings", "settle", "plan", "--to", redeemed.folder, *by)
    redeemed.do("bank", "record", "in", "10,00", "--line", "terug", "--payout", *by)
    redeemed.do("audit", "check")
    run(redeemed)
    assert settled(redeemed)
