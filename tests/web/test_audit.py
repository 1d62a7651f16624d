"""The kascommissie in the web: reads everything, moves nothing, and is seen reading."""

from hashlib import sha256

import pytest

from tests.web.conftest import Browser, Street
from timebank.ledger import orders
from timebank.services import auditing, books, seals
from timebank.services.drafts import Draft, commit
from timebank.services.proofs import verify_bundle
from timebank.signing.messages import Tag
from timebank.standalone import packing


@pytest.fixture(name="audited")
def _audited(street: Street) -> Street:
    world = street.world
    street.issue(50_000)
    street.post(world.pay("werk", "joop", 5_000, "WIJK"))
    memo = commit("appeltaart")
    pay = orders.Pay((world.leg("joop", "bart", 450, "WIJK"),), memo.commitment)
    street.send(Draft(world.order(pay, "joop"), (memo,)), "joop")
    street.do(orders.SetRole(world.member("amina"), "auditor", True), "els", "farid")
    return street


@pytest.fixture(name="amina")
def _amina(audited: Street) -> Browser:
    return audited.browser("amina")


def seen(street: Street, who: str) -> str:
    return street.browser(who).page("/gekeken")


def test_the_desk_shows_the_checkpoint_and_everything_to_take_home(
    audited: Street, amina: Browser
) -> None:
    page = amina.page("/kascommissie")
    statement = seals.draft(audited.bank)
    for text in (audited.bank.ledger, statement.root, packing.digest(), "kasboek.bundle"):
        assert text in page
    assert "/kascommissie" in amina.page("/meer")


def test_an_auditor_seals_by_signing_what_the_page_shows(audited: Street, amina: Browser) -> None:
    answer = amina.sign(amina.page("/kascommissie/tekenen"), tag=Tag.SEAL)
    assert answer.get_json() == {"state": "posted", "go": "/kascommissie"}
    (seal,) = seals.seals(audited.bank)
    assert seal.member == audited.world.member("amina")
    page = amina.page("/kascommissie")
    assert "U hebt voor deze stand getekend" in page
    assert "tekenen" not in page.split("</main>")[0]


def test_a_seal_signed_as_something_else_is_refused(audited: Street, amina: Browser) -> None:
    answer = amina.sign(amina.page("/kascommissie/tekenen"), tag=Tag.ORDER)
    assert answer.get_json()["state"] == "refused"
    assert seals.seals(audited.bank) == []


def test_a_seal_by_another_key_does_not_count(audited: Street, amina: Browser) -> None:
    page = amina.page("/kascommissie/tekenen")
    assert amina.sign(page, tag=Tag.SEAL, signer="truus").get_json()["code"] == "not_authorized"
    assert seals.seals(audited.bank) == []


@pytest.mark.parametrize(
    "sent", [{}, [], {"order": "x", "authorizations": [{}]}, {"order": "{}", "authorizations": []}]
)
def test_what_is_no_seal_is_refused(amina: Browser, sent: object) -> None:
    assert amina.post("/kascommissie/tekenen", json=sent).status_code == 422


def test_the_bundle_is_the_one_that_can_be_verified(audited: Street, amina: Browser) -> None:
    answer = amina.get("/kascommissie/kasboek.bundle")
    verdict = verify_bundle(answer.data.splitlines(keepends=True), audited.bank.ledger)
    assert verdict.checkpoint.size == seals.draft(audited.bank).size


def test_the_report_can_be_had_as_page_and_as_paper(amina: Browser) -> None:
    page = amina.get("/kascommissie/verslag-2026.html")
    assert "Saldibalans" in page.text
    assert "attachment" in page.headers["Content-Disposition"]
    assert amina.get("/kascommissie/verslag-2026.pdf").data.startswith(b"%PDF")
    for year in ("2031", "1999", "12345"):
        assert amina.get(f"/kascommissie/verslag-{year}.html").status_code == 404


def test_anybody_can_have_the_verifier_with_its_digest(street: Street) -> None:
    nobody = street.browser()
    answer = nobody.get("/controle/timebank-verify.pyz")
    assert sha256(answer.data).hexdigest() in nobody.page("/controle")


# ---- reading


def test_the_list_of_entries_is_about_nobody(audited: Street, amina: Browser) -> None:
    page = amina.page("/kascommissie/boekingen")
    assert "Betaling: 4,50 credits" in page
    assert "joop" not in page
    assert "Er heeft nog niemand gekeken" in seen(audited, "joop")


def test_entries_are_leafed_through_page_by_page(audited: Street, amina: Browser) -> None:
    for _ in range(60):
        audited.post(audited.world.pay("joop", "amina", 1))
    page = amina.page("/kascommissie/boekingen")
    assert "Begin van het boek" not in page
    assert "Begin van het boek" in amina.page("/kascommissie/boekingen?before=10")
    newest = amina.page("/kascommissie/boekingen")
    for odd in (10**30, -(10**30)):
        assert amina.page(f"/kascommissie/boekingen?before={odd}").count("<li") == newest.count(
            "<li"
        )


def test_an_entry_shows_who_signed_and_what_it_was_for(audited: Street, amina: Browser) -> None:
    identity = newest(audited, "pay")
    page = amina.page(f"/kascommissie/boekingen/{identity}")
    for text in ("joop", "bart", "appeltaart", "4,50 credits", identity):
        assert text in page
    for who in ("joop", "bart"):
        assert "amina" in seen(audited, who)
        assert "een boeking van u" in seen(audited, who)
    assert "Er heeft nog niemand gekeken" in seen(audited, "noor")


def newest(street: Street, kind: str) -> str:
    return next(each.identity for each in books.lines(street.bank) if each.type == kind)


def test_every_entry_of_a_ledger_can_be_opened(audited: Street, amina: Browser) -> None:
    for line in books.lines(audited.bank):
        assert amina.get(f"/kascommissie/boekingen/{line.identity}").status_code == 200
    assert amina.get(f"/kascommissie/boekingen/{'0' * 64}").status_code == 404


def test_a_members_page_shows_balances_and_that_is_noted(audited: Street, amina: Browser) -> None:
    member = audited.world.member("joop")
    assert member in amina.page("/kascommissie/leden")
    assert "Er heeft nog niemand gekeken" in seen(audited, "joop")
    page = amina.page(f"/kascommissie/leden/{member}")
    assert "45,50 credits" in page
    assert "appeltaart" in page
    assert "amina" in seen(audited, "joop")
    assert "uw overzicht" in seen(audited, "joop")


def test_an_auditor_looking_at_themselves_is_not_noted(audited: Street, amina: Browser) -> None:
    amina.page(f"/kascommissie/leden/{audited.world.member('amina')}")
    assert "Er heeft nog niemand gekeken" in amina.page("/gekeken")


def test_the_rules_say_how_many_must_sign_and_who_holds_a_role(amina: Browser) -> None:
    page = amina.page("/kascommissie/regels")
    assert "2 × uitgever van credits" in page
    assert "kees" in page


def test_an_auditor_moves_nothing(audited: Street, amina: Browser) -> None:
    before = seals.draft(audited.bank).size
    for path in ("", "/boekingen", "/leden", "/regels", "/tekenen"):
        amina.page(f"/kascommissie{path}")
    assert seals.draft(audited.bank).size == before
    assert auditing.check(audited.bank) == []


def test_the_pages_speak_english(amina: Browser) -> None:
    amina.get("/taal/en")
    assert "You may see everything" in amina.page("/kascommissie")
    assert "Trial balance" in amina.get("/kascommissie/verslag-2026.html").text
