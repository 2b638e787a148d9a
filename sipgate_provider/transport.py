"""One request to sipgate: the deadline, the retry rule, and what an answer may be.

The retry rule is urllib3's `Retry`, with one difference. GET, PUT and DELETE say the same when said twice, so they
are repeated after connection failures, 429, 502, 503 and 504. A POST makes a client each time, so it is repeated
only if it provably did not arrive (the connection could not be made) or was refused (429). sipgate answers 500
also to a bad body, so 500 is never repeated.

Redirects are not followed: the API has none, and following one would carry the credential elsewhere. Every request
has an `auth` object, which keeps `requests` from replacing the credential with one out of `.netrc`. Proxies and
certificate bundles come from the environment as `requests` users expect.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from sipgate_provider._version import __version__
from sipgate_provider.errors import TransportError

__all__ = ["Answer", "Transport"]

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_TOTAL_SECONDS = 120.0
_MAX_BYTES = 16 * 1024 * 1024
_TOO_MANY_REQUESTS = 429


class _RetryRule(Retry):
    """urllib3's rule, which for a POST repeats a refusal (429) and a failed connection, and nothing else."""

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002, RUF100  urllib3's signature
        if method == "POST":
            return bool(self.total) and status_code == _TOO_MANY_REQUESTS
        return super().is_retry(method, status_code, has_retry_after)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """The seconds that sipgate asks for; None where its header cannot be read."""
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):
            return None


_RETRY_RULE = _RetryRule(
    total=4,
    # TLS that broke: nobody knows how far the request came, and a bad certificate stays bad.
    other=0,
    backoff_factor=0.25,
    backoff_jitter=0.25,
    backoff_max=8,
    retry_after_max=20,
    status_forcelist=(_TOO_MANY_REQUESTS, 502, 503, 504),
    allowed_methods=("GET", "PUT", "DELETE"),
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
        adapter = HTTPAdapter(max_retries=_RETRY_RULE)
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
        try:
            with self._session.request(
                method,
                url,
                json=json_body,
                data=form,
                headers=headers,
                auth=auth,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response, doing)
                return Answer(response.status_code, body, response.headers.get("Retry-After"))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            never_left = _never_left(error)
            raise TransportError(_sentence(doing, error, never_left), sent=not never_left) from None


def _read(response: requests.Response, doing: str) -> bytes:
    """The whole body, or an error where it is too long or too slow."""
    deadline = time.monotonic() + _TOTAL_SECONDS
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > _MAX_BYTES:
            raise TransportError(f"{doing}: the answer is larger than {_MAX_BYTES // 2**20} MiB.")
        if time.monotonic() > deadline:
            raise TransportError(f"{doing}: the answer took longer than {_TOTAL_SECONDS:.0f} s.")
    return bytes(body)


def _never_left(error: Exception) -> bool:
    """Whether the request provably did not go out: there was no connection, or no trust in it."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, SSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | ProxyError)


def _sentence(doing: str, error: Exception, never_left: bool) -> str:
    """A sentence for a failure; the library's own texts hold addresses of objects, so they are not shown."""
    match error:
        case requests.exceptions.SSLError() if never_left:
            why = (
                "the certificate of sipgate's server could not be verified; "
                "for a proxy or a private CA set REQUESTS_CA_BUNDLE"
            )
        case requests.exceptions.ProxyError():
            why = "the proxy does not answer; check HTTPS_PROXY and NO_PROXY"
        case requests.exceptions.ConnectTimeout():
            why = f"no connection within {_CONNECT_SECONDS:.0f} s; check the network"
        case requests.exceptions.ReadTimeout():
            why = f"no answer within {_READ_SECONDS:.0f} s"
        case requests.exceptions.ChunkedEncodingError():
            why = "the answer broke off"
        case requests.exceptions.RetryError():
            why = "sipgate went on refusing"
        case _ if never_left:
            why = "sipgate cannot be reached; check the network and sipgate:baseUrl"
        case _:
            why = "the connection was closed before the answer was complete"
    return f"{doing}: {why}."
