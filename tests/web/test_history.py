"""Looking back: movements in plain words, and receipts that hold outside this server."""

import csv
import io
import re

import pytest

from timebank.services import payments, proofs
from timebank.services.posting import post_one


@pytest.fixture(name="paid")
def _paid(street):
    """Joop paid amina an hour and a half for mending his bike; return the identity."""
    member, bank = street.world.member, street.bank
    draft = payments.draft_pay(bank, member("joop"), member("amina"), {"UUR": 90}, "fiets maken")
    signatures = street.world.signatures(draft.order, "joop")
    return post_one(bank, draft.submission(signatures)).identity


def test_home_tells_what_one_has_and_what_happened(street, paid):
    page = street.browser("joop").page("/thuis")
    assert "\N{MINUS SIGN}1 uur 30 min" in page
    assert "U staat 1 uur 30 min rood. U kunt nog 8 uur 30 min betalen." in page
    assert "Aan amina" in page
    assert "fiets maken, vandaag om 16:13" in page
    assert "1 uur 30 min eraf" in page
    assert "1 uur 30 min erbij" in street.browser("amina").page("/thuis")


def test_movements_are_chosen_by_direction_currency_and_day(street, paid):
    browser = street.browser("joop")
    assert "fiets maken" in browser.page("/boekingen")
    for query in ("direction=in", "currency=WIJK", "to=2026-09-01", "from=2026-09-22"):
        page = browser.page(f"/boekingen?{query}")
        assert "Er is niets gevonden." in page
    for nonsense in ("page=x", "page=-4", "from=gisteren", "currency=EUR", "direction=<b>"):
        assert "fiets maken" in browser.page(f"/boekingen?{nonsense}")


def test_many_movements_come_in_pages_and_every_one_is_on_one(street):
    for _ in range(35):
        street.post(street.world.pay("joop", "amina", 1))
    browser = street.browser("joop")
    first = browser.page("/boekingen")
    assert "35 min eraf" in first
    assert first.count('class="move"') == 30
    (older,) = re.findall(r'href="([^"]+)">Ouder', first)
    assert browser.page(older).count('class="move"') == 5


def test_the_table_for_a_spreadsheet_runs_no_formula(street):
    member, bank = street.world.member, street.bank
    draft = payments.draft_pay(bank, member("joop"), member("amina"), {"UUR": 30}, "=1+1")
    post_one(bank, draft.submission(street.world.signatures(draft.order, "joop")))
    text = street.browser("joop").get("/boekingen/tabel.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 2
    assert "'=1+1" in rows[1]
    assert "-0:30" in rows[1]


def test_a_receipt_is_for_its_parties(street, paid):
    path = f"/bewijs/{paid}"
    assert "U betaalde" in street.browser("joop").page(path)
    assert "U kreeg" in street.browser("amina").page(path)
    for who in ("els", "bart", ""):
        assert street.browser(who).get(path).status_code == 404


def test_whoever_has_the_link_reads_the_receipt_and_no_balance(street, paid):
    page = street.browser("joop").page(f"/bewijs/{paid}")
    (link,) = set(re.findall(rf"/bewijs/{paid}\?deel=[0-9a-f]+", page))
    shared = street.browser().page(link)
    assert "joop betaalde" in shared
    assert "aan amina" in shared
    assert "fiets maken" in shared
    assert "rood" not in shared
    wrong = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert street.browser().get(wrong).status_code == 404


def test_a_link_opens_no_other_receipt(street, paid):
    other = street.post(street.world.pay("joop", "amina", 1)).identity
    page = street.browser("joop").page(f"/bewijs/{paid}")
    (mark,) = set(re.findall(r"\?deel=([0-9a-f]+)", page))
    assert street.browser().get(f"/bewijs/{other}?deel={mark}").status_code == 404


def test_the_proof_holds_without_the_server_and_names_nobody(street, paid):
    text = street.browser("joop").get(f"/bewijs/{paid}/bewijs.tlog-proof").text
    checked = proofs.check_receipt(text, street.bank.ledger)
    assert checked.order.identity == paid
    assert "fiets" not in text
    assert street.browser("els").get(f"/bewijs/{paid}/bewijs.tlog-proof").status_code == 404


def test_a_receipt_says_what_was_given_back(street, paid):
    assert "eruggegeven" not in street.browser("joop").page(f"/bewijs/{paid}")
    refund = payments.draft_refund(street.bank, street.world.member("amina"), paid, {"UUR": 30})
    post_one(street.bank, refund.submission(street.world.signatures(refund.order, "amina")))
    assert "Deels teruggegeven" in street.browser("joop").page(f"/bewijs/{paid}")
    assert "U gaf terug" in street.browser("amina").page(f"/bewijs/{refund.order.identity}")
    assert "U kreeg terug" in street.browser("joop").page(f"/bewijs/{refund.order.identity}")


def test_a_receipt_of_nothing_is_not_there(street):
    for identity in ("0" * 64, "x", "%00"):
        assert street.browser("joop").get(f"/bewijs/{identity}").status_code == 404
