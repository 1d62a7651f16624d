"""`serve`: the pages."""

import pkgutil
import signal
import sys
from types import FrameType

import click
from waitress.server import create_server

from timebank_cli.command import Command
from timebank_cli.desk import Desk, pass_desk
from timebank_cli.output import emit
from timebank_cli.watch import Watch

PAGES = "timebank_web:create_app"
"""By name: the command line and the pages know nothing of one another."""

PROXY = "127.0.0.1"
THREADS = 8
SWITCH_SECONDS = 0.001
"""How long a thread may keep the others waiting for Python. Whoever posts for several lets go of it
at every statement, and would wait five times as long, by default, to go on."""


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@pass_desk
def serve(desk: Desk, *, host: str, port: int) -> None:
    """Serve the pages until it is told to stop.

    Beside them the books are checked: everything at the start and every night, the accounts and
    what is new every hour. What is found is told here and to the treasurers, and stops settlement.

    Phones need HTTPS for passkeys and the camera: put Caddy before it, on the same machine. Only
    from there does it believe who the visitor is said to be.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    _ = desk.bank  # says what is wrong before anything listens
    desk.close()
    server = create_server(
        pkgutil.resolve_name(PAGES)(desk.settings, desk.clock),
        host=host,
        port=port,
        threads=THREADS,
        trusted_proxy=PROXY,
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
        ident=None,
    )
    signal.signal(signal.SIGTERM, _stop)
    address = f"http://{host}:{getattr(server, 'effective_port', port)}"
    emit({"address": address}, f"Serving at {address} (Ctrl-C stops it)")
    with Watch(desk.settings, desk.clock):
        server.run()


def _stop(number: int, frame: FrameType | None) -> None:
    """What has begun is finished: waitress waits for its threads on the way out."""
    raise SystemExit(0)


COMMANDS = (serve,)
