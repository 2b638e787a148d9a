"""Which requests are retried, and whether sipgate may have acted on one.

The rule is urllib3's `Retry`. GET, PUT and DELETE are idempotent, so they are retried after connection failures, 429,
502, 503 and 504. Each POST creates a client, so it is retried only if it certainly did not leave this machine (there
was no connection) or was refused (429). sipgate also answers 500 to an invalid body, so 500 is never retried.

The connection records in `Delivery` whether a request has left. The type of the exception does not tell: urllib3 wraps
a connection that is lost behind a proxy as a proxy error, although sipgate may have the request. From its first byte
on, sipgate may have acted on a request, unless it answers 429. So the cases are:

    name not resolved, no connection, connect timeout       not sent; retried
    proxy unreachable, or lost during CONNECT or TLS        not sent; retried
    proxy refuses CONNECT (407, 502), bad certificate       not sent; not retried, since it would fail again
    connection lost at or after the first byte              sipgate may have acted; retried, unless it is a POST

The last case is the same for a new or a reused connection, with or without a proxy.

Without enough time left for the wait before a retry, the response that asked for the wait is the result.
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
    """The run was cancelled while a request waited to be retried."""


class Delivery:
    """Records whether a request may have reached sipgate in any of its tries.

    Attributes:
        begun: Whether the current try has begun to leave this machine.
    """

    def __init__(self) -> None:
        self.begun = False
        self._earlier = False

    @property
    def possible(self) -> bool:
        """Whether sipgate may have acted."""
        return self.begun or self._earlier

    def next_try(self, *, refused: bool = False) -> None:
        """Starts another try; `refused` says that sipgate did nothing in the last one."""
        self._earlier = self._earlier or (self.begun and not refused)
        self.begun = False


_delivery: ContextVar[Delivery] = ContextVar("sipgate_delivery")


def delivery() -> Delivery:
    """The delivery of the request that this thread is sending."""
    return _delivery.get()


@contextlib.contextmanager
def track_delivery() -> Iterator[Delivery]:
    """Tracks what this thread sends in this block as one request with its retries."""
    token = _delivery.set(Delivery())
    try:
        yield _delivery.get()
    finally:
        _delivery.reset(token)


class _RetryRule(Retry):
    """urllib3's `Retry`, except that `Delivery` says what was sent, and that a retry needs enough time."""

    def _is_connection_error(self, err: Exception) -> bool:
        # urllib3 treats a timeout or reset during TLS or CONNECT as a read error.
        is_lost = super()._is_connection_error(err) or super()._is_read_error(err)
        return is_lost and not delivery().begun

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
        """Returns the rule for the next try.

        Raises:
            MaxRetryError: There is no try left, or no time for one.
        """
        next_rule = super().increment(method, url, response, error, _pool, _stacktrace)
        if _pool is not None and not may_send(after=next_rule._pause(response)):  # noqa: SLF001
            raise MaxRetryError(_pool, url or "", error)
        refused = False
        if response is not None:
            refused = response.status == _TOO_MANY_REQUESTS
            # urllib3 would read the rest of it, however slow.
            response.close()
        delivery().next_try(refused=refused)
        return next_rule

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Waits for the next try.

        Raises:
            StoppedError: The run was cancelled.
        """
        if wait(self._pause(response)):
            raise StoppedError

    def _pause(self, response: BaseHTTPResponse | None) -> float:
        asked = self.get_retry_after(response) if response is not None else None
        return asked or self.get_backoff_time()

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that sipgate asks to wait; None where its header cannot be parsed."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


RETRY_RULE = _RetryRule(
    total=4,
    # Other failures before the request leaves would recur: a bad certificate, a proxy's refusal.
    other=0,
    backoff_factor=0.25,
    backoff_jitter=0.25,
    backoff_max=8,
    status_forcelist=(_TOO_MANY_REQUESTS, 502, 503, 504),
    allowed_methods=IDEMPOTENT,
    raise_on_status=False,
)
