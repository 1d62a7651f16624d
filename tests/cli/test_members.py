"""Inviting, joining, looking at members, and stopping one."""

from pathlib import Path

import pytest

from tests.cli.conftest import ON_BOTH, Wijk

pytestmark = ON_BOTH


def test_an_invitation_is_a_link_that_a_newcomer_joins_with(wijk: Wijk) -> None:
    said = wijk.do("invite", "de buurvrouw van 12", *wijk.as_("Els"))
    link = next(line.split()[-1] for line in said.splitlines() if line.startswith("link"))
    assert link.startswith("HTTPS://WIJK.TEST/U/")
    wijk.do("key", "new", wijk.key("fatma"))
    wijk.do("join", link, "--name", "Fatma", *wijk.as_("fatma"))
    assert wijk.balance("Fatma") == 0
    wijk.refuses("invitation_used", "join", link, "--name", "Fatma", *wijk.as_("fatma"))


def test_an_invitation_grows_old(wijk: Wijk) -> None:
    link = wijk.ask("invite", "x", *wijk.as_("Els"))["link"]
    wijk.clock.advance(15 * 86_400)
    wijk.do("key", "new", wijk.key("fatma"))
    wijk.refuses("invitation_expired", "join", link, "--name", "F", *wijk.as_("fatma"))


def test_only_a_registrar_invites(wijk: Wijk) -> None:
    link = wijk.ask("invite", "x", *wijk.as_("Joop"))["link"]
    wijk.do("key", "new", wijk.key("fatma"))
    wijk.refuses("bad_invitation", "join", link, "--name", "F", *wijk.as_("fatma"))


def test_a_newcomer_says_a_name_and_a_link_must_be_one(wijk: Wijk) -> None:
    link = wijk.ask("invite", "x", *wijk.as_("Els"))["link"]
    assert wijk.run("join", link, *wijk.as_("Joop")).exit_code == 2
    wijk.refuses("bad_link", "join", "HTTPS://WIJK.TEST/U/ILO", "--name", "F", *wijk.as_("Joop"))
    wijk.refuses("bad_invitation", "join", "0" * 32, "--name", "F", *wijk.as_("Joop"))


def test_the_code_of_a_link_may_be_typed_as_it_is_read(wijk: Wijk) -> None:
    link = wijk.ask("invite", "x", *wijk.as_("Els"))["link"]
    code = link.rpartition("/")[2].lower()
    typed = "-".join(code[at : at + 8] for at in range(0, len(code), 8))
    wijk.do("key", "new", wijk.key("fatma"))
    wijk.do("join", typed, "--name", "Fatma", *wijk.as_("fatma"))


def test_members_are_listed_with_their_roles(wijk: Wijk) -> None:
    people = {item["name"]: item for item in wijk.ask("member", "list")}
    assert people["Els"]["roles"] == ["coordinator", "registrar"]
    assert (people["Bart"]["kind"], people["Werk"]["kind"]) == ("shop", "organisation")
    lines = wijk.do("member", "list").splitlines()
    assert lines[0].split() == ["NAME", "KIND", "STATE", "ROLES", "ID"]
    assert [line.split()[0] for line in lines[1:]] == sorted(people, key=str.casefold)


def test_one_member_is_shown_with_balances_and_keys(wijk: Wijk) -> None:
    wijk.pay("Joop", "Amina", "1:30")
    shown = wijk.ask("member", "show", "Joop")
    assert {item["currency"]: item["balance"] for item in shown["balances"]}["UUR"] == -90
    (key,) = shown["keys"]
    assert key["id"] == wijk.ask("key", "show", wijk.key("Joop"))["id"]
    said = wijk.do("member", "show", "Joop")
    assert "-1:30 UUR" in said
    assert key["id"][:16] in said


def test_a_coordinator_suspends_at_once_and_lifts_it(wijk: Wijk) -> None:
    wijk.do("member", "suspend", "Joop", "--reason", "telefoon gestolen", *wijk.as_("Els"))
    wijk.refuses("member_suspended", "pay", "Amina", "1:00", *wijk.as_("Joop"))
    assert "suspended" in wijk.do("member", "show", "Joop")
    wijk.do("member", "suspend", "Joop", "--lift", "--reason", "terug", *wijk.as_("Farid"))
    wijk.pay("Joop", "Amina", "1:00")


def test_a_neighbour_cannot_suspend_another(wijk: Wijk) -> None:
    """Nor is it put before a coordinator, as if somebody with that task had proposed it."""
    file = wijk.folder / "suspend.json"
    args = ("member", "suspend", "Amina", "--reason", "ruzie", "--out", file, *wijk.as_("Joop"))
    wijk.refuses("not_authorized", *args)
    assert not file.exists()
    assert wijk.ask("member", "show", "Amina")["status"] == "active"


def test_a_stolen_key_is_blocked_by_its_member_or_a_coordinator(wijk: Wijk) -> None:
    key = wijk.ask("key", "show", wijk.key("Joop"))["id"]
    wijk.do("propose", "revoke-key", "Joop", key[:16], *wijk.as_("Els"))
    wijk.refuses("key_revoked", "pay", "Amina", "1:00", *wijk.as_("Joop"))
    own = wijk.ask("key", "show", wijk.key("Amina"))["id"]
    wijk.do("propose", "revoke-key", "Amina", own, *wijk.as_("Amina"))
    wijk.refuses("key_revoked", "pay", "Els", "1:00", *wijk.as_("Amina"))
    wijk.refuses("unknown_key_name", "propose", "revoke-key", "Kees", key, *wijk.as_("Els"))


@pytest.mark.parametrize("option", ["--png", "--svg"])
def test_a_code_is_never_written_over_another_file(wijk: Wijk, option: str) -> None:
    target = wijk.folder / "there"
    target.write_text("mine")
    wijk.refuses("file", "invite", "x", *wijk.as_("Els"), option, target)
    assert target.read_text() == "mine"
    assert Path(target).exists()


def test_who_left_is_forgotten_and_who_stays_is_not(wijk: Wijk) -> None:
    assert wijk.refuses("not_left", "member", "erase", "Amina", "--yes")["error"] == "not_left"
    amina = wijk.ask("member", "show", "Amina")["id"]
    wijk.do("leave", *wijk.as_("Amina"))
    assert wijk.run("member", "erase", amina, typed="n\n").exit_code == 1
    assert wijk.ask("member", "erase", amina, "--yes")["erased"] == 1
    assert "Amina" not in wijk.do("member", "list")
