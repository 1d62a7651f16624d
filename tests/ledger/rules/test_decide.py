"""`decide`: for this ledger, for now, once; and a batch whole or not at all."""

from dataclasses import replace

from tests.town import Town, snapshot
from tests.world import World, seed
from timebank.errors import Code
from timebank.ledger import orders
from timebank.ledger.facts import Account, OrderId, Posted
from timebank.ledger.rules import RULES, decide
from timebank.ledger.verified import verify_bytes
from timebank.signing.canonical import to_base64url


def test_every_type_of_order_has_a_rule():
    assert set(RULES) == set(orders.TYPES.values())


def test_a_decision_says_what_changes_and_changes_nothing_itself(town: Town):
    before = snapshot(town.state)
    verified = town.pay("joop", "amina", 90)
    decision = decide(town.state, town.now, 1, verified)
    assert snapshot(town.state) == before
    joop, amina = town.account("joop"), town.account("amina")
    assert decision.postings == ((joop, -90), (amina, 90))
    changed = {(type(fact), fact.key): fact for fact in decision.facts}
    order = verified.order
    assert changed == {
        (Account, joop): replace(town.state.account(joop), balance=-90),
        (Account, amina): replace(town.state.account(amina), balance=90),
        (OrderId, f"{order.header.author}:{order.header.id}"): OrderId(
            order.header.author, order.header.id, order.identity
        ),
        (Posted, order.identity): Posted(
            order.identity, 1, "pay", town.member("joop"), (town.leg("joop", "amina", 90),)
        ),
    }


def test_an_order_for_another_ledger_is_refused(town: Town):
    town.refuses(Code.OTHER_LEDGER, town.pay("joop", "amina", 90, ledger="00" * 32))


def test_no_order_posts_before_the_genesis(town: Town):
    empty = World()
    town.state = type(town.state)()
    town.refuses(Code.OTHER_LEDGER, empty.pay("joop", "amina", 90))


def test_a_replayed_order_is_refused(town: Town):
    verified = town.pay("joop", "amina", 90)
    town.post(verified)
    town.refuses(Code.ALREADY_POSTED, verified)
    town.wait(800)
    town.refuses(Code.ALREADY_POSTED, verified)


def test_a_replayed_order_with_fresh_authorizations_is_refused(town: Town):
    line = town.record_bank(100)
    town.post(line)
    town.refuses(Code.ALREADY_POSTED, town.signed(line.order, "truus", "kees"))


def test_an_order_id_works_once_per_author(town: Town):
    first = town.pay("joop", "amina", 90)
    town.post(first)
    town.refuses(Code.ORDER_ID_USED, town.pay("joop", "amina", 91, id=first.order.header.id))
    town.post(town.pay("amina", "joop", 1, id=first.order.header.id))


def test_a_refused_order_does_not_use_up_its_id(town: Town):
    first = town.pay("joop", "amina", 601)
    town.refuses(Code.BELOW_FLOOR, first)
    town.post(town.pay("joop", "amina", 600, id=first.order.header.id))


def test_an_order_posts_from_five_minutes_before_it_was_made_until_it_expires(town: Town):
    town.wait(1_000)
    verified = town.pay("joop", "amina", 90)
    town.now -= 301
    town.refuses(Code.NOT_YET, verified)
    town.now += 1
    decide(town.state, town.now, 1, verified)
    town.now += 1_200
    decide(town.state, town.now, 1, verified)
    town.now += 1
    town.refuses(Code.EXPIRED, verified)


def test_a_second_genesis_is_for_another_ledger(town: Town):
    town.refuses(Code.ALREADY_POSTED, town.genesis)
    body = replace(town.founding(), nonce=to_base64url(seed("another nonce")))
    order = town.order(body, "els", ledger=None)
    town.refuses(Code.OTHER_LEDGER, verify_bytes(order.data, town.signatures(order, "els")))


# ---- batches


def payments(town: Town, *amounts: int) -> list[orders.Order]:
    return [
        town.order(orders.Pay((town.leg("joop", "amina", amount),)), "joop") for amount in amounts
    ]


def test_a_batch_posts_each_order_as_its_own_entry(town: Town):
    town.post(*town.batch(payments(town, 200, 400), "joop"))
    assert len(town.entries) == 3
    assert town.balance("joop") == -600


def test_a_batch_posts_wholly_or_not_at_all(town: Town):
    batch = town.batch(payments(town, 300, 300, 1), "joop")
    town.refuses(Code.BELOW_FLOOR, *batch)
    assert town.balance("joop") == 0


def test_each_order_of_a_batch_sees_what_those_before_it_did(town: Town):
    """Amina may pay on what Joop pays her in the same batch."""
    batch = [
        town.order(orders.Pay((town.leg("joop", "amina", 600),)), "joop"),
        town.order(orders.Pay((town.leg("amina", "els", 1_200),)), "amina"),
    ]
    identities = [order.identity for order in batch]
    town.refuses(Code.BATCH_INCOMPLETE, *(town.signed(order, "joop") for order in batch[:1] * 2))
    first, _ = town.batch(batch, "joop")
    _, second = town.batch(batch, "amina")
    assert first.batch == second.batch == tuple(identities)
    town.post(first, second)
    assert (town.balance("joop"), town.balance("amina")) == (-600, -600)


def test_an_incomplete_batch_is_refused(town: Town):
    first, second, third = town.batch(payments(town, 1, 2, 3), "joop")
    for part in ((first,), (second,), (first, second), (first, third), (third, third, third)):
        town.refuses(Code.BATCH_INCOMPLETE, *part)


def test_a_batch_out_of_order_is_refused(town: Town):
    first, second = town.batch(payments(town, 1, 2), "joop")
    town.refuses(Code.BATCH_INCOMPLETE, second, first)


def test_a_batch_with_an_order_that_was_not_listed_is_refused(town: Town):
    first, second = town.batch(payments(town, 1, 2), "joop")
    town.refuses(Code.BATCH_INCOMPLETE, first, second, town.pay("joop", "amina", 3))
    town.refuses(Code.BATCH_INCOMPLETE, town.pay("joop", "amina", 3), first, second)


def test_two_orders_signed_singly_are_no_batch(town: Town):
    town.refuses(Code.BATCH_INCOMPLETE, *(town.pay("joop", "amina", n) for n in (1, 2)))


def test_an_order_of_which_only_one_signer_signed_a_batch_is_of_that_batch(town: Town):
    """Truus wants both or none; Kees signed one of them: it does not post without the other."""
    batch = [
        town.order(orders.Pay((town.leg("truus", "joop", n), town.leg("kees", "joop", n))), "truus")
        for n in (1, 2)
    ]
    both = town.batch(batch, "truus", "kees")
    town.refuses(Code.BATCH_INCOMPLETE, both[0])
    town.post(*both)
