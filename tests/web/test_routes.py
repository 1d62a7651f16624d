"""Who may ask what: every role at every route, as a table. A new route without a row fails.

The till is a browser that nobody signed in to, with a shop's receive-only link; where a route holds
such a secret everybody else has a made-up one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.web.conftest import Browser, Street, close_street, open_street
from timebank import ids
from timebank.ledger import orders
from timebank.services import (
    house,
    membership,
    payments,
    proposals,
    requests,
    settlement,
    treasury,
)
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag

ROLES = {
    "anonymous": "",
    "till": "",
    "resident": "joop",
    "shop": "bart",
    "coordinator": "gijs",
    "registrar": "sara",
    "treasurer": "truus",
    "auditor": "amina",
    "suspended": "omar",
}

TABLE = """
#                                            ano til res sho coo reg tre aud sus
GET  /                                        200 200 302 302 302 302 302 302 302
GET  /B/<code>                                200 200 200 200 200 200 200 200 403
POST /B/<code>                                302 302 422 422 422 422 422 422 403
GET  /KASSA/<secret>                          302 302 302 302 302 302 302 302 302
GET  /U/<code>                                200 200 200 200 200 200 200 200 200
POST /U/<code>                                422 422 422 422 422 422 422 422 422
POST /U/<code>/akkoord                        302 302 302 302 302 302 302 302 302
POST /U/<code>/klaar                          422 422 422 422 422 422 422 422 422
POST /U/<code>/ontwerp                        422 422 422 422 422 422 422 422 422
GET  /V/<code>                                200 200 200 302 200 200 200 200 403
GET  /b/<code>                                200 200 200 200 200 200 200 200 403
GET  /belonen                                 302 302 403 403 403 403 403 403 403
POST /belonen                                 302 302 403 403 403 403 403 403 403
GET  /belonen/<digest>                        302 302 403 403 403 403 403 403 403
POST /belonen/<digest>                        401 401 403 403 403 403 403 403 403
GET  /belonen/<digest>/stand/<identity>       302 302 403 403 403 403 403 403 403
GET  /betalen                                 302 302 200 200 200 200 200 200 403
POST /betalen                                 422 422 422 422 422 422 422 422 422
GET  /bewijs/<identity>                       404 404 200 200 404 404 404 404 404
GET  /bewijs/<identity>/bewijs.tlog-proof     404 404 200 200 404 404 404 404 404
GET  /boekingen                               302 302 200 200 200 200 200 200 403
GET  /boekingen/tabel.csv                     302 302 200 200 200 200 200 200 403
GET  /controle                                200 200 200 200 200 200 200 200 200
GET  /controle/timebank-verify.pyz            200 200 200 200 200 200 200 200 200
GET  /gekeken                                 302 302 200 200 200 200 200 200 403
GET  /kascommissie                            302 302 403 403 403 403 403 200 403
GET  /kascommissie/boekingen                  302 302 403 403 403 403 403 200 403
GET  /kascommissie/boekingen/<identity>       302 302 403 403 403 403 403 200 403
GET  /kascommissie/kasboek.bundle             302 302 403 403 403 403 403 200 403
GET  /kascommissie/leden                      302 302 403 403 403 403 403 200 403
GET  /kascommissie/leden/<member>             302 302 403 403 403 403 403 200 403
GET  /kascommissie/regels                     302 302 403 403 403 403 403 200 403
GET  /kascommissie/tekenen                    302 302 403 403 403 403 403 200 403
POST /kascommissie/tekenen                    401 401 403 403 403 403 403 422 403
GET  /kascommissie/verslag-<int:year>.html    302 302 403 403 403 403 403 200 403
GET  /kascommissie/verslag-<int:year>.pdf     302 302 403 403 403 403 403 200 403
GET  /dag                                     302 302 403 200 403 403 403 403 403
GET  /dag/<iso>                               302 302 403 200 403 403 403 403 403
GET  /dag/<iso>/tabel.csv                     302 302 403 200 403 403 403 403 403
GET  /hulp                                    200 200 200 200 200 200 200 200 200
GET  /inloggen                                200 200 302 302 302 302 302 302 302
POST /inloggen                                200 200 200 200 200 200 200 200 200
GET  /inwisselen                              302 302 403 200 403 403 403 403 403
POST /inwisselen                              302 302 403 422 403 403 403 403 403
GET  /kassa                                   302 302 403 200 403 403 403 403 403
POST /kassa                                   302 302 403 422 403 403 403 403 403
GET  /kassa/<secret>                          404 200 404 404 404 404 404 404 404
POST /kassa/<secret>                          404 422 404 404 404 404 404 404 404
GET  /kassa/<secret>/<code>                   404 200 404 404 404 404 404 404 404
GET  /kassa/<secret>/<code>/stand             404 200 404 404 404 404 404 404 404
POST /kassa/<secret>/<code>/stop              404 302 404 404 404 404 404 404 404
GET  /kassas                                  302 302 403 200 403 403 403 403 403
POST /kassas                                  302 302 403 422 403 403 403 403 403
POST /kassas/<token>/stop                     302 302 403 302 403 403 403 403 403
GET  /klaar/<identity>                        302 302 200 200 302 302 302 302 403
GET  /leden                                   302 302 403 403 200 403 403 403 403
GET  /leden/<member>                          302 302 403 403 200 403 403 403 403
POST /leden/<member>/blokkeren                302 302 403 403 422 403 403 403 403
GET  /meer                                    302 302 200 200 200 200 200 200 403
GET  /naar-buiten                             302 302 403 403 403 403 200 200 403
GET  /ontvangen                               302 302 200 200 200 200 200 200 403
POST /ontvangen                               302 302 422 422 422 422 422 422 403
GET  /ontvangen/poster                        302 302 200 200 200 200 200 200 403
POST /ontvangen/poster/nieuw                  302 302 302 302 302 302 302 302 403
GET  /openbaar                                200 200 200 200 200 200 200 200 200
GET  /openbaar/cijfers.json                   200 200 200 200 200 200 200 200 200
GET  /openbaar/stand                          200 200 200 200 200 200 200 200 200
POST /orders                                  401 401 422 422 422 422 422 422 403
GET  /orders/<identity>                       302 302 200 200 200 200 200 200 403
GET  /overzicht                               302 302 302 302 302 302 302 302 403
GET  /overzicht/<text>                        302 302 200 200 200 200 200 200 403
GET  /overzicht/<text>/tabel.csv              302 302 200 200 200 200 200 200 403
GET  /privacy                                 200 200 200 200 200 200 200 200 200
GET  /static/<path:filename>                  200 200 200 200 200 200 200 200 200
GET  /taal/<language>                         302 302 302 302 302 302 302 302 302
GET  /teruggeven                              302 302 200 200 200 200 200 200 403
GET  /teruggeven/<identity>                   302 302 409 200 409 409 409 409 403
POST /teruggeven/<identity>                   302 302 409 422 409 409 409 409 403
GET  /thuis                                   302 302 200 200 200 200 200 200 403
GET  /toestellen/<key>/blokkeren              302 302 200 404 404 404 404 404 403
GET  /toestellen/nieuw                        302 302 200 200 200 200 200 200 403
GET  /toestaan                                302 302 403 403 403 403 200 403 403
POST /toestaan                                302 302 403 403 403 403 422 403 403
GET  /u/<code>                                200 200 200 200 200 200 200 200 200
POST /uitloggen                               302 302 302 302 302 302 302 302 302
GET  /uitnodigen                              302 302 403 403 403 200 403 403 403
POST /uitnodigen                              302 302 403 403 403 422 403 403 403
POST /uitnodigingen                           401 401 422 422 422 422 422 422 403
GET  /v/<code>                                200 200 200 302 200 200 200 200 403
GET  /uitbetalen                              302 302 403 403 403 403 200 403 403
GET  /uitbetalen/<identity>                   302 302 403 403 403 403 200 403 403
GET  /uitbetalen/<identity>/betaalbestand.xml 302 302 403 403 403 403 200 403 403
POST /uitbetalen/afschrift                    302 302 403 403 403 403 302 403 403
POST /uitbetalen/plan/<currency>              302 302 403 403 403 403 302 403 403
POST /uitbetalen/regel/<line>                 302 302 403 403 403 403 302 403 403
POST /uitbetalen/regel/<line>/is/<identity>   302 302 403 403 403 403 302 403 403
POST /uitbetalen/terug/<redemption>           302 302 403 403 403 403 404 403 403
GET  /verzoek/<code>                          302 302 404 200 404 404 404 404 403
GET  /verzoek/<code>/stand                    302 302 404 200 404 404 404 404 403
POST /verzoek/<code>/stop                     302 302 302 302 302 302 302 302 403
GET  /voorstellen                             302 302 403 403 200 403 200 200 403
POST /voorstellen                             401 401 422 422 422 422 422 422 403
GET  /voorstellen/<identity>                  302 302 403 403 200 403 200 200 403
POST /voorstellen/<identity>/boeken           302 302 403 403 302 403 302 403 403
GET  /voorstellen/<identity>/intrekken        302 302 403 403 403 403 200 403 403
GET  /voorstellen/nieuw                       302 302 403 403 200 403 200 403 403
GET  /voorstellen/nieuw/<kind>                302 302 403 403 403 403 200 403 403
POST /voorstellen/nieuw/<kind>                302 302 403 403 403 403 422 403 403
GET  /voorstellen/stand/<identity>            302 302 200 200 200 200 200 200 403
GET  /week                                    302 302 403 403 200 403 200 403 403
"""

JSON_POSTS = {
    "/orders",
    "/voorstellen",
    "/kascommissie/tekenen",
    "/belonen/<digest>",
    "/U/<code>/klaar",
    "/U/<code>/ontwerp",
    "/uitnodigingen",
    "/inloggen",
}


@dataclass(frozen=True)
class Row:
    method: str
    rule: str
    expected: tuple[int, ...]


def rows() -> list[Row]:
    lines = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]
    return [Row(method, rule, tuple(map(int, rest))) for method, rule, *rest in lines]


@dataclass
class Crossing:
    """The street, somebody of every role, and what stands for the parts of an address."""

    street: Street
    browsers: dict[str, Browser]
    parts: dict[str, str]

    def ask(self, role: str, method: str, rule: str) -> int:
        """Send one request as this role; return the status."""
        parts = dict(self.parts)
        if role == "till":
            parts["secret"] = parts["real secret"]
        path = re.sub(
            r"<(?:path:|int:)?(\w+)>", lambda found: self.part(rule, found[1], parts), rule
        )
        browser = self.browsers[role]
        if rule == "/uitloggen":
            browser = self.street.browser(ROLES[role])
        if method == "GET":
            answer = browser.get(path)
        else:
            body: dict[str, object] = {"json": {}} if rule in JSON_POSTS else {"data": {}}
            answer = browser.post(path, **body)
        answer.close()
        return answer.status_code

    @staticmethod
    def part(rule: str, name: str, parts: dict[str, str]) -> str:
        return parts.get(f"{rule} {name}") or parts[name]


@pytest.fixture(scope="module", name="crossing")
def _crossing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crossing]:
    street = open_street(Settings.of(str(tmp_path_factory.mktemp("crossing") / "wijk.db")))
    world, bank = street.world, street.bank
    member = world.member
    street.issue(50_000)
    street.post(world.pay("werk", "joop", 5_000, "WIJK"))
    for name in ("gijs", "omar", "sara"):
        street.post(world.admit(name))
    given: dict[str, orders.Role] = {
        "amina": "auditor",
        "gijs": "coordinator",
        "sara": "registrar",
    }
    for name, role in given.items():
        street.do(orders.SetRole(member(name), role, True), "els", "farid")
    paid = street.post(world.pay("joop", "bart", 450, "WIJK")).identity
    invitation = membership.draft_voucher(bank, member("els"))
    signature = authorize(world.key("els"), Tag.INVITATION, invitation.data)
    membership.keep_invitation(bank, invitation.voucher, signature)
    run = settled(street)
    draft = treasury.draft_record_bank(bank, member("truus"), 100, "regel")
    proposals.propose(bank, draft, [])
    asked, stopped = (requests.create(bank, member("bart"), {"WIJK": 200}).code for _ in range(2))
    street.do(orders.Suspend(member("omar"), True, "ab" * 32), "farid")
    invited = ids.code(invitation.secret)
    payee = requests.payee_code(bank, member("noor"))
    yield Crossing(
        street,
        {role: street.browser(who) for role, who in ROLES.items()},
        {
            "code": asked,
            "/verzoek/<code>/stop code": stopped,
            "/kassa/<secret>/<code>/stop code": stopped,
            **{f"{rule} code": payee for rule in ("/B/<code>", "/b/<code>")},
            **{
                f"{rule} code": invited
                for rule in ("/U/<code>", "/u/<code>", *(f"/U/<code>/{step}" for step in STEPS))
            },
            "identity": paid,
            **{f"/voorstellen/<identity>{step} identity": draft.order.identity for step in OPEN},
            "kind": "credits",
            **{
                f"/uitbetalen/<identity>{step} identity": run for step in ("", "/betaalbestand.xml")
            },
            "currency": "WIJK",
            "line": "ab" * 32,
            "redemption": "ab" * 32,
            "iso": "2026-09-21",
            "year": "2026",
            "text": "2026-09",
            "digest": "ab" * 32,
            "member": member("joop"),
            "key": key_id(world.key("joop").spki),
            "language": "en",
            "token": "ab" * 32,
            "filename": "css/base.css",
            "secret": ids.code(bytes(20)),
            "real secret": requests.open_till(bank, member("bart"), "Toonbank"),
        },
    )
    close_street(street)


def settled(street: Street) -> str:
    """Pay a shop, and return the identity of that settlement."""
    bank, member = street.bank, street.world.member
    house.keep_setting(bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(bank, "bank_iban", "NL44RABO0123456789")
    street.post(street.world.pay("joop", "noor", 300, "WIJK"))
    destination = "Groente Noor, NL91 ABNA 0417 1643 00"
    street.send(payments.draft_redeem(bank, member("noor"), "WIJK", 300, destination), "noor")
    (planned,) = settlement.plan(bank, member("truus"), "WIJK").runs
    return street.send(planned.draft, "truus", "kees").identity


STEPS = ("akkoord", "ontwerp", "klaar")
OPEN = ("", "/boeken", "/intrekken")


def test_every_route_has_a_row_and_every_row_a_route(crossing: Crossing) -> None:
    routes = {
        (method, rule.rule)
        for rule in crossing.street.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    table = [(row.method, row.rule) for row in rows()]
    assert sorted(table) == sorted(routes)


def test_every_row_names_a_status_for_every_role() -> None:
    assert [row for row in rows() if len(row.expected) != len(ROLES)] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.method} {row.rule}")
def test_who_may_ask_what(crossing: Crossing, row: Row) -> None:
    found = {role: crossing.ask(role, row.method, row.rule) for role in ROLES}
    assert found == dict(zip(ROLES, row.expected, strict=True))
