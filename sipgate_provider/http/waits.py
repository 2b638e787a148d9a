"""Says why the provider waits, once a wait exceeds about five seconds.

A wait is announced when it begins if its length is known, and otherwise when the five seconds are over. Many threads
may wait for one reason, so an announcement holds for all of them until the announced wait is over.

An announcement is a warning of this module's logger. Both hosts, and Python's logging in a command or a program, show
warnings already. Its text names a server, a file or a command, and nothing that a program declares.

Waiting for another thread of this process is not announced, since that thread announces what it waits for itself.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator

__all__ = ["PATIENCE_SECONDS", "Patience", "announced"]

PATIENCE_SECONDS = 5.0
"""How long a wait may take without a word."""
_SHARE = 0.2
# How long an announcement of a wait without a limit holds.
_UNLIMITED_SECONDS = 60.0

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_announced_until: dict[str, float] = {}


class Patience:
    """The time that an operation may wait in all before it says why."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds

    def announce(self, reason: str, seconds: float) -> None:
        """Announces a wait of known length, if it exceeds the patience.

        Args:
            reason: Why: a clause that is the same for all waits of this kind.
            seconds: How long.
        """
        if seconds > self._left():
            _announce(reason, f"waiting {seconds:.0f} s", seconds)
            self._ends = time.monotonic() + seconds + self.seconds

    def wait(
        self, done: Callable[[float], bool], seconds: float, reason: Callable[[], str]
    ) -> bool:
        """Waits for `done`, and announces the wait when the patience is over; returns the last result of `done`.

        Args:
            done: Waits at most as many seconds as it is given, and returns whether the wait is over.
            seconds: How long to wait at most.
            reason: Why, as for `announce`; called when the patience is over.
        """
        # Where earlier waits have used up the patience, this one may still be a short one.
        patient = min(seconds, max(self._left(), self.seconds * _SHARE))
        if done(patient):
            return True
        rest = seconds - patient
        if rest <= 0:
            return False
        limit = f"up to {rest:.0f} s more" if math.isfinite(rest) else "for it"
        _announce(reason(), f"waiting {limit}", rest)
        return done(rest)

    def _left(self) -> float:
        return max(0.0, self._ends - time.monotonic())


@contextlib.contextmanager
def announced(reason: str, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Announces the block, which has no limit, if it takes longer than the patience."""
    reason = f"{reason} after {patience:.0f} s"
    timer = threading.Timer(patience, _announce, (reason, "waiting for it", _UNLIMITED_SECONDS))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _announce(reason: str, sequel: str, seconds: float) -> None:
    now = time.monotonic()
    with _lock:
        if _announced_until.get(reason, now) > now:
            return
        _announced_until[reason] = now + seconds
    _log.warning("%s; %s.", reason, sequel)
