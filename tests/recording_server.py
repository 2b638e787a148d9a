"""An attacker's server on this machine, which records all requests and answers them as usefully as it can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypeVar

__all__ = ["RecordingServer", "serving"]

_Server = TypeVar("_Server", bound=ThreadingHTTPServer)


class _Handler(BaseHTTPRequestHandler):
    server: RecordingServer

    def do_GET(self) -> None:  # the name that http.server requires
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        self.server.requests.append(f"{self.requestline}\n{self.headers}\n{body}")
        reply = json.dumps({"access_token": "a", "expires_in": 300, "data": []}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_POST = do_PUT = do_DELETE = do_CONNECT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


class RecordingServer(ThreadingHTTPServer):
    """Listens on loopback.

    Attributes:
        requests: Every request as text, with headers and body.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[str] = []

    @property
    def base_url(self) -> str:
        """Base URL for a setting."""
        return f"http://127.0.0.1:{self.server_port}/v2"


@contextmanager
def serving(server: _Server) -> Iterator[_Server]:
    """Runs the server during the block."""
    with server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
