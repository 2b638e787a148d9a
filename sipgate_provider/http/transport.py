"""Sends one request to sipgate, with its repetitions, and reads the response within limits.

One loop sends a request: each pass is an `Attempt`, which knows whether the request has left this machine. `retries`
says whether it may be repeated and after which pause, and `deadlines` whether there is time.

An attempt runs in a thread of its own, and is waited for until the deadline. So nothing that a peer does can hold up an
operation: neither a name that is not resolved, nor addresses that do not answer, nor a handshake, a proxy or a response
that comes byte by byte. What has already arrived may be read until one second after the deadline, so that a complete
response is not discarded because the deadline passed while it was read. Interrupting the socket instead would miss the
resolver, and a TLS handshake, whose socket is in nobody's hands. A long wait is announced (`waits`), and `request_log`
has a line for each attempt.

Redirects are not followed: the API has none, and following one would send the credential elsewhere. Every request has
an `auth` object, which keeps `requests` from using a credential from `.netrc` instead. Proxies and certificate bundles
come from the environment, as users of `requests` expect. Requests to loopback never go through a proxy, so plain http
is allowed there.
"""

from __future__ import annotations

import concurrent.futures
import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from sipgate_provider._version import __version__
from sipgate_provider.errors import TransportError
from sipgate_provider.http import MOST_CONNECTIONS, connections, request_log
from sipgate_provider.http.addresses import is_loopback
from sipgate_provider.http.connections import (
    Adapter,
    Attempt,
    ResponseTooLargeError,
    current_attempt,
)
from sipgate_provider.http.deadlines import (
    GRACE_SECONDS,
    deadline,
    is_stopped,
    may_send,
    seconds_left,
    wait,
)
from sipgate_provider.http.response import Response
from sipgate_provider.http.retries import (
    TOO_MANY_REQUESTS,
    TRIES,
    is_repeated,
    is_response_repeated,
    pause,
)
from sipgate_provider.http.transport_errors import to_transport_error
from sipgate_provider.http.waits import PATIENCE_SECONDS, Patience
from sipgate_provider.setting_names import USUAL_NAMES, SettingNames

__all__ = ["NoAuth", "Transport"]

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
_FAILURES = (requests.RequestException, HTTPError, OSError, ValueError, ResponseTooLargeError)


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
        """The settings of the environment for the URL's server; none of its proxies for loopback."""
        parts = urlsplit(url)
        server = parts[:2]
        if server not in self._environment:
            settings = super().merge_environment_settings(url, *args)
            if is_loopback(parts.hostname or ""):
                settings["proxies"] = {}
            self._environment[server] = settings
        return self._environment[server]

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002  the signature is that of requests
        return None


class _Result(NamedTuple):
    """What an attempt has brought: the response, or only its head and the seconds to wait before the next attempt."""

    response: Response
    pause: float | None


class Transport:
    """A session with pooled connections; safe to share between threads.

    Args:
        names: What the settings of the account are called, for messages.
        patience: How many seconds a request may wait without a word.

    Raises:
        ConfigurationError: The file for the log of requests cannot be opened.
    """

    def __init__(
        self, names: SettingNames = USUAL_NAMES, patience: float = PATIENCE_SECONDS
    ) -> None:
        request_log.open_file()
        self.names = names
        self._patience = patience
        self._session = _Session()
        adapter = Adapter(pool_maxsize=MOST_CONNECTIONS)
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
            operation: What is being done, for error messages: `Reading client 123`.
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
        request = {
            "method": method,
            "url": url,
            "auth": auth,
            "json": json_body,
            "data": form,
            "headers": {name: value for name, value in headers.items() if value is not None},
        }
        if method != "GET" and is_stopped():
            raise TransportError(
                f"{operation}: not sent, because the run was cancelled.", sent=False
            )
        with deadline():
            if not may_send():
                raise TransportError(
                    f"{operation}: not sent, because too little time is left.", sent=False
                )
            return self._send(method, request, operation)

    def _send(self, method: str, request: Mapping[str, Any], operation: str) -> Response:
        sent = False
        patience = Patience(self._patience)
        server = urlsplit(request["url"]).netloc
        for tries in range(1, TRIES + 1):
            attempt = Attempt()
            record = partial(
                request_log.record, method, request["url"], began=time.monotonic(), tries=tries
            )
            try:
                work = partial(self._try, request, tries)
                response, seconds = _in_time(attempt, work, patience, server)
            except _FAILURES as error:
                sent = sent or attempt.sent
                seconds = pause(tries)
                result = f"{type(error).__name__} ({'sent' if attempt.sent else 'not sent'})"
                again = tries < TRIES and may_send(after=seconds)
                if not (again and is_repeated(method, error, sent=attempt.sent)):
                    record(result)
                    raise to_transport_error(
                        operation, error, request["url"], self.names, sent=sent
                    ) from None
                record(result, sequel=f"again after {seconds:.1f} s")
            else:
                result = str(response.status)
                if seconds is None:
                    record(result)
                    return response
                asked = ", as asked" if response.retry_after else ""
                record(result, sequel=f"again after {seconds:.1f} s{asked}")
                if asked:
                    patience.announce(f"{server} is busy ({result}) and asks for a pause", seconds)
                sent = sent or response.status != TOO_MANY_REQUESTS
            if wait(seconds):
                break
        raise TransportError(
            f"{operation}: not repeated, because the run was cancelled.", sent=sent
        )

    def _try(self, request: Mapping[str, Any], tries: int) -> _Result:
        """Sends the request once; of a response after which it is repeated, only the head is read."""
        left = max(seconds_left(), 0.0)
        with self._session.request(
            **request,
            timeout=(min(left, _CONNECT_SECONDS), min(left, _READ_SECONDS)),
            allow_redirects=False,
            stream=True,
        ) as received:
            response = Response(received.status_code, b"", received.headers)
            if tries < TRIES and is_response_repeated(request["method"], response.status):
                seconds = pause(tries, response.retry_after)
                if may_send(after=seconds):
                    return _Result(response, seconds)
            return _Result(replace(response, body=_read(received)), None)


def _in_time(
    attempt: Attempt, work: Callable[[], _Result], patience: Patience, server: str
) -> _Result:
    """Runs `work` for the attempt, and waits for it until shortly after the deadline.

    Raises:
        TimeoutError: It is not done by then.
    """
    done: concurrent.futures.Future[_Result] = concurrent.futures.Future()

    def run() -> None:
        current_attempt.set(attempt)
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            done.set_exception(error)

    def is_done(seconds: float) -> bool:
        return bool(concurrent.futures.wait((done,), seconds).done)

    def reason() -> str:
        missing = "usable response from" if attempt.sent else "connection to"
        return f"There is no {missing} {server} after {patience.seconds:.0f} s"

    context = contextvars.copy_context()
    try:
        threading.Thread(target=context.run, args=(run,), name="sipgate-try", daemon=True).start()
    except RuntimeError:
        # At exit, Python starts no more threads. Then only the way to a connection can exceed the deadline.
        context.run(run)
    try:
        seconds = min(seconds_left() + GRACE_SECONDS, threading.TIMEOUT_MAX)
        if not patience.wait(is_done, seconds, reason):
            raise TimeoutError
        return done.result()
    finally:
        attempt.give_up()


def _read(response: requests.Response) -> bytes:
    """Reads the complete body.

    Raises:
        ResponseTooLargeError: It is too large.
        urllib3.exceptions.HTTPError: It broke off.
    """
    body = bytearray()
    # `read1` returns what has arrived; `iter_content` would wait for a full chunk, however slow.
    while chunk := response.raw.read1(65536, decode_content=True):
        body += chunk
        if len(body) > connections.MAX_BYTES:
            raise ResponseTooLargeError
    return bytes(body)
