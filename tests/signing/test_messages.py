import hashlib
import json
from pathlib import Path

import pytest

from timebank.errors import Code, Refusal
from timebank.signing.messages import (
    Tag,
    batch_data,
    commitment,
    digest,
    identity,
    ledger_id,
    message,
    seal_data,
    secret_hash,
)

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "signing" / "messages.json").read_text()
)


@pytest.mark.parametrize("case", VECTORS["tags"], ids=lambda case: case["tag"])
def test_a_message_is_its_tag_a_zero_and_the_data(case):
    data = bytes.fromhex(case["data"])
    assert message(Tag(case["tag"]), data).hex() == case["message"]
    assert digest(Tag(case["tag"]), data).hex() == case["digest"]


def test_every_tag_has_a_vector():
    assert {case["tag"] for case in VECTORS["tags"]} == set(Tag)


def test_no_message_under_one_tag_is_a_message_under_another():
    for tag in Tag:
        for other in set(Tag) - {tag}:
            assert b"\x00" not in tag.encode()
            assert not message(tag, b"data").startswith(message(other, b""))


@pytest.mark.parametrize(
    ("name", "tag"), [(identity, Tag.ORDER), (ledger_id, Tag.LEDGER), (secret_hash, Tag.SECRET)]
)
def test_names_are_the_hex_of_a_digest(name, tag):
    assert name(b"data") == hashlib.sha256(tag.encode() + b"\x00data").hexdigest()


@pytest.mark.parametrize("case", VECTORS["commitments"], ids=lambda case: ascii(case["text"]))
def test_a_commitment_is_over_the_salt_and_the_text_as_it_was_typed(case):
    assert commitment(bytes.fromhex(case["salt"]), case["text"]) == case["commitment"]


@pytest.mark.parametrize(
    ("salt", "text"),
    [(b"", "memo"), (bytes(31), "memo"), (bytes(33), "memo"), (bytes(32), "\ud800")],
    ids=ascii,
)
def test_an_opening_that_cannot_be_one_is_refused(salt, text):
    with pytest.raises(Refusal) as refused:
        commitment(salt, text)
    assert refused.value.code is Code.BAD_FIELD


def test_what_a_batch_signs_names_the_ledger_and_each_order():
    case = VECTORS["batch"]
    assert batch_data(case["ledger"], tuple(case["orders"])).hex() == case["data"]


def test_what_a_seal_signs_names_the_ledger_and_what_was_checked():
    case = VECTORS["seal"]
    data = seal_data(case["ledger"], case["root"], case["size"], case["time"])
    assert data.hex() == case["data"]
    assert message(Tag.SEAL, data).hex() == case["message"]
