"""Sends one request to sipgate, with its retries, and reads the response within limits.

`deadlines` says how long it may take, `retries` what is retried and whether sipgate may have acted, and `connections`
enforces both on the socket.

Redirects are not followed: the API has none, and following one would send the credential elsewhere. Every request has
an `auth` object, which keeps `requests` from using a credential from `.netrc` instead. Proxies and certificate bundles
come from the environment, as users of `requests` expect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from sipgate_provider._version import __version__
from sipgate_provider.errors import TransportError
from sipgate_provider.http import MOST_CONNECTIONS
from sipgate_provider.http.connections import MAX_BYTES, DeadlineAdapter, ResponseTooLargeError
from sipgate_provider.http.deadlines import (
    deadline,
    is_stopped,
    may_send,
    seconds_left,
)
from sipgate_provider.http.retries import (
    IDEMPOTENT,
    RETRY_RULE,
    StoppedError,
    delivery,
    track_delivery,
)
from sipgate_provider.http.transport_errors import to_transport_error

__all__ = ["NoAuth", "Response", "Transport"]

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_MAX_BYTES = MAX_BYTES
_RETRY_RULE = RETRY_RULE
_TRIES_FOR_A_BODY = 3
_NOT_RETRIED = "not repeated, because the run was cancelled."


@dataclass(frozen=True)
class Response:
    """A complete HTTP response.

    Attributes:
        status: The HTTP status code.
        body: The complete body.
        headers: By name, in any case.
    """

    status: int
    # It may hold a client secret or a token.
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def retry_after(self) -> str | None:
        """Sipgate's Retry-After header as sent, or None."""
        return self.headers.get("Retry-After")

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


class NoAuth(requests.auth.AuthBase):
    """Keeps `requests` from adding a credential out of `.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request as it is."""
        return request


class _Session(requests.Session):
    """A session that ignores redirects: to describe one, `requests` would read its body without a limit.

    It reads proxies and certificate bundles from the environment once for each server: `requests` would read them for
    each request, which takes a third of the processor's time for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._environment: dict[tuple[str, str], Any] = {}

    def merge_environment_settings(self, url: Any, *args: Any) -> Any:
        """The settings of the environment for the URL's server."""
        server = urlsplit(url)[:2]
        if server not in self._environment:
            self._environment[server] = super().merge_environment_settings(url, *args)
        return self._environment[server]

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002  the signature is that of requests
        return None


class Transport:
    """A session with pooled connections; safe to share between threads."""

    def __init__(self) -> None:
        self._session = _Session()
        adapter = DeadlineAdapter(max_retries=_RETRY_RULE, pool_maxsize=MOST_CONNECTIONS)
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
        operation: str,
        auth: requests.auth.AuthBase,
        json_body: object = None,
        form: str | None = None,
        origin: str | None = None,
    ) -> Response:
        """Sends one request and returns the response, whatever its status.

        Args:
            method: The HTTP verb.
            url: The full URL.
            operation: What is being done, for error messages: `reading client 123`.
            auth: Adds the credential to the request.
            json_body: Sent as JSON, if given.
            form: Sent as an encoded form, if given.
            origin: The page that a browser would send it for, if given.

        Raises:
            TransportError: No complete response came in time; `sent` says whether sipgate may have acted.
        """
        headers = {
            "Content-Type": None if form is None else "application/x-www-form-urlencoded",
            "Origin": origin,
        }
        send = partial(
            self._send_once,
            method,
            url,
            operation,
            auth=auth,
            json=json_body,
            data=form,
            headers={name: value for name, value in headers.items() if value is not None},
        )
        if method != "GET" and is_stopped():
            raise TransportError(
                f"{operation}: not sent, because the run was cancelled.", sent=False
            )
        with deadline(), track_delivery() as sending:
            if not may_send():
                raise TransportError(
                    f"{operation}: not sent, because too little time is left.", sent=False
                )
            # urllib3 retries only until the headers arrive. A body that breaks off is retried here.
            more_tries = _TRIES_FOR_A_BODY if method in IDEMPOTENT else 1
            while True:
                more_tries -= 1
                try:
                    return send()
                except _BrokeOffError as error:
                    if not more_tries or not may_send():
                        raise TransportError(str(error)) from None
                    if is_stopped():
                        raise TransportError(f"{operation}: {_NOT_RETRIED}") from None
                sending.next_try()

    def _send_once(self, method: str, url: str, operation: str, **request: Any) -> Response:
        try:
            with self._session.request(
                method,
                url,
                **request,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, operation)
                return Response(response.status_code, body, response.headers)
        except StoppedError:
            raise TransportError(f"{operation}: {_NOT_RETRIED}", sent=delivery().possible) from None
        except ResponseTooLargeError:
            raise _too_large(operation) from None
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise to_transport_error(operation, error, sent=delivery().possible) from None


class _BrokeOffError(TransportError):
    """The headers arrived, but not the complete body."""


def _read(response: requests.Response, operation: str) -> bytes:
    """Reads the complete body.

    Raises:
        TransportError: It is too large, came too slowly or broke off.
    """
    body = bytearray()
    while True:
        try:
            # Returns what has arrived; `iter_content` would wait for a full chunk, however slow.
            chunk = response.raw.read1(65536, decode_content=True)
        except (HTTPError, OSError):
            problem = "came too slowly" if seconds_left() <= 0 else "broke off"
            raise _BrokeOffError(f"{operation}: the response {problem}.") from None
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > _MAX_BYTES:
            raise _too_large(operation)


def _too_large(operation: str) -> TransportError:
    limit = f"{_MAX_BYTES // 2**20} MiB"
    return TransportError(
        f"{operation}: the response is larger than {limit}.", sent=delivery().possible
    )
