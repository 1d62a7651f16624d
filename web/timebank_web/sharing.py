"""Receipts that can be shown to somebody else: the link itself carries the permission.

An identity alone opens nothing: who checks the books knows identities, and sees no names.
"""

import hmac

from flask import current_app, url_for

from timebank_web.current import origin

_LENGTH = 24


def receipt_url(identity: str, *, outside: bool = False) -> str:
    """Return the address of a receipt that whoever has it may read; `outside` makes it whole."""
    path = url_for("history.receipt", identity=identity, deel=_mark(identity))
    return origin() + path if outside else path


def may_read(identity: str, mark: str) -> bool:
    """Whether this is the mark that `receipt_url` gave for this receipt."""
    return hmac.compare_digest(mark.encode(), _mark(identity).encode())


def _mark(identity: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, b"receipt\x00" + identity.encode(), "sha256").hex()[:_LENGTH]
