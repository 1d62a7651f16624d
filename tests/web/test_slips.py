"""Nobody signs what they cannot read: the page of a proposal says every field of its order."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from tests.services.conftest import ON_SQLITE
from tests.web.conftest import Street
from tests.world import CREDITS, HOURS, ORIGIN
from timebank import ids
from timebank.ledger import orders
from timebank.services import proposals
from timebank.services.drafts import Draft, commit
from timebank.storage.people import Opening
from timebank.units import MAX_AMOUNT

pytestmark = ON_SQLITE  # what is shown, whichever database it is from

BASIS = commit("besluit van de ledenvergadering")
PURPOSE = commit("voor het plantsoen")
AGREEMENT = commit("afspraken 2026")
TEXT = commit("zoals besproken op 3 mei")

POLICY = orders.Policy(
    "budget", "everyone", ("person", "shop"), ("organisation",), -500, 70_000, 0,
    orders.Budget(90_000, 1_790_000_000, PURPOSE.commitment), BASIS.commitment,
)  # fmt: skip
SAID_OF_POLICY = {
    "kind": "Uit een potje",
    "payments": "Iedereen aan iedereen",
    "holders": "Bewoner, Winkel",
    "redeemers": "<dd>Organisatie</dd>",
    "floor": "5,00 credits",
    "ceiling": "700,00 credits",
    "credit_total": "Hoogstens rood staan, samen",
    "budget.amount": "900,00 credits",
    "budget.until": "september 2026",
    "budget.purpose": PURPOSE.text,
    "basis": BASIS.text,
    "redeeming.minimum": "25,00 credits",
    "redeeming.fee": "1,5%",
    "redeeming.fund": "1,5%, voor werk",
    "redeeming.agreement": AGREEMENT.text,
}
Said = dict[str, str]


def orders_of_each_type(street: Street) -> dict[str, tuple[orders.Body, Said]]:
    """One order of every type that several people sign, and how its page says each field."""
    world = street.world
    member, system = world.member, world.system
    line = commit("storting gemeente")
    recorded = world.order(
        orders.RecordBank(system("bank"), system("outside"), 60_000, line.commitment), "truus"
    )
    street.send(Draft(recorded, (line,)), "truus")
    cited = (orders.CitedLine(recorded.identity, 20_000),)
    shop = orders.Issue(world.account("bart", "WIJK"), "WIJK", 20_000, cited)
    street.do(shop, "truus", "kees")
    redeemed = street.post(world.redeem("bart", 3_000)).identity
    paid = street.post(world.pay("joop", "amina", 30)).identity
    key = world.key("joop").id
    terms = orders.Redeeming(2_500, 150, world.account("werk", "WIJK"), AGREEMENT.commitment)
    policy = replace(POLICY, redeeming=terms)
    contra = orders.SystemAccount("ab" * 16, "BUURT", "contra")
    redemption = orders.SystemAccount("cd" * 16, "BUURT", "redemption")
    payout = orders.Payout(redeemed, world.account("bart", "WIJK"), 3_000)
    text = TEXT.commitment
    return {
        "suspend": (
            orders.Suspend(member("joop"), True, text),
            {"member": "joop", "suspended": "Blokkeren", "reason": TEXT.text},
        ),
        "revoke_key": (
            orders.RevokeKey(member("joop"), key),
            {"member": "joop", "key": key[:8]},
        ),
        "record_bank": (
            orders.RecordBank(system("bank"), system("transit"), -5_000, text),
            {
                "bank": "De bank van de wijk",
                "counter": "<dt>Gaat naar</dt><dd>Onderweg naar winkels",
                "amount": "50,00 euro",
                "line": TEXT.text,
            },
        ),
        "issue": (
            orders.Issue(world.account("werk", "WIJK"), "WIJK", 20_000, cited, text),
            {
                "payee": "werk",
                "currency": "200,00 credits",
                "amount": "200,00 credits",
                "backing": "200,00 euro van: storting gemeente",
                "memo": TEXT.text,
            },
        ),
        "retire": (
            orders.Retire(world.account("werk", "WIJK"), "WIJK", 100, text),
            {"payer": "werk", "currency": "credits", "amount": "1,00 credits", "memo": TEXT.text},
        ),
        "settle": (
            orders.Settle("WIJK", system("transit"), system("outside"), (payout,), text),
            {
                "currency": "<dt>Soort geld</dt><dd>WIJK",
                "transit": "van Onderweg naar winkels",
                "outside": "naar Buiten de wijk",
                "payouts": "<dt>bart</dt>",
                "file": TEXT.text,
            },
        ),
        "correct": (
            orders.Correct(paid, (world.leg("amina", "joop", 30),), text),
            {"entry": ids.reference(paid), "legs": "Van amina naar joop", "reason": TEXT.text},
        ),
        "set_limit": (
            orders.SetLimit(member("joop"), world.account("joop"), "UUR", -60, 600),
            {
                "member": "joop",
                "account": "Van joop, in UUR",
                "currency": "in UUR",
                "floor": "1 uur",
                "ceiling": "10 uur",
            },
        ),
        "set_role": (
            orders.SetRole(member("joop"), "auditor", True),
            {"member": "joop", "role": "kascommissie", "held": "Krijgt deze taak"},
        ),
        "set_policy": (
            orders.SetPolicy("WIJK", policy),
            {"currency": "<dt>Soort geld</dt><dd>WIJK", **SAID_OF_POLICY},
        ),
        "set_origins": (
            orders.SetOrigins((ORIGIN,)),
            {"origins.origin": ORIGIN.origin, "origins.rp_id": f"voor {ORIGIN.rp_id}"},
        ),
        "define_currency": (
            orders.DefineCurrency(
                orders.CurrencyDefinition("BUURT", "cent", policy), (contra, redemption)
            ),
            {
                "currency.code": "<dt>Soort geld</dt><dd>BUURT",
                "currency.unit": "Centen",
                **{f"currency.policy.{name}": said for name, said in SAID_OF_POLICY.items()},
                "accounts": "uitgegeven (BUURT), ingewisseld (BUURT)",
            },
        ),
    }


TOGETHER = {"payouts", "legs", "backing", "accounts"}
"""Lists of which one line of the slip says an item as a whole."""


def leaves(value: Any, name: str = "") -> set[str]:
    """Return the names of all that an order says, "policy." left out of a set_policy's."""
    if name in TOGETHER:
        return {name}
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return leaves(value[0], name)
    if not is_dataclass(value):
        return {name}
    return {
        leaf
        for field in fields(value)
        for leaf in leaves(getattr(value, field.name), f"{name}.{field.name}".lstrip("."))
    }


@pytest.mark.parametrize("name", sorted(orders.APPROVED_TYPES))
def test_every_field_of_an_order_is_on_the_page_that_asks_to_sign_it(
    street: Street, name: str
) -> None:
    body, said = orders_of_each_type(street)[name]
    assert {leaf.removeprefix("policy.") for leaf in leaves(body)} == said.keys()
    texts: tuple[Opening, ...] = (TEXT, BASIS, PURPOSE, AGREEMENT)
    signer = {"coordinator": "els"}.get(
        (proposals.threshold(street.bank, name) or pytest.fail(name)).role, "truus"
    )
    order = street.world.order(body, signer, lasts=86_400)
    proposals.propose(street.bank, Draft(order, texts), [])
    page = street.browser(signer).page(f"/voorstellen/{order.identity}")
    assert "data-sign-button" in page
    slip = re.search(r'<section class="slip".*?</section>', page, re.DOTALL)
    assert slip
    assert {field: words for field, words in said.items() if words not in slip[0]} == {}


def test_a_text_that_is_not_there_is_told_and_not_left_out(street: Street) -> None:
    order = street.world.order(
        orders.Suspend(street.world.member("joop"), True, "ab" * 32), "els", lasts=86_400
    )
    proposals.propose(street.bank, Draft(order), [])
    page = street.browser("els").page(f"/voorstellen/{order.identity}")
    assert "<dt>Reden</dt><dd>Deze tekst is er niet.</dd>" in page


def test_what_is_not_there_is_told_and_breaks_no_page(street: Street) -> None:
    world = street.world
    nobody, nothing = "ef" * 16, "cd" * 32
    truus: list[orders.Body] = [
        orders.Issue(nobody, "ZZZ", MAX_AMOUNT, (orders.CitedLine(nothing, 5),), nothing),
        orders.Retire(nobody, "ZZZ", 1),
        orders.RecordBank(nobody, nobody, 1, nothing),
        orders.Correct(nothing, (orders.Leg(nobody, "ab" * 16, "ZZZ", 5),), nothing),
    ]
    els: list[orders.Body] = [
        orders.SetPolicy("ZZZ", CREDITS.policy),
        orders.SetLimit(nobody, nobody, "ZZZ", -1, 1),
        orders.RevokeKey(nobody, nothing),
        orders.DefineCurrency(replace(HOURS, code="ZZZ"), ()),
        orders.SetOrigins(()),
    ]
    for who, bodies in (("truus", truus), ("els", els)):
        for body in bodies:
            draft = Draft(world.order(body, who, lasts=86_400))
            proposals.propose(street.bank, draft, street.signatures(draft, who))
            for path in (f"/voorstellen/{draft.order.identity}", "/voorstellen", "/week"):
                street.browser(who).page(path)
    assert "iets onbekends (ZZZ)" in street.browser("truus").page("/voorstellen")
