"""Every fact comes back from its table as it went in, and by its key."""

from dataclasses import fields, replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from tests.storage.rows import member_account, row
from timebank.ledger.facts import (
    Account,
    Agreement,
    BankLine,
    Currency,
    Governance,
    Holders,
    KeyDay,
    Member,
    MemberKey,
    OrderId,
    Posted,
    Redemption,
    Returned,
    Used,
)
from timebank.ledger.orders import Budget, Cap, Leg, Origin, Policy, Redeeming, Threshold
from timebank.storage import dialects, fold
from timebank.storage.dialects import AT_ONCE
from timebank.storage.engine import writing
from timebank.storage.fold import (
    all_facts,
    clear_fold,
    every,
    keys_of,
    load_facts,
    load_governance,
    save_facts,
)
from timebank.storage.journal import append, read_head
from timebank.units import MAX_AMOUNT

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
codes = st.from_regex(r"[A-Z]{3,8}", fullmatch=True)
amounts = st.integers(0, MAX_AMOUNT)
balances = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
times = st.integers(0, 2**40)
flags = st.booleans()
roles = st.sampled_from(["auditor", "coordinator", "issuer", "registrar", "treasurer"])
kinds = st.sampled_from(["person", "shop", "organisation"])
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


# Each example starts by clearing the fold, so the one database serves them all.
FRESH = partial(settings, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tuples(items, by=None):
    unique = st.lists(items, max_size=4, unique_by=by)
    return unique.map(lambda found: tuple(sorted(found, key=by)))


# A policy checks itself as a whole, so these are drawn from a few that are in order.
policies = st.sampled_from([
    Policy("mutual", "everyone", ("organisation", "person"), (), -600, MAX_AMOUNT, MAX_AMOUNT),
    Policy("backed", "members-to-shops", ("person", "shop"), ("shop",), 0, 9, 0, None, "1" * 64),
    Policy("budget", "nobody", (), (), 0, 0, 0, Budget(1, 2**40, "2" * 64)),
    Policy("backed", "everyone", ("shop",), ("shop",), 0, 9, 0, None, "1" * 64,
           Redeeming(5_000, 200, "3" * 32, "4" * 64)),
    Policy("euro", "nobody", (), (), 0, 0, 0),
])  # fmt: skip
member_accounts = st.builds(
    Account,
    id=ids,
    kind=st.just("member"),
    currency=codes,
    owner=ids,
    floor=st.none() | amounts.map(lambda amount: -amount),
    ceiling=st.none() | amounts,
    balance=balances,
)
system_accounts = st.builds(
    Account,
    id=ids,
    kind=st.sampled_from(["bank", "contra", "outside", "redemption", "transit"]),
    currency=codes,
    balance=balances,
)
FACTS = {
    Governance: st.builds(
        Governance,
        ledger=hashes,
        rules=st.integers(1, 9),
        log_key=printable,
        key_delay=times,
        thresholds=tuples(
            st.builds(
                Threshold, st.from_regex(r"[a-z_]{3,20}", fullmatch=True), roles, st.integers(1, 9)
            ),
            by=lambda threshold: threshold.type,
        ),
        origins=tuples(
            st.builds(
                Origin,
                st.from_regex(r"https?://[a-z0-9.-]{1,100}(:[0-9]{1,5})?", fullmatch=True),
                st.from_regex(r"[a-z0-9.-]{1,100}", fullmatch=True),
            ),
            by=lambda origin: origin.origin,
        ),
    ),
    Currency: st.builds(
        Currency,
        code=codes,
        unit=st.sampled_from(["minute", "cent"]),
        policy=policies,
        contra=st.just("") | ids,
        redemption=st.just("") | ids,
        credit_given=amounts,
        issued=amounts,
        retired=amounts,
        reserve=balances,
    ),
    Account: member_accounts | system_accounts,
    Member: st.builds(
        Member,
        id=ids,
        kind=kinds,
        status=st.sampled_from(["active", "suspended", "left"]),
        roles=tuples(roles, by=str),
        accounts=tuples(st.tuples(codes, ids), by=lambda pair: pair[0]),
        name=hashes,
    ),
    Holders: st.builds(Holders, role=roles, members=tuples(ids, by=str)),
    MemberKey: st.builds(
        MemberKey,
        id=hashes,
        member=ids,
        scheme=st.sampled_from(["ed25519", "webauthn-es256"]),
        spki=printable,
        scopes=tuples(st.sampled_from(["approve", "manage", "pay"]), by=str),
        caps=tuples(st.builds(Cap, codes, amounts), by=lambda cap: cap.currency),
        active_from=times,
        revoked=flags,
    ),
    KeyDay: st.builds(KeyDay, hashes, codes, st.integers(0, 100_000), amounts),
    Used: st.one_of(
        st.builds(Used, st.sampled_from(["invitation", "withdrawn"]), hashes, hashes),
        st.builds(Used, st.just("request"), st.builds("{}:{}".format, ids, ids), hashes),
    ),
    Returned: st.builds(Returned, hashes, ids, ids, amounts),
    BankLine: st.builds(BankLine, hashes, codes, balances, amounts),
    Redemption: st.builds(Redemption, hashes, ids, codes, amounts, st.just("") | hashes),
    Agreement: st.builds(Agreement, ids, codes, hashes),
}

KEY_FIELDS = {
    Governance: [],
    Currency: ["code"],
    Holders: ["role"],
    KeyDay: ["key_id", "currency", "day"],
    Used: ["kind", "what"],
    Returned: ["entry", "payer", "payee"],
    BankLine: ["line"],
    Redemption: ["redemption"],
    Agreement: ["member", "currency"],
}


def test_every_fact_type_has_a_table_with_its_fields():
    assert set(FACTS) == set(fold._SHAPES)
    for kind, shape in fold._SHAPES.items():
        names = [field.name for field in fields(kind)]
        assert shape.table.c.keys() in (names, ["key", *names])


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
@FRESH(max_examples=25)
@given(data=st.data())
def test_every_fact_comes_back_by_its_key(engine, kind, data):
    number = 1 if kind is Governance else 3
    facts = data.draw(
        st.lists(FACTS[kind], min_size=1, max_size=number, unique_by=lambda fact: fact.key)
    )
    with writing(engine) as conn:
        clear_fold(conn)
        save_facts(conn, facts)
        loaded = load_facts(conn, [(kind, fact.key) for fact in facts])
        assert sorted(loaded, key=repr) == sorted(facts, key=repr)
        assert repr(sorted(loaded, key=repr)) == repr(sorted(facts, key=repr))  # 1 is not True
        assert sorted(all_facts(conn), key=repr) == sorted(facts, key=repr)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.__name__)
@FRESH(max_examples=10)
@given(data=st.data())
def test_saving_a_fact_again_replaces_it(engine, kind, data):
    old, other = data.draw(FACTS[kind]), data.draw(FACTS[kind])
    new = replace(other, **{name: getattr(old, name) for name in KEY_FIELDS.get(kind, ["id"])})
    assert new.key == old.key
    with writing(engine) as conn:
        clear_fold(conn)
        save_facts(conn, [old])
        save_facts(conn, [old, new])
        assert list(all_facts(conn)) == [new]


def test_what_is_not_there_is_left_out(conn):
    refs = [(kind, "x:y:1" if kind is KeyDay else "x:y:z") for kind in FACTS]
    assert load_facts(conn, [*refs, (OrderId, "x:y"), (Posted, "x")]) == []
    assert load_facts(conn, []) == []


def test_one_fact_is_found_by_its_key_or_it_is_not_there(conn):
    holders = [Holders("auditor", ("aa" * 16,)), Holders("issuer", ())]
    save_facts(conn, holders)
    assert fold.find(conn, Holders, "issuer") == holders[1]
    assert fold.find(conn, Holders, "treasurer") is None
    found = fold.find_all(conn, Holders, ["auditor", "treasurer", "auditor"])
    assert found == {"auditor": holders[0]}


def test_more_keys_than_fit_one_statement_are_all_found(conn):
    accounts = [member_account(n) for n in range(2 * AT_ONCE + 1)]
    save_facts(conn, accounts)
    assert set(load_facts(conn, [(Account, account.id) for account in accounts])) == set(accounts)


@pytest.fixture
def asked(monkeypatch):
    """What `fold` looked up since: statements, with their values."""
    queries = []

    def look_up(conn, statement, values):
        queries.append((statement, values))
        return dialects.look_up(conn, statement, values)

    monkeypatch.setattr(fold, "look_up", look_up)
    return queries


def test_a_batch_is_loaded_with_one_query_per_type(conn, asked):
    load_facts(
        conn,
        [(Account, "a"), (Member, "b"), (Account, "c"), (OrderId, "b:d"), (Posted, "e")] * 20,
    )
    assert len(asked) == 4


@pytest.mark.parametrize("kind", [*FACTS, OrderId, Posted], ids=lambda kind: kind.__name__)
def test_a_look_up_never_walks_through_a_table(conn, asked, kind):
    load_facts(conn, [(kind, "x:1"), (kind, "x:2")])
    ((statement, values),) = asked
    (name,) = statement.compile().params
    query = statement.params({name: values}).compile(
        dialect=conn.dialect, compile_kwargs={"literal_binds": True}
    )
    if conn.dialect.name == "sqlite":
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
        assert [row.detail.split()[0] for row in plan] == ["SEARCH"]
    else:
        # Or it would not think of using an index on a table with nothing in it.
        conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = conn.exec_driver_sql(f"EXPLAIN {query}").scalars().all()
        assert not any("Seq Scan" in line for line in plan), plan


def test_another_authors_order_with_the_same_id_is_not_taken_for_this_one(conn):
    mine = row(0)
    theirs = replace(row(1), order_id=mine.order_id)
    append(conn, read_head(conn), [mine, theirs], mine.time)
    wanted = OrderId(theirs.author, theirs.order_id, theirs.identity)
    assert load_facts(conn, [(OrderId, wanted.key)]) == [wanted]


def test_order_ids_and_posted_orders_come_from_the_journal(conn):
    payer, payee = member_account(1), member_account(2)
    save_facts(conn, [payer, payee])
    legs = (Leg(payer.id, payee.id, "HRS", 90), Leg(payee.id, payer.id, "HRS", 5))
    rows = [row(0, type="set_role"), row(1, legs=legs)]
    append(conn, read_head(conn), rows, rows[0].time)
    posted = [
        Posted(rows[0].identity, 0, "set_role", rows[0].author, ()),
        Posted(rows[1].identity, 1, "pay", rows[1].author, legs),
    ]
    order_id = OrderId(rows[1].author, rows[1].order_id, rows[1].identity)
    refs = [(type(fact), fact.key) for fact in [*posted, order_id]]
    assert load_facts(conn, refs) == [*posted, order_id]
    save_facts(conn, [*posted, order_id])
    assert list(all_facts(conn)) == [payer, payee], "the journal holds them, no table does"


def test_governance_comes_with_all_currencies_and_holders(conn):
    governance = Governance("1" * 64, 1, "key", 0, (Threshold("issue", "issuer", 2),), ())
    policy = Policy("mutual", "everyone", (), (), 0, 0, 0)
    currencies = [Currency("EUR", "cent", policy), Currency("HRS", "minute", policy)]
    holders = [Holders("issuer", ("a" * 32,))]
    save_facts(conn, [governance, *currencies, *holders, member_account(1)])
    assert load_governance(conn) == [governance, *currencies, *holders]
    assert every(conn, Currency) == currencies


def test_a_members_keys_are_found(conn):
    keys = [
        MemberKey(str(n), owner, "ed25519", "spki", ("pay",), (), 0)
        for n, owner in enumerate(["amina", "joop", "amina"])
    ]
    save_facts(conn, keys)
    assert keys_of(conn, "amina") == [keys[0], keys[2]]


@pytest.mark.parametrize(
    ("fact", "change"),
    [
        (member_account(1), {"balance": MAX_AMOUNT + 1}),
        (member_account(1), {"balance": -MAX_AMOUNT - 1}),
        (member_account(1), {"currency": ""}),
        (member_account(1), {"owner": ""}),
        (member_account(1), {"kind": "contra"}),
        (member_account(1), {"kind": "savings"}),
        (member_account(1), {"floor": 1}),
        (member_account(1), {"ceiling": -1}),
        (Used("request", "x", "y"), {"kind": "favour"}),
        (KeyDay("k", "HRS", 1, 0), {"spent": -1}),
        (Returned("e", "a", "b", 0), {"amount": -1}),
        (Redemption("r", "a", "WIJ", 0, ""), {"open": -1}),
        (BankLine("l", "EUR", 1, 0), {"cited": -1}),
        (Member("m", "person", "active", (), (), ""), {"kind": "robot"}),
        (Member("m", "person", "active", (), (), ""), {"status": "asleep"}),
    ],
)
def test_the_database_refuses_what_cannot_be(conn, fact, change):
    save_facts(conn, [fact])
    with pytest.raises(IntegrityError, match=r"CHECK constraint failed|violates check constraint"):
        save_facts(conn, [replace(fact, **change)])


def test_a_balance_may_be_outside_limits_set_later(conn):
    account = replace(member_account(1), floor=-10, ceiling=10, balance=-500)
    save_facts(conn, [account, replace(account, id="other", balance=500)])
