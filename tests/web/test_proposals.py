"""Proposals on screen: what they do to the cover, who signed, and how to sign."""

import re

from tests.web.conftest import Street
from timebank import ids
from timebank.ledger import orders
from timebank.services import proposals, readings, treasury
from timebank.services.drafts import Draft


def propose_issue(street: Street, amount: int = 20_000) -> Draft:
    draft = treasury.draft_issue(
        street.bank,
        street.world.member("truus"),
        street.world.member("werk"),
        "WIJK",
        amount,
        "lonen november",
    )
    proposals.propose(street.bank, draft, street.signatures(draft, "truus"))
    return draft


def test_an_open_proposal_shows_the_cover_before_and_after(street: Street) -> None:
    street.issue(10_000)
    street.post(street.world.record_bank(50_000))
    draft = propose_issue(street)
    page = street.browser("kees").page(f"/voorstellen/{draft.order.identity}")
    assert "200,00 credits" in page
    assert "lonen november" in page
    assert "werk" in page
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", page))
    assert facts["In omloop"] == "nu 100,00 credits<br>daarna 300,00 credits"
    assert facts["Euro op de bank"] == "nu 600,00 euro<br>daarna 600,00 euro"
    assert "1 van 2 akkoord" in page
    assert "truus" in page


def test_it_says_how_to_sign_with_a_key_file_as_well(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    draft = propose_issue(street)
    page = street.browser("kees").page(f"/voorstellen/{draft.order.identity}")
    assert f"timebank propose fetch {ids.reference(draft.order.identity)}" in page
    assert "timebank sign voorstel.json" in page
    assert "data-sign-button" in page


def test_a_posted_proposal_moves_to_done(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    draft, kees = propose_issue(street), street.browser("kees")
    assert "Er zijn geen open voorstellen." not in kees.page("/voorstellen")
    street.send(draft, "truus", "kees")
    page = kees.page("/voorstellen")
    assert "Er zijn geen open voorstellen." in page
    assert "Uitgevoerd" in page
    one = kees.page(f"/voorstellen/{draft.order.identity}")
    assert "Uitgevoerd" in one
    assert "data-sign-button" not in one


def test_the_cover_says_what_can_still_be_made(street: Street) -> None:
    street.issue(10_000)
    street.post(street.world.record_bank(2_550))
    page = street.browser("truus").page("/voorstellen")
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page))
    assert facts == {
        "In omloop": "100,00 credits",
        "Euro op de bank": "125,50 euro",
        "Nog te maken": "25,50 credits",
    }


def test_every_kind_of_proposal_can_be_looked_at(street: Street) -> None:
    world = street.world
    street.issue(10_000, "bart")
    redeemed = street.post(world.redeem("bart", 3_000)).identity
    paid = street.post(world.pay("joop", "amina", 30)).identity
    bodies: list[orders.Body] = [
        orders.Suspend(world.member("joop"), True, "ab" * 32),
        orders.RevokeKey(world.member("joop"), "ab" * 32),
        orders.RecordBank(world.system("bank"), world.system("outside"), 5_000, "ab" * 32),
        orders.Retire(world.account("werk", "WIJK"), "WIJK", 100),
        orders.Settle(
            "WIJK",
            world.system("transit"),
            world.system("outside"),
            (orders.Payout(redeemed, world.account("bart", "WIJK"), 3_000),),
            "ab" * 32,
        ),
        orders.Correct(paid, (world.leg("amina", "joop", 30),), "ab" * 32),
        orders.SetLimit(world.member("joop"), world.account("joop"), "UUR", -60, 600),
        orders.SetRole(world.member("joop"), "auditor", True),
        orders.SetPolicy("UUR", world.founding().currencies[1].policy),
        orders.SetOrigins(()),
    ]
    auditor = street.browser("truus")
    for body in bodies:
        order = world.order(body, "truus", lasts=86_400)
        proposals.propose(street.bank, Draft(order), [])
        auditor.page(f"/voorstellen/{order.identity}")
    assert auditor.page("/voorstellen").count('class="row-link"') == len(bodies)


def test_a_proposal_about_somebody_unknown_hides_no_other(street: Street) -> None:
    body = orders.SetRole("ab" * 16, "auditor", True)
    order = street.bank.draft(body, author="cd" * 16, lasts=86_400)
    proposals.propose(street.bank, Draft(order), [])
    truus = street.browser("truus")
    assert "Onbekend" in truus.page("/voorstellen")
    assert "Onbekend" in truus.page(f"/voorstellen/{order.identity}")


# ---- who may put something there, and who may look


def test_a_member_without_a_task_puts_nothing_before_the_treasurers(street: Street) -> None:
    """Once any member could, and the page of it showed them what others wrote."""
    world = street.world
    street.issue(10_000, "bart")
    redeemed = street.post(world.redeem("bart", 3_000)).identity
    transit, outside = world.system("transit"), world.system("outside")
    payouts = (orders.Payout(redeemed, world.account("bart", "WIJK"), 3_000),)
    joop = street.browser("joop")
    for body in (
        orders.Settle("WIJK", transit, outside, payouts, "ab" * 32),
        orders.Settle(
            "WIJK", transit, outside, (orders.Payout(redeemed, "ef" * 16, 1),), "ab" * 32
        ),
        orders.SetRole(world.member("amina"), "auditor", True),
    ):
        draft = Draft(world.order(body, "joop", lasts=86_400))
        answer = joop.post(
            "/voorstellen",
            json={
                "order": draft.order.data.decode(),
                "authorizations": street.signatures(draft, "joop"),
                "openings": [],
            },
        )
        assert answer.get_json()["code"] == "not_authorized"
        assert joop.get(f"/voorstellen/{draft.order.identity}").status_code == 404
    assert proposals.proposals(street.bank) == []
    street.browser("truus").page("/uitbetalen")


def test_an_auditor_who_reads_a_proposal_is_noted_with_whom_it_is_about(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    draft, member = propose_issue(street), street.world.member
    street.do(orders.SetRole(member("amina"), "auditor", True), "els", "farid")
    for reader in ("kees", "amina"):
        street.browser(reader).page(f"/voorstellen/{draft.order.identity}")
    for name in ("werk", "truus"):
        (seen,) = readings.readings_of(street.bank, member(name))
        assert (seen.reader, seen.what) == (member("amina"), "proposal")
        assert "een voorstel waar u in staat" in street.browser(name).page("/gekeken")
    assert readings.readings_of(street.bank, member("joop")) == []


def test_where_a_signer_without_a_terminal_signs_is_told_as_it_is(street: Street) -> None:
    street.post(street.world.record_bank(50_000))
    page = street.browser("kees").page(f"/voorstellen/{propose_issue(street).order.identity}")
    assert "op uw eigen computer" not in page
    assert "op de computer waar het boek op staat" in page
