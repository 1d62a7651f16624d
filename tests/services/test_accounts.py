"""Bank accounts in the one line that an order commits to, and what banks let through."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from tests.banking import account_names, ibans, towns
from timebank.errors import Flaw, Unfit
from timebank.services.accounts import (
    PayTo,
    bank_text,
    parse_bic,
    parse_iban,
    parse_pay_to,
    payment_reference,
    show_iban,
)
from timebank.services.drafts import MAX_TEXT, commit

ALLOWED = set(string.ascii_letters + string.digits + "/-?:().,'+ ")


@pytest.mark.parametrize(
    "number",
    ["NL91ABNA0417164300", "nl91 abna 0417 1643 00", "BE68539007547034", "DE89370400440532013000"],
)
def test_a_right_account_number_is_taken(number):
    found = parse_iban(number)
    assert found == "".join(number.split()).upper()
    assert parse_iban(show_iban(found)) == found


@pytest.mark.parametrize(
    "number",
    [
        "NL91ABNA0417164301",  # check digits
        "NL19ABNA0417164300",
        "NL91ABNA041716430",  # length
        "NL91ABNA04171643000",
        "ZZ91ABNA0417164300",  # country
        "NL91 ABNA 0417 1643 O0",
        "x",
        "",
        "☃",
    ],
)
def test_a_wrong_account_number_is_seen(number):
    with pytest.raises(Unfit) as caught:
        parse_iban(number)
    assert caught.value.code is Flaw.BAD_IBAN


@given(st.text())
def test_no_text_at_all_breaks_the_reading_of_accounts(text):
    for read in (parse_iban, parse_bic, parse_pay_to):
        try:
            read(text)
        except Unfit:
            continue


@given(account_names, ibans, st.one_of(st.just(""), towns))
def test_an_account_reads_back_from_the_line_it_was_written_to(name, number, town):
    account = PayTo(name, number, town)
    assert parse_pay_to(account.text) == account
    assert len(account.text) <= MAX_TEXT
    assert commit(account.text).text == account.text


def test_lines_from_before_there_was_a_form_can_still_be_read():
    assert parse_pay_to("Bakkerij Bart, NL91ABNA0417164300") == PayTo(
        "Bakkerij Bart", "NL91ABNA0417164300"
    )
    assert parse_pay_to("Bos, Bart, NL91 ABNA 0417 1643 00").name == "Bos, Bart"


def test_a_name_that_looks_like_an_account_does_not_move_the_money():
    own, other = "NL91ABNA0417164300", "NL20INGB0001234567"
    account = PayTo(f"Bart, {show_iban(other)}", own)
    assert parse_pay_to(account.text).iban == own
    with pytest.raises(Unfit) as caught:
        PayTo("Bart", own, show_iban(other))
    assert caught.value.code is Flaw.BAD_TOWN


@pytest.mark.parametrize(
    ("name", "town", "flaw"),
    [
        ("", "", Flaw.BAD_HOLDER),
        ("x" * 71, "", Flaw.BAD_HOLDER),
        (" Bart", "", Flaw.BAD_HOLDER),
        ("Bart\nBos", "", Flaw.BAD_HOLDER),
        ("😀", "", Flaw.BAD_HOLDER),
        ("Bart", "Den Haag, NL", Flaw.BAD_TOWN),
        ("Bart", "x" * 36, Flaw.BAD_TOWN),
    ],
)
def test_an_account_that_no_bank_could_pay_cannot_be_made(name, town, flaw):
    with pytest.raises(Unfit) as caught:
        PayTo(name, "NL91ABNA0417164300", town)
    assert caught.value.code is flaw


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Café 't Hoekje", "Cafe 't Hoekje"),
        ("Łódź & Söhne", "Lodz + Sohne"),
        ("Straße", "Strasse"),
        ("Özkan (groente), b.v.", "Ozkan (groente), b.v."),
        ("a@b_c;d", "a.b-c,d"),
        ("Бар", "Bar"),
        ("a 😀 b", "a b"),
        ("a\u200bb", "a b"),
    ],
)
def test_what_banks_refuse_is_written_otherwise(text, plain):
    assert bank_text(text, 70) == plain


@given(st.text(), st.integers(1, 140))
def test_the_bank_gets_only_characters_it_takes(text, longest):
    plain = bank_text(text, longest)
    assert set(plain) <= ALLOWED
    assert len(plain) <= longest
    assert bank_text(plain, longest) == plain


@given(st.binary(min_size=32, max_size=32))
def test_a_redemption_has_a_reference_that_banks_can_check(identity):
    reference = payment_reference(identity.hex())
    assert iso11649.is_valid(reference)
    assert reference[4:].lower() == identity.hex()[:20]


@pytest.mark.parametrize("text", ["RABONL2U", "abna nl 2a", "INGBNL2AXXX"])
def test_a_bic_is_taken(text):
    assert len(parse_bic(text)) in (8, 11)
