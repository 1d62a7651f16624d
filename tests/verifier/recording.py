"""A plugin that writes down what the tests of the ledger post, and what they are refused.

`pytest -p tests.verifier.recording tests/ledger` appends to the file RECORDED names: for every
test its journal, and for every refused order a journal in which it is an entry nevertheless.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.town import Town
from tests.verifier.judging import Case
from tests.verifier.retelling import postings_of
from tests.verifier.sealing import canonical, seal
from tests.world import LOG_KEY_SEED
from timebank.errors import Refusal
from timebank.ledger.facts import Currency
from timebank.ledger.rules import Decision
from timebank.ledger.verified import VerifiedOrder

RECORDED = "TIMEBANK_RECORDED"


class Recorder:
    """Writes cases for the test that runs."""

    def __init__(self) -> None:
        self.name = ""
        self.towns: list[Town] = []
        self.post = Town.post

    def posting(self, town: Town, *batch: VerifiedOrder) -> Decision:
        """Post to the town as always, and write down what it refuses."""
        try:
            decision = self.post(town, *batch)
        except Refusal:
            if town.entries:
                self.write(town, [self.pretended(town, *item) for item in enumerate(batch)])
            raise
        if town not in self.towns:
            self.towns.append(town)
        return decision

    def pretended(self, town: Town, place: int, verified: VerifiedOrder) -> bytes:
        """Return the entry that this order would have been."""
        order = json.loads(verified.order.data)
        credits = town.state.find(Currency, "WIJK")
        terms = credits.policy.redeeming if credits else None
        contra, redemption = [town.system("contra")], [town.system("redemption")]
        sides: dict[str, list[Any]] = {
            "issue": [contra],
            "retire": [[], contra],
            "redeem": [[], redemption],
            "settle": [redemption, contra],
        }
        entry = {
            "authorizations": json.loads(verified.authorizations),
            "order": order,
            "postings": postings_of(
                order, sides.get(order["type"], []), terms.fund if terms else None
            ),
            "seq": len(town.entries) + place,
            "time": town.now,
        }
        return canonical(entry)

    def write(self, town: Town, more: list[bytes]) -> None:
        bundle = seal(town.ledger, [*town.entries, *more], LOG_KEY_SEED)
        with open(os.environ[RECORDED], "a", encoding="utf-8") as file:
            file.write(Case(self.name, town.ledger, bundle).wire() + "\n")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.name, self.towns = item.nodeid, []
        result = yield
        for town in self.towns:
            self.write(town, [])
        return result


def pytest_configure(config: pytest.Config) -> None:
    recorder = Recorder()
    Town.post = lambda town, *batch: recorder.posting(town, *batch)  # type: ignore[method-assign]
    config.pluginmanager.register(recorder)
