"""The pages of the demo's ledger, and a link by which this browser becomes one of its people."""

import pkgutil
import socket
from collections.abc import Mapping

from waitress.server import BaseWSGIServer, create_server

from timebank.settings import Settings
from timebank_cli.demo.neighbourhood import AUDITORS, Resident
from timebank_cli.demo.wijk import Wijk
from timebank_cli.output import table
from timebank_cli.refusals import Stop

HOST = "127.0.0.1"
PAGES = "timebank_web:create_app"
"""By name: the command line and the pages know nothing of one another."""


def reserve(port: int) -> socket.socket:
    """Hold the port before anything else is done; Stop `port_taken`."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
    except OSError as error:
        door.close()
        raise Stop(
            "port_taken",
            f"port {port} cannot be used ({error.strerror}); choose another with --port, or"
            " make demo PORT=8001. While another demo runs: another folder too, FOLDER=var/demo2",
        ) from None
    return door


def links(wijk: Wijk, address: str) -> dict[str, str]:
    """Return for everybody the link by which one browser becomes a second key of theirs.

    It works once. Their own key file signed it, and it is drawn and read like every other code.
    """
    made = {}
    for handle, neighbour in wijk.who.items():
        kind, code = wijk.scanner.scan(wijk.invite_device(handle))
        made[neighbour.resident.name] = f"{address}/{kind}/{code}"
    return made


def invitation(wijk: Wijk, links: Mapping[str, str], address: str) -> str:
    """Return what to do now."""
    rows = [
        (name, _what(neighbour.resident), links[name])
        for neighbour in wijk.who.values()
        if (name := neighbour.resident.name) in links
    ]
    people = table(("PERSON", "WHO", "LINK (works once)"), rows)
    return (
        f"\n{people}\n\n"
        f"Open {address} and be somebody: a link above makes this browser a second key of theirs.\n"
        "To be two people at once, open the second link in a private window.\n"
        "No camera is needed: the characters under a QR code can be typed too.\n"
        "Ctrl-C stops."
    )


def _what(resident: Resident) -> str:
    """What somebody is in the wijk, and what they may sign or read for it."""
    auditor = ("auditor",) if resident.handle in AUDITORS else ()
    return ", ".join([*resident.roles, *auditor]) or {"person": "resident"}.get(
        resident.kind, resident.kind
    )


def opened(settings: Settings, door: socket.socket) -> BaseWSGIServer:
    """Return a server of the pages that takes visitors from now on; `run` answers them."""
    app = pkgutil.resolve_name(PAGES)(settings)
    server = create_server(app, sockets=[door], threads=8, ident=None)
    assert isinstance(server, BaseWSGIServer)
    return server
