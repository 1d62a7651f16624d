"""The walls around the pages: headers, cookies, forged and oversized requests, and haste."""

import os
import secrets
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import cast

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from timebank_web.current import origin, visitor

MAX_BODY = 128 * 1024
"""The largest body a request may have. The largest order is far smaller."""
LARGER = {
    "reward.pay": 480 * 1024,
    "reward.upload": 480 * 1024,
    "settlement.upload": 17 << 20,
}
"""A file (and one too large, to say so), and as many orders as one signature may be for."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Codes and secrets are in addresses; no-referrer would also blank the Origin of our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "publickey-credentials-get=(self), publickey-credentials-create=(self),"
        " clipboard-write=(self),"
        " camera=(), microphone=(), geolocation=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

SCANS = {"pay.begin", "pay.find", "pages.verify"}
"""Pages that read QR codes: they may use the camera, and compile the library that reads them."""
SCANNING_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(
        "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
    ),
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}

# A whole market may share the buurthuis's one address; a member is one person.
USUAL = "300 per minute"
LIMITS = {
    "orders.post": "30 per minute",
    "pay.find": "60 per minute",
    "pay.payee": "60 per minute",
    "pay.amount": "60 per minute",
    "pay.one_off": "60 per minute",
    "join.start": "60 per minute",
    "join.name": "60 per minute",
    "join.draft": "30 per minute",
    "join.finish": "30 per minute",
    "proposals.sign": "30 per minute",
    "propose.ask": "30 per minute",
    "propose.check": "30 per minute",
    "session.log_in": "30 per minute",
    "reward.upload": "30 per minute",
    "reward.pay": "30 per minute",
}
"""How often one member, or one address that is not signed in, may ask the same thing."""


def install(app: Flask, secret: str, *, secure: bool) -> Limiter:
    """Put up the walls. `secure` says that the pages are only ever read over https."""
    prefix = "__Host-" if secure else ""
    app.config.update(
        SECRET_KEY=secret,
        WHO_COOKIE=f"{prefix}timebank",
        SESSION_COOKIE_NAME=f"{prefix}timebank-form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        # As long as the session: a till stays open all day. Origin is checked for every request.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.before_request(_larger)
    app.before_request(_no_nul)
    app.before_request(_same_origin)
    CSRFProtect(app)

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.update(SCANNING_HEADERS if request.endpoint in SCANS else HEADERS)
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            # Balances stay on nobody's phone, and "back" never shows an old one.
            response.headers["Cache-Control"] = "no-store"
        return response

    return Limiter(
        _who_asks,
        app=app,
        storage_uri="memory://",
        default_limits=[USUAL],
        default_limits_exempt_when=lambda: request.endpoint == "static",
    )


def limit_views(app: Flask, limiter: Limiter) -> None:
    """Apply LIMITS to the views, once they are there."""
    for endpoint, limit in LIMITS.items():
        view = cast(Callable[..., ResponseReturnValue], app.view_functions[endpoint])
        app.view_functions[endpoint] = limiter.limit(limit)(view)


def web_secret(path: Path) -> str:
    """Return what signs the form cookies; made on the first start, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_hex(32)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    return secret


def _larger() -> None:
    """First of all: whatever looks into a request reads it as far as it may be read."""
    request.max_content_length = LARGER.get(request.endpoint or "", MAX_BODY)


def _no_nul() -> None:
    """Nothing we keep holds U+0000, and PostgreSQL takes no text with it, not even to look up."""
    if "\0" in request.path:
        raise NotFound
    asked = (*request.args.values(), *request.form.values())
    if any("\0" in value for value in asked) or (
        request.is_json and b"\\u0000" in request.get_data()
    ):
        raise BadRequest


def _same_origin() -> None:
    """Only our own pages may change anything. Browsers say where a request comes from."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    claimed = request.headers.get("Origin")
    if claimed is None:
        same = request.headers.get("Sec-Fetch-Site") == "same-origin"
    else:
        # The setting is looked up only where the address of this request is another.
        same = claimed == request.host_url.rstrip("/") or claimed == origin()
    if not same:
        raise Forbidden("from another site")


def _who_asks() -> str:
    seen = visitor()
    if seen:
        return f"member {seen.member}"
    if request.endpoint == "till.staff_polls":
        # Several tills behind the shop's one address each look every second.
        return f"till {request.path}"
    address = ip_address(request.remote_addr or "0.0.0.0")
    if isinstance(address, IPv6Address):
        # One household has a whole /64 of addresses.
        return f"address {IPv6Address(int(address) >> 64 << 64)}"
    return f"address {address}"
