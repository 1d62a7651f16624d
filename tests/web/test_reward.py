"""An organisation rewards many people in one go, and a treasurer says why somebody gets more."""

import html
import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Browser, Street
from timebank.services import rewards
from timebank.signing.authorizations import authorize_batch
from timebank.signing.canonical import Value
from timebank.signing.messages import identity

HEAD = "persoon;bedrag;datum;klus\n"
TODAY = "21-9-2026"
_BATCH = re.compile(r'id="batch-draft">(.*?)</script>', re.DOTALL)


@pytest.fixture(name="wijk")
def _wijk(street: Street) -> Street:
    street.issue(200_000)
    return street


def line(person: str, amount: str, job: str = "plein vegen") -> str:
    return f"{person};{amount};{TODAY};{job}\n"


def send(browser: Browser, *lines: str) -> TestResponse:
    return send_bytes(browser, (HEAD + "".join(lines)).encode())


def send_bytes(browser: Browser, content: bytes) -> TestResponse:
    """Send a form with a file in it, as a browser writes it (RFC 7578)."""
    body = (
        b'--xx\r\nContent-Disposition: form-data; name="file"; filename="lijst.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n--xx--\r\n"
    )
    return browser.post("/belonen", body, content_type="multipart/form-data; boundary=xx")


def sent(browser: Browser, *lines: str) -> str:
    """Send a file that can be read; return the address of its page."""
    answer = send(browser, *lines)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def sign(street: Street, page: str, who: str = "werk") -> dict[str, Any]:
    """Return what the page's own script would send."""
    found = _BATCH.search(page)
    assert found, "there is nothing to sign"
    batch = json.loads(html.unescape(found[1]))
    identities = [identity(one["order"].encode()) for one in batch["orders"]]
    signed: dict[str, Value] = authorize_batch(street.world.key(who), batch["ledger"], identities)
    return {"orders": batch["orders"], "authorization": signed}


def test_a_list_is_sent_looked_at_signed_once_and_everybody_has_it(wijk: Street) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "12,50"), line("joop", "1:30", "hek verven"))
    page = werk.page(address)
    assert "U betaalt 2 regels, samen" in page
    assert "plein vegen, 21-09-2026" in page
    assert page.count("data-order") == 2
    assert wijk.balance("amina", "WIJK") == 0
    answer = werk.post(address, json=sign(wijk, page))
    assert answer.json == {"state": "posted", "go": address}
    assert (wijk.balance("amina", "WIJK"), wijk.balance("joop")) == (1250, 90)
    done = werk.page(address)
    assert "Alles is betaald" in done
    assert "2 van 2 regels betaald" in done
    assert "batch-draft" not in done
    assert "plein vegen, 21-09-2026" in wijk.browser("amina").page("/thuis")


def test_the_same_answer_twice_and_the_same_list_twice_pay_once(wijk: Street) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "12,50"))
    first, other = (sign(wijk, werk.page(address)) for _ in range(2))
    for body in (first, first):
        answer = werk.post(address, json=body)
        assert answer.json is not None
        assert answer.json["state"] == "posted"
    answer = werk.post(address, json=other)
    assert (answer.status_code, answer.json and answer.json["code"]) == (409, "order_id_used")
    anew = sent(werk, line("amina", "12.50"))
    assert anew != address
    assert "Alles is betaald" in werk.page(anew)
    assert wijk.balance("amina", "WIJK") == 1250


def test_after_a_lost_answer_one_can_ask_what_became_of_it(wijk: Street) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "12,50"))
    body = sign(wijk, werk.page(address))
    first = f"{address}/stand/{identity(body['orders'][0]['order'].encode())}"
    assert werk.get(first).json == {"state": "unknown"}
    werk.post(address, json=body)
    assert werk.get(first).json == {"state": "posted", "go": address}


def test_each_line_says_what_is_wrong_and_there_is_nothing_to_sign(wijk: Street) -> None:
    werk = wijk.browser("werk")
    page = werk.page(sent(werk, line("amina", "5"), line("Niemand", "0"), line("bart", "5")))
    assert "Er is nu niemand betaald." in page
    assert "2 regels kloppen niet" in page
    assert "Regel 3: Niemand" in page
    for words in ("Niemand hier heet zo.", "Het bedrag is nul.", "Dit is een winkel"):
        assert words in page
    assert "batch-draft" not in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Er staan geen regels in dit bestand."),
        (b"PK\x03\x04", "Kies bij Opslaan als: CSV."),
        (b"persoon;datum;klus\na;b;c\n", "Er mist een kolom: bedrag."),
        (b"x" * 400_000, "Maak er twee van."),
    ],
)
def test_a_file_that_is_no_list_is_not_taken(wijk: Street, content: bytes, words: str) -> None:
    answer = send_bytes(wijk.browser("werk"), content)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert rewards.kept_files(wijk.bank, wijk.world.member("werk")) == []


def test_ten_megabytes_are_refused_at_the_door(wijk: Street) -> None:
    answer = send_bytes(wijk.browser("werk"), b"x" * 10_000_000)
    assert answer.status_code == 413


def test_with_too_little_there_is_nothing_to_sign(wijk: Street) -> None:
    werk = wijk.browser("werk")
    page = werk.page(sent(werk, line("joop", "11:00")))
    assert "Er mist 1 uur." in page
    assert "batch-draft" not in page


def test_columns_that_are_not_read_are_named(wijk: Street) -> None:
    werk = wijk.browser("werk")
    content = "persoon;bedrag;datum;klus;notitie\namina;5;21-9-2026;hek;ja\n"
    address = send_bytes(werk, content.encode()).headers["Location"]
    assert "Deze kolommen lezen wij niet: notitie." in werk.page(address)


def test_a_list_is_its_sender_s_alone(wijk: Street) -> None:
    address = sent(wijk.browser("werk"), line("amina", "5"))
    for who in ("bart", "joop", "truus"):
        assert wijk.browser(who).get(address).status_code == 403
    assert wijk.browser("werk").get("/belonen/" + "0" * 64).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"orders": []},
        {"orders": "x"},
        {"orders": [5]},
        {"authorization": None},
        {"authorization": {"scheme": "ed25519"}},
    ],
)
def test_what_is_not_a_signed_batch_is_refused(wijk: Street, change: dict[str, Any]) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "5"))
    answer = werk.post(address, json={**sign(wijk, werk.page(address)), **change})
    assert answer.status_code in (409, 422)
    assert wijk.balance("amina", "WIJK") == 0


def test_half_a_batch_or_another_s_signature_pays_nobody(wijk: Street) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "5"), line("joop", "6"))
    page = werk.page(address)
    half = sign(wijk, page)
    half["orders"].pop()
    for body in (half, sign(wijk, page, "joop")):
        assert werk.post(address, json=body).status_code == 409
    assert wijk.balance("amina", "WIJK") == 0


def test_a_line_that_waits_is_paid_after_a_treasurer_wrote_down_why(wijk: Street) -> None:
    werk, truus = wijk.browser("werk"), wijk.browser("truus")
    address = sent(werk, line("amina", "200"), line("amina", "20", "thee schenken"))
    page = werk.page(address)
    assert "1 regel wacht" in page
    assert "samen 220,00 euro in september 2026" in page
    assert "(vrijwilligersregeling, dewve.nl, 2025)" in page
    assert "Van een later jaar kennen wij het bedrag nog niet." in page
    werk.post(address, json=sign(wijk, page))
    assert wijk.balance("amina", "WIJK") == 20_000

    assert "1 beloning wacht." in truus.page("/week")
    assert "beloning" not in wijk.browser("els").page("/week")
    waiting = truus.page("/toestaan")
    assert "amina, september 2026" in waiting
    assert "thee schenken, 21-09-2026" in waiting
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', waiting))
    form = {**fields, "reason": ""}
    assert truus.post("/toestaan", data=form).status_code == 422
    form["reason"] = "extra klus na de storm"
    assert truus.post("/toestaan", data=form).status_code == 303
    after = truus.page("/toestaan")
    assert "Er wacht niets." in after
    assert "beloning" not in truus.page("/week")
    assert "extra klus na de storm" in after

    werk.post(address, json=sign(wijk, werk.page(address)))
    assert wijk.balance("amina", "WIJK") == 22_000
    assert "Alles is betaald" in werk.page(address)


def test_a_treasurer_does_not_allow_their_own(wijk: Street) -> None:
    sent(wijk.browser("werk"), line("truus", "300"))
    assert "Dit gaat over uzelf." in wijk.browser("truus").page("/toestaan")
    form = {"member": wijk.world.member("truus"), "period": "2026-09", "up_to": "30000"}
    answer = wijk.browser("truus").post("/toestaan", data={**form, "reason": "voor mij"})
    assert answer.status_code == 409
    for change in ({"period": "x"}, {"up_to": "-1"}, {"up_to": "9" * 30}, {"up_to": "²"}):
        answer = wijk.browser("kees").post("/toestaan", data={**form, "reason": "ja", **change})
        assert answer.status_code == 422


def test_nothing_is_called_tax_free_or_wages(wijk: Street) -> None:
    werk = wijk.browser("werk")
    address = sent(werk, line("amina", "220"))
    pages = [werk.page("/belonen"), werk.page(address), wijk.browser("truus").page("/toestaan")]
    for page in pages:
        words = set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", page).casefold()))
        assert not words & {"vrij", "loon", "belastingvrij", "onbelast", "salaris"}


def test_the_menu_leads_an_organisation_and_a_treasurer_there(wijk: Street) -> None:
    assert "/belonen" in wijk.browser("werk").page("/meer")
    assert "/belonen" not in wijk.browser("bart").page("/meer")
    assert "/toestaan" in wijk.browser("truus").page("/meer")
