"""Files that a browser keeps instead of showing them."""

from collections.abc import Iterable

from flask import Response


def download(data: str | bytes | Iterable[bytes], name: str, kind: str) -> Response:
    """Return this as a file of that name; `kind` is its media type."""
    response = Response(data, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
