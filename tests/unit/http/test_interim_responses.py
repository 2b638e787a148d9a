"""The response to a request is the final one after it, and nothing that comes besides it reaches the next request."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

import pytest
from requests.auth import HTTPBasicAuth

from sipgate_provider.errors import TransportError
from sipgate_provider.http import retries
from sipgate_provider.http.deadlines import deadline
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import Transport
from tests.unit.hostile import Authority, Peer, answers, response, serving, tunnel

EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
FIRST, SECOND = response(200, body=b"first"), response(200, body=b"second")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_BACKOFF_SECONDS", 0.01)


@pytest.fixture
def send() -> Callable[[str, str], Response]:
    transport = Transport()

    def send(url: str, method: str) -> Response:
        auth = HTTPBasicAuth("a", "b")
        with deadline(10):
            return transport.send(method, url, operation="Trying", auth=auth, json_body={})

    return send


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "interim",
    [
        EARLY_HINTS,
        EARLY_HINTS * 3,
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 199 X\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + EARLY_HINTS,
    ],
    ids=["103", "three of them", "100", "102", "199 with a length", "100 and 103"],
)
def test_interim_responses_are_skipped(
    send: Callable[[str, str], Response], interim: bytes, method: str
) -> None:
    with serving(answers(interim + FIRST, SECOND)) as peer:
        assert send(peer.url, method).body == b"first"
        assert send(peer.url, method).body == b"second"

    assert len(peer.requests) == 2


def test_an_interim_response_long_before_the_final_one_is_skipped(
    send: Callable[[str, str], Response],
) -> None:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(EARLY_HINTS)
        peer.ended.wait(0.5)
        connection.sendall(FIRST)
        peer.request(connection)
        connection.sendall(SECOND)

    with serving(handle) as peer:
        assert send(peer.url, "POST").body == b"first"


def test_a_change_of_protocol_is_a_lost_response(send: Callable[[str, str], Response]) -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    with (
        serving(answers(switching + FIRST)) as peer,
        pytest.raises(TransportError, match="closed") as caught,
    ):
        send(peer.url, "POST")

    assert caught.value.sent
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    "unexpected",
    [EARLY_HINTS + FIRST, FIRST + SECOND, FIRST + b"\r\n", FIRST + EARLY_HINTS],
    ids=["before", "a second response", "a blank line", "after"],
)
def test_a_connection_that_brings_more_than_the_response_is_not_used_again(
    send: Callable[[str, str], Response], unexpected: bytes
) -> None:
    with serving(answers(unexpected, response(200, body=b"next"))) as peer:
        assert send(peer.url, "GET").body == b"first"
        assert send(peer.url, "POST").body == b"next"

    assert peer.connections == 2


@pytest.mark.parametrize("way", ["TLS", "proxy", "TLS proxy"])
def test_what_tls_has_read_ahead_of_the_response_reaches_no_other_request(
    send: Callable[[str, str], Response],
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    way: str,
) -> None:
    # Longer than what is read at once, and in one record of TLS with what follows.
    first = response(200, body=b"1" * 9_000)
    host = "localhost" if way == "TLS" else "sipgate.example"
    with contextlib.ExitStack() as stack:
        answering = answers(first + SECOND, response(200, body=b"next"))
        peer = stack.enter_context(serving(answering, authority.server(host)))
        if "proxy" in way:
            of_proxy = authority.server("localhost") if way == "TLS proxy" else None
            proxy = stack.enter_context(serving(tunnel(peer.port), of_proxy))
            scheme = "https" if of_proxy else "http"
            monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://localhost:{proxy.port}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
        url = f"https://{host}:{peer.port}/"
        assert send(url, "GET").body == b"1" * 9_000
        assert send(url, "POST").body == b"next"

    assert peer.connections == 2


def test_a_connection_that_brings_the_response_alone_is_used_again(
    send: Callable[[str, str], Response],
) -> None:
    with serving(answers(FIRST, SECOND)) as peer:
        assert send(peer.url, "GET").body == b"first"
        assert send(peer.url, "POST").body == b"second"

    assert peer.connections == 1
