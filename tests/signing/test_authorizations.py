import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.errors import Code, Refusal
from timebank.signing.authorizations import (
    authorize,
    authorize_batch,
    parse_authorization,
    verify,
    verify_order,
)
from timebank.signing.canonical import decode, encode, from_base64url, to_base64url
from timebank.signing.keys import SigningKey
from timebank.signing.messages import Tag, identity

CASES = json.loads(
    (Path(__file__).parents[1] / "vectors" / "signing" / "authorizations.json").read_text()
)
GOOD = [case for case in CASES if isinstance(case["outcome"], dict)]
ORDER = b'{"type":"pay"}'
LEDGER = "1e" * 32
KEY = SigningKey.from_seed(bytes(32))


def check(case, value):
    """What the authorization `value` comes to in the place of the one in `case`."""
    data = bytes.fromhex(case["data"])
    try:
        authorization = parse_authorization(value)
        if "ledger" in case:
            verified = verify_order(authorization, data, case["ledger"])
        else:
            verified = verify(authorization, Tag(case["tag"]), data)
    except Refusal as refusal:
        return refusal.code
    assert verified.key_id == authorization.key_id
    proves = dataclasses.asdict(verified)
    if verified.rp_id_hash is not None:
        proves["rp_id_hash"] = verified.rp_id_hash.hex()
    if verified.batch is not None:
        proves["batch"] = list(verified.batch)
    return proves


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_authorization_proves_this_or_is_refused_for_that(case):
    value = decode(encode(case["authorization"]))  # as it comes in, within an entry
    assert check(case, value) == case["outcome"]


def test_no_two_cases_have_one_name():
    names = [(case["name"], case["tag"]) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_every_flipped_bit_is_refused(case):
    wire = encode(case["authorization"])
    flips = len(wire) * 8
    # Each bit of a short authorization; of a long one (a full batch), some hundreds.
    for bit in range(0, flips, max(1, flips // 4000)):
        changed = bytearray(wire)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            value = decode(bytes(changed))
        except Refusal:
            continue
        assert check(case, value) in set(Code), bytes(changed)


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_any_other_data_is_refused(case):
    for data in (b"", bytes.fromhex(case["data"]) + b" ", bytes.fromhex(case["data"])[:-1]):
        outcome = check({**case, "data": data.hex()}, case["authorization"])
        assert outcome in {Code.BAD_SIGNATURE, Code.BAD_CHALLENGE}


@pytest.mark.parametrize("tag", sorted(set(Tag) - {Tag.LOGIN}))
def test_what_is_signed_under_one_tag_proves_nothing_under_another(tag):
    login = parse_authorization(authorize(KEY, Tag.LOGIN, ORDER))
    verify(login, Tag.LOGIN, ORDER)
    with pytest.raises(Refusal) as refused:
        verify(login, tag, ORDER)
    assert refused.value.code is Code.BAD_SIGNATURE


def test_an_authorization_made_here_verifies_here():
    verified = verify_order(parse_authorization(authorize(KEY, Tag.ORDER, ORDER)), ORDER, LEDGER)
    assert (verified.key_id, verified.origin, verified.batch) == (KEY.id, None, None)


def test_one_authorization_stands_beside_every_order_of_its_batch():
    orders = [b'{"n":%d}' % number for number in range(3)]
    value = authorize_batch(KEY, LEDGER, [identity(order) for order in orders])
    authorization = parse_authorization(decode(encode(value)))
    for order in orders:
        batch = verify_order(authorization, order, LEDGER).batch
        assert batch == tuple(identity(order) for order in orders)
    for order, ledger in ((ORDER, LEDGER), (orders[0], "2e" * 32)):
        with pytest.raises(Refusal) as refused:
            verify_order(authorization, order, ledger)
        assert refused.value.code is Code.BAD_SIGNATURE


SCALARS = st.booleans() | st.integers(-9, 9) | st.text("ABab019-_=", max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda members: (
        st.lists(members, max_size=3) | st.dictionaries(st.text("ab"), members, max_size=2)
    ),
    max_leaves=5,
)


@given(st.sampled_from(GOOD), st.data())
def test_a_field_of_any_other_value_is_refused(case, data):
    name = data.draw(st.sampled_from([*case["authorization"], "batch", "key"]))
    changed = {**case["authorization"], name: data.draw(VALUES)}
    assert check(case, changed) in set(Code)


@given(VALUES)
def test_an_arbitrary_value_is_not_an_authorization(value):
    assert check(GOOD[0], value) is Code.BAD_FIELD


@given(
    st.sampled_from([case for case in GOOD if case["outcome"]["origin"]]),
    st.sampled_from(["authenticator_data", "client_data", "signature", "spki"]),
    st.data(),
)
def test_mutated_evidence_of_a_passkey_is_refused(case, name, data):
    evidence = from_base64url(case["authorization"][name])
    start = data.draw(st.integers(0, len(evidence)))
    end = data.draw(st.integers(start, min(len(evidence), start + 4)))
    changed = evidence[:start] + data.draw(st.binary(max_size=4)) + evidence[end:]
    if changed != evidence:
        value = {**case["authorization"], name: to_base64url(changed)}
        assert check(case, value) in set(Code)


@given(st.binary(max_size=60) | st.text('{}[]",:\\0eu truefalsnNI').map(str.encode))
def test_arbitrary_client_data_is_refused(client_data):
    case = next(case for case in GOOD if case["outcome"]["origin"])
    value = {**case["authorization"], "client_data": to_base64url(client_data)}
    assert check(case, value) is Code.BAD_FIELD
