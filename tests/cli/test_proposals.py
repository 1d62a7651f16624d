"""Orders for two pairs of eyes: issued by two, and by nobody alone."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ON_BOTH, PHRASE, Wijk, init_options
from timebank import ids
from timebank.services import membership
from timebank.services.bank import open_bank
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank_cli.keyfiles import KeyFile

pytestmark = ON_BOTH


@pytest.fixture(name="deposited")
def _deposited(wijk: Wijk) -> Wijk:
    wijk.do("bank", "record", "in", "500,00", "--line", "corporatie", *wijk.as_("Truus"))
    return wijk


def issue(wijk: Wijk, amount: str = "500,00", by: str = "Truus", to: str = "Werk") -> Path:
    return wijk.proposal("issue", to, amount, "--for", "onderhoud", *wijk.as_(by))


def test_two_issuers_issue_against_a_deposit(deposited: Wijk) -> None:
    wijk = deposited
    file = issue(wijk)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"order", "authorizations", "openings"}
    assert wijk.balance("Werk", "WIJK") == 0
    posted = wijk.approve(file, "Kees")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert wijk.balance("Werk", "WIJK") == 50_000
    (cover,) = wijk.ask("bank", "cover")
    assert (cover["in_circulation"], cover["reserve"]) == (50_000, 50_000)
    assert wijk.ask("submit", file) == posted
    assert wijk.balance("Werk", "WIJK") == 50_000


def test_without_out_a_proposal_is_named_after_its_reference(
    deposited: Wijk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(deposited.folder)
    made = deposited.ask("issue", "Werk", "10,00", "--for", "x", *deposited.as_("Truus"))
    assert made["state"] == "waiting"
    assert made["file"] == f"issue-{made['reference']}.json"
    deposited.approve(Path(made["file"]), "Kees")


def test_a_signer_reads_what_it_is_first(deposited: Wijk) -> None:
    file = issue(deposited)
    result = deposited.run("sign", file, *deposited.as_("Kees"), typed="x\n", phrase=None)
    assert result.exit_code == 1
    shown, _, _ = result.stderr.partition("Passphrase of")
    for words in ("issue credits", "500,00 WIJK", "Werk", "onderhoud", "Truus"):
        assert words in shown


def test_one_issuer_is_too_few(deposited: Wijk) -> None:
    file = issue(deposited)
    refused = deposited.refuses("too_few_approvals", "submit", file)
    assert refused["details"] == {"counted": 1, "needed": 2}


def test_one_issuer_cannot_sign_twice(deposited: Wijk) -> None:
    file = issue(deposited)
    before = file.read_bytes()
    deposited.refuses("double_approval", "sign", file, *deposited.as_("Truus"))
    assert file.read_bytes() == before


def test_a_signature_copied_within_the_file_does_not_count_twice(deposited: Wijk) -> None:
    file = issue(deposited)
    value = json.loads(file.read_text())
    value["authorizations"] *= 2
    file.write_text(json.dumps(value))
    deposited.refuses("double_approval", "submit", file)


def test_two_keys_of_one_issuer_are_one_issuer(deposited: Wijk) -> None:
    wijk = deposited
    file = issue(wijk)
    second = second_key(wijk, "Truus")
    wijk.refuses("double_approval", "sign", file, "--key", second)


def second_key(wijk: Wijk, name: str) -> Path:
    """Enrol another key file of a member, as their own browser would let them."""
    bank = open_bank(Settings.of(wijk.place, wijk.folder), wijk.clock)
    signing = KeyFile(wijk.key(name), phrase_file(wijk)).open()
    person = membership.member_of_key(bank, signing.id)
    unsigned = membership.draft_key_voucher(bank, person.id)
    signature = authorize(signing, Tag.INVITATION, unsigned.data)
    membership.keep_invitation(bank, unsigned.voucher, signature)
    bank.close()
    file = wijk.folder / "second.key"
    wijk.do("key", "new", file)
    wijk.do("join", ids.code(unsigned.secret), "--key", file)
    return file


def phrase_file(wijk: Wijk) -> Path:
    file = wijk.folder / "phrase"
    file.touch(0o600)
    file.write_text(PHRASE)
    return file


def test_neighbours_cannot_make_up_for_an_issuer(deposited: Wijk) -> None:
    file = issue(deposited, by="Kees")
    deposited.do("sign", file, *deposited.as_("Joop"))
    deposited.do("sign", file, *deposited.as_("Els"))
    refused = deposited.refuses("too_few_approvals", "submit", file)
    assert refused["details"]["counted"] == 1


def test_an_issuer_who_gains_by_it_does_not_count(deposited: Wijk) -> None:
    file = issue(deposited, to="Truus")
    deposited.do("sign", file, *deposited.as_("Kees"))
    deposited.refuses("too_few_approvals", "submit", file)


def test_more_than_the_deposit_is_refused(deposited: Wijk) -> None:
    result = deposited.run(
        "issue", "Werk", "500,01", "--for", "x", *deposited.as_("Truus"), "--json"
    )
    assert json.loads(result.stdout)["error"] == "backing_too_small"
    assert "left 500,00" in result.stderr


def test_the_same_deposit_backs_only_once(deposited: Wijk) -> None:
    first, second = issue(deposited), issue(deposited)
    deposited.approve(first, "Kees")
    deposited.do("sign", second, *deposited.as_("Kees"))
    deposited.refuses("backing_too_small", "submit", second)


@pytest.mark.parametrize("who", ["Truus", "Kees"])
def test_a_withdrawn_proposal_never_posts_whoever_has_a_copy(deposited: Wijk, who: str) -> None:
    file = issue(deposited)
    deposited.do("sign", file, *deposited.as_("Kees"))
    deposited.do("withdraw", file, *deposited.as_(who))
    deposited.refuses("withdrawn", "submit", file)
    deposited.refuses("withdrawn", "withdraw", file, *deposited.as_(who))
    assert [item["state"] for item in deposited.ask("propose", "list")] == ["withdrawn"]


def test_a_neighbour_withdraws_nothing_of_others(deposited: Wijk) -> None:
    file = issue(deposited)
    deposited.refuses("not_authorized", "withdraw", file, *deposited.as_("Joop"))
    deposited.approve(file, "Kees")
    deposited.refuses("already_posted", "withdraw", file, *deposited.as_("Truus"))


def test_a_proposal_does_not_wait_for_ever(deposited: Wijk) -> None:
    file = issue(deposited)
    deposited.do("sign", file, *deposited.as_("Kees"))
    deposited.clock.advance(31 * 86_400)
    deposited.refuses("expired", "submit", file)


def test_a_changed_word_in_the_file_is_found(deposited: Wijk) -> None:
    file = issue(deposited)
    original = json.loads(file.read_text())

    def submit(**changes: Any) -> str:
        file.write_text(json.dumps(original | changes))
        result = deposited.run("submit", file, "--json")
        assert result.exit_code == 1
        return str(json.loads(result.stdout)["error"])

    assert submit(order=original["order"].replace("50000", "50001")) == "bad_signature"
    assert submit(order=original["order"] + " ") == "not_canonical"
    assert submit(order="{}") in {"bad_field", "unknown_type"}
    assert submit(authorizations="x") == "bad_field"
    assert submit(openings=[{"salt": "x", "text": "y"}]) in {"bad_field", "not_canonical"}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000, b"x" * (1 << 21)])
def test_a_file_that_is_no_proposal_is_refused(wijk: Wijk, data: bytes) -> None:
    file = wijk.folder / "other.json"
    file.write_bytes(data)
    result = wijk.run("submit", file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] in {"not_a_proposal", "bad_field"}


def test_a_proposal_of_another_ledger_is_refused(deposited: Wijk, keys: Any) -> None:
    file = issue(deposited)
    other = keys()
    other.do("init", *init_options(other.folder))
    other.refuses("other_ledger", "sign", file, *other.as_("Kees"))
    other.refuses("other_ledger", "submit", file)
    other.refuses("other_ledger", "withdraw", file, *other.as_("Kees"))


def test_what_is_proposed_can_be_listed_and_fetched(deposited: Wijk) -> None:
    file = issue(deposited)
    (listed,) = deposited.ask("propose", "list")
    assert (listed["type"], listed["state"], listed["signatures"]) == ("issue", "open", 1)
    again = deposited.folder / "again.json"
    deposited.do("propose", "fetch", listed["reference"], again)
    assert json.loads(again.read_text())["order"] == json.loads(file.read_text())["order"]
    deposited.approve(again, "Kees")
    assert deposited.ask("propose", "list")[0]["state"] == "posted"
    assert "posted" in deposited.do("propose", "list")
    deposited.refuses("unknown_proposal", "propose", "fetch", "0000", deposited.folder / "no")


def test_retiring_takes_its_owner_too(deposited: Wijk) -> None:
    wijk = deposited
    wijk.approve(issue(wijk), "Kees")
    file = wijk.proposal("retire", "Werk", "100,00", "--for", "over", *wijk.as_("Truus"))
    wijk.do("sign", file, *wijk.as_("Kees"))
    wijk.refuses("not_authorized", "submit", file)
    wijk.do("sign", file, *wijk.as_("Werk"))
    wijk.do("submit", file)
    assert wijk.balance("Werk", "WIJK") == 40_000


def test_hours_are_not_issued(deposited: Wijk) -> None:
    args = ("issue", "Werk", "1:00", "--for", "x", *deposited.as_("Truus"))
    assert deposited.run(*args).exit_code == 2


# ---- the bank


def test_bank_lines_go_in_and_out(wijk: Wijk) -> None:
    wijk.do("bank", "record", "in", "500,00", "--line", "a", *wijk.as_("Truus"))
    wijk.do("bank", "record", "out", "100,00", "--line", "b", *wijk.as_("Kees"))
    assert wijk.ask("bank", "cover")[0]["reserve"] == 40_000
    assert "400,00" in wijk.do("bank", "cover")


def test_a_neighbour_records_no_bank_line(wijk: Wijk) -> None:
    args = ("bank", "record", "in", "9,00", "--line", "a", *wijk.as_("Joop"))
    wijk.refuses("not_authorized", *args)
    assert wijk.ask("propose", "list")["proposals"] == []
    assert wijk.run("bank", "record", "up", "9,00").exit_code == 2


# ---- governance


def test_two_coordinators_give_and_take_a_role(wijk: Wijk) -> None:
    wijk.approve(wijk.proposal("propose", "role", "Joop", "auditor", *wijk.as_("Els")), "Farid")
    assert wijk.ask("member", "show", "Joop")["roles"] == ["auditor"]
    take = ("propose", "role", "Joop", "auditor", "--take", *wijk.as_("Els"))
    wijk.approve(wijk.proposal(*take), "Farid")
    assert wijk.ask("member", "show", "Joop")["roles"] == []
    conflict = wijk.proposal("propose", "role", "Kees", "auditor", *wijk.as_("Els"))
    wijk.do("sign", conflict, *wijk.as_("Farid"))
    wijk.refuses("role_conflict", "submit", conflict)


def test_two_coordinators_set_a_limit_and_open_an_account(wijk: Wijk) -> None:
    limit = ("propose", "limit", "Joop", "UUR", "--below", "1:00", "--above", "5:00")
    wijk.approve(wijk.proposal(*limit, *wijk.as_("Els")), "Farid")
    wijk.refuses("below_floor", "pay", "Amina", "1:01", *wijk.as_("Joop"))
    unknown = ("propose", "limit", "Joop", "XXX", "--below", "1:00", "--above", "5:00")
    assert wijk.run(*unknown, *wijk.as_("Els")).exit_code == 2


def test_two_coordinators_change_a_policy_and_what_is_not_named_stays(wijk: Wijk) -> None:
    change = ("propose", "policy", "UUR", "--below", "1:00", *wijk.as_("Els"))
    wijk.approve(wijk.proposal(*change), "Farid")
    limit = ("propose", "limit", "Joop", "UUR", "--below", "1:00", "--above", "5:00")
    wijk.approve(wijk.proposal(*limit, *wijk.as_("Els")), "Farid")
    wijk.pay("Joop", "Amina", "1:00")
    bad = ("propose", "policy", "WIJK", "--holders", "person,cat", *wijk.as_("Els"))
    assert wijk.run(*bad).exit_code == 2


def test_two_coordinators_define_a_currency(wijk: Wijk) -> None:
    define = ("propose", "currency", "KLUS", "--kind", "mutual", "--unit", "minute")
    limits = ("--below", "5:00", "--above", "9:00", "--total", "100:00")
    wijk.approve(wijk.proposal(*define, *limits, *wijk.as_("Els")), "Farid")
    for name in ("Joop", "Amina"):
        opened = ("propose", "limit", name, "KLUS", "--below", "5:00", "--above", "9:00")
        wijk.approve(wijk.proposal(*opened, *wijk.as_("Els")), "Farid")
    wijk.pay("Joop", "Amina", "KLUS=4:00")
    assert wijk.balance("Amina", "KLUS") == 240
    assert wijk.run("pay", "Amina", "1:00", *wijk.as_("Joop")).exit_code == 2  # hours or klus?


def test_two_coordinators_define_a_backed_currency_too(wijk: Wijk) -> None:
    define = ("propose", "currency", "MARKT", "--kind", "backed", "--unit", "cent")
    file = wijk.proposal(*define, "--above", "100,00", *wijk.as_("Els"))
    wijk.approve(file, "Farid")
    assert {item["currency"] for item in wijk.ask("bank", "cover")} == {"MARKT", "WIJK"}


def test_two_coordinators_replace_the_addresses(wijk: Wijk) -> None:
    change = ("propose", "origins", "https://nieuw.test", "https://wijk.test", *wijk.as_("Els"))
    wijk.approve(wijk.proposal(*change), "Farid")
    assert wijk.run("propose", "origins", "ftp://x", *wijk.as_("Els")).exit_code == 2


def test_two_treasurers_book_an_entry_back(wijk: Wijk) -> None:
    paid = wijk.pay("Joop", "Amina", "1:30")
    part = ("propose", "correct", paid["seq"], "0:30", "--reason", "fout", *wijk.as_("Truus"))
    wijk.approve(wijk.proposal(*part), "Kees")
    assert wijk.balance("Joop") == -60
    rest = ("propose", "correct", paid["identity"], "--reason", "fout", *wijk.as_("Truus"))
    wijk.approve(wijk.proposal(*rest), "Kees")
    assert (wijk.balance("Joop"), wijk.balance("Amina")) == (0, 0)
    wijk.refuses("nothing_left", *rest)
