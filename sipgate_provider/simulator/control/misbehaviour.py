"""Which faults affect which requests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sipgate_provider.simulator.control.faults import Delay, Exchange, Fault

if TYPE_CHECKING:
    import re

    from starlette.types import ASGIApp, Receive, Scope, Send

    from sipgate_provider.simulator.rest.switches import Switches


class Misbehaviour:
    """A fault and the requests that it affects.

    Args:
        fault: The fault.
        method: Method of the requests; None for any.
        path: Pattern to search for in the path of the requests.
        times: Number of requests to affect; None for no limit.

    Attributes:
        hits: Number of requests affected so far.
    """

    def __init__(
        self, fault: Fault, method: str | None, path: re.Pattern[str], times: int | None
    ) -> None:
        self.fault = fault
        self.hits = 0
        self.method = method.upper() if method else None
        self.path = path
        self.times = times

    def matches(self, method: str, path: str) -> bool:
        """Returns whether the fault affects a request with this method and path."""
        if self.times is not None and self.hits >= self.times:
            return False
        return self.method in {None, method} and bool(self.path.search(path))


class Misbehaviours:
    """All misbehaviours, in order. The first one that matches affects a request."""

    def __init__(self) -> None:
        self._queue: list[Misbehaviour] = []
        self._lock = threading.Lock()

    def add(self, misbehaviour: Misbehaviour) -> None:
        """Adds a misbehaviour after the existing ones."""
        with self._lock:
            self._queue.append(misbehaviour)

    def clear(self) -> None:
        """Removes all misbehaviours, so that requests are handled normally again."""
        with self._lock:
            self._queue.clear()

    def all(self) -> list[Misbehaviour]:
        """Returns everything added since the last `clear`, in order, including what has reached its `times`."""
        with self._lock:
            return list(self._queue)

    def next_fault(self, method: str, path: str) -> Fault | None:
        """Returns the fault for this request, and counts it as a hit; None if there is no fault."""
        with self._lock:
            for misbehaviour in self._queue:
                if misbehaviour.matches(method, path):
                    misbehaviour.hits += 1
                    return misbehaviour.fault
        return None


class MisbehaviourMiddleware:
    """Applies the matching fault to each request, or else the latency that is set."""

    def __init__(self, app: ASGIApp, misbehaviours: Misbehaviours, switches: Switches) -> None:
        self._app = app
        self._misbehaviours = misbehaviours
        self._switches = switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles the request, or applies a fault to it."""
        path = scope["raw_path"].decode("ascii")
        fault = self._misbehaviours.next_fault(scope["method"], path)
        if fault is None and self._switches.latency > 0:
            fault = Delay(self._switches.latency)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault.apply(Exchange(self._app, scope, receive, send))
