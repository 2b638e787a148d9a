"""Calls that wait for sipgate, in threads of their own, so that the loop goes on answering the engine.

How many run at once is bounded: the engine starts as many as `pulumi up --parallel` says, and sipgate documents no
rate that it bears. What is more waits here in the order of its arrival. Once the run is cancelled, what waits is not
started, here or between two requests, and what waits to try again gives up; a request under way is finished, and what
became of a client is still asked for. A call that its caller gives up ends in the same way, and no other call with it.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sipgate_provider.errors import SipgateError
from sipgate_provider.http.deadlines import deadline, nothing_new_after

__all__ = ["Calls"]

Returned = TypeVar("Returned")


class Calls:
    """At most `at_once` calls in threads."""

    def __init__(self, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="sipgate")
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
        if self._cancelled:
            raise _not_started()
        given_up = threading.Event()
        self._given_up.add(given_up)
        context = contextvars.copy_context()
        future = self._pool.submit(context.run, _bounded, given_up, call, seconds)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled() and self._cancelled:
                raise _not_started() from None
            given_up.set()
            raise
        finally:
            self._given_up.discard(given_up)

    def cancel(self) -> None:
        """Starts nothing more."""
        self._cancelled = True
        for given_up in self._given_up:
            given_up.set()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _bounded(given_up: threading.Event, call: Callable[[], Returned], seconds: float) -> Returned:
    if given_up.is_set():
        raise _not_started()
    with nothing_new_after(given_up), deadline(seconds or None):
        return call()


def _not_started() -> SipgateError:
    return SipgateError("Not started: the run was cancelled; `pulumi up` goes on from here.")
