"""The demo as a newcomer runs it: whole, twice, audited, and its bundle checked elsewhere."""

import io
import json
import random
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from tests.cli.conftest import heed_ctrl_c
from timebank.errors import TimebankError
from timebank.journal.bundles import read_bundle
from timebank.ledger.entries import Entry, parse_entry
from timebank.ledger.facts import Account, Member, MemberKey, Redemption
from timebank.services import proofs
from timebank.services.accounts import payment_reference
from timebank.services.proofs import Verdict
from timebank_cli.demo.neighbourhood import PERSONS, SHOPS
from timebank_cli.demo.scanning import Scanner, draw, read_image
from timebank_cli.demo.wijk import read_key
from timebank_cli.main import main

ROOT = Path(__file__).parents[2]
WAIT = 120
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def demo(*args: object) -> Result:
    return CliRunner().invoke(main, ["demo", *map(str, args)])


@dataclass
class Run:
    """A finished demo: its folder, and what it printed."""

    folder: Path
    printed: str
    ledger: str

    @property
    def bundle(self) -> bytes:
        return (self.folder / "bundle.txt").read_bytes()

    @property
    def paper(self) -> str:
        return (self.folder / "checkpoint-week-4.txt").read_text()

    def verify(self, data: bytes) -> Verdict:
        """Check a bundle with nothing but the ledger id and the checkpoint on paper."""
        return proofs.verify_bundle(io.BytesIO(data), self.ledger, self.paper)

    def entries(self) -> list[Entry]:
        return [parse_entry(data) for data in read_bundle(io.BytesIO(self.bundle)).entries]


@pytest.fixture(name="run", scope="module")
def _run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("demo") / "wijk"
    result = demo("--no-serve", "--folder", folder, "--chart", folder.parent / "circle.svg")
    assert result.exit_code == 0, result.output
    return Run(folder, result.stdout, result.stdout.split("--ledger ")[1].split()[0])


@pytest.fixture(name="verdict", scope="module")
def _verdict(run: Run) -> Verdict:
    return run.verify(run.bundle)


@dataclass
class Serving:
    """A demo that serves its pages: the document it printed, and the process."""

    document: dict[str, Any]
    process: subprocess.Popen[str]


@pytest.fixture(name="serving", scope="module")
def _serving(run: Run) -> Iterator[Serving]:
    """The demo a second time, in the folder of the first, as a program of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, "-c", "from timebank_cli.main import main; main()", "demo"]
    again = run.folder.parent / "again"
    with subprocess.Popen(
        [*command, "--json", "--port", port, "--folder", again],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            document = json.loads("".join(iter(lambda: next(lines), "}\n")) + "}")
            yield Serving(document, process)
        finally:
            process.kill()


# ---- what it prints


def test_the_audit_finds_nothing_and_the_bundle_verifies(run: Run, verdict: Verdict) -> None:
    size = verdict.checkpoint.size
    assert 300 <= size <= 500
    assert f"Audit: {size} entries, no findings." in run.printed
    assert f"Bundle: {size} entries verified with no database" in run.printed


def test_every_week_is_told(run: Run) -> None:
    assert [line[:6] for line in run.printed.splitlines() if line.startswith("Week ")] == [
        f"Week {number}" for number in range(1, 9)
    ]


def test_the_printed_sums_are_zero_in_every_currency(run: Run) -> None:
    (line,) = (line for line in run.printed.splitlines() if line.startswith("sum "))
    assert line.split() == ["sum", "0:00", "0,00", "0,00"]


def test_the_balances_printed_are_those_of_the_journal(run: Run, verdict: Verdict) -> None:
    lines = run.printed.partition("BALANCES")[2].partition("\n\n")[0].splitlines()[1:]
    held = [word for line in lines for word in line.split() if word[-1].isdigit()]
    hours = sum(_minor(word) for word in held if ":" in word)
    credits = sum(_minor(word) for word in held if "," in word)
    accounts = [account for account in verdict.state.all(Account) if account.owner]
    assert hours == 0
    assert credits == sum(item.balance for item in accounts if item.currency == "WIJK")
    assert len(lines) == len(PERSONS) + len(SHOPS) + 2


def _minor(shown: str) -> int:
    whole, part = shown.lstrip("-").replace(":", ",").split(",")
    size = int(whole) * (60 if ":" in shown else 100) + int(part)
    return -size if shown.startswith("-") else size


def test_refusals_are_shown_as_refused(run: Run) -> None:
    refused = [line for line in run.printed.splitlines() if "refused: " in line]
    assert len(refused) == 3
    assert "Wiesje pays 34,50" in refused[0]
    assert "the balance is too low for this" in refused[0]
    assert "not enough people with the right role" in refused[1]
    assert "suspended" in refused[2]


# ---- what is in the journal


def test_the_journal_holds_every_kind_of_event(run: Run) -> None:
    types = {entry.order["type"] for entry in run.entries()}
    assert types == {
        "genesis", "admit", "add_key", "revoke_key", "suspend", "set_role", "record_bank", "issue",
        "pay", "refund", "redeem", "settle",
    }  # fmt: skip


def test_some_payments_carry_two_currencies_and_some_answer_a_request(run: Run) -> None:
    payments = [entry.order for entry in run.entries() if entry.order["type"] == "pay"]
    currencies = [{leg["currency"] for leg in order["legs"]} for order in payments]
    assert {"UUR", "WIJK"} in currencies
    assert any("request" in order for order in payments)
    assert any("request" not in order for order in payments)


def test_rewards_are_signed_as_a_batch(run: Run) -> None:
    sizes = {
        len(value["batch"])
        for entry in run.entries()
        for value in entry.authorizations
        if "batch" in value
    }
    assert sizes == {8}


def test_two_treasurers_signed_whatever_brings_or_takes_credits(run: Run) -> None:
    for entry in run.entries():
        if entry.order["type"] in ("record_bank", "issue", "settle"):
            assert len({value["spki"] for value in entry.authorizations}) == 2


def test_the_payment_file_is_what_was_settled(run: Run, verdict: Verdict) -> None:
    payments = ElementTree.parse(run.folder / "payments-1.xml").getroot()
    amounts = [
        _minor(str(node.text).replace(".", ",")) for node in payments.iter(f"{PAIN}InstdAmt")
    ]
    references = {node.text for node in payments.iter(f"{PAIN}EndToEndId")}
    settled = {item.redemption for item in verdict.state.all(Redemption) if item.settled_by}
    assert references == {payment_reference(redemption) for redemption in settled}
    (retired,) = {
        sum(payout["amount"] for payout in entry.order["payouts"])
        for entry in run.entries()
        if entry.order["type"] == "settle"
    }
    assert sum(amounts) == retired


def test_the_lost_telephone_is_blocked_and_its_owner_is_not(run: Run, verdict: Verdict) -> None:
    tablet = verdict.state.key(read_key(run.folder, "joop-tablet").id)
    keys = [key for key in verdict.state.all(MemberKey) if key.member == tablet.member]
    assert sorted(key.revoked for key in keys) == [False, True]
    assert not tablet.revoked
    assert verdict.state.member(tablet.member).status == "active"
    assert not (run.folder / "keys" / "joop.pem").exists()


def test_everybody_has_a_key_file_of_their_own_that_only_they_can_read(
    run: Run, verdict: Verdict
) -> None:
    files = sorted((run.folder / "keys").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    owners = {verdict.state.key(read_key(run.folder, file.stem).id).member for file in files}
    assert owners == {member.id for member in verdict.state.all(Member)}
    assert len(owners) == len(files)


# ---- the year report


@pytest.fixture(name="reports", scope="module")
def _reports(run: Run) -> list[dict[str, Any]]:
    """The report from the database, and from bundle and bank files alone; sections by key."""
    (html,) = run.folder.glob("report-*.html")
    year = html.stem.removeprefix("report-")
    alone = ["--bundle", str(run.folder / "bundle.txt"), "--ledger", run.ledger]
    for file in sorted(run.folder.glob("*.xml")):
        alone += ["--bank-file", str(file)]
    database = ["--database", str(run.folder / "ledger.db")]
    found = []
    for before, after in ((database, []), ([], alone)):
        args = [*before, "audit", "report", "--year", year, *after, "--json"]
        result = CliRunner().invoke(main, args)
        assert result.exit_code == 0, result.output
        found.append({part["key"]: part for part in json.loads(result.stdout)["sections"]})
    return found


def rows(section: dict[str, Any], table: str) -> list[list[str]]:
    (found,) = (item for item in section["tables"] if item["key"] == table)
    return list(found["rows"])


def test_the_year_report_finds_nothing_and_two_have_sealed_its_end(
    run: Run, verdict: Verdict, reports: list[dict[str, Any]]
) -> None:
    of_database, _ = reports
    assert rows(of_database["findings"], "findings") == []
    sealed = rows(of_database["seals"], "seals")
    assert [row[2:] for row in sealed] == [
        [str(verdict.checkpoint.size), verdict.checkpoint.root.hex()]
    ] * 2
    assert next(run.folder.glob("report-*.pdf")).read_bytes().startswith(b"%PDF-")


def test_every_figure_of_the_year_report_follows_from_bundle_and_bank_files(
    reports: list[dict[str, Any]],
) -> None:
    of_database, alone = reports
    assert set(of_database) - set(alone) == {"findings", "seals"}
    for key, section in alone.items():
        figures = [
            [[_without_texts(row) for row in table["rows"]] for table in found[key]["tables"]]
            for found in (of_database, alone)
        ]
        # A file may have another name elsewhere, and so another place in the list.
        assert [sorted(table) for table in figures[0]] == [sorted(table) for table in figures[1]]
        assert section["source"] in ("journal", "bank")


def _without_texts(row: list[str]) -> list[str]:
    return [cell for cell in row if "sha256" not in cell and "(" not in cell and ".xml" not in cell]


def test_journal_and_bank_say_the_same(reports: list[dict[str, Any]]) -> None:
    for found in reports:
        assert rows(found["bank_files"], "unmatched") == []


# ---- what it leaves behind


def test_a_flipped_byte_in_the_bundle_is_found(run: Run) -> None:
    chance = random.Random(0)
    places = [0, len(run.bundle) - 1, *(chance.randrange(len(run.bundle)) for _ in range(6))]
    for place in places:
        changed = bytearray(run.bundle)
        changed[place] ^= 1
        with pytest.raises(TimebankError):
            run.verify(bytes(changed))


def test_the_commands_it_names_work_without_the_ledger(run: Run, tmp_path: Path) -> None:
    lines = [line for line in run.printed.splitlines() if line.startswith("        timebank ")]
    assert lines
    for line in lines:
        args = line.split()[1:]
        copy = tmp_path / Path(args[-3]).name
        copy.write_bytes(Path(args[-3]).read_bytes())
        result = CliRunner().invoke(main, [*args[:-3], str(copy), *args[-2:]])
        assert result.exit_code == 0, result.output


def test_the_circle_in_the_readme_is_the_one_the_demo_draws(run: Run) -> None:
    drawn = (run.folder.parent / "circle.svg").read_text()
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn == (ROOT / "docs/images/circle.svg").read_text(), (
        "draw it anew: timebank demo --no-serve --chart docs/images/circle.svg"
    )


# ---- its pages


def test_the_second_time_it_tells_the_same_story_of_another_ledger(
    run: Run, serving: Serving
) -> None:
    document = serving.document
    assert document["ledger"] != run.ledger
    assert document["findings"] == []
    assert document["scanned"] > 250
    assert [week["number"] for week in document["weeks"]] == list(range(1, 9))
    counted = [week["counts"]["purchases"]["number"] for week in document["weeks"]]
    assert [f"{number} purchases" in run.printed for number in counted] == [True] * 8
    for code in ("UUR", "WIJK", "EUR"):
        assert sum(held.get(code, 0) for held in document["trial_balance"].values()) == 0


def test_everybody_has_a_link_that_opens(serving: Serving) -> None:
    links = serving.document["links"]
    assert len(links) == len(PERSONS) + len(SHOPS) + 2
    for name in ("Joop", "Bakkerij Bart"):
        with urlopen(links[name], timeout=WAIT) as answer:
            assert answer.status == 200
            assert name in answer.read().decode()


def test_ctrl_c_ends_it_quietly(serving: Serving) -> None:
    with urlopen(serving.document["address"], timeout=WAIT) as answer:
        assert answer.status == 200
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(WAIT) == 0
    assert serving.process.stdout is not None
    assert serving.process.stderr is not None
    assert serving.process.stdout.read() == ""
    assert serving.process.stderr.read() == ""


# ---- what it does not do


def test_a_busy_port_gives_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        result = demo("--port", port, "--folder", tmp_path / "wijk")
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert str(port) in line
    assert "[port_taken]" in line
    assert not (tmp_path / "wijk").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "brief.txt").write_text("van oma")
    result = demo("--no-serve", "--folder", tmp_path)
    assert result.exit_code == 1
    assert "[not_a_demo]" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["brief.txt"]


def test_an_earlier_demo_is_thrown_away(run: Run, tmp_path: Path) -> None:
    from timebank_cli.demo.showing import MARK, prepare

    (tmp_path / MARK).write_bytes((run.folder / MARK).read_bytes())
    (tmp_path / "ledger.db").write_text("old")
    prepare(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


# ---- QR codes


def test_a_code_is_read_from_its_image() -> None:
    scanner = Scanner()
    assert scanner.scan("HTTP://LOCALHOST:8000/V/0123456789ABCDEF") == ("V", "0123456789ABCDEF")
    assert scanner.scanned == 1


def test_another_code_over_it_is_what_is_read() -> None:
    assert read_image(draw("HTTP://LOCALHOST:8000/B/OTHER")).endswith("/B/OTHER")


def test_an_image_that_was_spoilt_gives_no_code() -> None:
    from PIL import Image

    blank = io.BytesIO()
    Image.new("L", (370, 370), 255).save(blank, "PNG")
    with pytest.raises(ValueError, match="0 codes"):
        read_image(blank.getvalue())


def test_a_demo_that_is_running_is_not_thrown_away(tmp_path: Path) -> None:
    from timebank_cli.demo.showing import prepare
    from timebank_cli.refusals import Stop

    running = prepare(tmp_path)
    (tmp_path / "ledger.db").write_text("in use")
    with pytest.raises(Stop, match="a demo is running"):
        prepare(tmp_path)
    assert (tmp_path / "ledger.db").exists()
    running.close()
    prepare(tmp_path).close()
    assert not (tmp_path / "ledger.db").exists()
