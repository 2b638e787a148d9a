"""Which requests are sent again, and whether sipgate may have acted on one.

The rule is urllib3's `Retry`. GET, PUT and DELETE mean the same when sent twice, so they are repeated after connection
failures, 429, 502, 503 and 504. A POST makes a client each time, so it is repeated only if it provably did not leave
this machine (no connection was made) or was refused (429). sipgate answers 500 also to a bad body, so 500 is never
repeated.

Whether a request left is what the connection notes in `Delivery` as it writes, never what the exception is called:
urllib3 wraps a connection that ends behind a proxy as a proxy error, although sipgate may have the request. From its
first byte on, a request counts as possibly acted upon; a 429 alone says that it was not. So the cases are:

    name not resolved, no connection, connect timeout       not sent, repeated
    proxy unreachable, or lost during CONNECT or TLS        not sent, repeated
    proxy refuses CONNECT (407, 502), certificate refused   not sent, not repeated: it stays so
    lost at or after the first byte, on a kept connection too, through a forwarding or tunnelling proxy, or directly
                                                            possibly acted upon; repeated, unless it is a POST

A wait that does not fit into the time left is not begun: the response that asked for it is the result.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import InvalidHeader, MaxRetryError

from sipgate_provider.http.deadlines import may_send, wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self
    from urllib3.connectionpool import ConnectionPool

__all__ = ["IDEMPOTENT", "RETRY_RULE", "Delivery", "StoppedError", "delivery", "track_delivery"]

IDEMPOTENT = ("GET", "PUT", "DELETE")
_TOO_MANY_REQUESTS = 429


class StoppedError(Exception):
    """The run was cancelled while a request waited for its next try."""


class Delivery:
    """Whether a request may have reached sipgate, in any of its tries.

    Attributes:
        begun: Whether this try has begun to leave this machine.
    """

    def __init__(self) -> None:
        self.begun = False
        self._earlier = False

    @property
    def possible(self) -> bool:
        """Whether sipgate may have acted."""
        return self.begun or self._earlier

    def next_try(self, *, refused: bool = False) -> None:
        """What follows is another try; `refused` says that sipgate did nothing in this one."""
        self._earlier = self._earlier or (self.begun and not refused)
        self.begun = False


_delivery: ContextVar[Delivery] = ContextVar("sipgate_delivery")


def delivery() -> Delivery:
    """The delivery of the request that this thread is sending."""
    return _delivery.get()


@contextlib.contextmanager
def track_delivery() -> Iterator[Delivery]:
    """What is sent in this block, by this thread, is one request with its repeats."""
    token = _delivery.set(Delivery())
    try:
        yield _delivery.get()
    finally:
        _delivery.reset(token)


class _RetryRule(Retry):
    """urllib3's rule, which goes by whether the request had begun to leave, and repeats nothing that has no time."""

    def _is_connection_error(self, err: Exception) -> bool:
        # A timeout or a reset during TLS or CONNECT is to urllib3 a read error.
        of_this_kind = super()._is_connection_error(err) or super()._is_read_error(err)
        return of_this_kind and not delivery().begun

    def _is_read_error(self, err: Exception) -> bool:  # noqa: ARG002  urllib3's signature
        return delivery().begun

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002, RUF100  urllib3's signature
        if method == "POST":
            return bool(self.total) and status_code == _TOO_MANY_REQUESTS
        return super().is_retry(method, status_code, has_retry_after)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """The rule for the next try, unless there is no time for one."""
        following = super().increment(method, url, response, error, _pool, _stacktrace)
        if _pool is not None and not may_send(after=following._pause(response)):  # noqa: SLF001
            raise MaxRetryError(_pool, url or "", error)
        refused = False
        if response is not None:
            refused = response.status == _TOO_MANY_REQUESTS
            # urllib3 would read the rest of it, however slowly that comes.
            response.close()
        delivery().next_try(refused=refused)
        return following

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Waits for the next try, unless there is to be none."""
        if wait(self._pause(response)):
            raise StoppedError

    def _pause(self, response: BaseHTTPResponse | None) -> float:
        asked = self.get_retry_after(response) if response is not None else None
        return asked or self.get_backoff_time()

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that sipgate asks for; None where its header cannot be read."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


RETRY_RULE = _RetryRule(
    total=4,
    # What fails before the request leaves and is no lost connection stays so: a bad certificate, a proxy's refusal.
    other=0,
    backoff_factor=0.25,
    backoff_jitter=0.25,
    backoff_max=8,
    status_forcelist=(_TOO_MANY_REQUESTS, 502, 503, 504),
    allowed_methods=IDEMPOTENT,
    raise_on_status=False,
)
