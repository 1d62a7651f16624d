"""The one door for signed orders: whoever knocks, the order's own signatures decide."""

from typing import Any

import pytest

from tests.web.conftest import Street
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.verified import VerifiedOrder
from timebank.services import auditing, statements
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag


def wire(street: Street, signed: VerifiedOrder, *signers: str) -> dict[str, Any]:
    return {
        "order": signed.order.data.decode(),
        "authorizations": street.world.signatures(signed.order, *signers),
    }


def balance(street: Street, name: str) -> int:
    found = statements.balances(street.bank, street.world.member(name))
    return next(one.balance for one in found if one.currency == "UUR")


def test_a_signed_payment_is_posted_and_says_where_to_look(street):
    browser = street.browser("joop")
    signed = street.world.pay("joop", "amina", 90)
    answer = browser.post("/orders", json=wire(street, signed, "joop"))
    assert answer.status_code == 200
    assert answer.json["state"] == "posted"
    assert answer.json["identity"] == signed.order.identity
    page = browser.page(answer.json["go"])
    assert "Betaald" in page
    assert "1 uur 30 min" in page
    assert answer.json["reference"] in page


def test_the_same_bytes_again_get_the_same_answer_and_one_entry(street):
    browser = street.browser("joop")
    sent = wire(street, street.world.pay("joop", "amina", 90), "joop")
    answers = [browser.post("/orders", json=sent).json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert balance(street, "amina") == 90


def test_an_order_of_another_member_posts_when_that_member_signed_it(street):
    sent = wire(street, street.world.pay("amina", "joop", 30), "amina")
    assert street.browser("noor").post("/orders", json=sent).json["state"] == "posted"


def test_being_signed_in_is_no_signature(street):
    sent = wire(street, street.world.pay("amina", "joop", 30), "joop")
    answer = street.browser("amina").post("/orders", json=sent)
    assert answer.status_code == 409
    assert answer.json["state"] == "refused"
    assert answer.json["code"] == Code.NOT_AUTHORIZED
    assert balance(street, "joop") == 0


def test_who_is_not_signed_in_is_asked_to(street):
    sent = wire(street, street.world.pay("joop", "amina", 30), "joop")
    answer = street.browser().post("/orders", json=sent)
    assert answer.status_code == 401
    assert answer.json["message"] == "U bent uitgelogd. Log opnieuw in."
    assert balance(street, "amina") == 0


def test_a_login_signature_is_never_a_payment(street):
    signed = street.world.pay("joop", "amina", 30)
    sent = wire(street, signed)
    sent["authorizations"] = [authorize(street.world.key("joop"), Tag.LOGIN, signed.order.data)]
    answer = street.browser("joop").post("/orders", json=sent)
    assert answer.json["code"] == Code.BAD_SIGNATURE


def test_one_changed_digit_is_refused(street):
    sent = wire(street, street.world.pay("joop", "amina", 30), "joop")
    sent["order"] = sent["order"].replace('"amount":30', '"amount":31')
    answer = street.browser("joop").post("/orders", json=sent)
    assert answer.json["code"] == Code.BAD_SIGNATURE


@pytest.mark.parametrize(
    "sent",
    [
        [],
        "order",
        {},
        {"order": 5, "authorizations": []},
        {"order": "{}", "authorizations": {}},
        {"order": "é", "authorizations": []},
        {"order": "{", "authorizations": []},
        {"order": '{"a":1.5}', "authorizations": []},
        {"order": '{"a":1,"a":1}', "authorizations": []},
        {"order": "[" * 5000, "authorizations": []},
        {"order": "{}", "authorizations": [], "openings": "x"},
        {"order": "{}", "authorizations": [], "openings": [{"salt": "AA", "text": "x"}]},
        {"order": "{}", "authorizations": [], "openings": [{"salt": "A" * 43, "text": "\ud800"}]},
        {"order": "{}", "authorizations": [], "openings": [{}] * 17},
    ],
)
def test_what_is_no_order_is_refused_in_words(street, sent):
    answer = street.browser("joop").post("/orders", json=sent)
    assert answer.status_code == 422
    assert answer.json["state"] == "refused"
    assert answer.json["message"]


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '{"a":' * 20_000, "\xff", "NaN"])
def test_what_is_no_json_is_refused_and_breaks_nothing(street, body):
    answer = street.browser("joop").post(
        "/orders", body.encode("latin-1"), content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    assert answer.json["message"]


def test_an_order_with_a_page_of_authorizations_is_refused(street):
    sent = wire(street, street.world.pay("joop", "amina", 30), "joop")
    sent["authorizations"] *= 300
    answer = street.browser("joop").post("/orders", json=sent)
    assert answer.json["state"] == "refused"
    assert balance(street, "amina") == 0


def test_what_became_of_an_order_is_told_to_who_knows_it(street):
    browser = street.browser("joop")
    signed = street.world.pay("joop", "amina", 30)
    path = f"/orders/{signed.order.identity}"
    assert browser.get(path).json == {"state": "unknown"}
    browser.post("/orders", json=wire(street, signed, "joop"))
    assert browser.get(path).json["state"] == "posted"


def test_a_foreign_text_beside_an_order_is_not_kept(street):
    sent = wire(street, street.world.pay("joop", "amina", 30), "joop")
    sent["openings"] = [{"salt": "A" * 43, "text": "smaad"}]
    browser = street.browser("joop")
    browser.post("/orders", json=sent)
    assert "smaad" not in browser.page("/boekingen")
    assert auditing.check(street.bank) == []


def test_what_became_of_an_order_is_told_to_its_author_only(street):
    """Whoever knew an identity read once who had been blocked."""
    body = orders.Suspend(street.world.member("joop"), True, "ab" * 32)
    posted = street.do(body, "els")
    assert street.browser("els").get(f"/klaar/{posted.identity}").location == "/leden"
    amina = street.browser("amina")
    assert amina.get(f"/klaar/{posted.identity}").location == "/thuis"
    assert "geblokkeerd" not in amina.page("/thuis")
