"""Connections that record when a request leaves this machine, and that pass on the final response to it alone.

A try of a request is an `Attempt`. Its connection asks it before the request line leaves: from then on sipgate may
have acted. Whoever waits for the attempt gives it up at the deadline; an attempt that was given up sends nothing any
more. What still comes after the deadline ends the reading.

Interim responses (1xx, RFC 9110, 15.2) are skipped. http.client skips only 100, and would return any other as the
response, so that the final one would be taken for the response to the next request. A connection that has brought
anything besides the response to its request is closed and not used again.

`MAX_BYTES` limits a response that never ends.

What is used of urllib3 and http.client is public: `request` and `response_class` of a connection, `begin` and `fp` of
its response, `ConnectionCls` of a pool.
"""

from __future__ import annotations

import functools
import http.client
import io
import ssl
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.util.ssl_ import create_urllib3_context

from sipgate_provider.http.deadlines import GRACE_SECONDS, may_send, seconds_left

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer
    from urllib3.connectionpool import HTTPConnectionPool

    _Base = HTTPConnection
else:
    _Base = object

__all__ = ["MAX_BYTES", "Adapter", "Attempt", "ResponseTooLargeError", "current_attempt"]

MAX_BYTES = 16 * 1024 * 1024
_SWITCHING_PROTOCOLS = 101


class ResponseTooLargeError(Exception):
    """The response is larger than `MAX_BYTES`. Not an OSError, which urllib3 would treat as a lost connection."""


class Attempt:
    """One try of a request.

    Attributes:
        sent: Whether the request has begun to leave this machine.
        over: Whether nobody waits for the attempt any more.
        connection: The connection on which the request left.
    """

    def __init__(self) -> None:
        self.sent = False
        self.over = False
        self.connection: HTTPConnection | None = None
        self._lock = threading.Lock()

    def leave(self, connection: HTTPConnection) -> None:
        """Records that the request leaves now.

        Raises:
            TimeoutError: Nobody waits for the response, or too little time is left for one.
        """
        with self._lock:
            if self.over or not may_send():
                raise TimeoutError
            self.sent = True
            self.connection = connection

    def give_up(self) -> None:
        """Keeps a request that has not left yet from leaving."""
        with self._lock:
            self.over = True


current_attempt: ContextVar[Attempt] = ContextVar("sipgate_attempt")
"""The attempt that this thread makes."""


class _Wire(io.RawIOBase):
    """The bytes of a response, until shortly after the deadline and up to `MAX_BYTES`."""

    def __init__(self, raw: io.RawIOBase, attempt: Attempt) -> None:
        self.attempt = attempt
        self.has_ended = False
        self._raw = raw
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        count = cast("int | None", self._raw.readinto(buffer))
        if seconds_left() < -GRACE_SECONDS:
            raise TimeoutError
        self.has_ended = count == 0
        self._received += count or 0
        if self._received > MAX_BYTES:
            raise ResponseTooLargeError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Buffer(io.BufferedReader):
    """Closes the connection if bytes are left over after the response."""

    raw: _Wire
    is_final = False

    def close(self) -> None:
        connection = self.raw.attempt.connection
        try:
            if self.is_final and not self.closed and connection is not None and connection.sock:
                self._end(connection)
        finally:
            super().close()

    def _end(self, connection: HTTPConnection) -> None:
        # urllib3 looks at the socket alone before it uses it again, and TLS may hold bytes that have left the socket.
        connection.sock.settimeout(0)
        try:
            is_clean = not self.peek(1)
        except OSError as error:
            is_clean = isinstance(error, ssl.SSLWantReadError)
        if not is_clean:
            connection.close()


class _FinalResponse(http.client.HTTPResponse):
    fp: _Buffer

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = _Buffer(_Wire(cast("Any", self.fp).detach(), current_attempt.get()))

    def begin(self) -> None:
        """Reads the head of the final response.

        Raises:
            http.client.HTTPException: The head is cut off, or changes the protocol, which nobody has asked for.
        """
        super().begin()
        interim = False
        while self.status < 200:  # noqa: PLR2004  RFC 9110, 15.2
            if self.status == _SWITCHING_PROTOCOLS:
                raise http.client.UnknownProtocol(str(self.status))
            interim = True
            # `begin` would return at once where the headers are known.
            self.headers = None  # type: ignore[assignment]
            super().begin()
        if self.fp.raw.has_ended:
            # http.client takes the end of the connection for the end of the headers.
            raise http.client.IncompleteRead(b"")
        self.will_close = self.will_close or interim
        self.fp.is_final = True


class _Connection(_Base):
    response_class = _FinalResponse

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Sends the request once the connection is there and the attempt still wants it."""
        if self.sock is None:
            self.connect()
        current_attempt.get().leave(self)
        super().request(*args, **kwargs)


@functools.cache
def _with_attempts(connection: type[HTTPConnection]) -> type[HTTPConnection]:
    if issubclass(connection, _Connection):
        return connection
    return type(connection.__name__, (_Connection, connection), {})


class Adapter(HTTPAdapter):
    """The `HTTPAdapter` of `requests`, with connections of this module."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._trusting = functools.cache(_trusting)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Returns the connection pool for a request."""
        pool = cast("Any", super().get_connection_with_tls_context(*args, **kwargs))
        pool.ConnectionCls = _with_attempts(pool.ConnectionCls)
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
