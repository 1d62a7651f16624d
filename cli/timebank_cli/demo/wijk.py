"""A ledger with everybody's key at hand: what a neighbour does by telephone is one call here.

Nothing is posted past the rules: every call drafts, signs and posts as the pages and commands do,
and whoever scans goes by what was read from the drawn code.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from timebank import ids
from timebank.clock import SetClock
from timebank.services import (
    house,
    membership,
    payments,
    posting,
    proposals,
    requests,
    statements,
)
from timebank.services.bank import Bank
from timebank.services.drafts import Draft
from timebank.services.founding import found
from timebank.services.posting import Posted, post_one
from timebank.settings import Settings
from timebank.signing.authorizations import authorize, authorize_batch
from timebank.signing.keys import SigningKey, seal, unseal
from timebank.signing.messages import Tag
from timebank_cli import charter
from timebank_cli.demo.neighbourhood import (
    CURRENCIES,
    FOUNDERS,
    SETTINGS,
    THRESHOLDS,
    Resident,
    limits,
)
from timebank_cli.demo.scanning import Scanner
from timebank_cli.keyfiles import create_private, read_private

PASSPHRASE = "linde bakker fiets koffie"
DATABASE = "ledger.db"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A resident who is a member, and the key they sign with, kept in a file of this name."""

    resident: Resident
    member: str
    key: SigningKey
    file: str


@dataclass
class Wijk:
    """The demo's ledger. `who` holds the members by the handles of their key files."""

    bank: Bank
    clock: SetClock
    folder: Path
    scanner: Scanner = field(default_factory=Scanner)
    who: dict[str, Neighbour] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    """Who is suspended just now, as the neighbours know."""

    # ---- beginning

    @classmethod
    def founded(cls, folder: Path, address: str, start: int) -> "Wijk":
        """Create the ledger in an empty folder; its four founders all sign the genesis."""
        (folder / "keys").mkdir()
        clock, log_seed = SetClock(start), secrets.token_bytes(32)
        keys = {person.handle: new_key(folder, person.handle) for person in FOUNDERS}
        genesis = charter.draft_genesis(
            [
                charter.Founder(person.name, keys[person.handle], person.roles)
                for person in FOUNDERS
            ],
            CURRENCIES,
            THRESHOLDS,
            [charter.origin(address)],
            SigningKey.from_seed(log_seed),
            key_delay=0,
            now=start,
        )
        signatures = [authorize(key, Tag.ORDER, genesis.order.data) for key in keys.values()]
        settings = Settings.of(str(folder / DATABASE))
        bank = found(settings, genesis.submission(signatures), log_seed, clock)
        for name, value in (SETTINGS | {"base_url": address}).items():
            house.keep_setting(bank, name, value)
        who = {
            person.handle: Neighbour(
                person,
                membership.member_of_key(bank, keys[person.handle].id).id,
                keys[person.handle],
                person.handle,
            )
            for person in FOUNDERS
        }
        return cls(bank, clock, folder, who=who)

    def until(self, seconds: int) -> None:
        """Let the clock go forward to this time; it never goes back."""
        self.clock.advance(max(0, seconds - self.clock.now()))

    # ---- people and keys

    def invite(self, registrar: str, newcomer: Resident) -> str:
        """Return the link of an invitation that the registrar signed."""
        unsigned = membership.draft_voucher(
            self.bank, self.who[registrar].member, newcomer.kind, limits(newcomer.kind)
        )
        return self._kept(unsigned, registrar, newcomer.name)

    def join(self, newcomer: Resident, link: str) -> None:
        """Scan an invitation and join with a new key of one's own."""
        key = new_key(self.folder, newcomer.handle)
        _, code = self.scanner.scan(link)
        draft = membership.draft_admit(
            self.bank, ids.code_bytes(code), charter.grant(key), newcomer.name
        )
        self.post(draft, key)
        self.who[newcomer.handle] = Neighbour(
            newcomer, draft.order.header.author, key, newcomer.handle
        )

    def invite_device(self, handle: str) -> str:
        """Return the link by which another device becomes a key of this member."""
        unsigned = membership.draft_key_voucher(self.bank, self.who[handle].member)
        return self._kept(unsigned, handle, self.who[handle].resident.name)

    def add_device(self, handle: str, name: str) -> None:
        """Enrol a second key, in a file of this name, with a code on the first device's screen."""
        _, code = self.scanner.scan(self.invite_device(handle))
        key = new_key(self.folder, name)
        self.post(
            membership.draft_add_key(self.bank, ids.code_bytes(code), charter.grant(key)), key
        )

    def change_device(self, handle: str, name: str) -> None:
        """From now on sign with the key of another device; the old one is gone."""
        old = self.who[handle]
        (self.folder / "keys" / f"{old.file}.pem").unlink()
        self.who[handle] = Neighbour(old.resident, old.member, read_key(self.folder, name), name)

    def _kept(self, unsigned: membership.Unsigned, signer: str, label: str) -> str:
        key = read_key(self.folder, self.who[signer].file)
        signature = authorize(key, Tag.INVITATION, unsigned.data)
        membership.keep_invitation(self.bank, unsigned.voucher, signature, label)
        return house.link(self.bank, "U", ids.code(unsigned.secret))

    # ---- paying

    def balance(self, handle: str, currency: str) -> int:
        """Return what somebody holds, in minor units."""
        held = statements.balances(self.bank, self.who[handle].member)
        return next((item.balance for item in held if item.currency == currency), 0)

    def pay_request(self, payer: str, payee: str, amounts: Mapping[str, int], memo: str) -> Posted:
        """The payee asks for an amount on their screen; the payer scans it, checks and signs.

        Raises Refusal where the ledger says no.
        """
        asked = requests.create(self.bank, self.who[payee].member, amounts, memo)
        self.clock.advance(20)
        _, code = self.scanner.scan(house.link(self.bank, "V", asked.code))
        draft = payments.draft_answer(
            self.bank, self.who[payer].member, requests.find(self.bank, code)
        )
        self.clock.advance(8)
        return self.post(draft, self.who[payer].key)

    def pay_poster(self, payer: str, payee: str, amounts: Mapping[str, int], memo: str) -> Posted:
        """The payer scans the payee's own code and types the amount."""
        poster = requests.payee_code(self.bank, self.who[payee].member)
        _, code = self.scanner.scan(house.link(self.bank, "B", poster))
        draft = payments.draft_pay(
            self.bank,
            self.who[payer].member,
            requests.payee_of(self.bank, code),
            amounts,
            memo,
        )
        self.clock.advance(30)
        return self.post(draft, self.who[payer].key)

    def pay_batch(
        self, payer: str, currency: str, items: Sequence[tuple[str, int, str]]
    ) -> list[Posted]:
        """Pay several people (handle, amount, memo) with one signature: all of them, or none."""
        drafts = [
            payments.draft_pay(
                self.bank, self.who[payer].member, self.who[payee].member, {currency: amount}, memo
            )
            for payee, amount, memo in items
        ]
        identities = [draft.order.identity for draft in drafts]
        signature = authorize_batch(self.who[payer].key, self.bank.ledger, identities)
        outcomes = posting.post(self.bank, [draft.submission([signature]) for draft in drafts])
        return [_posted(outcome) for outcome in outcomes]

    # ---- signing

    def post(self, draft: Draft, *keys: SigningKey) -> Posted:
        """Sign an order with these keys and post it; raises its Refusal."""
        signatures = [authorize(key, Tag.ORDER, draft.order.data) for key in keys]
        return post_one(self.bank, draft.submission(signatures))

    def propose(self, draft: Draft, signer: str) -> None:
        """Sign a proposal and leave it for a second pair of eyes."""
        signature = authorize(self.who[signer].key, Tag.ORDER, draft.order.data)
        proposals.propose(self.bank, draft, [signature])

    def approve(self, identity: str, signer: str) -> Posted:
        """Find a proposal, sign it too, and post it with all its signatures."""
        waiting = proposals.proposal(self.bank, identity)
        signature = authorize(self.who[signer].key, Tag.ORDER, waiting.order.data)
        signatures = [*waiting.authorizations, signature]
        proposals.propose(self.bank, waiting.draft, signatures)
        return post_one(self.bank, waiting.draft.submission(signatures))

    def together(self, draft: Draft, first: str, second: str) -> Posted:
        """One proposes; ten minutes later the other approves."""
        self.propose(draft, first)
        self.clock.advance(600)
        return self.approve(draft.order.identity, second)


# ---- keys


def new_key(folder: Path, name: str) -> SigningKey:
    """Make a key and keep it in its file, encrypted under the demo's passphrase."""
    key = SigningKey.from_seed(secrets.token_bytes(32))
    create_private(folder / "keys" / f"{name}.pem", seal(key, PASSPHRASE))
    return key


def read_key(folder: Path, name: str) -> SigningKey:
    """Return the key in somebody's key file."""
    return unseal(read_private(folder / "keys" / f"{name}.pem"), PASSPHRASE)


def _posted(outcome: posting.Outcome) -> Posted:
    if isinstance(outcome, posting.Refused):
        raise outcome.refusal
    return outcome
