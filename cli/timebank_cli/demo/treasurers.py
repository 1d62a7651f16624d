"""The demo's treasurers and kascommissie: euro in, credits out, shops paid, books checked.

What the bank says comes as files, as it would: the payment file goes to it, its statements come
back, and both stay in the demo's folder beside the bundle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from timebank.ledger.seals import Seal
from timebank.services import bankfiles, house, seals, settlement, settlement_runs, treasury
from timebank.services.drafts import Draft
from timebank.services.pain import message_id
from timebank.services.statements import local
from timebank.signing.authorizations import authorize
from timebank.signing.messages import Tag
from timebank_cli.demo.banking import Booking, Part, statement
from timebank_cli.demo.neighbourhood import AUDITORS, CREDITS, ENTERPRISE, shown
from timebank_cli.demo.wijk import Wijk

PAYMENTS = "payments-1.xml"


@dataclass
class Treasury:
    """Truus and Kees, who sign together, and Noor and Henk, who check them; each act is told."""

    wijk: Wijk
    bank_files: list[str] = field(default_factory=list)
    """The names of the files for and from the bank, in the demo's folder."""
    payouts: int = field(init=False)
    """What the settlement pays out, in cents."""
    message: str = field(init=False)

    def deposit(self, cents: int) -> str:
        """The housing corporation pays for maintenance: a line on the bank's statement."""
        part = Part("", cents, "Woningcorporatie", text="onderhoud portieken en binnentuin")
        file = self._import(cents, [part])
        return f"the housing corporation deposits {shown(cents, CREDITS)} euro: {file}"

    def issue(self, cents: int) -> str:
        """Two treasurers bring as many credits into circulation as were deposited."""
        self.wijk.together(self.draft_issue("truus", cents), "truus", "kees")
        return f"Truus and Kees issue {shown(cents, CREDITS)} credits to {ENTERPRISE.name}"

    def draft_issue(self, author: str, cents: int) -> Draft:
        """Return the order that issues credits to the wijkonderneming."""
        author, payee = self._member(author), self._member(ENTERPRISE.handle)
        return treasury.draft_issue(
            self.wijk.bank, author, payee, CREDITS, cents, "werk in de wijk"
        )

    def settle(self) -> str:
        """Two treasurers approve one payment file; the credits are retired."""
        bank = self.wijk.bank
        (planned,) = settlement.plan(bank, self._member("truus"), CREDITS).runs
        posted = self.wijk.together(planned.draft, "truus", "kees")
        self._keep(PAYMENTS, settlement.posted_file(bank, posted.identity).data)
        self.payouts = sum(item.amount for item in planned.payouts)
        self.message = message_id([item.redemption for item in planned.payouts])
        return f"Truus and Kees settle {shown(self.payouts, CREDITS)}: {PAYMENTS}"

    def pay_out(self) -> str:
        """The bank has made the payments and says so; the euro in transit are gone."""
        file = self._import(-self.payouts, batch=self.message)
        return f"the bank pays the shops {shown(self.payouts, CREDITS)} euro: {file}"

    def come_back(self) -> str:
        """One shop closed its account: the bank sends its euro back, it gets its credits again."""
        bank = self.wijk.bank
        (run,) = settlement_runs.runs(bank)
        payout = next(
            one.payout for one in run.payouts if one.payout.member == self._member("dehoek")
        )
        part = Part(payout.reference, payout.amount, payout.sent_name, returned="AC04")
        file = self._import(payout.amount, [part])
        (back,) = bankfiles.came_back(bank)
        draft = bankfiles.draft_reissue(bank, self._member("truus"), back)
        self.wijk.together(draft, "truus", "kees")
        return (
            f"the bank sends {shown(payout.amount, CREDITS)} back, the account is closed"
            f" ({file}): {payout.name} gets the credits again"
        )

    def seal(self) -> str:
        """The kascommissie signs the checkpoint that it has checked."""
        for name in AUDITORS:
            words = seals.draft(self.wijk.bank)
            signature = authorize(self.wijk.who[name].key, Tag.SEAL, words.data)
            kept = seals.keep(self.wijk.bank, Seal(words, dict(signature)))
        return f"Noor and Henk check the books and seal {kept.size} entries"

    def _import(self, cents: int, parts: Sequence[Part] = (), batch: str = "") -> str:
        """Kees imports the bank's statement; what is in it is recorded by two."""
        bank, number = self.wijk.bank, 1 + sum(name != PAYMENTS for name in self.bank_files)
        name, today = f"statement-{number}.xml", local(self.wijk.clock.now()).date().isoformat()
        booking = Booking(f"BANK-{number:04}", today, cents, parts, batch)
        data = statement(house.own_account(bank).account.iban, [booking])
        self._keep(name, data)
        bankfiles.import_file(bank, name, data)
        for line in bankfiles.unrecorded(bank):
            draft = bankfiles.draft_record(bank, self._member("kees"), line.kept.line.id)
            self.wijk.together(draft, "kees", "truus")
        return name

    def _keep(self, name: str, data: bytes) -> None:
        (self.wijk.folder / name).write_bytes(data)
        self.bank_files.append(name)

    def _member(self, handle: str) -> str:
        return self.wijk.who[handle].member
