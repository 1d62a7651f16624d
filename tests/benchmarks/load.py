"""Sends requests over so many connections, each waiting for its answer; in a process of its own.

    python -m tests.benchmarks.load HOST PORT CONNECTIONS < requests

Reads pickled lists of requests from its input until that ends. For each it says, as JSON, how many
seconds all took and how many each took. Any answer but 200 ends it.
"""

import json
import pickle
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor


class Connection:
    """One that is kept open."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> float:
        """Send a request and wait for all of its answer; return how many seconds that took."""
        start = time.perf_counter()
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        while len(body) < int(length):
            body += self._receive()
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head.decode()}\n{body.decode()}")
        return time.perf_counter() - start

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            raise RuntimeError("the server closed the connection")
        return data


def main() -> None:
    host, port, many = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    connections = [Connection(host, port) for _ in range(many)]
    together = threading.Barrier(many)

    def send(number: int, requests: list[bytes]) -> tuple[float, float, list[float]]:
        together.wait()
        start = time.perf_counter()
        taken = [connections[number].ask(request) for request in requests[number::many]]
        return start, time.perf_counter(), taken

    with ThreadPoolExecutor(many) as pool:
        while True:
            try:
                requests = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            shares = list(pool.map(send, range(many), [requests] * many))
            seconds = max(end for _, end, _ in shares) - min(start for start, _, _ in shares)
            each = [one for _, _, taken in shares for one in taken]
            print(json.dumps({"seconds": seconds, "each": each}), flush=True)


if __name__ == "__main__":
    main()
