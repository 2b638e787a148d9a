"""Connections that record when a request leaves, and never wait beyond the deadline.

urllib3's timeouts start anew with each read, so a server that sends a byte now and then could block an operation for
ever. Here every blocking call on a socket gets the time that is left at that moment: connecting to each address, the
TLS handshake, a proxy's response to CONNECT, writing, and each read of status line, headers and body. The socket's own
timeout enforces this without a thread. Only name resolution, which no timeout can interrupt, runs in a thread, once
for each new connection.

Two limits end a response that arrives quickly but never ends. `MAX_BYTES` limits its bytes on the wire. What has
already arrived may be read until one second after the deadline, so that a complete response is not discarded because
the deadline passed while it was read.

Requests to loopback stay on this machine: `localhost` and the names under it are never looked up (RFC 6761, 6.3), and
the requests never go through a proxy, whatever the environment says. For this reason plain http is allowed there.
"""

from __future__ import annotations

import concurrent.futures
import functools
import http.client
import io
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.ssl_ import create_urllib3_context

from sipgate_provider.http.addresses import is_loopback
from sipgate_provider.http.deadlines import may_send, seconds_left
from sipgate_provider.http.retries import delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from _typeshed import WriteableBuffer
    from urllib3.connectionpool import HTTPConnectionPool

    _Connection = HTTPConnection
    _Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
else:
    _Connection = object

__all__ = ["MAX_BYTES", "DeadlineAdapter", "ResponseTooLargeError"]

MAX_BYTES = 16 * 1024 * 1024
_GRACE_SECONDS = 1.0
_SHORTEST_READ = 0.001


class ResponseTooLargeError(Exception):
    """The response is larger than `MAX_BYTES`. Not an OSError, which urllib3 would treat as a lost connection."""


class DeadlineAdapter(HTTPAdapter):
    """The `HTTPAdapter` of `requests`, with connections that keep the deadline."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._trusting = functools.cache(_trusting)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, RUF100  the signature is that of requests
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Returns the response with its body unread; requests to loopback bypass any proxy."""
        if is_loopback(urlsplit(str(request.url)).hostname or ""):
            proxies = None
        return super().send(request, stream, timeout, verify, cert, cast("Any", proxies))

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Returns the connection pool for a request, which creates connections of this module."""
        pool = cast("Any", super().get_connection_with_tls_context(*args, **kwargs))
        pool.ConnectionCls = _with_deadline(pool.ConnectionCls)
        return cast("HTTPConnectionPool", pool)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Gives all connections of a pool the same TLS context, since each would read the whole bundle again.

        That takes some 20 ms of the processor's time. A pool behind a proxy keeps its bundle, which the proxy may need.
        """
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if conn.proxy is None and (conn.ca_certs or conn.ca_cert_dir):
            conn.conn_kw["ssl_context"] = self._trusting(conn.ca_certs, conn.ca_cert_dir)
            conn.ca_certs = conn.ca_cert_dir = None


def _trusting(bundle: str | None, folder: str | None) -> ssl.SSLContext:
    """A context that trusts the authorities in the file or folder.

    Raises:
        OSError: They cannot be read.
    """
    context = create_urllib3_context()
    try:
        context.load_verify_locations(bundle, folder)
    except OSError as error:
        # As `requests` does where they do not exist.
        raise OSError(f"{bundle or folder}: {error}") from None
    return context


@functools.cache
def _with_deadline(connection: type[HTTPConnection]) -> type[HTTPConnection]:
    if issubclass(connection, _DeadlineConnection):
        return connection
    # A connection through a SOCKS proxy reaches the server in its own way.
    connects_itself = connection in {HTTPConnection, HTTPSConnection}
    bases = (_TCPConnection if connects_itself else _DeadlineConnection, connection)
    return type(f"Deadline{connection.__name__}", bases, {})


class _DeadlineReader(io.RawIOBase):
    """Reads the bytes of a response from a socket within the time left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._read_timeout = sock.gettimeout()
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._sock.settimeout(_read_seconds(self._read_timeout))
        count = cast("int | None", self._raw.readinto(buffer))
        self._received += count or 0
        if self._received > MAX_BYTES:
            raise ResponseTooLargeError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _DeadlineConnection(_Connection):
    """A connection of urllib3 that takes each step within the time left."""

    response_class = _DeadlineResponse
    _open_for_requests = False

    def connect(self) -> None:
        self._open_for_requests = False
        self.timeout = self._time_left()
        super().connect()
        self._open_for_requests = True

    def _tunnel(self) -> None:
        super()._tunnel()
        # The TLS handshake comes next.
        self.sock.settimeout(self._time_left())

    def _connect_tls_proxy(self, *args: Any) -> Any:
        """Connects to a proxy with TLS; for one read of ours, urllib3 may read from that connection many times."""
        sock = super()._connect_tls_proxy(*args)  # type: ignore[misc]  # HTTPSConnection's
        receive = sock.recv

        def receive_in_time(*args: Any) -> bytes:
            sock.settimeout(_read_seconds(sock.gettimeout()))
            return cast("bytes", receive(*args))

        sock.recv = receive_in_time
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if self._open_for_requests and not delivery().begun:
            if not may_send():
                raise TimeoutError
            delivery().begun = True
        # The timeout covers all of the data.
        self.sock.settimeout(self._time_left())
        super().send(data)

    def _time_left(self) -> float:
        left = seconds_left()
        if left <= 0:
            raise TimeoutError
        return min(left, cast("float", self.timeout))


class _TCPConnection(_DeadlineConnection):
    """A TCP connection to the server or to an HTTP proxy."""

    def _new_conn(self) -> socket.socket:
        host = self._dns_host
        try:
            return self._connect_to_first(_addresses(host, self.port, self._time_left()))
        except socket.gaierror as error:
            raise NameResolutionError(host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"No connection to {host} in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"No connection to {host}") from error

    def _connect_to_first(self, addresses: Sequence[_Address]) -> socket.socket:
        """Connects to the first address that accepts."""
        failure = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError as error:
                failure = error
                continue
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(self._time_left())
                sock.connect(address)
                # The TLS handshake comes next.
                sock.settimeout(self._time_left())
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


def _addresses(host: str, port: int, seconds: float) -> Sequence[_Address]:
    """The addresses of `host`.

    Raises:
        OSError: The name does not exist, or was not resolved in time.
    """
    name = host.strip("[]")
    tcp = socket.SOCK_STREAM
    try:
        return socket.getaddrinfo(name, port, type=tcp, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        if is_loopback(name):
            return [
                (socket.AF_INET, tcp, 0, "", ("127.0.0.1", port)),
                (socket.AF_INET6, tcp, 0, "", ("::1", port)),
            ]
    found: concurrent.futures.Future[list[Any]] = concurrent.futures.Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(name, port, allowed_gai_family(), tcp))
        except (OSError, ValueError) as error:
            found.set_exception(error)

    threading.Thread(target=look_up, name="sipgate-lookup", daemon=True).start()
    try:
        return found.result(seconds)
    except concurrent.futures.TimeoutError:  # the built-in TimeoutError only since Python 3.11
        raise TimeoutError from None


def _read_seconds(timeout: float | None) -> float:
    """The seconds for one read; after the deadline, what has already arrived may still be read briefly.

    Raises:
        TimeoutError: The time is over.
    """
    left = seconds_left()
    if left < -_GRACE_SECONDS:
        raise TimeoutError
    return max(min(left, timeout or left), _SHORTEST_READ)
