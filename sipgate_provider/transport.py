"""One request to sipgate: the deadline, the retry rule, and what an answer may be.

The retry rule is urllib3's `Retry`, with one difference. GET, PUT and DELETE say the same when said twice, so they
are repeated after connection failures, 429, 502, 503 and 504. A POST makes a client each time, so it is repeated
only if it provably did not arrive (the connection could not be made) or was refused (429). sipgate answers 500
also to a bad body, so 500 is never repeated.

An operation on a client may take several requests, each with repeats; `within` gives them one deadline together.
The engine would wait for ever.

Redirects are not followed: the API has none, and following one would carry the credential elsewhere. Every request
has an `auth` object, which keeps `requests` from replacing the credential with one out of `.netrc`. Proxies and
certificate bundles come from the environment as `requests` users expect, except that nothing for loopback goes
through a proxy: plain http is allowed there because it does not leave the machine.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

from sipgate_provider._version import __version__
from sipgate_provider.config import MOST_CONNECTIONS
from sipgate_provider.errors import TransportError
from sipgate_provider.rules import is_loopback
from sipgate_provider.unanswered import to_transport_error

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self
    from urllib3.connectionpool import ConnectionPool

__all__ = ["Answer", "Transport", "nothing_new_after", "within"]

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_MAX_BYTES = 16 * 1024 * 1024
_TOO_MANY_REQUESTS = 429
_OPERATION_SECONDS = 120.0
_MORE_TRIES_FOR_A_BODY = 2
_REPEATABLE = ("GET", "PUT", "DELETE")

_deadline: ContextVar[float | None] = ContextVar("sipgate_deadline", default=None)
_stopped: ContextVar[threading.Event | None] = ContextVar("sipgate_stopped", default=None)


@contextlib.contextmanager
def within(seconds: float | None = None) -> Iterator[None]:
    """What is sent in this block, by this thread, has these seconds together, by default those of an outer block."""
    outer = _deadline.get()
    if seconds is None and outer is not None:
        ends = outer
    else:
        ends = time.monotonic() + (_OPERATION_SECONDS if seconds is None else seconds)
    token = _deadline.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextlib.contextmanager
def nothing_new_after(stopped: threading.Event) -> Iterator[None]:
    """Once `stopped` is set, this block, in this thread, only reads, and repeats nothing."""
    token = _stopped.set(stopped)
    try:
        yield
    finally:
        _stopped.reset(token)


def _seconds_left() -> float:
    ends = _deadline.get()
    return _OPERATION_SECONDS if ends is None else ends - time.monotonic()


class _RetryRule(Retry):
    """urllib3's rule, which for a POST repeats a refusal (429) and a failed connection, and nothing else."""

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
        if _pool is not None and _seconds_left() <= following.get_backoff_time():
            raise MaxRetryError(_pool, url or "", error)
        return following

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Waits for the next try, unless there is to be none."""
        asked = self.get_retry_after(response) if response is not None else None
        if _wait(asked or self.get_backoff_time()):
            raise _StoppedError

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that sipgate asks for, as far as there is time; None where its header cannot be read."""
        try:
            asked = super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None
        return None if asked is None else max(0.0, min(asked, _seconds_left()))


def _is_stopped() -> bool:
    stopped = _stopped.get()
    return stopped is not None and stopped.is_set()


def _wait(seconds: float) -> bool:
    """Whether the wait was, or would be, in vain."""
    stopped = _stopped.get()
    if stopped is None:
        time.sleep(seconds)
        return False
    return stopped.wait(seconds)


_NOT_AGAIN = "not tried again, since the run was cancelled."


class _StoppedError(Exception):
    """The run was cancelled while a request waited for its next try."""


_RETRY_RULE = _RetryRule(
    total=4,
    # TLS that broke: nobody knows how far the request came, and a bad certificate stays bad.
    other=0,
    backoff_factor=0.25,
    backoff_jitter=0.25,
    backoff_max=8,
    retry_after_max=20,
    status_forcelist=(_TOO_MANY_REQUESTS, 502, 503, 504),
    allowed_methods=_REPEATABLE,
    raise_on_status=False,
)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: The HTTP status code.
        body: The bytes, whole.
        retry_after: Sipgate's Retry-After header as sent, or None.
    """

    status: int
    body: bytes
    retry_after: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the status says success."""
        return 200 <= self.status < 300  # noqa: PLR2004  RFC 9110, 15.3

    @property
    def text(self) -> str:
        """The body as text, with bytes that are not UTF-8 replaced."""
        return self.body.decode(errors="replace")

    def json(self) -> object:
        """The body as JSON, or None where it is not JSON (HTML, cut off, empty)."""
        try:
            document: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document


class Transport:
    """A session with pooled connections; safe to share between threads."""

    def __init__(self) -> None:
        self._session = requests.Session()
        adapter = HTTPAdapter(max_retries=_RETRY_RULE, pool_maxsize=MOST_CONNECTIONS)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)
        self._session.headers.update(
            {"User-Agent": f"sipgate-provider/{__version__}", "Accept": "application/json"}
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        doing: str,
        auth: requests.auth.AuthBase,
        json_body: object = None,
        form: str | None = None,
    ) -> Answer:
        """The answer to one request, whatever its status.

        Args:
            method: The HTTP verb.
            url: The whole address.
            doing: What is being done, for the error's sentence: `reading client 123`.
            auth: Puts the credential on the request.
            json_body: Sent as JSON, if given.
            form: Sent as an encoded form, if given.

        Raises:
            TransportError: No whole answer came within the time; `sent` says whether sipgate may have acted.
        """
        headers: Mapping[str, str] = (
            {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        )
        send = partial(
            self._answer, method, url, doing, auth=auth, json=json_body, data=form, headers=headers
        )
        if method != "GET" and _is_stopped():
            raise TransportError(f"{doing}: not sent, since the run was cancelled.", sent=False)
        if method in _REPEATABLE:
            # The rule ends where a body begins, so a body that breaks off is seen here.
            for _ in range(_MORE_TRIES_FOR_A_BODY):
                with contextlib.suppress(_BrokeOffError):
                    return send()
                if _is_stopped():
                    raise TransportError(f"{doing}: {_NOT_AGAIN}")
        return send()

    def _answer(self, method: str, url: str, doing: str, **request: Any) -> Answer:
        left = _seconds_left()
        if left <= 0:
            raise TransportError(f"{doing}: not sent, since the time for it is over.", sent=False)
        host = urlsplit(url).hostname or ""
        try:
            with self._session.request(
                method,
                url,
                **request,
                timeout=(min(_CONNECT_SECONDS, left), min(_READ_SECONDS, left)),
                proxies={"no_proxy": host} if is_loopback(host) else None,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, doing)
                return Answer(response.status_code, body, response.headers.get("Retry-After"))
        except _StoppedError:
            # A POST is only tried again where it did nothing.
            raise TransportError(f"{doing}: {_NOT_AGAIN}", sent=method != "POST") from None
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise to_transport_error(doing, error) from None


class _BrokeOffError(TransportError):
    """The headers came whole, and the body did not."""


def _read(response: requests.Response, doing: str) -> bytes:
    """The whole body, or an error where it is too long or too slow."""
    body = bytearray()
    while True:
        try:
            # What has come so far; `iter_content` would wait for a full chunk, however slowly it comes.
            chunk = response.raw.read1(65536, decode_content=True)
        except (HTTPError, OSError):
            raise _BrokeOffError(f"{doing}: the answer broke off.") from None
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > _MAX_BYTES:
            raise TransportError(f"{doing}: the answer is larger than {_MAX_BYTES // 2**20} MiB.")
        if _seconds_left() <= 0:
            raise TransportError(f"{doing}: the answer came too slowly.")
