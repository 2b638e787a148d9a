"""Which requests are repeated, and after which pause.

GET, PUT and DELETE mean the same when sent twice. They are repeated after lost connections and after 429, 502, 503 and
504. Each POST creates a client, so it is repeated only if it certainly did not leave this machine or was refused (429).
sipgate also answers 500 to an invalid body, so 500 is never repeated.

    name not resolved, no connection in time                 not sent; repeated
    proxy unreachable, connection lost before the request    not sent; repeated
    proxy refuses CONNECT (407, 502), bad certificate        not sent; not repeated, since it would fail again
    connection lost after the request has begun to leave     sipgate may have acted; repeated, unless it is a POST

The type of the exception does not tell whether the request has left: urllib3 wraps a connection that is lost behind a
proxy as a proxy error, although sipgate may have the request. The connection itself records it (`connections`).
"""

from __future__ import annotations

import random

from requests import exceptions as failed
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader, ProxyError

from sipgate_provider.http.connections import ResponseTooLargeError

__all__ = ["TOO_MANY_REQUESTS", "TRIES", "is_repeated", "is_response_repeated", "pause"]

TRIES = 5
"""How often a request is sent at most."""
TOO_MANY_REQUESTS = 429
_BUSY = frozenset({502, 503, 504})
_IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})
_BACKOFF_SECONDS = 0.25
_LONGEST_BACKOFF_SECONDS = 8.0
# Before the request leaves, these would recur.
_PERMANENT = (failed.SSLError, failed.InvalidURL, failed.InvalidSchema)


def is_repeated(method: str, error: Exception, *, sent: bool) -> bool:
    """Whether a request is repeated after a try that failed with `error`, having left this machine or not."""
    if isinstance(error, ResponseTooLargeError):
        return False
    if sent:
        return method in _IDEMPOTENT
    return isinstance(error, failed.ConnectionError | failed.Timeout) and not (
        isinstance(error, _PERMANENT) or _is_refusal_of_proxy(error)
    )


def _is_refusal_of_proxy(error: failed.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # A lost connection is one of OSError's subclasses.
    return isinstance(reason, ProxyError) and type(reason.original_error) is OSError


def is_response_repeated(method: str, status: int) -> bool:
    """Whether a request is repeated after a response with this status."""
    return status == TOO_MANY_REQUESTS or (status in _BUSY and method in _IDEMPOTENT)


def pause(tries: int, retry_after: str | None = None) -> float:
    """The seconds before the next try: those that sipgate asks for, or else more after each failure.

    Args:
        tries: How many tries have failed.
        retry_after: The header Retry-After, if there is one; ignored where it cannot be parsed.
    """
    if retry_after is not None:
        try:
            if asked := Retry(0).parse_retry_after(retry_after):
                return asked
        except (InvalidHeader, ValueError, OverflowError):
            pass
    if tries == 1:
        return 0.0
    growing = _BACKOFF_SECONDS * (float(2 ** (tries - 1)) + random.random())  # noqa: S311  no secret
    return min(growing, _LONGEST_BACKOFF_SECONDS)
