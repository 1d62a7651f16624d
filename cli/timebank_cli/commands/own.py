"""`pay`, `refund`, `agree`, `redeem`, `leave`: what a member does with a key file of their own."""

import click

from timebank.errors import Flaw, Unfit
from timebank.services import agreements, membership, payments, receipts, requests
from timebank.services.accounts import is_sepa, parse_pay_to
from timebank.services.agreements import Terms
from timebank.services.drafts import Draft
from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.keyfiles import KeyFile, key_option
from timebank_cli.output import facts, named, printable, show_percent, tell
from timebank_cli.proposing import post_signed


@click.command("pay", cls=Command)
@click.argument("payee", required=False)
@click.argument("amounts", nargs=-1, metavar="[AMOUNT]...")
@click.option("--for", "memo", default="", help="What it is for.")
@click.option("--request", "code", metavar="CODE", help="Pay what this one-off code asks.")
@key_option
@pass_desk
def pay(
    desk: Desk,
    *,
    payee: str | None,
    amounts: tuple[str, ...],
    memo: str,
    code: str | None,
    key: KeyFile,
) -> None:
    """Pay PAYEE one or more amounts: hours as 1:30, credits as 12,50.

    Or pay what a request asks, with --request CODE in the place of PAYEE and AMOUNT.
    """
    bank = desk.bank
    if code is not None:
        if payee or memo:
            raise click.UsageError("a request says itself who is paid, how much and what for")
        request = requests.find(bank, code.rpartition("/")[2])
        signing, payer = key.signer(bank)
        draft = payments.draft_answer(bank, payer.id, request)
        post_signed(desk, draft, [signing])
        return
    if not payee or not amounts:
        raise click.UsageError("say whom to pay and how much, or --request CODE")
    receiver = desk.member(payee)
    signing, payer = key.signer(bank)
    wanted = desk.amounts(amounts, list(payer.accounts))
    post_signed(desk, payments.draft_pay(bank, payer.id, receiver.id, wanted, memo), [signing])


@click.command("refund", cls=Command)
@click.argument("entry")
@click.argument("amounts", nargs=-1, metavar="[AMOUNT]...")
@click.option("--for", "memo", default="", help="Why it is given back.")
@key_option
@pass_desk
def refund(desk: Desk, *, entry: str, amounts: tuple[str, ...], memo: str, key: KeyFile) -> None:
    """Give back a payment you received: all that is left of ENTRY, or these amounts of it.

    ENTRY is the payment's number or identity, as `statement` and receipts show it.
    """
    bank = desk.bank
    identity = receipts.identity_of(bank, entry)
    signing, payee = key.signer(bank)
    left = payments.refundable(bank, payee.id, identity).legs
    if amounts:
        wanted = desk.amounts(amounts, sorted({leg.currency for leg in left}))
    else:
        wanted = {leg.currency: leg.amount for leg in left}
    draft = payments.draft_refund(bank, payee.id, identity, wanted, memo)
    post_signed(desk, draft, [signing])


@click.command("agree", cls=Command)
@click.argument("currency", required=False)
@key_option
@pass_desk
def agree(desk: Desk, *, currency: str | None, key: KeyFile) -> None:
    """Show the terms on which a shop hands in CURRENCY, and sign them with the shop's key.

    Once, before it first hands in; and again when the terms have changed. Read them before you
    type your passphrase. CURRENCY may be left out where only one is handed in.
    """
    bank = desk.bank
    code = currency or _only(_redeemed(desk))
    found = agreements.terms(bank, code)
    if found.agreement is not None:
        tell(f"{_terms(desk, found)}\n\n{_readable(found.text or _NOT_HERE)}\n")
    signing, shop = key.signer(bank)
    post_signed(desk, agreements.draft_agree(bank, shop.id, code), [signing])


@click.command("redeem", cls=Command)
@click.argument("amount")
@click.option(
    "--to",
    "payout",
    required=True,
    metavar="'NAME, IBAN'",
    help="Where to pay out to: the name as the bank has it, the IBAN, and a town if you like.",
)
@key_option
@pass_desk
def redeem(desk: Desk, *, amount: str, payout: str, key: KeyFile) -> None:
    """Hand in AMOUNT of a shop's credits, to be paid out in euro at the next settlement.

    The fee, where there is one, is part of AMOUNT. It is shown before you type your passphrase.
    """
    bank = desk.bank
    to = parse_pay_to(payout)
    if not is_sepa(to.iban):
        raise Unfit(Flaw.NOT_SEPA, country=to.country)
    currency, minor = desk.amount(amount, _redeemed(desk))
    if terms := _terms(desk, agreements.terms(bank, currency), minor):
        tell(terms + "\n")
    signing, shop = key.signer(bank)
    post_signed(desk, payments.draft_redeem(bank, shop.id, currency, minor, to.text), [signing])


_NOT_HERE = "The text is not kept here. Ask for it, and compare its title, before you sign."


def _terms(desk: Desk, terms: Terms, total: int = 0) -> str:
    """Return on what terms a currency is handed in, and what they come to for a total."""
    rows = []
    if terms.title:
        rows.append(("terms", terms.title))
    if terms.minimum:
        rows.append(("minimum", desk.show(terms.minimum, terms.currency)))
    if terms.fee:
        fund = named(terms.fund_name)
        rows.append(("fee", f"{show_percent(terms.fee)} of what is handed in, to {fund}"))
    if terms.fee and total:
        fee = terms.fee_of(total)
        rows.append(("that is", desk.show(fee, terms.currency)))
        rows.append(("paid out", desk.show(total - fee, terms.currency)))
    return facts(rows) if rows else ""


def _readable(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _redeemed(desk: Desk) -> list[str]:
    """The currencies that are handed in at all."""
    found = membership.currencies(desk.bank).values()
    return [item.code for item in found if item.policy.redeemers]


def _only(codes: list[str]) -> str:
    if len(codes) != 1:
        raise click.UsageError(f"which currency? One of {', '.join(codes) or 'none'}")
    return codes[0]


@click.command("leave", cls=Command)
@key_option
@pass_desk
def leave(desk: Desk, *, key: KeyFile) -> None:
    """Leave the wijk's ledger for good, with every balance at zero."""
    signing, member = key.signer(desk.bank)
    draft: Draft = membership.draft_leave(desk.bank, member.id)
    post_signed(desk, draft, [signing])


COMMANDS = (pay, refund, agree, redeem, leave)
