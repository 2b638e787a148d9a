"""How long an operation may take, and whether it may still send.

An operation on a client may take several requests, each with retries. `deadline` limits them together, since the
engine would wait for ever. No request is sent so late that there is no time to wait for its response: a lost response
leaves open whether sipgate has acted. The time for a response is 3 s, ten times what sipgate usually takes, which
allows for a new connection and a slow network. An operation of less than 12 s in all (`customTimeouts`) keeps a
quarter of its time instead; otherwise it could send nothing.

Work that must follow an operation whatever its deadline, such as searching for a client whose creation was not
confirmed, has a `fresh_deadline`.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

from sipgate_provider.errors import TransportError

__all__ = [
    "GRACE_SECONDS",
    "cancellable",
    "deadline",
    "fresh_deadline",
    "is_stopped",
    "locked",
    "may_send",
    "seconds_left",
    "wait",
]

GRACE_SECONDS = 1.0
"""How long after the deadline a response that has arrived is still read."""
_OPERATION_SECONDS = 120.0
_RESPONSE_SECONDS = 3.0
_RESPONSE_SHARE = 0.25


class _Deadline(NamedTuple):
    ends: float
    response_seconds: float


_deadline: ContextVar[_Deadline | None] = ContextVar("sipgate_deadline", default=None)
_stopped: ContextVar[threading.Event | None] = ContextVar("sipgate_stopped", default=None)


@contextlib.contextmanager
def deadline(seconds: float | None = None) -> Iterator[None]:
    """Gives all requests of this thread in this block a common deadline.

    A deadline of an outer block stays in force if it is earlier.

    Args:
        seconds: The time until the deadline. By default the outer block's, or else the usual time.
    """
    outer = _deadline.get()
    inner = outer if outer and seconds is None else _after(seconds)
    with _until(min(inner, outer) if outer else inner):
        yield


@contextlib.contextmanager
def fresh_deadline(seconds: float) -> Iterator[None]:
    """Gives all requests of this thread in this block these seconds, whatever the outer block's deadline."""
    with _until(_after(seconds)):
        yield


def _after(seconds: float | None) -> _Deadline:
    seconds = _OPERATION_SECONDS if seconds is None else seconds
    return _Deadline(time.monotonic() + seconds, min(_RESPONSE_SECONDS, seconds * _RESPONSE_SHARE))


@contextlib.contextmanager
def _until(deadline: _Deadline) -> Iterator[None]:
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextlib.contextmanager
def cancellable(stopped: threading.Event) -> Iterator[None]:
    """Limits this thread in this block, once `stopped` is set, to reading without retries."""
    token = _stopped.set(stopped)
    try:
        yield
    finally:
        _stopped.reset(token)


def seconds_left() -> float:
    """The seconds until the deadline: negative after it, infinite without one."""
    deadline = _deadline.get()
    return math.inf if deadline is None else deadline.ends - time.monotonic()


def may_send(after: float = 0.0) -> bool:
    """Whether a request that is sent `after` seconds from now leaves time to wait for its response."""
    deadline = _deadline.get()
    left = seconds_left() - after
    return deadline is None or (left > 0 and left >= deadline.response_seconds)


def is_stopped() -> bool:
    """Whether the run was cancelled."""
    stopped = _stopped.get()
    return stopped is not None and stopped.is_set()


def wait(seconds: float) -> bool:
    """Waits, at most until the run is cancelled; returns whether it was cancelled."""
    stopped = _stopped.get()
    if stopped is None:
        time.sleep(seconds)
        return False
    return stopped.wait(seconds)


@contextlib.contextmanager
def locked(lock: threading.Lock, waiting_for: str) -> Iterator[None]:
    """Holds `lock` during the block; waiting for it counts towards the deadline.

    Args:
        lock: The lock.
        waiting_for: What another thread does under the lock, for the message.

    Raises:
        TransportError: Another thread has held it until the deadline; nothing was sent.
    """
    if not lock.acquire(timeout=max(0.0, min(seconds_left(), threading.TIMEOUT_MAX))):
        raise TransportError(
            f"The time was over while another operation {waiting_for}.", sent=False
        )
    try:
        yield
    finally:
        lock.release()
