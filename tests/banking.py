"""Account holders, account numbers and towns of every kind, for property tests."""

from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from timebank.errors import Unfit
from timebank.services.accounts import MAX_HOLDER, MAX_TOWN, PayTo
from timebank.services.drafts import tidy

OWN = "NL44RABO0123456789"
A_DUTCH_IBAN = "NL91ABNA0417164300"


def _fits(name: str, town: str) -> bool:
    try:
        PayTo(name, A_DUTCH_IBAN, town)
    except Unfit:
        return False
    return True


def _dutch(bank: str, number: int) -> str:
    basic = f"{bank}{number:010}"
    return f"NL{mod_97_10.calc_check_digits(basic + 'NL')}{basic}"


def _german(number: int) -> str:
    return f"DE{mod_97_10.calc_check_digits(f'{number:018}DE')}{number:018}"


account_names = (
    st.text(min_size=1, max_size=MAX_HOLDER).map(tidy).filter(lambda name: _fits(name, ""))
)
towns = st.text(min_size=1, max_size=MAX_TOWN).map(tidy).filter(lambda town: _fits("Bart", town))
ibans = st.one_of(
    st.builds(
        _dutch, st.sampled_from(["ABNA", "INGB", "RABO", "TRIO"]), st.integers(0, 9_999_999_999)
    ),
    st.builds(_german, st.integers(0, 10**18 - 1)),
)
pay_tos = st.builds(PayTo, account_names, ibans, st.one_of(st.just(""), towns))
