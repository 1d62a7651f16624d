"""Codes, one-off requests and tills."""

import pytest

from tests.services.conftest import Village, reopened
from timebank.errors import Code, Refusal
from timebank.services import payments, requests, statements
from timebank.services.requests import Request


@pytest.fixture(name="who")
def _who(village):
    return village.world.member


def answer(village: Village, payer: str, request: Request):
    draft = payments.draft_answer(village.bank, village.world.member(payer), request)
    return village.send(draft, payer)


def state(village: Village, request: Request) -> str:
    return requests.status(village.bank, requests.find(village.bank, request.code)).state


def test_a_request_is_open_until_it_is_paid_and_then_says_by_whom(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30}, "fiets maken")
    assert state(village, asked) == "open"
    posted = answer(village, "joop", requests.find(village.bank, asked.code))
    status = requests.status(village.bank, asked)
    assert (status.state, status.identity, status.payer) == ("paid", posted.identity, who("joop"))
    assert status.seq == posted.seq
    for name in ("joop", "amina"):
        (movement,) = statements.history(village.bank, who(name))
        assert movement.memo == "fiets maken"


def test_what_became_of_a_request_is_in_the_journal_and_not_remembered_elsewhere(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    answer(village, "joop", asked)
    village.bank.close()
    with village.raw() as raw:
        raw.execute("DELETE FROM kept_requests")
    again = reopened(village.bank.settings)
    assert requests.status(again.bank, asked).state == "paid"
    again.bank.close()


def test_a_request_is_paid_once(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    drafts = {
        name: payments.draft_answer(village.bank, who(name), asked) for name in ("joop", "els")
    }
    village.send(drafts["joop"], "joop")
    with pytest.raises(Refusal) as caught:
        village.send(drafts["els"], "els")
    assert caught.value.code is Code.REQUEST_USED
    assert requests.status(village.bank, asked).payer == who("joop")


def test_a_request_expires(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30}, seconds=60)
    village.wait(60)
    assert state(village, asked) == "open"
    village.wait(1)
    assert state(village, asked) == "expired"
    with pytest.raises(Refusal) as caught:
        answer(village, "joop", asked)
    assert caught.value.code is Code.REQUEST_EXPIRED


def test_a_request_paid_in_time_stays_paid_after_it_expired(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30}, seconds=60)
    answer(village, "joop", asked)
    village.wait(3600)
    assert state(village, asked) == "paid"


def test_only_the_payee_cancels_a_request(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    requests.cancel(village.bank, who("joop"), asked.code)
    assert state(village, asked) == "open"
    requests.cancel(village.bank, who("amina"), asked.code)
    assert state(village, asked) == "cancelled"


def test_a_payment_that_was_under_way_when_the_request_was_cancelled_counts(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    draft = payments.draft_answer(village.bank, who("joop"), asked)
    requests.cancel(village.bank, who("amina"), asked.code)
    village.send(draft, "joop")
    assert state(village, asked) == "paid"


def test_two_members_requests_with_one_id_do_not_get_in_each_other_s_way(village, who):
    """An id is the payee's own; whoever copies it uses up nothing of theirs."""
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    copied = requests.orders.Request(
        asked.asked.id,
        who("els"),
        (requests.orders.Credit(village.world.account("els"), "UUR", 1),),
        asked.asked.expires,
    )
    answer(village, "joop", Request(copied, "", "", 0, False))
    assert state(village, asked) == "open"
    answer(village, "joop", asked)


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({"UUR": 0}, Code.BAD_FIELD),
        ({"UUR": -1}, Code.BAD_FIELD),
        ({}, Code.BAD_FIELD),
        ({"EUR": 1}, Code.UNKNOWN_ACCOUNT),
        ({"NIX": 1}, Code.UNKNOWN_ACCOUNT),
    ],
)
def test_what_cannot_be_asked_leaves_nothing_behind(village, who, amounts, code):
    with pytest.raises(Refusal) as caught:
        requests.create(village.bank, who("amina"), amounts, "waarvoor")
    assert caught.value.code is code
    with village.raw() as raw:
        for table in ("kept_requests", "kept_openings"):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_code_nobody_gave_finds_nothing(village):
    with pytest.raises(Refusal) as caught:
        requests.find(village.bank, "0123456789ABCDEF")
    assert caught.value.code is Code.UNKNOWN_ENTRY


def test_a_code_is_found_as_people_type_it(village, who):
    asked = requests.create(village.bank, who("amina"), {"UUR": 30})
    typed = "-".join(asked.code[at : at + 4] for at in range(0, 16, 4)).lower().replace("0", "o")
    assert requests.find(village.bank, f" {typed} ") == asked


# ---- static codes


def test_a_static_code_is_the_same_until_it_is_replaced(village, who):
    first = requests.payee_code(village.bank, who("amina"))
    assert requests.payee_code(village.bank, who("amina")) == first
    assert requests.payee_of(village.bank, first.lower()) == who("amina")
    second = requests.replace_code(village.bank, who("amina"))
    assert second != first
    assert requests.payee_of(village.bank, second) == who("amina")
    with pytest.raises(Refusal) as caught:
        requests.payee_of(village.bank, first)
    assert caught.value.code is Code.UNKNOWN_MEMBER


# ---- tills


def test_a_till_receives_for_its_shop_until_it_is_closed(village, who):
    secrets = [
        requests.open_till(village.bank, who("bart"), label) for label in ("links", "rechts")
    ]
    other = requests.open_till(village.bank, who("noor"), "kassa")
    assert [requests.till(village.bank, secret) for secret in secrets] == [who("bart")] * 2
    tills = requests.tills_of(village.bank, who("bart"))
    assert sorted(till.label for till in tills) == ["links", "rechts"]
    left = next(till for till in tills if till.label == "links")
    requests.close_till(village.bank, who("noor"), left.token_hash)
    assert requests.till(village.bank, secrets[0]) == who("bart")
    requests.close_till(village.bank, who("bart"), left.token_hash)
    assert requests.till(village.bank, secrets[0]) is None
    assert requests.till(village.bank, secrets[1]) == who("bart")
    assert requests.till(village.bank, other) == who("noor")
    assert requests.till(village.bank, "nooit bestaan ✂") is None


def test_the_secret_of_a_till_is_not_in_the_database(village, who):
    secret = requests.open_till(village.bank, who("bart"), "kassa")
    assert secret not in str(village.tables())
