"""The page that a browser sees after a log-in is true: it is shown once the result is known."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sipgate_provider.auth.browser_login import Login, log_in
from sipgate_provider.auth.callback_server import CallbackServer
from sipgate_provider.auth.token_endpoint import Token
from sipgate_provider.errors import SipgateError
from tests.unit.hostile import Handler, Peer, hang_up, response, serving

TOKENS = response(200, body=json.dumps({"access_token": "a", "refresh_token": "r"}).encode())
REFUSAL = response(400, body=b'{"error": "invalid_grant"}')


def callback(address: str) -> str:
    """Where the browser returns to from the log-in at the address."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return f"{query['redirect_uri']}?state={query['state']}&code=c"


def page(address: str) -> str:
    with requests.Session() as browser:
        browser.trust_env = False
        return browser.get(address, timeout=20).text


def log_in_at(
    peer: Peer, browse: Callable[[str], None], keep: Callable[[Token], None] = lambda _: None
) -> Token:
    return log_in(Login("id", "", f"{peer.url}token"), browse, keep, seconds=20)


def seen(peer: Peer, keep: Callable[[Token], None] = lambda _: None) -> str:
    """The page of a browser that logs in."""
    with ThreadPoolExecutor(1) as threads:
        pages: list[Future[str]] = []
        with contextlib.suppress(SipgateError, OSError):
            log_in_at(peer, lambda it: pages.append(threads.submit(page, callback(it))), keep)
        return pages[0].result()


def exchange(answer: bytes, released: threading.Event | None = None) -> Handler:
    """A token endpoint that answers once it is released."""

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        if released:
            released.wait(20)
        connection.sendall(answer)

    return handle


def test_the_browser_says_logged_in_only_after_the_exchange() -> None:
    released = threading.Event()
    with serving(exchange(TOKENS, released)) as peer, ThreadPoolExecutor(1) as threads:
        shown = threads.submit(seen, peer)
        while not peer.requests:
            time.sleep(0.01)
        time.sleep(0.3)
        early = shown.done()
        released.set()

        assert "<h1>Logged in</h1>" in shown.result()
        assert not early


def test_a_refused_exchange_is_no_log_in_and_the_page_sends_to_the_terminal() -> None:
    with serving(exchange(REFUSAL)) as peer:
        shown = seen(peer)

    assert "<h1>Not logged in</h1>" in shown
    assert "The terminal says why." in shown


def test_a_log_in_that_cannot_be_kept_is_none() -> None:
    def keep(_: Token) -> None:
        raise OSError

    with serving(exchange(TOKENS)) as peer:
        assert "<h1>Not logged in</h1>" in seen(peer, keep)


def test_an_exchange_that_hangs_sends_the_person_to_the_terminal() -> None:
    with (
        CallbackServer(0, "s", page_seconds=0.2) as server,
        server.serving(),
        ThreadPoolExecutor(1) as threads,
        server.result(),
    ):
        shown = threads.submit(page, f"{server.redirect_uri}?state=s&code=c")
        assert server.wait(20, lambda _: None) == {"state": "s", "code": "c"}

        assert "<h1>Not logged in yet</h1>" in shown.result()
        assert "The terminal will say whether" in shown.result()


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "silent"])
def test_a_browser_that_does_not_wait_for_its_page_costs_no_log_in(closed: bool) -> None:
    with contextlib.ExitStack() as stack:
        peer = stack.enter_context(serving(exchange(TOKENS)))

        def browse(address: str) -> None:
            target = urlsplit(callback(address))
            browser = stack.enter_context(socket.create_connection(("127.0.0.1", target.port or 0)))
            head = f"GET {target.path}?{target.query} HTTP/1.1\r\nHost: localhost\r\n\r\n"
            browser.sendall(head.encode())
            if closed:
                hang_up(browser)

        began = time.monotonic()

        assert log_in_at(peer, browse).refresh_token == "r"

    assert time.monotonic() - began < 5
