"""What comes in as JSON, and the texts beside an order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.conftest import Village
from timebank.errors import Code, Refusal
from timebank.services import payments
from timebank.services.drafts import MAX_TEXT, commit, read_submission, tidy
from timebank.services.posting import post_one
from timebank.signing.canonical import to_base64url
from timebank.signing.messages import commitment


def wire(village: Village, memo: str = "fiets maken") -> dict[str, Any]:
    member = village.world.member
    draft = payments.draft_pay(village.bank, member("joop"), member("amina"), {"UUR": 5}, memo)
    return draft.wire() | {"authorizations": village.signatures(draft, "joop")}


def test_what_a_page_got_it_can_send_back_signed(village):
    sent = wire(village)
    submission = read_submission(sent)
    assert post_one(village.bank, submission).identity == sent["identity"]
    assert [opening.text for opening in submission.openings] == ["fiets maken"]


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, {"order": "{}"}, {"order": 1, "authorizations": []}]
)
def test_what_is_no_submission_is_refused(value):
    with pytest.raises(Refusal) as caught:
        read_submission(value)
    assert caught.value.code is Code.BAD_FIELD


SALT = to_base64url(b"s" * 32)


@pytest.mark.parametrize(
    "openings",
    [
        None,
        "x",
        [1],
        [{}],
        [{"salt": SALT}],
        [{"salt": SALT, "text": 1}],
        [{"salt": "AAAA", "text": "kort"}],
        [{"salt": SALT + "=", "text": "x"}],
        [{"salt": SALT, "text": "x" * (MAX_TEXT + 1)}],
        [{"salt": SALT, "text": "\ud800"}],
        [{"salt": SALT, "text": "twee\nregels"}],
        [{"salt": SALT, "text": "om\u202ekeer"}],
        [{"salt": SALT, "text": "x"}] * 17,
    ],
)
def test_texts_that_nobody_could_have_been_shown_are_refused(village, openings):
    with pytest.raises(Refusal):
        read_submission(wire(village) | {"openings": openings})


@pytest.mark.parametrize("order", ['{"type":"pay"} ', "é", "{" * 70_000])
def test_bytes_that_are_no_order_are_refused(village, order):
    with pytest.raises(Refusal):
        post_one(village.bank, read_submission(wire(village) | {"order": order}))


@pytest.mark.parametrize(
    "authorizations",
    [
        [],
        [1],
        [None],
        [[]],
        [{}],
        [{"scheme": "ed25519"}],
        [{"scheme": ["ed25519"], "spki": "", "signature": ""}],
        [{"scheme": "ed25519", "spki": 1.5, "signature": None}],
        [{"scheme": "ed25519", "spki": "é", "signature": "\ud800"}],
    ],
)
def test_authorizations_that_are_none_are_refused(village, authorizations):
    with pytest.raises(Refusal):
        post_one(village.bank, read_submission(wire(village) | {"authorizations": authorizations}))


def test_more_authorizations_than_an_order_may_have_are_refused(village):
    sent = wire(village)
    with pytest.raises(Refusal) as caught:
        post_one(
            village.bank, read_submission(sent | {"authorizations": sent["authorizations"] * 33})
        )
    assert caught.value.code is Code.BAD_FIELD


def test_a_commitment_is_to_the_text_as_it_is_kept():
    opening = commit("  fiets\n maken\x00 \u202e ")
    assert opening.text == "fiets maken"
    assert opening.commitment == commitment(opening.salt, "fiets maken")
    assert commit("x" * 500).text == "x" * MAX_TEXT
    assert tidy(commit("a" * (MAX_TEXT - 1) + " b").text) == "a" * (MAX_TEXT - 1)


@given(st.text(max_size=300))
def test_a_text_that_was_kept_can_always_be_sent_back(text):
    assert tidy(commit(text).text) == commit(text).text


def test_the_same_text_twice_is_two_commitments():
    assert commit("fiets").commitment != commit("fiets").commitment


@pytest.mark.parametrize("text", ["Zoë Üçler", "Ω≈ç", "👨‍👩‍👧 gezin", "مرحبا", "'t Hoekje & Zn."])
def test_names_from_all_over_the_world_stay_as_they_are(text):
    assert commit(text).text == text
