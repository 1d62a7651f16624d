"""Every page for everybody: WCAG 2.2 AA by axe, light and dark, on narrow screens; targets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.services.conftest import submission
from timebank.ledger import orders
from timebank.services import (
    house,
    payments,
    proposals,
    readings,
    requests,
    rewards,
    settlement,
    treasury,
)
from timebank.services.posting import post_one
from timebank.signing.keys import key_id
from timebank_web import create_app

pytestmark = pytest.mark.browser

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((320, "light"), (390, "dark"))
"""Widths with schemes: colours do not depend on the width, nor sizes on the colours."""

NOT_PAGES = {
    "/static/<path:filename>",
    "/belonen/<digest>/stand/<identity>",
    "/bewijs/<identity>/bewijs.tlog-proof",
    "/boekingen/tabel.csv",
    "/controle/timebank-verify.pyz",
    "/kascommissie/kasboek.bundle",
    "/kascommissie/verslag-<int:year>.html",
    "/kascommissie/verslag-<int:year>.pdf",
    "/dag/<iso>/tabel.csv",
    "/openbaar/cijfers.json",
    "/openbaar/stand",
    "/orders/<identity>",
    "/uitbetalen/<identity>/betaalbestand.xml",
    "/overzicht/<text>/tabel.csv",
    "/voorstellen/stand/<identity>",
    "/taal/<language>",
    "/verzoek/<code>/stand",
    "/kassa/<secret>/<code>/stand",
}
SAME_PAGE = {"/b/<code>", "/v/<code>", "/u/<code>", "/KASSA/<secret>", "/overzicht"}

VISITS = {
    "": (
        "/",
        "/hulp",
        "/privacy",
        "/openbaar",
        "/controle",
        "/inloggen",
        "/B/<code>",
        "/V/<code>",
        "/U/<code>",
        "/kassa/<secret>",
        "/kassa/<secret>/<code>",
    ),
    "joop": (
        "/thuis",
        "/betalen",
        "/B/<code>",
        "/V/<code>",
        "/ontvangen",
        "/ontvangen/poster",
        "/boekingen",
        "/overzicht/<text>",
        "/bewijs/<identity>",
        "/klaar/<identity>",
        "/meer",
        "/gekeken",
        "/toestellen/nieuw",
        "/toestellen/<key>/blokkeren",
    ),
    "bart": (
        "/thuis",
        "/kassa",
        "/verzoek/<code>",
        "/teruggeven",
        "/teruggeven/<identity>",
        "/dag",
        "/dag/<iso>",
        "/inwisselen",
        "/kassas",
        "/overzicht/<text>",
    ),
    "amina": (
        "/kascommissie",
        "/kascommissie/boekingen",
        "/kascommissie/boekingen/<identity>",
        "/kascommissie/leden",
        "/kascommissie/leden/<member>",
        "/kascommissie/regels",
        "/kascommissie/tekenen",
    ),
    "els": ("/leden", "/leden/<member>", "/uitnodigen"),
    "werk": ("/belonen", "/belonen/<digest>"),
    "truus": (
        "/week",
        "/toestaan",
        "/voorstellen",
        "/voorstellen/<identity>",
        "/voorstellen/<identity>/intrekken",
        "/voorstellen/nieuw",
        "/voorstellen/nieuw/<kind>",
        "/uitbetalen",
        "/uitbetalen/<identity>",
        "/naar-buiten",
    ),
}

LIST = b"""persoon;bedrag;datum;klus
Joop;1:30;21-9-2026;hek verven
Amina;300;21-9-2026;plein vegen
"""
"""A line that is ready, and one that waits for a treasurer."""

PAY_PATH = {"/B/<code>", "/V/<code>", "/betalen", "/kassa", "/klaar/<identity>", "/thuis"}
"""Where nothing to press is smaller than 44 by 44 pixels."""

SMALL_TARGETS = """elements => elements
    .filter(element => element.checkVisibility({visibilityProperty: true, opacityProperty: false}))
    .map(element => [element.getBoundingClientRect(), element])
    .filter(([box]) => box.width < 44 || box.height < 44)
    .map(([box, element]) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""


@dataclass
class Inspector:
    """Looks at pages, narrow and wide, light and dark, and remembers what is wrong."""

    problems: list[str] = field(default_factory=list)

    def look(self, page, name, *, targets=False):
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            # A colour on its way from light to dark is neither.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
            self.problems += [
                f"{name} {width} {scheme}: {one['id']} {node['html'][:160]}"
                for one in found
                for node in one["nodes"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.problems.append(f"{name} {width}: scrolls sideways, {wide} wide")
            if targets:
                pressed = page.locator("main").locator("a, button, input, select, summary")
                small = pressed.evaluate_all(SMALL_TARGETS)
                self.problems += [f"{name} {width}: small {target}" for target in small]


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    made = Inspector()
    yield made
    assert not made.problems, "\n".join(made.problems)


@dataclass
class Town:
    """What stands for the parts of an address, by rule or for all rules."""

    wijk: object
    parts: dict[str, str]

    def path(self, rule: str) -> str:
        path = rule
        names = ("code", "secret", "identity", "iso", "key", "kind", "member", "text", "digest")
        for name in names:
            value = self.parts.get(f"{rule} {name}") or self.parts.get(name, "")
            path = path.replace(f"<{name}>", value)
        return path


@pytest.fixture
def town(wijk):
    """A wijk where enough has happened for every page to have something on it."""
    world, bank = wijk.world, wijk.bank
    wijk.give_credits("Joop", 5_000)
    post_one(bank, submission(world.pay("amina", "joop", 90)))
    paid = post_one(bank, submission(world.pay("joop", "bart", 450, "WIJK"))).identity
    auditor = world.order(orders.SetRole(world.member("amina"), "auditor", True), "els")
    post_one(bank, submission(world.signed(auditor, "els", "farid")))
    readings.note(bank, world.member("amina"), [world.member("joop")], "statement")
    draft = treasury.draft_record_bank(bank, world.member("truus"), 50_000, "storting")
    run = settled(wijk)
    proposals.propose(bank, draft, [])
    asked = requests.create(bank, world.member("bart"), {"WIJK": 200}, "twee broden").code
    payee = requests.payee_code(bank, world.member("bart"))
    return Town(
        wijk,
        {
            "code": asked,
            "/B/<code> code": payee,
            "/U/<code> code": wijk.invite().rpartition("/")[2],
            "secret": requests.open_till(bank, world.member("bart"), "Toonbank"),
            "identity": paid,
            "/voorstellen/<identity> identity": draft.order.identity,
            "/voorstellen/<identity>/intrekken identity": draft.order.identity,
            "/uitbetalen/<identity> identity": run,
            "kind": "credits",
            "iso": "2026-09-21",
            "text": "2026-09",
            "digest": rewards.keep(bank, world.member("werk"), "lijst.csv", LIST),
            "key": key_id(world.key("joop").spki),
            "member": world.member("joop"),
        },
    )


def settled(wijk):
    """Pay a shop, and let another wait; return the identity of the settlement."""
    world, bank = wijk.world, wijk.bank
    house.keep_setting(bank, "bank_name", "Wijkonderneming De Linde")
    house.keep_setting(bank, "bank_iban", "NL44RABO0123456789")
    for total in (200, 100):
        redeem = payments.draft_redeem(
            bank, world.member("bart"), "WIJK", total, "Bakkerij Bart, NL91 ABNA 0417 1643 00"
        )
        post_one(bank, redeem.submission(world.signatures(redeem.order, "bart")))
        if total == 200:
            (planned,) = settlement.plan(bank, world.member("truus"), "WIJK").runs
            signatures = world.signatures(planned.draft.order, "truus", "kees")
            run = post_one(bank, planned.draft.submission(signatures)).identity
    return run


@pytest.fixture
def come_in(wijk, neighbour):
    """A function that lets a founder in, with a passkey of this phone."""

    def enter(name):
        somebody = neighbour(name)
        if name:
            somebody.return_as(wijk, name)
        return somebody

    return enter


def test_no_page_is_forgotten(wijk):
    app = create_app(wijk.bank.settings, wijk.clock)
    routes = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    app.extensions["timebank"].close()
    visited = {rule for rules in VISITS.values() for rule in rules}
    assert routes - NOT_PAGES - SAME_PAGE == visited


@pytest.mark.parametrize("name", VISITS, ids=lambda name: name or "nobody")
def test_every_page_is_for_everybody(town, come_in, inspector, name):
    page = come_in(name).page
    for rule in VISITS[name]:
        answer = page.goto(town.wijk.origin + town.path(rule))
        assert answer.status == 200, rule
        assert page.url == town.wijk.origin + town.path(rule)
        inspector.look(page, f"{name or 'nobody'} {rule}", targets=rule in PAY_PATH)


def test_paying_is_for_everybody(town, come_in, inspector):
    page = come_in("joop").page
    page.goto(town.wijk.origin + town.path("/B/<code>"))
    page.get_by_label("Hoeveel credits?").fill("x")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "pay, wrong amount", targets=True)
    page.get_by_label("Hoeveel credits?").fill("4,50")
    page.get_by_label("Waarvoor?").fill("brood")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "check", targets=True)
    page.get_by_role("button", name="Betaal 4,50 credits").click()
    page.get_by_role("heading", name="Betaald").wait_for()
    inspector.look(page, "paid", targets=True)


def test_joining_is_for_everybody(wijk, neighbour, inspector):
    page = neighbour("Amina Haddad").page
    page.goto(wijk.invite())
    page.get_by_label("Hoe heet u?").fill("Amina Haddad")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "join, who sees what")
    page.get_by_role("button", name="Dat is goed, verder").click()
    inspector.look(page, "join, make a key")
    page.get_by_role("button", name="Maak mijn sleutel").click()
    page.get_by_role("button", name="Klaar, doe mij mee").wait_for()
    inspector.look(page, "join, use the key")


def test_the_shop_is_for_everybody(town, come_in, inspector):
    page = come_in("bart").page
    origin = town.wijk.origin
    page.goto(origin + "/kassa")
    page.get_by_role("button", name="Laat de klant betalen").click()
    page.locator(".error:visible").first.wait_for()
    inspector.look(page, "till, no amount", targets=True)
    page.get_by_role("button", name="5", exact=True).click()
    page.get_by_role("button", name="Laat de klant betalen").click()
    page.get_by_role("heading", name="Laat deze code scannen").wait_for()
    inspector.look(page, "till, code", targets=True)
    page.goto(origin + town.path("/teruggeven/<identity>"))
    page.get_by_text("Een deel teruggeven").click()
    inspector.look(page, "refund, part")
    page.get_by_role("button", name="Geef alles terug").click()
    inspector.look(page, "refund, check")
    page.goto(origin + "/inwisselen")
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("Hoeveel credits?").fill("1,00")
    page.get_by_label("Rekeningnummer").fill("fout")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "redeem, wrong")
    page.get_by_label("Rekeningnummer").fill("NL91ABNA0417164300")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "redeem, check")
    page.goto(origin + "/kassas")
    page.get_by_label("Naam van de kassa").fill("Toonbank")
    page.get_by_role("button", name="Maak de link").click()
    inspector.look(page, "till link, fresh")


def test_the_desk_is_for_everybody(town, come_in, inspector):
    els = come_in("els")
    page, origin = els.page, town.wijk.origin
    page.goto(origin + town.path("/leden/<member>"))
    page.get_by_role("button", name="Blokkeer").click()
    inspector.look(page, "suspend")
    page.goto(origin + "/uitnodigen")
    page.get_by_role("button", name="Verder").click()
    inspector.look(page, "invitation, to sign")
    page.get_by_role("button", name="Maak de uitnodiging").click()
    els.says("De link is klaar.")
    inspector.look(page, "invitation, ready")


def test_a_list_with_mistakes_is_for_everybody(town, come_in, inspector):
    ploeg = come_in("werk")
    page, wrong = ploeg.page, LIST + b"Niemand;-1;morgen;\n"
    page.goto(town.wijk.origin + "/belonen")
    page.get_by_label("Uw lijst (CSV)").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": wrong}
    )
    page.get_by_role("button", name="Laat zien wat het doet").click()
    ploeg.says("Er is nu niemand betaald.")
    inspector.look(page, "rewards, mistakes")
    page.goto(town.wijk.origin + town.path("/belonen/<digest>"))
    page.get_by_role("button", name="Betaal 1 regel").click()
    ploeg.says("1 van 2 regels betaald")
    inspector.look(page, "rewards, paid in part")


def test_what_went_wrong_is_for_everybody(town, come_in, inspector):
    page = come_in("joop").page
    page.goto(town.wijk.origin + "/nergens")
    inspector.look(page, "not found")
    page.goto(town.wijk.origin + "/leden")
    inspector.look(page, "not for you")
    wijk = town.wijk
    body = orders.Suspend(wijk.world.member("joop"), True, "ab" * 32)
    order = wijk.world.order(body, "els")
    post_one(wijk.bank, submission(wijk.world.signed(order, "els")))
    page.goto(wijk.origin + "/thuis")
    inspector.look(page, "suspended")
