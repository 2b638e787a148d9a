"""However a peer stretches its response, an operation ends with its deadline, and nothing is sent in vain."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import zlib
from collections.abc import Iterator

import pytest
import requests
from requests.auth import HTTPBasicAuth

from sipgate_provider.errors import TransportError
from sipgate_provider.http import connections, transport
from sipgate_provider.http.deadlines import deadline, fresh_deadline
from sipgate_provider.http.response import Response
from sipgate_provider.http.transport import Transport
from tests.unit.hostile import (
    OK,
    Authority,
    Handler,
    Peer,
    answers,
    full,
    response,
    serving,
    tunnel,
)

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
HOST = "sipgate.example"


def send(url: str, method: str = "GET", body: object = None) -> Response:
    return Transport().send(
        method, url, operation="Trying", auth=HTTPBasicAuth("a", "b"), json_body=body
    )


@contextlib.contextmanager
def ends_in_time(seconds: float = 1.0) -> Iterator[pytest.ExceptionInfo[TransportError]]:
    """The block has a deadline, and fails at it."""
    began = time.monotonic()
    with deadline(seconds), pytest.raises(TransportError) as caught:
        yield caught
    assert time.monotonic() - began < seconds + 2


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def dripping(beginning: bytes, piece: bytes) -> Handler:
    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(beginning)
        peer.drip(connection, piece)

    return handle


# Beginnings of empty streams, and a block of each that unpacks to nothing.
_EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"
_GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\3"
_ZLIB = zlib.compress(b"")[:2]
DRIPS = {
    "status line": (b"", b"H"),
    "header": (OK + b"X: ", b"a"),
    "headers": (OK, b"X: a\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "body without a length": (OK + b"\r\n", b" "),
    "chunks": (CHUNKED + b"\r\n", chunk(b" ")),
    "chunk's extension": (CHUNKED + b"\r\n1;", b"a"),
    "trailers": (CHUNKED + b"\r\n" + chunk(b"{}") + b"0\r\n", b"X: a\r\n"),
    "empty gzip blocks": (
        CHUNKED + b"Content-Encoding: gzip\r\n\r\n" + chunk(_GZIP),
        chunk(_EMPTY_BLOCK),
    ),
    "empty deflate blocks": (
        CHUNKED + b"Content-Encoding: deflate\r\n\r\n" + chunk(_ZLIB),
        chunk(_EMPTY_BLOCK),
    ),
}


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("drip", DRIPS)
def test_a_dripping_response_ends_with_the_deadline_and_counts_as_received(
    drip: str, method: str
) -> None:
    with serving(dripping(*DRIPS[drip])) as peer, ends_in_time() as caught:
        send(peer.url, method)

    assert caught.value.sent
    assert len(peer.requests) == 1


@pytest.mark.parametrize("drip", ["headers", "body", "trailers"])
def test_a_drip_ends_with_the_deadline_where_python_starts_no_thread_any_more(
    drip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AtExit(threading.Thread):
        """As Python 3.12 has it at exit, where a log-in is ended."""

        def start(self) -> None:
            if self.name == "sipgate-try":
                raise RuntimeError
            super().start()

    monkeypatch.setattr(threading, "Thread", AtExit)
    with serving(dripping(*DRIPS[drip])) as peer, ends_in_time() as caught:
        send(peer.url, "POST")

    assert caught.value.sent


def behind(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    for name in ("no_proxy", "NO_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)


@pytest.mark.parametrize("piece", [b"", b"\0"], ids=["silent", "dripping"])
def test_a_slow_tls_handshake_ends_with_the_deadline_and_nothing_was_sent(piece: bytes) -> None:
    def handle(connection: socket.socket, peer: Peer) -> None:
        # The head of a TLS record that is still to come.
        connection.sendall(b"\x16\x03\x03\x40\x00" if piece else b"")
        peer.drip(connection, piece)

    with serving(handle) as peer, ends_in_time() as caught:
        send(f"https://127.0.0.1:{peer.port}/", "POST")

    assert not caught.value.sent


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [(b"", b""), (b"", b"H"), (b"HTTP/1.1 200 OK\r\n", b"X: a\r\n")],
    ids=["silent", "status line", "headers"],
)
def test_a_proxy_that_drips_its_answer_to_connect_ends_with_the_deadline_and_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch, beginning: bytes, piece: bytes
) -> None:
    with serving(dripping(beginning, piece)) as proxy:
        behind(monkeypatch, f"http://127.0.0.1:{proxy.port}")
        with ends_in_time() as caught:
            send(f"https://{HOST}/", "POST")

    assert not caught.value.sent


@pytest.mark.parametrize(
    ("chunk", "pause", "sent"), [(1, 0.01, False), (400, 0.05, True)], ids=["handshake", "response"]
)
@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_proxy_that_passes_tls_on_in_drips_ends_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    kind: str,
    chunk: int,
    pause: float,
    sent: bool,
) -> None:
    # One read of TLS needs many of the socket. Within a proxy's own TLS, urllib3 makes them in a loop.
    of_proxy = authority.server("localhost") if kind == "https" else None
    whole_record = response(200, body=b" " * 16_000)
    with (
        serving(answers(whole_record), authority.server(HOST)) as server,
        serving(tunnel(server.port, chunk=chunk, pause=pause), of_proxy) as proxy,
    ):
        behind(monkeypatch, f"{kind}://localhost:{proxy.port}")
        with ends_in_time() as caught:
            send(f"https://{HOST}/", "POST")

    assert caught.value.sent is sent
    assert len(server.requests) == sent


def test_a_tls_handshake_has_what_the_steps_before_it_have_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def silent(_: socket.socket, peer: Peer) -> None:
        peer.ended.wait()

    with serving(silent) as server, serving(tunnel(server.port, before=1.0)) as proxy:
        behind(monkeypatch, proxy.url)
        with ends_in_time(2.0) as caught:
            send(f"https://{HOST}/", "POST")

    assert not caught.value.sent


@pytest.mark.parametrize("tls", [False, True])
def test_a_server_that_does_not_read_ends_with_the_deadline(
    authority: Authority, tls: bool
) -> None:
    def handle(connection: socket.socket, peer: Peer) -> None:
        while not peer.ended.wait(0.1):
            connection.recv(4096)

    with serving(handle, authority.server("localhost") if tls else None) as peer:
        url = f"https://localhost:{peer.port}/" if tls else peer.url
        with ends_in_time() as caught:
            send(url, "POST", "x" * 2**24)

    assert caught.value.sent


def test_a_name_that_nobody_resolves_ends_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    genuine = socket.getaddrinfo

    def hangs(host: str, *args: int, **kwargs: int) -> object:
        if kwargs.get("flags") != socket.AI_NUMERICHOST:
            released.wait()
        return genuine(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    try:
        with ends_in_time() as caught:
            send("https://sipgate.invalid/", "POST")
    finally:
        released.set()

    assert not caught.value.sent


def test_many_addresses_that_do_not_answer_have_the_time_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with full() as port:
        address = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
        genuine = socket.getaddrinfo

        def eight(host: str, *args: int, **kwargs: int) -> object:
            if host == HOST:
                if kwargs.get("flags"):
                    raise socket.gaierror
                return address * 8
            return genuine(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", eight)
        with ends_in_time() as caught:
            send(f"http://{HOST}/", "POST")

    assert not caught.value.sent


def test_a_second_try_has_the_time_that_is_left() -> None:
    with serving(answers(response(503))) as peer, ends_in_time() as caught:
        send(peer.url, "PUT")

    assert caught.value.sent
    assert len(peer.requests) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wait_that_does_not_fit_is_not_begun_and_its_response_is_the_result(method: str) -> None:
    began = time.monotonic()
    with (
        serving(answers(response(429, "Retry-After: 60\r\n", b"later"))) as peer,
        deadline(30),
    ):
        answer = send(peer.url, method)

    assert (answer.status, answer.body, answer.retry_after) == (429, b"later", "60")
    assert len(peer.requests) == 1
    assert time.monotonic() - began < 5


def test_a_wait_that_fits_is_as_long_as_sipgate_asks() -> None:
    began = time.monotonic()
    with serving(answers(response(429, "Retry-After: 1\r\n"), response(200))) as peer, deadline(30):
        answer = send(peer.url, "POST")

    assert answer.status == 200
    assert time.monotonic() - began >= 1


def test_a_refusal_whose_body_drips_does_not_use_up_the_time_of_the_next_try() -> None:
    first = threading.Lock()

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        if first.acquire(blocking=False):
            connection.sendall(b"HTTP/1.1 503 X\r\nContent-Length: 100000\r\n\r\n")
            peer.drip(connection, b" ")
        else:
            connection.sendall(response(200))

    with serving(handle) as peer, deadline(4.0):
        assert send(peer.url).ok


def test_a_wait_leaves_time_for_the_response() -> None:
    with (
        serving(answers(response(429, "Retry-After: 3\r\n"), response(200))) as peer,
        deadline(3.5),
    ):
        assert send(peer.url, "POST").status == 429

    assert len(peer.requests) == 1


def test_nothing_is_sent_so_near_the_deadline_that_the_response_could_not_be_waited_for() -> None:
    with serving(answers(response(200))) as peer, deadline(1.0):
        time.sleep(0.8)
        with pytest.raises(TransportError, match="not sent") as caught:
            send(peer.url)

    assert not caught.value.sent
    assert not peer.requests


def test_a_connection_that_took_the_time_carries_no_request(authority: Authority) -> None:
    tls = authority.server("localhost")

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.ended.wait(0.8)
        with tls.wrap_socket(connection, server_side=True) as wrapped:
            peer.request(wrapped)

    with serving(handle) as peer, deadline(1.0), pytest.raises(TransportError) as caught:
        send(f"https://localhost:{peer.port}/", "POST")

    assert not caught.value.sent
    assert not peer.requests


def test_a_whole_response_counts_though_the_deadline_passes_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = b"x" * 100_000
    read = transport._read  # noqa: SLF001

    def late(received: requests.Response) -> bytes:
        time.sleep(1.2)
        return read(received)

    monkeypatch.setattr(transport, "_read", late)
    with serving(answers(response(200, body=body))) as peer, deadline(1.0):
        assert send(peer.url, "POST").body == body


def test_a_fresh_deadline_does_not_depend_on_one_that_has_passed() -> None:
    with serving(answers(*[response(200)] * 2)) as peer, deadline(0):
        with fresh_deadline(20), deadline():
            assert send(peer.url).ok
        with pytest.raises(TransportError, match="not sent"):
            send(peer.url)


def test_an_inner_deadline_does_not_extend_an_outer_one() -> None:
    with serving(answers()) as peer, deadline(0.5), ends_in_time(1.0):
        began = time.monotonic()
        with deadline(60):
            send(peer.url)

    assert time.monotonic() - began < 2


def test_without_a_deadline_around_it_a_request_has_the_usual_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sipgate_provider.http.deadlines._OPERATION_SECONDS", 1.0)
    began = time.monotonic()
    with serving(dripping(*DRIPS["headers"])) as peer, pytest.raises(TransportError):
        send(peer.url)

    assert time.monotonic() - began < 3


FLOODS: dict[str, tuple[bytes, bytes]] = {
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "trailers": (CHUNKED + b"\r\n" + chunk(b"{}") + b"0\r\n", b"X: a\r\n"),
    "body of a refusal that is repeated": (b"HTTP/1.1 503 X\r\n\r\n", b" "),
    "body of a redirect": (b"HTTP/1.1 302 X\r\nLocation: /\r\n\r\n", b" "),
    "empty deflate blocks": (
        CHUNKED + b"Content-Encoding: deflate\r\n\r\n" + chunk(_ZLIB),
        chunk(_EMPTY_BLOCK * 1000),
    ),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_an_endless_response_is_not_read_on_for_as_long_as_it_comes(
    flood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_BYTES", 2**20)
    beginning, piece = FLOODS[flood]

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.request(connection)
        connection.sendall(beginning)
        peer.flood(connection, piece)

    with serving(handle) as peer, deadline(20), pytest.raises(TransportError, match="larger than"):
        send(peer.url)

    # What fits into the sockets' buffers comes on top, for each try.
    assert peer.bytes_sent < 64 * 2**20


def test_a_redirects_body_is_unpacked_no_further_than_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MAX_BYTES", 2**20)
    bomb = zlib.compress(b" " * 2**26)
    headers = "Content-Encoding: deflate\r\nLocation: /\r\n"
    with (
        serving(answers(response(302, headers, bomb))) as peer,
        pytest.raises(TransportError, match="larger than"),
    ):
        send(peer.url)
