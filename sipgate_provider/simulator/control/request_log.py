"""What was asked of the simulator: method, path and outcome of each request.

Headers, queries and bodies are left out, so no credential can end up here. What was first in the log is forgotten
when there are too many requests.
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
    """One request.

    Attributes:
        method: As sent.
        path: As sent, still percent-encoded, without the query.
        time: When it came in, in UTC.
        status: What was answered; None while it is open, and for one whose connection was cut.
        milliseconds: How long the answer took; None likewise.
        reason: Why it was refused, also where the answer does not say so; "" if it was not, or nobody knows.
    """

    method: str
    path: str
    time: dt.datetime
    status: int | None = None
    milliseconds: float | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return {**vars(self), "time": self.time.isoformat()}


class RequestLog:
    """The latest requests, oldest first: 20,000 at most."""

    def __init__(self) -> None:
        self._records: dict[int, RequestRecord] = {}
        self._next = 0
        self._lock = threading.Lock()

    def records(self) -> list[RequestRecord]:
        """The requests since the start or the last `clear`."""
        with self._lock:
            return list(self._records.values())

    def matching(self, method: str | None, path: re.Pattern[str]) -> list[RequestRecord]:
        """Those that had that method (None: any) and a path in which the pattern is found."""
        return [
            record
            for record in self.records()
            if (method is None or record.method == method.upper()) and path.search(record.path)
        ]

    def latest(self, most: int) -> list[tuple[int, RequestRecord]]:
        """The latest requests, newest first, each with the number that stands for it."""
        with self._lock:
            return list(itertools.islice(reversed(self._records.items()), most))

    def __len__(self) -> int:
        with self._lock:
            return len(self._records)

    def clear(self) -> None:
        """The requests so far are forgotten."""
        with self._lock:
            self._records.clear()

    def opened(self, record: RequestRecord) -> int:
        """The request is in the log; the number returned stands for it in `answered`."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._records[number] = record
            if len(self._records) > MOST_REQUESTS:
                del self._records[next(iter(self._records))]
        return number

    def answered(self, number: int, record: RequestRecord) -> None:
        """The request has its outcome, unless it was forgotten meanwhile."""
        with self._lock:
            if number in self._records:
                self._records[number] = record


class RequestLogMiddleware:
    """Writes each request down when it comes in, and its outcome before the answer leaves.

    So whoever has an answer finds it in the log.

    Args:
        app: What answers the requests.
        log: Where they are written.
        on_request: Called in the server's thread with each request that is over.
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
        """The request is answered and in the log."""
        started = time.perf_counter()
        now = dt.datetime.now(tz=dt.timezone.utc)
        record = RequestRecord(scope["method"], scope["raw_path"].decode("ascii"), now)
        number = self._log.opened(record)

        async def noting(message: Message) -> None:
            nonlocal record
            if message["type"] == "http.response.start":
                milliseconds = (time.perf_counter() - started) * 1000
                record = replace(
                    record,
                    status=message["status"],
                    milliseconds=milliseconds,
                    reason=reason_of(scope),
                )
                self._log.answered(number, record)
            await send(message)

        try:
            # Whoever hangs up in the middle of the body needs no answer.
            with contextlib.suppress(ClientDisconnect):
                await self._app(scope, receive, noting)
        finally:
            if self._on_request:
                self._on_request(record)
