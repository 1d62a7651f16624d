"""A currency's policy as options of a command: what is chosen, in the place of what it was."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast, get_args

import click

from timebank.ledger import orders
from timebank.services import agreements
from timebank.services.drafts import Opening, commit
from timebank.units import Unit
from timebank_cli.desk import Desk, read_limit
from timebank_cli.keyfiles import EXISTING_FILE
from timebank_cli.refusals import Stop

_PERCENT = re.compile(r"(?P<whole>\d{1,2})(?:[.,](?P<part>\d{1,2}))?\s*%?")


def policy_options(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each part of a currency's policy."""
    kinds = "person, shop and organisation, with commas"
    for option in reversed(
        (
            click.option("--below", metavar="AMOUNT", help="How far below zero a member may go."),
            click.option("--above", metavar="AMOUNT", help="How much a member may hold."),
            click.option("--total", metavar="AMOUNT", help="All that members may go below zero."),
            click.option(
                "--payments",
                type=click.Choice(["everyone", "members-to-shops", "nobody"]),
                help="Who may pay whom.",
            ),
            click.option(
                "--basis",
                metavar="TEXT",
                help="On what ground everyone may pay everyone with money that is worth euro.",
            ),
            click.option("--holders", metavar="KINDS", help=f"Who may hold it: {kinds}."),
            click.option("--redeemers", metavar="KINDS", help=f"Who may hand it in: {kinds}."),
            click.option("--minimum", metavar="AMOUNT", help="The least to hand in at a time."),
            click.option(
                "--fee",
                metavar="PERCENT",
                help="What stays behind of what is handed in, such as 2,5; 0 for nothing.",
            ),
            click.option("--fund", metavar="MEMBER", help="Who the fee goes to."),
            click.option(
                "--agreement",
                type=EXISTING_FILE,
                metavar="FILE",
                help="Text that shops sign before they hand in; its first line is its title.",
            ),
            click.option("--no-agreement", is_flag=True, help="Let shops hand in without signing."),
        )
    ):
        callback = option(callback)
    return callback


def read_policy(
    desk: Desk, code: str, unit: Unit, start: orders.Policy, chosen: dict[str, Any]
) -> tuple[orders.Policy, tuple[Opening, ...]]:
    """Return the policy with what was chosen in the place of what it was, and its new texts.

    Raises click's BadParameter, or Refusal BAD_FIELD where the parts do not go together.
    """
    redeeming, agreement = _redeeming(desk, code, unit, start.redeeming, chosen)
    basis = commit(chosen["basis"]) if chosen["basis"] else None
    policy = orders.Policy(
        start.kind,
        cast(Any, chosen["payments"] or start.payments),
        _kinds(chosen["holders"], start.holders),
        _kinds(chosen["redeemers"], start.redeemers),
        -_amount(chosen["below"], unit, -start.floor),
        _amount(chosen["above"], unit, start.ceiling),
        _amount(chosen["total"], unit, start.credit_total),
        start.budget,
        basis.commitment if basis else start.basis,
        redeeming,
    )
    return policy, tuple(opening for opening in (basis, agreement) if opening)


def _redeeming(
    desk: Desk, code: str, unit: Unit, start: orders.Redeeming | None, chosen: dict[str, Any]
) -> tuple[orders.Redeeming | None, Opening | None]:
    """The terms of redeeming, none where nothing is asked; and the opening of a new agreement."""
    start = start or orders.Redeeming(0, 0)
    fee = start.fee if chosen["fee"] is None else read_percent(chosen["fee"])
    fund = _account(desk, chosen["fund"], code) if chosen["fund"] else start.fund
    if fee and fund is None:
        raise click.BadParameter("who does the fee go to? Give --fund MEMBER too")
    if not fee and chosen["fund"]:
        raise click.BadParameter("without --fee nothing goes to a fund")
    opening = _agreement(desk, chosen["agreement"]) if chosen["agreement"] else None
    kept = None if chosen["no_agreement"] else start.agreement
    terms = orders.Redeeming(
        _amount(chosen["minimum"], unit, start.minimum),
        fee,
        fund if fee else None,
        opening.commitment if opening else kept,
    )
    return (None if terms == orders.Redeeming(0, 0) else terms), opening


def _agreement(desk: Desk, file: Path) -> Opening:
    """Keep the text of an agreement, called by its first line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Stop("not_a_text", f"{file} is not plain text in UTF-8") from None
    title = next((line.strip("#* \t") for line in text.splitlines() if line.strip("#* \t")), "")
    if not 0 < len(title) <= agreements.MAX_TITLE:
        raise Stop(
            "no_title",
            f"the first line of {file} is not a title of at most {agreements.MAX_TITLE} characters",
        )
    return agreements.keep_document(desk.bank, title, text)


def _account(desk: Desk, member: str, code: str) -> str:
    person = desk.member(member)
    if code not in person.accounts:
        raise click.BadParameter(f"{person.name} has no account in {code}")
    return person.accounts[code]


def _kinds(text: str | None, otherwise: Sequence[str]) -> Any:
    found = sorted(otherwise if text is None else filter(None, text.split(",")))
    if unknown := set(found) - set(get_args(orders.MemberKind)):
        raise click.BadParameter(f"{sorted(unknown)[0]!r} is no kind of member")
    return tuple(found)


def _amount(text: str | None, unit: Unit, otherwise: int) -> int:
    return otherwise if text is None else read_limit(text, unit)


def read_percent(text: str) -> int:
    """Read "2,5" as 250 hundredths of a percent; raises click's BadParameter."""
    match = _PERCENT.fullmatch(text.strip())
    part = (match["part"] or "").ljust(2, "0") if match else ""
    hundredths = int(match["whole"] + part) if match else orders.MAX_FEE + 1
    if hundredths > orders.MAX_FEE:
        raise click.BadParameter(f"{text!r} is no percentage from 0 to {orders.MAX_FEE // 100}")
    return hundredths
