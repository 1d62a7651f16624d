"""Terms of redeeming: proposed from a file, shown to a shop before it signs, and kept to."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Wijk

TEXT = "# Afspraken met winkels\n\nDe winkel neemt credits aan.\nUitbetaald wordt op vrijdag.\n"


@pytest.fixture(name="shop")
def _shop(wijk: Wijk) -> Wijk:
    """Bart holds 100,00 credits."""
    wijk.give_credits("Werk", "200,00")
    wijk.pay("Werk", "Bart", "100,00")
    return wijk


def policy(wijk: Wijk, *options: str) -> Path:
    return wijk.proposal("propose", "policy", "WIJK", *options, *wijk.as_("Els"))


def set_terms(wijk: Wijk, *options: str) -> None:
    wijk.approve(policy(wijk, *options), "Farid")


def agreement(wijk: Wijk, text: str = TEXT) -> tuple[str, str]:
    file = wijk.folder / "afspraken.txt"
    file.write_text(text)
    return "--agreement", str(file)


def redeem(wijk: Wijk, amount: str, name: str = "Bart") -> tuple[Any, ...]:
    return ("redeem", amount, "--to", "Bakkerij Bart, NL91ABNA0417164300", *wijk.as_(name))


def test_a_shop_reads_the_terms_signs_them_and_redeems(shop: Wijk) -> None:
    set_terms(shop, "--minimum", "10,00", "--fee", "2,5", "--fund", "Werk", *agreement(shop))
    shop.refuses("no_agreement", *redeem(shop, "100,00"))
    agreed = shop.run("agree", *shop.as_("Bart"))
    assert "Afspraken met winkels" in agreed.stderr
    assert "Uitbetaald wordt op vrijdag." in agreed.stderr
    assert "2,5 % of what is handed in, to Werk" in agreed.stderr
    assert "agree to the terms for handing in" in agreed.stdout
    assert "Afspraken met winkels, sha256" in agreed.stdout

    refused = shop.refuses("below_minimum", *redeem(shop, "9,99"))
    assert refused["details"]["minimum"] == 1_000
    redeemed = shop.run(*redeem(shop, "100,00"))
    assert "minimum   10,00 WIJK" in redeemed.stderr
    assert "paid out   97,50 WIJK" in redeemed.stdout
    assert "fee        2,50 WIJK" in redeemed.stdout
    assert (shop.balance("Bart", "WIJK"), shop.balance("Werk", "WIJK")) == (0, 10_250)


def test_a_proposal_shows_the_terms_before_anybody_signs(shop: Wijk) -> None:
    file = policy(shop, "--minimum", "10,00", "--fee", "0,75%", "--fund", "Werk", *agreement(shop))
    shown = shop.run("sign", file, *shop.as_("Farid")).stderr
    assert "0,75 % to Werk" in shown
    assert "minimum" in shown
    assert "Afspraken met winkels, sha256" in shown


def test_what_is_not_named_of_the_terms_stays(shop: Wijk) -> None:
    set_terms(shop, "--minimum", "10,00", "--fee", "2", "--fund", "Werk", *agreement(shop))
    set_terms(shop, "--above", "900,00")
    shop.refuses("no_agreement", *redeem(shop, "50,00"))
    set_terms(shop, "--no-agreement")
    shop.refuses("below_minimum", *redeem(shop, "5,00"))
    set_terms(shop, "--minimum", "0,00", "--fee", "0")
    assert shop.run(*redeem(shop, "5,00")).exit_code == 0
    assert shop.balance("Werk", "WIJK") == 10_000


@pytest.mark.parametrize(
    "options",
    [
        ("--fee", "2,5"),
        ("--fund", "Werk"),
        ("--fee", "0", "--fund", "Werk"),
        ("--fee", "51", "--fund", "Werk"),
        ("--fee", "1,234", "--fund", "Werk"),
        ("--fee", "-1", "--fund", "Werk"),
        ("--fee", "veel", "--fund", "Werk"),
        ("--agreement", "er-is-geen-bestand.txt"),
    ],
)
def test_terms_that_do_not_go_together_are_a_usage_error(
    shop: Wijk, options: tuple[str, ...]
) -> None:
    result = shop.run("propose", "policy", "WIJK", *options, *shop.as_("Els"))
    assert result.exit_code == 2, result.output


@pytest.mark.parametrize("text", ["", "\n \n", "#\n", "t" * 121])
def test_an_agreement_begins_with_its_title(shop: Wijk, text: str) -> None:
    options = agreement(shop, text)
    shop.refuses("no_title", "propose", "policy", "WIJK", *options, *shop.as_("Els"))


def test_an_agreement_is_plain_text(shop: Wijk) -> None:
    file = shop.folder / "afspraken.docx"
    file.write_bytes(b"PK\x03\x04\xff\xfe")
    change = ("propose", "policy", "WIJK", "--agreement", file)
    shop.refuses("not_a_text", *change, *shop.as_("Els"))


def test_there_may_be_nothing_to_agree_to(shop: Wijk) -> None:
    shop.refuses("policy_forbids", "agree", *shop.as_("Bart"))
    shop.refuses("policy_forbids", "agree", "UUR", *shop.as_("Bart"))
    shop.refuses("unknown_currency", "agree", "GOUD", *shop.as_("Bart"))


def test_a_person_does_not_agree(shop: Wijk) -> None:
    set_terms(shop, *agreement(shop))
    shop.refuses("policy_forbids", "agree", *shop.as_("Joop"))


def test_the_terms_cannot_steer_a_terminal(shop: Wijk) -> None:
    set_terms(shop, *agreement(shop, "Afspraken\n\nLees\x1b[2J dit \u202e niet\n"))
    shown = shop.run("agree", *shop.as_("Bart")).stderr
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Lees[2J dit niet" in shown


def test_part_of_a_redemption_is_booked_back_with_its_part_of_the_fee(shop: Wijk) -> None:
    set_terms(shop, "--fee", "2,5", "--fund", "Werk")
    redeemed = shop.ask(*redeem(shop, "100,00"))
    part = ("propose", "correct", redeemed["seq"], "19,50", "--reason", "verkeerde rekening")
    shop.approve(shop.proposal(*part, *shop.as_("Truus")), "Kees")
    assert (shop.balance("Bart", "WIJK"), shop.balance("Werk", "WIJK")) == (2_000, 10_200)
    rest = ("propose", "correct", redeemed["seq"], "--reason", "toch niet")
    shop.approve(shop.proposal(*rest, *shop.as_("Truus")), "Kees")
    assert (shop.balance("Bart", "WIJK"), shop.balance("Werk", "WIJK")) == (10_000, 10_000)
    assert shop.ask("audit", "check")["findings"] == []


def test_everyone_pays_everyone_only_on_a_stated_basis(shop: Wijk) -> None:
    change = ("propose", "policy", "WIJK", "--payments", "everyone", *shop.as_("Els"))
    refused = shop.refuses("bad_field", *change)
    assert refused["details"]["field"] == "policy.basis"
    file = policy(shop, "--payments", "everyone", "--basis", "besluit van de leden, 1 mei")
    assert "besluit van de leden, 1 mei" in shop.run("sign", file, *shop.as_("Farid")).stderr
    shop.ask("submit", file)
    shop.pay("Werk", "Joop", "5,00")
    shop.pay("Joop", "Amina", "5,00")
