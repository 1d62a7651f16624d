"""Changes to a journal, made at random but the same each time, for two verifiers to judge."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from tests.verifier.judging import Case
from tests.verifier.retelling import Entry, by_key, order_message, retell, spkis
from tests.verifier.sealing import canonical, ledger_of, opened, seal
from tests.world import LOG_KEY_SEED

Slot = tuple[Any, Any]

HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
LARGEST = 2**53 - 1


class Book:
    """A golden bundle, and the values that occur in it and could stand elsewhere."""

    def __init__(self, name: str, bundle: bytes) -> None:
        self.name, self.bundle = name, bundle
        self.entries = opened(bundle)
        self.ledger = ledger_of(self.entries[0]["order"])
        self.values: dict[str, list[Any]] = {}
        for entry in self.entries:
            for holder, key in slots(entry["order"]):
                kind = kind_of(key, holder[key])
                if holder[key] not in self.values.setdefault(kind, []):
                    self.values[kind].append(holder[key])


def kind_of(key: Any, value: Any) -> str:
    """Return under which name values can stand for one another."""
    if isinstance(value, str) and HEX.fullmatch(value):
        return f"hex {len(value)}"
    return f"{key if isinstance(key, str) else 'item'} {type(value).__name__}"


def slots(value: Any) -> Iterator[Slot]:
    """Yield every place inside a value that can be changed."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from slots(value[key])


def change(rng: Random, book: Book, holder: Any, key: Any) -> None:
    """Change what is in one place, mostly into something that could have stood there."""
    value = holder[key]
    similar = book.values.get(kind_of(key, value), [])
    match value:
        case bool():
            holder[key] = not value
        case int():
            near = [value + 1, value - 1, value + 1, value - 1, 0, 2 * value, -value, LARGEST]
            holder[key] = rng.choice([*near, *similar])
        case str() if len(similar) > 1 and rng.random() < 0.9:
            holder[key] = rng.choice(similar)
        case str():
            holder[key] = rng.choice([value[:-1], value + "0", "", "pay", value[::-1]])
        case list() if value:
            place = rng.randrange(len(value))
            match rng.randrange(4):
                case 0:
                    del value[place]
                case 1:
                    value.insert(place, deepcopy(value[place]))
                case 2:
                    value.reverse()
                case _:
                    value[place] = deepcopy(rng.choice(value))
        case dict() if value and rng.random() < 0.8:
            del value[rng.choice(list(value))]
        case _:
            holder[key] = deepcopy(rng.choice(similar)) if similar else 0


# ---- the entries are changed, and everything that follows from it is put right


def told_otherwise(rng: Random, book: Book) -> tuple[str, bytes]:
    """One or two values in an order become others."""
    entries = deepcopy(book.entries)
    order = rng.choice(entries if rng.random() < 0.2 else entries[1:])["order"]
    places = list(slots(order))
    for holder, key in rng.sample(places, rng.choice([1, 1, 1, 2])):
        if key in (holder if isinstance(holder, dict) else range(len(holder))):
            change(rng, book, holder, key)
    return retell(book.entries, entries)


def other_amounts(rng: Random, book: Book) -> tuple[str, bytes]:
    entries = deepcopy(book.entries)
    names = {"amount", "floor", "ceiling", "credit_total", "count", "key_delay"}
    places = [
        (holder, key)
        for entry in entries
        for holder, key in slots(entry["order"])
        if isinstance(key, str) and key in names
    ]
    change(rng, book, *rng.choice(places))
    return retell(book.entries, entries)


def once_more(rng: Random, book: Book) -> tuple[str, bytes]:
    """An order is given again elsewhere, under another id, mostly as if made then."""
    entries = deepcopy(book.entries)
    source = rng.randrange(1, len(entries))
    place = rng.randrange(1, len(entries) + 1)
    again = deepcopy(entries[source]) | {"was": source}
    for number, entry in enumerate(entries):
        entry["was"] = number
    order, before = again["order"], entries[place - 1]
    if rng.random() < 0.9:
        order["id"] = rng.randbytes(16).hex()
    lasts = order["expires"] - order["created"]
    again["time"] = before["time"]
    order["created"], order["expires"] = before["time"], before["time"] + lasts
    for value in again["authorizations"]:
        value.pop("batch", None)
    if rng.random() < 0.3:
        change(rng, book, *rng.choice(list(slots(order))))
    entries.insert(place, again)
    return retell(book.entries, entries)


def other_order(rng: Random, book: Book) -> tuple[str, bytes]:
    """Entries are dropped, doubled, swapped or moved."""
    entries = deepcopy(book.entries)
    for number, entry in enumerate(entries):
        entry["was"] = number
    one, other = rng.sample(range(rng.choice([0, 1, 1, 1]), len(entries)), 2)
    match rng.randrange(4):
        case 0:
            del entries[one]
        case 1:
            entries.insert(other, deepcopy(entries[one]))
        case 2:
            entries[one], entries[other] = entries[other], entries[one]
        case _:
            entries.insert(other, entries.pop(one))
    if rng.random() < 0.7:
        times = sorted(entry["time"] for entry in entries)
        for entry, time in zip(entries, times, strict=True):
            entry["time"] = time
    return retell(book.entries, entries)


def other_times(rng: Random, book: Book) -> tuple[str, bytes]:
    entries = deepcopy(book.entries)
    place = rng.randrange(len(entries))
    header = entries[place]["order"]
    edges = [header["expires"], header["created"] - 300]
    time = rng.choice([*edges, edges[0] + 1, edges[1] - 1, entries[place]["time"] + 1])
    later = rng.random() < 0.7
    for entry in entries[place:] if later else entries[place : place + 1]:
        entry["time"] = time if entry is entries[place] else max(time, entry["time"])
    return retell(book.entries, entries)


def other_signers(rng: Random, book: Book) -> tuple[str, bytes]:
    """Somebody signs who did not, or does not who did; or somebody signs for another."""
    entries = deepcopy(book.entries)
    entry = rng.choice(entries)
    values, message = entry["authorizations"], order_message(entry["order"])
    if rng.random() < 0.2 and "invitation" in entry["order"]:
        invitation = entry["order"]["invitation"]
        voucher = b"timebank:invitation:v1\0" + canonical(invitation["voucher"])
        invitation["authorization"] = by_key(rng.choice(spkis()), voucher)
        return retell(book.entries, entries)
    place = rng.randrange(len(values))
    match rng.randrange(6):
        case 0:
            values[place] = by_key(rng.choice(spkis()), message)
        case 1:
            values.insert(place, by_key(rng.choice(spkis()), message))
        case 2:
            values.reverse()
        case 3:
            del values[place]
        case 4:
            values[place] = values[place] | {"spki": rng.choice(spkis())}
        case _:
            values.append(deepcopy(rng.choice(rng.choice(entries)["authorizations"])))
    return retell(book.entries, entries)


# ---- the entries are changed, and only the seal is put right


def sealed(book: Book, entries: list[Entry]) -> tuple[str, bytes]:
    return book.ledger, seal(book.ledger, [canonical(entry) for entry in entries], LOG_KEY_SEED)


def another_field(rng: Random, book: Book) -> tuple[str, bytes]:
    entries = deepcopy(book.entries)
    entry = rng.choice(entries)
    part = rng.choice([entry, entry["postings"] or entry, entry["authorizations"]])
    change(rng, book, *rng.choice(list(slots(part))))
    return sealed(book, entries)


def flipped_in_an_entry(rng: Random, book: Book) -> tuple[str, bytes]:
    lines = [bytearray(canonical(entry)) for entry in book.entries]
    line = rng.choice(lines)
    line[rng.randrange(len(line))] ^= 1 << rng.randrange(8)
    return book.ledger, seal(book.ledger, [bytes(line) for line in lines], LOG_KEY_SEED)


# ---- the bundle is changed, and nothing is put right


def flipped(rng: Random, book: Book) -> tuple[str, bytes]:
    bundle = bytearray(book.bundle)
    bundle[rng.randrange(len(bundle))] ^= 1 << rng.randrange(8)
    return book.ledger, bytes(bundle)


def cut(rng: Random, book: Book) -> tuple[str, bytes]:
    bundle = book.bundle
    start, end = sorted(rng.sample(range(len(bundle)), 2))
    match rng.randrange(4):
        case 0:
            return book.ledger, bundle[:start]
        case 1:
            return book.ledger, bundle[:start] + bundle[end:]
        case 2:
            return book.ledger, bundle[:start] + rng.choice([b"\n", b" ", b"\r"]) + bundle[start:]
        case _:
            lines = bundle.splitlines(keepends=True)
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            return book.ledger, b"".join(lines)


WAYS: dict[Callable[[Random, Book], tuple[str, bytes]], int] = {
    told_otherwise: 30,
    other_amounts: 12,
    once_more: 14,
    other_order: 10,
    other_times: 6,
    other_signers: 10,
    another_field: 8,
    flipped_in_an_entry: 5,
    flipped: 3,
    cut: 2,
}


def mutation(number: int, books: list[Book]) -> Case:
    """Return the case of this number: the same one each time."""
    rng = Random(number)
    (way,) = rng.choices(list(WAYS), list(WAYS.values()))
    book = rng.choice(books)
    ledger, bundle = way(rng, book)
    return Case(f"{book.name}, {way.__name__} {number}", ledger, bundle)


def dump(case: Case) -> str:
    """Return the entries of a case, to look at."""
    return json.dumps(opened(case.bundle), indent=1)
