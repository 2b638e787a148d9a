"""Calls that wait for sipgate, in threads, so that the loop goes on answering the engine.

How many run at once is bounded: the engine starts as many as `pulumi up --parallel` says, and sipgate documents no
rate that it bears. The others wait here in the order of their arrival. Once the run is cancelled, nothing is started
any more, here or between two requests, and what waits to try again gives up. A request under way is finished, and
what became of a client is still asked for. A call that its caller gives up ends in the same way, and no other call
with it.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sipgate_provider.errors import SipgateError
from sipgate_provider.http.deadlines import cancellable, deadline

__all__ = ["Calls"]

Returned = TypeVar("Returned")


class Calls:
    """At most `limit` calls in threads."""

    def __init__(self, limit: int) -> None:
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix="sipgate")
        self._cancelled = False
        self._given_up: set[threading.Event] = set()

    async def run(self, call: Callable[[], Returned], seconds: float = 0) -> Returned:
        """What `call` returns.

        Args:
            call: Runs in a thread, with the context of the caller.
            seconds: The time for its requests together, as `customTimeouts` gives it; 0 is the usual time.

        Raises:
            SipgateError: The run was cancelled before the call could start.
        """
        given_up = threading.Event()
        self._given_up.add(given_up)

        def bounded() -> Returned:
            if self._cancelled or given_up.is_set():
                raise SipgateError(
                    "Not started: the run was cancelled; `pulumi up` goes on from here."
                )
            with cancellable(given_up), deadline(seconds or None):
                return call()

        context = contextvars.copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, context.run, bounded
            )
        finally:
            # The thread may go on where the caller has given up.
            given_up.set()
            self._given_up.discard(given_up)

    def cancel(self) -> None:
        """Starts nothing more."""
        self._cancelled = True
        for given_up in self._given_up:
            given_up.set()
