"""Runs calls that wait for sipgate in threads, so that the event loop keeps answering the engine.

The number of concurrent calls is limited, since the engine starts as many as `pulumi up --parallel` allows, and sipgate
documents no rate limit. Further calls wait in the order of their arrival. A cancelled run starts no call and sends no
request but reads, and a request that waits for a retry gives up. A running request is finished, and a lost response is
still looked into. A call that its caller gives up ends in the same way, and other calls go on.
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

__all__ = ["Workers"]

Returned = TypeVar("Returned")


class Workers:
    """Runs at most `limit` calls at once."""

    def __init__(self, limit: int) -> None:
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix="sipgate")
        self._cancelled = False
        self._given_up: set[threading.Event] = set()

    async def run(self, call: Callable[[], Returned], seconds: float = 0) -> Returned:
        """Runs `call` in a thread with the caller's context, and returns its result.

        Args:
            call: The call to run.
            seconds: The time for all its requests, from `customTimeouts`; 0 for the usual time.

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
            # If the caller gives up, the thread still runs.
            given_up.set()
            self._given_up.discard(given_up)

    def cancel(self) -> None:
        """Cancels the run: no call starts, and running ones send no more changes."""
        self._cancelled = True
        for given_up in self._given_up:
            given_up.set()
