"""Calls that wait for sipgate, in threads of their own, so that the loop goes on answering the engine.

How many run at once is bounded: the engine starts as many as `pulumi up --parallel` says, and sipgate documents no
rate that it bears. What is more waits here in the order of its arrival. Once the run is cancelled, what waits is not
started, here or between two requests, and what waits to try again gives up; a request under way is finished, and what
became of a client is still asked for.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sipgate_provider.errors import SipgateError
from sipgate_provider.transport import nothing_new_after, within

__all__ = ["Calls"]

Returned = TypeVar("Returned")


class Calls:
    """At most `at_once` calls in threads."""

    def __init__(self, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="sipgate")
        self._cancelled = threading.Event()

    async def run(self, call: Callable[[], Returned], seconds: float = 0) -> Returned:
        """What `call` returns.

        Args:
            call: Runs in a thread, with the context of the caller.
            seconds: The time for its requests together, as `customTimeouts` gives it; 0 is the usual time.

        Raises:
            SipgateError: The run was cancelled before the call could start.
        """
        if self._cancelled.is_set():
            raise _not_started()
        future = self._pool.submit(contextvars.copy_context().run, self._bounded, call, seconds)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled() and self._cancelled.is_set():
                raise _not_started() from None
            # Nobody waits for the answer any more: the engine is gone.
            self.cancel()
            raise

    def cancel(self) -> None:
        """Starts nothing more."""
        self._cancelled.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _bounded(self, call: Callable[[], Returned], seconds: float) -> Returned:
        if self._cancelled.is_set():
            raise _not_started()
        with nothing_new_after(self._cancelled), within(seconds or None):
            return call()


def _not_started() -> SipgateError:
    return SipgateError("Not started: the run was cancelled; `pulumi up` goes on from here.")
