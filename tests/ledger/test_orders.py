"""What is an order, and what is not: hostile bytes first."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.town import Town
from tests.world import CREDITS, EURO, HOURS, World, a_commitment
from timebank.errors import Code, Refusal
from timebank.ledger import orders
from timebank.ledger.codec import read, write
from timebank.ledger.orders import APPROVED_TYPES, TYPES, parse_order
from timebank.signing.canonical import encode

PAY = World().pay("joop", "amina", 90).order


def refused(code: Code, data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_order(data)
    assert caught.value.code is code, caught.value
    return caught.value


def fields_of(order: orders.Order = PAY) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(order.data)
    return fields


def changed(*path: str | int, to: object) -> bytes:
    """Return the payment's bytes with one value in it replaced, in canonical spelling."""
    fields = fields_of()
    inner: Any = fields
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def test_an_order_is_read_and_written_as_the_same_bytes():
    order = parse_order(PAY.data)
    assert order == PAY
    assert encode({**write(order.header), **write(order.body)}) == PAY.data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(PAY.data + b"\n", id="a line end after it"),
        pytest.param(b" " + PAY.data, id="a space before it"),
        pytest.param(PAY.data.replace(b":", b": ", 1), id="a space in it"),
        pytest.param(b"\xef\xbb\xbf" + PAY.data, id="a byte order mark"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":90.0'), id="a float"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":9e1'), id="an exponent"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":090'), id="a leading zero"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":-0'), id="minus zero"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":NaN'), id="not a number"),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":null'), id="null"),
        pytest.param(
            PAY.data.replace(b'"amount":90', b'"amount":9007199254740992'), id="2 to the 53rd"
        ),
        pytest.param(PAY.data.replace(b'"amount":90', b'"amount":' + b"9" * 5000), id="huge"),
        pytest.param(
            PAY.data.replace(b'"amount":90', b'"amount":90,"amount":90'), id="a key twice"
        ),
        pytest.param(PAY.data.replace(b'"pay"', b'"p\\u0061y"'), id="an escape"),
        pytest.param(PAY.data.replace(b'"pay"', '"páy"'.encode()), id="not ASCII"),
        pytest.param(json.dumps(fields_of(), separators=(",", ":")).encode()[::-1], id="backwards"),
        pytest.param(
            json.dumps(dict(reversed(fields_of().items())), separators=(",", ":")).encode(),
            id="keys out of order",
        ),
        pytest.param(b'{"legs":' + b"[" * 9 + b"]" * 9 + b"}", id="nested nine deep"),
        pytest.param(b"[" * 60_000, id="nested without end"),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes):
    refused(Code.NOT_CANONICAL, data)


def test_an_order_over_the_size_cap_is_refused_before_it_is_read():
    refused(Code.TOO_LARGE, b"[" * 65_537)


@pytest.mark.parametrize("data", [b"[]", b"1", b'"pay"', b"true"])
def test_an_order_is_an_object(data: bytes):
    refused(Code.BAD_FIELD, data)


@pytest.mark.parametrize("kind", ["teleport", "Pay", "", "hold"])
def test_an_order_of_an_unknown_type_is_refused(kind: str):
    refused(Code.UNKNOWN_TYPE, changed("type", to=kind))


@pytest.mark.parametrize("amount", [0, -1, True, False, "90", [90]])
def test_an_amount_is_an_integer_above_zero(amount: object):
    assert refused(Code.BAD_FIELD, changed("legs", 0, "amount", to=amount)).details == {
        "field": "legs[0].amount"
    }


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("id",), "AB" * 16),
        (("id",), "ab" * 15),
        (("id",), "ab" * 17),
        (("id",), "g" * 32),
        (("id",), 1),
        (("author",), ""),
        (("created",), -1),
        (("created",), True),
        (("expires",), 2**41),
        (("ledger",), "00" * 31),
        (("legs",), []),
        (("legs",), {}),
        (("legs",), [fields_of()["legs"][0]] * 17),
        (("legs", 0), [1]),
        (("legs", 0, "payer"), "joop"),
        (("legs", 0, "currency"), "uur"),
        (("legs", 0, "currency"), "UUR\n"),
        (("legs", 0, "note"), "hoi"),
        (("memo",), "ab"),
        (("surprise",), 1),
        (("request",), {}),
    ],
)
def test_a_field_that_is_not_as_declared_is_refused(path: tuple[Any, ...], to: object):
    code = Code.NOT_CANONICAL if to == "UUR\n" else Code.BAD_FIELD
    refused(code, changed(*path, to=to))


@pytest.mark.parametrize("name", sorted(set(fields_of()) - {"ledger"}))
def test_no_field_may_be_missing(name: str):
    fields = fields_of()
    del fields[name]
    refused(Code.BAD_FIELD, encode(fields))


def test_only_a_genesis_has_no_ledger():
    fields = fields_of()
    del fields["ledger"]
    refused(Code.BAD_FIELD, encode(fields))
    genesis = fields_of(World().genesis.order)
    refused(Code.BAD_FIELD, encode(genesis | {"ledger": "00" * 32}))


@pytest.mark.parametrize(
    "spki",
    [
        pytest.param("A" * 59 + "=", id="padding"),
        pytest.param("A" * 58 + "B", id="stray bits at the end"),
        pytest.param("A" * 30 + "+" + "A" * 28, id="the other alphabet"),
        pytest.param("A" * 30 + " " + "A" * 28, id="a space"),
    ],
)
def test_sloppy_base64_is_refused(spki: str):
    fields = fields_of(World().admit("fatima").order)
    fields["key"]["spki"] = spki
    refused(Code.NOT_CANONICAL, encode(fields))


def test_base64_of_the_wrong_length_is_refused():
    fields = fields_of(World().admit("fatima").order)
    fields["key"]["spki"] = "A" * 55
    refused(Code.BAD_FIELD, encode(fields))


@pytest.mark.parametrize("lasts", [0, -1, 901])
def test_an_online_order_is_valid_for_at_most_a_quarter_of_an_hour(lasts: int):
    refused(Code.VALID_TOO_LONG, changed("expires", to=PAY.header.created + lasts))


@pytest.mark.parametrize("name", sorted(APPROVED_TYPES))
def test_a_proposal_is_valid_for_at_most_thirty_days(town: Town, name: str):
    body = BODIES[name](town)
    town.order(body, "els", lasts=30 * 86_400)
    with pytest.raises(Refusal) as caught:
        town.order(body, "els", lasts=30 * 86_400 + 1)
    assert caught.value.code is Code.VALID_TOO_LONG


def test_a_leg_from_an_account_to_itself_is_refused():
    refused(Code.PAYER_IS_PAYEE, changed("legs", 0, "payee", to=fields_of()["legs"][0]["payer"]))


def test_lists_that_are_sets_must_ascend():
    town = Town()
    fields = fields_of(town.genesis.order)
    for name in ("currencies", "accounts", "founders", "thresholds"):
        refused(Code.BAD_FIELD, encode(fields | {name: fields[name][::-1]}))
        refused(Code.BAD_FIELD, encode(fields | {name: [fields[name][0], *fields[name]]}))


@pytest.mark.parametrize(
    ("definition", "changes", "field"),
    [
        (CREDITS, {"credit_total": 1}, "policy.credit_total"),
        (CREDITS, {"redeemers": ("person",)}, "policy.redeemers"),
        (HOURS, {"redeemers": ("organisation",)}, "policy.redeemers"),
        (CREDITS, {"payments": "everyone"}, "policy.basis"),
        (HOURS, {"redeeming": orders.Redeeming(1, 0)}, "policy.redeeming"),
        (EURO, {"holders": ("person",)}, "policy.holders"),
        (EURO, {"payments": "everyone"}, "policy.holders"),
        (CREDITS, {"budget": orders.Budget(1, 1, a_commitment("b"))}, "policy.budget"),
        (CREDITS, {"kind": "budget"}, "policy.budget"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(
    definition, changes: dict[str, Any], field: str
):
    with pytest.raises(Refusal) as caught:
        replace(definition.policy, **changes)
    assert caught.value.details == {"field": field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minimum": -1}, "minimum"),
        ({"minimum": 2**53}, "minimum"),
        ({"fee": -1}, "fee"),
        ({"fee": 5_001}, "fee"),
        ({"fee": 0}, "redeeming.fund"),
        ({"fund": None}, "redeeming.fund"),
        ({"fund": "werk"}, "fund"),
        ({"agreement": "afspraken"}, "agreement"),
    ],
)
def test_terms_that_nobody_can_keep_are_refused(changes: dict[str, Any], field: str):
    terms: dict[str, Any] = {"minimum": 0, "fee": 5_000, "fund": "ab" * 16, "agreement": "cd" * 32}
    assert read(orders.Redeeming, terms).fee_of(3, "00" * 16) == 1
    wrong = {name: value for name, value in (terms | changes).items() if value is not None}
    with pytest.raises(Refusal) as caught:
        read(orders.Redeeming, wrong)
    assert str(caught.value.details["field"]).endswith(field)


def test_hours_are_never_worth_euros():
    with pytest.raises(Refusal) as caught:
        replace(CREDITS, unit="minute")
    assert caught.value.details == {"field": "currency.unit"}


def test_a_withdrawal_is_of_a_well_formed_order_that_is_no_withdrawal():
    town = Town()
    withdrawal = town.order(orders.Withdraw(fields_of()), "joop")
    nested = fields_of(withdrawal) | {"order": fields_of(withdrawal)}
    refused(Code.BAD_FIELD, encode(nested))
    refused(Code.BAD_FIELD, encode(nested | {"order": {"name": "Joop Bakker"}}))
    refused(Code.UNKNOWN_TYPE, encode(nested | {"order": fields_of() | {"type": "note"}}))


def test_an_invitation_holds_nothing_but_a_voucher_and_an_authorization():
    fields = fields_of(World().admit("fatima").order)
    fields["invitation"]["authorization"]["note"] = "Fatima Yilmaz"
    refused(Code.BAD_FIELD, encode(fields))


TERMS = orders.Redeeming(1_000, 200, "ab" * 16, a_commitment("afspraken"))
BODIES = {
    "genesis": lambda town: town.genesis.order.body,
    "admit": lambda town: town.admit("fatima").order.body,
    "leave": lambda town: orders.Leave(town.member("joop")),
    "suspend": lambda town: orders.Suspend(town.member("joop"), True, a_commitment("diefstal")),
    "add_key": lambda town: town.add_key("joop", "tablet").order.body,
    "revoke_key": lambda town: orders.RevokeKey(town.member("joop"), town.key("joop").id),
    "pay": lambda town: orders.Pay((town.leg("joop", "amina", 90),)),
    "refund": lambda town: orders.Refund("00" * 32, (town.leg("amina", "joop", 90),)),
    "record_bank": lambda town: orders.RecordBank(
        town.system("bank"), town.system("outside"), 50_000, a_commitment("storting")
    ),
    "issue": lambda town: orders.Issue(
        town.account("werk", "WIJK"), "WIJK", 50_000, (orders.CitedLine("00" * 32, 50_000),)
    ),
    "retire": lambda town: orders.Retire(town.account("werk", "WIJK"), "WIJK", 1),
    "agree": lambda town: orders.Agree(town.member("bart"), "WIJK", a_commitment("afspraken")),
    "redeem": lambda town: orders.Redeem(
        town.account("bart", "WIJK"), "WIJK", 98, a_commitment("iban"), 2
    ),
    "settle": lambda town: orders.Settle(
        "WIJK",
        town.system("transit"),
        town.system("outside"),
        (orders.Payout("00" * 32, town.account("bart", "WIJK"), 24_000),),
        "ab" * 32,
    ),
    "correct": lambda town: orders.Correct(
        "00" * 32, (town.leg("amina", "joop", 90),), a_commitment("fout")
    ),
    "withdraw": lambda town: orders.Withdraw(fields_of()),
    "set_limit": lambda town: orders.SetLimit(
        town.member("joop"), town.account("joop"), "UUR", -60, 60
    ),
    "set_role": lambda town: orders.SetRole(town.member("joop"), "auditor", True),
    "set_policy": lambda town: orders.SetPolicy("WIJK", replace(CREDITS.policy, redeeming=TERMS)),
    "set_origins": lambda town: orders.SetOrigins(()),
    "define_currency": lambda town: orders.DefineCurrency(replace(HOURS, code="ZORG"), ()),
}


def test_every_type_of_order_has_an_example_here():
    assert set(BODIES) == set(TYPES)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_of_order_survives_its_own_bytes(town: Town, name: str):
    body = BODIES[name](town)
    header: dict[str, Any] = {"ledger": None} if name == "genesis" else {}
    order = town.order(body, "els", **header)
    assert order.header.type == name
    assert parse_order(order.data).body == body


@given(
    st.recursive(
        st.integers(-9, 9) | st.booleans() | st.text("abc", max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(sorted(fields_of())), inner, max_size=8)
        ),
        max_leaves=20,
    )
)
def test_whatever_canonical_bytes_say_they_are_an_order_or_refused(value: Any):
    """Never another exception, whatever stands where."""
    with pytest.raises(Refusal):
        parse_order(encode(value))


@given(
    st.integers(0, len(PAY.data) - 1),
    st.integers(1, 255),
)
def test_one_mutated_byte_is_refused_or_another_order(position: int, change: int):
    data = bytearray(PAY.data)
    data[position] ^= change
    try:
        order = parse_order(bytes(data))
    except Refusal:
        return
    assert order.identity != PAY.identity
    assert order != PAY
