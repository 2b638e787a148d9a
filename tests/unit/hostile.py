"""Servers and proxies on loopback that do to a connection what a test says, over real sockets.

What a server does is a function of the connection and of its `Peer`; it ends when the peer's test does.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

import trustme

OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"


class Peer:
    """A server under way.

    Attributes:
        port: Where it listens.
        requests: What it was sent, each with its body.
        connections: How many it took.
        bytes_sent: How much it could send with `flood`.
        ended: Set when the test is over.
    """

    def __init__(self, handle: Handler, tls: ssl.SSLContext | None, address: str) -> None:
        self._handle = handle
        self._tls = tls
        self._listener = socket.create_server(
            (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET
        )
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self.bytes_sent = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def run(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                self.connections += 1
                self.run(self._serve, connection)

    def refuse(self) -> None:
        """Takes no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def end(self) -> None:
        self.ended.set()
        self.refuse()
        for connection in self._open:
            hang_up(connection)
        for thread in self._threads:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection:
                self._handle(connection, self)

    def request(self, connection: socket.socket) -> bytes:
        """The next request on the connection, with its body."""
        got = read_head(connection)
        head, _, body = got.partition(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                while len(body) < int(line.partition(b":")[2]):
                    body += _receive(connection)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def drip(self, connection: socket.socket, piece: bytes) -> None:
        """Sends a piece now and then, until the test is over."""
        while not self.ended.wait(0.05):
            connection.sendall(piece)

    def flood(self, connection: socket.socket, piece: bytes) -> None:
        """Sends as much as is taken, until the test is over."""
        piece *= max(1, 65536 // len(piece))
        while not self.ended.is_set():
            connection.sendall(piece)
            self.bytes_sent += len(piece)


Handler: TypeAlias = Callable[[socket.socket, Peer], None]


@contextlib.contextmanager
def serving(
    handle: Handler, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> Iterator[Peer]:
    """A server that does this to each connection, in a thread for each."""
    peer = Peer(handle, tls, address)
    peer.run(peer.listen)
    try:
        yield peer
    finally:
        peer.end()


@contextlib.contextmanager
def full() -> Iterator[int]:
    """A port on which a connection is neither taken nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield listener.getsockname()[1]


def hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    """Ends the connection so that the other side meets an error."""
    linger_no_time = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_no_time)
    connection.close()


def read_head(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _receive(connection)
    return got


def _receive(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    if not got:
        raise ConnectionError
    return got


def answers(*responses: bytes) -> Handler:
    """These responses, one for each request of a connection and over all connections; then silence."""
    left = iter(responses)

    def handle(connection: socket.socket, peer: Peer) -> None:
        while True:
            peer.request(connection)
            response = next(left, None)
            if response is None:
                peer.ended.wait()
                return
            connection.sendall(response)

    return handle


def response(status: int, headers: str = "", body: bytes = b"{}") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def tunnel(port: int, *, chunk: int = 65536, pause: float = 0.0, before: float = 0.0) -> Handler:
    """A proxy that answers CONNECT and reaches this port, whatever the name was.

    Args:
        port: The server behind it.
        chunk: How many bytes the client gets at a time.
        pause: The seconds before each of them.
        before: The seconds before the response to CONNECT.
    """

    def pass_on(source: socket.socket, target: socket.socket, peer: Peer, *, slow: bool) -> None:
        with contextlib.suppress(OSError):
            while got := source.recv(chunk if slow else 65536):
                if slow and pause and peer.ended.wait(pause):
                    break
                target.sendall(got)
        hang_up(source)
        hang_up(target)

    def handle(connection: socket.socket, peer: Peer) -> None:
        peer.requests.append(read_head(connection))
        peer.ended.wait(before)
        with socket.create_connection(("127.0.0.1", port)) as server:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            up = threading.Thread(
                target=pass_on, args=(connection, server, peer), kwargs={"slow": False}
            )
            up.start()
            pass_on(server, connection, peer, slow=True)
            up.join()

    return handle


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self.pem = self._ca.cert_pem.bytes()

    def server(self, name: str) -> ssl.SSLContext:
        """What a server of this name shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(name).configure_cert(context)
        return context
