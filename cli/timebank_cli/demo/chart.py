"""The circle as a drawing: what went round between the groups of the wijk, from its ledger alone.

Plain SVG on a card of its own, so that it reads the same on a light and on a dark page.
"""

from collections import Counter
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin, sqrt

from timebank.ledger.facts import Account, Member, Posted
from timebank.ledger.state import State
from timebank_cli.demo.neighbourhood import CREDITS, EURO, HOURS, shown

SIZE = (960, 800)
CENTRE, RADIUS = (480, 410), 225
BOX = (224, 68)


@dataclass(frozen=True, slots=True)
class Circle:
    """What went round in all, in minor units, and how many there are of each."""

    deposited: int
    issued: int
    rewarded: int
    spent: int
    worked: int
    redeemed: int
    paid_out: int
    helped: int
    repaired: int
    parts: int
    klussen: int
    residents: int
    shops: int
    entries: int


def circle_of(state: State) -> Circle:
    """Add up a ledger's postings by who paid whom; refunds count back."""
    groups = _groups(state)
    flows: Counter[tuple[str, str, str]] = Counter()
    klussen, entries = 0, 0
    for posted in state.all(Posted):
        entries += 1
        for leg in posted.legs:
            payer, payee = groups[leg.payer], groups[leg.payee]
            klussen += (payer, payee, leg.currency) == ("person", "person", HOURS)
            if posted.type == "refund":
                flows[payee, payer, leg.currency] -= leg.amount
            else:
                flows[payer, payee, leg.currency] += leg.amount
    kinds = Counter(member.kind for member in state.all(Member))
    # Credits are issued to a shop only for a payout that the bank sent back.
    returned = flows["contra", "shop", CREDITS]
    return Circle(
        deposited=flows["outside", "bank", EURO] - returned,
        issued=flows["contra", "enterprise", CREDITS],
        rewarded=flows["enterprise", "person", CREDITS],
        spent=flows["person", "shop", CREDITS],
        worked=flows["shop", "enterprise", CREDITS],
        redeemed=flows["shop", "redemption", CREDITS] - returned,
        paid_out=flows["bank", "transit", EURO] - returned,
        helped=flows["person", "person", HOURS],
        repaired=flows["person", "café", HOURS],
        parts=flows["person", "café", CREDITS],
        klussen=klussen,
        residents=kinds["person"],
        shops=kinds["shop"],
        entries=entries,
    )


def _groups(state: State) -> dict[str, str]:
    """The group of each account. Of the organisations, the enterprise is who credits went to."""
    kinds = {member.id: str(member.kind) for member in state.all(Member)}
    owners = {account.id: account.owner for account in state.all(Account)}
    for posted in state.all(Posted):
        if posted.type == "issue" and kinds[owners[posted.legs[0].payee]] == "organisation":
            kinds[owners[posted.legs[0].payee]] = "enterprise"
    named = {member: "café" if kind == "organisation" else kind for member, kind in kinds.items()}
    return {
        account.id: named[account.owner] if account.owner else str(account.kind)
        for account in state.all(Account)
    }


def draw(circle: Circle, enterprise: str) -> str:
    """Return the circle as an SVG document; `enterprise` is what the wijkonderneming is called."""
    parts = [
        _arc("credit", 34, 74, circle.issued),
        _arc("credit", 101, 146, circle.rewarded),
        _arc("credit", 214, 257, circle.spent),
        _arc("credit", 283, 325, circle.redeemed),
        _line("credit", (371, 410), (579, 410), circle.worked),
        _line("euro", (314, 90), (372, 142), circle.deposited),
        _line("euro", (580, 149), (637, 102), circle.paid_out),
        _line("hours", (596, 654), (662, 677), circle.parts),
        _path("hours", "M366 622C284 584 284 698 352 661", 4),
        *_boxes(circle, enterprise),
        *_labels(circle),
    ]
    summary = f"{circle.entries} entries in eight weeks, added up from the journal alone."
    parts.append(f'<text class="soft" x="30" y="772">{summary}</text>')
    return _document(_description(circle), parts)


def _boxes(circle: Circle, enterprise: str) -> list[str]:
    return [
        _box("euro", (200, 62), "Housing corporation", "pays for maintenance"),
        _box("euro", (760, 62), "Shops' own bank", "outside the wijk"),
        _box("credit", _at(0), "Two treasurers", "issue and settle"),
        _box("credit", _at(90), enterprise, "wijkonderneming"),
        _box("credit", _at(180), f"{circle.residents} residents", "work, help and shop"),
        _box("credit", _at(270), f"{circle.shops} shops", "sell, hire and hand in"),
        _box("hours", (790, 690), "Repair café", "hours and credits at once"),
    ]


def _labels(circle: Circle) -> list[str]:
    return [
        _label((200, 122), "middle", "deposited", f"{_cents(circle.deposited)} euro"),
        _label((760, 122), "middle", "paid out", f"{_cents(circle.paid_out)} euro"),
        _label((668, 236), "start", "issued", f"{_cents(circle.issued)} credits"),
        _label((668, 576), "start", "rewards for work", f"{_cents(circle.rewarded)} credits"),
        _label((292, 572), "end", "shopping", f"{_cents(circle.spent)} credits"),
        _label((292, 236), "end", "handed in", f"{_cents(circle.redeemed)} credits"),
        _label((480, 378), "middle", "work for shops", f"{_cents(circle.worked)} credits"),
        _label(
            (288, 650),
            "end",
            f"{circle.klussen} klussen among neighbours",
            f"{shown(circle.helped, HOURS)} hours",
        ),
        _label(
            (664, 716),
            "end",
            "repairs",
            f"{shown(circle.repaired, HOURS)} hours + {_cents(circle.parts)} credits",
        ),
    ]


def _description(circle: Circle) -> str:
    return (
        f"The housing corporation deposits {_cents(circle.deposited)} euro. Two treasurers issue"
        f" {_cents(circle.issued)} credits to the wijkonderneming, which rewards residents with"
        f" {_cents(circle.rewarded)}. They spend {_cents(circle.spent)} in shops. Shops pay"
        f" {_cents(circle.worked)} for work and hand in {_cents(circle.redeemed)}, of which"
        f" {_cents(circle.paid_out)} has been paid out in euro. Neighbours help one another for"
        f" {shown(circle.helped, HOURS)} hours."
    )


def _cents(amount: int) -> str:
    return shown(amount, CREDITS)


# ---- shapes


def _at(degrees: float) -> tuple[float, float]:
    """The place on the circle, clockwise from the top."""
    angle = degrees * pi / 180
    return round(CENTRE[0] + RADIUS * sin(angle), 1), round(CENTRE[1] - RADIUS * cos(angle), 1)


def _arc(kind: str, start: float, stop: float, amount: int) -> str:
    (x1, y1), (x2, y2) = _at(start), _at(stop)
    return _path(kind, f"M{x1} {y1}A{RADIUS} {RADIUS} 0 0 1 {x2} {y2}", _thickness(amount))


def _line(kind: str, start: tuple[int, int], stop: tuple[int, int], amount: int) -> str:
    return _path(kind, f"M{start[0]} {start[1]}L{stop[0]} {stop[1]}", _thickness(amount))


def _path(kind: str, path: str, width: float) -> str:
    return f'<path class="{kind}" d="{path}" stroke-width="{width}" marker-end="url(#{kind})"/>'


def _thickness(amount: int) -> float:
    """The width of a line: four times the amount is twice as wide."""
    return round(2 + sqrt(max(amount, 0)) / 40, 1)


def _box(kind: str, centre: tuple[float, float], name: str, what: str) -> str:
    (x, y), (width, height) = centre, BOX
    return (
        f'<rect class="box {kind}" x="{x - width / 2}" y="{y - height / 2}" width="{width}"'
        f' height="{height}" rx="14"/>'
        f'<text class="name" x="{x}" y="{y - 3}">{escape(name)}</text>'
        f'<text class="what" x="{x}" y="{y + 19}">{escape(what)}</text>'
    )


def _label(place: tuple[int, int], anchor: str, what: str, amount: str) -> str:
    x, y = place
    return (
        f'<text class="soft" x="{x}" y="{y}" text-anchor="{anchor}">{escape(what)}</text>'
        f'<text class="sum" x="{x}" y="{y + 21}" text-anchor="{anchor}">{escape(amount)}</text>'
    )


_STYLE = """
  :root { --card: #fdfefc; --ink: #12241f; --soft: #47594f; --edge: #cbd6cd;
    --credit: #0b6a58; --euro: #8f5b00; --hours: #2a5db0; --box: #eef4ef; }
  @media (prefers-color-scheme: dark) {
    :root { --card: #15221d; --ink: #eef5f1; --soft: #b4c6bd; --edge: #2d4038;
      --credit: #6fd3b6; --euro: #f0bd5a; --hours: #8fb8ff; --box: #1d2e27; }
  }
  text { font: 16px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: var(--ink); }
  .name { font-weight: 700; font-size: 17px; text-anchor: middle; }
  .what { text-anchor: middle; }
  .what, .soft { font-size: 15px; fill: var(--soft); }
  .sum { font-weight: 600; }
  path { fill: none; }
  .card { fill: var(--card); stroke: var(--edge); }
  .box { fill: var(--box); stroke-width: 2; }
  .credit { stroke: var(--credit); }
  .euro { stroke: var(--euro); }
  .hours { stroke: var(--hours); }
  marker path { stroke: none; }
  #credit path { fill: var(--credit); }
  #euro path { fill: var(--euro); }
  #hours path { fill: var(--hours); }
"""


def _document(description: str, parts: list[str]) -> str:
    width, height = SIZE
    markers = "".join(
        f'<marker id="{kind}" markerUnits="userSpaceOnUse" markerWidth="20" markerHeight="20"'
        ' refX="6" refY="10" orient="auto"><path d="M0 1L18 10L0 19Z"/></marker>'
        for kind in ("credit", "euro", "hours")
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="title desc">\n'
        f'<title id="title">The circle of Wijk de Linde</title>\n'
        f'<desc id="desc">{escape(description)}</desc>\n'
        f"<style>{_STYLE}</style>\n<defs>{markers}</defs>\n"
        f'<rect class="card" x="1" y="1" width="{width - 2}" height="{height - 2}" rx="20"/>\n'
        f"{body}\n</svg>\n"
    )
