"""The fold in tables: facts in, facts out.

A fact type has one `fold_` table with its fields as columns; this module derives the rest from the
two. `OrderId` and `Posted` have no table: they are what the journal itself says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_origin, get_type_hints

from sqlalchemy import Connection, Select, Table, bindparam, delete, select

from timebank.ledger import codec
from timebank.ledger.entries import parse_entry
from timebank.ledger.facts import (
    Account,
    Agreement,
    BankLine,
    Currency,
    Fact,
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
from timebank.ledger.orders import CitedLine, Issue, Leg, Order, Refund, parse_order
from timebank.ledger.state import Ref
from timebank.signing.canonical import decode, encode
from timebank.storage import tables
from timebank.storage.dialects import AT_ONCE, look_up, parts, together, upsert, write
from timebank.storage.tables import journal_entries, journal_postings

F = TypeVar("F", bound=Fact)
Row = dict[str, Any]


def load_facts(conn: Connection, refs: Iterable[Ref]) -> list[Fact]:
    """Return the facts there are among those referred to, with one query per type.

    A `Posted` takes a second one, for its legs.
    """
    keys: dict[type[Fact], list[str]] = defaultdict(list)
    for kind, key in refs:
        keys[kind].append(key)
    return [fact for kind in keys for part in parts(keys[kind]) for fact in _load(conn, kind, part)]


def find(conn: Connection, kind: type[F], key: str) -> F | None:
    """Return the fact of this type with this key, or None."""
    return find_all(conn, kind, [key]).get(key)


def find_all(conn: Connection, kind: type[F], keys: Iterable[str]) -> dict[str, F]:
    """Return those facts of this type that there are, by key."""
    facts = load_facts(conn, [(kind, key) for key in keys])
    return {fact.key: fact for fact in facts if isinstance(fact, kind)}


def load_governance(conn: Connection) -> list[Fact]:
    """Return the facts nearly every order needs: Governance, all currencies, all holders."""
    return [*every(conn, Governance), *every(conn, Currency), *every(conn, Holders)]


def every(conn: Connection, kind: type[F]) -> list[F]:
    """Return all facts of a type that has a table, by key."""
    shape = _SHAPES[kind]
    return [kind(*shape.unpack(row)) for row in conn.execute(shape.every)]


def keys_of(conn: Connection, member: str) -> list[MemberKey]:
    """Return every key a member ever had."""
    shape = _SHAPES[MemberKey]
    rows = conn.execute(shape.every.where(tables.fold_keys.c.member == member))
    return [MemberKey(*shape.unpack(row)) for row in rows]


def save_facts(conn: Connection, facts: Iterable[Fact]) -> None:
    """Insert or replace these facts. OrderId and Posted are passed over: they are in the journal.

    Of two facts with one key the last counts.
    """
    changed: dict[type[Fact], dict[str, Row]] = defaultdict(dict)
    for fact in facts:
        if shape := _SHAPES.get(type(fact)):
            changed[type(fact)][fact.key] = shape.pack(fact)
    with together(conn):
        for kind, rows in changed.items():
            write(conn, upsert(conn, _SHAPES[kind].table), list(rows.values()))


def all_facts(conn: Connection) -> Iterator[Fact]:
    """Yield the whole fold, by type and then by key, without holding it in memory."""
    for kind in _SHAPES:
        yield from _stored(conn, kind)


def clear_fold(conn: Connection) -> None:
    """Forget the fold. What remains is the journal, from which it can be rebuilt."""
    for shape in _SHAPES.values():
        conn.execute(delete(shape.table))


# ---- how a fact type is stored


@dataclass(frozen=True, slots=True)
class _Shape:
    """The statements for one fact type, built once, and its fields that are no plain columns."""

    table: Table
    every: Select[Any]
    by_keys: Select[Any]
    fields: tuple[str, ...]
    structured: tuple[str, ...]
    unpacked: tuple[tuple[int, Callable[[Any], Any]], ...]

    def pack(self, fact: Fact) -> Row:
        row = {name: getattr(fact, name) for name in self.fields}
        for name in self.structured:
            row[name] = encode(codec.write(row[name])).decode("ascii")
        return row

    def unpack(self, row: Sequence[Any]) -> list[Any]:
        """The values of the fact's fields, in their order, from a row of `every` or `by_keys`."""
        values = list(row)
        for place, read_as in self.unpacked:
            values[place] = read_as(values[place])
        return values


def _shape(kind: type[Fact], table: Table) -> _Shape:
    hints = get_type_hints(kind, include_extras=True)
    (key,) = table.primary_key
    every = select(*(table.c[name] for name in hints))
    return _Shape(
        table=table,
        every=every.order_by(key),
        by_keys=every.where(key.in_(bindparam("keys", expanding=True))),
        fields=tuple(table.c.keys()),
        structured=tuple(name for name, hint in hints.items() if _is_structured(hint)),
        unpacked=tuple(
            (place, bool if hint is bool else _from_json(hint))
            for place, hint in enumerate(hints.values())
            if hint is bool or _is_structured(hint)
        ),
    )


def _is_structured(hint: Any) -> bool:
    return get_origin(hint) is tuple or is_dataclass(hint)


def _from_json(hint: Any) -> Callable[[str], Any]:
    """How a structured field is read from its column."""

    # Cached because most keys have the same scopes and no caps; what is read is immutable.
    @lru_cache(maxsize=4096)
    def read_as(stored: str) -> Any:
        return codec.read(hint, decode(stored.encode("ascii")))

    return read_as


_SHAPES: dict[type, _Shape] = {
    kind: _shape(kind, table)
    for kind, table in {
        Governance: tables.fold_governance,
        Currency: tables.fold_currencies,
        Account: tables.fold_accounts,
        Member: tables.fold_members,
        Holders: tables.fold_holders,
        MemberKey: tables.fold_keys,
        KeyDay: tables.fold_key_days,
        Used: tables.fold_used,
        Returned: tables.fold_returned,
        BankLine: tables.fold_bank_lines,
        Redemption: tables.fold_redemptions,
        Agreement: tables.fold_agreements,
    }.items()
}


# ---- looking up


def _load(conn: Connection, kind: type[Fact], keys: list[str]) -> Iterable[Fact]:
    if kind is OrderId:
        return _order_ids(conn, keys)
    if kind is Posted:
        return _posted(conn, keys)
    shape = _SHAPES[kind]
    return [kind(*shape.unpack(row)) for row in look_up(conn, shape.by_keys, keys)]


_entries = journal_entries.c
_postings = journal_postings.c
_ORDER_IDS = select(_entries.author, _entries.order_id, _entries.identity).where(
    _entries.order_id.in_(bindparam("ids", expanding=True))
)
_POSTED = select(_entries.identity, _entries.seq, _entries.type, _entries.author).where(
    _entries.identity.in_(bindparam("identities", expanding=True))
)
_ENTRY = select(_entries.entry).where(_entries.seq == bindparam("seq"))
_LEGS = (
    select(_postings.seq, _postings.account, _postings.amount, tables.fold_accounts.c.currency)
    .join_from(
        journal_postings, tables.fold_accounts, _postings.account == tables.fold_accounts.c.id
    )
    .where(_postings.seq.in_(bindparam("seqs", expanding=True)))
    .order_by(_postings.seq, _postings.n)
)


def _order_ids(conn: Connection, keys: list[str]) -> list[Fact]:
    # By id alone: SQLite looks up no pairs in an index, and two authors seldom choose one id.
    ids = [key.partition(":")[2] for key in keys]
    facts = (OrderId(*row) for row in look_up(conn, _ORDER_IDS, ids))
    return [fact for fact in facts if fact.key in keys]


def _posted(conn: Connection, identities: list[str]) -> list[Fact]:
    entries = look_up(conn, _POSTED, identities)
    if not entries:
        return []
    sides: dict[int, list[Any]] = defaultdict(list)
    for posting in conn.execute(_LEGS, {"seqs": [seq for _, seq, _, _ in entries]}):
        sides[posting.seq].append(posting)
    return [
        Posted(
            identity,
            seq,
            type,
            author,
            _legs(sides[seq]),
            _backing(conn, seq) if type == "issue" else (),
            _payment(conn, seq) if type == "refund" else "",
        )
        for identity, seq, type, author in entries
    ]


def _backing(conn: Connection, seq: int) -> tuple[CitedLine, ...]:
    """What an issue cited: only its order says so, and only a correction asks."""
    body = _order(conn, seq).body
    assert isinstance(body, Issue)
    return body.backing


def _payment(conn: Connection, seq: int) -> str:
    """What a refund gave back: likewise."""
    body = _order(conn, seq).body
    assert isinstance(body, Refund)
    return body.payment


def _order(conn: Connection, seq: int) -> Order:
    return parse_order(encode(parse_entry(conn.execute(_ENTRY, {"seq": seq}).scalar_one()).order))


def _legs(postings: list[Any]) -> tuple[Leg, ...]:
    """The legs behind the postings of an entry: a leg is two postings, its payer's first."""
    return tuple(
        Leg(paid.account, received.account, received.currency, received.amount)
        for paid, received in zip(postings[::2], postings[1::2], strict=True)
    )


def _stored(conn: Connection, kind: type[F]) -> Iterator[F]:
    shape = _SHAPES[kind]
    for row in conn.execute(shape.every, execution_options={"yield_per": AT_ONCE}):
        yield kind(*shape.unpack(row))
