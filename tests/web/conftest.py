"""The neighbourhood of `tests.world` behind the web app, and browsers of its people.

A `Browser` is Flask's test client with manners: it sends the Origin and the CSRF token that a real
one would, so no wall has to come down for a test.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from tests.services.conftest import (
    Village,
    copy_of,
    forget,
    made_once,
    reopened,
    submission,
)
from tests.services.conftest import _settings as _settings  # the fixture `settings`
from tests.services.conftest import database as database
from tests.world import FOUNDERS, LOG_KEY_SEED, NOW, World, a_commitment, seed
from timebank.clock import SetClock
from timebank.services import sessions
from timebank.services.bank import Bank
from timebank.services.founding import found
from timebank.services.posting import Submission
from timebank.settings import Settings
from timebank.signing.authorizations import authorize
from timebank.signing.keys import key_id
from timebank.signing.messages import Tag
from timebank.storage.people import Opening
from timebank_web import create_app

COMPILED = FileSystemBytecodeCache()
"""Templates as Python: an app is made for every test, and would translate them again."""

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


@pytest.fixture(scope="session", name="named")
def _named(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Settings]:
    """A ledger on each database whose people have names; to be copied."""
    return made_once(tmp_path_factory, lambda settings: found_named(settings).close())


@pytest.fixture(name="street")
def _street(database: str, named: Callable[[str], Settings], tmp_path: Path) -> Iterator[Street]:
    street = opened(copy_of(named(database), tmp_path))
    yield street
    close_street(street)
    forget(street.bank.settings)


def open_street(settings: Settings) -> Street:
    """Found the neighbourhood at this place and open its door."""
    found_named(settings).close()
    return opened(settings)


def found_named(settings: Settings) -> Bank:
    """Found the neighbourhood with the names of its people beside it."""
    genesis = submission(World().genesis)
    openings = tuple(Opening(a_commitment(name), seed("salt " + name), name) for name in FOUNDERS)
    genesis = Submission(genesis.order, genesis.authorizations, openings)
    return found(settings, genesis, LOG_KEY_SEED, SetClock(NOW))


def opened(settings: Settings) -> Street:
    """Open the door of a neighbourhood in which nobody has ordered anything yet."""
    village = reopened(settings)
    village.world.counter = 1
    app = create_app(settings, village.clock)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    return Street(village.world, village.bank, village.clock, app)


def close_street(street: Street) -> None:
    street.bank.close()
    street.app.extensions["timebank"].close()
