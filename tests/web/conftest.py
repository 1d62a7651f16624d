"""The neighbourhood of `tests.world` behind the web app, and browsers of its people.

A `Browser` is Flask's test client with manners: it sends the Origin and the CSRF token that a real
one would, so no wall has to come down for a test.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.services.conftest import Village, submission
from tests.services.conftest import each_database as each_database  # the fixture `settings`
from tests.world import FOUNDERS, LOG_KEY_SEED, NOW, World, a_commitment, seed
from timebank.clock import SetClock
from timebank.services import sessions
from timebank.services.founding import found
from timebank.services.posting import Submission
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag
from timebank.storage.people import Opening
from timebank_web import create_app

_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')
_DRAFT = re.compile(r'id="order-draft">(.*?)</script>', re.DOTALL)
_SIGN = re.compile(r"<form [^>]*data-sign[^>]*>")


@dataclass
class Browser:
    """Somebody's browser: `who` is signed in, or nobody for ""."""

    client: FlaskClient
    world: World
    who: str

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def page(self, path: str) -> str:
        """Return a page that is there, as its reader has it."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status, answer.text)
        return html.unescape(answer.text)

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Send a form, or `json=`, from our own page."""
        token = _TOKEN.search(self.get("/hulp").text)
        assert token
        headers = {"Origin": "http://localhost", "X-CSRFToken": token[1], **more.pop("headers", {})}
        return self.client.post(path, data=data, headers=headers, **more)

    def sign(self, page: str, *, tag: Tag = Tag.ORDER, signer: str = "") -> TestResponse:
        """Press the sign button of a page, with this person's key (of `tests.world`)."""
        page = html.unescape(page)
        draft, form = _DRAFT.search(page), _SIGN.search(page)
        assert draft, "there is nothing to sign"
        assert form
        sent = json.loads(draft[1])
        key = self.world.key(signer or self.who)
        post = re.search(r'data-post="([^"]+)"', form[0])
        assert post
        return self.post(
            post[1],
            json={
                "order": sent["order"],
                "authorizations": [authorize(key, tag, sent["order"].encode())],
                "openings": sent.get("openings", []),
            },
        )


@dataclass
class Street(Village):
    """A village with a door to the street."""

    app: Flask

    def browser(self, who: str = "", key: str = "") -> Browser:
        """Return a browser in which this person is signed in, with one of their keys."""
        client = self.app.test_client()
        if who:
            spki = self.world.key(key or who).spki
            token = sessions.start(self.bank, self.world.member(who), key_id(spki))
            client.set_cookie(self.app.config["WHO_COOKIE"], token)
        return Browser(client, self.world, who)


def named(genesis: Submission) -> Submission:
    """Return a founding with the names of its people beside it."""
    openings = tuple(Opening(a_commitment(name), seed("salt " + name), name) for name in FOUNDERS)
    return Submission(genesis.order, genesis.authorizations, openings)


@pytest.fixture(name="street")
def _street(settings: Settings) -> Iterator[Street]:
    street = open_street(settings)
    yield street
    close_street(street)


def open_street(settings: Settings) -> Street:
    """Found the neighbourhood at this place and open its door."""
    world, clock = World(), SetClock(NOW)
    bank = found(settings, named(submission(world.genesis)), LOG_KEY_SEED, clock)
    app = create_app(settings, clock)
    app.testing = True
    return Street(world, bank, clock, app)


def close_street(street: Street) -> None:
    street.bank.close()
    street.app.extensions["timebank"].close()
