"""What went out of the house stands where treasurers and auditors see it."""

from timebank.services.exporting import export
from timebank.services.periods import Period

YEAR = Period(2026).span


def test_nothing_went_out_yet(street):
    assert "Er is nog niets naar buiten gegaan." in street.browser("truus").page("/naar-buiten")


def test_a_treasurer_sees_who_took_what_out(street):
    truus = street.world.member("truus")
    made = export(street.bank, "csv", YEAR, passphrase="x" * 12, names=True, by=truus)
    street.wait(60)
    export(street.bank, "hledger", YEAR, passphrase=None)
    page = street.browser("kees").page("/naar-buiten")
    assert page.index("Boeken voor hledger") < page.index("Alles als tabellen")
    assert "1 januari 2026 tot en met 31 december 2026" in page
    assert "Met namen en teksten" in page
    assert "Ja, met een wachtzin" in page
    assert "De beheerder van de server" in page
    assert "truus" in page
    assert made.logged.sha256 in page


def test_the_menu_leads_there_for_whom_it_is(street):
    assert "/naar-buiten" in street.browser("truus").page("/meer")
    assert "/naar-buiten" not in street.browser("joop").page("/meer")
