"""Drafts: an order the server proposes, and the texts its commitments hide.

Whoever signs sees both; the texts travel beside the order and are kept outside the journal.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from timebank.errors import Code, Refusal
from timebank.ledger.orders import PROPOSAL_SECONDS, Body, Order
from timebank.services.bank import Bank
from timebank.services.posting import Submission
from timebank.signing.canonical import Value, from_base64url, to_base64url
from timebank.signing.messages import commitment
from timebank.storage.people import (
    Opening as Opening,
)  # what a Draft carries, for pages and commands

SALT_BYTES = 32
MAX_TEXT = 200
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order to sign, with the openings of its commitments."""

    order: Order
    openings: tuple[Opening, ...] = ()

    def wire(self) -> dict[str, Any]:
        """Return what a page or proposal file carries."""
        return {
            "order": self.order.data.decode("ascii"),
            "identity": self.order.identity,
            "openings": [
                {"salt": to_base64url(opening.salt), "text": opening.text}
                for opening in self.openings
            ],
        }

    def submission(self, authorizations: Sequence[Value]) -> Submission:
        """Return the draft as it is sent in, with these authorizations."""
        return Submission(self.order.data, authorizations, self.openings)


def draft_proposal(
    bank: Bank, author: str, body: Body, *openings: Opening, created: int | None = None
) -> Draft:
    """Return a draft of an order that several sign; it waits up to a month for them.

    `created` is now, unless something else bears the same time.
    """
    order = bank.draft(body, author=author, lasts=PROPOSAL_SECONDS, created=created)
    return Draft(order, openings)


def commit(text: str) -> Opening:
    """Return a fresh opening of this text: no one can guess it from the commitment."""
    text = tidy(text)[:MAX_TEXT].rstrip()
    salt = secrets.token_bytes(SALT_BYTES)
    return Opening(commitment(salt, text), salt, text)


def tidy(text: str) -> str:
    """Return text as it is kept: one line, without what cannot be seen but changes what can.

    Control characters go, and those that turn the direction of the text around: with them a name
    could rewrite the line that it is shown in.
    """
    line = " ".join(text.split())
    seen = (char for char in line if category(char) not in ("Cc", "Cs") and char not in TURNING)
    return " ".join("".join(seen).split())


def read_submission(value: object) -> Submission:
    """Return what came in as JSON: `{order, authorizations, openings}`; Refusal BAD_FIELD."""
    if not isinstance(value, Mapping):
        raise Refusal(Code.BAD_FIELD, field="submission")
    order, authorizations = value.get("order"), value.get("authorizations")
    if not isinstance(order, str) or not order.isascii() or not isinstance(authorizations, list):
        raise Refusal(Code.BAD_FIELD, field="submission")
    openings = value.get("openings", [])
    if not isinstance(openings, list) or len(openings) > 16:
        raise Refusal(Code.BAD_FIELD, field="openings")
    return Submission(
        order.encode("ascii"), authorizations, tuple(_opening(item) for item in openings)
    )


def _opening(value: object) -> Opening:
    if not isinstance(value, Mapping):
        raise Refusal(Code.BAD_FIELD, field="openings")
    salt, text = value.get("salt"), value.get("text")
    if not isinstance(salt, str) or not isinstance(text, str) or len(text) > MAX_TEXT:
        raise Refusal(Code.BAD_FIELD, field="openings")
    if text != tidy(text):
        raise Refusal(Code.BAD_FIELD, field="openings")
    raw = from_base64url(salt)
    if len(raw) != SALT_BYTES:
        raise Refusal(Code.BAD_FIELD, field="openings")
    return Opening(commitment(raw, text), raw, text)
