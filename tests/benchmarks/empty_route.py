"""A server with one route that does nothing, served as `timebank serve` serves its pages."""

import sys

from flask import Flask
from waitress.server import create_server

from timebank_cli.commands.serve import SWITCH_SECONDS, THREADS


def main() -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    app = Flask(__name__)

    @app.post("/orders")
    def nothing() -> dict[str, str]:
        return {}

    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, ident=None)
    print(f"127.0.0.1:{getattr(server, 'effective_port')}", flush=True)  # noqa: B009
    server.run()


if __name__ == "__main__":
    main()
