"""A kascommissie member signs what they checked; nobody else can, and about nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.journal import ProofError
from timebank.ledger import orders
from timebank.ledger.seals import Seal, Statement, parse_seal
from timebank.services import auditing, receipts, seals
from timebank.services.proofs import verify_bundle
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag


@pytest.fixture(name="audited")
def _audited(village: Village) -> Village:
    """The village, with Amina as its auditor."""
    village.post(village.world.pay("joop", "amina", 30))
    role = orders.SetRole(village.world.member("amina"), "auditor", True)
    village.do(role, "els", "farid")
    return village


def sealed(village: Village, who: str = "amina", statement: Statement | None = None):
    statement = statement or seals.draft(village.bank)
    signature = authorize(village.world.key(who), Tag.SEAL, statement.data)
    return seals.keep(village.bank, Seal(statement, signature))


def refused(village: Village, code: Code, **how) -> None:
    with pytest.raises(Refusal) as caught:
        sealed(village, **how)
    assert caught.value.code is code
    assert seals.seals(village.bank) == []


def test_an_auditor_seals_the_newest_checkpoint(audited: Village) -> None:
    seal = sealed(audited)
    assert (seal.member, seal.size) == (audited.world.member("amina"), 3)
    assert seals.seals(audited.bank) == [seal]
    assert auditing.check(audited.bank) == []


def test_a_seal_stands_while_the_journal_grows(audited: Village) -> None:
    old = sealed(audited)
    audited.post(audited.world.pay("joop", "amina", 30))
    new = sealed(audited)
    assert seals.seals(audited.bank) == [new, old]
    assert new.size == old.size + 1


def test_the_first_seal_of_a_member_on_a_checkpoint_stands(audited: Village) -> None:
    first = sealed(audited)
    audited.wait(60)
    sealed(audited)
    assert seals.seals(audited.bank) == [first]


def test_a_checkpoint_from_paper_is_sealed_later(audited: Village) -> None:
    note = receipts.latest_note(audited.bank)
    audited.post(audited.world.pay("joop", "amina", 30))
    audited.wait(60)
    statement = seals.statement_of(note, audited.clock.now())
    assert sealed(audited, statement=statement).size == 3


@pytest.mark.parametrize("who", ["joop", "truus", "els"])
def test_who_is_no_auditor_seals_nothing(audited: Village, who: str) -> None:
    refused(audited, Code.NOT_AUTHORIZED, who=who)


def test_nobody_seals_for_another_ledger_or_from_the_future(audited: Village) -> None:
    statement = seals.draft(audited.bank)
    refused(audited, Code.OTHER_LEDGER, statement=replace(statement, ledger="0" * 64))
    refused(audited, Code.NOT_YET, statement=replace(statement, time=statement.time + 3_600))


def test_a_seal_is_signed_as_a_seal_and_about_these_very_words(audited: Village) -> None:
    statement, key = seals.draft(audited.bank), audited.world.key("amina")
    for signature in (
        authorize(key, Tag.LOGIN, statement.data),
        authorize(key, Tag.SEAL, replace(statement, size=2).data),
    ):
        with pytest.raises(Refusal) as caught:
            seals.keep(audited.bank, Seal(statement, signature))
        assert caught.value.code is Code.BAD_SIGNATURE


def test_a_blocked_auditor_seals_nothing(audited: Village) -> None:
    suspend = orders.Suspend(audited.world.member("amina"), True, "ab" * 32)
    audited.do(suspend, "els")
    refused(audited, Code.MEMBER_SUSPENDED)


@pytest.mark.parametrize("change", [{"root": "ab" * 32}, {"size": 99}])
def test_a_seal_on_another_history_is_refused_and_found_by_every_audit(
    audited: Village, change: dict[str, Any]
) -> None:
    statement = replace(seals.draft(audited.bank), **change)
    with pytest.raises(ProofError):
        sealed(audited, statement=statement)
    assert seals.seals(audited.bank) == []
    (finding,) = auditing.check(audited.bank)
    assert finding.check == "seals"
    assert audited.world.member("amina") in finding.detail


def test_a_false_alarm_ends_when_two_coordinators_take_the_role(audited: Village) -> None:
    with pytest.raises(ProofError):
        sealed(audited, statement=replace(seals.draft(audited.bank), root="ab" * 32))
    role = orders.SetRole(audited.world.member("amina"), "auditor", False)
    audited.do(role, "els", "farid")
    assert auditing.check(audited.bank) == []
    assert seals.seals(audited.bank) == []


def test_a_seal_changed_in_the_database_is_found(audited: Village) -> None:
    sealed(audited)
    with audited.raw() as conn:
        conn.execute("UPDATE kept_seals SET time = time + 1")
    (finding,) = auditing.check(audited.bank)
    assert "does not hold" in finding.detail


def test_a_seal_put_under_another_name_is_found(audited: Village) -> None:
    sealed(audited)
    with audited.raw() as conn:
        conn.execute(f"UPDATE kept_seals SET member = '{audited.world.member('joop')}'")
    (finding,) = auditing.check(audited.bank)
    assert "another's key" in finding.detail


def test_a_seal_with_a_bundle_is_checked_without_the_server(audited: Village) -> None:
    made = sealed(audited)
    audited.post(audited.world.pay("joop", "amina", 30))
    seal = parse_seal(seals.file_of(audited.bank, made.member, made.size))
    bundle = list(auditing.export(audited.bank))
    verdict = verify_bundle(bundle, audited.bank.ledger, seals=[seal])
    assert verdict.sealers == (made.member,)


def made_by(village: Village, who: str, **change: Any) -> Seal:
    statement = replace(seals.draft(village.bank), **change)
    return Seal(statement, authorize(village.world.key(who), Tag.SEAL, statement.data))


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("amina", {"root": "ab" * 32}),
        ("amina", {"size": 2}),
        ("amina", {"size": 9}),
        ("amina", {"time": 1_000}),
        ("amina", {"ledger": "ab" * 32}),
        ("joop", {}),
    ],
)
def test_a_seal_that_does_not_hold_in_a_bundle_is_refused(
    audited: Village, who: str, change: dict[str, Any]
) -> None:
    bundle = list(auditing.export(audited.bank))
    with pytest.raises((ProofError, Refusal)):
        verify_bundle(bundle, audited.bank.ledger, seals=[made_by(audited, who, **change)])


def test_seals_that_contradict_each_other_do_not_both_hold(audited: Village) -> None:
    both = [made_by(audited, "amina"), made_by(audited, "amina", root="ab" * 32)]
    with pytest.raises(ProofError, match="different journals"):
        verify_bundle(list(auditing.export(audited.bank)), audited.bank.ledger, seals=both)


def test_a_seal_older_than_what_it_is_on_is_refused(audited: Village) -> None:
    audited.wait(60)
    audited.post(audited.world.pay("joop", "amina", 30))
    statement = replace(seals.draft(audited.bank), time=audited.clock.now() - 1)
    with pytest.raises(ProofError, match="older"):
        sealed(audited, statement=statement)
