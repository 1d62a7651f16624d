"""Proposals made in a form: what is asked, what is refused beside its field, and what is signed."""

import json
import re

import pytest

from tests.banking import OWN
from tests.passkeys import Passkey
from tests.web.conftest import Browser, Street
from tests.world import seed
from timebank import ids
from timebank.ledger import orders
from timebank.ledger.verified import VerifiedOrder, verify_bytes
from timebank.services import approvals, bankfiles, house, membership, proposals, statements
from timebank.signing.canonical import to_base64url
from timebank_cli.demo.banking import Booking, statement
from timebank_web.words import MINUS

ISSUE = {"amount": "200,00", "memo": "lonen november"}


def form(street: Street, **more: str) -> dict[str, str]:
    return {"member": street.world.member("werk"), **ISSUE, **more}


def wrong(browser: Browser, kind: str, data: dict[str, str]) -> dict[str, str]:
    """Send a form that is not right; return what is said beside each field."""
    answer = browser.post(f"/voorstellen/nieuw/{kind}", data)
    assert answer.status_code == 422
    said = re.findall(
        r'<p class="error" id="(\w+)-error" data-error="\w+" role="alert">([^<]+)</p>', answer.text
    )
    assert "data-sign-button" not in answer.text
    return dict(said)


def open_proposals(street: Street) -> list[proposals.Proposal]:
    return [one for one in proposals.proposals(street.bank) if one.state == "open"]


def test_nothing_is_kept_before_it_is_signed(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus = street.browser("truus")
    page = truus.post("/voorstellen/nieuw/credits", form(street)).text
    assert "nu 0,00 credits" in page
    assert "daarna 200,00 credits" in page
    assert open_proposals(street) == []
    assert truus.sign(page).get_json()["state"] == "posted"
    (kept,) = open_proposals(street)
    assert "Nog 1 handtekening nodig, van kees." in truus.page(
        f"/voorstellen/{kept.order.identity}"
    )


def test_the_second_treasurer_posts_by_signing_and_reads_so(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus, kees = street.browser("truus"), street.browser("kees")
    truus.sign(truus.post("/voorstellen/nieuw/credits", form(street)).text)
    assert "1 ding te doen" in kees.page("/thuis")
    assert "Niets te doen" in truus.page("/thuis")
    (kept,) = open_proposals(street)
    there = f"/voorstellen/{kept.order.identity}"
    assert there in kees.page("/week")
    assert kees.sign(kees.page(there)).get_json()["go"] == there
    assert "Genoeg mensen hebben getekend. Het is geboekt, als boeking 2." in kees.page(there)
    assert street.balance("werk", "WIJK") == 20_000


def test_who_signed_sees_no_button_and_why(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus = street.browser("truus")
    truus.sign(truus.post("/voorstellen/nieuw/credits", form(street)).text)
    (kept,) = open_proposals(street)
    page = truus.page(f"/voorstellen/{kept.order.identity}")
    assert "U hebt al getekend." in page
    assert "data-sign-button" not in page


def test_who_gains_is_told_before_signing(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus = street.browser("truus")
    data = form(street, member=street.world.member("truus"))
    page = truus.post("/voorstellen/nieuw/credits", data).text
    assert "Dit gaat over uzelf. Uw handtekening telt hier daarom niet mee." in page
    assert "zonder u gaat het niet door" in page
    assert "1 handtekening" not in page


def test_more_than_the_cover_is_refused_beside_the_amount(street: Street) -> None:
    street.post(street.world.record_bank(15_000))
    said = wrong(street.browser("truus"), "credits", form(street))
    assert said == {"amount": "Er is dekking voor 150,00 credits."}


@pytest.mark.parametrize(
    ("kind", "data", "fields"),
    [
        ("credits", {"amount": "0", "memo": ""}, {"member", "amount", "memo"}),
        ("credits", {"member": "niemand", **ISSUE}, {"member"}),
        ("bankregel", {"direction": "zijwaarts", "amount": "x"}, {"direction", "amount", "line"}),
        ("inleveren", {"amount": "-1"}, {"member", "amount", "memo"}),
        ("terugdraaien", {"number": "1", "kenmerk": "0000"}, {"number"}),
        ("terugdraaien", {"number": "²", "kenmerk": ""}, {"number"}),
    ],
)
def test_what_is_not_right_stands_beside_its_field(
    street: Street, kind: str, data: dict[str, str], fields: set[str]
) -> None:
    assert set(wrong(street.browser("truus"), kind, data)) == fields


def test_only_who_signs_a_kind_proposes_it(street: Street) -> None:
    assert street.browser("els").get("/voorstellen/nieuw/credits").status_code == 403
    assert street.browser("truus").get("/voorstellen/nieuw/taak").status_code == 403
    assert street.browser("truus").get("/voorstellen/nieuw/anders").status_code == 404
    offered = street.browser("els").page("/voorstellen/nieuw")
    assert "Taak geven of afnemen" in offered
    assert "Credits maken" not in offered


def test_a_bank_line_that_went_out_is_signed_with_its_minus(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus = street.browser("truus")
    data = {"direction": "out", "amount": "12,50", "line": "kosten bank"}
    page = truus.post("/voorstellen/nieuw/bankregel", data).text
    assert 'data-int="-1250"' in page
    assert f"{MINUS}12,50 euro" in page
    assert truus.sign(page).get_json()["state"] == "posted"
    assert street.bank.guard.read().size == 3


def test_a_line_of_an_amount_that_was_imported_is_asked_about(street: Street) -> None:
    house.keep_setting(street.bank, "bank_name", "De Linde")
    house.keep_setting(street.bank, "bank_iban", OWN)
    imported = statement(OWN, [Booking("A", "2026-09-22", 70_000)])
    bankfiles.import_file(street.bank, "afschrift.xml", imported)
    truus = street.browser("truus")
    data = {"direction": "in", "amount": "700,00", "line": "storting"}
    asked = truus.post("/voorstellen/nieuw/bankregel", data)
    assert asked.status_code == 422
    assert "Is dit een andere regel?" in asked.text
    same = truus.post("/voorstellen/nieuw/bankregel", data | {"apart": "no"})
    assert same.status_code == 422
    other = truus.post("/voorstellen/nieuw/bankregel", data | {"apart": "yes"}).text
    assert truus.sign(other).get_json()["state"] == "posted"


def test_a_role_is_given_by_two_coordinators(street: Street) -> None:
    els, farid = street.browser("els"), street.browser("farid")
    data = {"member": street.world.member("joop"), "role": "auditor", "held": "yes"}
    els.sign(els.post("/voorstellen/nieuw/taak", data).text)
    (kept,) = open_proposals(street)
    farid.sign(farid.page(f"/voorstellen/{kept.order.identity}"))
    assert membership.person(street.bank, street.world.member("joop")).roles == ("auditor",)


def test_a_limit_is_set_by_two_coordinators(street: Street) -> None:
    els, farid = street.browser("els"), street.browser("farid")
    data = {
        "member": street.world.member("joop"), "currency": "UUR", "below": "2:00", "above": "10:00",
    }  # fmt: skip
    page = els.post("/voorstellen/nieuw/grens", data).text
    assert f"{MINUS}2 uur" in page
    els.sign(page)
    (kept,) = open_proposals(street)
    farid.sign(farid.page(f"/voorstellen/{kept.order.identity}"))
    held = statements.balances(street.bank, street.world.member("joop"))[0]
    assert (held.floor, held.ceiling) == (-120, 600)


def test_whose_credits_are_retired_signs_from_their_own_home(street: Street) -> None:
    street.issue(50_000)
    truus, kees, werk = (street.browser(name) for name in ("truus", "kees", "werk"))
    data = form(street, amount="100,00", memo="project is klaar")
    truus.sign(truus.post("/voorstellen/nieuw/inleveren", data).text)
    (kept,) = open_proposals(street)
    there = f"/voorstellen/{kept.order.identity}"
    kees.sign(kees.page(there))
    assert "Ook werk moet tekenen." in kees.page(there)
    assert street.browser("bart").get(there).status_code == 403
    assert there in werk.page("/thuis")
    werk.sign(werk.page(there))
    assert street.balance("werk", "WIJK") == 40_000


# ---- booking back


def test_a_payment_in_both_currencies_is_booked_back_in_part(street: Street) -> None:
    world = street.world
    street.issue(50_000)
    legs = (world.leg("werk", "amina", 60), world.leg("werk", "amina", 450, "WIJK"))
    paid = street.do(orders.Pay(legs), "werk")
    truus, kees = street.browser("truus"), street.browser("kees")
    known = {"number": str(paid.seq), "kenmerk": ids.reference(paid.identity).lower()}
    asked = truus.post("/voorstellen/nieuw/terugdraaien", known)
    assert asked.status_code == 200
    assert "Van werk naar amina" in asked.text
    filled = {**known, "leg0": "0:15", "leg1": "1,00", "reason": "te veel gerekend"}
    truus.sign(truus.post("/voorstellen/nieuw/terugdraaien", filled).text)
    (kept,) = open_proposals(street)
    page = kees.page(f"/voorstellen/{kept.order.identity}")
    assert "15 min" in page
    assert "1,00 credits" in page
    kees.sign(page)
    assert (street.balance("amina"), street.balance("amina", "WIJK")) == (45, 350)
    for name in ("werk", "amina"):
        told = street.browser(name).page(f"/bewijs/{paid.identity}")
        assert "Teruggedraaid: 15 min en 1,00 credits" in told
        assert "te veel gerekend" in told
        assert "te veel gerekend" in street.browser(name).page("/boekingen")


def test_no_more_is_booked_back_than_is_left(street: Street) -> None:
    paid = street.post(street.world.pay("joop", "amina", 60))
    street.do(orders.Refund(paid.identity, (street.world.leg("amina", "joop", 45),)), "amina")
    data = {
        "number": str(paid.seq), "kenmerk": ids.reference(paid.identity), "leg0": "0:30",
        "reason": "fout",
    }  # fmt: skip
    said = wrong(street.browser("truus"), "terugdraaien", data)
    assert said == {"leg0": "Hoogstens 15 min."}


def test_an_issue_that_bank_lines_back_goes_back_as_a_whole(street: Street) -> None:
    issued = street.issue(50_000)
    known = {"number": str(issued.seq), "kenmerk": ids.reference(issued.identity)}
    data = {**known, "leg0": "1,00", "reason": "fout"}
    said = wrong(street.browser("truus"), "terugdraaien", data)
    assert "alleen helemaal terug" in said["leg0"]


def test_a_number_without_its_reference_shows_nobodys_payment(street: Street) -> None:
    paid = street.post(street.world.pay("joop", "amina", 60))
    answer = street.browser("truus").post(
        "/voorstellen/nieuw/terugdraaien", {"number": str(paid.seq), "kenmerk": "AAAA"}
    )
    assert "joop" not in answer.text
    assert "Wij vinden geen boeking" in answer.text


# ---- keys


def test_passkeys_and_key_files_sign_the_same_proposal_in_any_mix(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    passkey = Passkey("truus")
    street.post(_with_passkey(street, "truus", passkey))
    truus = street.browser("truus")
    page = truus.post("/voorstellen/nieuw/credits", form(street)).text
    drafted = re.search(r'id="order-draft">(.*?)</script>', page)
    assert drafted
    sent = json.loads(drafted[1])
    sent["authorizations"] = [passkey.authorize(sent["order"].encode())]
    assert truus.post("/voorstellen", json=sent).get_json()["state"] == "posted"
    (kept,) = open_proposals(street)
    # As `timebank sign` does: the file's signatures are kept beside the others.
    proposals.propose(street.bank, kept.draft, street.signatures(kept.draft, "kees"))
    kees = street.browser("kees")
    there = f"/voorstellen/{kept.order.identity}"
    assert "Genoeg mensen hebben getekend, maar het is nog niet geboekt." in kees.page(there)
    kees.post(f"{there}/boeken")
    assert street.balance("werk", "WIJK") == 20_000


def _with_passkey(street: Street, who: str, passkey: Passkey) -> VerifiedOrder:
    """The order by which a member's new passkey joins their keys, with all that it may do."""
    world = street.world
    invitation = world.voucher("passkey", by=who, purpose="add_key", kind=None, limits=None)
    secret = to_base64url(seed("secret passkey"))
    order = world.order(orders.AddKey(invitation, secret, world.member(who), passkey.grant()), who)
    return verify_bytes(order.data, [passkey.authorize(order.data)])


def test_a_member_who_is_nobody_here_signs_nothing(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    truus = street.browser("truus")
    truus.sign(truus.post("/voorstellen/nieuw/credits", form(street)).text)
    (kept,) = open_proposals(street)
    page = truus.page(f"/voorstellen/{kept.order.identity}")
    assert "data-sign-button" not in page
    sent = kept.draft.wire()
    for name, code in (("els", "not_authorized"), ("joop", "not_authorized")):
        answer = street.browser(name).post(
            "/voorstellen",
            json={
                "order": sent["order"],
                "authorizations": street.signatures(kept.draft, name),
                "openings": [],
            },
        )
        assert answer.get_json()["code"] == code
    stands = approvals.approvals(street.bank, kept.order, kept.authorizations)
    assert len(stands.counted) == 1


def test_a_proposal_that_cannot_post_now_says_so_and_keeps_the_signature(street: Street) -> None:
    street.post(street.world.record_bank(20_000))
    truus, kees = street.browser("truus"), street.browser("kees")
    for memo in ("een", "twee"):
        truus.sign(truus.post("/voorstellen/nieuw/credits", form(street, memo=memo)).text)
    first, second = open_proposals(street)
    kees.sign(kees.page(f"/voorstellen/{first.order.identity}"))
    there = f"/voorstellen/{second.order.identity}"
    assert kees.sign(kees.page(there)).get_json()["go"] == there
    page = kees.page(there)
    assert "Getekend, maar het kan nu niet geboekt worden." in page
    assert "Boek het nu" in page
    assert street.balance("werk", "WIJK") == 20_000
