"""A founded ledger behind a real server, and neighbours who each have a browser and a passkey."""

import base64
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    ViewportSize,
    sync_playwright,
)
from waitress.server import create_server

from tests.browsers import ENGINE, FLAGS
from tests.passkeys import Passkey
from tests.services.conftest import submission
from tests.web.conftest import COMPILED
from tests.world import FOUNDERS, LOG_KEY_SEED, NOW, World, a_commitment, seed
from timebank import ids
from timebank.clock import SetClock
from timebank.ledger import orders
from timebank.services import house, membership, requests, sessions, statements
from timebank.services.bank import Bank
from timebank.services.drafts import Draft
from timebank.services.founding import found
from timebank.services.posting import Submission, post_one
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank.storage.people import Opening
from timebank_web import create_app

PHONE: ViewportSize = {"width": 390, "height": 844}
NAMES = {
    "els": "Els", "farid": "Farid", "truus": "Truus", "kees": "Kees", "joop": "Joop",
    "amina": "Amina", "bart": "Bakker Bart", "noor": "Groente Noor", "werk": "De Wijkploeg",
}  # fmt: skip


@dataclass
class Street(World):
    """The world of the tests, at the address of one server and with names people can read."""

    origin: str = ""

    def founding(self) -> orders.Genesis:
        genesis = super().founding()
        founders = {self.member(name): a_commitment(NAMES[name]) for name in FOUNDERS}
        return replace(
            genesis,
            founders=tuple(
                replace(founder, name=founders[founder.member]) for founder in genesis.founders
            ),
            origins=(orders.Origin(self.origin, "localhost"),),
        )


@dataclass
class Wijk:
    """A running neighbourhood: its people's keys, its ledger, its clock and its address."""

    world: Street
    bank: Bank
    clock: SetClock
    origin: str

    def invite(self, kind: orders.MemberKind = "person") -> str:
        """Return the link of an invitation signed by the registrar."""
        return f"{self.origin}/U/{ids.code(self.voucher(kind))}"

    def invite_device(self, founder: str) -> str:
        """Return the link for another device of a founder."""
        return f"{self.origin}/U/{ids.code(self.key_voucher(founder))}"

    def voucher(self, kind: orders.MemberKind) -> bytes:
        """Return the secret of an invitation signed by the registrar."""
        registrar = self.world.member("els")
        return self._keep(membership.draft_voucher(self.bank, registrar, kind), "els")

    def key_voucher(self, founder: str) -> bytes:
        """Return the secret of an invitation for another device of a founder."""
        member = self.world.member(founder)
        return self._keep(membership.draft_key_voucher(self.bank, member), founder)

    def _keep(self, unsigned: membership.Unsigned, signer: str) -> bytes:
        signed = authorize(self.world.key(signer), Tag.INVITATION, unsigned.data)
        membership.keep_invitation(self.bank, unsigned.voucher, signed)
        return unsigned.secret

    def member(self, name: str) -> str:
        """Return the id of the member with this display name."""
        (found_one,) = [who for who in membership.people_of(self.bank) if who.name == name]
        return found_one.id

    def payee_link(self, name: str) -> str:
        """Return the link of a member's static code."""
        return f"{self.origin}/B/{requests.payee_code(self.bank, self.member(name))}"

    def balance(self, name: str, currency: str = "UUR") -> int:
        """Return what the member with this display name has."""
        balances = statements.balances(self.bank, self.member(name))
        return next(one.balance for one in balances if one.currency == currency)

    def entries(self) -> int:
        """Return how many entries the journal has."""
        return self.bank.guard.read().size

    def give_credits(self, name: str, amount: int) -> None:
        """Let credits be issued to the wijkonderneming, which pays them to a member."""
        line = self.world.record_bank(amount)
        post_one(self.bank, submission(line))
        issue = self.world.issue("werk", amount, line.order.identity)
        post_one(self.bank, submission(issue))
        account = membership.person(self.bank, self.member(name)).accounts["WIJK"]
        leg = orders.Leg(self.world.account("werk", "WIJK"), account, "WIJK", amount)
        order = self.world.order(orders.Pay((leg,)), "werk")
        post_one(self.bank, submission(self.world.signed(order, "werk")))


@dataclass
class Neighbour:
    """Somebody with a phone: one browser context and, unless told, one passkey authenticator."""

    name: str
    origin: str
    context: BrowserContext
    page: Page
    cdp: CDPSession
    authenticator: str = ""
    errors: list[str] = field(default_factory=list)

    def add_authenticator(self) -> None:
        self.cdp.send("WebAuthn.enable")
        made = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.authenticator = made["authenticatorId"]

    def refuse_the_finger(self, refuse: bool = True) -> None:
        """Let the next prompts end as a cancelled one does."""
        self.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": not refuse},
        )

    def join(self, link: str) -> None:
        """Go through the whole of joining, up to home."""
        page = self.page
        page.goto(link)
        page.get_by_label("Hoe heet u?").fill(self.name)
        page.get_by_role("button", name="Verder").click()
        page.get_by_role("button", name="Dat is goed, verder").click()
        page.get_by_role("button", name="Maak mijn sleutel").click()
        page.get_by_role("button", name="Klaar, doe mij mee").click()
        page.wait_for_url("**/thuis")

    def settle(self, wijk: Wijk, kind: orders.MemberKind = "person") -> None:
        """Be a member already, with a passkey in this phone: what joining leaves behind."""
        passkey = Passkey(self.name, wijk.origin, "localhost")
        secret = wijk.voucher(kind)
        self._hold(
            wijk, passkey, membership.draft_admit(wijk.bank, secret, passkey.grant(), self.name)
        )

    def return_as(self, wijk: Wijk, founder: str, at: str = "/thuis") -> None:
        """Be a founder with a passkey in this phone, looking at a page of theirs."""
        passkey = Passkey(founder, wijk.origin, "localhost")
        secret = wijk.key_voucher(founder)
        self._hold(wijk, passkey, membership.draft_add_key(wijk.bank, secret, passkey.grant()))
        self.page.goto(wijk.origin + at)

    def _hold(self, wijk: Wijk, passkey: Passkey, draft: Draft) -> None:
        """Keep the passkey in this phone, let its order be posted, and be signed in with it."""
        post_one(wijk.bank, draft.submission([passkey.authorize(draft.order.data)]))
        member, credential = draft.order.header.author, seed("credential of " + self.name)
        membership.keep_device(wijk.bank, member, passkey.spki, credential, "Telefoon")
        self.cdp.send(
            "WebAuthn.addCredential",
            {
                "authenticatorId": self.authenticator,
                "credential": {
                    "credentialId": base64.b64encode(credential).decode(),
                    "isResidentCredential": True,
                    "rpId": "localhost",
                    "privateKey": base64.b64encode(_pkcs8(passkey)).decode(),
                    "userHandle": base64.b64encode(bytes.fromhex(member)).decode(),
                    "signCount": 0,
                },
            },
        )
        token = sessions.start(wijk.bank, member, passkey.id)
        self.context.add_cookies([{"name": "timebank", "value": token, "url": wijk.origin}])

    def says(self, text: str) -> None:
        """Wait until the page says this."""
        self.page.get_by_text(text).locator("visible=true").first.wait_for(timeout=10_000)


def _pkcs8(passkey: Passkey) -> bytes:
    return passkey.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def wijk(tmp_path: Path) -> Iterator[Wijk]:
    port = _free_port()
    origin = f"http://localhost:{port}"
    settings = Settings.of(str(tmp_path / "wijk.db"))
    world, clock = Street(origin=origin), SetClock(NOW)
    signed = submission(world.genesis)
    openings = tuple(
        Opening(a_commitment(name), seed("salt " + name), name) for name in NAMES.values()
    )
    genesis = Submission(signed.order, signed.authorizations, openings)
    found(settings, genesis, LOG_KEY_SEED, clock).close()
    app = create_app(settings, clock)
    app.jinja_env.bytecode_cache = COMPILED
    bank = app.extensions["timebank"]
    for name, value in {
        "wijk": "De Lindewijk",
        "help_name": "Buurthuis De Linde",
        "help_phone": "020 123 45 67",
        "help_hours": "maandag tot en met vrijdag, 9.00 tot 17.00 uur",
    }.items():
        house.keep_setting(bank, name, value)
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    closing = threading.Event()

    def run() -> None:
        try:
            server.run()
        except (OSError, ValueError):  # it was waiting for the sockets that are closed below
            assert closing.is_set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield Wijk(world, bank, clock, origin)
    closing.set()
    server.close()
    thread.join(timeout=10)
    bank.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ENGINE, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def neighbour(chromium: Browser, wijk: Wijk) -> Iterator[Any]:
    """A function that brings in somebody with a phone; at the end nobody saw a script fail."""
    present: list[Neighbour] = []

    def arrive(name: str, *, passkeys: bool = True, before: str = "") -> Neighbour:
        context = chromium.new_context(viewport=PHONE, locale="nl-NL")
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.set_default_timeout(10_000)
        somebody = Neighbour(name, wijk.origin, context, page, context.new_cdp_session(page))
        page.on("pageerror", lambda error: somebody.errors.append(str(error)))
        if passkeys:
            somebody.add_authenticator()
        present.append(somebody)
        return somebody

    yield arrive
    errors = [error for somebody in present for error in somebody.errors]
    for somebody in present:
        somebody.context.close()
    assert errors == []
