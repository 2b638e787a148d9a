"""What left this machine tells whether sipgate may have acted, and a POST that may have arrived is not repeated."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

import pytest
from requests.auth import HTTPBasicAuth

from sipgate_provider.errors import TransportError
from sipgate_provider.http import connections, retries
from sipgate_provider.http.deadlines import cancellable, deadline
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import Transport
from tests.unit.hostile import (
    Authority,
    Handler,
    Peer,
    answers,
    full,
    hang_up,
    read_head,
    reset,
    response,
    serving,
    tunnel,
)

HOST = "sipgate.example"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_BACKOFF_SECONDS", 0.01)


@pytest.fixture(autouse=True)
def own_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def send(url: str, method: str = "POST", sender: Transport | None = None) -> Response:
    auth = HTTPBasicAuth("a", "b")
    return (sender or Transport()).send(method, url, operation="Trying", auth=auth, json_body={})


def fails(url: str, method: str = "POST", says: str | None = None) -> bool:
    """Whether the request that failed may have been acted upon."""
    with deadline(10), pytest.raises(TransportError, match=says) as caught:
        send(url, method)
    return caught.value.sent


def taken_and(end: Callable[[socket.socket], None]) -> Handler:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        end(connection)

    return handle


def cut_off(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{")
    hang_up(connection)


def half_a_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.")
    hang_up(connection)


def all_but_the_end_of_the_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: app")
    hang_up(connection)


LOST = pytest.mark.parametrize(
    "end", [reset, hang_up, half_a_head, all_but_the_end_of_the_head, cut_off]
)


@LOST
@pytest.mark.parametrize("way", ["plain", "TLS", "proxy", "TLS proxy"])
def test_a_post_whose_connection_ends_after_it_may_have_arrived_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    way: str,
    end: Callable[[socket.socket], None],
) -> None:
    with contextlib.ExitStack() as stack:
        tls = None if way == "plain" else authority.server("localhost" if way == "TLS" else HOST)
        server = stack.enter_context(serving(taken_and(end), tls))
        url = server.url if way == "plain" else f"https://localhost:{server.port}/"
        if "proxy" in way:
            of_proxy = authority.server("localhost") if way == "TLS proxy" else None
            proxy = stack.enter_context(serving(tunnel(server.port), of_proxy))
            scheme = "https" if of_proxy else "http"
            monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://localhost:{proxy.port}")
            url = f"https://{HOST}/"

        assert fails(url, says="closed|broke|TLS")

    assert len(server.requests) == 1


def test_a_post_through_a_forwarding_proxy_that_takes_it_may_have_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(taken_and(reset)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        assert fails(f"http://{HOST}/")

    assert len(proxy.requests) == 1


@LOST
def test_what_means_the_same_when_sent_twice_is_repeated_behind_a_proxy_as_well(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, end: Callable[[socket.socket], None]
) -> None:
    first = threading.Lock()

    def once(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        if first.acquire(blocking=False):
            end(connection)
        else:
            connection.sendall(response(200))

    with (
        serving(once, authority.server(HOST)) as server,
        serving(tunnel(server.port)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        assert send(f"https://{HOST}/", "PUT").ok

    assert len(server.requests) == 2


def refusing(status: int) -> Handler:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.requests.append(read_head(connection))
        connection.sendall(response(status))

    return handle


def tunnel_then(end: Callable[[socket.socket], None]) -> Handler:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.requests.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        # The client's part of the handshake.
        connection.recv(1)
        end(connection)

    return handle


@pytest.mark.parametrize(
    "proxy",
    [
        *(refusing(status) for status in (403, 407, 502, 503)),
        taken_and(reset),
        taken_and(hang_up),
        taken_and(half_a_head),
        tunnel_then(reset),
        tunnel_then(hang_up),
        tunnel_then(lambda connection: connection.sendall(b"HTTP/1.1 400 X\r\n\r\n")),
    ],
    ids=[
        "403",
        "407",
        "502",
        "503",
        "reset",
        "closed",
        "half",
        "TLS reset",
        "TLS closed",
        "no TLS",
    ],
)
def test_a_proxy_that_fails_before_the_request_has_sent_nothing(
    monkeypatch: pytest.MonkeyPatch, proxy: Handler
) -> None:
    with serving(proxy) as peer:
        monkeypatch.setenv("HTTPS_PROXY", peer.url)

        assert not fails(f"https://{HOST}/")

    assert all(request.startswith(b"CONNECT ") for request in peer.requests)
    assert b"Authorization" not in b"".join(peer.requests)


@pytest.mark.parametrize(("proxy", "connections"), [(refusing(407), 1), (taken_and(hang_up), 5)])
def test_a_proxy_that_refuses_is_asked_once_and_one_that_is_lost_again(
    monkeypatch: pytest.MonkeyPatch, proxy: Handler, connections: int
) -> None:
    with serving(proxy) as peer:
        monkeypatch.setenv("HTTPS_PROXY", peer.url)

        assert not fails(f"https://{HOST}/")

    assert peer.connections == connections


def test_an_endless_answer_to_connect_ends_before_the_request_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def handle(connection: socket.socket, peer: Peer) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        peer.flood(connection, b"X: a\r\n")

    monkeypatch.setattr(connections, "MAX_BYTES", 2**20)
    with serving(handle) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        assert not fails(f"https://{HOST}/")

    assert proxy.bytes_sent < 64 * 2**20


def test_a_post_is_repeated_where_it_did_not_leave(
    monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    first = threading.Lock()
    lost = tunnel_then(reset)

    with serving(answers(response(200)), authority.server(HOST)) as server:
        through = tunnel(server.port)

        def once(connection: socket.socket, peer: Peer) -> None:
            (lost if first.acquire(blocking=False) else through)(connection, peer)

        with serving(once) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)

            assert send(f"https://{HOST}/").ok

    assert len(server.requests) == 1
    assert len(proxy.requests) == 2


def test_a_certificate_that_is_not_trusted_gets_no_request_through_a_proxy_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        serving(answers(response(200)), Authority().server(HOST)) as server,
        serving(tunnel(server.port)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

        assert not fails(f"https://{HOST}/", says=f"certificate of {HOST}")

    assert not server.requests
    assert proxy.connections == 1


def test_a_name_that_does_not_exist_was_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert not fails(f"https://{HOST}/", says="cannot be reached")


def test_a_refused_connection_was_sent_nothing() -> None:
    with serving(answers()) as peer:
        peer.refuse()

        assert not fails(peer.url, says="cannot be reached")


def test_a_connection_that_is_not_taken_in_time_was_sent_nothing() -> None:
    with full() as port, deadline(1), pytest.raises(TransportError) as caught:
        send(f"http://127.0.0.1:{port}/")

    assert not caught.value.sent


def test_a_post_on_a_kept_connection_that_ends_with_it_may_have_arrived() -> None:
    def second_is_lost(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(response(200))
        peer.request(connection)
        hang_up(connection)

    sender = Transport()
    with serving(second_is_lost) as peer:
        assert send(peer.url, "GET", sender).ok
        with pytest.raises(TransportError) as caught:
            send(peer.url, "POST", sender)

    assert caught.value.sent
    assert peer.connections == 1
    assert len(peer.requests) == 2


def test_a_kept_connection_that_has_ended_meanwhile_is_replaced() -> None:
    closed = threading.Event()

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(response(200))
        hang_up(connection)
        closed.set()

    sender = Transport()
    with serving(handle) as peer:
        assert send(peer.url, "GET", sender).ok
        assert closed.wait(5)
        time.sleep(0.05)
        assert send(peer.url, "POST", sender).ok

    assert peer.connections == 2


def refused_then(status: int) -> Handler:
    """This status, and after it no connections."""

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        peer.refuse()
        connection.sendall(response(status, "Retry-After: 1\r\nConnection: close\r\n"))

    return handle


def test_a_refusal_and_then_no_connection_means_that_nothing_was_done() -> None:
    with serving(refused_then(429)) as peer:
        assert not fails(peer.url)


def test_a_fault_and_then_no_connection_leaves_open_what_was_done() -> None:
    with serving(refused_then(503)) as peer:
        assert fails(peer.url, "PUT")


def test_a_wait_that_is_cancelled_tells_what_came_before_it() -> None:
    for method, status, sent in (("POST", 429, False), ("PUT", 503, True)):
        stopped = threading.Event()
        with (
            serving(answers(response(status, "Retry-After: 9\r\n"))) as peer,
            cancellable(stopped),
        ):
            threading.Timer(0.2, stopped.set).start()
            with pytest.raises(TransportError, match="not repeated") as caught:
                send(peer.url, method)

        assert caught.value.sent is sent
