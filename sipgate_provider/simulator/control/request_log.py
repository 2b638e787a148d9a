"""The request log: method, path and outcome of each request.

It contains no headers, queries or bodies, and therefore no credentials. The oldest entries are dropped when it is full.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from sipgate_provider.simulator.server.reasons import reason_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


MOST_REQUESTS = 20_000


@dataclass(frozen=True)
class RequestRecord:
    """A logged request.

    Attributes:
        method: Method, as sent.
        path: Path as sent, percent-encoded and without the query.
        time: Time at which the request arrived, in UTC.
        status: Status of the response; None until there is one, and if the connection was cut.
        milliseconds: Time until the response, in milliseconds; None if `status` is None.
        reason: Why the request was refused, even if the response does not say; "" if it was not or it is not known.
    """

    method: str
    path: str
    time: dt.datetime
    status: int | None = None
    milliseconds: float | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Returns the attributes as values that JSON can represent."""
        return {**vars(self), "time": self.time.isoformat()}


class RequestLog:
    """The latest requests, 20,000 at most, oldest first."""

    def __init__(self) -> None:
        self._records: dict[int, RequestRecord] = {}
        self._next = 0
        self._lock = threading.Lock()

    def records(self) -> list[RequestRecord]:
        """Returns the requests since the start or the last `clear`."""
        with self._lock:
            return list(self._records.values())

    def matching(self, method: str | None, path: re.Pattern[str]) -> list[RequestRecord]:
        """Returns the requests with this method (None: any) whose path contains a match of the pattern."""
        return [
            record
            for record in self.records()
            if (method is None or record.method == method.upper()) and path.search(record.path)
        ]

    def latest(self, most: int) -> list[tuple[int, RequestRecord]]:
        """Returns up to `most` of the latest requests, newest first, each with its number."""
        with self._lock:
            return list(itertools.islice(reversed(self._records.items()), most))

    def __len__(self) -> int:
        with self._lock:
            return len(self._records)

    def clear(self) -> None:
        """Removes all requests."""
        with self._lock:
            self._records.clear()

    def add(self, record: RequestRecord) -> int:
        """Adds a request, and returns its number for `update`."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._records[number] = record
            if len(self._records) > MOST_REQUESTS:
                del self._records[next(iter(self._records))]
        return number

    def update(self, number: int, record: RequestRecord) -> None:
        """Replaces the request with this number, unless it has been removed in the meantime."""
        with self._lock:
            if number in self._records:
                self._records[number] = record


class RequestLogMiddleware:
    """Logs each request when it arrives, and its outcome before the response is sent.

    So a caller that has received a response finds it in the log.

    Args:
        app: The application that answers the requests.
        log: The log to write to.
        on_request: Called in the server's thread after each request.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: RequestLog,
        on_request: Callable[[RequestRecord], None] | None = None,
    ) -> None:
        self._app = app
        self._log = log
        self._on_request = on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Logs the request and passes it on."""
        started = time.perf_counter()
        now = dt.datetime.now(tz=dt.timezone.utc)
        record = RequestRecord(scope["method"], scope["raw_path"].decode("ascii"), now)
        number = self._log.add(record)

        async def logging_send(message: Message) -> None:
            nonlocal record
            if message["type"] == "http.response.start":
                milliseconds = (time.perf_counter() - started) * 1000
                record = replace(
                    record,
                    status=message["status"],
                    milliseconds=milliseconds,
                    reason=reason_of(scope),
                )
                self._log.update(number, record)
            await send(message)

        try:
            # A caller that disconnects while sending the body needs no answer.
            with contextlib.suppress(ClientDisconnect):
                await self._app(scope, receive, logging_send)
        finally:
            if self._on_request:
                self._on_request(record)
