"""Members, blocking within a minute of a telephone call, and inviting."""

import json
import re
from typing import Any

import pytest

from tests.web.conftest import Browser, Street
from timebank import ids
from timebank.errors import Code, Refusal
from timebank.services import membership
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag


def test_a_coordinator_finds_a_member_by_part_of_the_name(street: Street) -> None:
    els = street.browser("els")
    assert "9 leden" in els.page("/leden")
    found = els.page("/leden?search=JOO")
    assert "1 lid" in found
    assert street.world.member("joop") in found
    assert street.world.member("amina") not in found


def test_a_member_page_shows_no_balance(street: Street) -> None:
    street.issue(12_345, "bart")
    page = street.browser("els").page(f"/leden/{street.world.member('bart')}")
    assert "123,45" not in page
    assert "Winkel" in page


def test_a_member_is_blocked_in_one_form_and_one_signature(street: Street) -> None:
    els, joop = street.browser("els"), street.world.member("joop")
    page = els.page(f"/leden/{joop}")
    reason = re.search(r'name="reason"[^>]*value="([^"]+)"', page)
    assert reason, "the usual reason stands there already"
    confirm = els.post(f"/leden/{joop}/blokkeren", {"reason": reason[1]}).text
    assert els.sign(confirm).get_json()["state"] == "posted"
    assert membership.person(street.bank, joop).status == "suspended"
    assert "Geblokkeerd" in els.page("/leden")
    with pytest.raises(Refusal) as refused:
        street.post(street.world.pay("joop", "amina", 30))
    assert refused.value.code is Code.MEMBER_SUSPENDED


def test_a_block_is_lifted_the_same_way(street: Street) -> None:
    els, joop = street.browser("els"), street.world.member("joop")
    for status in ("suspended", "active"):
        confirm = els.post(f"/leden/{joop}/blokkeren", {"reason": "gebeld"}).text
        assert els.sign(confirm).get_json()["state"] == "posted"
        assert membership.person(street.bank, joop).status == status


def test_a_block_needs_a_reason(street: Street) -> None:
    joop = street.world.member("joop")
    page = street.browser("els").post(f"/leden/{joop}/blokkeren", {"reason": "  "}).text
    assert "Vul hier de reden in." in page
    assert "data-sign" not in page


def test_who_is_blocked_sees_why_and_a_telephone_number(street: Street) -> None:
    els = street.browser("els")
    confirm = els.post(f"/leden/{street.world.member('joop')}/blokkeren", {"reason": "kwijt"}).text
    els.sign(confirm)
    answer = street.browser("joop").get("/meer")
    assert answer.status_code == 403
    assert "U bent geblokkeerd." in answer.text


# ---- inviting


def secret_in(page: str) -> bytes:
    (code,) = set(re.findall(r"HTTP://LOCALHOST/U/([0-9A-Z]{32})", page))
    return ids.code_bytes(code)


def draft_in(page: str) -> dict[str, Any]:
    found = re.search(r'id="order-draft">(.*?)</script>', page, re.DOTALL)
    assert found
    draft: dict[str, Any] = json.loads(found[1])
    return draft


@pytest.mark.parametrize("kind", ["person", "shop", "organisation"])
def test_an_invitation_works_once_it_is_signed_and_not_before(street: Street, kind: str) -> None:
    els = street.browser("els")
    page = els.post("/uitnodigen", {"kind": kind}).text
    with pytest.raises(Refusal) as unsigned:
        membership.find_invitation(street.bank, secret_in(page))
    assert unsigned.value.code is Code.BAD_INVITATION
    assert els.sign(page, tag=Tag.INVITATION).get_json() == {"state": "posted"}
    invitation = membership.find_invitation(street.bank, secret_in(page))
    assert invitation.voucher.kind == kind
    assert invitation.voucher.issuer == street.world.member("els")


def test_the_secret_is_not_in_what_the_server_keeps(street: Street) -> None:
    els = street.browser("els")
    page = els.post("/uitnodigen", {"kind": "person"}).text
    els.sign(page, tag=Tag.INVITATION)
    secret = secret_in(page)
    dump = repr(street.tables())
    assert repr(secret)[2:-1] not in dump
    assert secret.hex() not in dump.lower()
    assert ids.code(secret) not in dump


def keep(browser: Browser, page: str, *, key: str, **changes: object) -> tuple[int, dict[str, Any]]:
    """Send the voucher of a page, changed by somebody, and signed with this key."""
    voucher = json.loads(draft_in(page)["order"]) | changes
    text = json.dumps(voucher, sort_keys=True, separators=(",", ":"))
    signature = authorize(browser.world.key(key), Tag.INVITATION, text.encode())
    answer = browser.post("/uitnodigingen", json={"order": text, "authorizations": [signature]})
    return answer.status_code, answer.get_json()


def test_a_neighbour_invites_nobody(street: Street) -> None:
    els, joop = street.browser("els"), street.browser("joop")
    assert joop.post("/uitnodigen", {"kind": "person"}).status_code == 403
    page = els.post("/uitnodigen", {"kind": "person"}).text
    assert keep(joop, page, key="joop") == (409, _refusal(joop, page, "joop"))
    mine = {"issuer": street.world.member("joop")}
    status, answer = keep(joop, page, key="joop", **mine)
    assert (status, answer["error"]) == (409, Code.NOT_AUTHORIZED)


def _refusal(browser: Browser, page: str, key: str) -> dict[str, Any]:
    return keep(browser, page, key=key)[1]


def test_nobody_keeps_a_voucher_that_another_signed(street: Street) -> None:
    els = street.browser("els")
    page = els.post("/uitnodigen", {"kind": "person"}).text
    status, answer = keep(els, page, key="joop")
    assert (status, answer["error"]) == (409, Code.BAD_INVITATION)
    with pytest.raises(Refusal):
        membership.find_invitation(street.bank, secret_in(page))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        "tekst",
        {"order": "{}", "authorizations": [{}]},
        {"order": 1, "authorizations": [{}]},
        {"order": "{}", "authorizations": []},
        {"order": "{}", "authorizations": {}},
        {"order": "é", "authorizations": [{}]},
    ],
)
def test_a_malformed_voucher_is_refused(street: Street, sent: object) -> None:
    answer = street.browser("els").post("/uitnodigingen", json=sent)
    assert answer.status_code == 422
    assert answer.get_json()["error"] == Code.BAD_FIELD


def test_an_unknown_kind_of_member_is_refused(street: Street) -> None:
    assert street.browser("els").post("/uitnodigen", {"kind": "bank"}).status_code == 422
