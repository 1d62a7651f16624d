"""Changes to a journal, made at random but the same each time, for two verifiers to judge."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

from tests.verifier.judging import Case
from tests.verifier.retelling import Entry, by_key, order_message, retell, spkis
from tests.verifier.sealing import canonical, identity, ledger_of, opened, seal
from tests.world import LOG_KEY_SEED

Slot = tuple[Any, Any]

LARGEST = 2**53 - 1


class Book:
    """A golden bundle, and the values that occur in it and could stand elsewhere."""

    def __init__(self, name: str, bundle: bytes) -> None:
        self.name, self.bundle = name, bundle
        self.entries = opened(bundle)
        self.ledger = ledger_of(self.entries[0]["order"])
        self.others: list[Book] = []
        self.values: dict[str, list[Any]] = {}
        for entry in self.entries:
            self.values.setdefault("entry str", []).append(identity(entry["order"]))
            for holder, key in slots(entry["order"]):
                kind = kind_of(key, holder[key])
                if holder[key] not in self.values.setdefault(kind, []):
                    self.values[kind].append(holder[key])


def books_of(folder: Path, *names: str) -> list[Book]:
    """Return the bundles with these names, each of which knows the others."""
    books = [Book(name, (folder / f"{name}.bundle").read_bytes()) for name in names]
    for book in books:
        book.others = [other for other in books if other is not book]
    return books


ROLES = {
    "member": ("author", "issuer", "member"),
    "account": ("account", "bank", "counter", "fund", "outside", "payee", "payer", "transit"),
    "entry": ("entry", "line", "payment", "redemption"),
}
NAMED = {key: role for role, keys in ROLES.items() for key in keys}
HEADER = ("author", "created", "expires", "id", "ledger", "type")


def kind_of(key: Any, value: Any) -> str:
    """Return under which name values can stand for one another."""
    return f"{NAMED.get(key, key) if isinstance(key, str) else 'item'} {type(value).__name__}"


def place_in(rng: Random, order: Entry) -> Slot:
    """Return a place in an order, seldom in what every order has."""
    places = list(slots(order))
    inner = [place for place in places if place[0] is not order or place[1] not in HEADER]
    return rng.choice(inner if inner and rng.random() < 0.85 else places)


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
    for _ in range(rng.choice([1, 1, 1, 2])):
        change(rng, book, *place_in(rng, order))
    return retell(book.entries, entries)


def other_amounts(rng: Random, book: Book) -> tuple[str, bytes]:
    entries = deepcopy(book.entries)
    names = {"amount", "floor", "ceiling", "credit_total", "count", "key_delay", "fee", "minimum"}
    places = [
        (holder, key)
        for entry in entries
        for holder, key in slots(entry["order"])
        if isinstance(key, str) and key in names
    ]
    change(rng, book, *rng.choice(places))
    return retell(book.entries, entries)


def more_orders(rng: Random, book: Book) -> tuple[str, bytes]:
    """Orders of this story or another are given again, under other ids, as if made then."""
    entries = remembering(book)
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        place = rng.choice([rng.randrange(1, len(entries) + 1), len(entries), len(entries)])
        time = entries[place - 1]["time"]
        if place == len(entries):
            time += rng.choice([0, 0, 60, 86_400, 31 * 86_400])
        entries.insert(place, again(rng, book, time))
    return retell(book.entries, entries)


def again(rng: Random, book: Book, time: int) -> Entry:
    """Return an entry of a story as if it were made at this time in this one."""
    other = rng.choice([book, *book.others])
    source = rng.choice(other.entries[1:])
    here = canonical(source).replace(other.ledger.encode(), book.ledger.encode())
    entry: Entry = json.loads(here)
    order = entry["order"]
    lasts = order["expires"] - order["created"]
    if rng.random() < 0.95:
        order["id"] = rng.randbytes(16).hex()
    order["created"], order["expires"] = time, time + lasts
    if "invitation" in order and rng.random() < 0.9:
        voucher = order["invitation"]["voucher"]
        voucher |= {"id": rng.randbytes(16).hex(), "created": time, "expires": time + 60}
    for value in entry["authorizations"]:
        value.pop("batch", None)
    if rng.random() < 0.4:
        change(rng, book, *place_in(rng, order))
    return entry | {"time": time, "was": source}


def remembering(book: Book) -> list[Entry]:
    """Return the entries of a story, each of which says what it was."""
    return [deepcopy(entry) | {"was": entry} for entry in book.entries]


def other_order(rng: Random, book: Book) -> tuple[str, bytes]:
    """Entries are dropped, doubled, swapped or moved."""
    entries = remembering(book)
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
    more_orders: 30,
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
