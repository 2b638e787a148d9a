"""Which requests meet which fault."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sipgate_provider.simulator.control.faults import Delay, Exchange, Fault

if TYPE_CHECKING:
    import re

    from starlette.types import ASGIApp, Receive, Scope, Send

    from sipgate_provider.simulator.rest.switches import Switches


class Misbehaviour:
    """A fault, and the requests that are to meet it.

    Args:
        fault: What goes wrong.
        method: The requests' method; None is any.
        path: What is found in the requests' path.
        times: How many requests it happens to; None is all.

    Attributes:
        hits: How many requests it has happened to.
    """

    def __init__(
        self, fault: Fault, method: str | None, path: re.Pattern[str], times: int | None
    ) -> None:
        self.fault = fault
        self.hits = 0
        self.method = method.upper() if method else None
        self.path = path
        self.times = times

    def meets(self, method: str, path: str) -> bool:
        """Whether it is this request's turn."""
        if self.times is not None and self.hits >= self.times:
            return False
        return self.method in {None, method} and bool(self.path.search(path))


class Misbehaviours:
    """What was asked for, in order; a request meets the first that fits and is not spent."""

    def __init__(self) -> None:
        self._queue: list[Misbehaviour] = []
        self._lock = threading.Lock()

    def add(self, misbehaviour: Misbehaviour) -> None:
        """It waits its turn behind those that are there."""
        with self._lock:
            self._queue.append(misbehaviour)

    def clear(self) -> None:
        """Every request takes its normal course again."""
        with self._lock:
            self._queue.clear()

    def all(self) -> list[Misbehaviour]:
        """What was ordered since the last `clear`, in order, spent or not."""
        with self._lock:
            return list(self._queue)

    def next_fault(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request; that counts as a hit."""
        with self._lock:
            for misbehaviour in self._queue:
                if misbehaviour.meets(method, path):
                    misbehaviour.hits += 1
                    return misbehaviour.fault
        return None


class MisbehaviourMiddleware:
    """Gives each request its fault, if there is one for it, or else its usual delay."""

    def __init__(self, app: ASGIApp, misbehaviours: Misbehaviours, switches: Switches) -> None:
        self._app = app
        self._misbehaviours = misbehaviours
        self._switches = switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered, or has met its fault."""
        path = scope["raw_path"].decode("ascii")
        fault = self._misbehaviours.next_fault(scope["method"], path)
        if fault is None and self._switches.latency > 0:
            fault = Delay(self._switches.latency)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault.happen(Exchange(self._app, scope, receive, send))
