"""Connections that note when a request leaves, and wait for nothing beyond the deadline.

urllib3's timeouts count anew with each read, so a peer that sends a byte now and then could hold an operation for
ever. Here every blocking call on a socket is given the time left at that moment: name resolution, each address that
is tried, the TLS handshake, a proxy's answer to CONNECT, writing, and each read of status line, headers and body. The
socket's own timeout does it, so there is no thread to pay for; only looking up a name, which no timeout can end, runs
in one, once for each new connection. Two limits end a response that comes quickly but never ends: `MAX_BYTES` for all
its bytes on the wire, and a second after the deadline for what has already arrived, so that a whole response is not
thrown away because the deadline passed while it was read.

What is for loopback stays on this machine: `localhost` and the names under it are never looked up (RFC 6761, 6.3), and
no proxy gets it, whatever the environment says. Plain http is allowed there for this reason.
"""

from __future__ import annotations

import concurrent.futures
import functools
import http.client
import io
import socket
import threading
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

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
    """The response does not end within `MAX_BYTES`. No OSError: to urllib3 that would be a lost connection."""


class DeadlineAdapter(HTTPAdapter):
    """The adapter of `requests`, over connections that keep the deadline."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, RUF100  the signature is that of requests
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The response, whose body is still to be read; nothing for loopback goes through a proxy."""
        if is_loopback(urlsplit(str(request.url)).hostname or ""):
            proxies = None
        return super().send(request, stream, timeout, verify, cert, cast("Any", proxies))

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """The pool for a request, whichever proxy it goes through, with connections of ours."""
        pool = cast("Any", super().get_connection_with_tls_context(*args, **kwargs))
        pool.ConnectionCls = _with_deadline(pool.ConnectionCls)
        return cast("HTTPConnectionPool", pool)


@functools.cache
def _with_deadline(connection: type[HTTPConnection]) -> type[HTTPConnection]:
    if issubclass(connection, _DeadlineConnection):
        return connection
    # A SOCKS proxy's connection has a way of its own to the server.
    dials = connection in {HTTPConnection, HTTPSConnection}
    bases = (_DialledConnection if dials else _DeadlineConnection, connection)
    return type(f"Deadline{connection.__name__}", bases, {})


class _DeadlineReader(io.RawIOBase):
    """A response's bytes, as a socket gives them within the time left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._patience = sock.gettimeout()
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._sock.settimeout(_time_to_read(self._patience))
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
    """What a connection of urllib3 does, each step within the time left."""

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
        """The TLS connection to a proxy, over which urllib3 runs another one with many reads for one of ours."""
        sock = super()._connect_tls_proxy(*args)  # type: ignore[misc]  # HTTPSConnection's
        receive = sock.recv

        def receive_in_time(*args: Any) -> bytes:
            sock.settimeout(_time_to_read(sock.gettimeout()))
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
        # It holds for all of the data together.
        self.sock.settimeout(self._time_left())
        super().send(data)

    def _time_left(self) -> float:
        left = seconds_left()
        if left <= 0:
            raise TimeoutError
        return min(left, cast("float", self.timeout))


class _DialledConnection(_DeadlineConnection):
    """A connection by TCP, to the server or to an HTTP proxy."""

    def _new_conn(self) -> socket.socket:
        host = self._dns_host
        try:
            return self._dial(_addresses(host, self.port, self._time_left()))
        except socket.gaierror as error:
            raise NameResolutionError(host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"No connection to {host} in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"No connection to {host}") from error

    def _dial(self, addresses: Sequence[_Address]) -> socket.socket:
        """A connection to the first address that takes one."""
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
    """Where to connect to.

    Raises:
        OSError: The name is not known, or nobody said so in time.
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
    except concurrent.futures.TimeoutError:  # until Python 3.10 not the built-in one
        raise TimeoutError from None


def _time_to_read(patience: float | None) -> float:
    """The seconds for one read; what has already arrived may be read a little longer.

    Raises:
        TimeoutError: The time is over.
    """
    left = seconds_left()
    if left < -_GRACE_SECONDS:
        raise TimeoutError
    return max(min(left, patience or left), _SHORTEST_READ)
