"""The file for the bank: valid, to the cent, and the same every time."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iso11649

from tests.banking import OWN, pay_tos
from tests.world import NOW
from timebank.services.accounts import MAX_HOLDER, Debtor, PayTo, bank_text
from timebank.services.pain import FORMATS, MOST_CENTS, Payment, message_id, write

DEBTOR = Debtor(PayTo("Wijkonderneming De Linde", OWN, "Rotterdam"))
BART = PayTo("Bakkerij Bart", "NL91ABNA0417164300", "Rotterdam")
PAYMENTS = [Payment("ab" * 32, BART, 12_345), Payment("cd" * 32, PayTo("Werk", OWN), 5)]
payments = st.lists(
    st.builds(
        Payment,
        st.binary(min_size=32, max_size=32).map(bytes.hex),
        pay_tos,
        st.integers(1, MOST_CENTS),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda payment: payment.redemption,
)


def read(data: bytes, form: str) -> tuple[ElementTree.Element, str]:
    return ElementTree.fromstring(data), f"{{urn:iso:std:iso:20022:tech:xsd:{form}}}"


@settings(max_examples=40, deadline=None)
@given(payments, pay_tos, st.sampled_from(FORMATS), st.integers(NOW, NOW + 10**8))
def test_whoever_is_paid_whatever_the_file_is_valid_and_adds_up(found, own, form, created):
    """`write` checks the file by the schema of its format: it raises where that does not hold."""
    data = write(Debtor(own), found, created, form)
    root, space = read(data, form)
    amounts = [Decimal(str(node.text)) * 100 for node in root.iter(f"{space}InstdAmt")]
    assert amounts == [payment.amount for payment in found]
    sums = {Decimal(str(node.text)) * 100 for node in root.iter(f"{space}CtrlSum")}
    assert sums == {sum(payment.amount for payment in found)}
    assert {node.text for node in root.iter(f"{space}NbOfTxs")} == {str(len(found))}
    creditors = [node.findtext(f"{space}Nm") for node in root.iter(f"{space}Cdtr")]
    assert creditors == [bank_text(payment.to.name, MAX_HOLDER) for payment in found]
    numbers = [node.findtext(f".//{space}IBAN") for node in root.iter(f"{space}CdtrAcct")]
    assert numbers == [payment.to.iban for payment in found]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_plan_is_the_same_bytes(form):
    assert write(DEBTOR, PAYMENTS, NOW, form) == write(DEBTOR, PAYMENTS, NOW, form)
    assert write(DEBTOR, PAYMENTS, NOW, form) != write(DEBTOR, PAYMENTS[:1], NOW, form)


def test_the_same_bytes_too_where_several_write_at_once():
    alone = {form: write(DEBTOR, PAYMENTS, NOW, form) for form in FORMATS}
    with ThreadPoolExecutor(4) as pool:
        forms = [*FORMATS] * 6
        together = list(pool.map(lambda form: write(DEBTOR, PAYMENTS, NOW, form), forms))
    assert together == [alone[form] for form in forms]


@pytest.mark.parametrize("form", FORMATS)
def test_each_payment_has_a_structured_reference_and_a_hybrid_address(form):
    root, space = read(write(DEBTOR, PAYMENTS, NOW, form), form)
    references = [str(node.text) for node in root.iter(f"{space}EndToEndId")]
    assert references == [payment.reference for payment in PAYMENTS]
    assert all(iso11649.is_valid(reference) for reference in references)
    structured = [node.text for node in root.iter(f"{space}Ref")]
    assert structured == references
    assert not list(root.iter(f"{space}Ustrd"))
    bart, werk = root.iter(f"{space}Cdtr")
    assert bart.findtext(f".//{space}TwnNm") == "Rotterdam"
    assert bart.findtext(f".//{space}Ctry") == "NL"
    assert werk.find(f"{space}PstlAdr") is None


def test_the_same_redemptions_have_the_same_message_in_any_order():
    names = [payment.redemption for payment in PAYMENTS]
    assert message_id(names) == message_id(names[::-1]) != message_id(names[:1])
    assert len(message_id(names)) <= 35


def test_a_bic_is_given_where_the_bank_wants_it():
    root, space = read(
        write(Debtor(DEBTOR.account, "RABONL2U"), PAYMENTS, NOW, FORMATS[0]), FORMATS[0]
    )
    assert root.findtext(f".//{space}DbtrAgt//{space}BICFI") == "RABONL2U"


def test_the_file_is_to_be_executed_on_the_day_of_the_plan_in_the_netherlands():
    just_after_midnight = 1_790_028_300  # 2026-09-21 22:05 UTC
    root, space = read(write(DEBTOR, PAYMENTS, just_after_midnight, FORMATS[0]), FORMATS[0])
    assert root.findtext(f".//{space}ReqdExctnDt/{space}Dt") == "2026-09-22"
