"""A server on loopback for one log-in, which receives the browser when it returns (RFC 8252, 7.3).

Any program on this machine and any web page can send requests to it. Requests without this log-in's state are
rejected. No connection waits for another, such as one that a browser opens in advance and never uses. Their time and
number are not limited: the server ends with the log-in, and whoever could exhaust it runs on this machine already.

The browser's page says "Logged in" only once the log-in has succeeded, so it is sent when the result is known. If that
takes long, it sends the person to the terminal. A browser that has gone meanwhile changes nothing.
"""

from __future__ import annotations

import contextlib
import hmac
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["CallbackServer"]

_PATH = "/callback"
_PAGE_SECONDS = 10.0
_SENDING_SECONDS = 2.0


class CallbackServer(socketserver.ThreadingTCPServer):
    """Waits for the browser to return from one log-in.

    Args:
        port: The port on loopback; 0 takes any free one.
        state: The `state` parameter that the browser has to bring back.
        page_seconds: How long the browser waits for the result before its page sends the person to the terminal.

    Attributes:
        succeeded: Whether the log-in has succeeded; None if that is not known yet.
        ended: Set once it is known.
        page_sent: Set once the browser has its page, or has gone.

    Raises:
        OSError: The server cannot listen on the port.
    """

    daemon_threads = True
    allow_reuse_address = True
    # With the usual 5, a browser that comes behind a few others would have to connect again after a second.
    request_queue_size = 128

    def __init__(self, port: int, state: str, page_seconds: float = _PAGE_SECONDS) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.page_seconds = page_seconds
        self.succeeded: bool | None = None
        self.ended = threading.Event()
        self.page_sent = threading.Event()
        self._state = state
        self._parameters: dict[str, str] | None = None
        self._returned = threading.Event()

    @property
    def redirect_uri(self) -> str:
        """The address that the browser returns to."""
        return f"http://127.0.0.1:{self.server_address[1]}{_PATH}"

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Accepts connections during the block."""
        thread = threading.Thread(target=self.serve_forever, args=(0.2,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()

    def wait(
        self, seconds: float, show_seconds_left: Callable[[int], None]
    ) -> dict[str, str] | None:
        """Waits for the browser, and returns its parameters; None if it did not return in time.

        Args:
            seconds: How long to wait.
            show_seconds_left: Called about once a second, and with 0 at the end.
        """
        ends = time.monotonic() + seconds
        try:
            while (left := ends - time.monotonic()) > 0:
                show_seconds_left(round(left))
                if self._returned.wait(min(left, 1.0)):
                    return self._parameters
        finally:
            show_seconds_left(0)
        return None

    def accept(self, target: str) -> dict[str, str] | None:
        """The parameters of a request that belongs to this log-in; None for any other."""
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        states = query.get("state", [])
        if parts.path != _PATH or len(states) != 1 or self._returned.is_set():
            return None
        if not hmac.compare_digest(states[0].encode(errors="replace"), self._state.encode()):
            return None
        # A parameter that is sent twice counts as missing (RFC 6749, 3.1).
        return {name: values[0] for name, values in query.items() if len(values) == 1}

    def finish(self, parameters: dict[str, str]) -> None:
        """Makes `wait` return these parameters."""
        if not self._returned.is_set():
            self._parameters = parameters
            self._returned.set()

    @contextlib.contextmanager
    def result(self) -> Iterator[None]:
        """Tells the browser, if it has returned, whether the block succeeds."""
        try:
            yield
            self.succeeded = True
        finally:
            self.succeeded = self.succeeded or False
            self.ended.set()
            if self._returned.is_set():
                self.page_sent.wait(_SENDING_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores connections that break."""


_PAGES = {
    True: ("Logged in", "You can close this page and go back to the terminal."),
    False: ("Not logged in", "The terminal says why. You can close this page."),
    None: (
        "Not logged in yet",
        "sipgate has not answered yet. The terminal will say whether the log-in succeeds. You can close this page.",
    ),
}


class _Handler(BaseHTTPRequestHandler):
    """Answers the browser with a page that says what happened."""

    def do_GET(self) -> None:  # the name that http.server asks for
        server = self.server
        assert isinstance(server, CallbackServer)  # noqa: S101  for the type alone
        try:
            parameters = server.accept(self.path)
        except ValueError:
            parameters = None
        if parameters is None:
            self._respond(404, "Nothing here", "This address serves one log-in only.")
            return
        server.finish(parameters)
        server.ended.wait(server.page_seconds)
        try:
            self._respond(200, *_PAGES[server.succeeded])
        finally:
            server.page_sent.set()

    def _respond(self, status: int, title: str, text: str) -> None:
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
            f"<title>{title}</title>"
            '<body style="font-family: system-ui; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">'
            f"<h1>{title}</h1><p>{text}</p></body></html>"
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        # Its address contains the code.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the signature of http.server
        """Logs nothing, since the request line contains the code."""
